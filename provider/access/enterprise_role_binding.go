package access

import (
	"strings"

	"github.com/pulumi/pulumi-go-provider/infer"

	"github.com/castai/pulumi-castai/internal/check"
	"github.com/castai/pulumi-castai/internal/crud"
	"github.com/castai/pulumi-castai/internal/wire"
)

// EnterpriseRoleBinding grants a role in an enterprise.
type EnterpriseRoleBinding struct {
	shared[EnterpriseRoleBindingArgs, EnterpriseRoleBindingState]
}

// NewEnterpriseRoleBinding returns the resource.
func NewEnterpriseRoleBinding() *EnterpriseRoleBinding {
	r := &EnterpriseRoleBinding{}
	r.Resource = inEnterprise(crud.Resource[EnterpriseRoleBindingArgs, EnterpriseRoleBindingState]{
		Kind:     "enterprise role binding",
		ImportID: "<enterpriseId>/<organizationId>/<roleBindingId>",
		CreateIn: "roleBinding",
		Out:      "roleBindings",
		List:     &crud.List{Items: "items", Only: true},
		Body: func(a *EnterpriseRoleBindingArgs, body map[string]any, _ bool) error {
			orEmpty(body, "description")
			// With it, the role is looked up among those of the child.
			if definition := wire.Object(body, "definition"); definition != nil && !strings.EqualFold(a.OrganizationID, a.EnterpriseID) {
				definition["childOrganizationId"] = a.OrganizationID
			}
			return nil
		},
		Notice: noticeFailedBinding,
	}, "role-bindings", "id", func(a *EnterpriseRoleBindingArgs) (string, string) { return a.EnterpriseID, a.OrganizationID })
	r.keep = func(want, known, now *EnterpriseRoleBindingArgs, _ *EnterpriseRoleBindingState) {
		if want.Description == nil && known.Description == nil {
			want.Description = now.Description
		}
		s := &want.Subjects
		s.Users = append(s.Users, untold(s.Users, known.Subjects.Users, now.Subjects.Users, idOf)...)
		s.ServiceAccounts = append(s.ServiceAccounts,
			untold(s.ServiceAccounts, known.Subjects.ServiceAccounts, now.Subjects.ServiceAccounts, idOf)...)
		s.Groups = append(s.Groups, untold(s.Groups, known.Subjects.Groups, now.Subjects.Groups, idOf)...)
	}
	return r
}

// Annotate describes the resource.
func (r *EnterpriseRoleBinding) Annotate(a infer.Annotator) {
	a.Describe(&r, "Grants one role to users, service accounts and groups, in organizations of an enterprise or in some of their "+
		"clusters.\n\n"+
		"`subjects` are all who have the role by this binding: who was added elsewhere shows as a difference after a "+
		"refresh, and loses the role by the update whose preview says so, not before.\n\n"+
		"## Import\n\nThe import ID is `<enterpriseId>/<organizationId>/<roleBindingId>`.")
	a.AddAlias("iam", "EnterpriseRoleBinding")
}

// EnterpriseRoleBindingArgs are the inputs of an [EnterpriseRoleBinding].
type EnterpriseRoleBindingArgs struct {
	EnterpriseID   string                        `pulumi:"enterpriseId" provider:"replaceOnChanges" wire:"-" check:"uuid"`
	OrganizationID string                        `pulumi:"organizationId" provider:"replaceOnChanges" wire:"-" check:"uuid"`
	Name           *string                       `pulumi:"name,optional" check:"notblank"`
	Description    *string                       `pulumi:"description,optional" wire:",zero"`
	RoleID         string                        `pulumi:"roleId" wire:"definition.roleId" norm:"fold" check:"notblank"`
	Subjects       EnterpriseRoleBindingSubjects `pulumi:"subjects" wire:"definition.subjects" norm:"whole"`
	Scopes         EnterpriseRoleBindingScopes   `pulumi:"scopes" wire:"definition.scopes" norm:"whole"`
}

// Annotate describes the inputs.
func (x *EnterpriseRoleBindingArgs) Annotate(a infer.Annotator) {
	a.Describe(&x.EnterpriseID, "The enterprise (UUID). Changing it replaces the binding.")
	a.Describe(&x.OrganizationID, "The organization (UUID) that owns the binding: the enterprise itself or a child of it. Changing "+
		"it replaces the binding.")
	a.Describe(&x.Name, "The name shown in the console. Left out, it is made from the resource's name and seven random characters.")
	a.Describe(&x.Description, "What the binding is for.")
	a.Describe(&x.RoleID, "The role (UUID) that is granted. Those of an enterprise are Owner "+
		"(`0145fead-6c09-41cb-a262-cfaaab392971`) and Viewer (`d2ff8433-af9a-4a39-8900-6f6b96e43eb6`); child organizations have "+
		"the roles that are listed at `RoleBindings`.")
	a.Describe(&x.Subjects, "Who the role is granted to: at least one user, service account or group.")
	a.Describe(&x.Scopes, "Where the role is granted: at least one organization, cluster or resource.")
}

// EnterpriseRoleBindingState are the outputs of an [EnterpriseRoleBinding].
type EnterpriseRoleBindingState struct {
	EnterpriseRoleBindingArgs
}

// identified is something that is told by its ID. All types made of it can be
// converted into each other, in which only their names differ.
type identified struct {
	ID string `pulumi:"id" norm:"fold" check:"notblank"`
}

type identifiedAs interface {
	~struct {
		ID string `pulumi:"id" norm:"fold" check:"notblank"`
	}
}

func idOf[T identifiedAs](x T) string { return strings.ToLower(identified(x).ID) }

// references are the objects that refer to a list's elements, each once.
func references[T identifiedAs](kind string, list []T) (bodies []any) {
	for _, item := range distinct(list, idOf) {
		bodies = append(bodies, reference(kind, identified(item).ID))
	}
	return bodies
}

// referredAs finds what a list of objects refers to by the kind. Elements that
// the program gives more than once are found as often.
func referredAs[T identifiedAs](body any, kind string, given []T) (found []T) {
	list, _ := body.([]any)
	for _, item := range list {
		if _, id := referred(item, kind); id != "" {
			found = append(found, T(identified{id}))
		}
	}
	return append(found, repeated(given, found, idOf)...)
}

// EnterpriseRoleBindingSubjects are who a role is granted to.
type EnterpriseRoleBindingSubjects struct {
	Users           []EnterpriseRoleBindingSubjectsUser           `pulumi:"users,optional" norm:"set"`
	ServiceAccounts []EnterpriseRoleBindingSubjectsServiceAccount `pulumi:"serviceAccounts,optional" norm:"set"`
	Groups          []EnterpriseRoleBindingSubjectsGroup          `pulumi:"groups,optional" norm:"set"`
}

// Annotate describes the subjects.
func (x *EnterpriseRoleBindingSubjects) Annotate(a infer.Annotator) {
	a.Describe(&x, "Who a role is granted to.")
	a.Describe(&x.Users, "Users, in any order.")
	a.Describe(&x.ServiceAccounts, "Service accounts, in any order.")
	a.Describe(&x.Groups, "Groups, in any order.")
}

// EncodeWire writes one list of all subjects, each under its kind.
func (x EnterpriseRoleBindingSubjects) EncodeWire() (any, error) {
	list := append([]any{}, references("user", x.Users)...)
	list = append(list, references("serviceAccount", x.ServiceAccounts)...)
	return append(list, references("group", x.Groups)...), nil
}

// DecodeWire reads the list.
func (x *EnterpriseRoleBindingSubjects) DecodeWire(body any) error {
	*x = EnterpriseRoleBindingSubjects{
		Users:           referredAs(body, "user", x.Users),
		ServiceAccounts: referredAs(body, "serviceAccount", x.ServiceAccounts),
		Groups:          referredAs(body, "group", x.Groups),
	}
	return nil
}

// EnterpriseRoleBindingSubjectsUser is a user whom a role is granted to.
type EnterpriseRoleBindingSubjectsUser identified

// Annotate describes the user.
func (x *EnterpriseRoleBindingSubjectsUser) Annotate(a infer.Annotator) {
	a.Describe(&x, "A user whom a role is granted to.")
	a.Describe(&x.ID, "The ID (UUID) of the user.")
}

// EnterpriseRoleBindingSubjectsServiceAccount is a service account that a role
// is granted to.
type EnterpriseRoleBindingSubjectsServiceAccount identified

// Annotate describes the service account.
func (x *EnterpriseRoleBindingSubjectsServiceAccount) Annotate(a infer.Annotator) {
	a.Describe(&x, "A service account that a role is granted to.")
	a.Describe(&x.ID, "The ID (UUID) of the service account.")
}

// EnterpriseRoleBindingSubjectsGroup is a group that a role is granted to.
type EnterpriseRoleBindingSubjectsGroup identified

// Annotate describes the group.
func (x *EnterpriseRoleBindingSubjectsGroup) Annotate(a infer.Annotator) {
	a.Describe(&x, "A group that a role is granted to.")
	a.Describe(&x.ID, "The ID (UUID) of the group.")
}

// EnterpriseRoleBindingScopes are where a role is granted.
type EnterpriseRoleBindingScopes struct {
	Organizations []EnterpriseRoleBindingScopesOrganization `pulumi:"organizations,optional" norm:"set"`
	Clusters      []EnterpriseRoleBindingScopesCluster      `pulumi:"clusters,optional" norm:"set"`
	Resources     []EnterpriseRoleBindingScopesResource     `pulumi:"resources,optional" norm:"set"`
}

// Annotate describes the scopes.
func (x *EnterpriseRoleBindingScopes) Annotate(a infer.Annotator) {
	a.Describe(&x, "Where a role is granted.")
	a.Describe(&x.Organizations, "Organizations, in any order.")
	a.Describe(&x.Clusters, "Clusters, in any order.")
	a.Describe(&x.Resources, "Other resources, in any order.")
}

// EncodeWire writes one list of all scopes, each under its kind.
func (x EnterpriseRoleBindingScopes) EncodeWire() (any, error) {
	list := append([]any{}, references("organization", x.Organizations)...)
	list = append(list, references("cluster", x.Clusters)...)
	return append(list, references("resource", x.Resources)...), nil
}

// DecodeWire reads the list.
func (x *EnterpriseRoleBindingScopes) DecodeWire(body any) error {
	*x = EnterpriseRoleBindingScopes{
		Organizations: referredAs(body, "organization", x.Organizations),
		Clusters:      referredAs(body, "cluster", x.Clusters),
		Resources:     referredAs(body, "resource", x.Resources),
	}
	return nil
}

// EnterpriseRoleBindingScopesOrganization is an organization that a role is
// granted in.
type EnterpriseRoleBindingScopesOrganization identified

// Annotate describes the organization.
func (x *EnterpriseRoleBindingScopesOrganization) Annotate(a infer.Annotator) {
	a.Describe(&x, "An organization that a role is granted in.")
	a.Describe(&x.ID, "The ID (UUID) of the organization.")
}

// EnterpriseRoleBindingScopesCluster is a cluster that a role is granted in.
type EnterpriseRoleBindingScopesCluster identified

// Annotate describes the cluster.
func (x *EnterpriseRoleBindingScopesCluster) Annotate(a infer.Annotator) {
	a.Describe(&x, "A cluster that a role is granted in.")
	a.Describe(&x.ID, "The ID (UUID) of the cluster.")
}

// EnterpriseRoleBindingScopesResource is another resource that a role is
// granted in.
type EnterpriseRoleBindingScopesResource identified

// Annotate describes the resource.
func (x *EnterpriseRoleBindingScopesResource) Annotate(a infer.Annotator) {
	a.Describe(&x, "A resource, neither organization nor cluster, that a role is granted in.")
	a.Describe(&x.ID, "The ID (UUID) of the resource.")
}

// CheckInputs checks that the role is granted to somebody and somewhere.
func (r *EnterpriseRoleBinding) CheckInputs(in *check.Inputs) {
	atLeastOne(in, "subjects", "the role is granted to nobody: give at least one", "users", "serviceAccounts", "groups")
	atLeastOne(in, "scopes", "the role is granted nowhere: give at least one", "organizations", "clusters", "resources")
}

// atLeastOne fails unless one of the lists in an object may have an element.
func atLeastOne(in *check.Inputs, object, why string, lists ...string) {
	if !in.Known(object) {
		return
	}
	for _, list := range lists {
		if n, known := in.Len(object + "." + list); n > 0 || !known && in.Set(object+"."+list) {
			return
		}
	}
	in.Fail(object, "%s of `%s`", why, strings.Join(lists, "`, `"))
}
