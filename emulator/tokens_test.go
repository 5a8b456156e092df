package emulator_test

import (
	"testing"

	"github.com/castai/pulumi-castai/emulator"
)

func TestAuthTokens(t *testing.T) {
	b := newBed(t, emulator.Options{})
	const tokens = "/v1/auth/tokens"
	b.refused(400, "name", "POST", tokens, doc{"name": " ", "readonly": true})
	b.refused(400, "expiresAt", "POST", tokens, doc{"name": "x", "readonly": true, "expiresAt": "2030-01-01 12:00"})
	created := b.want(200, "POST", tokens, doc{"name": "grafana", "readonly": true, "expiresAt": "2030-01-01T12:00:00.5+02:00"})
	token, _ := created["token"].(string)
	if len(token) < 32 {
		t.Fatalf("token %q", token)
	}
	b.same("active", created["active"], true)
	b.same("expiresAt", created["expiresAt"], "2030-01-01T10:00:00Z")

	path := tokens + "/" + created["id"].(string)
	read := b.want(200, "GET", path, nil)
	b.same("the token, read later", read["token"], nil)
	b.same("its prefix", read["tokenPrefix"], token[:4])
	b.same("the second of the list", at(b.want(200, "GET", tokens, nil), "items", 1), read)
	b.refused(400, "name", "POST", path, doc{"name": "another"})

	mine := b.header.Get("X-Api-Key")
	b.header.Set("X-Api-Key", token)
	b.want(200, "GET", path, nil)
	b.want(403, "POST", path, doc{"active": false})
	b.header.Set("X-Api-Key", mine)
	changed := b.want(200, "POST", path, doc{"active": false})
	b.same("active", changed["active"], false)
	b.same("name", changed["name"], "grafana")
	b.same("what an empty update leaves", b.want(200, "POST", path, doc{})["active"], false)
	b.header.Set("X-Api-Key", token)
	b.want(401, "GET", path, nil)
	b.header.Set("X-Api-Key", mine)

	b.want(200, "DELETE", path, nil)
	b.want(404, "GET", path, nil)
}
