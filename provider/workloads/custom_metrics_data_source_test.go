package workloads_test

import (
	"net/http"
	"testing"

	"github.com/castai/pulumi-castai/emulator"
)

const sources = "custom-metrics/configs/data-sources"

func (f *fixture) source(prometheus props) props {
	return props{"clusterId": f.cluster, "name": "Prom", "prometheus": prometheus}
}

func TestMetricSource(t *testing.T) {
	f := setup(t)
	r := f.Resource("WorkloadCustomMetricsDataSource", "p")
	least := f.source(props{"url": "http://prom:9090"})
	r.WantUp("create", least)
	same(t, "the least body", f.Body("POST", sources), props{
		"name": "Prom", "type": "PROMETHEUS", "data": props{"prometheus": props{"dataSource": props{"url": "http://prom:9090"}}}})
	same(t, "the status", r.Output("status"), "CONNECTING")
	same(t, "what it is", list(r.Output("kubeResourceName"), r.Output("managedByCast")), list("prom", true))
	f.settled(r, least)

	metric := func(name, query string) props { return props{"name": name, "query": query} }
	full := f.source(props{"url": "http://prom:9090", "timeout": "10s", "presets": list("jvm"),
		"metrics": list(metric("z", "q3"), metric("m", "q2"), metric("m", "q1"))})
	r.WantUp("update", full)
	same(t, "the full body", f.Body("PATCH", r.ID), props{"updateMask": "name,data", "dataSource": props{"name": "Prom", "data": props{
		"prometheus": props{"dataSource": props{"url": "http://prom:9090", "timeout": "10s"},
			"metrics": props{"presets": list("jvm"), "manual": list(metric("z", "q3"), metric("m", "q2"), metric("m", "q1"))}}}}})
	f.settled(r, full)

	// Only what changed is a difference.
	got := r.WantUp("update", f.source(props{"url": "http://prom:9090", "timeout": "10s", "presets": list("jvm"),
		"metrics": list(metric("m", "q1"), metric("z", "q4"), metric("m", "q2"))}))
	same(t, "the differences", got.Changes, list("prometheus.metrics[0].query"))

	r.WantUp("update", least)
	same(t, "the metrics that are cleared", at(f.Body("PATCH", r.ID), "dataSource", "data", "prometheus", "metrics"),
		props{"presets": list(), "manual": list()})
	f.settled(r, least)

	renamed := with(least, props{"name": "other"})
	r.WantUp("update", renamed)
	same(t, "the object in the cluster", r.Output("kubeResourceName"), "prom")
	same(t, "the timeout of the service", at(f.Body("PATCH", r.ID), "dataSource", "data", "prometheus", "dataSource", "timeout"), "30s")
	f.settled(r, renamed)

	imported := f.Resource("WorkloadCustomMetricsDataSource", "i")
	if err := imported.Import(f.cluster + "/" + r.ID); err != nil {
		t.Fatal(err)
	}
	f.settled(imported, with(renamed, props{"prometheus": imported.Input("prometheus")}))
	refused(t, imported.Import(r.ID), "<clusterId>/<dataSourceId>")
	refused(t, imported.Import(f.cluster+"/none"), "does not exist")

	if err := r.Delete(); err != nil {
		t.Fatal(err)
	}
	f.Reopen()
	if got, err := imported.Refresh(); err != nil || got.Op != "delete" {
		t.Errorf("a refresh finds %s, %v", got.Op, err)
	}
	if err := r.Delete(); err != nil {
		t.Errorf("deleting what is gone: %v", err)
	}
}

func TestMetricSourceShowsDrift(t *testing.T) {
	f := setup(t)
	r := f.Resource("WorkloadCustomMetricsDataSource", "p")
	inputs := f.source(props{"url": "http://prom:9090", "metrics": list(props{"name": "m", "query": "q"})})
	r.WantUp("create", inputs)
	f.Call(http.MethodPatch, f.path(sources, r.ID), props{"updateMask": "name,data", "dataSource": props{"name": "Prom", "data": props{
		"prometheus": props{"dataSource": props{"url": "http://other:9090"}, "metrics": props{"manual": list(props{"name": "m", "query": "other"})}}}}})
	f.Reopen()
	got, err := r.Refresh()
	if err != nil {
		t.Fatal(err)
	}
	same(t, "the differences", got.Changes, list("prometheus.metrics[0].query", "prometheus.url"))
}

// The API shows sources of other types, and can neither make nor change them.
func TestMetricSourceOfAnotherTypeIsNotImported(t *testing.T) {
	f := setup(t)
	f.Emulator.Fail(emulator.Fault{Method: "GET", Path: f.path(sources), Status: 200, Times: -1, Body: `{"items": [{"id": "one", "name": "kubelet",
		"type": "NODE_WORKLOAD", "data": {"nodeWorkload": {"dataSource": {"kubeletPort": 10250, "metricsPath": "/metrics"}}}}]}`})
	refused(t, f.Resource("WorkloadCustomMetricsDataSource", "i").Import(f.cluster+"/one"), "NODE_WORKLOAD", "Leave it to CAST AI")
}

func TestMetricSourceWhoseAnswerIsLost(t *testing.T) {
	f := setup(t)
	f.Emulator.Fail(emulator.Fault{Method: "POST", Path: f.path(sources), Action: emulator.Drop})
	r := f.Resource("WorkloadCustomMetricsDataSource", "p")
	inputs := f.source(props{"url": "http://prom:9090", "presets": list("jvm"), "metrics": list(props{"name": "m", "query": "q"})})
	r.WantUp("create", inputs)
	f.settled(r, inputs)
}

func TestMetricSourceOfTheCluster(t *testing.T) {
	f := setup(t)
	r := f.Resource("WorkloadCustomMetricsDataSource", "p")
	inputs := f.source(props{"url": "http://prom:9090"})
	r.WantUp("create", inputs)
	r.Outputs["managedByCast"] = propertyOf(false)
	r.WantUp("update", f.source(props{"url": "https://prom:9090"}))
	if !f.Warned("comes from an object in the cluster") {
		t.Error("no warning that the change may be undone")
	}
}

func TestMetricSourceChecks(t *testing.T) {
	f := setup(t)
	for name, inputs := range map[string]props{
		"address":  f.source(props{"url": "prom:9090"}),
		"metric":   f.source(props{"url": "http://prom", "metrics": list(props{"name": " ", "query": "q"})}),
		"query":    f.source(props{"url": "http://prom", "metrics": list(props{"name": "m", "query": ""})}),
		"no query": f.source(props{"url": "http://prom", "metrics": list(props{"name": "m"})}),
		"name":     with(f.source(props{"url": "http://prom"}), props{"name": " "}),
	} {
		if _, failures := f.Resource("WorkloadCustomMetricsDataSource", "p").Check(inputs); len(failures) != 1 {
			t.Errorf("%s: refused for %v", name, failures)
		}
	}
}
