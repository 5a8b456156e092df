package lifecycle_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/castai/pulumi-castai/tests/internal/world"
)

const moving = `
resources:
  cluster:
    type: castai:GkeCluster
    properties:
      name: production
      projectId: my-project
      location: europe-west3
      credentialsJson: {fn::secret: '{"type": "service_account", "project_id": "my-project"}'}
      deleteNodesOnDisconnect: true
  nodes:
    type: castai:NodeConfiguration
    properties:
      clusterId: ${cluster.id}
      name: workers
      subnets: [projects/p/regions/r/subnetworks/a]
      minDiskSize: 120
      gke: {networkTags: [castai]}
  batch:
    type: castai:NodeTemplate
    properties:
      clusterId: ${cluster.id}
      name: batch
      configurationId: ${nodes.id}
      shouldTaint: true
      customTaints: [{key: workload, value: batch, effect: NoSchedule}]
      constraints: {spot: true, minCpu: 4}
  account:
    type: castai:ServiceAccount
    properties: {organizationId: 6f1c2d3e-4a5b-4c6d-8e7f-9a0b1c2d3e4f, name: builds}
`

// bridgedTypes are the types that the bridged provider gives the resources of the program.
var bridgedTypes = map[string]string{
	"GkeCluster":        "castai:gcp:GkeCluster",
	"NodeConfiguration": "castai:config/node:NodeConfiguration",
	"NodeTemplate":      "castai:config/node:NodeTemplate",
	"ServiceAccount":    "castai:organization:ServiceAccount",
}

// A stack that the bridged provider has made moves over: nothing is replaced, made or
// deleted, and then the program, the state and CAST AI agree.
func TestBridgedState(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	s := w.YAML(moving)
	s.Up()
	before := len(writing(w))
	s.Replace(bridged(t, s.Export().JSON))

	s.Preview().WantNoChanges()
	s.Up().WantNoChanges()
	s.WantNoChanges()
	if now := writing(w); len(now) != before {
		t.Errorf("moving over changed something: %v", now[before:])
	}
	for _, r := range s.Export().Resources {
		if strings.HasPrefix(string(r.Type), "castai:") && !strings.HasPrefix(string(r.Type), "castai:index:") {
			t.Errorf("%s still has the type %s", r.URN.Name(), r.Type)
		}
	}
	s.Destroy()
}

// bridged makes of a state what the bridged provider would have left: its types, what it
// keeps for itself in inputs and outputs, and the defaults that it fills in by itself.
func bridged(t *testing.T, state []byte) []byte {
	t.Helper()
	text := string(state)
	for kind, typ := range bridgedTypes {
		text = strings.ReplaceAll(text, "castai:index:"+kind, typ)
	}
	var file map[string]any
	if err := json.Unmarshal([]byte(text), &file); err != nil {
		t.Fatal(err)
	}
	resources, _ := file["deployment"].(map[string]any)["resources"].([]any)
	for _, item := range resources {
		r, _ := item.(map[string]any)
		typ, _ := r["type"].(string)
		if !strings.HasPrefix(typ, "castai:") {
			continue
		}
		inputs, _ := r["inputs"].(map[string]any)
		outputs, _ := r["outputs"].(map[string]any)
		mark(inputs)
		outputs["__meta"] = `{"e2bfb730-ecaa-11e6-8f88-34363bc7c4c0":{"create":300000000000,"delete":300000000000}}`
		if typ == bridgedTypes["NodeTemplate"] {
			inputs["isEnabled"] = true
			inputs["__defaults"] = []any{"isEnabled"}
		}
	}
	out, err := json.Marshal(file)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// mark gives every object among the inputs the list of defaults that the bridged provider
// keeps there.
func mark(value any) {
	switch value := value.(type) {
	case map[string]any:
		if _, special := value["4dabf18193072939515e22adb298388d"]; special {
			return // a secret
		}
		for _, item := range value {
			mark(item)
		}
		value["__defaults"] = []any{}
	case []any:
		for _, item := range value {
			mark(item)
		}
	}
}
