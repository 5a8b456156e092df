package access

import (
	"net/http"
	"strings"

	"github.com/pulumi/pulumi-go-provider/infer"

	"github.com/castai/pulumi-castai/internal/api"
	"github.com/castai/pulumi-castai/internal/crud"
	"github.com/castai/pulumi-castai/internal/wire"
)

// OrganizationGroup is a group of users and service accounts.
type OrganizationGroup struct {
	shared[OrganizationGroupArgs, OrganizationGroupState]
}

// NewOrganizationGroup returns the resource.
func NewOrganizationGroup() *OrganizationGroup {
	r := &OrganizationGroup{}
	r.Resource = crud.Resource[OrganizationGroupArgs, OrganizationGroupState]{
		Kind: "group",
		Path: func(a *OrganizationGroupArgs) string {
			return api.Path("v1", "organizations", a.OrganizationID, "groups")
		},
		ImportID:     "<organizationId>/<groupId>",
		UpdateMethod: http.MethodPatch,
		ReadBack:     true,
		Body: func(_ *OrganizationGroupArgs, body map[string]any, _ bool) error {
			if body["definition"] == nil { // the API wants it, with a list
				body["definition"] = map[string]any{"members": []any{}}
			}
			return nil
		},
		Fill: func(_ map[string]any, s *OrganizationGroupState) {
			if selector := s.LabelSelector; selector != nil && selector.Condition.none() && len(selector.Requirements) == 0 {
				s.LabelSelector = nil // how the API may say that there is none
			}
		},
	}
	r.blocks = map[string]string{"members": "members"}
	r.keep = func(want, known, now *OrganizationGroupArgs, _ *OrganizationGroupState) {
		others := untold(want.Members.all(), known.Members.all(), now.Members.all(), OrganizationGroupMemberMember.key)
		want.Members = OrganizationGroupMembers{{Members: append(want.Members.all(), others...)}}
	}
	return r
}

// Annotate describes the resource.
func (r *OrganizationGroup) Annotate(a infer.Annotator) {
	a.Describe(&r, "A group of users and service accounts of an organization. It can do nothing until a role is bound to "+
		"it with `RoleBindings`.\n\n"+
		"When `members` is given, it is the whole membership: who was added elsewhere shows as a difference after a "+
		"refresh, and is removed by the update whose preview says so, not before. Without `members` the membership is "+
		"left alone.\n\n"+
		"## Import\n\nThe import ID is `<organizationId>/<groupId>`, or `<groupId>` for a group of the organization that "+
		"the provider is configured with.")
	a.AddAlias("organization", "OrganizationGroup")
}

// OrganizationGroupArgs are the inputs of an [OrganizationGroup].
type OrganizationGroupArgs struct {
	OrganizationID string                          `pulumi:"organizationId" provider:"replaceOnChanges" wire:"-" check:"uuid"`
	Name           *string                         `pulumi:"name,optional" check:"notblank"`
	Description    *string                         `pulumi:"description,optional" wire:",zero"`
	Members        OrganizationGroupMembers        `pulumi:"members,optional" wire:"definition.members,zero"`
	LabelSelector  *OrganizationGroupLabelSelector `pulumi:"labelSelector,optional" wire:",zero"`
}

// Annotate describes the inputs.
func (x *OrganizationGroupArgs) Annotate(a infer.Annotator) {
	a.Describe(&x.OrganizationID, "The organization (UUID) that owns the group. Changing it replaces the group.")
	a.Describe(&x.Name, "The name shown in the console. Left out, it is made from the resource's name and seven random "+
		"characters.")
	a.Describe(&x.Description, "What the group is for.")
	a.Describe(&x.Members, "The members, in one block; of several blocks the members are put together. Left out, the "+
		"members are not managed; an empty list says that there are none.")
	a.Describe(&x.LabelSelector, "Conditions on labels that say whom the service takes into the group by itself. Left out, there are none.")
}

// OrganizationGroupState are the outputs of an [OrganizationGroup].
type OrganizationGroupState struct {
	OrganizationGroupArgs
}

// OrganizationGroupMembers is a list of at most one block, since the bridged
// provider has it so. The API has a plain list of members.
type OrganizationGroupMembers []OrganizationGroupMember

// all are the members of all blocks.
func (x OrganizationGroupMembers) all() (members []OrganizationGroupMemberMember) {
	for _, block := range x {
		members = append(members, block.Members...)
	}
	return members
}

// EncodeWire writes each member once.
func (x OrganizationGroupMembers) EncodeWire() (any, error) {
	body, err := wire.Create(&OrganizationGroupMember{distinct(x.all(), OrganizationGroupMemberMember.key)})
	return body["members"], err
}

// DecodeWire reads the members. Who a member is, is said by its ID: the email
// address is kept as the program has it, since the API may know another one of
// the same user.
func (x *OrganizationGroupMembers) DecodeWire(body any) error {
	emails := map[string]string{}
	for _, member := range x.all() {
		emails[member.key()] = member.Email
	}
	var block OrganizationGroupMember
	if err := wire.Decode(map[string]any{"members": body}, &block); err != nil {
		return err
	}
	for i, member := range block.Members {
		if email, ok := emails[member.key()]; ok {
			block.Members[i].Email = email
		}
	}
	block.Members = append(block.Members, repeated(x.all(), block.Members, OrganizationGroupMemberMember.key)...)
	*x = OrganizationGroupMembers{}
	if len(block.Members) > 0 {
		*x = OrganizationGroupMembers{block}
	}
	return nil
}

// OrganizationGroupMember is a block of members.
type OrganizationGroupMember struct {
	Members []OrganizationGroupMemberMember `pulumi:"members,optional" norm:"set,whole"`
}

// Annotate describes the block.
func (x *OrganizationGroupMember) Annotate(a infer.Annotator) {
	a.Describe(&x, "A block of members of a group.")
	a.Describe(&x.Members, "The members, in any order.")
}

// OrganizationGroupMemberMember is a member of a group.
type OrganizationGroupMemberMember struct {
	Kind  MemberKind `pulumi:"kind" norm:"fold" check:"known=user|service_account"`
	ID    string     `pulumi:"id" norm:"fold" check:"notblank"`
	Email string     `pulumi:"email" norm:"fold"`
}

// Annotate describes the member.
func (x *OrganizationGroupMemberMember) Annotate(a infer.Annotator) {
	a.Describe(&x, "A member of a group.")
	a.Describe(&x.Kind, "What the member is: `user` or `service_account`, in any letter case.")
	a.Describe(&x.ID, "The ID (UUID) of the user or service account.")
	a.Describe(&x.Email, "The email address of the user or service account, in any letter case. A member is told by its ID; "+
		"the API wants the address all the same.")
}

func (x OrganizationGroupMemberMember) key() string {
	return strings.ToLower(string(x.Kind) + " " + x.ID)
}

// MemberKind is what a member of a group is. The API writes it in another way
// in almost every call: USER, KIND_USER and SUBJECT_KIND_USER are the same.
type MemberKind string

// EncodeWire writes the kind in the shortest way.
func (k MemberKind) EncodeWire() (any, error) { return strings.ToUpper(string(k)), nil }

// DecodeWire reads the kind in any way.
func (k *MemberKind) DecodeWire(body any) error {
	text, _ := body.(string)
	*k = MemberKind(strings.ToLower(strings.TrimPrefix(strings.TrimPrefix(text, "SUBJECT_"), "KIND_")))
	return nil
}
