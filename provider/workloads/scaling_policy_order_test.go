package workloads_test

import (
	"net/http"
	"testing"

	"github.com/castai/pulumi-castai/emulator"
	"github.com/castai/pulumi-castai/internal/harness"
)

// order is a cluster with two policies besides its own.
type order struct {
	*fixture
	a, b, builtin, readonly string
}

func setupOrder(t *testing.T) *order {
	t.Helper()
	o := &order{fixture: setup(t)}
	for name, id := range map[string]*string{"aa": &o.a, "bb": &o.b} {
		r := o.Resource("WorkloadScalingPolicy", name)
		r.WantUp("create", o.least(name))
		*id = r.ID
	}
	found, err := o.Invoke("getWorkloadScalingPolicies", props{"clusterId": o.cluster})
	if err != nil {
		t.Fatal(err)
	}
	o.builtin, _ = at(found, "policiesByName", "default").(string)
	o.readonly, _ = at(found, "policiesByName", "readonly").(string)
	o.Forget()
	return o
}

func (o *order) inputs(ids ...any) props {
	return props{"clusterId": o.cluster, "policyIds": list(ids...)}
}

func (o *order) wantOrder(ids ...any) {
	o.T.Helper()
	o.Reopen()
	got, err := o.Invoke("getWorkloadScalingPolicyOrder", props{"clusterId": o.cluster})
	if err != nil {
		o.T.Fatal(err)
	}
	same(o.T, "the order", got, props{"id": o.cluster, "clusterId": o.cluster, "policyIds": ids})
}

func TestOrder(t *testing.T) {
	o := setupOrder(t)
	r := o.Resource("WorkloadScalingPolicyOrder", "order")
	r.WantUp("create", o.inputs(o.b, o.a))
	same(t, "the body", o.Body("PUT", "/policies/order"), props{"policyIds": list(o.b, o.a, o.builtin, o.readonly)})
	same(t, "the ID", r.ID, o.cluster)
	o.wantOrder(o.b, o.a, o.builtin, o.readonly)
	o.settled(r, o.inputs(o.b, o.a))

	// What others add, and where, is no difference.
	extra := o.Resource("WorkloadScalingPolicy", "extra")
	extra.WantUp("create", o.least("extra"))
	o.Call(http.MethodPut, o.path("policies", "order"), props{"policyIds": list(extra.ID, o.b, o.readonly, o.a)})
	o.settled(r, o.inputs(o.b, o.a))

	// Another order of what is on the list is one.
	o.Call(http.MethodPut, o.path("policies", "order"), props{"policyIds": list(o.a, o.b)})
	o.Reopen()
	if got, err := r.Refresh(); err != nil || got.Op != "update" {
		t.Errorf("a refresh finds %s, %v", got.Op, err)
	}
	r.WantUp("update", o.inputs(o.b, o.builtin, o.a))
	o.wantOrder(o.b, o.builtin, o.a, extra.ID, o.readonly)
	o.settled(r, o.inputs(o.b, o.builtin, o.a))

	// A policy that is gone is a difference too.
	o.Call(http.MethodDelete, o.path("policies", o.a), nil)
	o.Reopen()
	if got, err := r.Refresh(); err != nil || got.Op != "update" {
		t.Errorf("a refresh finds %s, %v", got.Op, err)
	}
	_, err := r.Up(o.inputs(o.b, o.builtin, o.a))
	refused(t, err, "cannot set the order", "policyIds", o.a)

	o.Forget()
	if err := r.Delete(); err != nil || len(o.Calls()) > 0 {
		t.Errorf("deleting calls %v, %v", o.Calls(), err)
	}
	if !o.Warned("keep the order") {
		t.Error("no warning that the order stays")
	}
}

func TestOrderIsImported(t *testing.T) {
	o := setupOrder(t)
	r := o.Resource("WorkloadScalingPolicyOrder", "order")
	if err := r.Import(o.cluster); err != nil {
		t.Fatal(err)
	}
	current, err := o.Invoke("getWorkloadScalingPolicyOrder", props{"clusterId": o.cluster})
	if err != nil {
		t.Fatal(err)
	}
	same(t, "the order", r.Input("policyIds"), current["policyIds"])
	o.settled(r, props{"clusterId": o.cluster, "policyIds": current["policyIds"]})
	refused(t, r.Import("order"), "<clusterId>")
	refused(t, o.Resource("WorkloadScalingPolicyOrder", "none").Import(missing), "does not exist")
}

func TestOrderThatIsRefused(t *testing.T) {
	o := setupOrder(t)
	r := o.Resource("WorkloadScalingPolicyOrder", "order")
	o.Emulator.Fail(emulator.Fault{Method: "PUT", Path: o.path("policies", "order"), Status: 422, Body: `{"message":"not in that order"}`})
	_, err := r.Up(o.inputs(o.b, o.a))
	refused(t, err, "cannot set the order", "not in that order")
	if r.ID != "" {
		t.Error("the order counts as set")
	}
	o.Emulator.Fail(emulator.Fault{Method: "GET", Path: o.path("policies"), Status: 400})
	_, err = r.Up(o.inputs(o.b, o.a))
	refused(t, err, "cannot set the order")

	r.WantUp("create", o.inputs(o.b, o.a))
	o.Emulator.Fail(emulator.Fault{Method: "GET", Path: o.path("policies"), Status: 400, Times: 2})
	o.Reopen()
	_, err = r.Refresh()
	refused(t, err, "cannot read the order", o.cluster)
	_, err = o.Invoke("getWorkloadScalingPolicies", props{"clusterId": o.cluster})
	refused(t, err, "cannot list", o.cluster)
	o.Emulator.Fail(emulator.Fault{Method: "GET", Path: o.path("policies"), Status: 200, Body: `{"items":[{"name":"x"}]}`})
	_, err = o.Invoke("getWorkloadScalingPolicyOrder", props{"clusterId": o.cluster})
	refused(t, err, "has no ID")

	for _, inputs := range []props{o.inputs(o.a, o.a), o.inputs("x"), {"clusterId": "x", "policyIds": list()}} {
		if _, failures := r.Check(inputs); len(failures) != 1 {
			t.Errorf("%v is refused for %v", inputs, failures)
		}
	}
	if _, failures := r.Check(o.inputs(harness.Unknown, harness.Unknown)); len(failures) > 0 {
		t.Errorf("policies that are not known are refused: %v", failures)
	}
}

func TestOrderOfAClusterThatIsGone(t *testing.T) {
	o := setupOrder(t)
	r := o.Resource("WorkloadScalingPolicyOrder", "order")
	r.WantUp("create", o.inputs(o.b, o.a))
	o.Call(http.MethodDelete, "/v1/kubernetes/external-clusters/"+o.cluster, nil)
	o.Reopen()
	if got, err := r.Refresh(); err != nil || got.Op != "delete" {
		t.Errorf("a refresh finds %s, %v", got.Op, err)
	}
}

func TestPolicies(t *testing.T) {
	o := setupOrder(t)
	got, err := o.Invoke("getWorkloadScalingPolicies", props{"clusterId": o.cluster})
	if err != nil {
		t.Fatal(err)
	}
	same(t, "the first policy", at(got, "policies", 0), props{
		"id": o.builtin, "name": "default", "isDefault": true, "isReadonly": false, "isCastware": false})
	same(t, "the second policy", at(got, "policies", 1), props{
		"id": o.readonly, "name": "readonly", "isDefault": false, "isReadonly": true, "isCastware": true})
	same(t, "the names", got["policiesByName"], props{"default": o.builtin, "readonly": o.readonly, "aa": o.a, "bb": o.b})
	same(t, "the cluster", list(got["id"], got["clusterId"]), list(o.cluster, o.cluster))
	_, err = o.Invoke("getWorkloadScalingPolicies", props{"clusterId": missing})
	refused(t, err, "cannot list", missing, "404")
}
