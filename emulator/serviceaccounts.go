package emulator

import (
	"strings"
	"time"
)

const serviceAccountsPath = "/v1/organizations/{organizationId}/service-accounts"

func (s *Server) serviceAccountArea() {
	// Observed: the body is bare when creating and in a member when updating and reading; the contract says where.
	accounts := s.collect(collection{
		kind: "service account", path: serviceAccountsPath, wrapper: "serviceAccount",
		keep: []string{"email", "author", "managedBy", "keysCount", "keys"},
		rules: func(c *call, r *record, old doc) error {
			if strings.TrimSpace(text(r.Doc, "name")) == "" {
				return invalid("name", "must not be empty")
			}
			setDefaults(r.Doc, doc{
				"description": "", "email": r.ID + "@serviceaccounts.example.com", "managedBy": c.managedBy(),
				"keysCount": 0.0, "keys": []any{},
			})
			if old == nil {
				r.Doc["author"] = merged(c.author(), doc{"kind": c.who.kind})
			}
			return nil
		},
	})
	s.handle("ServiceAccountsAPIDeleteServiceAccounts", func(c *call) (*answer, error) {
		for _, id := range c.query["serviceAccountIds"] {
			r := c.store.get(c.path, id)
			if r == nil {
				return nil, notFound("service account not found: %s", id)
			}
			c.store.remove(r)
		}
		return c.reply(nil)
	})

	keys := s.collect(collection{
		kind: "service account key", path: serviceAccountsPath + "/{serviceAccountId}/keys", wrapper: "key",
		defaults: doc{"active": true}, // documented
		keep:     []string{"name", "prefix", "expiresAt", "lastUsedAt"},
		rules: func(_ *call, r *record, old doc) error {
			if strings.TrimSpace(text(r.Doc, "name")) == "" {
				return invalid("name", "must not be empty")
			}
			setDefaults(r.Doc, doc{"expiresAt": nil, "lastUsedAt": nil})
			if expiry := text(r.Doc, "expiresAt"); expiry != "" {
				at, err := time.Parse(time.RFC3339, expiry)
				if err != nil {
					return invalid("expiresAt", "not a time of RFC 3339")
				}
				r.Doc["expiresAt"] = at.UTC().Format(time.RFC3339) // observed: UTC and whole seconds
			}
			return nil
		},
		remove: func(c *call, _ *record) error { return countKeys(c, accounts, -1) },
	})
	// Observed: the secret is in the answer to this call only.
	s.handle("ServiceAccountsAPICreateServiceAccountKey", func(c *call) (*answer, error) {
		r, err := keys.insert(c, keys.given(c))
		if err != nil {
			return nil, err
		}
		token := c.issue(r)
		r.Doc["prefix"] = token[:4]
		shown := merged(r.Doc, doc{"token": token, "createdAt": instant(c.now)})
		prune(c.op.answer, shown, "")
		if err := countKeys(c, accounts, 1); err != nil {
			return nil, err
		}
		return c.reply(shown)
	})
}

// countKeys keeps the number of keys in their service account.
func countKeys(c *call, accounts *collection, by float64) error {
	account, err := accounts.find(c)
	if err != nil {
		return err
	}
	count, _ := account.Doc["keysCount"].(float64)
	account.Doc["keysCount"] = count + by
	c.store.put(account)
	return nil
}
