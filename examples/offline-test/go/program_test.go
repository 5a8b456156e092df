package batch

import (
	"encoding/json"
	"testing"

	"github.com/castai/pulumi-castai/emulator"
	"github.com/castai/pulumi-castai/emulator/emulatortest"
	"github.com/pulumi/pulumi/sdk/v3/go/auto"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optpreview"
)

const cluster = "33333333-3333-4333-8333-333333333333" // in the scenario

func TestProgram(t *testing.T) {
	api := emulatortest.Start(t, emulatortest.Scenario("../scenario.yaml"))
	stack, err := auto.NewStackInlineSource(t.Context(), "test", "batch", Program(cluster), auto.EnvVars(map[string]string{
		"PULUMI_BACKEND_URL": "file://" + t.TempDir(), "PULUMI_CONFIG_PASSPHRASE": "test",
	}))
	if err != nil {
		t.Fatal(err)
	}

	// A template is made, though the API fails at first.
	const create = "NodeTemplatesAPICreateNodeTemplate"
	api.Fail(emulator.Fault{Operation: create, Status: 503, RetryAfter: "0"})
	up, err := stack.Up(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	made := api.Calls(create)
	if len(made) != 2 || made[0].Status != 503 || made[1].Status != 200 {
		t.Fatalf("%d calls, want one that fails and one that does not", len(made))
	}
	var body struct {
		ConfigurationID string
		Constraints     struct {
			Spot   bool
			MinCPU int
		}
	}
	if err := json.Unmarshal(made[1].Body, &body); err != nil {
		t.Fatal(err)
	}
	if body.ConfigurationID != up.Outputs["configurationId"].Value || !body.Constraints.Spot || body.Constraints.MinCPU != 8 {
		t.Errorf("%s", made[1].Body)
	}

	// Once more changes nothing.
	preview, err := stack.Preview(t.Context(), optpreview.Refresh())
	if err != nil {
		t.Fatal(err)
	}
	if len(preview.ChangeSummary) != 1 || preview.ChangeSummary["same"] == 0 {
		t.Errorf("changes: %v", preview.ChangeSummary)
	}
}
