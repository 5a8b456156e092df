package emulator

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

const (
	organizationPath = "/v1/organizations/{organizationId}"
	invitationsPath  = "/v1/invitations"
	ownerRole        = "3e1050c7-6593-4298-94bb-154637911d78" // documented
)

// Scopes that no answer shows.
const (
	peopleScope   = "/_people"   // everybody there is, in whatever organization
	enrolledScope = "/_enrolled" // organizations that have their first member
)

func (s *Server) memberArea() {
	s.groups()
	s.roleBindings()
	s.users()
	s.invitations()
}

func (s *Server) groups() {
	s.collect(collection{
		kind: "group", path: organizationPath + "/groups", defaults: doc{"description": ""}, keep: []string{"managedBy"},
		rules: func(c *call, r *record, old doc) error {
			if strings.TrimSpace(text(r.Doc, "name")) == "" {
				return invalid("name", "must not be empty")
			}
			setDefaults(r.Doc, doc{"managedBy": c.managedBy()})
			definition := object(r.Doc, "definition")
			definition["author"] = c.author()
			if author := object(object(old, "definition"), "author"); author != nil {
				definition["author"] = author
			}
			members, _ := definition["members"].([]any)
			for _, member := range members {
				setDefaults(member.(doc), doc{"addedAt": instant(c.now)})
			}
			if len(members) == 0 {
				delete(definition, "members") // assumed: clients take an empty list for somebody
			}
			return nil
		},
	})
}

// byName returns objects in the order of one of their texts, as a new list.
func byName(list []any, name string) []any {
	out := append([]any{}, list...)
	slices.SortStableFunc(out, func(a, b any) int { return cmp.Compare(text(a.(doc), name), text(b.(doc), name)) })
	return out
}

func (s *Server) roleBindings() {
	bindings := s.collect(collection{
		kind: "role binding", path: organizationPath + "/role-bindings", defaults: doc{"description": ""}, keep: []string{"managedBy"},
		rules: func(c *call, r *record, _ doc) error {
			if strings.TrimSpace(text(r.Doc, "name")) == "" {
				return invalid("name", "must not be empty")
			}
			definition := object(r.Doc, "definition")
			if scopes, _ := definition["scopes"].([]any); len(scopes) == 0 {
				return invalid("definition.scopes", "must not be empty") // assumed
			}
			subjects, _ := definition["subjects"].([]any)
			for _, subject := range subjects {
				c.nameSubject(subject.(doc))
			}
			setDefaults(definition, doc{"childOrganizationId": ""})
			setDefaults(r.Doc, doc{"managedBy": c.managedBy()})
			// Assumed: what the roles mean in the clusters is worked out at once.
			r.Doc["status"] = []any{doc{"state": "CREATED", "message": "", "policies": []any{}, "updatedAt": instant(c.now)}}
			return nil
		},
	})
	// Observed: creating takes and answers with a list.
	s.handle("RbacServiceAPICreateRoleBindings", func(c *call) (*answer, error) {
		c.enroll()
		given, _ := withoutNulls(c.body).([]any)
		made := make([]any, len(given))
		for i, in := range given {
			r, err := bindings.insert(c, in.(doc))
			if err != nil {
				return nil, err
			}
			made[i] = r.Doc
		}
		return c.reply(made)
	})
	s.handle("RbacServiceAPIListRoleBindings", func(c *call) (*answer, error) {
		c.enroll()
		return c.page(slices.DeleteFunc(slices.Clone(c.store.list(c.path)), func(r *record) bool { return !c.wantsBinding(r.Doc) }))
	})
}

// nameSubject shows who a subject is, as far as it is known. Documented.
func (c *call) nameSubject(subject doc) {
	if in := object(subject, "user"); in != nil {
		if known := c.store.get(peopleScope, text(in, "id")); known != nil {
			in["email"], in["name"] = known.Doc["email"], known.Doc["name"]
		}
		setDefaults(in, doc{"email": "", "name": ""}) // observed: clients stop at a user without an address
	}
	for member, path := range map[string]string{"group": organizationPath + "/groups", "serviceAccount": serviceAccountsPath} {
		if in := object(subject, member); in != nil {
			if known := c.store.get(fill(path, c.params), text(in, "id")); known != nil {
				in["name"] = known.Doc["name"]
			}
		}
	}
}

// subjectKey is the one ID in a subject or scope, after its kind.
func subjectKey(in any) string {
	for kind, inner := range in.(doc) {
		if named, ok := inner.(doc); ok {
			return kind + " " + text(named, "id")
		}
	}
	return ""
}

// wantsBinding applies the filters of a list of role bindings. Documented.
func (c *call) wantsBinding(binding doc) bool {
	definition := object(binding, "definition")
	anyOf := func(filter string, list string, matches func(key, want string) bool) bool {
		wanted := c.query[filter]
		if len(wanted) == 0 {
			return true
		}
		items, _ := definition[list].([]any)
		return slices.ContainsFunc(items, func(item any) bool {
			return slices.ContainsFunc(wanted, func(want string) bool { return matches(subjectKey(item), want) })
		})
	}
	ofKind := func(key, want string) bool {
		kind, _, _ := strings.Cut(key, " ")
		want = strings.ReplaceAll(strings.TrimPrefix(want, "SUBJECT_"), "_", "")
		return strings.EqualFold(kind, want)
	}
	ofID := func(key, want string) bool { return strings.HasSuffix(key, " "+want) }
	roles := c.query["roleId"]
	return (len(roles) == 0 || slices.Contains(roles, text(definition, "roleId"))) &&
		anyOf("scopeType", "scopes", ofKind) && anyOf("scopeId", "scopes", ofID) &&
		anyOf("subjectType", "subjects", ofKind) && anyOf("subjectId", "subjects", ofID) &&
		anyOf("groupId", "subjects", func(key, want string) bool { return key == "group "+want })
}

// enroll makes the users of an organization members of it with their roles. Assumed.
func (c *call) enroll() {
	id := c.params["organizationId"]
	if c.store.get(enrolledScope, id) != nil {
		return
	}
	c.store.put(&record{Scope: enrolledScope, ID: id, Doc: doc{}})
	for _, u := range c.options.Accounts.Users {
		if slices.Contains(u.Organizations, id) {
			c.join(u.doc(), beginning)
			c.grant(u.doc(), string(u.Role)+"s", doc{"roleId": roleIDs[u.Role], "scopes": []any{doc{"organization": doc{"id": id}}}})
		}
	}
}

// join makes somebody a member of the organization of the call.
func (c *call) join(who doc, since string) {
	id := text(who, "id")
	c.store.put(&record{Scope: peopleScope, ID: id, Doc: who})
	c.store.put(&record{Scope: fill(organizationPath+"/users", c.params), ID: id, Doc: doc{"user": who, "createdAt": since}})
}

// grant binds a role to somebody in the organization of the call.
func (c *call) grant(who doc, name string, definition doc) {
	definition["subjects"] = []any{doc{"user": doc{"id": who["id"], "email": who["email"], "name": who["name"]}}}
	r := &record{Scope: fill(organizationPath+"/role-bindings", c.params), ID: c.newID()}
	r.Doc = doc{
		"id": r.ID, "organizationId": c.params["organizationId"], "name": name, "description": "", "managedBy": "console",
		"definition": definition, "createdAt": instant(c.now), "updatedAt": instant(c.now),
	}
	c.store.put(r)
}

func (s *Server) users() {
	const path = organizationPath + "/users"
	s.handle("UsersAPIListOrganizationUsers", func(c *call) (*answer, error) {
		c.enroll()
		var list []any
		for _, r := range c.store.list(c.path) {
			if !c.holdsAny(r.ID, c.query["roleId"]) {
				continue
			}
			shown := clone(r.Doc).(doc)
			if c.flag("includeGroups") {
				shown["groups"] = c.groupsOf(r.ID)
			}
			list = append(list, shown)
		}
		return c.reply(doc{"users": append([]any{}, list...)})
	})
	s.handle("UsersAPIAddUserToOrganization", func(c *call) (*answer, error) {
		c.enroll()
		known := c.store.get(peopleScope, text(c.input(), "userId"))
		if known == nil {
			return nil, notFound("user not found: %s", text(c.input(), "userId"))
		}
		c.join(known.Doc, instant(c.now))
		return c.reply(doc{})
	})
	// Observed: who leaves an organization loses all groups and bindings in it.
	s.handle("UsersAPIRemoveUserFromOrganization", func(c *call) (*answer, error) {
		c.enroll()
		r := c.store.get(fill(path, c.params), c.params["userId"])
		if r == nil {
			return nil, notFound("user not found: %s", c.params["userId"])
		}
		c.store.remove(r)
		for _, binding := range c.store.list(fill(organizationPath+"/role-bindings", c.params)) {
			switch left, dropped := without(object(binding.Doc, "definition"), "subjects", func(in doc) bool { return subjectKey(in) == "user "+r.ID }); {
			case !dropped:
			case left == 0:
				c.store.remove(binding)
			default:
				c.store.put(binding)
			}
		}
		for _, group := range c.store.list(fill(organizationPath+"/groups", c.params)) {
			if _, dropped := without(object(group.Doc, "definition"), "members", func(in doc) bool { return text(in, "id") == r.ID }); dropped {
				c.store.put(group)
			}
		}
		return c.reply(doc{})
	})
}

// without drops objects from a list and returns how many are left, and whether any was dropped. A list that gets empty
// goes.
func without(in doc, list string, drop func(doc) bool) (left int, dropped bool) {
	items, _ := in[list].([]any)
	kept := slices.DeleteFunc(slices.Clone(items), func(item any) bool { return drop(item.(doc)) })
	if in[list] = kept; len(kept) == 0 {
		delete(in, list) // of members, clients take an empty list for somebody
	}
	return len(kept), len(kept) < len(items)
}

// holdsAny says whether a role binding gives somebody one of the roles; no roles are all roles.
func (c *call) holdsAny(userID string, roles []string) bool {
	return len(roles) == 0 || slices.ContainsFunc(c.store.list(fill(organizationPath+"/role-bindings", c.params)), func(r *record) bool {
		definition := object(r.Doc, "definition")
		subjects, _ := definition["subjects"].([]any)
		return slices.Contains(roles, text(definition, "roleId")) &&
			slices.ContainsFunc(subjects, func(in any) bool { return subjectKey(in) == "user "+userID })
	})
}

func (c *call) groupsOf(userID string) []any {
	groups := []any{}
	for _, r := range c.store.list(fill(organizationPath+"/groups", c.params)) {
		members, _ := object(r.Doc, "definition")["members"].([]any)
		if slices.ContainsFunc(members, func(in any) bool { return text(in.(doc), "id") == userID }) {
			groups = append(groups, doc{"id": r.ID, "name": r.Doc["name"]})
		}
	}
	return groups
}

// invitations act on the organization of the token. Observed.
func (s *Server) invitations() {
	s.handle("UsersAPIListInvitations", func(c *call) (*answer, error) { return c.page(c.store.list(invitationsPath)) })
	s.handle("UsersAPICreateInvitations", func(c *call) (*answer, error) {
		members, _ := withoutNulls(c.input()).(doc)["members"].([]any)
		ids := []any{}
		for _, in := range members {
			member := merged(doc{"roleBindings": []any{}}, in.(doc))
			email := text(member, "userEmail")
			if !strings.Contains(email, "@") {
				return nil, invalid("members.userEmail", "not an e-mail address")
			}
			if failure := c.known(email); failure != nil {
				return nil, failure
			}
			r := &record{Scope: invitationsPath, ID: c.newID()}
			r.Doc = doc{
				"id": r.ID, "inviteEmail": email, "roleBindings": member["roleBindings"],
				"validUntil": instant(c.now.Add(30 * 24 * time.Hour)), // assumed
			}
			prune(c.operations.byID["UsersAPIListInvitations"].answer.Properties["invitations"].Value.Items.Value, r.Doc, "")
			c.store.put(r)
			ids = append(ids, r.ID)
		}
		return c.reply(doc{"invitationIds": ids})
	})
	s.handle("UsersAPIDeleteInvitation", func(c *call) (*answer, error) {
		r := c.store.get(invitationsPath, c.params["invitationId"])
		if r == nil {
			return nil, notFound("invitation not found: %s", c.params["invitationId"])
		}
		c.store.remove(r)
		return c.reply(doc{})
	})
}

// known refuses an address that is a member's or was invited. Assumed.
func (c *call) known(email string) *Failure {
	if c.invitation(email) != nil {
		return conflict("%s was invited already", email)
	}
	members := fill(organizationPath+"/users", map[string]string{"organizationId": c.organization()})
	if slices.ContainsFunc(c.store.list(members), func(r *record) bool {
		return strings.EqualFold(text(object(r.Doc, "user"), "email"), email)
	}) {
		return conflict("%s is a member already", email)
	}
	return nil
}

func (c *call) invitation(email string) *record {
	for _, r := range c.store.list(invitationsPath) {
		if strings.EqualFold(text(r.Doc, "inviteEmail"), email) {
			return r
		}
	}
	return nil
}

// AcceptInvitation makes the person with that address, who was invited, a member of the organization with the roles
// that the invitation names.
func (s *Server) AcceptInvitation(email string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.settle(s.now())
	for _, o := range s.options.Organizations {
		c := s.by(s.principalOf(s.userOf(""), []string{o.ID}), s.now())
		if r := c.invitation(email); r != nil {
			c.params = map[string]string{"organizationId": o.ID}
			c.accept(r)
			return s.commit()
		}
	}
	return notFound("nobody has invited %s", email)
}

// accept makes the invited person a member.
func (c *call) accept(r *record) {
	c.enroll()
	email := text(r.Doc, "inviteEmail")
	id := c.newID()
	who := doc{"id": id, "email": strings.ToLower(email), "name": strings.ToLower(email), "username": id}
	c.join(who, instant(c.now))
	bindings, _ := r.Doc["roleBindings"].([]any)
	for i, in := range bindings {
		binding := in.(doc)
		var scopes []any
		given, _ := binding["scopes"].([]any)
		for _, scope := range given {
			kind := strings.ToLower(text(scope.(doc), "type"))
			scopes = append(scopes, doc{kind: doc{"id": text(scope.(doc), "id")}})
		}
		c.grant(who, fmt.Sprintf("%s %d", email, i), doc{"roleId": text(binding, "roleId"), "scopes": scopes})
	}
	c.store.remove(r)
}
