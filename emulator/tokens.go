package emulator

import (
	"strings"
	"time"
)

const authTokensPath = "/v1/auth/tokens"

// authTokenArea serves the API access keys of the user.
func (s *Server) authTokenArea() {
	tokens := s.collect(collection{
		kind: "auth token", path: authTokensPath,
		// Documented: an update takes nothing but active.
		keep: []string{"name", "readonly", "expiresAt", "organizationId", "createdBy", "tokenPrefix"},
		rules: func(c *call, r *record, old doc) error {
			if strings.TrimSpace(text(r.Doc, "name")) == "" {
				return invalid("name", "must not be empty")
			}
			if r.Doc["active"] == nil {
				r.Doc["active"] = old == nil || old["active"] == true
			}
			setDefaults(r.Doc, doc{"organizationId": c.organization(), "createdBy": c.user()["id"], "expiresAt": nil})
			if expiry := text(r.Doc, "expiresAt"); expiry != "" {
				at, err := time.Parse(time.RFC3339, expiry)
				if err != nil {
					return invalid("expiresAt", "not a time of RFC 3339")
				}
				r.Doc["expiresAt"] = at.UTC().Format(time.RFC3339) // assumed: as it is with the keys of service accounts
			}
			return nil
		},
	})
	// Documented: the token itself is in the answer to this call only.
	s.handle("AuthTokenAPICreateAuthToken", func(c *call) (*answer, error) {
		r, err := tokens.insert(c, withoutNulls(doc{
			"name": c.input()["name"], "readonly": c.input()["readonly"], "active": c.input()["active"], "expiresAt": c.input()["expiresAt"],
		}).(doc)) // assumed: what else there is to a token is the server's
		if err != nil {
			return nil, err
		}
		token := c.issue(r)
		r.Doc["tokenPrefix"] = token[:4]
		c.store.put(r)
		return c.reply(merged(r.Doc, doc{"token": token}))
	})
	// Documented: clients make this call to see whether their token is valid.
	s.handle("AuthTokenAPIListAuthTokens", func(c *call) (*answer, error) {
		local := &record{Doc: doc{
			"id": "3a1b2c3d-5e6f-4a7b-8c9d-0e1f2a3b4c5d", "name": "local", "active": true, "readonly": false,
			"createdAt": beginning, "lastUsedAt": instant(c.now), "expiresAt": nil, "organizationId": c.organization(),
		}}
		return c.page(append([]*record{local}, c.store.list(c.path)...))
	})
}
