package emulator_test

import (
	"encoding/base64"
	"strings"
	"testing"

	"golang.org/x/crypto/bcrypt"

	"github.com/castai/pulumi-castai/emulator"
)

const ssoPath = "/v1/sso-connections"

func TestSSOConnections(t *testing.T) {
	b := newBed(t, emulator.Options{})
	secret := strings.Repeat("s", 80)
	created := b.want(200, "POST", ssoPath, doc{"name": "idp", "emailDomain": "example.com", "defaultRoleId": "r-1",
		"additionalEmailDomains": []any{"a.example.com"}, "okta": doc{"oktaDomain": "o", "clientId": "c", "clientSecret": secret}})
	b.fields(created, doc{"status": "STATUS_ACTIVE", "isSynced": false})
	path := ssoPath + "/" + created["id"].(string)
	hash := func() string {
		return at(b.want(200, "GET", path, nil), "connection", "okta", "clientSecret").(string)
	}
	first := hash()
	plain, err := base64.StdEncoding.DecodeString(first)
	if err != nil || bcrypt.CompareHashAndPassword(plain, []byte(secret)) != nil {
		t.Errorf("%s is no hash of the secret", first)
	}
	b.want(200, "POST", path, doc{"okta": doc{"oktaDomain": "o2", "clientId": "c"}})
	b.same("without a secret it stays", hash(), first)
	b.want(200, "POST", path, doc{"okta": doc{"oktaDomain": "o2", "clientId": "c", "clientSecret": "new"}})
	if hash() == first {
		t.Error("the new secret has the hash of the old one")
	}
	b.want(200, "POST", path, doc{"name": "new", "defaultRoleId": nil, "oidc": doc{"issuerUrl": "i", "clientId": "c", "type": "TYPE_BACK_CHANNEL"}})
	now := b.want(200, "GET", path, nil)["connection"]
	b.fields(now, doc{"name": "new", "defaultRoleId": nil, "additionalEmailDomains": []any{"a.example.com"}, "emailDomain": "example.com"})
	b.same("the first connector stays", at(now, "okta", "oktaDomain"), "o2")
	b.want(200, "POST", path, doc{"additionalEmailDomains": []any{}})
	b.same("domains", at(b.want(200, "GET", path, nil), "connection", "additionalEmailDomains"), []any{})

	b.refused(400, "name", "POST", path, doc{"name": " "})
	b.same("after a refusal", at(b.want(200, "GET", path, nil), "connection", "name"), "new")
	b.refused(400, "connector", "POST", ssoPath, doc{"name": "n", "emailDomain": "d"})
	b.want(200, "DELETE", path, nil)
	b.want(404, "GET", path, nil)
	b.want(404, "POST", path, doc{"name": "n"})
}

func TestSSOSynchronization(t *testing.T) {
	b := newBed(t, emulator.Options{})
	path := ssoPath + "/" + b.want(200, "POST", ssoPath, doc{"name": "idp", "emailDomain": "example.com",
		"saml": doc{"signInUrl": "s", "x509Certificate": "c"}})["id"].(string)
	on := b.want(200, "POST", path+"/sync", doc{"sync": true})
	if token, _ := at(on, "token", "token").(string); len(token) < 32 {
		t.Errorf("token %v", on)
	}
	b.same("on", at(b.want(200, "GET", path, nil), "connection", "isSynced"), true)
	b.want(200, "POST", path, doc{"name": "new"})
	b.same("still on", at(b.want(200, "GET", path, nil), "connection", "isSynced"), true)
	b.same("off", b.want(200, "POST", path+"/sync", doc{"sync": false}), doc{"emptyResponse": doc{}})
	b.same("off", at(b.want(200, "GET", path, nil), "connection", "isSynced"), false)
	b.want(404, "POST", ssoPath+"/nowhere/sync", doc{"sync": true})
}
