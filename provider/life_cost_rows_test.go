package provider_test

import (
	"net/http"
	"strings"

	"github.com/castai/pulumi-castai/internal/harness"
	"github.com/castai/pulumi-castai/provider/cost"
)

func init() {
	rows = append(rows, allocationGroupRow, commitmentsRow, reservationsRow)
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
		w.Request(http.MethodDelete, "/v1/cost-reports/allocation-groups/"+r.ID, nil)
		return inputs
	},
}

const reservationsFile = `name,provider,region,instance_type,price,count,start_date,end_date,zone_id,zone_name
web,aws,us-east-1,c5n.large,,2,2024-02-01T00:00:00Z,2050-01-01T00:00:00Z,use1-az1,us-east-1a
batch,gcp,europe-west4,n2-standard-4,0.25,3,2023-01-01T01:00:00+01:00,2050-01-01T00:00:00Z,,
`

// portalFile is an export of the Azure portal.
const portalFile = `Name,Reservation Id,Reservation order Id,Status,Expiration date,Purchase date,Term,Scope,Type,Product name,Region,Quantity,Deep link to reservation
web,11111111-0000-4000-8000-000000000001,order,Succeeded,2050-01-01T00:00:00Z,2023-01-11T00:00:00Z,P3Y,Shared,VirtualMachines,Standard_D4s_v5,eastus,3,https://portal.azure.com#1
`

var reservationsRow = &row{
	token: "Reservations", inputs: cost.ReservationsArgs{}, state: cost.ReservationsState{},
	least: func(w *world) props {
		return props{"organizationId": w.organization, "reservationsCsv": "name,provider,instance_type\nweb,aws,c5n.large"}
	},
	full: func(w *world) []props {
		return []props{
			{"organizationId": w.organization, "reservationsCsv": reservationsFile},
			{"organizationId": w.organization, "reservationsCsv": portalFile},
		}
	},
	changes: func(*world) map[string]props {
		return map[string]props{
			"organizationId":  {"organizationId": secondOrg},
			"reservationsCsv": {"reservationsCsv": reservationsFile + "more,aws,us-east-1,m5.large,,1,2024-02-01T00:00:00Z,,,\n"},
		}
	},
	importID: func(w *world, _ *harness.Resource) string { return w.organization },
	vanish: func(w *world, r *harness.Resource, inputs props) props {
		w.Request(http.MethodPost, "/v1/organizations/"+r.ID+"/reservations/overwrite", props{"items": list()})
		return inputs
	},
}

const (
	azureFile = `Name,Reservation Id,Status,Expiration date,Purchase date,Term,Scope,Scope subscription,Scope resource group,Type,Product name,Region,Quantity
web,11111111-0000-4000-8000-000000000001,Succeeded,2050-01-01T00:00:00Z,2023-01-11T00:00:00Z,P3Y,Single subscription,sub,group,VirtualMachines,Standard_D4s_v5,eastus,3
batch,11111111-0000-4000-8000-000000000002,Succeeded,2050-01-01T00:00:00Z,2023-01-11T00:00:00Z,P1Y,Shared,,,VirtualMachines,Standard_D8s_v5,westeurope,2
`
	gcpFile = `[{"id": "42", "name": "web", "region": "https://www.googleapis.com/compute/v1/projects/p/regions/us-east4", "status": "ACTIVE",
 "plan": "TWELVE_MONTH", "type": "GENERAL_PURPOSE_N2", "kind": "compute#commitment", "autoRenew": false,
 "category": "MACHINE", "description": "of the web team", "selfLink": "https://www.googleapis.com/compute/v1/projects/p/regions/us-east4/commitments/web",
 "statusMessage": "The commitment is active.", "creationTimestamp": "2023-12-31T23:00:00.000-07:00",
 "startTimestamp": "2024-01-01T00:00:00.000-07:00", "endTimestamp": "2025-01-01T00:00:00.000-07:00",
 "resources": [{"type": "VCPU", "amount": "100"}, {"type": "MEMORY", "amount": "20480"}, {"type": "LOCAL_SSD", "amount": "1"}]}]`
)

var commitmentsRow = &row{
	token: "Commitments", inputs: cost.CommitmentsArgs{}, state: cost.CommitmentsState{},
	least: func(w *world) props {
		return props{"organizationId": w.organization, "azureReservationsCsv": azureFile}
	},
	full: func(w *world) []props {
		web := props{
			"matcher": props{"name": "web", "region": "", "type": ""}, "prioritization": true, "status": "inactive", "allowedUsage": 0.6,
			"scalingStrategy": "CPUBased", "autoAssignment": false,
			"assignments": list(props{"clusterId": w.other, "priority": 1}, props{"clusterId": w.cluster}),
		}
		other := props{"matcher": props{"name": "batch", "region": "westeurope", "type": "Standard_D8s_v5"}, "status": "Active"}
		return []props{
			{"organizationId": w.organization, "azureReservationsCsv": azureFile, "importMode": "append", "commitmentConfigs": list(web, other)},
			{"organizationId": w.organization, "gcpCudsJson": gcpFile, "importMode": "OVERWRITE", "commitmentConfigs": list(
				with(web, props{"matcher": props{"name": "web", "region": "regions/us-east4", "type": "GENERAL_PURPOSE_N2"}}))},
		}
	},
	changes: func(*world) map[string]props {
		return map[string]props{
			"azureReservationsCsv": {"azureReservationsCsv": strings.Replace(azureFile, "eastus,3", "eastus,5", 1)},
			"gcpCudsJson":          {"gcpCudsJson": strings.Replace(gcpFile, "20480", "40960", 1)},
			"importMode":           {"importMode": "overwrite"},
			"commitmentConfigs": {"commitmentConfigs": list(
				props{"matcher": props{"name": "web", "region": ""}, "allowedUsage": 0.125, "assignments": list()})},
		}
	},
	unchanged: map[string]string{"organizationId": "the API acts on the organization of the token, which has one"},
	drops: map[string]props{
		"azureReservationsCsv": {"gcpCudsJson": gcpFile, "commitmentConfigs": nil},
		"gcpCudsJson":          {"azureReservationsCsv": azureFile, "commitmentConfigs": nil},
	},
	importID: func(w *world, r *harness.Resource) string {
		if cuds, _ := r.Output("gcpCuds").([]any); len(cuds) > 0 {
			return w.organization + ":gcp"
		}
		return w.organization + ":azure"
	},
	notImported: map[string]string{"importMode": localSwitch, "commitmentConfigs": "an import leaves all commitments as they are"},
	vanish: func(w *world, _ *harness.Resource, inputs props) props {
		for _, c := range w.Request(http.MethodGet, "/v1/savings/commitments", nil)["commitments"].([]any) {
			w.Request(http.MethodDelete, "/v1/savings/commitments/"+c.(props)["id"].(string), nil)
		}
		return inputs
	},
}
