package emulator_test

import (
	"testing"

	"github.com/castai/pulumi-castai/emulator"
)

const (
	invitationsPath = "/v1/invitations"
	someRole        = "11111111-1111-4111-8111-111111111111"
)

var (
	groupsPath   = "/v1/organizations/" + org + "/groups"
	bindingsPath = "/v1/organizations/" + org + "/role-bindings"
	usersPath    = "/v1/organizations/" + org + "/users"
)

func TestGroups(t *testing.T) {
	b := newBed(t, emulator.Options{})
	member := func(id string) doc { return doc{"kind": "USER", "id": id, "email": id + "@example.com"} }
	created := b.want(200, "POST", groupsPath, doc{"name": "g", "definition": doc{"members": []any{member("b"), member("a")}}})
	b.same("members in their order", at(created, "definition", "members", 0, "id"), "b")
	b.same("author", at(created, "definition", "author", "email"), "you@example.com")
	path := groupsPath + "/" + created["id"].(string)
	b.want(200, "PATCH", path, doc{"name": "h", "definition": doc{"members": []any{member("c")}}})
	read := b.want(200, "GET", path, nil)
	b.fields(read, doc{"name": "h", "description": "", "organizationId": org})
	b.same("members", len(at(read, "definition", "members").([]any)), 1)
	b.refused(400, "name", "PATCH", path, doc{"name": " ", "definition": doc{"members": []any{}}})
	b.want(400, "PATCH", path, doc{"name": "h", "definition": doc{}})
	b.want(200, "DELETE", path, nil)
	b.want(404, "GET", path, nil)
}

func scopes(kind, id string) []any { return []any{doc{kind: doc{"id": id}}} }

// bind makes a role binding and returns it.
func (b *bed) bind(name string, definition doc) doc {
	b.t.Helper()
	r := b.send("POST", bindingsPath, []any{doc{"name": name, "definition": definition}})
	if r.status != 200 {
		b.t.Fatalf("%d %s", r.status, r.text)
	}
	list := b.want(200, "GET", bindingsPath, nil)["roleBindings"].([]any)
	return list[len(list)-1].(doc)
}

func TestRoleBindings(t *testing.T) {
	b := newBed(t, emulator.Options{})
	made := b.bind("b", doc{"roleId": someRole, "scopes": scopes("cluster", "c-1"), "subjects": []any{
		doc{"user": doc{"id": "u-1"}}, doc{"group": doc{"id": "g-1"}},
	}})
	b.same("subjects in their order", at(made, "definition", "subjects", 1, "group", "id"), "g-1")
	b.same("state", at(made, "status", 0, "state"), "CREATED")
	for query, want := range map[string]int{
		"":                                     2, // one is the first owner's
		"?roleId=" + someRole:                  1,
		"?scopeType=CLUSTER&scopeId=c-1":       1,
		"?scopeType=CLUSTER&scopeId=c-2":       0,
		"?subjectType=SUBJECT_GROUP":           1,
		"?subjectType=SUBJECT_USER":            2,
		"?subjectType=SUBJECT_SERVICE_ACCOUNT": 0,
		"?subjectId=u-1&subjectId=u-2":         1,
		"?groupId=g-1":                         1,
		"?groupId=u-1":                         0,
	} {
		b.same("bindings with "+query, len(b.want(200, "GET", bindingsPath+query, nil)["roleBindings"].([]any)), want)
	}
	path := bindingsPath + "/" + made["id"].(string)
	b.want(200, "PATCH", path, doc{"name": "b", "definition": doc{"roleId": someRole, "scopes": scopes("organization", org)}})
	b.same("subjects", at(b.want(200, "GET", path, nil), "definition", "subjects"), nil)
	b.refused(400, "scopes", "PATCH", path, doc{"name": "b", "definition": doc{"roleId": someRole}})
	b.want(400, "POST", bindingsPath, doc{"name": "b", "definition": doc{"roleId": someRole}}) // no list
	b.want(200, "DELETE", path, nil)
	b.want(404, "DELETE", path, nil)
}

func TestPagesOfRoleBindingsAndInvitations(t *testing.T) {
	b := newBed(t, emulator.Options{Settings: emulator.Settings{PageSize: 1}})
	b.invite("a@example.com")
	b.invite("b@example.com")
	first := b.want(200, "GET", invitationsPath+"?page.cursor=", nil)
	second := b.want(200, "GET", invitationsPath+"?page.cursor="+first["nextCursor"].(string), nil)
	b.same("first", at(first, "invitations", 0, "inviteEmail"), "a@example.com")
	b.same("second", at(second, "invitations", 0, "inviteEmail"), "b@example.com")
	b.same("last cursor", second["nextCursor"], "")
}

func (b *bed) invite(email string) {
	b.t.Helper()
	b.want(200, "POST", invitationsPath, doc{"members": []any{doc{"userEmail": email, "roleBindings": []any{
		doc{"roleId": someRole, "scopes": []any{doc{"id": org, "type": "ORGANIZATION"}}},
	}}}})
}

func TestMembersComeAndGo(t *testing.T) {
	b := newBed(t, emulator.Options{})
	b.same("first member", at(b.want(200, "GET", usersPath, nil), "users", 0, "user", "email"), "you@example.com")
	b.invite("a@example.com")
	b.refused(409, "invited already", "POST", invitationsPath, doc{"members": []any{doc{"userEmail": "A@example.com"}}})
	b.refused(400, "userEmail", "POST", invitationsPath, doc{"members": []any{doc{"userEmail": "nobody"}}})
	b.want(204, "POST", "/_emulator/invitations/A@example.com/accept", nil)
	b.want(404, "POST", "/_emulator/invitations/A@example.com/accept", nil)
	b.same("invitations", b.want(200, "GET", invitationsPath, nil)["invitations"], []any{})
	b.refused(409, "member already", "POST", invitationsPath, doc{"members": []any{doc{"userEmail": "A@example.com"}}})

	id := at(b.want(200, "GET", usersPath+"?roleId="+someRole, nil), "users", 0, "user", "id").(string)
	group := b.want(200, "POST", groupsPath, doc{"name": "g", "definition": doc{
		"members": []any{doc{"kind": "USER", "id": id, "email": "a@example.com"}}}})
	shared := b.bind("shared", doc{"roleId": "r-1", "scopes": scopes("organization", org), "subjects": []any{
		doc{"user": doc{"id": id}}, doc{"group": doc{"id": group["id"]}},
	}})
	b.same("named subject", at(shared, "definition", "subjects", 0, "user", "email"), "a@example.com")
	b.same("groups", at(b.want(200, "GET", usersPath+"?includeGroups=true&roleId="+someRole, nil), "users", 0, "groups", 0, "name"), "g")

	b.want(200, "DELETE", usersPath+"/"+id, nil)
	b.want(404, "DELETE", usersPath+"/"+id, nil)
	b.same("members of the group", at(b.want(200, "GET", groupsPath+"/"+group["id"].(string), nil), "definition", "members"), nil)
	left := b.want(200, "GET", bindingsPath, nil)["roleBindings"].([]any)
	b.same("bindings", len(left), 2)
	b.same("subjects of the shared binding", len(at(left[1], "definition", "subjects").([]any)), 1)
	b.want(200, "POST", usersPath, doc{"userId": id})
	b.want(404, "POST", usersPath, doc{"userId": "nobody"})
	b.same("members", len(b.want(200, "GET", usersPath, nil)["users"].([]any)), 2)
}

func TestInvitationsAreWithdrawn(t *testing.T) {
	b := newBed(t, emulator.Options{})
	b.invite("a@example.com")
	id := at(b.want(200, "GET", invitationsPath, nil), "invitations", 0, "id").(string)
	b.want(200, "DELETE", invitationsPath+"/"+id, nil)
	b.want(404, "DELETE", invitationsPath+"/"+id, nil)
	b.invite("a@example.com")
}
