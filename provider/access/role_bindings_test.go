package access_test

import (
	"testing"

	"github.com/castai/pulumi-castai/emulator"
	"github.com/castai/pulumi-castai/internal/harness"
)

func subjects(items ...any) []any { return list(harness.Props{"subjects": list(items...)}) }

func bound(id string) harness.Props { return harness.Props{"kind": "user", "userId": id} }

func roleBinding(change harness.Props) harness.Props {
	inputs := harness.Props{
		"organizationId": organization, "name": "viewers", "roleId": three, "subjects": subjects(bound(one)),
		"scopes": list(harness.Props{"kind": "organization", "resourceId": organization}),
	}
	for key, value := range change {
		inputs[key] = value
	}
	return inputs
}

func TestRoleBindingsCheck(t *testing.T) {
	h := harness.New(t)
	for _, test := range []struct {
		name   string
		inputs harness.Props
		want   string
	}{
		{"no scope", harness.Props{"scopes": list()}, "scopes: the list has too few elements"},
		{"no ID", harness.Props{"subjects": subjects(harness.Props{"kind": "group", "userId": one})},
			`subjects[0].subjects[0].groupId: is missing: a subject of the kind "group" is named by it`},
		{"another ID", harness.Props{"subjects": subjects(harness.Props{"kind": "User", "userId": one, "groupId": one})},
			`subjects[0].subjects[0].groupId: does not belong to a subject of the kind "User"`},
		{"another kind", harness.Props{"subjects": subjects(harness.Props{"kind": "robot", "userId": one})},
			`subjects[0].subjects[0].kind: "robot" is not allowed`},
	} {
		_, failures := h.Resource("RoleBindings", "x").Check(roleBinding(test.inputs))
		wantError(t, harness.CheckError(failures), test.want)
	}
	for name, subject := range map[string]harness.Props{
		"empty texts":  {"kind": "group", "groupId": one, "userId": "", "serviceAccountId": ""},
		"unknown ID":   {"kind": "group", "groupId": harness.Unknown},
		"unknown kind": {"kind": harness.Unknown, "groupId": one},
		"unknown rest": {"kind": "user", "userId": one, "groupId": harness.Unknown},
	} {
		if _, failures := h.Resource("RoleBindings", "x").Check(roleBinding(harness.Props{"subjects": subjects(subject)})); len(failures) > 0 {
			t.Errorf("%s: %v", name, harness.CheckError(failures))
		}
	}
}

func TestRoleBindingsSendIDsUnderTheirKinds(t *testing.T) {
	h := harness.New(t)
	r := h.Resource("RoleBindings", "x")
	r.WantUp("create", roleBinding(harness.Props{
		"scopes": list(
			harness.Props{"kind": "Cluster", "resourceId": two}, harness.Props{"kind": "organization", "resourceId": organization}),
		"subjects": subjects(bound(one), harness.Props{"kind": "SERVICE_ACCOUNT", "serviceAccountId": two},
			harness.Props{"kind": "group", "groupId": three}, bound(one)),
	}))
	id := func(kind, id string) harness.Props { return harness.Props{kind: harness.Props{"id": id}} }
	h.Forget()
	r.WantUp("update", roleBinding(harness.Props{
		"scopes":   list(harness.Props{"kind": "Cluster", "resourceId": two}),
		"subjects": subjects(harness.Props{"kind": "SERVICE_ACCOUNT", "serviceAccountId": two}, bound(one)),
	}))
	wantJSON(t, "sent", h.Body("PATCH", r.ID)["definition"], harness.Props{
		"roleId": three, "scopes": list(id("cluster", two)), "subjects": list(id("user", one), id("serviceAccount", two)), // in the order of before
	})
	r.WantDrift()
}

func TestRoleBindingsTakeARoleOnlyFromThoseAPreviewHasShown(t *testing.T) {
	h := harness.New(t)
	r := h.Resource("RoleBindings", "x")
	r.WantUp("create", roleBinding(nil))
	path := underOrganization + "/role-bindings/" + r.ID
	now := h.Call("GET", path, nil)
	definition := now["definition"].(harness.Props)
	definition["subjects"] = append(definition["subjects"].([]any), harness.Props{"group": harness.Props{"id": two}})
	h.Call("PATCH", path, harness.Props{"name": now["name"], "definition": definition})

	r.WantUp("update", roleBinding(harness.Props{"description": "d"}))
	if sent := h.Body("PATCH", r.ID)["definition"].(harness.Props)["subjects"].([]any); len(sent) != 2 {
		t.Errorf("an update of something else sends the subjects %v", sent)
	}
	r.WantDrift("subjects[0].subjects[1]")
	r.WantUp("update", roleBinding(harness.Props{"description": "d"}))
	if sent := h.Body("PATCH", r.ID)["definition"].(harness.Props)["subjects"].([]any); len(sent) != 1 {
		t.Errorf("an update after the refresh sends the subjects %v", sent)
	}
	r.WantDrift()
}

func TestRoleBindingsAreFoundAfterALostAnswer(t *testing.T) {
	h := harness.New(t, func(o *emulator.Options) { o.Settings.PageSize = 1 })
	r := h.Resource("RoleBindings", "x")
	h.Emulator.Fail(emulator.Fault{Method: "POST", Action: emulator.Drop})
	r.WantUp("create", roleBinding(nil))
	if made := h.Writes(); len(made) != 1 {
		t.Errorf("there were the calls %v", made)
	}
}

func TestRoleBindingsThatFailAreWarnedOf(t *testing.T) {
	h := harness.New(t)
	r := h.Resource("RoleBindings", "x")
	r.WantUp("create", roleBinding(nil))
	h.Emulator.Fail(emulator.Fault{Method: "GET", Status: 200, Body: `{"roleBindings":[{"id":"` + r.ID + `","name":"viewers","definition":{"roleId":"` + three + `",
		"scopes":[{"organization":{"id":"` + organization + `"}}],"subjects":[{"user":{"id":"` + one + `"}}]},
		"status":[{"state":"CREATED"},{"state":"FAILED","message":"quota exceeded"}]}]}`})
	r.WantDrift()
	if !h.Warned(`"viewers" is not in force: CAST AI could not make the policies for it: quota exceeded`) {
		t.Errorf("no warning among %v", h.Logs())
	}
}

func TestRoleBindingsAnswerWithoutABinding(t *testing.T) {
	h := harness.New(t)
	h.Emulator.Fail(emulator.Fault{Method: "POST", Status: 200, Body: `[]`})
	_, err := h.Resource("RoleBindings", "x").Up(roleBinding(nil))
	wantError(t, err, "cannot create role binding", "the answer holds 0 objects")
}
