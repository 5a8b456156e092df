package cost_test

import (
	"net/http"
	"testing"

	"github.com/castai/pulumi-castai/emulator"
	"github.com/castai/pulumi-castai/internal/harness"
)

func TestAllocationGroup(t *testing.T) {
	f := setup(t)
	cluster := f.Register("one")
	r := f.Resource("AllocationGroup", "web")
	f.up(r, "create", props{"name": "web"})
	same(t, "the least body", f.body("POST", groups), props{"name": "web", "filter": props{}})
	f.settled(r, props{"name": "web"})

	all := props{
		"name": "web", "clusterIds": list(cluster), "namespaces": list("shop", "cart"), "labels": props{"team": "web", "app": "shop"},
		"labelsOperator": "and", "nodeLabelFilters": list(props{"label": "pool", "operator": "exists"}),
	}
	f.up(r, "update", all)
	same(t, "the full body", f.body("PUT", r.ID), props{"name": "web", "filter": props{
		"clusterIds": list(cluster), "namespaces": list("shop", "cart"), "labelsOperator": "AND",
		"labels":     list(props{"label": "app", "value": "shop", "operator": "Equal"}, props{"label": "team", "value": "web", "operator": "Equal"}),
		"nodeLabels": list(props{"label": "pool", "operator": "Exists"}),
	}})
	f.settled(r, all)
	f.up(r, "same", with(all, props{"namespaces": list("cart", "shop"), "labelsOperator": "AND"}))

	f.up(r, "update", with(all, props{"clusterIds": nil, "labels": nil, "labelsOperator": nil, "namespaces": list(), "nodeLabelFilters": nil}))
	same(t, "the body that clears", f.body("PUT", r.ID), props{"name": "web", "filter": props{
		"clusterIds": list(), "namespaces": list(), "labels": list(), "labelsOperator": "OR", "nodeLabels": list(),
	}})
}

// What the console has set and the program does not speak of stays; what it has
// changed of what the program speaks of is a difference, and nothing is misread.
func TestAllocationGroupOfTheConsole(t *testing.T) {
	f := setup(t)
	inputs := props{"name": "web", "labels": props{"team": "web"}}
	r := f.Resource("AllocationGroup", "web")
	f.up(r, "create", inputs)
	team := props{"label": "team", "value": "web", "operator": "Equal"}
	nodes := list(props{"label": "pool", "operator": "NotEqual", "value": "b"})
	f.Call(http.MethodPut, groups+"/"+r.ID, props{"name": "web", "filter": props{
		"labels": list(team), "nodeLabels": nodes, "nodeLabelsOperator": "AND", "namespaces": list("shop")}})
	f.settled(r, inputs)
	f.up(r, "update", with(inputs, props{"name": "shop"}))
	same(t, "the body", f.body("PUT", r.ID), props{"name": "shop", "filter": props{
		"labels": list(team), "nodeLabels": nodes, "nodeLabelsOperator": "AND", "namespaces": list("shop"), "labelsOperator": "OR", "clusterIds": list(),
	}})

	f.Call(http.MethodPut, groups+"/"+r.ID, props{"name": "shop", "filter": props{"labels": list(team, props{"label": "app", "operator": "Exists"})}})
	f.drift(r, "update", "labels")
	f.up(r, "update", with(inputs, props{"name": "shop"}))
	f.settled(r, with(inputs, props{"name": "shop"}))

	// Two values of one label.
	f.up(r, "update", props{"name": "shop", "labelFilters": list(props{"label": "team", "value": "web"}, props{"label": "team", "value": "api"})})
	imported := f.Resource("AllocationGroup", "imported")
	if err := imported.Import(r.ID); err != nil {
		t.Fatal(err)
	}
	same(t, "the imported labels", imported.Input("labels"), nil)
	same(t, "the imported conditions", imported.Input("labelFilters"), list(props{"label": "team", "value": "web"}, props{"label": "team", "value": "api"}))
	f.up(r, "update", inputs)
	if err := imported.Import(r.ID); err != nil {
		t.Fatal(err)
	}
	same(t, "the imported labels", imported.Input("labels"), props{"team": "web"})
	same(t, "the imported conditions", imported.Input("labelFilters"), nil)
}

// A deletion that was accepted is one, however long the service takes to see it.
func TestAllocationGroupIsDeleted(t *testing.T) {
	f := setup(t)
	r := f.Resource("AllocationGroup", "web")
	f.up(r, "create", props{})
	f.Forget()
	for range 2 {
		if err := r.Delete(); err != nil {
			t.Fatal(err)
		}
	}
	same(t, "the calls", f.Calls(), list("DELETE "+groups+"/"+r.ID, "DELETE "+groups+"/"+r.ID))
}

func TestAllocationGroupIsMadeOnce(t *testing.T) {
	f := setup(t)
	r := f.Resource("AllocationGroup", "web")
	f.Emulator.Fail(emulator.Fault{Method: "POST", Path: groups, Action: emulator.Drop})
	f.up(r, "create", props{"name": "web", "labels": props{"team": "web"}})
	if items := f.Call(http.MethodGet, groups, nil)["items"].([]any); len(items) != 1 {
		t.Errorf("there are %d groups", len(items))
	}
}

func TestAllocationGroupInputs(t *testing.T) {
	f := setup(t)
	r := f.Resource("AllocationGroup", "web")
	f.refused(r, props{
		"name": " ", "clusterIds": list("one"), "namespaces": list(""), "labels": props{"a": "b"}, "labelFilters": list(
			props{"label": "a"}, props{"label": "a", "operator": "NotEqual"}, props{"label": "a", "operator": "exists", "value": "b"},
			props{"label": ""}, props{"label": "a", "operator": "Like", "value": "b"}),
	}, "name: ", "clusterIds[0]: |UUID", "namespaces[0]: ", "labelFilters: |only one of", "labelFilters[0].value: |Equal needs a value",
		"labelFilters[1].value: |NotEqual needs a value", "labelFilters[2].value: |takes no value", "labelFilters[3].label: ", "labelFilters[3].value: ")
	f.refused(r, props{"labelFilters": list(props{"label": "a", "operator": harness.Unknown}), "nodeLabels": harness.Unknown, "nodeLabelFilters": harness.Unknown})
}
