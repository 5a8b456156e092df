package workloads

import (
	"errors"

	"github.com/pulumi/pulumi-go-provider/infer"

	"github.com/castai/pulumi-castai/internal/wire"
)

// A mutation and each of its distribution groups make the same kinds of
// changes; the types of one are named apart from those of the other, as in the
// bridged provider.

// changes are the properties that both have.
type changes struct {
	labels, annotations, nodeSelector, tolerations, affinity, templates, patch any
}

func describeChanges(a infer.Annotator, x changes) {
	a.Describe(x.labels, "Labels that pods get.")
	a.Describe(x.annotations, "Annotations that pods get.")
	a.Describe(x.nodeSelector, "Labels of nodes that pods ask for, or cease to ask for.")
	a.Describe(x.tolerations, "Tolerations that pods get, in order.")
	a.Describe(x.affinity, "Nodes that pods prefer.")
	a.Describe(x.templates, "The names of node templates whose pods are brought together on nodes of one template, in order.")
	a.Describe(x.patch, "A JSON patch (RFC 6902) of the pod, as the JSON text of a list of operations. Layout and the order "+
		"of keys do not matter.")
}

// PodMutationSpotConfig says whether pods run on spot instances. In the API it
// is two fields of the mutation.
type PodMutationSpotConfig struct {
	SpotMode               *Keyword `pulumi:"spotMode,optional" norm:"fold,default=SPOT_TYPE_UNSPECIFIED" check:"known=OPTIONAL_SPOT|PREFERRED_SPOT|USE_ONLY_SPOT"`
	DistributionPercentage *int     `pulumi:"distributionPercentage,optional" check:"min=0,max=100"`
}

// Annotate describes the properties.
func (x *PodMutationSpotConfig) Annotate(a infer.Annotator) {
	a.Describe(&x, "Whether pods run on spot instances.")
	a.Describe(&x.SpotMode, spotModes)
	a.Describe(&x.DistributionPercentage, "The share of the pods, in percent, that this is for. Default: 0.")
}

const spotModes = "`OPTIONAL_SPOT`: pods may run on spot instances. `PREFERRED_SPOT`: they do where there are any. " +
	"`USE_ONLY_SPOT`: they run on nothing else. Letter case does not matter."

// EncodeWire implements [wire.Encoder]. It writes the mode.
func (x PodMutationSpotConfig) EncodeWire() (any, error) {
	if mode := wire.Value(x.SpotMode); mode != "" {
		return mode.EncodeWire()
	}
	return wire.Omitted(unspecifiedSpot), nil
}

const unspecifiedSpot = "SPOT_TYPE_UNSPECIFIED"

// DecodeWire implements [wire.Decoder]. It reads the mode.
func (x *PodMutationSpotConfig) DecodeWire(body any) error {
	mode, ok := body.(string)
	if !ok {
		return errors.New("the answer should hold text here")
	}
	*x = PodMutationSpotConfig{}
	if mode != unspecifiedSpot && mode != "" {
		x.SpotMode = (*Keyword)(&mode)
	}
	return nil
}

// PodMutationPodEviction says whether pods that run already are evicted.
type PodMutationPodEviction struct {
	Enabled bool `pulumi:"enabled"`
}

// Annotate describes the properties.
func (x *PodMutationPodEviction) Annotate(a infer.Annotator) {
	a.Describe(&x, "Whether pods that run already are evicted.")
	a.Describe(&x.Enabled, "Whether they are.")
}

// PodMutationDistributionGroup is a share of the pods.
type PodMutationDistributionGroup struct {
	Name          string                                    `pulumi:"name" check:"notblank"`
	Percentage    int                                       `pulumi:"percentage" check:"min=0,max=100"`
	Configuration PodMutationDistributionGroupConfiguration `pulumi:"configuration" wire:"config"`
}

// Annotate describes the properties.
func (x *PodMutationDistributionGroup) Annotate(a infer.Annotator) {
	a.Describe(&x, "A share of the pods that are changed in a way of their own.")
	a.Describe(&x.Name, "The name, unique in the mutation.")
	a.Describe(&x.Percentage, "The share of the pods, in percent.")
	a.Describe(&x.Configuration, "The changes.")
}

// PodMutationDistributionGroupConfiguration is what changes in a share of the pods.
type PodMutationDistributionGroupConfiguration struct {
	Labels                      map[string]string                                      `pulumi:"labels,optional"`
	Annotations                 map[string]string                                      `pulumi:"annotations,optional"`
	NodeSelector                *PodMutationDistributionGroupConfigurationNodeSelector `pulumi:"nodeSelector,optional"`
	Tolerations                 []PodMutationDistributionGroupConfigurationToleration  `pulumi:"tolerations,optional" norm:"whole"`
	Affinity                    *PodMutationDistributionGroupConfigurationAffinity     `pulumi:"affinity,optional"`
	SpotType                    *Keyword                                               `pulumi:"spotType,optional" norm:"fold,default=SPOT_TYPE_UNSPECIFIED" check:"known=OPTIONAL_SPOT|PREFERRED_SPOT|USE_ONLY_SPOT"`
	NodeTemplatesToConsolidates []string                                               `pulumi:"nodeTemplatesToConsolidates,optional" wire:"nodeTemplatesToConsolidate" check:"notblank"`
	Patch                       *Patch                                                 `pulumi:"patch,optional" norm:"json,default=[]"`
}

// Annotate describes the properties.
func (x *PodMutationDistributionGroupConfiguration) Annotate(a infer.Annotator) {
	a.Describe(&x, "What changes in a share of the pods.")
	describeChanges(a, changes{
		labels: &x.Labels, annotations: &x.Annotations, nodeSelector: &x.NodeSelector, tolerations: &x.Tolerations,
		affinity: &x.Affinity, templates: &x.NodeTemplatesToConsolidates, patch: &x.Patch,
	})
	a.Describe(&x.SpotType, spotModes)
}

// PodMutationNodeSelector changes which nodes pods ask for.
type PodMutationNodeSelector struct {
	Add    map[string]string `pulumi:"add,optional"`
	Remove map[string]string `pulumi:"remove,optional"`
}

// Annotate describes the properties.
func (x *PodMutationNodeSelector) Annotate(a infer.Annotator) {
	a.Describe(&x, "Labels of nodes that pods ask for, or cease to ask for.")
	a.Describe(&x.Add, "Labels that pods ask for.")
	a.Describe(&x.Remove, "Labels that pods cease to ask for. The values may be empty.")
}

// PodMutationToleration is a Kubernetes toleration.
type PodMutationToleration struct {
	Key               *string  `pulumi:"key,optional"`
	Operator          *string  `pulumi:"operator,optional" norm:"default=Equal"`
	Value             *string  `pulumi:"value,optional"`
	Effect            *string  `pulumi:"effect,optional"`
	TolerationSeconds *Seconds `pulumi:"tolerationSeconds,optional" norm:"default=never"`
}

// Annotate describes the properties.
func (x *PodMutationToleration) Annotate(a infer.Annotator) {
	a.Describe(&x, "A Kubernetes toleration.")
	a.Describe(&x.Key, "The key of the taint. Left out, any, with the operator `Exists`.")
	a.Describe(&x.Operator, "`Equal`: the taint has the value. `Exists`: it has any. Default: `Equal`.")
	a.Describe(&x.Value, "The value of the taint.")
	a.Describe(&x.Effect, "`NoSchedule`, `PreferNoSchedule` or `NoExecute`. Left out, any.")
	a.Describe(&x.TolerationSeconds, "How long a pod stays after a taint with the effect `NoExecute` has appeared, in "+
		"seconds. Left out, for ever; 0: not at all.")
}

// PodMutationAffinity says which nodes pods prefer.
type PodMutationAffinity struct {
	NodeAffinity *PodMutationAffinityNodeAffinity `pulumi:"nodeAffinity,optional"`
}

// Annotate describes the properties.
func (x *PodMutationAffinity) Annotate(a infer.Annotator) {
	a.Describe(&x, "Nodes that pods prefer.")
	a.Describe(&x.NodeAffinity, "Nodes that pods prefer by their labels.")
}

// PodMutationAffinityNodeAffinity says which
// nodes pods prefer by their labels.
type PodMutationAffinityNodeAffinity struct {
	PreferredDuringSchedulingIgnoredDuringExecutions []PodMutationAffinityNodeAffinityPreferredDuringSchedulingIgnoredDuringExecution `pulumi:"preferredDuringSchedulingIgnoredDuringExecutions,optional" wire:"preferredDuringSchedulingIgnoredDuringExecution" norm:"whole"`
}

// Annotate describes the properties.
func (x *PodMutationAffinityNodeAffinity) Annotate(a infer.Annotator) {
	a.Describe(&x, "Nodes that pods prefer by their labels.")
	a.Describe(&x.PreferredDuringSchedulingIgnoredDuringExecutions, "The preferences, in order.")
}

// PodMutationAffinityNodeAffinityPreferredDuringSchedulingIgnoredDuringExecution
// is a preference.
type PodMutationAffinityNodeAffinityPreferredDuringSchedulingIgnoredDuringExecution struct {
	Weight     int                                                                                      `pulumi:"weight"`
	Preference PodMutationAffinityNodeAffinityPreferredDuringSchedulingIgnoredDuringExecutionPreference `pulumi:"preference"`
}

// Annotate describes the properties.
func (x *PodMutationAffinityNodeAffinityPreferredDuringSchedulingIgnoredDuringExecution) Annotate(a infer.Annotator) {
	a.Describe(&x, "A preference for nodes.")
	a.Describe(&x.Weight, "How much it counts, 1 to 100 as Kubernetes has it.")
	a.Describe(&x.Preference, "The nodes that are preferred.")
}

// PodMutationAffinityNodeAffinityPreferredDuringSchedulingIgnoredDuringExecutionPreference
// selects nodes.
type PodMutationAffinityNodeAffinityPreferredDuringSchedulingIgnoredDuringExecutionPreference struct {
	MatchExpressions []PodMutationAffinityNodeAffinityPreferredDuringSchedulingIgnoredDuringExecutionPreferenceMatchExpression `pulumi:"matchExpressions,optional" norm:"set,whole"`
}

// Annotate describes the properties.
func (x *PodMutationAffinityNodeAffinityPreferredDuringSchedulingIgnoredDuringExecutionPreference) Annotate(a infer.Annotator) {
	a.Describe(&x, "Selects nodes.")
	a.Describe(&x.MatchExpressions, "Conditions on the labels of nodes, all of which must hold. Their order does not matter.")
}

// PodMutationAffinityNodeAffinityPreferredDuringSchedulingIgnoredDuringExecutionPreferenceMatchExpression
// is a condition on a label of nodes.
type PodMutationAffinityNodeAffinityPreferredDuringSchedulingIgnoredDuringExecutionPreferenceMatchExpression struct {
	Key      string   `pulumi:"key" check:"notblank"`
	Operator string   `pulumi:"operator" check:"notblank"`
	Values   []string `pulumi:"values,optional" norm:"set"`
}

// Annotate describes the properties.
func (x *PodMutationAffinityNodeAffinityPreferredDuringSchedulingIgnoredDuringExecutionPreferenceMatchExpression) Annotate(a infer.Annotator) {
	a.Describe(&x, "A condition on a label of nodes.")
	a.Describe(&x.Key, "The key of the label.")
	a.Describe(&x.Operator, "How the label compares: `In`, `NotIn`, `Exists`, `DoesNotExist`, `Gt` or `Lt`.")
	a.Describe(&x.Values, "The values to compare with. Their order does not matter.")
}

// PodMutationDistributionGroupConfigurationNodeSelector changes which
// nodes pods ask for.
type PodMutationDistributionGroupConfigurationNodeSelector PodMutationNodeSelector

// Annotate describes the properties.
func (x *PodMutationDistributionGroupConfigurationNodeSelector) Annotate(a infer.Annotator) {
	a.Describe(&x, "Labels of nodes that pods ask for, or cease to ask for.")
	a.Describe(&x.Add, "Labels that pods ask for.")
	a.Describe(&x.Remove, "Labels that pods cease to ask for. The values may be empty.")
}

// PodMutationDistributionGroupConfigurationToleration is a Kubernetes toleration.
type PodMutationDistributionGroupConfigurationToleration PodMutationToleration

// Annotate describes the properties.
func (x *PodMutationDistributionGroupConfigurationToleration) Annotate(a infer.Annotator) {
	a.Describe(&x, "A Kubernetes toleration.")
	a.Describe(&x.Key, "The key of the taint. Left out, any, with the operator `Exists`.")
	a.Describe(&x.Operator, "`Equal`: the taint has the value. `Exists`: it has any. Default: `Equal`.")
	a.Describe(&x.Value, "The value of the taint.")
	a.Describe(&x.Effect, "`NoSchedule`, `PreferNoSchedule` or `NoExecute`. Left out, any.")
	a.Describe(&x.TolerationSeconds, "How long a pod stays after a taint with the effect `NoExecute` has appeared, in "+
		"seconds. Left out, for ever; 0: not at all.")
}

// PodMutationDistributionGroupConfigurationAffinity says which nodes pods prefer.
type PodMutationDistributionGroupConfigurationAffinity struct {
	NodeAffinity *PodMutationDistributionGroupConfigurationAffinityNodeAffinity `pulumi:"nodeAffinity,optional"`
}

// Annotate describes the properties.
func (x *PodMutationDistributionGroupConfigurationAffinity) Annotate(a infer.Annotator) {
	a.Describe(&x, "Nodes that pods prefer.")
	a.Describe(&x.NodeAffinity, "Nodes that pods prefer by their labels.")
}

// PodMutationDistributionGroupConfigurationAffinityNodeAffinity says which
// nodes pods prefer by their labels.
type PodMutationDistributionGroupConfigurationAffinityNodeAffinity struct {
	PreferredDuringSchedulingIgnoredDuringExecutions []PodMutationDistributionGroupConfigurationAffinityNodeAffinityPreferredDuringSchedulingIgnoredDuringExecution `pulumi:"preferredDuringSchedulingIgnoredDuringExecutions,optional" wire:"preferredDuringSchedulingIgnoredDuringExecution" norm:"whole"`
}

// Annotate describes the properties.
func (x *PodMutationDistributionGroupConfigurationAffinityNodeAffinity) Annotate(a infer.Annotator) {
	a.Describe(&x, "Nodes that pods prefer by their labels.")
	a.Describe(&x.PreferredDuringSchedulingIgnoredDuringExecutions, "The preferences, in order.")
}

// PodMutationDistributionGroupConfigurationAffinityNodeAffinityPreferredDuringSchedulingIgnoredDuringExecution
// is a preference.
type PodMutationDistributionGroupConfigurationAffinityNodeAffinityPreferredDuringSchedulingIgnoredDuringExecution struct {
	Weight     int                                                                                                                    `pulumi:"weight"`
	Preference PodMutationDistributionGroupConfigurationAffinityNodeAffinityPreferredDuringSchedulingIgnoredDuringExecutionPreference `pulumi:"preference"`
}

// Annotate describes the properties.
func (x *PodMutationDistributionGroupConfigurationAffinityNodeAffinityPreferredDuringSchedulingIgnoredDuringExecution) Annotate(a infer.Annotator) {
	a.Describe(&x, "A preference for nodes.")
	a.Describe(&x.Weight, "How much it counts, 1 to 100 as Kubernetes has it.")
	a.Describe(&x.Preference, "The nodes that are preferred.")
}

// PodMutationDistributionGroupConfigurationAffinityNodeAffinityPreferredDuringSchedulingIgnoredDuringExecutionPreference
// selects nodes.
type PodMutationDistributionGroupConfigurationAffinityNodeAffinityPreferredDuringSchedulingIgnoredDuringExecutionPreference struct {
	MatchExpressions []PodMutationDistributionGroupConfigurationAffinityNodeAffinityPreferredDuringSchedulingIgnoredDuringExecutionPreferenceMatchExpression `pulumi:"matchExpressions,optional" norm:"set,whole"`
}

// Annotate describes the properties.
func (x *PodMutationDistributionGroupConfigurationAffinityNodeAffinityPreferredDuringSchedulingIgnoredDuringExecutionPreference) Annotate(a infer.Annotator) {
	a.Describe(&x, "Selects nodes.")
	a.Describe(&x.MatchExpressions, "Conditions on the labels of nodes, all of which must hold. Their order does not matter.")
}

// PodMutationDistributionGroupConfigurationAffinityNodeAffinityPreferredDuringSchedulingIgnoredDuringExecutionPreferenceMatchExpression
// is a condition on a label of nodes.
type PodMutationDistributionGroupConfigurationAffinityNodeAffinityPreferredDuringSchedulingIgnoredDuringExecutionPreferenceMatchExpression PodMutationAffinityNodeAffinityPreferredDuringSchedulingIgnoredDuringExecutionPreferenceMatchExpression

// Annotate describes the properties.
func (x *PodMutationDistributionGroupConfigurationAffinityNodeAffinityPreferredDuringSchedulingIgnoredDuringExecutionPreferenceMatchExpression) Annotate(a infer.Annotator) {
	a.Describe(&x, "A condition on a label of nodes.")
	a.Describe(&x.Key, "The key of the label.")
	a.Describe(&x.Operator, "How the label compares: `In`, `NotIn`, `Exists`, `DoesNotExist`, `Gt` or `Lt`.")
	a.Describe(&x.Values, "The values to compare with. Their order does not matter.")
}
