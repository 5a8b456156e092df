package emulator

import (
	"cmp"
	"maps"
	"slices"
	"strings"
)

const commitmentsPath = "/v1/savings/commitments"

// hiddenAssigned holds the clusters that a commitment is for, in order.
const hiddenAssigned = "assigned"

// commitmentKind is one kind of commitment that can be imported.
type commitmentKind struct {
	context string // the member that holds what only this kind has
	id      string // the member of it that the cloud tells commitments apart by
	read    func(in doc) (doc, *Failure)
}

const (
	azureContext = "azureReservationContext"
	gcpContext   = "gcpResourceCudContext"
)

func (s *Server) commitmentArea() {
	const api = "CommitmentsAPI"
	s.handle(api+"ImportAzureReservations", importCommitments(commitmentKind{azureContext, "id", readAzureReservation}))
	s.handle(api+"ImportGCPCommitments", importCommitments(commitmentKind{gcpContext, "cudId", readGCPCommitment}))
	s.adapters[api+"UpdateCommitment"] = func(in doc) { // observed: clients send empty texts for what they leave alone
		for _, name := range []string{"status", "scalingStrategy"} {
			if in[name] == "" {
				delete(in, name)
			}
		}
	}
	s.handle(api+"GetCommitments", func(c *call) (*answer, error) { return c.page(c.store.list(commitmentsPath)) })
	s.handle(api+"GetCommitmentsAssignments", func(c *call) (*answer, error) {
		list := []any{}
		for _, r := range c.store.list(commitmentsPath) {
			list = append(list, assignmentsOf(r)...)
		}
		return c.reply(doc{"commitmentsAssignments": list})
	})
	for operation, h := range map[string]func(*call, *record) (*answer, error){
		"GetCommitment":                func(c *call, r *record) (*answer, error) { return c.show(r, "commitment") },
		"UpdateCommitment":             updateCommitment,
		"DeleteCommitment":             deleteCommitment,
		"GetCommitmentAssignments":     showAssignments,
		"ReplaceCommitmentAssignments": replaceAssignments,
		"GetCommitmentUsageHistory":    showCommitmentUsage,
	} {
		s.handle(api+operation, func(c *call) (*answer, error) {
			r := c.store.get(commitmentsPath, c.params["commitmentId"])
			if r == nil {
				return nil, notFound("commitment not found: %s", c.params["commitmentId"])
			}
			return h(c, r)
		})
	}
}

// importCommitments takes the commitments of one cloud. Documented: they are added to those there are, or take their
// place. Assumed: one that is added again is updated, and one that takes the place of others starts anew, which is the
// worst that can happen to its settings.
func importCommitments(kind commitmentKind) handler {
	return func(c *call) (*answer, error) {
		list, _ := c.body.([]any)
		var read []doc
		for _, item := range list {
			d, failure := kind.read(withoutNulls(item).(doc))
			if failure != nil {
				return nil, failure
			}
			read = append(read, d)
		}
		known := map[string]*record{}
		for _, r := range slices.Clone(c.store.list(commitmentsPath)) {
			if object(r.Doc, kind.context) == nil {
				continue
			}
			if c.query.Get("behaviour") != "APPEND" {
				c.store.remove(r)
				continue
			}
			known[text(object(r.Doc, kind.context), kind.id)] = r
		}
		for _, d := range read {
			r := known[text(object(d, kind.context), kind.id)]
			if r == nil {
				id := c.newID()
				r = &record{Scope: commitmentsPath, ID: id, Doc: doc{
					"id": id, "allowedUsage": 1.0, "prioritization": false, "autoAssignment": true, "scalingStrategy": "Default",
					"status": "Active", "state": "STATE_ACTIVE",
				}}
			}
			maps.Copy(r.Doc, d)
			r.Doc["updatedAt"] = instant(c.now)
			c.store.put(r)
		}
		return c.reply(doc{})
	}
}

func readAzureReservation(in doc) (doc, *Failure) {
	if text(in, "reservationId") == "" {
		return nil, invalid("reservationId", "must not be empty")
	}
	plan, known := map[string]string{"P1Y": "ONE_YEAR", "ONE_YEAR": "ONE_YEAR", "P3Y": "THREE_YEAR", "THREE_YEAR": "THREE_YEAR"}[text(in, "term")]
	if !known {
		return nil, invalid("term", "must be P1Y or P3Y")
	}
	return doc{
		"name": text(in, "name"), "region": lastPart(text(in, "region")),
		"startDate": cmp.Or(text(in, "purchaseDate"), beginning), "endDate": in["expirationDate"],
		azureContext: doc{
			"id": in["reservationId"], "count": number(in, "quantity"), "instanceType": text(in, "productName"), "plan": plan,
			"scope": text(in, "scope"), "scopeSubscription": text(in, "scopeSubscription"),
			"scopeResourceGroup": text(in, "scopeResourceGroup"), "status": text(in, "status"),
		},
	}, nil
}

func readGCPCommitment(in doc) (doc, *Failure) {
	if text(in, "id") == "" {
		return nil, invalid("id", "must not be empty")
	}
	if plan := text(in, "plan"); plan != "TWELVE_MONTH" && plan != "THIRTY_SIX_MONTH" {
		return nil, invalid("plan", "must be TWELVE_MONTH or THIRTY_SIX_MONTH")
	}
	amounts := map[string]string{"VCPU": "0", "MEMORY": "0"}
	resources, _ := in["resources"].([]any)
	for _, resource := range resources {
		resource := resource.(doc) // the contract has let only objects through
		amounts[text(resource, "type")] = text(resource, "amount")
	}
	return doc{
		"name": text(in, "name"), "region": lastPart(text(in, "region")),
		"startDate": cmp.Or(text(in, "startTimestamp"), beginning), "endDate": in["endTimestamp"],
		gcpContext: doc{
			"cudId": in["id"], "status": text(in, "status"), "plan": in["plan"], "type": text(in, "type"),
			"cpu": amounts["VCPU"], "memoryMb": amounts["MEMORY"],
		},
	}, nil
}

// lastPart is the name at the end of the URL that a region may be. Documented.
func lastPart(region string) string { return region[strings.LastIndex(region, "/")+1:] }

// updateCommitment sets what the body holds. Assumed: what it leaves out stays.
func updateCommitment(c *call, r *record) (*answer, error) {
	in := withoutNulls(c.input()).(doc)
	if outside(in, "allowedUsage", 0, 1) {
		return nil, invalid("allowedUsage", "must be 0 to 1")
	}
	if usage, given := in["allowedUsage"].(float64); given {
		in["allowedUsage"] = float64(float32(usage)) // a number of 32 bits
	}
	maps.Copy(r.Doc, in)
	r.Doc["updatedAt"] = instant(c.now)
	c.store.put(r)
	return c.reply(doc{"commitments": r.Doc})
}

func deleteCommitment(c *call, r *record) (*answer, error) {
	c.store.remove(r)
	return c.reply(doc{})
}

// assignmentsOf lists the clusters of a commitment. Documented: the first is served first.
func assignmentsOf(r *record) []any {
	list := []any{}
	for i, cluster := range hidden[[]any](r, hiddenAssigned) {
		list = append(list, doc{"id": r.ID + "-" + cluster.(string), "clusterId": cluster, "commitmentId": r.ID, "priority": float64(i + 1)})
	}
	return list
}

func showAssignments(c *call, r *record) (*answer, error) {
	return c.reply(doc{"assignments": assignmentsOf(r)})
}

// replaceAssignments sets the clusters of a commitment. Observed: null is accepted, and stands for none.
func replaceAssignments(c *call, r *record) (*answer, error) {
	list, _ := c.body.([]any)
	for _, id := range list {
		if cluster := c.cluster(c, id.(string)); cluster == nil || archived(cluster) {
			return nil, invalid("clusterId", "cluster not found: %v", id) // assumed
		}
	}
	r.hide(hiddenAssigned, list)
	c.store.put(r)
	return showAssignments(c, r)
}
