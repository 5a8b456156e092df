package access_test

import (
	"github.com/castai/pulumi-castai/internal/harness"
)

var list, wantError, wantJSON = harness.List, harness.WantError, harness.WantJSON

const (
	one   = "11111111-1111-4111-8111-111111111111"
	two   = "22222222-2222-4222-8222-222222222222"
	three = "33333333-3333-4333-8333-333333333333"
)

var underOrganization = "/v1/organizations/" + organization
