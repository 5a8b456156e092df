package nodes_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"github.com/castai/pulumi-castai/internal/harness"
)

var sameJSON, plain = harness.WantJSON, harness.Plain

type props = harness.Props

// fixture is a harness with a cluster.
type fixture struct {
	*harness.Harness
	cluster string
}

func setup(t *testing.T) *fixture {
	t.Helper()
	f := &fixture{Harness: harness.New(t)}
	f.cluster = f.Register("test")
	f.Forget()
	return f
}

func (f *fixture) path(parts ...string) string {
	return "/v1/kubernetes/clusters/" + strings.Join(append([]string{f.cluster}, parts...), "/")
}

// with returns the inputs with those every resource here needs.
func (f *fixture) with(inputs props) props {
	out := props{"clusterId": f.cluster}
	maps.Copy(out, inputs)
	return out
}

// up brings the resource to the inputs.
func (f *fixture) up(r *harness.Resource, inputs props) harness.Result {
	f.T.Helper()
	got, err := r.Up(inputs)
	if err != nil {
		f.T.Fatal(err)
	}
	return got
}

// writes counts the recorded requests that are no reads.
func (f *fixture) writes() (n int) {
	for _, call := range f.Calls() {
		if !strings.HasPrefix(call, "GET ") {
			n++
		}
	}
	return n
}

func (f *fixture) count(call string) int {
	return len(slices.DeleteFunc(f.Calls(), func(c string) bool { return c != call }))
}

// failures lists the paths that a check refuses.
func failures(r *harness.Resource, inputs props) []string {
	_, found := r.Check(inputs)
	paths := []string{}
	for _, f := range found {
		paths = append(paths, f.Property)
	}
	slices.Sort(paths)
	return paths
}

func list(texts ...string) []any {
	out := make([]any, len(texts))
	for i := range texts {
		out[i] = texts[i]
	}
	return out
}

// reversed turns a list around.
func reversed(items []any) []any {
	items = slices.Clone(items)
	slices.Reverse(items)
	return items
}

// step is one update of a resource.
type step struct {
	name   string
	inputs props
	op     string
	// sent is the whole body of the call that the step makes.
	sent props
}

// run takes a resource through steps; after each, nothing differs.
func (f *fixture) run(r *harness.Resource, method func(op string) (method, suffix string), steps []step) {
	f.T.Helper()
	for i, s := range steps {
		inputs := f.with(s.inputs)
		f.Forget()
		if got := f.up(r, inputs); got.Op != s.op {
			f.T.Fatalf("step %d (%s) is %v %v, want %s", i, s.name, got.Op, got.Changes, s.op)
		}
		if s.sent != nil {
			verb, suffix := method(s.op)
			sameJSON(f.T, fmt.Sprintf("the body of step %d (%s)", i, s.name), f.Body(verb, suffix), s.sent)
		}
		r.WantSettled(inputs)
		if f.T.Failed() {
			f.T.Fatalf("after step %d (%s)", i, s.name)
		}
	}
}

// TestPreviewsOfUpdates: an output that an update does not touch stays known.
func TestPreviewsOfUpdates(t *testing.T) {
	f := setup(t)
	configuration := f.Resource("NodeConfiguration", "c")
	subnets := f.with(props{"name": "c", "subnets": list("subnet-1"), "eks": props{
		"securityGroups": list("sg-1"), "instanceProfileArn": "arn:aws:iam::123456789012:instance-profile/p",
	}})
	f.up(configuration, subnets)
	template := f.Resource("NodeTemplate", "t")
	of := f.with(props{"name": "t", "configurationId": configuration.ID})
	f.up(template, of)
	for _, test := range []struct {
		r       *harness.Resource
		output  string
		inputs  props
		unknown bool
	}{
		{configuration, "subnetDetails", harness.With(subnets, props{"diskCpuRatio": 10}), false},
		{configuration, "subnetDetails", harness.With(subnets, props{"subnets": list("subnet-2")}), true},
		{template, "configurationName", harness.With(of, props{"shouldTaint": true}), false},
		{template, "configurationName", harness.With(of, props{"configurationId": f.cluster}), true},
	} {
		_, planned, err := test.r.Preview(test.inputs)
		if err != nil || planned[resource.PropertyKey(test.output)].ContainsUnknowns() != test.unknown {
			t.Errorf("%s with %v: %v, %v", test.output, test.inputs, planned[resource.PropertyKey(test.output)], err)
		}
	}
}
