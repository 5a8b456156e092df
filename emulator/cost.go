package emulator

import (
	"cmp"
	"slices"
	"strings"
)

const (
	allocationGroupsPath = "/v1/cost-reports/allocation-groups"
	reservationsPath     = "/v1/organizations/{organizationId}/reservations"
)

func (s *Server) costArea() {
	// Assumed: several groups may have one name.
	s.collect(collection{kind: "allocation group", path: allocationGroupsPath, rules: allocationGroupRules})
	s.handle("AllocationGroupAPIListAllocationGroups", listAllocationGroups)
	s.handle("InventoryAPIGetReservations", func(c *call) (*answer, error) { return c.page(c.store.list(c.path)) })
	s.handle("InventoryAPIOverwriteReservations", overwriteReservations)
	s.commitmentArea()
	s.costReportArea()
	s.workloadCostArea()
}

func allocationGroupRules(_ *call, r *record, _ doc) error {
	d := r.Doc
	if strings.TrimSpace(text(d, "name")) == "" {
		return invalid("name", "must not be empty") // assumed
	}
	filter := object(d, "filter")
	if filter == nil {
		filter = doc{}
		d["filter"] = filter
	}
	// Documented, but for the operator of labels, which is assumed.
	setDefaults(filter, doc{"clusterIds": []any{}, "namespaces": []any{}, "labels": []any{}, "labelsOperator": "OR"})
	for _, name := range []string{"labels", "nodeLabels"} {
		list, _ := filter[name].([]any)
		for _, label := range list {
			label := label.(doc) // the contract has let only objects through
			if strings.TrimSpace(text(label, "label")) == "" {
				return invalid("filter."+name, "a label has no name")
			}
			setDefaults(label, doc{"operator": "Equal", "value": ""})
		}
		slices.SortStableFunc(list, func(a, b any) int { return cmp.Compare(text(a.(doc), "label"), text(b.(doc), "label")) })
	}
	order(filter, "clusterIds") // assumed: sets have no order
	return nil
}

// listAllocationGroups lists the groups that look at any of the clusters asked for. Assumed: a group of no cluster looks
// at all of them.
func listAllocationGroups(c *call) (*answer, error) {
	groups := slices.DeleteFunc(slices.Clone(c.store.list(allocationGroupsPath)), func(r *record) bool {
		return !overlap(r, c.query["clusterIds"])
	})
	return c.page(groups)
}

// overlap tells whether a group looks at any of the clusters; no cluster stands for all.
func overlap(group *record, clusters []string) bool {
	of, _ := object(group.Doc, "filter")["clusterIds"].([]any)
	return len(of) == 0 || len(clusters) == 0 ||
		slices.ContainsFunc(of, func(id any) bool { return slices.Contains(clusters, id.(string)) })
}

// overwriteReservations replaces all reservations of an organization. Observed: each value may come under the name that
// the Azure portal has for it. Assumed: the list is sorted, and what is not given is not
// known.
func overwriteReservations(c *call) (*answer, error) {
	scope := strings.TrimSuffix(c.path, "/overwrite")
	items, _ := c.input()["items"].([]any)
	var made []*record
	for _, item := range items {
		in := withoutNulls(item).(doc)
		for name, alias := range map[string]string{
			"instanceType": "productName", "count": "quantity", "startDate": "purchaseDate", "endDate": "expirationDate",
		} {
			if in[name] == nil {
				in[name] = in[alias]
			}
		}
		if text(in, "provider") == "" || text(in, "instanceType") == "" {
			return nil, invalid("items", "a reservation needs a provider and an instance type") // assumed
		}
		d := doc{
			"reservationId": c.newID(), "createdAt": instant(c.now), "updatedAt": instant(c.now), "endDate": nil, "zoneId": nil, "zoneName": nil,
			"name": "", "region": "", "provider": strings.ToLower(text(in, "provider")), "instanceType": in["instanceType"],
		}
		for _, name := range []string{"name", "region", "count", "price", "startDate", "endDate", "zoneId", "zoneName"} {
			if in[name] != nil {
				d[name] = in[name]
			}
		}
		made = append(made, &record{Scope: scope, ID: text(d, "reservationId"), Doc: d})
	}
	slices.SortStableFunc(made, func(a, b *record) int {
		return cmp.Or(cmp.Compare(text(a.Doc, "startDate"), text(b.Doc, "startDate")), cmp.Compare(text(a.Doc, "name"), text(b.Doc, "name")))
	})
	for _, r := range slices.Clone(c.store.list(scope)) {
		c.store.remove(r)
	}
	for _, r := range made {
		c.store.put(r)
	}
	return c.page(c.store.list(scope))
}
