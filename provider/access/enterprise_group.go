package access

import (
	"context"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/pulumi/pulumi-go-provider/infer"
	"github.com/pulumi/pulumi/sdk/v3/go/property"

	"github.com/castai/pulumi-castai/internal/api"
	"github.com/castai/pulumi-castai/internal/check"
	"github.com/castai/pulumi-castai/internal/config"
	"github.com/castai/pulumi-castai/internal/crud"
	"github.com/castai/pulumi-castai/internal/wire"
)

// EnterpriseGroup is a group in an enterprise, with the roles it has.
type EnterpriseGroup struct {
	shared[EnterpriseGroupArgs, EnterpriseGroupState]
}

// NewEnterpriseGroup returns the resource.
func NewEnterpriseGroup() *EnterpriseGroup {
	r := &EnterpriseGroup{}
	r.Resource = inEnterprise(crud.Resource[EnterpriseGroupArgs, EnterpriseGroupState]{
		Kind:     "enterprise group",
		ImportID: "<enterpriseId>/<organizationId>/<groupId>",
		Out:      "groups",
		List:     &crud.List{Items: "items"},
		Body:     enterpriseGroupBody,
		Echo:     echoEnterpriseGroup,
		Fetch:    r.fetch,
		Notice: func(ctx context.Context, group map[string]any) {
			bindings, _ := group["roleBindings"].([]any)
			for _, binding := range bindings {
				if binding, ok := binding.(map[string]any); ok {
					noticeFailedBinding(ctx, binding)
				}
			}
		},
	}, "groups", "id", func(a *EnterpriseGroupArgs) (string, string) { return a.EnterpriseID, a.OrganizationID })
	rewrite := r.Rewrite
	r.Rewrite = func(a *EnterpriseGroupArgs, id string, call *api.Call) {
		if body, ok := call.Body.(map[string]any); ok && id == "" {
			body = maps.Clone(body)
			body["roleBindings"] = a.RoleBindings.bodies(false)
			call.Body = body
		}
		rewrite(a, id, call)
	}
	r.blocks = map[string]string{"members": "members", "roleBindings": "roleBindings"}
	r.keep = keepInEnterpriseGroup
	return r
}

// enterpriseGroupBody is what the group is made of besides its role bindings,
// which the list that a group made by a lost call is found in does not have:
// they join the body later.
func enterpriseGroupBody(a *EnterpriseGroupArgs, body map[string]any, update bool) error {
	members, _ := wire.Object(body, "definition")["members"].([]any)
	delete(body, "definition")
	body["members"] = append([]any{}, members...)
	if update {
		orEmpty(body, "description")
		body["roleBindings"] = a.RoleBindings.bodies(true)
		return nil
	}
	delete(body, "roleBindings")
	for _, member := range members {
		if member, ok := member.(map[string]any); ok {
			member["kind"] = fmt.Sprintf("SUBJECT_KIND_%v", member["kind"])
		}
	}
	return nil
}

// echoEnterpriseGroup brings a group of the list into the form of a create body.
func echoEnterpriseGroup(found map[string]any) map[string]any {
	list, _ := wire.Object(found, "definition")["members"].([]any)
	members := make([]any, len(list))
	for i, item := range list {
		member, _ := item.(map[string]any)
		var kind MemberKind
		_ = kind.DecodeWire(member["kind"]) // takes anything
		members[i] = map[string]any{"id": member["id"], "kind": "SUBJECT_KIND_" + string(kind)}
	}
	return map[string]any{"name": found["name"], "description": found["description"], "members": members}
}

// fetch reads the group and its role bindings, which are found from wherever
// they were made. A refresh may take both from the lists of its organization.
func (r *EnterpriseGroup) fetch(ctx context.Context, a *EnterpriseGroupArgs, id string) (map[string]any, error) {
	path := api.Path("organization-management", "v1", "enterprises", a.EnterpriseID, "role-bindings")
	var group map[string]any
	var list []map[string]any
	var err error
	if crud.Lists(ctx) {
		var found map[string]any
		if found, err = r.Find(ctx, a, "id", id); err != nil || found == nil {
			return nil, err
		}
		group = maps.Clone(found) // others read it, too
		var all *api.Snapshot
		if all, err = config.Client(ctx).Collection(ctx, path, r.ListQuery(a), "items"); err == nil {
			list = all.Items
		}
	} else {
		if group, err = crud.Get(ctx, r.Path(a)+api.Path(id)); err != nil {
			return nil, err
		}
		list, err = config.Client(ctx).All(ctx, path, url.Values{"subjectId": {id}}, "items")
	}
	if err != nil {
		return nil, err
	}
	bindings := []any{}
	for _, binding := range list {
		subjects, _ := wire.Object(binding, "definition")["subjects"].([]any)
		own := slices.ContainsFunc(subjects, func(subject any) bool {
			_, group := referred(subject, "group")
			return strings.EqualFold(group, id)
		})
		if len(subjects) > 1 && crud.IsImport(ctx) {
			continue // not one of this group alone, which would go with it
		}
		if own {
			bindings = append(bindings, binding)
		}
	}
	group["roleBindings"] = bindings
	return group, nil
}

// keepInEnterpriseGroup keeps the members that others have added until a preview
// has shown them, and for good all role bindings that are not the program's: an
// update takes away those that it does not name.
func keepInEnterpriseGroup(want, known, now *EnterpriseGroupArgs, state *EnterpriseGroupState) {
	if want.Description == nil && known.Description == nil {
		want.Description = now.Description
	}
	members := untold(want.Members.all(), known.Members.all(), now.Members.all(), EnterpriseGroupMemberMember.key)
	want.Members = EnterpriseGroupMembers{{Members: append(want.Members.all(), members...)}}

	// The program's own are those in its state. An update whose answer was lost
	// may have made more.
	own, others := pick(now.RoleBindings.all(), match(state.RoleBindings.all(), now.RoleBindings.all(), sameID, sameBinding))
	wanted := slices.Clone(want.RoleBindings.all())
	of := match(wanted, own, sameID, sameBinding, sameName, sameGrant)
	lost := match(wanted, others, sameBinding)
	for i := range wanted {
		switch {
		case of[i] >= 0:
			wanted[i].ID, lost[i] = own[of[i]].ID, -1
		case lost[i] >= 0:
			wanted[i].ID = others[lost[i]].ID
		default:
			wanted[i].ID = nil
		}
	}
	_, others = pick(others, lost)
	want.RoleBindings = blockOf(append(wanted, others...))
}

// Annotate describes the resource.
func (r *EnterpriseGroup) Annotate(a infer.Annotator) {
	a.Describe(&r, "A group of users and service accounts, in an enterprise or one of its child organizations, with the roles "+
		"that it has.\n\n"+
		"When `members` is given, it is the whole membership: who was added elsewhere shows as a difference after a "+
		"refresh, and is removed by the update whose preview says so, not before. Without `members` the membership is "+
		"left alone.\n\n"+
		"`roleBindings` are those that this resource makes. The group may have more, of an `EnterpriseRoleBinding` or made in "+
		"the console: those are left alone.\n\n"+
		"## Import\n\nThe import ID is `<enterpriseId>/<organizationId>/<groupId>`. It takes over the role bindings that have the "+
		"group as their only subject.")
	a.AddAlias("organization", "EnterpriseGroup")
}

// EnterpriseGroupArgs are the inputs of an [EnterpriseGroup].
type EnterpriseGroupArgs struct {
	EnterpriseID   string                      `pulumi:"enterpriseId" provider:"replaceOnChanges" wire:"-" check:"uuid"`
	OrganizationID string                      `pulumi:"organizationId" provider:"replaceOnChanges" wire:"-" check:"uuid"`
	Name           *string                     `pulumi:"name,optional" check:"notblank"`
	Description    *string                     `pulumi:"description,optional" wire:",zero"`
	Members        EnterpriseGroupMembers      `pulumi:"members,optional" wire:"definition.members,zero"`
	RoleBindings   EnterpriseGroupRoleBindings `pulumi:"roleBindings,optional" wire:",zero"`
}

// Annotate describes the inputs.
func (x *EnterpriseGroupArgs) Annotate(a infer.Annotator) {
	a.Describe(&x.EnterpriseID, "The enterprise (UUID). Changing it replaces the group.")
	a.Describe(&x.OrganizationID, "The organization (UUID) that owns the group: the enterprise itself or a child of it. Changing it "+
		"replaces the group.")
	a.Describe(&x.Name, "The name shown in the console. Left out, it is made from the resource's name and seven random characters.")
	a.Describe(&x.Description, "What the group is for.")
	a.Describe(&x.Members, "The members, in one block; of several blocks the members are put together. Left out, the "+
		"members are not managed; an empty list says that there are none.")
	a.Describe(&x.RoleBindings, "The roles that the group has by this resource, in one block; of several blocks the bindings are "+
		"put together.")
}

// EnterpriseGroupState are the outputs of an [EnterpriseGroup].
type EnterpriseGroupState struct {
	EnterpriseGroupArgs
}

// EnterpriseGroupMembers is a list of at most one block, since the bridged
// provider has it so. The API has a plain list of members.
type EnterpriseGroupMembers []EnterpriseGroupMember

// all are the members of all blocks.
func (x EnterpriseGroupMembers) all() (members []EnterpriseGroupMemberMember) {
	for _, block := range x {
		members = append(members, block.Members...)
	}
	return members
}

// EncodeWire writes each member once.
func (x EnterpriseGroupMembers) EncodeWire() (any, error) {
	body, err := wire.Create(&EnterpriseGroupMember{distinct(x.all(), EnterpriseGroupMemberMember.key)})
	return body["members"], err
}

// DecodeWire reads the members.
func (x *EnterpriseGroupMembers) DecodeWire(body any) error {
	var block EnterpriseGroupMember
	if err := wire.Decode(map[string]any{"members": body}, &block); err != nil {
		return err
	}
	block.Members = append(block.Members, repeated(x.all(), block.Members, EnterpriseGroupMemberMember.key)...)
	*x = EnterpriseGroupMembers{}
	if len(block.Members) > 0 {
		*x = EnterpriseGroupMembers{block}
	}
	return nil
}

// EnterpriseGroupMember is a block of members.
type EnterpriseGroupMember struct {
	Members []EnterpriseGroupMemberMember `pulumi:"members,optional" norm:"set,whole"`
}

// Annotate describes the block.
func (x *EnterpriseGroupMember) Annotate(a infer.Annotator) {
	a.Describe(&x, "A block of members of a group.")
	a.Describe(&x.Members, "The members, in any order.")
}

// EnterpriseGroupMemberMember is a member of a group.
type EnterpriseGroupMemberMember struct {
	Kind MemberKind `pulumi:"kind" norm:"fold" check:"known=user|service_account"`
	ID   string     `pulumi:"id" norm:"fold" check:"notblank"`
}

// Annotate describes the member.
func (x *EnterpriseGroupMemberMember) Annotate(a infer.Annotator) {
	a.Describe(&x, "A member of a group.")
	a.Describe(&x.Kind, "What the member is: `user` or `service_account`, in any letter case.")
	a.Describe(&x.ID, "The ID (UUID) of the user or service account.")
}

func (x EnterpriseGroupMemberMember) key() string {
	return strings.ToLower(string(x.Kind) + " " + x.ID)
}

// Upgrade puts the lists of several blocks into one.
func (r *EnterpriseGroup) Upgrade(m property.Map) property.Map {
	return inBlocks(r.shared.Upgrade(m), "roleBindings", func(binding property.Map) property.Map {
		return oneBlock(binding, "scopes", "scopes")
	})
}

// CheckInputs checks that each scope is one.
func (r *EnterpriseGroup) CheckInputs(in *check.Inputs) {
	in.Each("roleBindings", func(_ string, block *check.Inputs) {
		block.Each("roleBindings", func(_ string, binding *check.Inputs) {
			binding.Each("scopes", func(_ string, block *check.Inputs) { checkScopes(block) })
		})
	})
}

// Create makes the group.
func (r *EnterpriseGroup) Create(
	ctx context.Context, req infer.CreateRequest[EnterpriseGroupArgs],
) (infer.CreateResponse[EnterpriseGroupState], error) {
	resp, err := r.shared.Create(ctx, req)
	if err != nil || req.DryRun || len(resp.Output.RoleBindings.all()) == len(req.Inputs.RoleBindings.all()) {
		return resp, err
	}
	// The answer was lost, and the list that the group was found in has no role bindings.
	body, err := r.Current(ctx, &req.Inputs, resp.ID)
	if err == nil {
		err = wire.Decode(body, &resp.Output)
	}
	if err != nil {
		err = fmt.Errorf("cannot read enterprise group %s, which was created: %w", resp.ID, err)
	}
	return resp, crud.Partial(err)
}

// Read fetches the group, for a refresh or an import.
func (r *EnterpriseGroup) Read(
	ctx context.Context, req infer.ReadRequest[EnterpriseGroupArgs, EnterpriseGroupState],
) (infer.ReadResponse[EnterpriseGroupArgs, EnterpriseGroupState], error) {
	listed := req.State.RoleBindings.all()
	resp, err := r.shared.Read(ctx, req)
	if err != nil || resp.ID == "" {
		return resp, err
	}
	own := resp.State.RoleBindings.all()
	if crud.IsImport(ctx) {
		own = slices.Clone(own)
		for i := range own {
			own[i].ID = nil // the program need not know it
		}
	} else {
		own, _ = pick(own, match(listed, own, sameID, sameBinding))
		resp.State.RoleBindings = blockOf(own)
	}
	resp.Inputs.RoleBindings = blockOf(own)
	return resp, nil
}

// Update brings the group to the new inputs.
func (r *EnterpriseGroup) Update(
	ctx context.Context, req infer.UpdateRequest[EnterpriseGroupArgs, EnterpriseGroupState],
) (infer.UpdateResponse[EnterpriseGroupState], error) {
	resp, err := r.shared.Update(ctx, req)
	if !req.DryRun {
		now := resp.Output.RoleBindings.all()
		own, _ := pick(now, match(req.Inputs.RoleBindings.all(), now, sameBinding, sameName, sameGrant))
		resp.Output.RoleBindings = blockOf(own)
	}
	return resp, err
}
