package emulator

import (
	"encoding/base64"
	"maps"
	"net/http"
	"strings"

	"golang.org/x/crypto/bcrypt"
)

const ssoPath = "/v1/sso-connections"

// The ways a connection can reach an identity provider.
var connectors = []string{"aad", "okta", "oidc", "saml"}

func (s *Server) ssoArea() {
	connections := s.collect(collection{
		kind: "SSO connection", path: ssoPath, wrapper: "connection",
		defaults: doc{"additionalEmailDomains": []any{}, "isSynced": false},
		rules: func(c *call, r *record, old doc) error {
			given := 0
			for _, name := range connectors {
				connector := object(r.Doc, name)
				if connector == nil {
					continue
				}
				given++
				if err := seal(connector, object(old, name)); err != nil {
					return err
				}
			}
			if given == 0 {
				return invalid("connector", "one of aad, okta, oidc and saml must be set") // assumed
			}
			for _, name := range []string{"name", "emailDomain"} {
				if strings.TrimSpace(text(r.Doc, name)) == "" {
					return invalid(name, "must not be empty")
				}
			}
			r.Doc["status"] = "STATUS_ACTIVE" // assumed: any identity provider answers
			return nil
		},
	})
	// Observed: what a call leaves out stays, a connector of another kind included, and null resets the role.
	s.handle("SSOAPIUpdateSSOConnection", func(c *call) (*answer, error) {
		r, err := connections.find(c)
		if err != nil {
			return nil, err
		}
		old := r.Doc
		changed := clone(old).(doc)
		maps.Copy(changed, connections.given(c))
		if role, named := c.input()["defaultRoleId"]; named && role == nil {
			delete(changed, "defaultRoleId")
		}
		r.Doc = changed
		if err := connections.store(c, r, old); err != nil {
			r.Doc = old
			return nil, err
		}
		return c.show(r, "")
	})
	// Observed: the token of the synchronisation is in the answer to switching it on, and nowhere else.
	s.handle("SSOAPISetSyncForSSOConnection", func(c *call) (*answer, error) {
		r := c.store.get(ssoPath, c.params["id"])
		if r == nil {
			return nil, notFound("SSO connection not found: %s", c.params["id"])
		}
		on := c.input()["sync"] == true
		r.Doc["isSynced"] = on
		c.store.put(r)
		if !on {
			return c.reply(doc{"emptyResponse": doc{}})
		}
		return c.reply(doc{"token": doc{"name": "sync", "token": c.issue(r), "readonly": false}})
	})
}

// seal keeps the secret of a connector as a hash, which is all that answers show. Observed. One that comes without a
// secret keeps the one it had. Assumed.
func seal(connector, old doc) error {
	secret := text(connector, "clientSecret")
	switch {
	case secret == "" && text(old, "clientSecret") != "":
		connector["clientSecret"] = old["clientSecret"]
	case secret != "" && secret != text(old, "clientSecret"):
		hash, err := bcrypt.GenerateFromPassword([]byte(secret)[:min(len(secret), 72)], bcrypt.MinCost)
		if err != nil {
			return &Failure{Status: http.StatusBadRequest, Message: err.Error()}
		}
		connector["clientSecret"] = base64.StdEncoding.EncodeToString(hash)
	}
	return nil
}
