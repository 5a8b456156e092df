package emulator

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
)

// Accounts are who may use the API, beside the tokens and keys that it gives out itself. Without tokens any is accepted,
// except none and one that starts with "invalid"; it is that of the first user.
type Accounts struct {
	// Users are the people there are; one owner of all organizations when empty.
	Users []User `json:"users,omitempty"`
	// Tokens are those that are accepted.
	Tokens []Token `json:"tokens,omitempty"`
}

// User is a person.
type User struct {
	// ID is a UUID, made of the address when empty.
	ID string `json:"id,omitempty"`
	// Email is the address, which names the user elsewhere.
	Email string `json:"email"`
	// Name is shown to others; the address when empty.
	Name string `json:"name,omitempty"`
	// Role is that in all organizations of the user; Owner when empty.
	Role Role `json:"role,omitempty"`
	// Organizations are the IDs of those the user is a member of; all when empty.
	Organizations []string `json:"organizations,omitempty"`
}

// Role is what a user may do in an organization.
type Role string

// The roles that every organization has.
const (
	Owner  Role = "owner"
	Member Role = "member"
	Viewer Role = "viewer" // whose tokens are for reading only
)

// roleIDs are documented.
var roleIDs = map[Role]string{
	Owner: ownerRole, Member: "8c60bd8e-21de-402a-969f-add07fd22c1b", Viewer: "6fc95bd7-6049-4735-80b0-ce5ccde71cb1",
}

// Token is an API access key.
type Token struct {
	// Secret is what clients send.
	Secret string `json:"secret"`
	// User is the address of the user whose token it is; the first one's when empty.
	User string `json:"user,omitempty"`
	// Organizations are the IDs of those it sees; all of the user when empty. Calls that name no organization act on
	// the first.
	Organizations []string `json:"organizations,omitempty"`
	// Cluster is the ID of the only cluster it sees, as with the token that a cluster gets; any when empty.
	Cluster string `json:"cluster,omitempty"`
	// ReadOnly tokens are refused all but reading.
	ReadOnly bool `json:"readOnly,omitempty"`
	// Inactive tokens are refused.
	Inactive bool `json:"inactive,omitempty"`
	// ExpiresAt is when it ends, by the server's clock; never when zero.
	ExpiresAt time.Time `json:"expiresAt,omitzero"`
}

// principal is who makes a call.
type principal struct {
	kind          string // user or service_account, as authors have it
	person        doc
	role          Role
	organizations []Organization // that it sees, its own first
	cluster       string         // the only one it sees, if there is one
	readOnly      bool
}

// loadAccounts completes and checks the accounts of the options.
func (s *Server) loadAccounts() error {
	o := &s.options
	if len(o.Organizations) == 0 {
		o.Organizations = []Organization{DefaultOrganization}
	}
	o.Accounts.Users, o.Accounts.Tokens = slices.Clone(o.Accounts.Users), slices.Clone(o.Accounts.Tokens)
	if len(o.Accounts.Users) == 0 {
		o.Accounts.Users = []User{you}
	}
	var all []string
	for _, organization := range o.Organizations {
		all = append(all, organization.ID)
	}
	known := func(ids []string) error {
		for _, id := range ids {
			if !slices.Contains(all, id) {
				return fmt.Errorf("there is no organization %q", id)
			}
		}
		return nil
	}
	for i := range o.Accounts.Users {
		u := &o.Accounts.Users[i]
		u.ID = cmp.Or(u.ID, uuid.NewSHA1(uuid.NameSpaceURL, []byte("mailto:"+u.Email)).String())
		u.Name, u.Role = cmp.Or(u.Name, u.Email), cmp.Or(u.Role, Owner)
		if len(u.Organizations) == 0 {
			u.Organizations = all
		}
		if u.Email == "" || roleIDs[u.Role] == "" {
			return fmt.Errorf("user %q: needs an email, and a role that is owner, member or viewer", u.Email)
		}
		if err := known(u.Organizations); err != nil {
			return fmt.Errorf("user %q: %w", u.Email, err)
		}
	}
	secrets := map[string]bool{}
	for i := range o.Accounts.Tokens {
		t := &o.Accounts.Tokens[i]
		u := s.userOf(t.User)
		switch {
		case u == nil:
			return fmt.Errorf("token %d: there is no user %q", i+1, t.User)
		case t.Secret == "" || secrets[t.Secret]:
			return fmt.Errorf("token %d: needs a secret of its own", i+1)
		}
		secrets[t.Secret] = true
		if len(t.Organizations) == 0 {
			t.Organizations = u.Organizations
		}
		if err := known(t.Organizations); err != nil {
			return fmt.Errorf("token %d: %w", i+1, err)
		}
	}
	return nil
}

// userOf finds a user by address, the first for none.
func (s *Server) userOf(email string) *User {
	users := s.options.Accounts.Users
	i := slices.IndexFunc(users, func(u User) bool { return email == "" || strings.EqualFold(u.Email, email) })
	if i < 0 {
		return nil
	}
	return &users[i]
}

func (u User) doc() doc {
	return doc{"id": u.ID, "email": u.Email, "name": u.Name, "username": u.Email}
}

func (s *Server) principalOf(u *User, organizations []string) *principal {
	p := &principal{kind: "user", person: u.doc(), role: u.Role, readOnly: u.Role == Viewer}
	for _, id := range organizations {
		i := slices.IndexFunc(s.options.Organizations, func(o Organization) bool { return o.ID == id })
		if i >= 0 {
			p.organizations = append(p.organizations, s.options.Organizations[i])
		}
	}
	return p
}

// authenticate tells whose token a request has; nil for none that is valid. Documented: header X-API-Key; a bearer
// token is declared too.
func (s *Server) authenticate(r *http.Request, now time.Time) *principal {
	secret := cmp.Or(r.Header.Get("X-API-Key"), strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "))
	if issued := s.store.get(tokensScope, digest(secret)); issued != nil {
		return s.issuedPrincipal(issued, now)
	}
	declared := s.options.Accounts.Tokens
	if i := slices.IndexFunc(declared, func(t Token) bool { return t.Secret == secret }); i >= 0 {
		t := declared[i]
		if t.Inactive || !t.ExpiresAt.IsZero() && !now.Before(t.ExpiresAt) {
			return nil
		}
		p := s.principalOf(s.userOf(t.User), t.Organizations)
		p.cluster, p.readOnly = t.Cluster, p.readOnly || t.ReadOnly
		return p
	}
	if len(declared) > 0 || secret == "" || strings.HasPrefix(secret, "invalid") {
		return nil
	}
	first := s.userOf("")
	return s.principalOf(first, first.Organizations)
}

// tokensScope holds the digests of all tokens the API gave out.
const tokensScope = "/_tokens"

// unusedTokens is how long the token of a cluster waits for a component to use it. Documented: a few hours.
const unusedTokens = 6 * time.Hour

// Hidden fields of a token.
const (
	hiddenIssued = "issued" // when
	hiddenUsed   = "used"   // whether it ever was
)

// wakeToken tells whether the token of a cluster is still good, and lets it be so for good: it is used. Simulated
// components use theirs at once.
func (s *Server) wakeToken(issued *record, now time.Time) bool {
	if hidden[bool](issued, hiddenUsed) || s.settings.Agents == Simulated {
		return true
	}
	if since := issued.time(hiddenIssued); !since.IsZero() && now.Sub(since) >= unusedTokens {
		return false
	}
	issued.hide(hiddenUsed, true)
	s.store.put(issued)
	return true
}

// issue makes a token that stands for a stored record, and is valid as long as that one is.
func (c *call) issue(owner *record) string {
	sum := sha256.Sum256([]byte(c.newID()))
	token := hex.EncodeToString(sum[:])
	r := &record{Scope: tokensScope, ID: digest(token), Hidden: doc{"scope": owner.Scope, "id": owner.ID}}
	r.setTime(hiddenIssued, c.now)
	c.store.put(r)
	return token
}

func digest(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// issuedPrincipal is who a token stands for that the API gave out: a cluster, an API token or the key of a service
// account. Assumed: those of removed, inactive and expired ones are refused.
func (s *Server) issuedPrincipal(issued *record, now time.Time) *principal {
	owner := s.store.get(hidden[string](issued, "scope"), hidden[string](issued, "id"))
	if owner == nil || owner.Doc["active"] == false {
		return nil
	}
	if end, err := time.Parse(time.RFC3339, text(owner.Doc, "expiresAt")); err == nil && !now.Before(end) {
		return nil
	}
	first := s.userOf("")
	if owner.Scope == clustersPath {
		if !s.wakeToken(issued, now) {
			return nil
		}
		p := s.principalOf(first, []string{text(owner.Doc, "organizationId")})
		p.cluster, p.readOnly = owner.ID, false
		return p
	}
	s.markUsed(owner, now)
	if params, ok := match(parsePath(serviceAccountsPath+"/{serviceAccountId}/keys"), splitPath(owner.Scope)); ok {
		return s.serviceAccountPrincipal(params)
	}
	users := s.options.Accounts.Users
	if i := slices.IndexFunc(users, func(u User) bool { return u.ID == owner.Doc["createdBy"] }); i >= 0 {
		first = &users[i]
	}
	p := s.principalOf(first, []string{text(owner.Doc, "organizationId")})
	p.readOnly = p.readOnly || owner.Doc["readonly"] == true
	return p
}

// serviceAccountPrincipal is a service account. Assumed: one that holds no role but that of viewers may only read, and
// one without any role may do all, which is more than the service lets it.
func (s *Server) serviceAccountPrincipal(params map[string]string) *principal {
	account := s.store.get(fill(serviceAccountsPath, params), params["serviceAccountId"])
	if account == nil {
		return nil
	}
	p := s.principalOf(&User{ID: account.ID, Email: text(account.Doc, "email"), Name: text(account.Doc, "name")}, []string{params["organizationId"]})
	p.kind = "service_account"
	for _, binding := range s.store.list(fill(organizationPath+"/role-bindings", params)) {
		definition := object(binding.Doc, "definition")
		subjects, _ := definition["subjects"].([]any)
		if !slices.ContainsFunc(subjects, func(in any) bool { return subjectKey(in) == "serviceAccount "+account.ID }) {
			continue
		}
		if definition["roleId"] != roleIDs[Viewer] {
			p.readOnly = false
			break
		}
		p.readOnly = true
	}
	return p
}

// markUsed shows when a token was last used, to the minute, which spares the state file.
func (s *Server) markUsed(owner *record, now time.Time) {
	if used := instant(now.Truncate(time.Minute)); owner.Doc["lastUsedAt"] != used {
		owner.Doc["lastUsedAt"] = used
		s.store.put(owner)
	}
}

// authorize refuses what a token is not for. Documented: a cluster's own sees that cluster alone. Assumed: others are
// not there for it, and what belongs to the organization is forbidden.
func (s *Server) authorize(p *principal, r *http.Request, op *operation, params map[string]string) *Failure {
	forbidden := func(why string) *Failure { return &Failure{Status: http.StatusForbidden, Message: why} }
	if p.readOnly && r.Method != http.MethodGet {
		return forbidden("the token is for reading only")
	}
	if p.cluster != "" && op != nil {
		id, below := params["clusterId"]
		if below && id != p.cluster {
			return notFound("cluster not found: %s", id)
		}
		if !below && !slices.Contains(clusterOperations, op.id) {
			return forbidden("the token is for cluster " + p.cluster + " only")
		}
	}
	if s.options.Forbid != nil {
		if right := s.options.Forbid(r); right != "" {
			return forbidden(right)
		}
	}
	return nil
}

// clusterOperations are what components in a cluster call that is not below the cluster's path. Observed.
var clusterOperations = []string{
	"ExternalClusterAPIRegisterCluster", "ExternalClusterAPIListClusters", "OperationsAPIGetOperation", "UsersAPICurrentUserProfile",
	"ComponentsAPIGetComponentByName",
}
