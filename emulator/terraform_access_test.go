package emulator_test

import (
	"fmt"
	"testing"

	"github.com/castai/pulumi-castai/emulator"
)

const (
	ownerRole  = "3e1050c7-6593-4298-94bb-154637911d78"
	memberRole = "8c60bd8e-21de-402a-969f-add07fd22c1b"
	viewerRole = "6fc95bd7-6049-4735-80b0-ce5ccde71cb1"
)

func TestTerraformServiceAccounts(t *testing.T) {
	tf := newTerraform(t)
	account := tf.make(201, serviceAccounts, doc{"description": "", "name": "ci"})
	path := serviceAccounts + "/" + account
	read := tf.call(200, "GET", path, nil)["serviceAccount"]
	tf.fields(read, doc{"id": account, "name": "ci", "description": ""})
	tf.same("author", at(read, "author", "kind"), "user")
	tf.call(200, "PATCH", path, doc{"serviceAccount": doc{"description": "d", "name": "ci2"}})
	tf.fields(tf.call(200, "GET", path, nil)["serviceAccount"], doc{"name": "ci2", "description": "d"})

	created := tf.call(201, "POST", path+"/keys", doc{"key": doc{"active": true, "name": "k", "expiresAt": "2026-01-01T12:00:00.5+02:00"}})
	if token, _ := created["token"].(string); token == "" {
		t.Error("token is missing")
	}
	key := path + "/keys/" + created["id"].(string)
	tf.fields(tf.call(200, "GET", key, nil)["key"], doc{"name": "k", "active": true, "expiresAt": "2026-01-01T10:00:00Z", "token": nil})
	tf.call(200, "PATCH", key, doc{"active": false})
	tf.same("active", at(tf.call(200, "GET", key, nil), "key", "active"), false)
	tf.call(204, "DELETE", key, nil)
	tf.gone(key)
	tf.call(204, "DELETE", path, nil)
	tf.gone(path)
	tf.call(404, "DELETE", path, nil)
}

func TestTerraformGroupsAndRoleBindings(t *testing.T) {
	tf := newTerraform(t)
	account := tf.make(201, serviceAccounts, doc{"description": "", "name": "ci"})
	me := tf.call(200, "GET", "/v1/me", nil)
	members := []any{doc{"kind": "USER", "id": me["id"], "email": me["email"]}, doc{"kind": "SERVICE_ACCOUNT", "id": account, "email": "ci@example.com"}}
	group := tf.make(200, groupsPath, doc{"definition": doc{"members": members}, "description": "", "name": "g"})
	path := groupsPath + "/" + group
	read := tf.call(200, "GET", path, nil)
	tf.fields(read, doc{"organizationId": org, "name": "g", "description": ""})
	for i, member := range members { // in the order of the program: the provider compares lists
		tf.fields(at(read, "definition", "members", i), member.(doc))
	}
	tf.call(200, "PATCH", path, doc{"definition": doc{"members": nil}, "description": "d", "name": "g"})
	tf.same("members", at(tf.call(200, "GET", path, nil), "definition", "members"), nil)

	definition := doc{"roleId": viewerRole, "scopes": []any{doc{"organization": doc{"id": org}}, doc{"cluster": doc{"id": "c-1"}}},
		"subjects": []any{doc{"user": doc{"id": me["id"]}}, doc{"serviceAccount": doc{"id": account}}, doc{"group": doc{"id": group}}}}
	r := tf.send("POST", bindingsPath, []any{doc{"definition": definition, "description": "", "name": "owners"}})
	if r.status != 200 || r.text[0] != '[' {
		t.Fatalf("%d %s", r.status, r.text)
	}
	listed := tf.item(tf.call(200, "GET", bindingsPath+"?subjectId="+group, nil)["roleBindings"], "name", "owners")
	binding := bindingsPath + "/" + listed["id"].(string)
	read = tf.call(200, "GET", binding, nil)
	tf.fields(read, doc{"organizationId": org, "name": "owners"})
	for i, kind := range []string{"user", "serviceAccount", "group"} {
		if at(read, "definition", "subjects", i, kind, "id") == nil {
			t.Errorf("subject %d: %v", i, at(read, "definition", "subjects", i))
		}
	}
	tf.same("scope", at(read, "definition", "scopes", 1, "cluster", "id"), "c-1")
	definition["subjects"] = nil
	tf.call(200, "PATCH", binding, doc{"definition": definition, "description": "d", "name": "viewers"})
	tf.fields(tf.call(200, "GET", binding, nil), doc{"name": "viewers", "description": "d"})
	tf.same("deleted", tf.call(200, "DELETE", binding, nil), doc{})
	tf.gone(binding)
	tf.same("deleted", tf.call(200, "DELETE", path, nil), doc{})
	tf.gone(path)
}

// pages goes through a list as the provider does, with an empty cursor at first.
func (tf *terraform) pages(path, list string) (items []any) {
	tf.t.Helper()
	for cursor := ""; ; {
		page := tf.call(200, "GET", path+"?page.cursor="+cursor, nil)
		items = append(items, page[list].([]any)...)
		next, ok := page["nextCursor"].(string)
		if !ok {
			tf.t.Fatal("no nextCursor")
		}
		if next == "" {
			return items
		}
		cursor = next
	}
}

func TestTerraformMembers(t *testing.T) {
	tf := newTerraform(t)
	tf.srv.Configure(func(s *emulator.Settings) { s.PageSize = 1 })
	me := tf.call(200, "GET", "/v1/me", nil)
	invite := func(email, role string) doc {
		return doc{"userEmail": email, "roleBindings": []any{doc{"roleId": role, "scopes": []any{doc{"id": org, "type": "ORGANIZATION"}}}}}
	}
	tf.call(200, "POST", invitationsPath, doc{"members": []any{invite("o@example.com", ownerRole), invite("v@example.com", viewerRole), invite("m@example.com", memberRole)}})
	owners := tf.call(200, "GET", bindingsPath+"?scopeType=ORGANIZATION&subjectType=SUBJECT_USER", nil)["roleBindings"].([]any)
	tf.same("me", at(owners, 0, "definition", "subjects", 0, "user", "email"), me["email"])
	tf.same("my role", at(owners, 0, "definition", "roleId"), ownerRole)
	invitations := tf.pages(invitationsPath, "invitations")
	for i, want := range []string{"o@example.com", "v@example.com", "m@example.com"} {
		tf.same("invited", at(invitations, i, "inviteEmail"), want)
	}
	tf.same("role", at(invitations, 1, "roleBindings", 0, "roleId"), viewerRole)

	// A member whose role moves: out, in, and a binding.
	if err := tf.srv.AcceptInvitation("v@example.com"); err != nil {
		t.Fatal(err)
	}
	user := ""
	for _, item := range tf.call(200, "GET", usersPath, nil)["users"].([]any) {
		if at(item, "user", "email") == "v@example.com" {
			user = fmt.Sprint(at(item, "user", "id"))
		}
	}
	// What has nothing to do with them, and what is left of a group without them: no list, since the provider takes one for a block.
	nobody := groupsPath + "/" + tf.make(200, groupsPath, doc{"definition": doc{"members": nil}, "description": "", "name": "nobody"})
	alone := groupsPath + "/" + tf.make(200, groupsPath, doc{"description": "", "name": "alone",
		"definition": doc{"members": []any{doc{"kind": "USER", "id": user, "email": "v@example.com"}}}})
	tf.send("POST", bindingsPath, []any{doc{"name": "of nobody", "description": "", "definition": doc{"roleId": "r", "subjects": nil,
		"scopes": []any{doc{"organization": doc{"id": org}}}}}})
	tf.send("POST", bindingsPath, []any{doc{"name": "of a stranger", "description": "", "definition": doc{"roleId": ownerRole,
		"scopes": []any{doc{"organization": doc{"id": org}}}, "subjects": []any{doc{"user": doc{"id": "u-1"}}}}}})
	stranger := tf.item(tf.call(200, "GET", bindingsPath+"?subjectId=u-1", nil)["roleBindings"], "name", "of a stranger")
	tf.same("address", at(stranger, "definition", "subjects", 0, "user", "email"), "") // the provider stops where there is none
	tf.same("out", tf.call(200, "DELETE", usersPath+"/"+user, nil), doc{})
	for _, path := range []string{nobody, alone} {
		if definition := tf.call(200, "GET", path, nil)["definition"].(doc); definition["members"] != nil {
			t.Errorf("members of %s: %v", path, definition["members"])
		}
	}
	tf.same("the binding of nobody", len(tf.call(200, "GET", bindingsPath+"?roleId=r", nil)["roleBindings"].([]any)), 1)
	tf.same("in", tf.call(200, "POST", usersPath, doc{"userId": user}), doc{})
	tf.send("POST", bindingsPath, []any{doc{"name": "organization-binding-" + memberRole + "-" + user, "definition": doc{"roleId": memberRole,
		"scopes": []any{doc{"organization": doc{"id": org}}}, "subjects": []any{doc{"user": doc{"email": "", "id": user}}}}}})
	tf.srv.Configure(func(s *emulator.Settings) { s.PageSize = 100 })
	bound := tf.item(tf.call(200, "GET", bindingsPath+"?roleId="+memberRole, nil)["roleBindings"], "description", "")
	tf.same("named", at(bound, "definition", "subjects", 0, "user", "email"), "v@example.com")
	for _, invitation := range tf.pages(invitationsPath, "invitations") {
		tf.same("withdrawn", tf.call(200, "DELETE", invitationsPath+"/"+at(invitation, "id").(string), nil), doc{})
	}
	tf.same("none", len(tf.pages(invitationsPath, "invitations")), 0)
}

func TestTerraformSSO(t *testing.T) {
	tf := newTerraform(t)
	const path = "/v1/sso-connections"
	oidc := doc{"clientId": "c", "clientSecret": "s", "issuerUrl": "https://idp.example/realms/r", "type": "TYPE_BACK_CHANNEL"}
	created := tf.call(200, "POST", path, doc{"defaultRoleId": nil, "emailDomain": "example.com", "name": "kc", "oidc": oidc})
	tf.same("status", created["status"], "STATUS_ACTIVE")
	one := path + "/" + created["id"].(string)
	if token, _ := at(tf.call(200, "POST", one+"/sync", doc{"sync": true}), "token", "token").(string); token == "" {
		t.Error("no token of the synchronization")
	}
	tf.fields(tf.call(200, "GET", one, nil)["connection"], doc{"name": "kc", "emailDomain": "example.com", "isSynced": true, "additionalEmailDomains": []any{}})
	tf.same("status", tf.call(200, "POST", one, doc{"defaultRoleId": nil, "emailDomain": "example.com", "name": "kc2", "oidc": oidc, "additionalEmailDomains": []any{"b.example", "a.example"}})["status"], "STATUS_ACTIVE")
	tf.call(200, "POST", one+"/sync", doc{"sync": false})
	tf.fields(tf.call(200, "GET", one, nil)["connection"], doc{"name": "kc2", "isSynced": false, "additionalEmailDomains": []any{"b.example", "a.example"}})
	tf.same("deleted", tf.call(200, "DELETE", one, nil), doc{})
	tf.gone(one)
}

func TestTerraformEnterprise(t *testing.T) {
	tf := newTerraform(t)
	base := "/organization-management/v1/enterprises/" + org
	created := tf.call(200, "POST", base+"/groups:batchCreate", doc{"enterpriseId": org, "requests": []any{doc{"name": "n", "organizationId": org,
		"members":      []any{doc{"id": "u-1", "kind": "SUBJECT_KIND_USER"}, doc{"id": "s-1", "kind": "SUBJECT_KIND_SERVICE_ACCOUNT"}},
		"roleBindings": []any{doc{"name": "viewer", "roleId": viewerRole, "scopes": []any{doc{"organization": doc{"id": org}}, doc{"cluster": doc{"id": "c"}}}}}}}})
	tf.same("one group", len(created["groups"].([]any)), 1)
	group := at(created, "groups", 0)
	tf.same("kind of the answer", at(group, "definition", "members", 0, "kind"), "SUBJECT_KIND_USER")
	id, binding := at(group, "id").(string), at(group, "roleBindings", 0, "id").(string)
	listed := tf.item(tf.call(200, "GET", base+"/groups", nil)["items"], "id", id)
	tf.same("kind in the list", at(listed, "definition", "members", 1, "kind"), "KIND_SERVICE_ACCOUNT")
	tf.same("its bindings", at(tf.call(200, "GET", base+"/role-bindings?subjectId="+id, nil), "items", 0, "id"), binding)
	updated := tf.call(200, "POST", base+"/groups:batchUpdate", doc{"enterpriseId": org, "requests": []any{doc{"id": id, "name": "m", "organizationId": org, "description": "",
		"members": []any{doc{"id": "u-1", "kind": "USER"}}, "roleBindings": []any{doc{"id": binding, "name": "viewer", "roleId": viewerRole, "scopes": []any{doc{"organization": doc{"id": org}}}},
			doc{"id": "", "name": "new", "roleId": memberRole, "scopes": []any{doc{"organization": doc{"id": org}}}}}}}})
	tf.same("kind of this answer", at(updated, "groups", 0, "definition", "members", 0, "kind"), "USER")
	tf.same("bindings", len(at(updated, "groups", 0, "roleBindings").([]any)), 2)
	tf.call(200, "POST", base+"/groups:batchDelete", doc{"enterpriseId": org, "requests": []any{doc{"id": id, "organizationId": org}}})
	tf.same("gone", tf.item(tf.call(200, "GET", base+"/groups", nil)["items"], "id", id), nil)

	made := at(tf.call(200, "POST", base+"/role-bindings:batchCreate", doc{"enterpriseId": org, "requests": []any{doc{"organizationId": org, "roleBinding": doc{"name": "n", "description": "",
		"definition": doc{"roleId": viewerRole, "scopes": []any{doc{"organization": doc{"id": org}}}, "subjects": []any{doc{"user": doc{"id": "u"}}, doc{"group": doc{"id": "g"}}}}}}}}), "roleBindings", 0).(doc)
	tf.fields(made, doc{"name": "n", "organizationId": org})
	tf.same("role", at(tf.item(tf.call(200, "GET", base+"/role-bindings?organizationId="+org, nil)["items"], "id", made["id"]), "definition", "roleId"), viewerRole)
	tf.call(200, "POST", base+"/role-bindings:batchUpdate", doc{"enterpriseId": org, "requests": []any{doc{"id": made["id"], "name": "m", "organizationId": org, "description": "d",
		"definition": doc{"roleId": memberRole, "scopes": []any{doc{"organization": doc{"id": org}}}, "subjects": []any{doc{"user": doc{"id": "u"}}}}}}})
	tf.call(200, "POST", base+"/role-bindings:batchDelete", doc{"enterpriseId": org, "requests": []any{doc{"id": made["id"], "organizationId": org}}})

	account := at(tf.call(200, "POST", base+"/service-accounts:batchCreate", doc{"enterpriseId": org, "requests": []any{doc{"description": "", "name": "sa", "organizationId": org}}}), "items", 0, "id")
	tf.fields(tf.item(tf.call(200, "GET", base+"/service-accounts?organizationId="+org, nil)["items"], "id", account), doc{"name": "sa", "description": ""})
	tf.call(200, "POST", base+"/service-accounts:batchUpdate", doc{"enterpriseId": org, "requests": []any{doc{"description": "d", "name": "sb", "organizationId": org, "serviceAccountId": account}}})
	tf.call(200, "POST", base+"/service-accounts:batchDelete", doc{"enterpriseId": org, "requests": []any{doc{"id": account, "organizationId": org}}})
	tf.same("gone", tf.item(tf.call(200, "GET", base+"/service-accounts?organizationId="+org, nil)["items"], "id", account), nil)
	tf.fields(tf.call(404, "GET", "/organization-management/v1/enterprises/nope/groups", nil), doc{"code": 5, "details": []any{}})
}
