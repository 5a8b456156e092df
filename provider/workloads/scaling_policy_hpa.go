package workloads

import (
	"strings"

	"github.com/pulumi/pulumi-go-provider/infer"

	"github.com/castai/pulumi-castai/internal/check"
	"github.com/castai/pulumi-castai/internal/wire"
)

// The enumerations of a horizontal pod autoscaler are those of Kubernetes, for
// which the API has names of its own.
type (
	// HpaMetricSource is what a metric is of.
	HpaMetricSource string
	// HpaMetricTargetType is what the value of a target is.
	HpaMetricTargetType string
	// HpaScalingPolicyType is what a scaling policy counts.
	HpaScalingPolicyType string
	// HpaPolicySelect says which of several scaling policies counts.
	HpaPolicySelect string
)

// WireNames implements [wire.Names].
func (HpaMetricSource) WireNames() map[string]any {
	return map[string]any{
		"Resource": "RESOURCE", "ContainerResource": "CONTAINER_RESOURCE", "Pods": "PODS", "Object": "OBJECT", "External": "EXTERNAL",
	}
}

// WireNames implements [wire.Names].
func (HpaMetricTargetType) WireNames() map[string]any {
	return map[string]any{"Utilization": "UTILIZATION", "Value": "VALUE", "AverageValue": "AVERAGE_VALUE"}
}

// WireNames implements [wire.Names].
func (HpaScalingPolicyType) WireNames() map[string]any {
	return map[string]any{"Pods": "PODS_SCALING_POLICY", "Percent": "PERCENT_SCALING_POLICY"}
}

// WireNames implements [wire.Names].
func (HpaPolicySelect) WireNames() map[string]any {
	return map[string]any{
		"Max": "MAX_CHANGE_POLICY_SELECT", "Min": "MIN_CHANGE_POLICY_SELECT", "Disabled": "DISABLED_POLICY_SELECT",
	}
}

// WorkloadScalingPolicyHpaSettings says how workloads are scaled out.
type WorkloadScalingPolicyHpaSettings struct {
	ManagementOption Keyword                      `pulumi:"managementOption" norm:"fold" check:"notblank,known=READ_ONLY|MANAGED"`
	TakeOwnership    bool                         `pulumi:"takeOwnership"`
	NativeHpaSpec    WorkloadScalingPolicyHpaSpec `pulumi:"nativeHpaSpec"`
}

// Annotate describes the properties.
func (x *WorkloadScalingPolicyHpaSettings) Annotate(a infer.Annotator) {
	a.Describe(&x, "How workloads are scaled out: a horizontal pod autoscaler that CAST AI makes for each.")
	a.Describe(&x.ManagementOption, "`MANAGED`: CAST AI makes the autoscalers. `READ_ONLY`: it leaves them alone.")
	a.Describe(&x.TakeOwnership, "Whether CAST AI takes over a horizontal pod autoscaler that a workload has already.")
	a.Describe(&x.NativeHpaSpec, "The autoscaler of each workload, with the names and meanings of `autoscaling/v2` of Kubernetes.")
}

// WorkloadScalingPolicyHpaSpec is a horizontal pod autoscaler.
type WorkloadScalingPolicyHpaSpec struct {
	MinReplicas int                               `pulumi:"minReplicas" check:"min=0"`
	MaxReplicas int                               `pulumi:"maxReplicas" check:"min=1"`
	Metrics     []WorkloadScalingPolicyHpaMetric  `pulumi:"metrics" norm:"set,whole"`
	Behavior    *WorkloadScalingPolicyHpaBehavior `pulumi:"behavior,optional"`
}

// Annotate describes the properties.
func (x *WorkloadScalingPolicyHpaSpec) Annotate(a infer.Annotator) {
	a.Describe(&x, "A horizontal pod autoscaler.")
	a.Describe(&x.MinReplicas, "The least number of pods.")
	a.Describe(&x.MaxReplicas, "The greatest number of pods.")
	a.Describe(&x.Metrics, "What the number of pods follows: the metric that asks for most. Their order does not matter.")
	a.Describe(&x.Behavior, "How fast the number of pods changes. Left out, as Kubernetes does it.")
}

// WorkloadScalingPolicyHpaMetric is a metric and its target.
type WorkloadScalingPolicyHpaMetric struct {
	Type              HpaMetricSource                                  `pulumi:"type" norm:"fold" check:"notblank,known=Resource|ContainerResource|Pods|Object|External"`
	Resource          *WorkloadScalingPolicyHpaMetricResource          `pulumi:"resource,optional"`
	ContainerResource *WorkloadScalingPolicyHpaMetricContainerResource `pulumi:"containerResource,optional"`
	Pods              *WorkloadScalingPolicyHpaMetricNamed             `pulumi:"pods,optional"`
	Object            *WorkloadScalingPolicyHpaMetricObject            `pulumi:"object,optional"`
	External          *WorkloadScalingPolicyHpaMetricNamed             `pulumi:"external,optional"`
}

// Annotate describes the properties.
func (x *WorkloadScalingPolicyHpaMetric) Annotate(a infer.Annotator) {
	a.Describe(&x, "A metric and its target: the property that `type` names is given, and no other.")
	a.Describe(&x.Type, "What the metric is of: `Resource`, `ContainerResource`, `Pods`, `Object` or `External`, in any letter case.")
	a.Describe(&x.Resource, "A resource of all containers of a pod.")
	a.Describe(&x.ContainerResource, "A resource of one container of each pod.")
	a.Describe(&x.Pods, "A metric of each pod.")
	a.Describe(&x.Object, "A metric of one object in the cluster.")
	a.Describe(&x.External, "A metric of something outside the cluster.")
}

// WorkloadScalingPolicyHpaMetricResource is a resource of pods.
type WorkloadScalingPolicyHpaMetricResource struct {
	Name   string                               `pulumi:"name" check:"notblank"`
	Target WorkloadScalingPolicyHpaMetricTarget `pulumi:"target"`
}

const (
	resourceHelp = "The resource: `cpu` or `memory`."
	targetHelp   = "The value to keep the metric at."
)

// Annotate describes the properties.
func (x *WorkloadScalingPolicyHpaMetricResource) Annotate(a infer.Annotator) {
	a.Describe(&x, "A resource of pods, and its target.")
	a.Describe(&x.Name, resourceHelp)
	a.Describe(&x.Target, targetHelp)
}

// WorkloadScalingPolicyHpaMetricContainerResource is a resource of a container.
type WorkloadScalingPolicyHpaMetricContainerResource struct {
	Container string                               `pulumi:"container" check:"notblank"`
	Name      string                               `pulumi:"name" check:"notblank"`
	Target    WorkloadScalingPolicyHpaMetricTarget `pulumi:"target"`
}

// Annotate describes the properties.
func (x *WorkloadScalingPolicyHpaMetricContainerResource) Annotate(a infer.Annotator) {
	a.Describe(&x, "A resource of a container in each pod, and its target.")
	a.Describe(&x.Container, "The name of the container.")
	a.Describe(&x.Name, resourceHelp)
	a.Describe(&x.Target, targetHelp)
}

// WorkloadScalingPolicyHpaMetricNamed is a metric that is known by its name.
type WorkloadScalingPolicyHpaMetricNamed struct {
	Metric WorkloadScalingPolicyHpaMetricIdentifier `pulumi:"metric"`
	Target WorkloadScalingPolicyHpaMetricTarget     `pulumi:"target"`
}

// Annotate describes the properties.
func (x *WorkloadScalingPolicyHpaMetricNamed) Annotate(a infer.Annotator) {
	a.Describe(&x, "A metric that is known by its name, and its target.")
	a.Describe(&x.Metric, "Which metric.")
	a.Describe(&x.Target, targetHelp)
}

// WorkloadScalingPolicyHpaMetricObject is a metric of an object.
type WorkloadScalingPolicyHpaMetricObject struct {
	DescribedObject WorkloadScalingPolicyHpaMetricObjectReference `pulumi:"describedObject"`
	Metric          WorkloadScalingPolicyHpaMetricIdentifier      `pulumi:"metric"`
	Target          WorkloadScalingPolicyHpaMetricTarget          `pulumi:"target"`
}

// Annotate describes the properties.
func (x *WorkloadScalingPolicyHpaMetricObject) Annotate(a infer.Annotator) {
	a.Describe(&x, "A metric of an object in the cluster, and its target.")
	a.Describe(&x.DescribedObject, "The object, in the namespace of the workload.")
	a.Describe(&x.Metric, "Which metric of the object.")
	a.Describe(&x.Target, targetHelp)
}

// WorkloadScalingPolicyHpaMetricObjectReference names an object.
type WorkloadScalingPolicyHpaMetricObjectReference struct {
	APIVersion *string `pulumi:"apiVersion,optional"`
	Kind       *string `pulumi:"kind,optional"`
	Name       *string `pulumi:"name,optional"`
}

// Annotate describes the properties.
func (x *WorkloadScalingPolicyHpaMetricObjectReference) Annotate(a infer.Annotator) {
	a.Describe(&x, "Names an object in the cluster.")
	a.Describe(&x.APIVersion, "The version of its kind, such as `networking.k8s.io/v1`.")
	a.Describe(&x.Kind, "Its kind, such as `Ingress`.")
	a.Describe(&x.Name, "Its name.")
}

// WorkloadScalingPolicyHpaMetricIdentifier names a metric.
type WorkloadScalingPolicyHpaMetricIdentifier struct {
	Name     string            `pulumi:"name" check:"notblank"`
	Selector map[string]string `pulumi:"selector,optional"`
}

// Annotate describes the properties.
func (x *WorkloadScalingPolicyHpaMetricIdentifier) Annotate(a infer.Annotator) {
	a.Describe(&x, "Names a metric.")
	a.Describe(&x.Name, "The name of the metric.")
	a.Describe(&x.Selector, "The labels that series of the metric must have to count. Left out, all count.")
}

// WorkloadScalingPolicyHpaMetricTarget is a value to keep a metric at.
type WorkloadScalingPolicyHpaMetricTarget struct {
	Type  HpaMetricTargetType `pulumi:"type" norm:"fold" check:"notblank,known=Utilization|Value|AverageValue"`
	Value string              `pulumi:"value" norm:"decimal" check:"notblank"`
}

// Annotate describes the properties.
func (x *WorkloadScalingPolicyHpaMetricTarget) Annotate(a infer.Annotator) {
	a.Describe(&x, "A value to keep a metric at.")
	a.Describe(&x.Type, "What the value is: `Utilization`, a percentage of the requests, `Value`, that of the metric as it is, or "+
		"`AverageValue`, that of the metric for each pod. Letter case does not matter.")
	a.Describe(&x.Value, "The value, as text: `80` for 80 %, or a quantity such as `500m` or `2Gi`.")
}

// WorkloadScalingPolicyHpaBehavior says how fast the number of pods changes.
type WorkloadScalingPolicyHpaBehavior struct {
	ScaleUp   *WorkloadScalingPolicyHpaScalingRules `pulumi:"scaleUp,optional"`
	ScaleDown *WorkloadScalingPolicyHpaScalingRules `pulumi:"scaleDown,optional"`
}

// Annotate describes the properties.
func (x *WorkloadScalingPolicyHpaBehavior) Annotate(a infer.Annotator) {
	a.Describe(&x, "How fast the number of pods changes.")
	a.Describe(&x.ScaleUp, "How fast it grows.")
	a.Describe(&x.ScaleDown, "How fast it shrinks.")
}

// WorkloadScalingPolicyHpaScalingRules says how fast the number of pods changes
// in one direction.
type WorkloadScalingPolicyHpaScalingRules struct {
	StabilizationWindowSeconds *int                                    `pulumi:"stabilizationWindowSeconds,optional" norm:"default=auto" check:"min=0"`
	SelectPolicy               *HpaPolicySelect                        `pulumi:"selectPolicy,optional" norm:"fold,default=Max" check:"known=Max|Min|Disabled"`
	Policies                   []WorkloadScalingPolicyHpaScalingPolicy `pulumi:"policies,optional" norm:"set,whole"`
	Tolerance                  *string                                 `pulumi:"tolerance,optional" norm:"decimal" check:"notblank"`
}

// Annotate describes the properties.
func (x *WorkloadScalingPolicyHpaScalingRules) Annotate(a infer.Annotator) {
	a.Describe(&x, "How fast the number of pods changes in one direction.")
	a.Describe(&x.StabilizationWindowSeconds, "How far back, in seconds, what was asked for counts, so that the number does not "+
		"go up and down: 0 to 3600, of which 0 looks at the present only. Left out, Kubernetes chooses: 0 up, 300 down.")
	a.Describe(&x.SelectPolicy, "Which of `policies` counts: `Max`, that which changes most, `Min`, that which changes least, or "+
		"`Disabled`: the number does not change in this direction. Letter case does not matter. Default: `Max`.")
	a.Describe(&x.Policies, "The greatest changes in a period. Their order does not matter. Left out, Kubernetes chooses.")
	a.Describe(&x.Tolerance, "How far from its target a metric may be before the number changes: a fraction as text, such as `0.05`. "+
		"Left out, that of the cluster.")
}

// WorkloadScalingPolicyHpaScalingPolicy is the greatest change in a period.
type WorkloadScalingPolicyHpaScalingPolicy struct {
	Type          HpaScalingPolicyType `pulumi:"type" norm:"fold" check:"notblank,known=Pods|Percent"`
	Value         int                  `pulumi:"value" check:"min=1"`
	PeriodSeconds int                  `pulumi:"periodSeconds" check:"min=1"`
}

// Annotate describes the properties.
func (x *WorkloadScalingPolicyHpaScalingPolicy) Annotate(a infer.Annotator) {
	a.Describe(&x, "The greatest change of the number of pods in a period.")
	a.Describe(&x.Type, "What `value` counts: `Pods`, or `Percent` of those there are. Letter case does not matter.")
	a.Describe(&x.Value, "The greatest change.")
	a.Describe(&x.PeriodSeconds, "The period, in seconds. Kubernetes allows 1 to 1800.")
}

// hpaSources are the properties of a metric, by its type.
var hpaSources = map[HpaMetricSource]string{
	"Resource": "resource", "ContainerResource": "containerResource", "Pods": "pods", "Object": "object", "External": "external",
}

// checkHpa checks what concerns several properties of the autoscaler.
func checkHpa(in *check.Inputs) {
	const spec = "hpaSettings.nativeHpaSpec"
	least, known := in.Number(spec + ".minReplicas")
	if most, alsoKnown := in.Number(spec + ".maxReplicas"); known && alsoKnown && most < least {
		in.Fail(spec+".maxReplicas", "is below minReplicas (%v)", least)
	}
	in.Each(spec+".metrics", func(_ string, metric *check.Inputs) {
		kind, known := metric.String("type")
		for source, property := range hpaSources {
			switch given := metric.Set(property); {
			case known && strings.EqualFold(string(source), kind) && !given:
				metric.Fail(property, "is needed for the type %s", kind)
			case known && !strings.EqualFold(string(source), kind) && given:
				metric.Fail(property, "does not go with the type %s: leave it out, or change the type", kind)
			}
		}
	})
}

// completeHpa gives the metrics of a body the selectors that the API demands.
func completeHpa(body map[string]any) {
	each(wire.Object(wire.Object(body, "hpaSettings"), "nativeHpaSpec"), "metrics", func(metric map[string]any) {
		for _, source := range []string{"pods", "object", "external"} {
			if name := wire.Object(wire.Object(metric, source), "metric"); name != nil && name["selector"] == nil {
				name["selector"] = map[string]any{}
			}
		}
	})
}
