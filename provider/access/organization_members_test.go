package access_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/castai/pulumi-castai/emulator"
	"github.com/castai/pulumi-castai/internal/harness"
)

const (
	owner, member, viewer = "3e1050c7-6593-4298-94bb-154637911d78", "8c60bd8e-21de-402a-969f-add07fd22c1b", "6fc95bd7-6049-4735-80b0-ce5ccde71cb1"
	me                    = "you@example.com"
)

// people is an organization in which every list has many pages.
func people(t *testing.T) *harness.Harness {
	return harness.New(t, func(o *emulator.Options) { o.Settings.PageSize = 1 })
}

// invite invites somebody as the console would.
func invite(h *harness.Harness, email string, roles ...string) {
	bindings := list()
	for _, role := range roles {
		bindings = append(bindings, harness.Props{"roleId": role, "scopes": list(harness.Props{"id": organization, "type": "ORGANIZATION"})})
	}
	h.Call("POST", "/v1/invitations", harness.Props{"members": list(harness.Props{"userEmail": email, "roleBindings": bindings})})
}

// hire makes somebody a member of the organization and returns the user's ID.
func hire(h *harness.Harness, email string, roles ...string) string {
	h.T.Helper()
	invite(h, email, roles...)
	if err := h.Emulator.AcceptInvitation(email); err != nil {
		h.T.Fatal(err)
	}
	return userIDs(h)[email]
}

func userIDs(h *harness.Harness) map[string]string {
	ids := map[string]string{}
	for _, item := range h.Call("GET", underOrganization+"/users", nil)["users"].([]any) {
		u := item.(harness.Props)["user"].(harness.Props)
		ids[u["email"].(string)] = u["id"].(string)
	}
	return ids
}

// roster lists who has which of the built-in roles, as "email role", sorted;
// an invited person's has a question mark.
func roster(h *harness.Harness) []string {
	h.T.Helper()
	names := map[any]string{owner: "owner", member: "member", viewer: "viewer"}
	out := []string{}
	h.Emulator.Configure(func(s *emulator.Settings) { s.PageSize = 100 })
	for _, item := range h.Call("GET", underOrganization+"/role-bindings", nil)["roleBindings"].([]any) {
		definition := item.(harness.Props)["definition"].(harness.Props)
		for _, s := range definition["subjects"].([]any) {
			if u, ok := s.(harness.Props)["user"].(harness.Props); ok && names[definition["roleId"]] != "" {
				out = append(out, u["email"].(string)+" "+names[definition["roleId"]])
			}
		}
	}
	for _, item := range h.Call("GET", "/v1/invitations", nil)["invitations"].([]any) {
		for _, role := range item.(harness.Props)["roleBindings"].([]any) {
			out = append(out, item.(harness.Props)["inviteEmail"].(string)+" "+names[role.(harness.Props)["roleId"]]+"?")
		}
	}
	h.Emulator.Configure(func(s *emulator.Settings) { s.PageSize = 1 })
	slices.Sort(out)
	return out
}

func wantRoster(t *testing.T, h *harness.Harness, want ...string) {
	t.Helper()
	slices.Sort(want)
	if got := roster(h); !slices.Equal(got, want) {
		t.Errorf("the roles are %q, want %q", got, want)
	}
}

func team(change harness.Props) harness.Props {
	inputs := harness.Props{"organizationId": organization}
	for key, value := range change {
		inputs[key] = value
	}
	return inputs
}

func TestMembersLeaveOthersAlone(t *testing.T) {
	h := people(t)
	hire(h, "old@example.com", owner)
	invite(h, "guest@example.com", viewer)
	r := h.Resource("OrganizationMembers", "x")
	r.WantUp("create", team(harness.Props{"owners": list("new@example.com"), "viewers": list("a@example.com", "b@example.com")}))
	r.WantDrift()
	r.WantUp("update", team(harness.Props{"owners": list("new@example.com"), "viewers": list("b@example.com")}))
	r.WantDrift()
	wantRoster(t, h, me+" owner", "old@example.com owner", "guest@example.com viewer?", "new@example.com owner?", "b@example.com viewer?")
	if err := r.Delete(); err != nil {
		t.Fatal(err)
	}
	wantRoster(t, h, me+" owner", "old@example.com owner", "guest@example.com viewer?")
}

func TestMembersThatAreAuthoritative(t *testing.T) {
	h := people(t)
	hire(h, "old@example.com", owner)
	hire(h, "plain@example.com", member)
	invite(h, "guest@example.com", viewer, owner)
	inputs := team(harness.Props{"owners": list("new@example.com"), "viewers": list(), "authoritative": true})
	r := h.Resource("OrganizationMembers", "x")
	r.WantUp("create", inputs)
	wantRoster(t, h, me+" owner", "plain@example.com member", "new@example.com owner?")
	r.WantDrift()

	invite(h, "late@example.com", viewer)
	hire(h, "second@example.com", owner)
	r.WantDrift("owners[1]", "viewers[0]")
	r.WantUp("update", inputs)
	wantRoster(t, h, me+" owner", "plain@example.com member", "new@example.com owner?")
	r.WantDrift()
	if _, there := userIDs(h)["old@example.com"]; there {
		t.Error("who has no role left is still a member")
	}
}

func TestMembersThatAreThereAreNotInvited(t *testing.T) {
	h := people(t)
	id := hire(h, "a@example.com", viewer)
	invite(h, "b@example.com", viewer)
	r := h.Resource("OrganizationMembers", "x")
	h.Forget()
	r.WantUp("create", team(harness.Props{"viewers": list("A@Example.com", "B@example.com"), "owners": list("a@example.com")}))
	wantJSON(t, "calls", h.Writes(), list("POST "+underOrganization+"/role-bindings"))
	r.WantDrift()
	wantRoster(t, h, me+" owner", "a@example.com viewer", "a@example.com owner", "b@example.com viewer?")

	r.WantUp("same", team(harness.Props{"viewers": list("b@example.com", "a@EXAMPLE.com"), "owners": list("a@example.com")}))
	h.Forget()
	r.WantUp("update", team(harness.Props{"viewers": list("b@example.com"), "owners": list("a@example.com")}))
	if made := h.Writes(); len(made) != 1 || !strings.HasPrefix(made[0], "DELETE "+underOrganization+"/role-bindings/") {
		t.Errorf("a role is taken away by the calls %v", made)
	}
	if userIDs(h)["a@example.com"] != id {
		t.Error("changing roles has put the member out of the organization")
	}
}

func TestMembersChangeRolesInPlace(t *testing.T) {
	h := people(t)
	hire(h, "a@example.com", viewer)
	r := h.Resource("OrganizationMembers", "x")
	r.WantUp("create", team(harness.Props{"viewers": list("a@example.com", "b@example.com")}))
	h.Forget()
	r.WantUp("update", team(harness.Props{"members": list("a@example.com", "b@example.com")}))
	for _, made := range h.Writes() {
		if strings.Contains(made, "/users") {
			t.Errorf("the call %s puts somebody out", made)
		}
	}
	wantRoster(t, h, me+" owner", "a@example.com member", "b@example.com member?")
	r.WantDrift()
}

func TestMembersKeepWhatElseTheyHave(t *testing.T) {
	h := people(t)
	ids := map[string]string{}
	for _, name := range []string{"grouped", "bound", "plain", "shared"} {
		ids[name] = hire(h, name+"@example.com", viewer)
	}
	h.Call("POST", underOrganization+"/groups", harness.Props{"name": "g", "definition": harness.Props{
		"members": list(harness.Props{"kind": "USER", "id": ids["grouped"], "email": "grouped@example.com"})}})
	bind := func(role string, users ...string) string {
		subjects := list()
		for _, id := range users {
			subjects = append(subjects, harness.Props{"user": harness.Props{"id": id}})
		}
		return h.Call("POST", underOrganization+"/role-bindings", list(harness.Props{"name": "n", "definition": harness.Props{
			"roleId": role, "scopes": list(harness.Props{"organization": harness.Props{"id": organization}}), "subjects": subjects,
		}}))["id"].(string)
	}
	bind(one, ids["bound"])
	shared := bind(member, ids["shared"], ids["grouped"])
	r := h.Resource("OrganizationMembers", "x")
	r.WantUp("create", team(harness.Props{
		"viewers": list("grouped@example.com", "bound@example.com", "plain@example.com"), "members": list("shared@example.com"),
	}))
	r.WantUp("update", team(harness.Props{"viewers": list()}))
	left := userIDs(h)
	for name, id := range ids {
		if stays := name != "plain"; (left[name+"@example.com"] == id) != stays {
			t.Errorf("%s is in the organization: %v, want %v", name, !stays, stays)
		}
	}
	wantRoster(t, h, me+" owner", "shared@example.com viewer", "grouped@example.com member")
	if got := h.Call("GET", underOrganization+"/role-bindings/"+shared, nil); got["name"] != "n" {
		t.Errorf("the shared binding is now %v", got)
	}
}

func TestMembersInvitedToMoreAreInvitedAnew(t *testing.T) {
	h := people(t)
	invite(h, "a@example.com", viewer, one)
	r := h.Resource("OrganizationMembers", "x")
	r.WantUp("create", team(harness.Props{"owners": list("A@example.com")}))
	wantRoster(t, h, me+" owner", "a@example.com viewer?", "a@example.com ?", "a@example.com owner?")
	r.WantDrift()
	r.WantUp("update", team(harness.Props{"owners": list()}))
	wantRoster(t, h, me+" owner", "a@example.com viewer?", "a@example.com ?")
}

func TestMembersWhoseInvitationIsAcceptedAreNoDifference(t *testing.T) {
	h := people(t)
	r := h.Resource("OrganizationMembers", "x")
	r.WantUp("create", team(harness.Props{"owners": list("A@example.com"), "viewers": list("b@example.com")}))
	if err := h.Emulator.AcceptInvitation("a@example.com"); err != nil {
		t.Fatal(err)
	}
	r.WantDrift()
	h.Call("DELETE", underOrganization+"/users/"+userIDs(h)["a@example.com"], nil)
	r.WantDrift("owners[0]")
	r.WantUp("update", team(harness.Props{"owners": list("A@example.com"), "viewers": list("b@example.com")}))
	wantRoster(t, h, me+" owner", "a@example.com owner?", "b@example.com viewer?")
}

func TestMembersNeverDropThePersonOfTheToken(t *testing.T) {
	h := people(t)
	r := h.Resource("OrganizationMembers", "x")
	r.WantUp("create", team(harness.Props{"owners": list("You@example.com", "a@example.com"), "authoritative": true}))
	r.WantUp("update", team(harness.Props{"owners": list("a@example.com"), "authoritative": true}))
	wantRoster(t, h, me+" owner", "a@example.com owner?")
	if !h.Warned("you@example.com keeps the role owner: it is the person that the API token belongs to") {
		t.Errorf("no warning among %v", h.Logs())
	}
	r.WantDrift()
	if err := r.Delete(); err != nil {
		t.Fatal(err)
	}
	wantRoster(t, h, me+" owner")
}

func TestMembersAfterAHalfDoneCreation(t *testing.T) {
	h := people(t)
	hire(h, "a@example.com", viewer)
	inputs := team(harness.Props{"owners": list("a@example.com", "b@example.com")})
	r := h.Resource("OrganizationMembers", "x")
	h.Emulator.Fail(emulator.Fault{Method: "POST", Path: "/v1/invitations", Status: 400})
	_, err := r.Up(inputs)
	wantError(t, err, "cannot set the members of the organization "+organization, "POST /v1/invitations: 400")
	if r.ID != organization {
		t.Errorf("the ID is %q, although a role was given", r.ID)
	}
	r.WantUp("update", inputs)
	wantRoster(t, h, me+" owner", "a@example.com viewer", "a@example.com owner", "b@example.com owner?")
}

func TestMembersInvitedToAnotherOrganizationAreNotThoseOfThisOne(t *testing.T) {
	h := people(t)
	h.Call("POST", "/v1/invitations", harness.Props{"members": list(harness.Props{
		"userEmail": "a@example.com", "roleBindings": list(harness.Props{"roleId": owner, "scopes": list(harness.Props{"id": one, "type": "ORGANIZATION"})}),
	})})
	r := h.Resource("OrganizationMembers", "x")
	if err := r.Import(organization); err != nil {
		t.Fatal(err)
	}
	wantJSON(t, "owners", r.Input("owners"), list(me))
}
