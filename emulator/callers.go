package emulator

import (
	"slices"
	"strings"
	"time"
)

// outside is a call that nobody makes: what the emulator's own interface does.
func (s *Server) outside() *call { return s.at(s.now()) }

// at is a call that nobody makes, at a time.
func (s *Server) at(now time.Time) *call {
	return &call{Server: s, store: ownStore{store: s.store}, now: now}
}

// inside is one in each organization.
func (s *Server) inside(now time.Time) (calls []*call) {
	for _, o := range s.options.Organizations {
		c := s.at(now)
		c.enter(o.ID)
		calls = append(calls, c)
	}
	return calls
}

// enter makes an organization that whose collections the call sees.
func (c *call) enter(organization string) {
	if organization != c.options.Organizations[0].ID {
		c.store.prefix = "/_organizations/" + organization
	}
}

// by is a call of somebody.
func (s *Server) by(p *principal, now time.Time) *call {
	c := s.at(now)
	c.who = p
	c.enter(c.organization())
	return c
}

// ownStore is the store as a caller sees it: collections without an organization in their path are those of the
// caller's own. Documented.
type ownStore struct {
	*store
	prefix string // of their scopes; "" in the first organization
}

// organizationWide are the paths of such collections.
var organizationWide = []string{
	authTokensPath, invitationsPath, ssoPath, rebalancingSchedulesPath, cacheGroupsPath, commitmentsPath, allocationGroupsPath,
	runtimeRulesPath,
}

func (s ownStore) own(scope string) string {
	if s.prefix != "" && slices.ContainsFunc(organizationWide, func(path string) bool { return scope == path || strings.HasPrefix(scope, path+"/") }) {
		return s.prefix + scope
	}
	return scope
}

func (s ownStore) get(scope, id string) *record { return s.store.get(s.own(scope), id) }

func (s ownStore) list(scope string) []*record { return s.store.list(s.own(scope)) }

func (s ownStore) where(scope, field, value string) []*record {
	return s.store.where(s.own(scope), field, value)
}

func (s ownStore) put(r *record) {
	r.Scope = s.own(r.Scope)
	s.store.put(r)
}

// user is who makes the call, or, when nobody does, the first one there is.
func (c *call) user() doc {
	if c.who == nil {
		return c.userOf("").doc()
	}
	return c.who.person
}

// author is the user as what they made shows it.
func (c *call) author() doc { return doc{"id": c.user()["id"], "email": c.user()["email"]} }

// organizations are those the caller sees.
func (c *call) organizations() []Organization {
	if c.who == nil {
		return c.options.Organizations
	}
	return c.who.organizations
}

// organization is the one that calls without an organization in their path act on. Documented: the token's own.
func (c *call) organization() string { return c.organizations()[0].ID }

// inOrganization tells whether the caller sees an organization.
func (c *call) inOrganization(id string) bool {
	return slices.ContainsFunc(c.organizations(), func(o Organization) bool { return o.ID == id })
}

// sees tells whether the caller may know of a cluster.
func (c *call) sees(cluster *record) bool {
	if c.who != nil && c.who.cluster != "" {
		return cluster.ID == c.who.cluster
	}
	return c.inOrganization(text(cluster.Doc, "organizationId"))
}
