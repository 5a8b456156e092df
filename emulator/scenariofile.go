package emulator

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// plain are the kinds of objects of an organization that are made by one request, by the names they have in files.
var plain = map[string]string{
	"groups":                organizationPath + "/groups",
	"rebalancingSchedules":  "/v1/rebalancing-schedules",
	"hibernationSchedules":  "/cluster-autoscaler/v1beta/organizations/{organizationId}/hibernation-schedules",
	"allocationGroups":      "/v1/cost-reports/allocation-groups",
	"nodeConfigurations":    "/v1/kubernetes/clusters/{clusterId}/node-configurations",
	"nodeTemplates":         "/v1/kubernetes/clusters/{clusterId}/node-templates",
	"scalingPolicies":       "/v1/workload-autoscaling/clusters/{clusterId}/policies",
	"rebalancingJobs":       "/v1/kubernetes/clusters/{clusterId}/rebalancing-jobs",
	"podMutations":          "/patching-engine/v1beta/organizations/{organizationId}/clusters/{clusterId}/pod-mutations",
	"policies":              "/v1/kubernetes/clusters/{clusterId}/policies",
	"evictorAdvancedConfig": "/v1/kubernetes/clusters/{clusterId}/evictor-advanced-config",
}

// ParseScenario reads a scenario file, in YAML or JSON. An error says in which line what is wrong; what only the API
// can tell shows when the scenario is loaded.
func ParseScenario(text []byte) (*Scenario, error) {
	root, err := parseYAML(text)
	if err != nil || root == nil {
		return &Scenario{}, err
	}
	scenario := &Scenario{}
	parts := map[string]func(*yaml.Node) error{
		"organizations":   scenario.addOrganization,
		"users":           scenario.addUser,
		"tokens":          scenario.addToken,
		"invitations":     scenario.invitation,
		"serviceAccounts": scenario.serviceAccount,
		"clusters":        scenario.cluster,
		"requests":        scenario.request,
	}
	for _, name := range []string{"groups", "rebalancingSchedules", "hibernationSchedules", "allocationGroups"} {
		parts[name] = func(node *yaml.Node) error { return scenario.object(name, http.MethodPost, nil, node) }
	}
	// Schedules may name clusters, and jobs of clusters name schedules.
	order := []string{
		"organizations", "users", "tokens", "invitations", "serviceAccounts", "groups", "rebalancingSchedules", "clusters",
		"hibernationSchedules", "allocationGroups", "requests",
	}
	given := map[string]*yaml.Node{}
	for i := 0; i+1 < len(root.Content); i += 2 {
		name := root.Content[i]
		if parts[name.Value] == nil {
			return nil, atLine(name, fmt.Errorf("there is no %q; there are %s", name.Value, strings.Join(order, ", ")))
		}
		given[name.Value] = root.Content[i+1]
	}
	for _, name := range order {
		if err := items(given[name], scenario.inOrganization(parts[name])); err != nil {
			return nil, err
		}
	}
	return scenario, nil
}

// items calls do with each item of a list.
func items(list *yaml.Node, do func(*yaml.Node) error) error {
	if list == nil || list.Tag == "!!null" {
		return nil
	}
	if list.Kind != yaml.SequenceNode {
		return atLine(list, errors.New("not a list"))
	}
	for _, item := range list.Content {
		if err := do(item); err != nil {
			return err
		}
	}
	return nil
}

// inOrganization lets an item name the organization that it belongs to.
func (scenario *Scenario) inOrganization(do func(*yaml.Node) error) func(*yaml.Node) error {
	return func(node *yaml.Node) error {
		scenario.organization = ""
		for i := 0; i+1 < len(node.Content) && node.Kind == yaml.MappingNode; i += 2 {
			if node.Content[i].Value == "organization" {
				scenario.organization = node.Content[i+1].Value
				node.Content = slices.Delete(node.Content, i, i+2)
			}
		}
		return do(node)
	}
}

func (scenario *Scenario) addOrganization(node *yaml.Node) error {
	var o struct{ ID, Name string }
	if err := decodeYAML(node, &o); err != nil {
		return err
	}
	if o.ID == "" || o.Name == "" {
		return atLine(node, errors.New("an organization needs an id and a name"))
	}
	scenario.Organizations = append(scenario.Organizations, Organization{ID: o.ID, Name: o.Name})
	return nil
}

func (scenario *Scenario) addUser(node *yaml.Node) error {
	var u User
	if err := decodeYAML(node, &u); err != nil {
		return err
	}
	scenario.Accounts.Users = append(scenario.Accounts.Users, u)
	return atLine(node, scenario.checkAccounts())
}

// addToken takes a token that is nothing but its secret, too.
func (scenario *Scenario) addToken(node *yaml.Node) error {
	var t Token
	into := any(&t)
	if node.Kind == yaml.ScalarNode {
		into = &t.Secret
	}
	if err := decodeYAML(node, into); err != nil {
		return err
	}
	scenario.Accounts.Tokens = append(scenario.Accounts.Tokens, t)
	return atLine(node, scenario.checkAccounts())
}

func (scenario *Scenario) checkAccounts() error {
	s := &Server{}
	s.options.give(scenario)
	return s.loadAccounts()
}

// invitation invites somebody, who may have accepted.
func (scenario *Scenario) invitation(node *yaml.Node) error {
	var m struct {
		Email, ID string
		Roles     []string // by name or ID
		Accepted  bool
	}
	if err := decodeYAML(node, &m); err != nil {
		return err
	}
	scenario.add(node, func(at *stage) error {
		bindings := []any{}
		for _, role := range m.Roles {
			id := cmp.Or(roleIDs[Role(role)], role)
			bindings = append(bindings, doc{"roleId": id, "scopes": []any{doc{"id": at.organization, "type": "ORGANIZATION"}}})
		}
		_, err := at.call(http.MethodPost, invitationsPath, doc{"members": []any{doc{"userEmail": m.Email, "roleBindings": bindings}}})
		if err != nil || !m.Accepted {
			return err
		}
		// The users of the organization come first: what is made for them has identifiers, too.
		if _, err := at.call(http.MethodGet, fill(organizationPath+"/users", map[string]string{"organizationId": at.organization}), nil); err != nil {
			return err
		}
		at.id = m.ID
		defer func() { at.id = "" }()
		return at.AcceptInvitation(m.Email)
	})
	return nil
}

// serviceAccount makes one with its keys, whose tokens may be given.
func (scenario *Scenario) serviceAccount(node *yaml.Node) error {
	var a doc
	var special struct {
		Keys []struct{ Name, Token, ExpiresAt string }
	}
	if err := split(node, &a, &special, "keys"); err != nil {
		return err
	}
	return scenario.make("serviceAccounts", http.MethodPost, node, a, nil, serviceAccountsPath, func(at *stage, account doc) error {
		path := fill(serviceAccountsPath+"/{id}/keys", map[string]string{"organizationId": at.organization, "id": text(account, "id")})
		for _, key := range special.Keys {
			made, err := at.call(http.MethodPost, path, doc{"key": withoutEmpty(doc{"name": key.Name, "expiresAt": key.ExpiresAt})})
			if err != nil {
				return err
			}
			if key.Token != "" {
				at.store.put(&record{Scope: tokensScope, ID: digest(key.Token), Hidden: doc{"scope": path, "id": made["id"]}})
			}
		}
		return nil
	})
}

func withoutEmpty(d doc) doc {
	for name, value := range d {
		if value == "" {
			delete(d, name)
		}
	}
	return d
}

// split reads the named members of a mapping into special, and all others into rest.
func split(node *yaml.Node, rest *doc, special any, names ...string) error {
	if node.Kind != yaml.MappingNode {
		return atLine(node, errors.New("not a mapping of names to values"))
	}
	ours, theirs := *node, *node
	ours.Content, theirs.Content = nil, nil
	for i := 0; i+1 < len(node.Content); i += 2 {
		if slices.Contains(names, node.Content[i].Value) {
			ours.Content = append(ours.Content, node.Content[i:i+2]...)
		} else {
			theirs.Content = append(theirs.Content, node.Content[i:i+2]...)
		}
	}
	if err := decodeYAML(&ours, special); err != nil {
		return err
	}
	return decodeYAML(&theirs, rest)
}

// object makes one object of a plain kind, in a cluster or in none.
func (scenario *Scenario) object(kind, method string, cluster *string, node *yaml.Node) error {
	var body doc
	if err := decodeYAML(node, &body); err != nil {
		return err
	}
	return scenario.make(kind, method, node, body, cluster, plain[kind], nil)
}

// make makes one object. Later steps know it by its kind and name.
func (scenario *Scenario) make(kind, method string, node *yaml.Node, body doc, cluster *string, path string, then func(*stage, doc) error) error {
	name, id := text(body, "name"), text(body, "id")
	delete(body, "id")
	scenario.add(node, func(at *stage) error {
		params := map[string]string{"organizationId": at.organization}
		if cluster != nil {
			params["clusterId"] = text(at.made["clusters."+*cluster], "id")
		}
		filled, err := at.fill(body)
		if err != nil {
			return err
		}
		made, err := at.create(id, method, fill(path, params), filled)
		if err != nil {
			return err
		}
		if name != "" {
			at.made[kind+"."+name] = made
		}
		if then != nil {
			return then(at, made)
		}
		return nil
	})
	return nil
}

// reference is the name of something made before, in a text.
var reference = regexp.MustCompile(`\$\{([^}]*)\}`)

// fill puts what has been made in the place of the references in a value.
func (at *stage) fill(value any) (any, error) {
	switch value := value.(type) {
	case string:
		if whole := reference.FindString(value); whole != "" && whole == value {
			return at.look(value[2 : len(value)-1])
		}
		return at.replace(value, func(found any) string { return fmt.Sprint(found) })
	case doc:
		out := doc{}
		for name, inner := range value {
			var err error
			if out[name], err = at.fill(inner); err != nil {
				return nil, err
			}
		}
		return out, nil
	case []any:
		out := make([]any, len(value))
		for i, inner := range value {
			var err error
			if out[i], err = at.fill(inner); err != nil {
				return nil, err
			}
		}
		return out, nil
	}
	return value, nil
}

// fillPath does so in a path.
func (at *stage) fillPath(path string) (string, error) {
	return at.replace(path, func(found any) string { return url.PathEscape(fmt.Sprint(found)) })
}

func (at *stage) replace(in string, write func(any) string) (string, error) {
	var failed error
	out := reference.ReplaceAllStringFunc(in, func(name string) string {
		found, err := at.look(name[2 : len(name)-1])
		failed = cmp.Or(failed, err)
		return write(found)
	})
	return out, failed
}

// look returns what a reference means: the id of something made before, or a member of it.
func (at *stage) look(name string) (any, error) {
	if made, ok := at.made[name]; ok {
		return cmp.Or[any](made["id"], made["name"]), nil
	}
	for end := strings.LastIndexByte(name, '.'); end > 0; end = strings.LastIndexByte(name[:end], '.') {
		made, ok := at.made[name[:end]]
		if !ok {
			continue
		}
		var value any = made
		for member := range strings.SplitSeq(name[end+1:], ".") {
			inner, _ := value.(doc)
			value = inner[member]
		}
		if value != nil {
			return value, nil
		}
	}
	return nil, fmt.Errorf("nothing made before is called ${%s}", name)
}
