package provider_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/castai/pulumi-castai/emulator"
	"github.com/castai/pulumi-castai/internal/harness"
)

// functionRow says how a function that is no look-up comes to an answer.
type functionRow struct {
	// of is the resource whose full inputs make what it reads; x is that.
	of string
	// world makes what it reads besides.
	world func(w *world)
	args  func(w *world, x *harness.Resource) props
}

var functionRows = map[string]functionRow{
	"getAllocationGroup":             {of: "AllocationGroup", args: idAs("groupId")},
	"getAllocationGroupCosts":        {of: "AllocationGroup", world: managed, args: idAs("groupId")},
	"getAllocationGroupEfficiency":   {of: "AllocationGroup", world: managed, args: idAs("groupId")},
	"getCacheGroup":                  {of: "CacheGroup", args: idAs("id")},
	"getCluster":                     {world: managed, args: ofCluster},
	"getClusterCost":                 {world: managed, args: ofCluster},
	"getClusterEfficiency":           {world: managed, args: ofCluster},
	"getClusterSavings":              {world: managed, args: ofCluster},
	"getClusterStatus":               {world: managed, args: ofCluster},
	"getClusters":                    {world: managed, args: nothing},
	"getEdgeConfiguration":           {of: "EdgeConfiguration", args: outputs("organizationId", "clusterId", "edgeLocationId", "name")},
	"getHibernationSchedule":         {of: "HibernationSchedule", args: outputs("organizationId", "name")},
	"getImpersonationServiceAccount": {args: nothing},
	"getOmniCluster":                 {of: "OmniCluster", args: outputs("organizationId", "clusterId")},
	"getOrganization": {args: func(*world, *harness.Resource) props {
		return props{"name": emulator.DefaultOrganization.Name}
	}},
	"getRebalancingSchedule":        {of: "RebalancingSchedule", args: outputs("name")},
	"getWorkloadScalingPolicies":    {of: "WorkloadScalingPolicy", args: ofCluster},
	"getWorkloadScalingPolicyOrder": {of: "WorkloadScalingPolicyOrder", args: ofCluster},
}

func nothing(*world, *harness.Resource) props { return props{} }

func ofCluster(w *world, _ *harness.Resource) props { return props{"clusterId": w.cluster} }

func idAs(arg string) func(*world, *harness.Resource) props {
	return func(_ *world, x *harness.Resource) props { return props{arg: x.ID} }
}

func outputs(names ...string) func(*world, *harness.Resource) props {
	return func(_ *world, x *harness.Resource) props {
		args := props{}
		for _, name := range names {
			args[name] = x.Output(name)
		}
		return args
	}
}

// managed has the cluster been managed for some hours, in which it cost something.
func managed(w *world) {
	w.t.Helper()
	w.Request(http.MethodPost, clustersPath+"/"+w.cluster, props{"eks": props{"assumeRoleArn": "arn:aws:iam::123456789012:role/castai"}})
	w.Request(http.MethodPost, "/v1/cost-reports/allocation-groups", props{"name": "all", "filter": props{"clusterIds": []any{w.cluster}}})
	if _, err := w.Emulator.MoveClock(emulator.ClockChange{Advance: 10 * time.Hour}); err != nil {
		w.t.Fatal(err)
	}
}

// TestFunctionsTakeAnyAnswer: whatever an answer leaves out, a function gives a
// value or an error.
func TestFunctionsTakeAnyAnswer(t *testing.T) {
	t.Parallel()
	lookups := map[string]bool{}
	for _, r := range lookupRows {
		lookups[r.one], lookups[r.many] = true, true
	}
	for token := range loadSchema(t).Functions {
		name := strings.TrimPrefix(token, "castai:index:")
		if lookups[name] || callless[name] {
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f, ok := functionRows[name]
			if !ok {
				t.Fatal("there is no row in functionRows")
			}
			life := &row{}
			if f.of != "" {
				life = rows[slices.IndexFunc(rows, func(r *row) bool { return r.token == f.of })]
			}
			w := newWorld(t, life)
			if f.world != nil {
				f.world(w)
			}
			var x *harness.Resource
			if f.of != "" {
				x = w.Resource(f.of, "x")
				w.up("create", x, life.full(w)[0], "create")
			}
			args := f.args(w, x)
			w.fresh()
			if _, err := w.Invoke(name, args); err != nil {
				t.Fatal(err)
			}
			w.takesAnyAnswer(7, func() { _, _ = w.Invoke(name, args) })
		})
	}
}

// takesAnyAnswer fails if a function stops the provider, or changes something,
// when an answer lacks a member that is that deep at most.
func (w *world) takesAnyAnswer(depth int, look func()) {
	w.t.Helper()
	w.Forget()
	seen := w.answers(look)
	usual, tried := w.Writes(), 0
	for call, doc := range seen {
		for _, path := range members(doc) {
			if len(path) > depth || slices.ContainsFunc(path, func(step any) bool { i, ok := step.(int); return ok && i > 1 }) {
				continue // further items of a list are as those before
			}
			for _, null := range []bool{false, true} {
				w.web.change(func(req *http.Request, body []byte) []byte {
					if req.Method+" "+req.URL.Path == call {
						return lacking(body, path, null)
					}
					return body
				})
				tried++
				w.fresh()
				w.Forget()
				look()
				if made := w.Writes(); len(made) > len(usual) {
					w.t.Errorf("%s without %s: the calls %v were made", call, dotted(path), made)
				}
			}
		}
	}
	w.web.pass()
	if tried == 0 {
		w.t.Error("no answer was tried")
	}
}
