package access

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/pulumi/pulumi-go-provider/infer"

	"github.com/castai/pulumi-castai/internal/api"
	"github.com/castai/pulumi-castai/internal/check"
	"github.com/castai/pulumi-castai/internal/crud"
	"github.com/castai/pulumi-castai/internal/wire"
)

// RoleBindings grants a role. It is one binding, whatever its name says.
type RoleBindings struct {
	shared[RoleBindingsArgs, RoleBindingsState]
}

// NewRoleBindings returns the resource.
func NewRoleBindings() *RoleBindings {
	r := &RoleBindings{}
	r.Resource = crud.Resource[RoleBindingsArgs, RoleBindingsState]{
		Kind:         "role binding",
		Path:         func(a *RoleBindingsArgs) string { return roleBindings(a.OrganizationID) },
		ImportID:     "<organizationId>/<roleBindingId>",
		UpdateMethod: http.MethodPatch,
		Batch:        true,
		ReadBack:     true, // the answer to a create is abbreviated
		List:         &crud.List{Items: "roleBindings"},
		Notice:       noticeFailedBinding,
	}
	r.blocks = map[string]string{"subjects": "subjects"}
	r.keep = func(want, known, now *RoleBindingsArgs, _ *RoleBindingsState) {
		others := untold(want.Subjects.all(), known.Subjects.all(), now.Subjects.all(), RoleBindingsSubjectSubject.key)
		want.Subjects = RoleBindingsSubjects{{Subjects: append(want.Subjects.all(), others...)}}
	}
	return r
}

func roleBindings(organization string) string {
	return api.Path("v1", "organizations", organization, "role-bindings")
}

// noticeFailedBinding warns of a binding that grants nothing: CAST AI works out
// what it means in the clusters after the call that makes it.
func noticeFailedBinding(ctx context.Context, body map[string]any) {
	list, _ := body["status"].([]any)
	for _, item := range list {
		status, _ := item.(map[string]any)
		if state, _ := status["state"].(string); strings.TrimPrefix(state, "POLICIES_STATE_") == "FAILED" {
			message, _ := status["message"].(string)
			crud.Warn(ctx, "the role binding %q is not in force: CAST AI could not make the policies for it: %s", body["name"], message)
		}
	}
}

// Annotate describes the resource.
func (r *RoleBindings) Annotate(a infer.Annotator) {
	a.Describe(&r, "Grants one role to users, groups and service accounts, in an organization or in some of its clusters. "+
		"One resource is one binding.\n\n"+
		"`subjects` are all who have the role by this binding: who was added elsewhere shows as a difference after a "+
		"refresh, and loses the role by the update whose preview says so, not before.\n\n"+
		"## Import\n\nThe import ID is `<organizationId>/<roleBindingId>`, or `<roleBindingId>` for a binding of the "+
		"organization that the provider is configured with.")
	a.AddAlias("iam", "RoleBindings")
}

// RoleBindingsArgs are the inputs of a [RoleBindings].
type RoleBindingsArgs struct {
	OrganizationID string               `pulumi:"organizationId" provider:"replaceOnChanges" wire:"-" check:"uuid"`
	Name           *string              `pulumi:"name,optional" check:"notblank"`
	Description    *string              `pulumi:"description,optional" wire:",zero"`
	RoleID         string               `pulumi:"roleId" wire:"definition.roleId" norm:"fold" check:"notblank"`
	Scopes         []RoleBindingsScope  `pulumi:"scopes" wire:"definition.scopes" norm:"set" check:"minitems=1"`
	Subjects       RoleBindingsSubjects `pulumi:"subjects" wire:"definition.subjects"`
}

// Annotate describes the inputs.
func (x *RoleBindingsArgs) Annotate(a infer.Annotator) {
	a.Describe(&x.OrganizationID, "The organization (UUID) that owns the binding. Changing it replaces the binding.")
	a.Describe(&x.Name, "The name shown in the console. Left out, it is made from the resource's name and seven random "+
		"characters.")
	a.Describe(&x.Description, "What the binding is for.")
	a.Describe(&x.RoleID, "The role (UUID) that is granted. The built-in ones are Owner "+
		"(`3e1050c7-6593-4298-94bb-154637911d78`), Member (`8c60bd8e-21de-402a-969f-add07fd22c1b`) and Viewer "+
		"(`6fc95bd7-6049-4735-80b0-ce5ccde71cb1`).")
	a.Describe(&x.Scopes, "Where the role is granted, in any order: at least one organization or cluster.")
	a.Describe(&x.Subjects, "Who the role is granted to, in one block; of several blocks the subjects are put together.")
}

// RoleBindingsState are the outputs of a [RoleBindings].
type RoleBindingsState struct {
	RoleBindingsArgs
}

// RoleBindingsScope is where a role is granted.
type RoleBindingsScope struct {
	Kind       string `pulumi:"kind" norm:"fold" check:"oneoffold=organization|cluster|resource"`
	ResourceID string `pulumi:"resourceId" norm:"fold" check:"notblank"`
}

// Annotate describes the scope.
func (x *RoleBindingsScope) Annotate(a infer.Annotator) {
	a.Describe(&x, "Where a role is granted.")
	a.Describe(&x.Kind, "What the role is granted in: `organization`, `cluster` or `resource`, in any letter case.")
	a.Describe(&x.ResourceID, "The ID (UUID) of the organization, cluster or resource.")
}

// EncodeWire writes the scope, which the API keeps under its kind.
func (x RoleBindingsScope) EncodeWire() (any, error) {
	return reference(strings.ToLower(x.Kind), x.ResourceID), nil
}

// DecodeWire reads the scope.
func (x *RoleBindingsScope) DecodeWire(body any) error {
	x.Kind, x.ResourceID = referred(body, "organization", "cluster", "resource")
	return nil
}

func reference(kind, id string) map[string]any { return map[string]any{kind: map[string]any{"id": id}} }

// referred returns which of the kinds an object refers to, and the ID.
func referred(body any, kinds ...string) (kind, id string) {
	object, _ := body.(map[string]any)
	for _, kind := range kinds {
		if to, ok := object[kind].(map[string]any); ok {
			id, _ := to["id"].(string)
			return kind, id
		}
	}
	return "", ""
}

// RoleBindingsSubjects is a list of at most one block, since the bridged
// provider has it so. The API has a plain list of subjects.
type RoleBindingsSubjects []RoleBindingsSubject

// all are the subjects of all blocks.
func (x RoleBindingsSubjects) all() (subjects []RoleBindingsSubjectSubject) {
	for _, block := range x {
		subjects = append(subjects, block.Subjects...)
	}
	return subjects
}

// EncodeWire writes each subject once.
func (x RoleBindingsSubjects) EncodeWire() (any, error) {
	body, err := wire.Create(&RoleBindingsSubject{distinct(x.all(), RoleBindingsSubjectSubject.key)})
	return body["subjects"], err
}

// DecodeWire reads the subjects.
func (x *RoleBindingsSubjects) DecodeWire(body any) error {
	var block RoleBindingsSubject
	if err := wire.Decode(map[string]any{"subjects": body}, &block); err != nil {
		return err
	}
	block.Subjects = append(block.Subjects, repeated(x.all(), block.Subjects, RoleBindingsSubjectSubject.key)...)
	*x = RoleBindingsSubjects{}
	if len(block.Subjects) > 0 {
		*x = RoleBindingsSubjects{block}
	}
	return nil
}

// RoleBindingsSubject is a block of subjects.
type RoleBindingsSubject struct {
	Subjects []RoleBindingsSubjectSubject `pulumi:"subjects,optional" norm:"set,whole"`
}

// Annotate describes the block.
func (x *RoleBindingsSubject) Annotate(a infer.Annotator) {
	a.Describe(&x, "A block of subjects of a role binding.")
	a.Describe(&x.Subjects, "The subjects, in any order.")
}

// RoleBindingsSubjectSubject is who a role is granted to.
type RoleBindingsSubjectSubject struct {
	Kind             string  `pulumi:"kind" norm:"fold" check:"oneoffold=user|service_account|group"`
	UserID           *string `pulumi:"userId,optional" norm:"fold"`
	ServiceAccountID *string `pulumi:"serviceAccountId,optional" norm:"fold"`
	GroupID          *string `pulumi:"groupId,optional" norm:"fold"`
}

// Annotate describes the subject.
func (x *RoleBindingsSubjectSubject) Annotate(a infer.Annotator) {
	a.Describe(&x, "Who a role is granted to. Exactly the ID that belongs to `kind` is given.")
	a.Describe(&x.Kind, "What the subject is: `user`, `service_account` or `group`, in any letter case.")
	a.Describe(&x.UserID, "The ID (UUID) of the user, if `kind` is `user`.")
	a.Describe(&x.ServiceAccountID, "The ID (UUID) of the service account, if `kind` is `service_account`.")
	a.Describe(&x.GroupID, "The ID (UUID) of the group, if `kind` is `group`.")
}

// subjectKinds are the kinds of subjects, with the name of the API and the
// property that holds the ID.
var subjectKinds = []struct {
	kind, wire, property string
	id                   func(*RoleBindingsSubjectSubject) **string
}{
	{"user", "user", "userId", func(x *RoleBindingsSubjectSubject) **string { return &x.UserID }},
	{"service_account", "serviceAccount", "serviceAccountId", func(x *RoleBindingsSubjectSubject) **string { return &x.ServiceAccountID }},
	{"group", "group", "groupId", func(x *RoleBindingsSubjectSubject) **string { return &x.GroupID }},
}

// EncodeWire writes the subject, which the API keeps under its kind.
func (x RoleBindingsSubjectSubject) EncodeWire() (any, error) {
	for _, k := range subjectKinds {
		if id := *k.id(&x); strings.EqualFold(x.Kind, k.kind) && id != nil {
			return reference(k.wire, *id), nil
		}
	}
	return nil, fmt.Errorf("a subject of the kind %q lacks its ID", x.Kind)
}

// DecodeWire reads the subject.
func (x *RoleBindingsSubjectSubject) DecodeWire(body any) error {
	*x = RoleBindingsSubjectSubject{}
	for _, k := range subjectKinds {
		if kind, id := referred(body, k.wire); kind != "" {
			x.Kind, *k.id(x) = k.kind, &id
		}
	}
	return nil
}

func (x RoleBindingsSubjectSubject) key() string {
	body, _ := x.EncodeWire() // one without an ID has a key of its own
	return strings.ToLower(fmt.Sprint(body))
}

// CheckInputs checks that each subject has its ID and no other.
func (r *RoleBindings) CheckInputs(in *check.Inputs) {
	in.Each("subjects", func(_ string, block *check.Inputs) {
		block.Each("subjects", func(_ string, subject *check.Inputs) {
			kind, known := subject.String("kind")
			if !known {
				return
			}
			for _, k := range subjectKinds {
				id, isText := subject.String(k.property)
				given := subject.Set(k.property) && (!isText || id != "")
				switch own := strings.EqualFold(kind, k.kind); {
				case own && !given:
					subject.Fail(k.property, "is missing: a subject of the kind %q is named by it", kind)
				case given && !own && isText:
					subject.Fail(k.property, "does not belong to a subject of the kind %q: leave it out, or set kind to %q", kind, k.kind)
				}
			}
		})
	})
}
