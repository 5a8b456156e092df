package emulator_test

import (
	"testing"
	"time"

	"github.com/castai/pulumi-castai/emulator"
)

func TestServiceAccounts(t *testing.T) {
	b := newBed(t, emulator.Options{})
	created := b.want(201, "POST", serviceAccounts, doc{"name": "ci", "description": ""})
	path := serviceAccounts + "/" + created["id"].(string)
	if created["serviceAccount"] != nil || created["organizationId"] != nil {
		t.Errorf("the answer to creating has a shape of its own, got %v", created)
	}
	b.pass(time.Hour)
	b.want(200, "PATCH", path, doc{"serviceAccount": doc{"name": "cd", "description": "d"}})
	b.refused(400, "name", "PATCH", path, doc{"name": "cd"}) // the wrapper is missing
	read := b.want(200, "GET", path, nil)["serviceAccount"]
	b.same("name", at(read, "name"), "cd")
	b.same("createdAt", at(read, "createdAt"), created["createdAt"])
	b.same("organizationId", at(read, "organizationId"), org)
	b.same("author", at(read, "author", "kind"), "user")
	b.refused(400, "name", "POST", serviceAccounts, doc{"name": " "})
	b.want(204, "DELETE", path, nil)
	b.want(404, "GET", path, nil)
	b.want(404, "DELETE", path, nil)
}

func TestServiceAccountsInBulk(t *testing.T) {
	b := newBed(t, emulator.Options{})
	one := b.want(201, "POST", serviceAccounts, doc{"name": "1"})["id"].(string)
	two := b.want(201, "POST", serviceAccounts, doc{"name": "2"})["id"].(string)
	b.want(201, "POST", serviceAccounts, doc{"name": "3"})
	b.want(204, "DELETE", serviceAccounts+"?serviceAccountIds="+one+"&serviceAccountIds="+two, nil)
	list := b.want(200, "GET", serviceAccounts, nil)
	b.same("left", at(list, "serviceAccounts", 0, "name"), "3")
	b.same("count", list["totalCount"], "1")
}

func TestServiceAccountKeys(t *testing.T) {
	b := newBed(t, emulator.Options{})
	account := serviceAccounts + "/" + b.want(201, "POST", serviceAccounts, doc{"name": "ci"})["id"].(string)
	keys := account + "/keys"
	created := b.want(201, "POST", keys, doc{"key": doc{"name": "k", "expiresAt": "2030-01-01T12:00:00.5+02:00"}})
	b.same("active", created["active"], true)
	b.same("expiresAt", created["expiresAt"], "2030-01-01T10:00:00Z")
	token, _ := created["token"].(string)
	if len(token) < 32 {
		t.Fatalf("token %q", token)
	}
	path := keys + "/" + created["id"].(string)
	read := b.want(200, "GET", path, nil)["key"]
	b.same("read", read, doc{"id": created["id"], "name": "k", "active": true, "expiresAt": "2030-01-01T10:00:00Z", "lastUsedAt": nil, "prefix": token[:4]})
	changed := b.want(200, "PATCH", path, doc{"active": false})
	b.same("changed", changed["active"], false)
	b.same("kept", changed["name"], "k")
	b.same("keys of the account", at(b.want(200, "GET", account, nil), "serviceAccount", "keysCount"), 1)
	b.same("list", at(b.want(200, "GET", keys, nil), "keys", 0, "active"), false)
	for _, body := range []any{doc{"key": doc{"name": ""}}, doc{"name": "k"}, doc{"key": doc{"name": "k", "expiresAt": "tomorrow"}}} {
		b.want(400, "POST", keys, body)
	}
	b.want(204, "DELETE", path, nil)
	b.same("keys of the account", at(b.want(200, "GET", account, nil), "serviceAccount", "keysCount"), 0)
	b.want(204, "DELETE", account, nil)
	b.want(404, "GET", keys, nil)
}
