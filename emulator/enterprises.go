package emulator

import (
	"slices"
	"strings"
)

const batchUpdateGroups = "EnterpriseAPIBatchUpdateEnterpriseGroups"

// enterpriseArea is another door to the groups, role bindings and service accounts of organizations. Assumed: any
// organization may be an enterprise, and all others are its children.
func (s *Server) enterpriseArea() {
	groups := s.collectionAt(organizationPath + "/groups")
	bindings := s.collectionAt(organizationPath + "/role-bindings")
	accounts := s.collectionAt(serviceAccountsPath)

	s.inEnterprise("EnterpriseAPIListGroups", func(c *call) (*answer, error) {
		return c.page(c.enterpriseRecords(groups, "KIND_", func(d doc) bool {
			name := c.query.Get("groupName")
			return name == "" || d["name"] == name
		}))
	})
	s.inEnterprise("EnterpriseAPIGetEnterpriseGroup", func(c *call) (*answer, error) {
		for _, r := range c.enterpriseRecords(groups, "KIND_", nil) {
			if r.ID == c.params["id"] {
				return c.show(r, "")
			}
		}
		return nil, notFound("group not found: %s", c.params["id"])
	})
	s.inBatch("EnterpriseAPIBatchCreateEnterpriseGroups", "groups", func(c *call, in doc) (doc, error) {
		members, _ := in["members"].([]any)
		r, err := groups.insert(c, doc{"name": in["name"], "description": text(in, "description"), "definition": doc{"members": c.enterpriseMembers(members)}})
		if err != nil {
			return nil, err
		}
		given, _ := in["roleBindings"].([]any)
		for _, binding := range given {
			if _, err := bindings.insert(c, groupBinding(r.ID, binding.(doc))); err != nil {
				return nil, err
			}
		}
		return c.enterpriseGroup(bindings, r), nil
	})
	s.inBatch(batchUpdateGroups, "groups", func(c *call, in doc) (doc, error) {
		members, _ := in["members"].([]any)
		r, err := groups.change(c, text(in, "id"), doc{
			"name": in["name"], "description": in["description"], "definition": doc{"members": c.enterpriseMembers(members)},
		})
		if err != nil {
			return nil, err
		}
		if err := c.replaceBindings(bindings, r.ID, in); err != nil {
			return nil, err
		}
		return c.enterpriseGroup(bindings, r), nil
	})
	s.inBatch("EnterpriseAPIBatchDeleteEnterpriseGroups", "", func(c *call, in doc) (doc, error) {
		return nil, groups.drop(c, text(in, "id"))
	})

	s.inEnterprise("EnterpriseAPIListRoleBindings", func(c *call) (*answer, error) {
		return c.page(c.enterpriseRecords(bindings, "", c.wantsBinding))
	})
	s.inBatch("EnterpriseAPIBatchCreateEnterpriseRoleBindings", "roleBindings", func(c *call, in doc) (doc, error) {
		given := object(in, "roleBinding")
		setDefaults(given, doc{"description": ""})
		r, err := bindings.insert(c, given)
		if err != nil {
			return nil, err
		}
		return r.Doc, nil
	})
	s.inBatch("EnterpriseAPIBatchUpdateEnterpriseRoleBindings", "roleBindings", func(c *call, in doc) (doc, error) {
		r, err := bindings.change(c, text(in, "id"), doc{"name": in["name"], "description": in["description"], "definition": in["definition"]})
		if err != nil {
			return nil, err
		}
		return r.Doc, nil
	})
	s.inBatch("EnterpriseAPIBatchDeleteEnterpriseRoleBindings", "", func(c *call, in doc) (doc, error) {
		return nil, bindings.drop(c, text(in, "id"))
	})

	s.inEnterprise("EnterpriseAPIListEnterpriseServiceAccounts", func(c *call) (*answer, error) {
		return c.page(c.enterpriseRecords(accounts, "", nil))
	})
	s.inBatch("EnterpriseAPIBatchCreateEnterpriseServiceAccounts", "items", func(c *call, in doc) (doc, error) {
		r, err := accounts.insert(c, doc{"name": in["name"], "description": text(in, "description")})
		if err != nil {
			return nil, err
		}
		return r.Doc, nil
	})
	// Documented: what is left out stays, and an empty description clears it.
	s.inBatch("EnterpriseAPIBatchUpdateEnterpriseServiceAccounts", "items", func(c *call, in doc) (doc, error) {
		patch := doc{}
		for _, name := range []string{"name", "description"} {
			if in[name] != nil {
				patch[name] = in[name]
			}
		}
		r, err := accounts.change(c, text(in, "serviceAccountId"), patch)
		if err != nil {
			return nil, err
		}
		return r.Doc, nil
	})
	s.inBatch("EnterpriseAPIBatchDeleteEnterpriseServiceAccounts", "", func(c *call, in doc) (doc, error) {
		return nil, accounts.drop(c, text(in, "id"))
	})
}

// collectionAt returns the collection that was set up for a path.
func (s *Server) collectionAt(path string) *collection {
	for _, k := range s.collections {
		if k.path == path {
			return k
		}
	}
	s.defect("there is no collection %s", path)
	return &collection{}
}

// change lays fields over an item.
func (k *collection) change(c *call, id string, patch doc) (*record, error) {
	r := c.store.get(k.scope(c), id)
	if r == nil {
		return nil, notFound("%s not found: %s", k.kind, id)
	}
	old := r.Doc
	r.Doc = clone(old).(doc)
	for name, value := range patch {
		r.Doc[name] = value
	}
	if err := k.store(c, r, old); err != nil {
		r.Doc = old
		return nil, err
	}
	return r, nil
}

// drop removes an item.
func (k *collection) drop(c *call, id string) error {
	r := c.store.get(k.scope(c), id)
	if r == nil {
		return notFound("%s not found: %s", k.kind, id)
	}
	c.store.remove(r)
	return nil
}

// inEnterprise serves an operation of an enterprise.
func (s *Server) inEnterprise(operation string, h handler) {
	s.handle(operation, func(c *call) (*answer, error) {
		if id := c.params["enterpriseId"]; !c.inOrganization(id) {
			return nil, notFound("enterprise not found: %s", id)
		}
		return h(c)
	})
}

// inBatch serves an operation that takes several requests, each for one organization, and answers with as many
// documents under a name. Documented: at most 100 are made or deleted at once, of role bindings 1000, as in updates of groups.
// Assumed: all or none are done.
func (s *Server) inBatch(operation, name string, one func(c *call, in doc) (doc, error)) {
	s.inEnterprise(operation, func(c *call) (*answer, error) {
		if given := text(c.input(), "enterpriseId"); given != c.params["enterpriseId"] {
			return nil, invalid("enterpriseId", "is %q here and %q in the path", given, c.params["enterpriseId"])
		}
		requests, _ := withoutNulls(c.input()).(doc)["requests"].([]any)
		most := 100
		if name == "roleBindings" || operation == "EnterpriseAPIBatchDeleteEnterpriseRoleBindings" || operation == batchUpdateGroups {
			most = 1000
		}
		if len(requests) == 0 || len(requests) > most {
			return nil, invalid("requests", "give between 1 and %d", most)
		}
		done := []any{}
		for _, in := range requests {
			organization := text(in.(doc), "organizationId")
			if !c.inOrganization(organization) {
				return nil, invalid("requests.organizationId", "no organization of this enterprise: %s", organization)
			}
			made, err := one(c.within(organization), in.(doc))
			if err != nil {
				return nil, err
			}
			kinds := "SUBJECT_KIND_"
			if operation == batchUpdateGroups {
				kinds = ""
			}
			done = append(done, inEnterpriseForm(made, kinds))
		}
		if name == "" {
			return c.reply(doc{})
		}
		out := doc{name: done}
		prune(c.op.answer, out, "")
		return c.reply(out)
	})
}

// within is the call as it would be made to an organization.
func (c *call) within(organization string) *call {
	inner := *c
	inner.params = map[string]string{"organizationId": organization}
	return &inner
}

// enterpriseRecords are the items of a collection in all organizations of the enterprise, in the enterprise's form.
func (c *call) enterpriseRecords(k *collection, kinds string, wanted func(doc) bool) (found []*record) {
	for _, o := range c.organizations() {
		for _, r := range c.store.list(k.scope(c.within(o.ID))) {
			if wanted != nil && !wanted(r.Doc) {
				continue
			}
			shown := inEnterpriseForm(r.Doc, kinds).(doc)
			shown["organizationId"] = o.ID
			found = append(found, &record{Scope: r.Scope, ID: r.ID, Doc: shown})
		}
	}
	return found
}

// enterpriseNames are fields that are called otherwise in enterprises.
var enterpriseNames = map[string]string{
	"createdAt": "createTime", "updatedAt": "updateTime", "addedAt": "addedTime", "lastLoginAt": "lastLoginTime",
}

// inEnterpriseForm copies a value and spells it as the API of enterprises does. Observed: kinds of members have a prefix that
// differs from call to call.
func inEnterpriseForm(value any, kinds string) any {
	switch value := value.(type) {
	case doc:
		out := doc{}
		for name, member := range value {
			spelled := name
			if other := enterpriseNames[name]; other != "" {
				spelled = other
			}
			member = inEnterpriseForm(member, kinds)
			word, isText := member.(string)
			switch {
			case isText && name == "kind" && word == strings.ToUpper(word):
				member = kinds + word
			case isText && name == "state":
				member = "POLICIES_STATE_" + word
			}
			out[spelled] = member
		}
		return out
	case []any:
		out := make([]any, len(value))
		for i, item := range value {
			out[i] = inEnterpriseForm(item, kinds)
		}
		return out
	}
	return value
}

// enterpriseMembers are members as an organization has them. Observed: no address is given.
func (c *call) enterpriseMembers(given []any) []any {
	members := []any{}
	for _, in := range given {
		in := in.(doc)
		member := doc{"id": in["id"], "email": "", "kind": strings.TrimPrefix(text(in, "kind"), "SUBJECT_KIND_")}
		if known := c.store.get(peopleScope, text(in, "id")); known != nil {
			member["email"] = known.Doc["email"]
		}
		members = append(members, member)
	}
	return members
}

func groupBinding(group string, in doc) doc {
	return doc{"name": in["name"], "definition": doc{
		"roleId": in["roleId"], "scopes": in["scopes"], "subjects": []any{doc{"group": doc{"id": group}}},
	}}
}

// bindingsOfGroup are the role bindings with the group among their subjects, wherever they were made.
func (c *call) bindingsOfGroup(k *collection, group string) (found []*record) {
	for _, o := range c.organizations() {
		for _, r := range c.store.list(k.scope(c.within(o.ID))) {
			subjects, _ := object(r.Doc, "definition")["subjects"].([]any)
			if slices.ContainsFunc(subjects, func(in any) bool { return subjectKey(in) == "group "+group }) {
				found = append(found, r)
			}
		}
	}
	return found
}

func (c *call) enterpriseGroup(k *collection, group *record) doc {
	shown := clone(group.Doc).(doc)
	list := []any{}
	for _, r := range c.bindingsOfGroup(k, group.ID) {
		list = append(list, r.Doc)
	}
	shown["roleBindings"] = list
	return shown
}

// replaceBindings makes the role bindings of a group those of an update. Documented: all are replaced. Assumed: the group loses
// those that are not named, and they go if it was their only subject.
func (c *call) replaceBindings(k *collection, group string, in doc) error {
	given, _ := in["roleBindings"].([]any)
	named := func(id string) bool {
		return slices.ContainsFunc(given, func(in any) bool { return text(in.(doc), "id") == id })
	}
	had := c.bindingsOfGroup(k, group)
	for _, r := range had {
		if named(r.ID) {
			continue
		}
		if left, _ := without(object(r.Doc, "definition"), "subjects", func(in doc) bool { return subjectKey(in) == "group "+group }); left == 0 {
			c.store.remove(r)
		} else {
			c.store.put(r)
		}
	}
	for _, in := range given {
		in := in.(doc)
		id := text(in, "id")
		if id == "" {
			if _, err := k.insert(c, groupBinding(group, in)); err != nil {
				return err
			}
			continue
		}
		at := slices.IndexFunc(had, func(r *record) bool { return r.ID == id })
		if at < 0 {
			return notFound("role binding not found: %s", id)
		}
		definition := clone(object(had[at].Doc, "definition")).(doc)
		definition["roleId"], definition["scopes"] = in["roleId"], in["scopes"]
		if _, err := k.change(c.within(text(had[at].Doc, "organizationId")), id, doc{"name": in["name"], "definition": definition}); err != nil {
			return err
		}
	}
	return nil
}
