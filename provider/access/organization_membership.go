package access

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/castai/pulumi-castai/internal/api"
	"github.com/castai/pulumi-castai/internal/config"
	"github.com/castai/pulumi-castai/internal/crud"
	"github.com/castai/pulumi-castai/internal/wire"
)

// grant is a role that somebody has in an organization. The address is in
// lower case.
type grant struct{ role, email string }

// membership is who is in an organization, and who is invited.
type membership struct {
	organization string
	users        []memberUser
	bindings     []memberBinding
	invitations  []memberInvitation
}

type memberUser struct {
	ID     string        `pulumi:"id" wire:"user.id"`
	Email  string        `pulumi:"email" wire:"user.email"`
	Groups []memberGroup `pulumi:"groups"`
}

type memberGroup struct {
	ID string `pulumi:"id"`
}

type memberBinding struct {
	ID       string              `pulumi:"id"`
	RoleID   string              `pulumi:"roleId" wire:"definition.roleId"`
	Scopes   []RoleBindingsScope `pulumi:"scopes" wire:"definition.scopes"`
	Subjects []memberSubject     `pulumi:"subjects" wire:"definition.subjects"`
}

// memberSubject is a user; other subjects have no ID here.
type memberSubject struct {
	ID    string `pulumi:"id" wire:"user.id"`
	Email string `pulumi:"email" wire:"user.email"`
}

type memberInvitation struct {
	ID           string       `pulumi:"id"`
	Email        string       `pulumi:"email" wire:"inviteEmail"`
	RoleBindings []memberRole `pulumi:"roleBindings"`
}

type memberRole struct {
	RoleID string        `pulumi:"roleId"`
	Scopes []memberScope `pulumi:"scopes"`
}

type memberScope struct {
	ID   string `pulumi:"id"`
	Type string `pulumi:"type"`
}

func organizationUsers(organization string) string {
	return api.Path("v1", "organizations", organization, "users")
}

// readMembership reads all pages of all three lists.
func readMembership(ctx context.Context, organization string) (*membership, error) {
	m := &membership{organization: organization}
	err := readAll(ctx, organizationUsers(organization), url.Values{"includeGroups": {"true"}}, "users", &m.users)
	if err == nil {
		err = readAll(ctx, roleBindings(organization), url.Values{"subjectType": {"SUBJECT_USER"}}, "roleBindings", &m.bindings)
	}
	if err == nil {
		err = readAll(ctx, api.Path("v1", "invitations"), nil, "invitations", &m.invitations)
	}
	if err != nil {
		return nil, err
	}
	// Invitations are those of the token's organization, whichever that is.
	m.invitations = slices.DeleteFunc(m.invitations, func(i memberInvitation) bool {
		return !slices.ContainsFunc(i.RoleBindings, m.covers)
	})
	return m, nil
}

func readAll[T any](ctx context.Context, path string, query url.Values, items string, into *[]T) error {
	list, err := config.Client(ctx).All(ctx, path, query, items)
	if err != nil {
		return err
	}
	*into = make([]T, len(list))
	for i, item := range list {
		if err := wire.Decode(item, &(*into)[i]); err != nil {
			return err
		}
	}
	return nil
}

// covers says whether a role of an invitation is one in the whole organization.
func (m *membership) covers(role memberRole) bool {
	return slices.ContainsFunc(role.Scopes, func(s memberScope) bool {
		return s.Type == "ORGANIZATION" && strings.EqualFold(s.ID, m.organization)
	})
}

// binds says whether a role binding gives the role in the whole organization.
func (m *membership) binds(b memberBinding, role string) bool {
	return strings.EqualFold(b.RoleID, role) && slices.ContainsFunc(b.Scopes, func(s RoleBindingsScope) bool {
		return s.Kind == "organization" && strings.EqualFold(s.ResourceID, m.organization)
	})
}

// invites says whether an invitation gives the role in the whole organization.
func (m *membership) invites(i memberInvitation, role string) bool {
	return slices.ContainsFunc(i.RoleBindings, func(r memberRole) bool { return strings.EqualFold(r.RoleID, role) && m.covers(r) })
}

// holders are the addresses of those who have the role or are invited to it,
// each once.
func (m *membership) holders(role string) (emails []string) {
	add := func(email string) {
		if email != "" && !slices.ContainsFunc(emails, func(e string) bool { return fold(e) == fold(email) }) {
			emails = append(emails, email)
		}
	}
	for _, b := range m.bindings {
		if m.binds(b, role) {
			for _, s := range b.Subjects {
				add(m.address(s))
			}
		}
	}
	for _, i := range m.invitations {
		if m.invites(i, role) {
			add(i.Email)
		}
	}
	return emails
}

// address is that of a subject: what the list of users says, if it does.
func (m *membership) address(s memberSubject) string {
	for _, u := range m.users {
		if u.ID == s.ID && s.ID != "" {
			return u.Email
		}
	}
	return s.Email
}

func (m *membership) has(g grant) bool {
	return slices.ContainsFunc(m.holders(g.role), func(email string) bool { return fold(email) == g.email })
}

// user returns the member of that address, or nil.
func (m *membership) user(email string) *memberUser {
	for i, u := range m.users {
		if fold(u.Email) == email && u.ID != "" {
			return &m.users[i]
		}
	}
	return nil
}

// bindingsOf are the role bindings that name a user, of any role and scope.
func (m *membership) bindingsOf(userID string) (found []memberBinding) {
	for _, b := range m.bindings {
		if slices.ContainsFunc(b.Subjects, func(s memberSubject) bool { return s.ID == userID }) {
			found = append(found, b)
		}
	}
	return found
}

// plan is what there is to do, in that order: roles are given before others
// are taken away.
type plan struct {
	bind     []binding
	reinvite []string // invitations that make way for new ones of the same person
	invite   []memberInvitation
	cancel   []string // other invitations
	unbind   []binding
	remove   []string // users
}

// binding ties a user to a role, or to the role binding that is to be changed.
type binding struct{ to, userID string }

// plan compares what is with what is wanted. What is to be dropped and is
// wanted as well stays.
func (m *membership) plan(want, drop []grant) plan {
	var p plan
	var people []string
	for _, g := range slices.Concat(want, drop) {
		if !slices.Contains(people, g.email) {
			people = append(people, g.email)
		}
	}
	for _, email := range people {
		given, taken := rolesOf(want, email), rolesOf(drop, email)
		u := m.user(email)
		if u != nil {
			m.planUser(&p, u, given, taken)
			given = nil // a member needs no invitation
		}
		m.planInvitation(&p, email, given, taken)
	}
	return p
}

func rolesOf(grants []grant, email string) (roles []string) {
	for _, g := range grants {
		if g.email == email && !slices.Contains(roles, g.role) {
			roles = append(roles, g.role)
		}
	}
	return roles
}

func (m *membership) planUser(p *plan, u *memberUser, given, taken []string) {
	has := m.bindingsOf(u.ID)
	for _, role := range given {
		if !slices.ContainsFunc(has, func(b memberBinding) bool { return m.binds(b, role) }) {
			p.bind = append(p.bind, binding{role, u.ID})
		}
	}
	var unbind []binding
	for _, b := range has {
		if slices.ContainsFunc(taken, func(role string) bool { return m.binds(b, role) && !slices.Contains(given, role) }) {
			unbind = append(unbind, binding{b.ID, u.ID})
		}
	}
	if len(unbind) == len(has) && len(unbind) > 0 && len(given) == 0 && len(u.Groups) == 0 {
		p.remove = append(p.remove, u.ID)
		return
	}
	p.unbind = append(p.unbind, unbind...)
}

// planInvitation makes the invitations of an address into one, if they are not
// right as they are: the API cannot change one.
func (m *membership) planInvitation(p *plan, email string, given, taken []string) {
	var old []string
	roles, right := []memberRole{}, true
	for _, i := range m.invitations {
		if fold(i.Email) != email {
			continue
		}
		old = append(old, i.ID)
		for _, role := range i.RoleBindings {
			if m.covers(role) && slices.Contains(taken, strings.ToLower(role.RoleID)) && !slices.Contains(given, strings.ToLower(role.RoleID)) {
				right = false
				continue
			}
			roles = append(roles, role)
		}
	}
	for _, role := range given {
		if !slices.ContainsFunc(roles, func(r memberRole) bool { return strings.EqualFold(r.RoleID, role) && m.covers(r) }) {
			right = false
			roles = append(roles, memberRole{RoleID: role, Scopes: []memberScope{{ID: m.organization, Type: "ORGANIZATION"}}})
		}
	}
	if right {
		return
	}
	if len(roles) == 0 || m.user(email) != nil {
		p.cancel = append(p.cancel, old...)
		return
	}
	p.reinvite = append(p.reinvite, old...)
	p.invite = append(p.invite, memberInvitation{Email: email, RoleBindings: roles})
}

// apply does it. It says whether anything was changed, also if it failed.
func (p plan) apply(ctx context.Context, organization string) (changed bool, err error) {
	do := func(call api.Call) error {
		_, err := config.Client(ctx).Do(ctx, call)
		if call.Method == http.MethodDelete && api.IsNotFound(err) {
			return nil
		}
		changed = changed || err == nil
		return err
	}
	steps := []func() error{}
	step := func(fn func() error) { steps = append(steps, fn) }
	if len(p.bind) > 0 {
		step(func() error {
			return do(api.Call{Method: http.MethodPost, Path: roleBindings(organization), Body: newBindings(organization, p.bind)})
		})
	}
	withdraw := func(ids []string) {
		for _, id := range ids {
			step(func() error { return do(api.Call{Method: http.MethodDelete, Path: api.Path("v1", "invitations", id)}) })
		}
	}
	withdraw(p.reinvite)
	if len(p.invite) > 0 {
		step(func() error {
			return do(api.Call{Method: http.MethodPost, Path: api.Path("v1", "invitations"), Body: newInvitations(p.invite)})
		})
	}
	withdraw(p.cancel)
	for _, b := range p.unbind {
		step(func() error {
			call, err := unbind(ctx, roleBindings(organization)+api.Path(b.to), b.userID)
			if err != nil || call.Method == "" {
				return err
			}
			return do(call)
		})
	}
	for _, id := range p.remove {
		step(func() error {
			return do(api.Call{Method: http.MethodDelete, Path: organizationUsers(organization) + api.Path(id)})
		})
	}
	for _, next := range steps {
		if err := next(); err != nil {
			return changed, err
		}
	}
	return changed, nil
}

func newBindings(organization string, list []binding) []any {
	bodies := make([]any, len(list))
	for i, b := range list {
		bodies[i] = map[string]any{
			"name": roleName(b.to) + " " + b.userID,
			"definition": map[string]any{
				"roleId": b.to, "scopes": []any{reference("organization", organization)}, "subjects": []any{reference("user", b.userID)},
			},
		}
	}
	return bodies
}

func newInvitations(list []memberInvitation) map[string]any {
	members := make([]any, len(list))
	for i, invitation := range list {
		roles := make([]any, len(invitation.RoleBindings))
		for j, role := range invitation.RoleBindings {
			scopes := make([]any, len(role.Scopes))
			for k, s := range role.Scopes {
				scopes[k] = map[string]any{"id": s.ID, "type": s.Type}
			}
			roles[j] = map[string]any{"roleId": role.RoleID, "scopes": scopes}
		}
		members[i] = map[string]any{"userEmail": invitation.Email, "roleBindings": roles}
	}
	return map[string]any{"members": members}
}

// unbind returns the call that takes a user out of a role binding, which is
// read anew: the call sets all subjects. A binding without any left is deleted.
func unbind(ctx context.Context, path, userID string) (api.Call, error) {
	body, err := crud.Get(ctx, path)
	if api.IsNotFound(err) {
		return api.Call{}, nil
	}
	if err != nil {
		return api.Call{}, err
	}
	definition, _ := body["definition"].(map[string]any)
	subjects, _ := definition["subjects"].([]any)
	left := slices.DeleteFunc(slices.Clone(subjects), func(subject any) bool {
		_, id := referred(subject, "user")
		return id == userID
	})
	switch len(left) {
	case len(subjects):
		return api.Call{}, nil
	case 0:
		return api.Call{Method: http.MethodDelete, Path: path}, nil
	}
	definition["subjects"] = left
	repeatable := true
	return api.Call{Method: http.MethodPatch, Path: path, Idempotent: &repeatable, Body: map[string]any{
		"name": body["name"], "description": body["description"], "definition": definition,
	}}, nil
}
