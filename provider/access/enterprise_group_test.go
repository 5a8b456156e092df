package access_test

import (
	"net/http"
	"testing"

	"github.com/castai/pulumi-castai/emulator"
	"github.com/castai/pulumi-castai/internal/harness"
)

func person(kind, id string) harness.Props { return harness.Props{"kind": kind, "id": id} }

// grants puts role bindings into one block, each with one scope.
func grants(bindings ...harness.Props) []any {
	all := list()
	for _, b := range bindings {
		all = append(all, b)
	}
	return list(harness.Props{"roleBindings": all})
}

func granted(name, role string, scopes ...harness.Props) harness.Props {
	if len(scopes) == 0 {
		scopes = []harness.Props{{"organization": child}}
	}
	all := list()
	for _, scope := range scopes {
		all = append(all, scope)
	}
	return harness.Props{"name": name, "roleId": role, "scopes": list(harness.Props{"scopes": all})}
}

func enterpriseGroup(change harness.Props) harness.Props {
	return with(harness.Props{
		"enterpriseId": organization, "organizationId": child, "name": "platform",
		"members":      members(person("user", one)),
		"roleBindings": grants(granted("a", one), granted("b", two)),
	}, change)
}

// bindingID is the ID of a role binding among the outputs.
func bindingID(r *harness.Resource, at int) string {
	block := r.Output("roleBindings").([]any)[0].(harness.Props)["roleBindings"].([]any)
	id, _ := block[at].(harness.Props)["id"].(string)
	return id
}

// sentBindings are the names of the role bindings in the last update, by ID.
func sentBindings(t *testing.T, h *harness.Harness) harness.Props {
	t.Helper()
	out := harness.Props{}
	for _, b := range sent(t, h, "groups:batchUpdate")["roleBindings"].([]any) {
		out[b.(harness.Props)["id"].(string)] = b.(harness.Props)["name"]
	}
	return out
}

func TestEnterpriseGroupBodies(t *testing.T) {
	h := inEnterprise(t, onlyPages)
	h.Resource("EnterpriseGroup", "first").WantUp("create", enterpriseGroup(nil))
	r := h.Resource("EnterpriseGroup", "x")
	h.Forget()
	r.WantUp("create", enterpriseGroup(harness.Props{
		"members":      members(person("User", one), person("SERVICE_ACCOUNT", two), person("user", one)),
		"roleBindings": grants(granted("a", one, harness.Props{"organization": child}, harness.Props{"cluster": two}, harness.Props{"resource": one})),
	}))
	wantJSON(t, "created by", h.Calls(), list("POST "+enterpriseBase+"/groups:batchCreate"))
	scopes := list(harness.Props{"organization": harness.Props{"id": child}}, harness.Props{"cluster": harness.Props{"id": two}},
		harness.Props{"resource": harness.Props{"id": one}})
	wantJSON(t, "created with", sent(t, h, ":batchCreate"), harness.Props{
		"name": "platform", "organizationId": child,
		"members":      list(person("SUBJECT_KIND_USER", one), person("SUBJECT_KIND_SERVICE_ACCOUNT", two)),
		"roleBindings": list(harness.Props{"name": "a", "roleId": one, "scopes": scopes}),
	})
	r.WantDrift() // on the second page of every list
	id := bindingID(r, 0)
	r.WantUp("update", enterpriseGroup(harness.Props{
		"description": "d", "roleBindings": grants(granted("a", one, harness.Props{"cluster": two, "organization": ""})),
	}))
	wantJSON(t, "updated with", sent(t, h, ":batchUpdate"), harness.Props{
		"id": r.ID, "name": "platform", "organizationId": child, "description": "d", "members": list(person("USER", one)),
		"roleBindings": list(harness.Props{"id": id, "name": "a", "roleId": one, "scopes": list(harness.Props{"cluster": harness.Props{"id": two}})}),
	})
	r.WantDrift()
	r.WantUp("update", enterpriseGroup(harness.Props{"members": nil, "roleBindings": nil}))
	wantJSON(t, "emptied with", sent(t, h, ":batchUpdate"), harness.Props{
		"id": r.ID, "name": "platform", "organizationId": child, "description": "", "members": []any{}, "roleBindings": []any{},
	})
	r.WantDrift()
	if err := r.Delete(); err != nil {
		t.Fatal(err)
	}
	wantJSON(t, "deleted with", h.Body("POST", ":batchDelete"), batch(r.ID, child))
}

// The API spells the kind of a member in another way in almost every call.
func TestEnterpriseGroupUnderstandsEveryKind(t *testing.T) {
	for _, kind := range []string{"USER", "KIND_USER", "SUBJECT_KIND_USER"} {
		h := inEnterprise(t)
		r := h.Resource("EnterpriseGroup", "x")
		h.Emulator.Fail(emulator.Fault{Method: "POST", Status: 200, Body: `{"groups":[{"id":"` + two + `","name":"platform","organizationId":"` + child +
			`","definition":{"members":[{"id":"` + one + `","kind":"` + kind + `"}]}}]}`})
		r.WantUp("create", enterpriseGroup(harness.Props{"roleBindings": nil}))
		wantJSON(t, kind, r.Output("members"), members(person("user", one)))
	}
	h := inEnterprise(t)
	r := h.Resource("EnterpriseGroup", "x")
	h.Emulator.Fail(emulator.Fault{Method: "POST", Status: 200, Body: `{"groups":[{"id":"` + two + `","name":"platform",
		"definition":{"members":[{"id":"` + one + `","kind":"SUBJECT_KIND_ROBOT"},{"id":"` + two + `"}]}}]}`})
	r.WantUp("create", enterpriseGroup(harness.Props{"roleBindings": nil}))
	if r.ID != two {
		t.Error("a group with a member of an unknown kind is not in the state")
	}
}

// Role bindings are told by what they are and not by their place in the list.
func TestEnterpriseGroupBindingsKeepTheirIDs(t *testing.T) {
	h := inEnterprise(t)
	r := h.Resource("EnterpriseGroup", "x")
	r.WantUp("create", enterpriseGroup(nil))
	a, b := bindingID(r, 0), bindingID(r, 1)
	if a == "" || b == "" || a == b {
		t.Fatalf("the role bindings are %v", r.Output("roleBindings"))
	}
	step := func(name string, want harness.Props, bindings ...harness.Props) {
		t.Helper()
		r.WantUp("update", enterpriseGroup(harness.Props{"roleBindings": grants(bindings...)}))
		wantJSON(t, name, sentBindings(t, h), want)
		r.WantDrift()
	}
	step("one more at the front", harness.Props{"": "c", a: "a", b: "b"}, granted("c", three), granted("a", one), granted("b", two))
	c := bindingID(r, 2) // the order of before
	step("another name", harness.Props{c: "d", a: "a", b: "b"}, granted("d", three), granted("a", one), granted("b", two))
	step("another role", harness.Props{c: "d", a: "a", b: "b"}, granted("a", three), granted("b", two), granted("d", three))
	step("one less", harness.Props{c: "d", b: "b"}, granted("b", two), granted("d", three))
	r.WantUp("same", enterpriseGroup(harness.Props{"roleBindings": grants(granted("d", three), granted("b", two))}))
}

func TestEnterpriseGroupLeavesOtherBindingsAlone(t *testing.T) {
	h := inEnterprise(t)
	r := h.Resource("EnterpriseGroup", "x")
	r.WantUp("create", enterpriseGroup(nil))
	alone, many := h.Resource("EnterpriseRoleBinding", "alone"), h.Resource("EnterpriseRoleBinding", "many")
	alone.WantUp("create", enterpriseBinding(harness.Props{"name": "a", "subjects": harness.Props{"groups": ids(r.ID)}}))
	many.WantUp("create", enterpriseBinding(harness.Props{"name": "many", "subjects": harness.Props{"groups": ids(r.ID), "users": ids(one)},
		"scopes": harness.Props{"resources": ids(two)}}))

	r.WantDrift()
	r.WantUp("update", enterpriseGroup(harness.Props{"description": "d"}))
	wantJSON(t, "an update of something else sends", sentBindings(t, h),
		harness.Props{bindingID(r, 0): "a", bindingID(r, 1): "b", alone.ID: "a", many.ID: "many"})
	r.WantDrift()
	r.WantUp("update", enterpriseGroup(harness.Props{"roleBindings": nil}))
	wantJSON(t, "an update without bindings sends", sentBindings(t, h), harness.Props{alone.ID: "a", many.ID: "many"})
	h.Reopen()
	for _, r := range []*harness.Resource{r, alone, many} {
		r.WantDrift()
	}

	imported := h.Resource("EnterpriseGroup", "imported")
	if err := imported.Import(organization + "/" + child + "/" + r.ID); err != nil {
		t.Fatal(err)
	}
	wantJSON(t, "the import finds", imported.Input("roleBindings"), grants(granted("a", three)))
	imported.WantUp("same", enterpriseGroup(harness.Props{"roleBindings": grants(granted("a", three))}))
}

func TestEnterpriseGroupBindingsThatChangedElsewhere(t *testing.T) {
	h := inEnterprise(t)
	r := h.Resource("EnterpriseGroup", "x")
	r.WantUp("create", enterpriseGroup(nil))
	a := bindingID(r, 0)
	path := "/v1/organizations/" + child + "/role-bindings/"
	h.Call(http.MethodDelete, path+a, nil)
	now := h.Call(http.MethodGet, path+bindingID(r, 1), nil)
	now["definition"].(harness.Props)["roleId"] = three
	h.Call(http.MethodPatch, path+bindingID(r, 1), harness.Props{"name": "b", "definition": now["definition"]})

	without := *r
	without.WantUp("update", enterpriseGroup(harness.Props{"description": "d"}))
	wantJSON(t, "an update that knows nothing of it sends", sentBindings(t, h), harness.Props{"": "a", bindingID(r, 1): "b"})
	without.WantDrift()

	h.Call(http.MethodDelete, path+bindingID(&without, 0), nil)
	h.Reopen()
	without.WantDrift("roleBindings[0].roleBindings[0].name", "roleBindings[0].roleBindings[0].roleId", "roleBindings[0].roleBindings[1]")
	without.WantUp("update", enterpriseGroup(harness.Props{"description": "d"}))
	without.WantDrift()
}

// An update that was made and whose answer was lost makes nothing twice.
func TestEnterpriseGroupUpdateWithALostAnswer(t *testing.T) {
	h := inEnterprise(t)
	r := h.Resource("EnterpriseGroup", "x")
	r.WantUp("create", enterpriseGroup(harness.Props{"roleBindings": nil}))
	before := *r
	h.Emulator.Fail(emulator.Fault{Method: "POST", Action: emulator.Drop})
	r.WantUp("update", enterpriseGroup(nil)) // sent twice
	r.WantDrift()
	a, b := bindingID(r, 0), bindingID(r, 1)
	if made := h.Call("GET", enterpriseBase+"/role-bindings?subjectId="+r.ID, nil)["items"].([]any); len(made) != 2 {
		t.Errorf("there are the role bindings %v", made)
	}
	r = &before // as if the second one were lost as well
	r.WantUp("update", enterpriseGroup(nil))
	wantJSON(t, "the next update sends", sentBindings(t, h), harness.Props{a: "a", b: "b"})
	r.WantDrift()
}

func TestEnterpriseGroupRemovesOnlyWhatAPreviewHasShown(t *testing.T) {
	h := inEnterprise(t)
	r := h.Resource("EnterpriseGroup", "x")
	r.WantUp("create", enterpriseGroup(nil))
	path := "/v1/organizations/" + child + "/groups/" + r.ID
	now := h.Call("GET", path, nil)
	all := append(now["definition"].(harness.Props)["members"].([]any), harness.Props{"kind": "USER", "id": two, "email": "b@example.com"})
	h.Call("PATCH", path, harness.Props{"name": "platform", "description": "theirs", "definition": harness.Props{"members": all}})

	r.WantUp("update", enterpriseGroup(harness.Props{"name": "new"}))
	update := sent(t, h, ":batchUpdate")
	if len(update["members"].([]any)) != 2 || update["description"] != "theirs" {
		t.Errorf("an update of the name sends %v", update)
	}
	r.WantDrift("members[0].members[1]")
	r.WantUp("update", enterpriseGroup(harness.Props{"name": "new"}))
	wantJSON(t, "an update after the refresh sends", sent(t, h, ":batchUpdate")["members"], list(person("USER", one)))
	r.WantDrift()
}

func TestEnterpriseGroupCheck(t *testing.T) {
	h := inEnterprise(t)
	at := "roleBindings[0].roleBindings[0].scopes"
	for want, binding := range map[string]harness.Props{
		at + ": the list has too few elements":                 {"name": "a", "roleId": one, "scopes": list()},
		at + "[0].scopes[0]: one of `organization`, `cluster`": granted("a", one, harness.Props{"cluster": ""}),
		at + "[0].scopes[0].cluster: only one of":              granted("a", one, harness.Props{"cluster": one, "organization": two}),
		at + "[0].scopes[1].cluster: the list has it already":  granted("a", one, harness.Props{"cluster": one}, harness.Props{"cluster": one}),
		`roleBindings[0].roleBindings[0].name: "" is blank`:    granted("", one),
	} {
		_, failures := h.Resource("EnterpriseGroup", "x").Check(enterpriseGroup(harness.Props{"roleBindings": grants(binding)}))
		wantError(t, harness.CheckError(failures), want)
	}
	for name, bindings := range map[string]any{
		"unknown":         harness.Unknown,
		"unknown scopes":  grants(harness.Props{"name": "a", "roleId": one, "scopes": harness.Unknown}),
		"unknown cluster": grants(granted("a", one, harness.Props{"cluster": harness.Unknown, "organization": ""})),
		"one of two":      grants(granted("a", one, harness.Props{"cluster": harness.Unknown, "organization": one})),
	} {
		if _, failures := h.Resource("EnterpriseGroup", "x").Check(enterpriseGroup(harness.Props{"roleBindings": bindings})); len(failures) > 0 {
			t.Errorf("%s: %v", name, harness.CheckError(failures))
		}
	}
	// Blocks make no difference.
	r := h.Resource("EnterpriseGroup", "x")
	r.WantUp("create", enterpriseGroup(harness.Props{"roleBindings": grants(granted("a", one, harness.Props{"cluster": one}, harness.Props{"cluster": two}))}))
	r.WantUp("same", enterpriseGroup(harness.Props{"roleBindings": list(harness.Props{}, harness.Props{"roleBindings": list(harness.Props{
		"name": "a", "roleId": one, "scopes": list(harness.Props{"scopes": list(harness.Props{"cluster": two})}, harness.Props{"scopes": list(harness.Props{"cluster": one})}),
	})})}))
}

// A refresh of many groups takes as many calls as the lists have pages.
func TestEnterpriseGroupsShareLists(t *testing.T) {
	h := inEnterprise(t)
	var all []*harness.Resource
	for _, name := range []string{"a", "b", "c"} {
		r := h.Resource("EnterpriseGroup", name)
		r.WantUp("create", enterpriseGroup(harness.Props{"name": name}))
		all = append(all, r)
	}
	binding := h.Resource("EnterpriseRoleBinding", "x")
	binding.WantUp("create", enterpriseBinding(nil))
	h.Reopen()
	h.Forget()
	for _, r := range append(all, binding) {
		r.WantDrift()
	}
	wantJSON(t, "refreshed by", h.Calls(), list("GET "+enterpriseBase+"/groups", "GET "+enterpriseBase+"/role-bindings"))
}
