package access

import (
	"slices"
	"strings"

	"github.com/pulumi/pulumi-go-provider/infer"

	"github.com/castai/pulumi-castai/internal/check"
	"github.com/castai/pulumi-castai/internal/wire"
)

// EnterpriseGroupRoleBindings is a list of at most one block, since the bridged
// provider has it so. The API has a plain list of bindings.
type EnterpriseGroupRoleBindings []EnterpriseGroupRoleBinding

// all are the bindings of all blocks.
func (x EnterpriseGroupRoleBindings) all() (bindings []EnterpriseGroupRoleBindingRoleBinding) {
	for _, block := range x {
		bindings = append(bindings, block.RoleBindings...)
	}
	return bindings
}

// blockOf puts bindings into one block; none into none.
func blockOf(bindings []EnterpriseGroupRoleBindingRoleBinding) EnterpriseGroupRoleBindings {
	if len(bindings) == 0 {
		return EnterpriseGroupRoleBindings{}
	}
	return EnterpriseGroupRoleBindings{{RoleBindings: bindings}}
}

// bodies are the bindings as a call to create or update the group has them.
func (x EnterpriseGroupRoleBindings) bodies(update bool) []any {
	bodies := []any{}
	for _, binding := range x.all() {
		body := map[string]any{"name": binding.Name, "roleId": binding.RoleID, "scopes": binding.Scopes.bodies()}
		if update {
			body["id"] = "" // a new one
			if binding.ID != nil {
				body["id"] = *binding.ID
			}
		}
		bodies = append(bodies, body)
	}
	return bodies
}

// DecodeWire reads the bindings.
func (x *EnterpriseGroupRoleBindings) DecodeWire(body any) error {
	var block EnterpriseGroupRoleBinding
	if err := wire.Decode(map[string]any{"roleBindings": body}, &block); err != nil {
		return err
	}
	*x = blockOf(block.RoleBindings)
	return nil
}

// EnterpriseGroupRoleBinding is a block of role bindings.
type EnterpriseGroupRoleBinding struct {
	RoleBindings []EnterpriseGroupRoleBindingRoleBinding `pulumi:"roleBindings,optional" norm:"set"`
}

// Annotate describes the block.
func (x *EnterpriseGroupRoleBinding) Annotate(a infer.Annotator) {
	a.Describe(&x, "A block of role bindings of a group.")
	a.Describe(&x.RoleBindings, "The role bindings, in any order.")
}

// EnterpriseGroupRoleBindingRoleBinding is a role that a group has.
type EnterpriseGroupRoleBindingRoleBinding struct {
	ID     *string                                     `pulumi:"id,optional"`
	Name   string                                      `pulumi:"name" check:"notblank"`
	RoleID string                                      `pulumi:"roleId" wire:"definition.roleId" norm:"fold" check:"notblank"`
	Scopes EnterpriseGroupRoleBindingRoleBindingScopes `pulumi:"scopes" wire:"definition.scopes" check:"minitems=1"`
}

// Annotate describes the role binding.
func (x *EnterpriseGroupRoleBindingRoleBinding) Annotate(a infer.Annotator) {
	a.Describe(&x, "A role that a group has.")
	a.Describe(&x.ID, "The ID (UUID) of the role binding. The service makes it, so leave it out. A binding is told by it, else by its "+
		"name, else by its role and scopes: one that is moved in the list, or changed in one of these, stays the same binding.")
	a.Describe(&x.Name, "The name of the role binding.")
	a.Describe(&x.RoleID, "The role (UUID) that the group has. Those of an enterprise are Owner "+
		"(`0145fead-6c09-41cb-a262-cfaaab392971`) and Viewer (`d2ff8433-af9a-4a39-8900-6f6b96e43eb6`); child organizations have "+
		"the roles that are listed at `RoleBindings`.")
	a.Describe(&x.Scopes, "Where the group has the role, in one block; of several blocks the scopes are put together.")
}

// EnterpriseGroupRoleBindingRoleBindingScopes is a list of at most one block,
// since the bridged provider has it so. The API has a plain list of scopes.
type EnterpriseGroupRoleBindingRoleBindingScopes []EnterpriseGroupRoleBindingRoleBindingScope

func (x EnterpriseGroupRoleBindingRoleBindingScopes) all() (scopes []EnterpriseGroupRoleBindingRoleBindingScopeScope) {
	for _, block := range x {
		scopes = append(scopes, block.Scopes...)
	}
	return scopes
}

// bodies are the scopes as calls have them, each once.
func (x EnterpriseGroupRoleBindingRoleBindingScopes) bodies() []any {
	bodies := []any{}
	for _, scope := range distinct(x.all(), EnterpriseGroupRoleBindingRoleBindingScopeScope.key) {
		bodies = append(bodies, reference(scope.where()))
	}
	return bodies
}

// DecodeWire reads the scopes.
func (x *EnterpriseGroupRoleBindingRoleBindingScopes) DecodeWire(body any) error {
	var block EnterpriseGroupRoleBindingRoleBindingScope
	list, _ := body.([]any)
	for _, item := range list {
		kind, id := referred(item, scopeKinds...)
		scope := EnterpriseGroupRoleBindingRoleBindingScopeScope{}
		switch kind {
		case "organization":
			scope.Organization = &id
		case "cluster":
			scope.Cluster = &id
		case "resource":
			scope.Resource = &id
		}
		block.Scopes = append(block.Scopes, scope)
	}
	*x = EnterpriseGroupRoleBindingRoleBindingScopes{}
	if len(block.Scopes) > 0 {
		*x = EnterpriseGroupRoleBindingRoleBindingScopes{block}
	}
	return nil
}

// EnterpriseGroupRoleBindingRoleBindingScope is a block of scopes.
type EnterpriseGroupRoleBindingRoleBindingScope struct {
	Scopes []EnterpriseGroupRoleBindingRoleBindingScopeScope `pulumi:"scopes,optional" norm:"set,whole"`
}

// Annotate describes the block.
func (x *EnterpriseGroupRoleBindingRoleBindingScope) Annotate(a infer.Annotator) {
	a.Describe(&x, "A block of scopes of a role binding.")
	a.Describe(&x.Scopes, "The scopes, in any order.")
}

// EnterpriseGroupRoleBindingRoleBindingScopeScope is where a group has a role.
type EnterpriseGroupRoleBindingRoleBindingScopeScope struct {
	Organization *string `pulumi:"organization,optional" norm:"fold"`
	Cluster      *string `pulumi:"cluster,optional" norm:"fold"`
	Resource     *string `pulumi:"resource,optional" norm:"fold"`
}

// Annotate describes the scope.
func (x *EnterpriseGroupRoleBindingRoleBindingScopeScope) Annotate(a infer.Annotator) {
	a.Describe(&x, "Where a group has a role: in an organization, a cluster or another resource.")
	a.Describe(&x.Organization, "The organization (UUID).")
	a.Describe(&x.Cluster, "The cluster (UUID).")
	a.Describe(&x.Resource, "The resource (UUID), if it is neither an organization nor a cluster.")
}

var scopeKinds = []string{"organization", "cluster", "resource"}

// where is the kind of the scope, and the ID. The bridged provider has empty
// texts for the other kinds.
func (x EnterpriseGroupRoleBindingRoleBindingScopeScope) where() (kind, id string) {
	for i, id := range []*string{x.Organization, x.Cluster, x.Resource} {
		if id != nil && *id != "" {
			return scopeKinds[i], *id
		}
	}
	return "", ""
}

func (x EnterpriseGroupRoleBindingRoleBindingScopeScope) key() string {
	kind, id := x.where()
	return strings.ToLower(kind + " " + id)
}

// checkScopes checks that each scope is in one place, and each in another.
func checkScopes(block *check.Inputs) {
	seen := map[string]bool{}
	block.Each("scopes", func(_ string, scope *check.Inputs) {
		var given []string
		for _, kind := range scopeKinds {
			id, isText := scope.String(kind)
			if scope.Set(kind) && (!isText || id != "") {
				given = append(given, kind)
			}
			if key := kind + " " + strings.ToLower(id); id != "" {
				if seen[key] {
					scope.Fail(kind, "the list has it already")
				}
				seen[key] = true
			}
		}
		all := "`" + strings.Join(scopeKinds, "`, `") + "`"
		switch {
		case len(given) == 0:
			scope.Fail("", "one of %s must be given", all)
		case len(given) > 1 && scope.Known(given[0]) && scope.Known(given[1]):
			scope.Fail(given[1], "only one of %s may be given: make another scope of it", all)
		}
	})
}

// A sameness says whether two role bindings are the same one.
type sameness func(a, b EnterpriseGroupRoleBindingRoleBinding) bool

func sameID(a, b EnterpriseGroupRoleBindingRoleBinding) bool {
	return a.ID != nil && b.ID != nil && strings.EqualFold(*a.ID, *b.ID)
}

func sameName(a, b EnterpriseGroupRoleBindingRoleBinding) bool { return a.Name == b.Name }

func sameGrant(a, b EnterpriseGroupRoleBindingRoleBinding) bool {
	scopes := func(x EnterpriseGroupRoleBindingRoleBinding) (keys []string) {
		for _, scope := range distinct(x.Scopes.all(), EnterpriseGroupRoleBindingRoleBindingScopeScope.key) {
			keys = append(keys, scope.key())
		}
		slices.Sort(keys)
		return keys
	}
	return strings.EqualFold(a.RoleID, b.RoleID) && slices.Equal(scopes(a), scopes(b))
}

func sameBinding(a, b EnterpriseGroupRoleBindingRoleBinding) bool {
	return sameName(a, b) && sameGrant(a, b)
}

// match finds for each binding of list the one of have that it is, or -1. The
// first rule chooses first.
func match(list, have []EnterpriseGroupRoleBindingRoleBinding, rules ...sameness) []int {
	of, taken := slices.Repeat([]int{-1}, len(list)), make([]bool, len(have))
	for _, same := range rules {
		for i := range list {
			for j := range have {
				if of[i] < 0 && !taken[j] && same(list[i], have[j]) {
					of[i], taken[j] = j, true
				}
			}
		}
	}
	return of
}

// pick divides bindings into those that a match has found, and the others.
func pick(have []EnterpriseGroupRoleBindingRoleBinding, of []int) (found, others []EnterpriseGroupRoleBindingRoleBinding) {
	for j, b := range have {
		if slices.Contains(of, j) {
			found = append(found, b)
		} else {
			others = append(others, b)
		}
	}
	return found, others
}
