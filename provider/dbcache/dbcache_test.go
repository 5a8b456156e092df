package dbcache_test

import (
	"net/http"

	"github.com/castai/pulumi-castai/internal/harness"
)

var list, wantError, wantJSON, with = harness.List, harness.WantError, harness.WantJSON, harness.With

type props = harness.Props

const (
	groups  = "/v1/dbo/cache-groups"
	absent  = "6f1c3a52-7d1e-4c1b-9a53-0d2f5b7e8c14"
	another = "7a2d4b63-8e2f-4d2c-8b64-1e3f6c8f9d25"
)

// made makes an object and returns its ID.
func made(h *harness.Harness, path string, body props) string {
	h.T.Helper()
	return h.Call(http.MethodPost, path, body)["id"].(string)
}

// group makes a cache group.
func group(h *harness.Harness, name string) string {
	h.T.Helper()
	return made(h, groups, props{"name": name, "protocolType": "MySQL"})
}
