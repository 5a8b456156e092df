package workloads

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"

	"github.com/pulumi/pulumi-go-provider/infer"

	"github.com/castai/pulumi-castai/internal/api"
	"github.com/castai/pulumi-castai/internal/crud"
	"github.com/castai/pulumi-castai/internal/wire"
)

// WorkloadCustomMetricsDataSource is a Prometheus server that the workload
// autoscaler takes metrics from.
type WorkloadCustomMetricsDataSource struct {
	crud.Resource[WorkloadCustomMetricsDataSourceArgs, WorkloadCustomMetricsDataSourceState]
}

// NewWorkloadCustomMetricsDataSource returns the resource.
func NewWorkloadCustomMetricsDataSource() *WorkloadCustomMetricsDataSource {
	return &WorkloadCustomMetricsDataSource{crud.Resource[WorkloadCustomMetricsDataSourceArgs, WorkloadCustomMetricsDataSourceState]{
		Kind: "workload custom metrics source",
		Path: func(a *WorkloadCustomMetricsDataSourceArgs) string {
			return api.Path("v1", "workload-autoscaling", "clusters", a.ClusterID, "custom-metrics", "configs", "data-sources")
		},
		ImportID:     "<clusterId>/<dataSourceId>",
		List:         &crud.List{Items: "items", Only: true}, // the API has no call for one
		UpdateMethod: http.MethodPatch,
		Body: func(_ *WorkloadCustomMetricsDataSourceArgs, body map[string]any, update bool) error {
			if !update {
				body["type"] = prometheusSource
				return nil
			}
			source := maps.Clone(body)
			clear(body)
			body["dataSource"], body["updateMask"] = source, "name,data"
			return nil
		},
		Fill: func(body map[string]any, s *WorkloadCustomMetricsDataSourceState) { s.kind = wire.Text(body, "type") },
		Echo: echoMetrics,
	}}
}

// prometheusSource is the type of a source that is a Prometheus server. The API
// shows others, and can neither make nor change them.
const prometheusSource = "PROMETHEUS"

// echoMetrics puts the metrics of an answer where a body has them.
func echoMetrics(found map[string]any) map[string]any {
	copied := func(parent map[string]any, name string) map[string]any {
		inner := maps.Clone(wire.Object(parent, name))
		if inner == nil {
			inner = map[string]any{}
		}
		parent[name] = inner
		return inner
	}
	found = maps.Clone(found)
	metrics := copied(copied(copied(found, "data"), "prometheus"), "metrics")
	manual := []any{}
	for _, metric := range manualMetrics(metrics) {
		manual = append(manual, map[string]any{"name": metric.Name, "query": metric.Query})
	}
	metrics["manual"] = manual
	return found
}

// Annotate describes the resource.
func (r *WorkloadCustomMetricsDataSource) Annotate(a infer.Annotator) {
	a.Describe(&r, "A Prometheus server of a cluster that the workload autoscaler takes metrics from, and the metrics it "+
		"takes. Making one does not wait until the server is connected: `status` tells how far that is.\n\n"+
		"## Import\n\nThe import ID is `<clusterId>/<dataSourceId>`.")
	a.AddAlias("workload", "WorkloadCustomMetricsDataSource")
}

// Read fetches the data source, for a refresh or an import.
func (r *WorkloadCustomMetricsDataSource) Read(
	ctx context.Context, req infer.ReadRequest[WorkloadCustomMetricsDataSourceArgs, WorkloadCustomMetricsDataSourceState],
) (infer.ReadResponse[WorkloadCustomMetricsDataSourceArgs, WorkloadCustomMetricsDataSourceState], error) {
	resp, err := r.Resource.Read(ctx, req)
	if kind := resp.State.kind; err == nil && crud.IsImport(ctx) && kind != "" && kind != prometheusSource {
		return infer.ReadResponse[WorkloadCustomMetricsDataSourceArgs, WorkloadCustomMetricsDataSourceState]{}, fmt.Errorf(
			"cannot import the custom metrics data source %s: it is of the type %s, and the API can change those of the type %s alone. "+
				"Leave it to CAST AI", resp.ID, kind, prometheusSource)
	}
	return resp, err
}

// Update changes the data source.
func (r *WorkloadCustomMetricsDataSource) Update(
	ctx context.Context, req infer.UpdateRequest[WorkloadCustomMetricsDataSourceArgs, WorkloadCustomMetricsDataSourceState],
) (infer.UpdateResponse[WorkloadCustomMetricsDataSourceState], error) {
	if !req.State.ManagedByCast && !req.DryRun {
		crud.Warn(ctx, "the custom metrics data source %s comes from an object in the cluster, which may undo this change: "+
			"change that object instead", req.ID)
	}
	return r.Resource.Update(ctx, req)
}

// WorkloadCustomMetricsDataSourceArgs are the inputs of a [WorkloadCustomMetricsDataSource].
type WorkloadCustomMetricsDataSourceArgs struct {
	ClusterID  string                                    `pulumi:"clusterId" provider:"replaceOnChanges" wire:"-" check:"uuid"`
	Name       *string                                   `pulumi:"name,optional" check:"notblank,maxlen=63"`
	Prometheus WorkloadCustomMetricsDataSourcePrometheus `pulumi:"prometheus" wire:"data.prometheus"`
}

// Annotate describes the inputs.
func (x *WorkloadCustomMetricsDataSourceArgs) Annotate(a infer.Annotator) {
	a.Describe(&x.ClusterID, "The ID (UUID) of the cluster. Changing it replaces the source of metrics.")
	a.Describe(&x.Name, "The name, of at most 63 characters. Left out, it is made from the resource's name and seven random "+
		"characters.")
	a.Describe(&x.Prometheus, "The Prometheus server and its metrics.")
}

// WorkloadCustomMetricsDataSourceState are the outputs of a [WorkloadCustomMetricsDataSource].
type WorkloadCustomMetricsDataSourceState struct {
	WorkloadCustomMetricsDataSourceArgs
	Status           string   `pulumi:"status" wire:",changes"`
	KubeResourceName string   `pulumi:"kubeResourceName"`
	ManagedByCast    bool     `pulumi:"managedByCast"`
	Errors           []string `pulumi:"errors,optional" wire:",changes"`
	Warnings         []string `pulumi:"warnings,optional" wire:",changes"`

	kind string // what the last answer says of its type
}

// Annotate describes the outputs.
func (x *WorkloadCustomMetricsDataSourceState) Annotate(a infer.Annotator) {
	a.Describe(&x.Status, "How far the connection is: `CONNECTING`, `CONNECTED`, `SYNCING` or `FAILED`.")
	a.Describe(&x.KubeResourceName, "The name of the object in the cluster that stands for the source of metrics. It stays when "+
		"`name` changes.")
	a.Describe(&x.ManagedByCast, "Whether the source of metrics is managed by CAST AI. Otherwise it comes from an object in the "+
		"cluster, and changes made elsewhere may be undone.")
	a.Describe(&x.Errors, "What is wrong with the source of metrics, in CAST AI's words.")
	a.Describe(&x.Warnings, "What may be wrong with the source of metrics, in CAST AI's words.")
}

// WorkloadCustomMetricsDataSourcePrometheus is a Prometheus server and its metrics.
type WorkloadCustomMetricsDataSourcePrometheus struct {
	URL     string                                            `pulumi:"url" wire:"dataSource.url" check:"url"`
	Timeout *string                                           `pulumi:"timeout,optional" wire:"dataSource.timeout" norm:"duration"`
	Presets []string                                          `pulumi:"presets,optional" wire:"metrics.presets,zero" norm:"set" check:"notblank"`
	Metrics []WorkloadCustomMetricsDataSourcePrometheusMetric `pulumi:"metrics,optional" wire:"metrics.manual,zero" norm:"set"`
}

// Annotate describes the properties.
func (x *WorkloadCustomMetricsDataSourcePrometheus) Annotate(a infer.Annotator) {
	a.Describe(&x, "A Prometheus server and the metrics to take from it.")
	a.Describe(&x.URL, "The address of the server as seen from inside the cluster, such as "+
		"`http://prometheus.monitoring:9090`.")
	a.Describe(&x.Timeout, "How long a query may take, such as `30s`. Left out, the service chooses.")
	a.Describe(&x.Presets, "Sets of metrics that CAST AI has ready, such as `jvm`. Their order does not matter.")
	a.Describe(&x.Metrics, "Metrics of your own. Several may share a name. Their order does not matter.")
}

// DecodeWire implements [wire.Decoder]. An answer has the metrics of the
// program and those of presets in one list.
func (x *WorkloadCustomMetricsDataSourcePrometheus) DecodeWire(body any) error {
	found, ok := body.(map[string]any)
	if !ok {
		return errors.New("the answer should hold an object here")
	}
	type plain WorkloadCustomMetricsDataSourcePrometheus
	if err := wire.Decode(found, (*plain)(x)); err != nil {
		return err
	}
	x.Metrics = manualMetrics(wire.Object(found, "metrics"))
	return nil
}

// manualMetrics are those of an answer that no preset has brought, one for
// each query.
func manualMetrics(metrics map[string]any) []WorkloadCustomMetricsDataSourcePrometheusMetric {
	var manual []WorkloadCustomMetricsDataSourcePrometheusMetric
	each(metrics, "resolved", func(metric map[string]any) {
		name, _ := metric["name"].(string)
		each(metric, "queries", func(query map[string]any) {
			text, _ := query["value"].(string)
			if query["origin"] == "MANUAL" {
				manual = append(manual, WorkloadCustomMetricsDataSourcePrometheusMetric{Name: name, Query: text})
			}
		})
	})
	return manual
}

// WorkloadCustomMetricsDataSourcePrometheusMetric is a metric.
type WorkloadCustomMetricsDataSourcePrometheusMetric struct {
	Name  string `pulumi:"name" check:"notblank"`
	Query string `pulumi:"query" check:"notblank"`
}

// Annotate describes the properties.
func (x *WorkloadCustomMetricsDataSourcePrometheusMetric) Annotate(a infer.Annotator) {
	a.Describe(&x, "A metric to take from a Prometheus server.")
	a.Describe(&x.Name, "The name of the metric.")
	a.Describe(&x.Query, "The query, in PromQL.")
}
