package emulator_test

import (
	"testing"

	"github.com/castai/pulumi-castai/emulator"
)

const childOrg = "22222222-2222-4222-8222-222222222222"

var enterprise = "/organization-management/v1/enterprises/" + org

// enterpriseBed has an enterprise and a child.
func enterpriseBed(t *testing.T) *bed {
	return newBed(t, emulator.Options{
		Organizations: []emulator.Organization{emulator.DefaultOrganization, {ID: childOrg}}, Settings: emulator.Settings{PageSize: 1},
	})
}

func batchOf(requests ...any) doc { return doc{"enterpriseId": org, "requests": requests} }

func TestEnterpriseServiceAccounts(t *testing.T) {
	b := enterpriseBed(t)
	path := enterprise + "/service-accounts"
	b.want(200, "POST", path+":batchCreate", batchOf(doc{"name": "first", "organizationId": childOrg}))
	made := b.want(200, "POST", path+":batchCreate", batchOf(doc{"name": "ci", "description": "d", "organizationId": childOrg}))
	id := at(made, "items", 0, "id").(string)
	b.same("createdAt", at(made, "items", 0, "createdAt"), nil)
	b.same("organization", at(made, "items", 0, "organizationId"), childOrg)
	list := b.want(200, "GET", path+"?organizationId="+childOrg, nil)
	next := b.want(200, "GET", path+"?organizationId="+childOrg+"&page.cursor="+list["nextPageCursor"].(string), nil)
	b.same("on the second page", at(next, "items", 0, "id"), id)
	b.same("of the enterprise itself", len(b.want(200, "GET", path+"?organizationId="+org, nil)["items"].([]any)), 0)
	b.same("in the child", at(b.want(200, "GET", "/v1/organizations/"+childOrg+"/service-accounts/"+id, nil), "serviceAccount", "name"), "ci")

	change := doc{"serviceAccountId": id, "organizationId": childOrg, "name": "cd"}
	b.same("kept", at(b.want(200, "POST", path+":batchUpdate", batchOf(change)), "items", 0, "description"), "d")
	change["description"] = ""
	b.same("cleared", at(b.want(200, "POST", path+":batchUpdate", batchOf(change)), "items", 0, "description"), "")
	change["organizationId"] = org
	b.want(404, "POST", path+":batchUpdate", batchOf(change))
	b.want(200, "POST", path+":batchDelete", batchOf(doc{"id": id, "organizationId": childOrg}))
	b.want(404, "POST", path+":batchDelete", batchOf(doc{"id": id, "organizationId": childOrg}))
	b.want(400, "POST", path+":batchCreate", batchOf())
	b.want(400, "POST", path+":batchCreate", batchOf(doc{"name": "x", "organizationId": "11111111-1111-4111-8111-111111111111"}))
	b.want(400, "POST", path+":batchCreate", doc{"enterpriseId": childOrg, "requests": []any{doc{"name": "x", "organizationId": org}}})
	b.want(404, "GET", "/organization-management/v1/enterprises/none/service-accounts", nil)
}

func TestEnterpriseGroups(t *testing.T) {
	b := enterpriseBed(t)
	groups, bindings := enterprise+"/groups", enterprise+"/role-bindings"
	scopes := []any{doc{"organization": doc{"id": childOrg}}}
	role := func(name string) doc { return doc{"name": name, "roleId": "r", "scopes": scopes} }
	made := b.want(200, "POST", groups+":batchCreate", batchOf(doc{
		"name": "g", "organizationId": childOrg, "members": []any{doc{"id": "u", "kind": "SUBJECT_KIND_USER"}},
		"roleBindings": []any{role("a"), role("b")},
	}))
	group := at(made, "groups", 0, "id").(string)
	b.same("kind", at(made, "groups", 0, "definition", "members", 0, "kind"), "SUBJECT_KIND_USER")
	b.same("state", at(made, "groups", 0, "roleBindings", 0, "status", 0, "state"), "POLICIES_STATE_CREATED")
	read := b.want(200, "GET", groups+"/"+group, nil)
	b.same("kind", at(read, "definition", "members", 0, "kind"), "KIND_USER")
	b.same("without bindings", read["roleBindings"], nil)
	b.same("by name", at(b.want(200, "GET", groups+"?groupName=g", nil), "items", 0, "id"), group)
	b.same("by another name", len(b.want(200, "GET", groups+"?groupName=h", nil)["items"].([]any)), 0)

	shared := b.want(200, "POST", bindings+":batchCreate", batchOf(doc{"organizationId": org, "roleBinding": doc{
		"name": "shared", "definition": doc{"roleId": "r", "scopes": scopes, "subjects": []any{doc{"group": doc{"id": group}}, doc{"user": doc{"id": "u"}}}},
	}}))
	sharedID := at(shared, "roleBindings", 0, "id").(string)
	a := at(made, "groups", 0, "roleBindings", 0)
	kept := role("renamed")
	kept["id"] = at(a, "id")
	fresh := role("c")
	fresh["id"] = ""
	update := doc{"id": group, "name": "g2", "organizationId": childOrg, "description": "", "members": []any{}, "roleBindings": []any{kept, fresh}}
	changed := b.want(200, "POST", groups+":batchUpdate", batchOf(update))
	b.same("renamed", at(changed, "groups", 0, "roleBindings", 0, "name"), "renamed")
	b.same("made", at(changed, "groups", 0, "roleBindings", 1, "name"), "c")
	b.same("not more", len(at(changed, "groups", 0, "roleBindings").([]any)), 2)
	b.same("another subject's", at(b.want(200, "GET", bindings+"?organizationId="+org+"&subjectId=u", nil), "items", 0, "id"), sharedID)
	kept["id"] = sharedID // no longer one of the group
	b.want(404, "POST", groups+":batchUpdate", batchOf(update))

	b.want(200, "POST", bindings+":batchUpdate", batchOf(doc{"id": sharedID, "organizationId": org, "name": "n", "description": "d", "definition": doc{
		"roleId": "r2", "scopes": scopes, "subjects": []any{doc{"user": doc{"id": "u"}}},
	}}))
	b.same("role", at(b.want(200, "GET", bindings+"?subjectId=u", nil), "items", 0, "definition", "roleId"), "r2")
	b.want(200, "POST", bindings+":batchDelete", batchOf(doc{"id": sharedID, "organizationId": org}))
	b.want(200, "POST", groups+":batchDelete", batchOf(doc{"id": group, "organizationId": childOrg}))
	b.want(404, "GET", groups+"/"+group, nil)
}

func TestSizesOfBatches(t *testing.T) {
	b := newBed(t, emulator.Options{})
	base := "/organization-management/v1/enterprises/" + org
	batch := func(size int, request doc) doc {
		requests := make([]any, size)
		for i := range requests {
			requests[i] = request
		}
		return doc{"enterpriseId": org, "requests": requests}
	}
	binding := batch(101, doc{"organizationId": org, "roleBinding": doc{"name": "n", "description": "", "definition": doc{"roleId": "r",
		"scopes": []any{doc{"organization": doc{"id": org}}}, "subjects": []any{doc{"user": doc{"id": "u"}}}}}})
	b.want(200, "POST", base+"/role-bindings:batchCreate", binding)
	b.refused(400, "between 1 and 1000", "POST", base+"/role-bindings:batchDelete", batch(1001, doc{"id": "x", "organizationId": org}))
	group := doc{"name": "n", "organizationId": org, "members": []any{}, "roleBindings": []any{}}
	b.refused(400, "between 1 and 100", "POST", base+"/groups:batchCreate", batch(101, group))
	id := at(b.want(200, "POST", base+"/groups:batchCreate", batch(1, group)), "groups", 0, "id")
	b.want(200, "POST", base+"/groups:batchUpdate", batch(101, doc{"id": id, "name": "m", "organizationId": org, "description": "", "members": []any{}, "roleBindings": []any{}}))
	b.refused(400, "between 1 and 100", "POST", base+"/service-accounts:batchDelete", batch(0, nil))
}
