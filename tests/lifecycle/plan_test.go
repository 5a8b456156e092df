package lifecycle_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"path/filepath"
	"slices"
	"testing"

	"github.com/castai/pulumi-castai/tests/internal/world"
)

const configuration = `
config:
  disk: {type: integer, default: 100}
resources:
  cluster:
    type: castai:GkeClusterId
    properties: {name: production, projectId: my-project, location: europe-west3}
  nodes:
    type: castai:NodeConfiguration
    properties:
      clusterId: ${cluster.id}
      name: workers
      subnets: [projects/p/regions/r/subnetworks/a, projects/p/regions/r/subnetworks/b]
      minDiskSize: ${disk}
`

// A plan made before CAST AI put a list into another order is carried out all the same.
func TestPlanAfterReorder(t *testing.T) {
	t.Parallel()
	w := world.New(t)
	w.Setenv("PULUMI_EXPERIMENTAL", "true")
	s := w.YAML(configuration)
	s.Up()
	s.SetConfig("disk", "200")
	plan := filepath.Join(t.TempDir(), "plan.json")
	s.Preview("--save-plan", plan).WantChanges(map[string]string{"nodes": "update"})

	reorder(t, w, "subnets")
	s.Up("--refresh", "--plan", plan).WantChanges(map[string]string{"nodes": "update"}).WantDiff("nodes", "minDiskSize")
	s.WantNoChanges()
}

// reorder has CAST AI keep a list of the node configuration the other way round: making
// one of the same name again overwrites it.
func reorder(t *testing.T, w *world.World, list string) {
	t.Helper()
	made := w.Calls(http.MethodPost, "/node-configurations")[0]
	var body map[string]any
	if err := json.Unmarshal(made.Body, &body); err != nil {
		t.Fatal(err)
	}
	items, _ := body[list].([]any)
	if len(items) < 2 {
		t.Fatalf("no list %s to reorder: %v", list, body)
	}
	slices.Reverse(items)
	text, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), made.Method, w.URL+made.Path, bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("X-API-Key", world.Token)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("reordering %s: %s", list, resp.Status)
	}
}
