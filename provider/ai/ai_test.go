package ai_test

import (
	"net/http"
	"testing"

	"github.com/castai/pulumi-castai/emulator"
	"github.com/castai/pulumi-castai/internal/harness"
)

var fails, list, same, with = harness.WantError, harness.List, harness.WantJSON, harness.With

type props = harness.Props

const absent = "6f1c3a52-7d1e-4c1b-9a53-0d2f5b7e8c14"

var (
	org   = emulator.DefaultOrganization.ID
	below = "/ai-optimizer/v1beta/organizations/" + org
)

// fixture is a provider and an API with a cluster.
type fixture struct {
	*harness.Harness
	cluster, models string
}

func setup(t *testing.T, change ...func(*emulator.Options)) *fixture {
	t.Helper()
	f := &fixture{Harness: harness.New(t, change...)}
	f.cluster = f.Call(http.MethodPost, "/v1/kubernetes/external-clusters", props{
		"name": "c", "eks": props{"clusterName": "c", "region": "eu-central-1", "accountId": "123456789012"},
	})["id"].(string)
	f.models = below + "/clusters/" + f.cluster + "/hosted-models"
	f.Forget()
	return f
}

// replaces fails unless these inputs would replace the resource.
func (f *fixture) replaces(r *harness.Resource, inputs props) {
	f.T.Helper()
	if got, _, err := r.Preview(inputs); err != nil || got.Op != "replace" {
		f.T.Errorf("with %v a preview finds %s %v, %v", inputs, got.Op, got.Changes, err)
	}
}
