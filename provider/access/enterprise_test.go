package access_test

import (
	"testing"

	"github.com/castai/pulumi-castai/emulator"
	"github.com/castai/pulumi-castai/internal/harness"
)

const child = "22222222-2222-4222-8222-222222222222"

// inEnterprise starts a provider and an API with an enterprise and a child.
func inEnterprise(t *testing.T, change ...func(*emulator.Options)) *harness.Harness {
	t.Helper()
	return harness.New(t, append(change, func(o *emulator.Options) {
		o.Organizations = []emulator.Organization{emulator.DefaultOrganization, {ID: child, Name: "Child"}}
	})...)
}

var enterpriseBase = "/organization-management/v1/enterprises/" + organization

// batch is what a batch call does with one object, and where.
func batch(id, in string) harness.Props {
	return harness.Props{"enterpriseId": organization, "requests": list(harness.Props{"id": id, "organizationId": in})}
}

// sent is the only request in the last batch call of that name.
func sent(t *testing.T, h *harness.Harness, call string) harness.Props {
	t.Helper()
	body := h.Body("POST", call)
	if body["enterpriseId"] != organization || len(body["requests"].([]any)) != 1 {
		t.Fatalf("%s was sent %v", call, body)
	}
	return body["requests"].([]any)[0].(harness.Props)
}

func onlyPages(o *emulator.Options) { o.Settings.PageSize = 1 }

func ids(values ...string) (out []any) {
	for _, id := range values {
		out = append(out, harness.Props{"id": id})
	}
	return out
}

func enterpriseAccount(change harness.Props) harness.Props {
	return with(harness.Props{"enterpriseId": organization, "name": "ci"}, change)
}

func with(in, change harness.Props) harness.Props {
	out := harness.Props{}
	for _, from := range []harness.Props{in, change} {
		for key, value := range from {
			if out[key] = value; value == nil {
				delete(out, key)
			}
		}
	}
	return out
}

func TestEnterpriseServiceAccount(t *testing.T) {
	h := inEnterprise(t, onlyPages)
	first, r := h.Resource("EnterpriseServiceAccount", "first"), h.Resource("EnterpriseServiceAccount", "x")
	first.WantUp("create", enterpriseAccount(nil))
	h.Forget()
	r.WantUp("create", enterpriseAccount(harness.Props{"name": "cd"}))
	wantJSON(t, "created by", h.Calls(), list("POST "+enterpriseBase+"/service-accounts:batchCreate"))
	wantJSON(t, "sent", sent(t, h, ":batchCreate"), harness.Props{"name": "cd", "description": "", "organizationId": organization})
	if r.Output("organizationId") != organization || r.Output("email") == "" {
		t.Errorf("the outputs are %v", r.Outputs)
	}
	r.WantDrift() // on the second page
	r.WantUp("same", enterpriseAccount(harness.Props{"name": "cd", "organizationId": organization}))

	r.WantUp("update", enterpriseAccount(harness.Props{"name": "cd", "description": "d"}))
	wantJSON(t, "sent", sent(t, h, ":batchUpdate"),
		harness.Props{"name": "cd", "description": "d", "organizationId": organization, "serviceAccountId": r.ID})
	r.WantUp("update", enterpriseAccount(harness.Props{"name": "cd"}))
	if got := sent(t, h, ":batchUpdate")["description"]; got != "" {
		t.Errorf("to clear the description, %v was sent", got)
	}
	r.WantUp("replace", enterpriseAccount(harness.Props{"name": "cd", "organizationId": child}))
	r.WantDrift()
	wantJSON(t, "deleted by", h.Body("POST", ":batchDelete")["requests"].([]any)[0].(harness.Props)["organizationId"], organization)

	key := h.Resource("ServiceAccountKey", "key")
	key.WantUp("create", harness.Props{"organizationId": child, "serviceAccountId": r.ID, "name": "k"})
	if err := r.Delete(); err != nil {
		t.Fatal(err)
	}
	wantJSON(t, "deleted by", h.Body("POST", ":batchDelete"), batch(r.ID, child))
}

func TestEnterpriseServiceAccountPreview(t *testing.T) {
	h := inEnterprise(t)
	for name, inputs := range map[string]harness.Props{"known": nil, "unknown": {"enterpriseId": harness.Unknown}} {
		_, outputs, err := h.Resource("EnterpriseServiceAccount", "x").Preview(enterpriseAccount(inputs))
		// What depends on it must not take it for left out.
		if err != nil || outputs["organizationId"].IsNull() {
			t.Errorf("of an %s enterprise the preview promises the organization %v, %v", name, outputs["organizationId"], err)
		}
	}
}

func enterpriseBinding(change harness.Props) harness.Props {
	return with(harness.Props{
		"enterpriseId": organization, "organizationId": child, "name": "viewers", "roleId": three,
		"subjects": harness.Props{"users": ids(one)}, "scopes": harness.Props{"organizations": ids(child)},
	}, change)
}

func TestEnterpriseRoleBindingBodies(t *testing.T) {
	h := inEnterprise(t, onlyPages)
	h.Resource("EnterpriseRoleBinding", "first").WantUp("create", enterpriseBinding(nil))
	r := h.Resource("EnterpriseRoleBinding", "x")
	id := func(kind, id string) harness.Props { return harness.Props{kind: harness.Props{"id": id}} }
	r.WantUp("create", enterpriseBinding(harness.Props{
		"subjects": harness.Props{"groups": ids(three), "serviceAccounts": ids(two, two), "users": ids(one)},
		"scopes":   harness.Props{"clusters": ids(two), "organizations": ids(child), "resources": ids(one)},
	}))
	wantJSON(t, "created with", sent(t, h, ":batchCreate"), harness.Props{
		"organizationId": child, "roleBinding": harness.Props{"name": "viewers", "description": "", "definition": harness.Props{
			"roleId": three, "childOrganizationId": child,
			"subjects": list(id("user", one), id("serviceAccount", two), id("group", three)),
			"scopes":   list(id("organization", child), id("cluster", two), id("resource", one)),
		}},
	})
	r.WantDrift()
	r.WantUp("update", enterpriseBinding(nil))
	wantJSON(t, "updated with", sent(t, h, ":batchUpdate"), harness.Props{
		"id": r.ID, "organizationId": child, "name": "viewers", "description": "", "definition": harness.Props{
			"roleId": three, "childOrganizationId": child, "subjects": list(id("user", one)), "scopes": list(id("organization", child)),
		},
	})
	r.WantDrift()
	r.WantUp("replace", enterpriseBinding(harness.Props{"organizationId": organization}))
	created := sent(t, h, ":batchCreate")["roleBinding"].(harness.Props)["definition"].(harness.Props)
	if created["childOrganizationId"] != nil {
		t.Error("the enterprise was said to be a child")
	}
	if err := r.Delete(); err != nil {
		t.Fatal(err)
	}
	wantJSON(t, "deleted with", h.Body("POST", ":batchDelete"), batch(r.ID, organization))
}

func TestEnterpriseRoleBindingCheck(t *testing.T) {
	h := inEnterprise(t)
	for want, inputs := range map[string]harness.Props{
		"subjects: the role is granted to nobody": {"subjects": harness.Props{}},
		"of `users`, `serviceAccounts`, `groups`": {"subjects": harness.Props{"users": list(), "groups": list()}},
		"scopes: the role is granted nowhere":     {"scopes": harness.Props{"clusters": list()}},
		`subjects.users[0].id: " " is blank`:      {"subjects": harness.Props{"users": ids(" ")}},
		`organizationId: "child" is not a UUID`:   {"organizationId": "child"},
	} {
		_, failures := h.Resource("EnterpriseRoleBinding", "x").Check(enterpriseBinding(inputs))
		wantError(t, harness.CheckError(failures), want)
	}
	for name, inputs := range map[string]harness.Props{
		"unknown subjects": {"subjects": harness.Unknown},
		"unknown users":    {"subjects": harness.Props{"users": harness.Unknown}},
		"an unknown ID":    {"scopes": harness.Props{"clusters": list(harness.Props{"id": harness.Unknown})}},
	} {
		if _, failures := h.Resource("EnterpriseRoleBinding", "x").Check(enterpriseBinding(inputs)); len(failures) > 0 {
			t.Errorf("%s: %v", name, harness.CheckError(failures))
		}
	}
}

func TestEnterpriseRoleBindingTakesARoleOnlyFromThoseAPreviewHasShown(t *testing.T) {
	h := inEnterprise(t)
	r := h.Resource("EnterpriseRoleBinding", "x")
	r.WantUp("create", enterpriseBinding(nil))
	path := "/v1/organizations/" + child + "/role-bindings/" + r.ID
	now := h.Call("GET", path, nil)
	definition := now["definition"].(harness.Props)
	definition["subjects"] = append(definition["subjects"].([]any), harness.Props{"group": harness.Props{"id": two}})
	h.Call("PATCH", path, harness.Props{"name": now["name"], "description": "theirs", "definition": definition})

	h.Reopen()
	r.WantUp("update", enterpriseBinding(harness.Props{"name": "new"}))
	update := sent(t, h, ":batchUpdate")
	if subjects := update["definition"].(harness.Props)["subjects"].([]any); len(subjects) != 2 || update["description"] != "theirs" {
		t.Errorf("an update of the name sends %v", update)
	}
	r.WantDrift("subjects.groups")
	r.WantUp("update", enterpriseBinding(harness.Props{"name": "new"}))
	if subjects := sent(t, h, ":batchUpdate")["definition"].(harness.Props)["subjects"].([]any); len(subjects) != 1 {
		t.Errorf("an update after the refresh sends the subjects %v", subjects)
	}
	r.WantDrift()
}

func TestEnterpriseRoleBindingThatFailsIsWarnedOf(t *testing.T) {
	h := inEnterprise(t)
	r := h.Resource("EnterpriseRoleBinding", "x")
	r.WantUp("create", enterpriseBinding(nil))
	h.Emulator.Fail(emulator.Fault{Method: "GET", Status: 200, Body: `{"items":[{"id":"` + r.ID + `","name":"viewers","definition":{"roleId":"` +
		three + `","scopes":[{"organization":{"id":"` + child + `"}}],"subjects":[{"user":{"id":"` + one + `"}}]},
		"status":[{"state":"POLICIES_STATE_FAILED","message":"quota exceeded"}]}]}`})
	r.WantDrift()
	if !h.Warned(`"viewers" is not in force: CAST AI could not make the policies for it: quota exceeded`) {
		t.Errorf("no warning among %v", h.Logs())
	}
}

func TestEnterpriseObjectsAreFoundAfterALostAnswer(t *testing.T) {
	for kind, inputs := range map[string]harness.Props{
		"EnterpriseServiceAccount": enterpriseAccount(nil),
		"EnterpriseRoleBinding":    enterpriseBinding(nil),
		"EnterpriseGroup":          enterpriseGroup(nil),
	} {
		h := inEnterprise(t)
		r := h.Resource(kind, "x")
		h.Emulator.Fail(emulator.Fault{Method: "POST", Action: emulator.Drop})
		r.WantUp("create", inputs)
		if made := h.Writes(); len(made) != 1 {
			t.Errorf("%s: there were the calls %v", kind, made)
		}
		r.WantDrift()
		if kind == "EnterpriseGroup" && bindingID(r, 0) == "" {
			t.Errorf("the role bindings are %v", r.Output("roleBindings"))
		}
	}
}

func TestEnterpriseAnswersWithoutAnObject(t *testing.T) {
	h := inEnterprise(t)
	for kind, inputs := range map[string]harness.Props{
		"EnterpriseServiceAccount": enterpriseAccount(nil),
		"EnterpriseRoleBinding":    enterpriseBinding(nil),
		"EnterpriseGroup":          enterpriseGroup(nil),
	} {
		r := h.Resource(kind, "x")
		for _, body := range []string{`{"groups":[],"roleBindings":[],"items":[]}`, `{"groups":[{},{}],"roleBindings":[{},{}],"items":[{},{}]}`} {
			h.Emulator.Fail(emulator.Fault{Method: "POST", Status: 200, Body: body})
			_, err := r.Up(inputs)
			wantError(t, err, "cannot create enterprise", "objects where 1 was expected")
		}
		h.Emulator.Fail(emulator.Fault{Method: "POST", Status: 200, Body: `{}`})
		_, err := r.Up(inputs)
		wantError(t, err, `the answer has no "id"`)
		r.WantUp("create", inputs)
		h.Emulator.Fail(emulator.Fault{Method: "POST", Status: 200, Body: `{"groups":[],"roleBindings":[],"items":[]}`})
		_, err = r.Up(with(inputs, harness.Props{"name": "new"}))
		wantError(t, err, "cannot update enterprise", "0 objects where 1 was expected")
		r.WantUp("update", with(inputs, harness.Props{"name": "new"}))
		r.WantDrift()
	}
}
