package provider_test

import (
	"net/http"

	"github.com/castai/pulumi-castai/internal/harness"
	"github.com/castai/pulumi-castai/provider/cost"
)

func init() {
	rows = append(rows, allocationGroupRow, reservationsRow)
}

var allocationGroupRow = &row{
	token: "AllocationGroup", inputs: cost.AllocationGroupArgs{}, state: cost.AllocationGroupState{},
	least: func(*world) props { return props{} },
	full: func(w *world) []props {
		simple := props{
			"name": "web", "clusterIds": list(w.other, w.cluster), "namespaces": list("web", "api"),
			"labels": props{"team": "web", "app": "shop"}, "labelsOperator": "and",
			"nodeLabels": props{"pool": "web", "zone": "a"}, "nodeLabelsOperator": "AND",
		}
		return []props{simple, with(simple, props{
			"labels": nil, "nodeLabels": nil,
			"labelFilters": list(
				props{"label": "team", "value": "web"}, props{"label": "team", "value": "api", "operator": "equal"},
				props{"label": "app", "operator": "Exists"}),
			"nodeLabelFilters": list(props{"label": "pool", "operator": "NotEqual", "value": "b"}, props{"label": "zone", "operator": "DoesNotExist"}),
		})}
	},
	changes: func(w *world) map[string]props {
		return map[string]props{
			"clusterIds":       {"clusterIds": list(w.cluster)},
			"nodeLabelFilters": {"nodeLabelFilters": list(props{"label": "pool", "operator": "Equal", "value": "b"})},
		}
	},
	drops: map[string]props{
		"labels":           {"labelFilters": list(props{"label": "app", "operator": "Exists"})},
		"nodeLabelFilters": {"nodeLabels": props{"pool": "c"}},
	},
	importID: byID,
	vanish: func(w *world, r *harness.Resource, inputs props) props {
		w.call(http.MethodDelete, "/v1/cost-reports/allocation-groups/"+r.ID, nil)
		return inputs
	},
}

const reservationsFile = `name,provider,region,instance_type,price,count,start_date,end_date,zone_id,zone_name
web,aws,us-east-1,c5n.large,,2,2024-02-01T00:00:00Z,2050-01-01T00:00:00Z,use1-az1,us-east-1a
batch,gcp,europe-west4,n2-standard-4,0.25,3,2023-01-01T01:00:00+01:00,2050-01-01T00:00:00Z,,
`

var reservationsRow = &row{
	token: "Reservations", inputs: cost.ReservationsArgs{}, state: cost.ReservationsState{},
	least: func(w *world) props {
		return props{"organizationId": w.organization, "reservationsCsv": "name,provider,instance_type\nweb,aws,c5n.large"}
	},
	full: func(w *world) []props {
		return []props{{"organizationId": w.organization, "reservationsCsv": reservationsFile}}
	},
	changes: func(*world) map[string]props {
		return map[string]props{
			"organizationId":  {"organizationId": secondOrg},
			"reservationsCsv": {"reservationsCsv": reservationsFile + "more,aws,us-east-1,m5.large,,1,2024-02-01T00:00:00Z,,,\n"},
		}
	},
	importID: func(w *world, _ *harness.Resource) string { return w.organization },
	vanish: func(w *world, r *harness.Resource, inputs props) props {
		w.call(http.MethodPost, "/v1/organizations/"+r.ID+"/reservations/overwrite", props{"items": list()})
		return inputs
	},
}
