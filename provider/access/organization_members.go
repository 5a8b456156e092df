package access

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/pulumi/pulumi-go-provider/infer"

	"github.com/castai/pulumi-castai/internal/api"
	"github.com/castai/pulumi-castai/internal/config"
	"github.com/castai/pulumi-castai/internal/crud"
	"github.com/castai/pulumi-castai/internal/props"
)

// OrganizationMembers invites people into an organization and gives them its
// built-in roles.
type OrganizationMembers struct{}

const importMembers = "<organizationId>"

// Annotate describes the resource.
func (r *OrganizationMembers) Annotate(a infer.Annotator) {
	a.Describe(&r, "Gives people the built-in roles of an organization by their email addresses, and invites those who are not "+
		"in it yet. The API token must be one of that organization. Other roles, and those of groups and service accounts, are "+
		"granted with `RoleBindings`; do not grant the same role to the same person by both.\n\n"+
		"People whom the program does not name are left alone, unless `authoritative` is true. Who is dropped from a list loses "+
		"that role; who has no other role, group or list left leaves the organization, or is no longer invited. Deleting the "+
		"resource drops those that it lists and nobody else. The person the API token belongs to is never dropped.\n\n"+
		"## Import\n\nThe import ID is `<organizationId>`. It takes over all who have one of the roles.")
	a.AddAlias("organization", "OrganizationMembers")
}

// OrganizationMembersArgs are the inputs of an [OrganizationMembers].
type OrganizationMembersArgs struct {
	OrganizationID string   `pulumi:"organizationId" provider:"replaceOnChanges" check:"uuid"`
	Owners         []string `pulumi:"owners,optional" norm:"set,fold" check:"notblank"`
	Members        []string `pulumi:"members,optional" norm:"set,fold" check:"notblank"`
	Viewers        []string `pulumi:"viewers,optional" norm:"set,fold" check:"notblank"`
	Authoritative  *bool    `pulumi:"authoritative,optional" wire:"-"`
}

// Annotate describes the inputs.
func (x *OrganizationMembersArgs) Annotate(a infer.Annotator) {
	a.Describe(&x.OrganizationID, "The organization (UUID). Changing it replaces the resource: people are invited into the new "+
		"organization and dropped from the old one.")
	a.Describe(&x.Owners, "The email addresses of those who have the role Owner, in any order and letter case.")
	a.Describe(&x.Members, "The email addresses of those who have the role Member, in any order and letter case.")
	a.Describe(&x.Viewers, "The email addresses of those who have the role Viewer, in any order and letter case.")
	a.Describe(&x.Authoritative, "Whether the lists that are given are complete: then nobody else has their roles, and whoever "+
		"has one of them when the resource is created or updated is dropped. A list that is left out is not managed all the same. "+
		"Default: false.")
}

// OrganizationMembersState are the outputs of an [OrganizationMembers].
type OrganizationMembersState struct {
	OrganizationMembersArgs
}

// builtinRoles are the roles that every organization has.
var builtinRoles = []struct {
	name, id string
	list     func(*OrganizationMembersArgs) *[]string
}{
	{"owner", "3e1050c7-6593-4298-94bb-154637911d78", func(x *OrganizationMembersArgs) *[]string { return &x.Owners }},
	{"member", "8c60bd8e-21de-402a-969f-add07fd22c1b", func(x *OrganizationMembersArgs) *[]string { return &x.Members }},
	{"viewer", "6fc95bd7-6049-4735-80b0-ce5ccde71cb1", func(x *OrganizationMembersArgs) *[]string { return &x.Viewers }},
}

// grants are the roles that the lists give.
func (x *OrganizationMembersArgs) grants() []grant {
	var out []grant
	for _, role := range builtinRoles {
		for _, email := range *role.list(x) {
			if g := (grant{role.id, fold(email)}); !slices.Contains(out, g) {
				out = append(out, g)
			}
		}
	}
	return out
}

func (x *OrganizationMembersArgs) authoritative() bool {
	return x.Authoritative != nil && *x.Authoritative
}

func fold(email string) string { return strings.ToLower(strings.TrimSpace(email)) }

// WireDependencies tells previews that an update changes no output by itself.
func (r *OrganizationMembers) WireDependencies(f infer.FieldSelector, a *OrganizationMembersArgs, s *OrganizationMembersState) {
	crud.KeepKnown(f, a, s)
}

// set gives the roles in the inputs, and takes away those in old and, if the
// program is authoritative, all others in the lists it gives. It says whether
// anything was changed, also if it failed.
func (x *OrganizationMembersArgs) set(ctx context.Context, old []grant) (changed bool, err error) {
	unlock, err := config.Client(ctx).Lock(ctx, organizationUsers(x.OrganizationID))
	if err != nil {
		return false, err
	}
	defer unlock()
	now, err := readMembership(ctx, x.OrganizationID)
	if err != nil {
		return false, err
	}
	want := x.grants()
	drop := slices.Clone(old)
	if x.authoritative() {
		for _, role := range builtinRoles {
			if *role.list(x) == nil {
				continue
			}
			for _, email := range now.holders(role.id) {
				drop = append(drop, grant{role.id, fold(email)})
			}
		}
	}
	drop = slices.DeleteFunc(drop, func(g grant) bool { return slices.Contains(want, g) })
	if drop, err = spareOneself(ctx, now, drop); err != nil {
		return false, err
	}
	return now.plan(want, drop).apply(ctx, x.OrganizationID)
}

// spareOneself leaves out what the person of the API token would lose: without
// it, nobody could repair a mistake.
func spareOneself(ctx context.Context, now *membership, drop []grant) ([]grant, error) {
	if len(drop) == 0 {
		return nil, nil
	}
	me, err := oneself(ctx)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(drop, func(g grant) bool {
		if g.email != me {
			return false
		}
		if now.has(g) {
			crud.Warn(ctx, "%s keeps the role %s: it is the person that the API token belongs to; drop the role in the console if "+
				"it is meant", g.email, roleName(g.role))
		}
		return true
	}), nil
}

// oneself is the address of the person that the API token belongs to.
func oneself(ctx context.Context) (string, error) {
	answer, err := crud.Get(ctx, api.Path("v1", "me"))
	if err != nil {
		return "", err
	}
	email, _ := answer["email"].(string)
	return fold(email), nil
}

func roleName(id string) string {
	for _, role := range builtinRoles {
		if role.id == id {
			return role.name
		}
	}
	return id
}

func failMembers(verb, organization string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("cannot %s the members of the organization %s: %w", verb, organization, err)
}

// Create gives the roles.
func (r *OrganizationMembers) Create(
	ctx context.Context, req infer.CreateRequest[OrganizationMembersArgs],
) (infer.CreateResponse[OrganizationMembersState], error) {
	a := req.Inputs
	crud.Restore(ctx, &a)
	resp := infer.CreateResponse[OrganizationMembersState]{ID: a.OrganizationID, Output: OrganizationMembersState{a}}
	if req.DryRun {
		return resp, nil
	}
	changed, err := a.set(ctx, nil)
	if err = failMembers("set", a.OrganizationID, err); changed {
		err = crud.Partial(err)
	}
	return resp, err
}

// Read finds out who has the roles, for a refresh or an import.
func (r *OrganizationMembers) Read(
	ctx context.Context, req infer.ReadRequest[OrganizationMembersArgs, OrganizationMembersState],
) (resp infer.ReadResponse[OrganizationMembersArgs, OrganizationMembersState], err error) {
	a := req.Inputs
	if crud.IsImport(ctx) {
		if a.OrganizationID, err = crud.ParseImportID(importMembers, req.ID, &a); err != nil {
			return resp, err
		}
	}
	now, err := readMembership(ctx, a.OrganizationID)
	if api.IsNotFound(err) {
		return resp, nil
	}
	if err == nil {
		err = a.read(ctx, now)
	}
	if err != nil {
		return resp, failMembers("read", a.OrganizationID, err)
	}
	if len(a.grants()) == 0 && len(req.Inputs.grants()) > 0 {
		return resp, nil // nobody is left of those it stands for
	}
	resp.ID, resp.Inputs, resp.State = a.OrganizationID, a, OrganizationMembersState{a}
	return resp, nil
}

// read makes the lists those that hold now: of the listed people those who have
// the role, and, if the lists are complete, whoever else has it. An import
// lists everybody.
func (x *OrganizationMembersArgs) read(ctx context.Context, now *membership) (err error) {
	me := ""
	if x.authoritative() {
		if me, err = oneself(ctx); err != nil {
			return err
		}
	}
	for _, role := range builtinRoles {
		list := role.list(x)
		listed := map[string]bool{}
		held := []string{}
		for _, email := range *list {
			listed[fold(email)] = true
			if now.has(grant{role.id, fold(email)}) {
				held = append(held, email)
			}
		}
		if crud.IsImport(ctx) || x.authoritative() && *list != nil {
			for _, email := range now.holders(role.id) {
				if !listed[fold(email)] && fold(email) != me {
					held = append(held, email)
				}
			}
		}
		if *list != nil || len(held) > 0 {
			*list = held
		}
	}
	return nil
}

// Update brings the roles to the new inputs.
func (r *OrganizationMembers) Update(
	ctx context.Context, req infer.UpdateRequest[OrganizationMembersArgs, OrganizationMembersState],
) (resp infer.UpdateResponse[OrganizationMembersState], err error) {
	a := req.Inputs
	crud.Restore(ctx, &a)
	resp.Output = OrganizationMembersState{a}
	if req.DryRun {
		return resp, nil
	}
	var old OrganizationMembersArgs
	if err := props.Decode(crud.OldInputs(ctx), &old); err != nil {
		return resp, failMembers("update", a.OrganizationID, err)
	}
	// An update that fails half-way is no partial one: the state stays as it
	// was, and the next update finds out what is left to do.
	_, err = a.set(ctx, old.grants())
	return resp, failMembers("update", a.OrganizationID, err)
}

// Delete drops those whom the resource lists.
func (r *OrganizationMembers) Delete(
	ctx context.Context, req infer.DeleteRequest[OrganizationMembersState],
) (infer.DeleteResponse, error) {
	nobody := OrganizationMembersArgs{OrganizationID: req.State.OrganizationID}
	_, err := nobody.set(ctx, req.State.grants())
	if api.IsNotFound(err) {
		err = nil // the organization is gone
	}
	return infer.DeleteResponse{}, failMembers("drop", req.State.OrganizationID, err)
}
