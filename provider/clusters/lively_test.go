package clusters_test

import (
	"net/url"
	"testing"

	"github.com/castai/pulumi-castai/emulator"
	"github.com/castai/pulumi-castai/internal/harness"
)

// A cluster with a life of its own is taken away with the nodes that its autoscaler
// has added, and without those of its own.
func TestDisconnectOfALivelyCluster(t *testing.T) {
	t.Parallel()
	h := harness.New(t, settings(func(s *emulator.Settings) { s.Life = true }))
	r := h.Resource("EksCluster", "c")
	up(t, r, clouds[0].all(harness.Props{"deleteNodesOnDisconnect": true}), "create")
	policies := "/v1/kubernetes/clusters/" + url.PathEscape(r.ID) + "/policies"
	outside(t, h, "PUT", policies, harness.Props{"enabled": true, "unschedulablePods": harness.Props{"enabled": true}})
	nodes := func() (own, made int) {
		items, _ := outside(t, h, "GET", clusters+"/"+r.ID+"/nodes", nil)["items"].([]any)
		for _, item := range items {
			if labels, _ := item.(harness.Props)["labels"].(harness.Props); labels["provisioner.cast.ai/managed-by"] == "cast.ai" {
				made++
			} else {
				own++
			}
		}
		return own, made
	}
	own, made := nodes()
	if own < 3 || made != 1 {
		t.Fatalf("%d own nodes and %d made ones", own, made)
	}
	destroy(t, r)
	isArchived(t, h, r.ID)
	if still, left := nodes(); still != own || left != 0 {
		t.Errorf("%d of %d own nodes and %d made ones are left", still, own, left)
	}
}
