package policies

import (
	"strings"

	"github.com/pulumi/pulumi-go-provider/infer"

	"github.com/castai/pulumi-castai/internal/wire"
)

// EvictorAdvancedConfigEvictorAdvancedConfig is a rule of the evictor. The
// bridged provider has its selectors as lists, of which only the first element
// counts; both forms are accepted, and what comes back has the form of the
// program.
type EvictorAdvancedConfigEvictorAdvancedConfig struct {
	PodSelector     *EvictorAdvancedConfigEvictorAdvancedConfigPodSelector   `pulumi:"podSelector,optional"`
	NodeSelector    *EvictorAdvancedConfigEvictorAdvancedConfigNodeSelector  `pulumi:"nodeSelector,optional"`
	PodSelectors    []EvictorAdvancedConfigEvictorAdvancedConfigPodSelector  `pulumi:"podSelectors,optional" wire:"-"`
	NodeSelectors   []EvictorAdvancedConfigEvictorAdvancedConfigNodeSelector `pulumi:"nodeSelectors,optional" wire:"-"`
	Aggressive      *bool                                                    `pulumi:"aggressive,optional" wire:"settings.aggressive.enabled"`
	Disposable      *bool                                                    `pulumi:"disposable,optional" wire:"settings.disposable.enabled"`
	RemovalDisabled *bool                                                    `pulumi:"removalDisabled,optional" wire:"settings.removalDisabled.enabled"`
}

// Annotate describes the properties.
func (x *EvictorAdvancedConfigEvictorAdvancedConfig) Annotate(a infer.Annotator) {
	a.Describe(&x, "A rule of the evictor for the pods and nodes that its selectors fit.")
	a.Describe(&x.PodSelector, "The pods that the rule is for.")
	a.Describe(&x.NodeSelector, "The nodes that the rule is for.")
	a.Describe(&x.PodSelectors, "The pods that the rule is for: a list of at most one element.")
	a.Deprecate(&x.PodSelectors, "Use podSelector.")
	a.Describe(&x.NodeSelectors, "The nodes that the rule is for: a list of at most one element.")
	a.Deprecate(&x.NodeSelectors, "Use nodeSelector.")
	a.Describe(&x.Aggressive, "Whether these pods are evicted although they have no replicas. Default: false.")
	a.Describe(&x.Disposable, "Whether these pods do not keep a node from being removed, and are not moved to another. "+
		"Default: false.")
	a.Describe(&x.RemovalDisabled, "Whether these pods and nodes are left alone. Default: false.")
}

// EncodeWire writes the rule with its one selector of each kind. A setting
// appears only when it is on, and the settings always do.
func (x EvictorAdvancedConfigEvictorAdvancedConfig) EncodeWire() (any, error) {
	if len(x.PodSelectors) > 0 {
		x.PodSelector = &x.PodSelectors[0]
	}
	if len(x.NodeSelectors) > 0 {
		x.NodeSelector = &x.NodeSelectors[0]
	}
	for _, setting := range []**bool{&x.Aggressive, &x.Disposable, &x.RemovalDisabled} {
		if *setting != nil && !**setting {
			*setting = nil
		}
	}
	body, err := wire.Create(x)
	if err != nil {
		return nil, err
	}
	if body["settings"] == nil {
		body["settings"] = map[string]any{}
	}
	return body, nil
}

// like brings the selectors into the form that another rule has.
func (x *EvictorAdvancedConfigEvictorAdvancedConfig) like(other *EvictorAdvancedConfigEvictorAdvancedConfig) {
	if x.PodSelector != nil && len(other.PodSelectors) > 0 {
		x.PodSelectors = []EvictorAdvancedConfigEvictorAdvancedConfigPodSelector{*x.PodSelector}
		x.PodSelector = nil
	}
	if x.NodeSelector != nil && len(other.NodeSelectors) > 0 {
		x.NodeSelectors = []EvictorAdvancedConfigEvictorAdvancedConfigNodeSelector{*x.NodeSelector}
		x.NodeSelector = nil
	}
}

// EvictorAdvancedConfigEvictorAdvancedConfigPodSelector selects pods.
type EvictorAdvancedConfigEvictorAdvancedConfigPodSelector struct {
	Kind             *string                                                                `pulumi:"kind,optional"`
	Namespace        *string                                                                `pulumi:"namespace,optional"`
	ReplicasMin      *int                                                                   `pulumi:"replicasMin,optional" check:"min=0"`
	MatchLabels      map[string]string                                                      `pulumi:"matchLabels,optional" wire:"labelSelector.matchLabels"`
	MatchExpressions []EvictorAdvancedConfigEvictorAdvancedConfigPodSelectorMatchExpression `pulumi:"matchExpressions,optional" wire:"labelSelector.matchExpressions"`
}

// Annotate describes the properties.
func (x *EvictorAdvancedConfigEvictorAdvancedConfigPodSelector) Annotate(a infer.Annotator) {
	a.Describe(&x, "Selects the pods that fit all that is given.")
	a.Describe(&x.Kind, "Only pods of a controller of this kind, such as `Job` or `Deployment`.")
	a.Describe(&x.Namespace, "Only pods in this namespace.")
	a.Describe(&x.ReplicasMin, "Only pods whose controller has at least that many replicas.")
	a.Describe(&x.MatchLabels, "Only pods with all of these labels.")
	a.Describe(&x.MatchExpressions, "Only pods whose labels fit all of these expressions.")
}

// EncodeWire leaves out texts that are empty.
func (x EvictorAdvancedConfigEvictorAdvancedConfigPodSelector) EncodeWire() (any, error) {
	for _, text := range []**string{&x.Kind, &x.Namespace} {
		if *text != nil && **text == "" {
			*text = nil
		}
	}
	return wire.Create(x)
}

// EvictorAdvancedConfigEvictorAdvancedConfigNodeSelector selects nodes.
type EvictorAdvancedConfigEvictorAdvancedConfigNodeSelector struct {
	MatchLabels      map[string]string                                                       `pulumi:"matchLabels,optional" wire:"labelSelector.matchLabels"`
	MatchExpressions []EvictorAdvancedConfigEvictorAdvancedConfigNodeSelectorMatchExpression `pulumi:"matchExpressions,optional" wire:"labelSelector.matchExpressions"`
}

// Annotate describes the properties.
func (x *EvictorAdvancedConfigEvictorAdvancedConfigNodeSelector) Annotate(a infer.Annotator) {
	a.Describe(&x, "Selects the nodes that fit all that is given.")
	a.Describe(&x.MatchLabels, "Only nodes with all of these labels.")
	a.Describe(&x.MatchExpressions, "Only nodes whose labels fit all of these expressions.")
}

// EncodeWire writes a selector of labels even where it is empty: the API wants one.
func (x EvictorAdvancedConfigEvictorAdvancedConfigNodeSelector) EncodeWire() (any, error) {
	body, err := wire.Create(x)
	if err != nil {
		return nil, err
	}
	if body["labelSelector"] == nil {
		body["labelSelector"] = map[string]any{}
	}
	return body, nil
}

// EvictorAdvancedConfigEvictorAdvancedConfigPodSelectorMatchExpression is a
// condition on a label of pods.
type EvictorAdvancedConfigEvictorAdvancedConfigPodSelectorMatchExpression struct {
	Key      string        `pulumi:"key" check:"notblank"`
	Operator LabelOperator `pulumi:"operator" norm:"fold" check:"notblank,known=In|NotIn|Exists|DoesNotExist"`
	Values   []string      `pulumi:"values,optional" norm:"set"`
}

// Annotate describes the properties.
func (x *EvictorAdvancedConfigEvictorAdvancedConfigPodSelectorMatchExpression) Annotate(a infer.Annotator) {
	a.Describe(&x, "A condition on a label of pods.")
	describeExpression(a, &x.Key, &x.Operator, &x.Values)
}

// EvictorAdvancedConfigEvictorAdvancedConfigNodeSelectorMatchExpression is a
// condition on a label of nodes.
type EvictorAdvancedConfigEvictorAdvancedConfigNodeSelectorMatchExpression EvictorAdvancedConfigEvictorAdvancedConfigPodSelectorMatchExpression

// Annotate describes the properties.
func (x *EvictorAdvancedConfigEvictorAdvancedConfigNodeSelectorMatchExpression) Annotate(a infer.Annotator) {
	a.Describe(&x, "A condition on a label of nodes.")
	describeExpression(a, &x.Key, &x.Operator, &x.Values)
}

func describeExpression(a infer.Annotator, key *string, operator *LabelOperator, values *[]string) {
	a.Describe(key, "The key of the label.")
	a.Describe(operator, "How the label compares: `In` or `NotIn` the values, `Exists`, or `DoesNotExist`. Letter case "+
		"does not matter.")
	a.Describe(values, "The values to compare with; none for `Exists` and `DoesNotExist`. The order does not matter.")
}

// LabelOperator says how a label compares.
type LabelOperator string

// EncodeWire writes the operator in the letter case of the API.
func (x LabelOperator) EncodeWire() (any, error) {
	for _, name := range []string{"In", "NotIn", "Exists", "DoesNotExist"} {
		if strings.EqualFold(name, string(x)) {
			return name, nil
		}
	}
	return string(x), nil
}
