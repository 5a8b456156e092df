package ai_test

import (
	"strings"
	"testing"

	"github.com/castai/pulumi-castai/emulator"
	"github.com/castai/pulumi-castai/internal/harness"
)

const key = `{"access_key_id":"a","secret_access_key":"b"}`

func bucket(more props) props {
	return with(props{"s3": props{"bucket": "b", "region": "us-east-1"}, "credentials": key}, more)
}

func TestModelRegistry(t *testing.T) {
	f := setup(t)
	x := f.Resource("AiOptimizerModelRegistry", "x")
	x.WantUp("create", bucket(nil))
	same(t, "the body", f.Body("POST", "/model-registries"), props{
		"credentials": key, "provider": props{"type": "S3", "s3": props{"bucket": "b", "region": "us-east-1"}},
	})
	user, _ := x.Output("s3").(props)["userName"].(string)
	if !strings.HasPrefix(user, "castai-") || x.Output("status") != "ACTIVE" || !x.Outputs["credentials"].IsSecret() {
		t.Errorf("the outputs are %v", x.Outputs)
	}
	x.WantSettled(bucket(nil))
	if x.Output("s3").(props)["userName"] != user || x.Input("s3").(props)["userName"] != nil {
		t.Errorf("after a refresh the inputs are %v and the outputs %v", x.Inputs, x.Outputs)
	}
	// Neither saying the default nor another layout of the credentials is a change.
	x.WantUp("same", bucket(props{"providerType": "S3"}))
	x.WantUp("same", bucket(props{"credentials": "{\n \"secret_access_key\": \"b\", \"access_key_id\": \"a\" }"}))
	for _, inputs := range []props{
		bucket(props{"s3": props{"bucket": "c", "region": "us-east-1"}}),
		bucket(props{"s3": props{"bucket": "b", "region": "us-east-2"}}),
		bucket(props{"s3": props{"bucket": "b", "region": "us-east-1", "prefix": "p"}}),
		bucket(props{"credentials": `{"access_key_id":"a","secret_access_key":"c"}`}),
		bucket(props{"s3": nil, "gcs": props{"bucket": "b"}, "providerType": "GCS"}),
	} {
		f.replaces(x, inputs)
	}

	y := f.Resource("AiOptimizerModelRegistry", "y")
	y.WantUp("create", bucket(props{"s3": nil, "gcs": props{"bucket": "b", "prefix": "p"}, "providerType": "GCS"}))
	same(t, "the body", f.Body("POST", "/model-registries")["provider"], props{"type": "GCS", "gcs": props{"bucket": "b", "prefix": "p"}})
	if account, _ := y.Output("gcs").(props)["serviceAccount"].(string); !strings.Contains(account, "@") {
		t.Errorf("the outputs are %v", y.Outputs)
	}
}

// After an import the credentials are not known: a program that gives them
// replaces nothing, and a later change of them does.
func TestModelRegistryImport(t *testing.T) {
	f := setup(t)
	x := f.Resource("AiOptimizerModelRegistry", "x")
	x.WantUp("create", bucket(nil))
	y := f.Resource("AiOptimizerModelRegistry", "y")
	if err := y.Import(x.ID); err != nil { // as the bridged provider has it, without the organization
		t.Fatal(err)
	}
	same(t, "the imported bucket", y.Input("s3"), props{"bucket": "b", "region": "us-east-1"})
	f.Forget()
	inputs := bucket(props{"organizationId": org})
	y.WantUp("same", inputs)
	if calls := f.Calls(); len(calls) > 0 || y.ID != x.ID {
		t.Errorf("there were the calls %v", calls)
	}
	y.Inputs, _ = y.Check(inputs) // the engine keeps the inputs of what is the same
	y.WantSettled(inputs)
	f.replaces(y, with(inputs, props{"credentials": `{}`}))
}

func TestModelRegistryChecks(t *testing.T) {
	f := setup(t)
	const kind = "AiOptimizerModelRegistry"
	gcs := props{"bucket": "b"}
	f.Refused(kind, bucket(nil))
	f.Refused(kind, bucket(props{"s3": nil}), "s3")
	f.Refused(kind, bucket(props{"gcs": gcs}), "gcs")
	f.Refused(kind, bucket(props{"s3": nil, "gcs": gcs}), "s3", "gcs")
	f.Refused(kind, bucket(props{"providerType": "GCS"}), "s3", "gcs")
	f.Refused(kind, bucket(props{"providerType": "GCS", "s3": nil}), "gcs")
	f.Refused(kind, bucket(props{"providerType": harness.Unknown, "gcs": gcs}), "gcs")
	f.Refused(kind, bucket(props{"s3": props{"bucket": "", "region": ""}}), "s3.bucket", "s3.region")
	f.Refused(kind, bucket(props{"s3": props{"bucket": "b", "region": "r", "userName": "u"}}), "s3.userName")
	f.Refused(kind, props{"s3": props{"bucket": "b", "region": "r"}}, "credentials")
	f.Refused(kind, bucket(props{"providerType": "AZURE"}))
	if !f.Warned("AZURE") {
		t.Error("there was no warning of an unknown type")
	}
}

// A registry that the service cannot use is no silent success, and a reason
// does not outlive the problem.
func TestModelRegistryErrors(t *testing.T) {
	f := setup(t)
	x := f.Resource("AiOptimizerModelRegistry", "x")
	x.WantUp("create", bucket(props{"credentials": "nonsense"}))
	if x.Output("status") != "ERROR" || !f.Warned("is no JSON text") || !f.Warned("the credentials cannot be read") {
		t.Errorf("the outputs are %v, and the log is %v", x.Outputs, f.Logs())
	}
	f.Emulator.Fail(emulator.Fault{Method: "GET", Path: below + "/model-registries/" + x.ID, Status: 200, Body: `{"id":"` + x.ID + `",
		"provider":{"type":"S3","s3":{"bucket":"b","region":"us-east-1"}},"status":"ACTIVE"}`})
	if got, err := x.Refresh(); err != nil || got.Op != "same" || x.Output("statusReason") != "" {
		t.Errorf("a refresh finds %s, %v, with %v", got.Op, err, x.Outputs)
	}
}
