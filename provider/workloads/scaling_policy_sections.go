package workloads

import (
	"fmt"

	"github.com/pulumi/pulumi-go-provider/infer"

	"github.com/castai/pulumi-castai/internal/wire"
)

const applyTypes = "`IMMEDIATE`: as soon as it differs enough. `DEFERRED`: when pods restart by themselves."

// AssignmentRules is a list of one element, since the bridged provider has it
// so. The API has the rules alone.
type AssignmentRules []WorkloadScalingPolicyAssignmentRule

// EncodeWire implements [wire.Encoder].
func (x AssignmentRules) EncodeWire() (any, error) {
	rules := []any{}
	for _, element := range x {
		for i, rule := range element.Rules {
			body, err := wire.Create(rule)
			if err != nil {
				return nil, fmt.Errorf("rules[%d]: %w", i, err)
			}
			rules = append(rules, body)
		}
	}
	return rules, nil
}

// DecodeWire implements [wire.Decoder].
func (x *AssignmentRules) DecodeWire(body any) error {
	element := WorkloadScalingPolicyAssignmentRule{}
	if err := wire.Decode(map[string]any{"rules": body}, &element); err != nil {
		return err
	}
	if *x = (AssignmentRules{element}); len(element.Rules) == 0 {
		*x = nil
	}
	return nil
}

// WorkloadScalingPolicyAssignmentRule holds the rules of a policy.
type WorkloadScalingPolicyAssignmentRule struct {
	Rules []WorkloadScalingPolicyAssignmentRuleRule `pulumi:"rules" norm:"whole"`
}

// Annotate describes the properties.
func (x *WorkloadScalingPolicyAssignmentRule) Annotate(a infer.Annotator) {
	a.Describe(&x, "Which workloads a policy is for.")
	a.Describe(&x.Rules, "The rules: a workload that fits one of them is assigned to the policy, unless it fits a policy "+
		"that comes before.")
}

// WorkloadScalingPolicyAssignmentRuleRule selects workloads.
type WorkloadScalingPolicyAssignmentRuleRule struct {
	Namespace *WorkloadScalingPolicyAssignmentRuleRuleNamespace `pulumi:"namespace,optional"`
	Workload  *WorkloadScalingPolicyAssignmentRuleRuleWorkload  `pulumi:"workload,optional"`
}

// Annotate describes the properties.
func (x *WorkloadScalingPolicyAssignmentRuleRule) Annotate(a infer.Annotator) {
	a.Describe(&x, "Selects the workloads that fit all that is given.")
	a.Describe(&x.Namespace, "Only workloads in these namespaces.")
	a.Describe(&x.Workload, "Only workloads like these.")
}

// WorkloadScalingPolicyAssignmentRuleRuleNamespace selects namespaces.
type WorkloadScalingPolicyAssignmentRuleRuleNamespace struct {
	Names             []string                                                           `pulumi:"names,optional" norm:"set" check:"notblank"`
	LabelsExpressions []WorkloadScalingPolicyAssignmentRuleRuleNamespaceLabelsExpression `pulumi:"labelsExpressions,optional" norm:"set,whole"`
}

// Annotate describes the properties.
func (x *WorkloadScalingPolicyAssignmentRuleRuleNamespace) Annotate(a infer.Annotator) {
	a.Describe(&x, "Selects namespaces.")
	a.Describe(&x.Names, "The names of the namespaces. Their order does not matter.")
	a.Describe(&x.LabelsExpressions, "Conditions on the labels of the namespaces. Their order does not matter.")
}

// WorkloadScalingPolicyAssignmentRuleRuleWorkload selects workloads.
type WorkloadScalingPolicyAssignmentRuleRuleWorkload struct {
	Gvks              []string                                                          `pulumi:"gvks,optional" wire:"gvk" norm:"set" check:"notblank"`
	LabelsExpressions []WorkloadScalingPolicyAssignmentRuleRuleWorkloadLabelsExpression `pulumi:"labelsExpressions,optional" norm:"set,whole"`
}

// Annotate describes the properties.
func (x *WorkloadScalingPolicyAssignmentRuleRuleWorkload) Annotate(a infer.Annotator) {
	a.Describe(&x, "Selects workloads.")
	a.Describe(&x.Gvks, "The kinds of workloads, each as `Kind`, `Kind.group` or `Kind.version.group`, such as "+
		"`Deployment`. Their order does not matter.")
	a.Describe(&x.LabelsExpressions, "Conditions on the labels of the workloads. Their order does not matter.")
}

// WorkloadScalingPolicyAssignmentRuleRuleNamespaceLabelsExpression is a
// condition on the labels of namespaces.
type WorkloadScalingPolicyAssignmentRuleRuleNamespaceLabelsExpression struct {
	Key      *string  `pulumi:"key,optional"`
	Operator Operator `pulumi:"operator" norm:"fold" check:"notblank,known=In|NotIn|Exists|DoesNotExist|Contains|Regex"`
	Values   []string `pulumi:"values,optional" norm:"set"`
}

// Annotate describes the properties.
func (x *WorkloadScalingPolicyAssignmentRuleRuleNamespaceLabelsExpression) Annotate(a infer.Annotator) {
	a.Describe(&x, "A condition on the labels of namespaces.")
	describeExpression(a, &x.Key, &x.Operator, &x.Values)
}

// WorkloadScalingPolicyAssignmentRuleRuleWorkloadLabelsExpression is a
// condition on the labels of workloads.
type WorkloadScalingPolicyAssignmentRuleRuleWorkloadLabelsExpression WorkloadScalingPolicyAssignmentRuleRuleNamespaceLabelsExpression

// Annotate describes the properties.
func (x *WorkloadScalingPolicyAssignmentRuleRuleWorkloadLabelsExpression) Annotate(a infer.Annotator) {
	a.Describe(&x, "A condition on the labels of workloads.")
	describeExpression(a, &x.Key, &x.Operator, &x.Values)
}

func describeExpression(a infer.Annotator, key **string, operator *Operator, values *[]string) {
	a.Describe(key, "The key of the label. May be left out for `Contains` and `Regex`, which then look at all labels.")
	a.Describe(operator, "How the label compares: `In` or `NotIn` the values, `Exists`, `DoesNotExist`, `Contains` one of "+
		"the values, or matches a `Regex`. Letter case does not matter.")
	a.Describe(values, "The values to compare with; none for `Exists` and `DoesNotExist`. The order does not matter.")
}

// WorkloadScalingPolicyHpaConverter says how a horizontal pod autoscaler is converted.
type WorkloadScalingPolicyHpaConverter struct {
	Type Keyword `pulumi:"type" norm:"fold" check:"notblank,known=AVERAGE_VALUE_FROM_ORIGINAL_REQUESTS"`
}

// Annotate describes the properties.
func (x *WorkloadScalingPolicyHpaConverter) Annotate(a infer.Annotator) {
	a.Describe(&x, "How horizontal pod autoscalers are converted.")
	a.Describe(&x.Type, "`AVERAGE_VALUE_FROM_ORIGINAL_REQUESTS`: a target that is a percentage of the request becomes an "+
		"amount, computed from the request that the workload itself has.")
}

// WorkloadScalingPolicyStartup says how the start of a pod is treated.
type WorkloadScalingPolicyStartup struct {
	PeriodSeconds           *int                                                 `pulumi:"periodSeconds,optional" wire:",null" check:"min=0"`
	TwoPhaseRecommendations *WorkloadScalingPolicyStartupTwoPhaseRecommendations `pulumi:"twoPhaseRecommendations,optional"`
}

// Annotate describes the properties.
func (x *WorkloadScalingPolicyStartup) Annotate(a infer.Annotator) {
	a.Describe(&x, "How the time just after the start of a pod is treated.")
	a.Describe(&x.PeriodSeconds, "How long a pod takes to start, in seconds: its usage in that time does not count. The "+
		"service allows 120 to 3600.")
	a.Describe(&x.TwoPhaseRecommendations, "Whether a pod gets other requests while it starts.")
}

// WorkloadScalingPolicyStartupTwoPhaseRecommendations says whether a pod gets
// other requests while it starts.
type WorkloadScalingPolicyStartupTwoPhaseRecommendations struct {
	Enabled           bool                                                                  `pulumi:"enabled"`
	RequestsOnStartup *WorkloadScalingPolicyStartupTwoPhaseRecommendationsRequestsOnStartup `pulumi:"requestsOnStartup,optional"`
}

// Annotate describes the properties.
func (x *WorkloadScalingPolicyStartupTwoPhaseRecommendations) Annotate(a infer.Annotator) {
	a.Describe(&x, "Whether a pod gets other requests while it starts.")
	a.Describe(&x.Enabled, "Whether it does.")
	a.Describe(&x.RequestsOnStartup, "The requests while a pod starts. Left out, they are computed.")
}

// WorkloadScalingPolicyStartupTwoPhaseRecommendationsRequestsOnStartup are the
// requests of a pod while it starts.
type WorkloadScalingPolicyStartupTwoPhaseRecommendationsRequestsOnStartup struct {
	CPUCores  *float64 `pulumi:"cpuCores,optional" check:"min=0"`
	MemoryGib *float64 `pulumi:"memoryGib,optional" check:"min=0"`
}

// Annotate describes the properties.
func (x *WorkloadScalingPolicyStartupTwoPhaseRecommendationsRequestsOnStartup) Annotate(a infer.Annotator) {
	a.Describe(&x, "The requests of a pod while it starts.")
	a.Describe(&x.CPUCores, "CPU, in cores.")
	a.Describe(&x.MemoryGib, "Memory, in GiB.")
}

// WorkloadScalingPolicyConfidence says how certain recommendations must be.
type WorkloadScalingPolicyConfidence struct {
	Threshold *float64 `pulumi:"threshold,optional" norm:"default=0.9" check:"min=0,max=1"`
}

// Annotate describes the properties.
func (x *WorkloadScalingPolicyConfidence) Annotate(a infer.Annotator) {
	a.Describe(&x, "How certain recommendations must be.")
	a.Describe(&x.Threshold, "The least confidence, 0 to 1, of a recommendation that is applied. Default: 0.9.")
}

// WorkloadScalingPolicyDownscaling says how lower requests are applied.
type WorkloadScalingPolicyDownscaling struct {
	ApplyType *Keyword `pulumi:"applyType,optional" norm:"fold,default=UNKNOWN" check:"known=IMMEDIATE|DEFERRED"`
}

// Annotate describes the properties.
func (x *WorkloadScalingPolicyDownscaling) Annotate(a infer.Annotator) {
	a.Describe(&x, "How lower requests are applied.")
	a.Describe(&x.ApplyType, applyTypes+" Left out, the policy's own `applyType` holds.")
}

// WorkloadScalingPolicyMemoryEvent says how a recommendation is applied that
// follows a lack of memory.
type WorkloadScalingPolicyMemoryEvent struct {
	ApplyType *Keyword `pulumi:"applyType,optional" norm:"fold,default=IMMEDIATE" check:"known=IMMEDIATE|DEFERRED"`
}

// Annotate describes the properties.
func (x *WorkloadScalingPolicyMemoryEvent) Annotate(a infer.Annotator) {
	a.Describe(&x, "How a recommendation is applied that follows a lack of memory.")
	a.Describe(&x.ApplyType, applyTypes+" Default: `IMMEDIATE`.")
}

// WorkloadScalingPolicyAntiAffinity says how pods that must not share a node
// are treated.
type WorkloadScalingPolicyAntiAffinity struct {
	ConsiderAntiAffinity *bool `pulumi:"considerAntiAffinity,optional" norm:"default=true"`
}

// Annotate describes the properties.
func (x *WorkloadScalingPolicyAntiAffinity) Annotate(a infer.Annotator) {
	a.Describe(&x, "How pods that must not share a node are treated.")
	a.Describe(&x.ConsiderAntiAffinity, "Whether the recommendations for such workloads are deferred, as a restart at once "+
		"could leave their pods without a node. Default: true.")
}

// WorkloadScalingPolicyPredictiveScaling says whether requests follow the load
// that is predicted.
type WorkloadScalingPolicyPredictiveScaling struct {
	CPU *WorkloadScalingPolicyPredictiveScalingCpu `pulumi:"cpu,optional"`
}

// Annotate describes the properties.
func (x *WorkloadScalingPolicyPredictiveScaling) Annotate(a infer.Annotator) {
	a.Describe(&x, "Whether requests follow the load that is predicted.")
	a.Describe(&x.CPU, "Whether CPU requests do.")
}

// WorkloadScalingPolicyPredictiveScalingCpu says whether CPU requests follow
// the load that is predicted.
type WorkloadScalingPolicyPredictiveScalingCpu struct {
	Enabled bool `pulumi:"enabled"`
}

// Annotate describes the properties.
func (x *WorkloadScalingPolicyPredictiveScalingCpu) Annotate(a infer.Annotator) {
	a.Describe(&x, "Whether CPU requests follow the load that is predicted.")
	a.Describe(&x.Enabled, "Whether they do.")
}

// WorkloadScalingPolicyRolloutBehavior says how pods are restarted.
type WorkloadScalingPolicyRolloutBehavior struct {
	Type           *Keyword `pulumi:"type,optional" norm:"fold,default=UNSPECIFIED" check:"known=NO_DISRUPTION|UNSPECIFIED"`
	PreferOneByOne *bool    `pulumi:"preferOneByOne,optional"`
	DelaySeconds   *int     `pulumi:"delaySeconds,optional" check:"min=0"`
}

// Annotate describes the properties.
func (x *WorkloadScalingPolicyRolloutBehavior) Annotate(a infer.Annotator) {
	a.Describe(&x, "How pods are restarted when a recommendation is applied at once.")
	a.Describe(&x.Type, "`NO_DISRUPTION`: a workload of one replica is restarted without a gap in its service. "+
		"`UNSPECIFIED`, the default: as Kubernetes does it.")
	a.Describe(&x.PreferOneByOne, "Whether pods are restarted one after the other. Default: false.")
	a.Describe(&x.DelaySeconds, "How long to wait between two restarts, in seconds. The service allows 0 to 3600. Default: 0.")
}

// WorkloadScalingPolicyJvm says how Java workloads are treated.
type WorkloadScalingPolicyJvm struct {
	AutoInstrument *bool                           `pulumi:"autoInstrument,optional"`
	Memory         *WorkloadScalingPolicyJvmMemory `pulumi:"memory,optional"`
}

// Annotate describes the properties.
func (x *WorkloadScalingPolicyJvm) Annotate(a infer.Annotator) {
	a.Describe(&x, "How Java workloads are treated.")
	a.Describe(&x.AutoInstrument, "Whether CAST AI makes them report their metrics. Default: false.")
	a.Describe(&x.Memory, "How their memory is sized.")
}

// WorkloadScalingPolicyJvmMemory says how the memory of Java workloads is sized.
type WorkloadScalingPolicyJvmMemory struct {
	Optimization *bool `pulumi:"optimization,optional"`
}

// Annotate describes the properties.
func (x *WorkloadScalingPolicyJvmMemory) Annotate(a infer.Annotator) {
	a.Describe(&x, "How the memory of Java workloads is sized.")
	a.Describe(&x.Optimization, "Whether the size of the heap follows the recommendation. Default: false.")
}

// WorkloadScalingPolicyAnomalyDetection says what counts as an anomaly.
type WorkloadScalingPolicyAnomalyDetection struct {
	CPUPressure           *WorkloadScalingPolicyAnomalyDetectionCpuPressure           `pulumi:"cpuPressure,optional"`
	InfiniteMemoryScaling *WorkloadScalingPolicyAnomalyDetectionInfiniteMemoryScaling `pulumi:"infiniteMemoryScaling,optional" wire:",null"`
}

// Annotate describes the properties.
func (x *WorkloadScalingPolicyAnomalyDetection) Annotate(a infer.Annotator) {
	a.Describe(&x, "What counts as an anomaly.")
	a.Describe(&x.CPUPressure, "When a workload lacks CPU. Default: 10 % stall in 50 % of the pods.")
	a.Describe(&x.InfiniteMemoryScaling, "Whether memory that grows without end counts.")
}

// WorkloadScalingPolicyAnomalyDetectionInfiniteMemoryScaling says whether
// memory that grows without end counts as an anomaly.
type WorkloadScalingPolicyAnomalyDetectionInfiniteMemoryScaling struct {
	Enabled bool `pulumi:"enabled"`
}

// Annotate describes the properties.
func (x *WorkloadScalingPolicyAnomalyDetectionInfiniteMemoryScaling) Annotate(a infer.Annotator) {
	a.Describe(&x, "Whether memory that grows without end counts as an anomaly.")
	a.Describe(&x.Enabled, "Whether it does.")
}

// WorkloadScalingPolicyAnomalyDetectionCpuPressure says when a workload lacks CPU.
type WorkloadScalingPolicyAnomalyDetectionCpuPressure struct {
	CPUStallThresholdPercentage float64 `pulumi:"cpuStallThresholdPercentage" norm:"default=10" check:"min=0,max=100"`
	MinPressuredPodPercentage   float64 `pulumi:"minPressuredPodPercentage" norm:"default=50" check:"min=0,max=100"`
}

// Annotate describes the properties.
func (x *WorkloadScalingPolicyAnomalyDetectionCpuPressure) Annotate(a infer.Annotator) {
	a.Describe(&x, "When a workload lacks CPU.")
	a.Describe(&x.CPUStallThresholdPercentage, "How much of the time, in percent, a pod waits for CPU to count as one that "+
		"lacks it.")
	a.Describe(&x.MinPressuredPodPercentage, "How many of the workload's pods, in percent, must lack CPU.")
}

// WorkloadScalingPolicyGpu says how GPU requests are recommended.
type WorkloadScalingPolicyGpu struct {
	ManagementOption Keyword `pulumi:"managementOption" norm:"fold" check:"notblank,known=READ_ONLY|MANAGED"`
}

// Annotate describes the properties.
func (x *WorkloadScalingPolicyGpu) Annotate(a infer.Annotator) {
	a.Describe(&x, "How GPU requests are recommended.")
	a.Describe(&x.ManagementOption, "`MANAGED`: recommendations are computed and applied. `READ_ONLY`: they are computed only.")
}
