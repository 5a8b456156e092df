package access_test

import (
	"testing"

	"github.com/castai/pulumi-castai/emulator"
	"github.com/castai/pulumi-castai/internal/harness"
)

func user(id string) harness.Props {
	return harness.Props{"kind": "user", "id": id, "email": id[:1] + "@example.com"}
}

func members(items ...any) []any { return list(harness.Props{"members": list(items...)}) }

// sentMembers are the IDs in the last update.
func sentMembers(h *harness.Harness, r *harness.Resource) []any {
	ids := []any{}
	for _, member := range h.Body("PATCH", r.ID)["definition"].(harness.Props)["members"].([]any) {
		ids = append(ids, member.(harness.Props)["id"])
	}
	return ids
}

func group(h *harness.Harness, change harness.Props) harness.Props {
	inputs := harness.Props{"organizationId": organization, "name": "platform"}
	for key, value := range change {
		inputs[key] = value
	}
	return inputs
}

func TestGroupMembersOfManyBlocksAreOneSet(t *testing.T) {
	h := harness.New(t)
	r := h.Resource("OrganizationGroup", "x")
	shouted := harness.Props{"kind": "Service_Account", "id": three, "email": "BOT@example.com"}
	r.WantUp("create", group(h, harness.Props{"members": list(
		harness.Props{"members": list(user(two), user(one))}, harness.Props{}, harness.Props{"members": list(user(two), shouted)},
	)}))
	sent := h.Body("POST", "/groups")["definition"].(harness.Props)["members"].([]any)
	if len(sent) != 3 || sent[2].(harness.Props)["kind"] != "SERVICE_ACCOUNT" {
		t.Errorf("the members %v were sent, want each once and kinds as the API has them", sent)
	}
	r.WantUp("same", group(h, harness.Props{"members": members(shouted, user(one), user(two), user(two))}))
	r.WantDrift()
}

func TestGroupWithEmptyBlocks(t *testing.T) {
	h := harness.New(t)
	for name, blocks := range map[string][]any{"none": {}, "empty": {harness.Props{}}, "of none": members()} {
		r := h.Resource("OrganizationGroup", name)
		r.WantUp("create", group(h, harness.Props{"members": blocks}))
		r.WantDrift()
		r.WantUp("same", group(h, harness.Props{"members": blocks}))
	}
}

// addToGroup adds a member as the console would.
func addToGroup(h *harness.Harness, r *harness.Resource, added ...harness.Props) {
	all := list()
	path := underOrganization + "/groups/" + r.ID
	now := h.Call("GET", path, nil)
	if known, some := now["definition"].(harness.Props)["members"].([]any); some {
		all = append(all, known...)
	}
	for _, member := range added {
		all = append(all, harness.Props{"kind": "USER", "id": member["id"], "email": member["email"]})
	}
	h.Call("PATCH", path, harness.Props{"name": now["name"], "definition": harness.Props{"members": all}})
}

func TestGroupRemovesOnlyWhatAPreviewHasShown(t *testing.T) {
	h := harness.New(t)
	r := h.Resource("OrganizationGroup", "x")
	r.WantUp("create", group(h, harness.Props{"members": members(user(one))}))
	addToGroup(h, r, user(two))

	r.WantUp("update", group(h, harness.Props{"members": members(user(one)), "description": "d"}))
	wantJSON(t, "an update of something else sends", sentMembers(h, r), list(one, two))
	r.WantUp("update", group(h, harness.Props{"members": list(), "description": "d"}))
	wantJSON(t, "an update that empties the list sends", sentMembers(h, r), list(two))
	r.WantDrift("members[0]")
	r.WantUp("update", group(h, harness.Props{"members": list(), "description": "d"}))
	wantJSON(t, "an update after the refresh sends", sentMembers(h, r), list())
	r.WantDrift()
}

func TestGroupWithoutMembersLeavesThemAlone(t *testing.T) {
	h := harness.New(t)
	r := h.Resource("OrganizationGroup", "x")
	r.WantUp("create", group(h, nil))
	addToGroup(h, r, user(one), user(two))
	r.WantDrift()
	addToGroup(h, r, user(three))
	r.WantUp("update", group(h, harness.Props{"name": "new"}))
	wantJSON(t, "the update sends", sentMembers(h, r), list(one, two, three))
	if got := h.Body("PATCH", r.ID)["name"]; got != "new" {
		t.Errorf("the update sends the name %v", got)
	}
}

func TestGroupMemberIsToldByItsID(t *testing.T) {
	h := harness.New(t)
	r := h.Resource("OrganizationGroup", "x")
	r.WantUp("create", group(h, harness.Props{"members": members(user(one))}))
	h.Call("PATCH", underOrganization+"/groups/"+r.ID, harness.Props{"name": "platform", "definition": harness.Props{
		"members": list(harness.Props{"kind": "USER", "id": one, "email": "married@example.com"}),
	}})
	r.WantDrift()
	h.Call("PATCH", underOrganization+"/groups/"+r.ID, harness.Props{"name": "platform", "definition": harness.Props{
		"members": list(harness.Props{"kind": "USER", "id": two, "email": "1@example.com"}),
	}})
	r.WantDrift("members[0].members[0].id")
}

func TestGroupIsImportedWithoutAnOrganization(t *testing.T) {
	h := harness.New(t)
	r := h.Resource("OrganizationGroup", "x")
	r.WantUp("create", group(h, nil))
	y := h.Resource("OrganizationGroup", "y")
	if err := y.Import(r.ID); err != nil || y.ID != r.ID || y.Input("organizationId") != organization {
		t.Errorf("imported as %q with %v: %v", y.ID, y.Inputs, err)
	}
	many := harness.New(t, func(o *emulator.Options) { o.Organizations = []emulator.Organization{{ID: one}, {ID: two}} })
	wantError(t, many.Resource("OrganizationGroup", "y").Import(three), "sees 2 organizations")
}

func TestGroupLabelSelector(t *testing.T) {
	h := harness.New(t)
	r := h.Resource("OrganizationGroup", "x")
	selector := func(condition string, requirements ...any) harness.Props {
		return group(h, harness.Props{"labelSelector": harness.Props{"condition": condition, "requirements": list(requirements...)}})
	}
	team := harness.Props{"key": "team", "operator": "in", "values": list("web", "api")}
	r.WantUp("create", selector("and", team))
	wantJSON(t, "the create call sends", h.Body("POST", "/groups")["labelSelector"], harness.Props{
		"condition": "AND", "requirements": list(harness.Props{"key": "team", "operator": "IN", "values": list("web", "api")})})
	r.WantDrift()
	r.WantUp("same", selector("AND", harness.Props{"key": "team", "operator": "IN", "values": list("api", "web")}))

	r.WantUp("update", selector("or", harness.Props{"key": "guest", "operator": "DOES_NOT_EXIST"}))
	wantJSON(t, "the update sends", h.Body("PATCH", r.ID)["labelSelector"], harness.Props{
		"condition": "OR", "requirements": list(harness.Props{"key": "guest", "operator": "DOES_NOT_EXIST"})})
	r.WantUp("update", selector("or"))
	r.WantDrift()

	r.WantUp("update", group(h, nil))
	wantJSON(t, "the update that clears it sends", h.Body("PATCH", r.ID)["labelSelector"], harness.Props{
		"condition": "UNSPECIFIED", "requirements": []any{}})
	r.WantDrift()
	imported := h.Resource("OrganizationGroup", "y")
	if err := imported.Import(organization + "/" + r.ID); err != nil || imported.Input("labelSelector") != nil {
		t.Errorf("imported with %v: %v", imported.Inputs, err)
	}
	r.WantUp("update", group(h, harness.Props{"description": "d"}))
	if sent, ok := h.Body("PATCH", r.ID)["labelSelector"]; ok {
		t.Errorf("an update of something else sends the selector %v", sent)
	}
}
