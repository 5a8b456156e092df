package workloads

import (
	"errors"

	"github.com/pulumi/pulumi-go-provider/infer"

	"github.com/castai/pulumi-castai/internal/wire"
)

// PodMutationFilterV2 says which pods are changed. The API has the properties
// of both parts side by side.
type PodMutationFilterV2 struct {
	Workload      *PodMutationFilterV2Workload `pulumi:"workload,optional"`
	Pod           *PodMutationFilterV2Pod      `pulumi:"pod,optional"`
	CelExpression *string                      `pulumi:"celExpression,optional"`
}

// Annotate describes the properties.
func (x *PodMutationFilterV2) Annotate(a infer.Annotator) {
	a.Describe(&x, "Which pods are changed.")
	a.Describe(&x.Workload, "Only pods of these workloads.")
	a.Describe(&x.Pod, "Only these pods.")
	a.Describe(&x.CelExpression, "Only pods for which this expression, in the Common Expression Language, is true.")
}

// EncodeWire implements [wire.Encoder].
func (x PodMutationFilterV2) EncodeWire() (any, error) {
	body, err := wire.Create(x.Workload)
	if err != nil {
		return nil, err
	}
	pod, err := wire.Create(x.Pod)
	if err != nil {
		return nil, err
	}
	for name, value := range pod {
		body[name] = value
	}
	for name, value := range body {
		if list, ok := value.([]any); ok && len(list) == 0 {
			delete(body, name) // no filter
		}
	}
	if x.CelExpression != nil {
		body["celExpression"] = *x.CelExpression
	}
	return body, nil
}

// DecodeWire implements [wire.Decoder].
func (x *PodMutationFilterV2) DecodeWire(body any) error {
	found, ok := body.(map[string]any)
	if !ok {
		return errors.New("the answer should hold an object here")
	}
	*x = PodMutationFilterV2{Workload: &PodMutationFilterV2Workload{}, Pod: &PodMutationFilterV2Pod{}}
	expression, _ := found["celExpression"].(string)
	if expression != "" {
		x.CelExpression = &expression
	}
	return errors.Join(wire.Decode(found, x.Workload), wire.Decode(found, x.Pod))
}

// PodMutationFilterV2Workload selects workloads.
type PodMutationFilterV2Workload struct {
	Names             []PodMutationFilterV2WorkloadName             `pulumi:"names,optional" norm:"set"`
	Namespaces        []PodMutationFilterV2WorkloadNamespace        `pulumi:"namespaces,optional" norm:"set"`
	Kinds             []PodMutationFilterV2WorkloadKind             `pulumi:"kinds,optional" norm:"set"`
	ExcludeNames      []PodMutationFilterV2WorkloadExcludeName      `pulumi:"excludeNames,optional" norm:"set"`
	ExcludeNamespaces []PodMutationFilterV2WorkloadExcludeNamespace `pulumi:"excludeNamespaces,optional" norm:"set"`
	ExcludeKinds      []PodMutationFilterV2WorkloadExcludeKind      `pulumi:"excludeKinds,optional" norm:"set"`
}

// Annotate describes the properties.
func (x *PodMutationFilterV2Workload) Annotate(a infer.Annotator) {
	a.Describe(&x, "Selects workloads. In no list does the order matter.")
	a.Describe(&x.Names, "Only workloads with one of these names.")
	a.Describe(&x.Namespaces, "Only workloads in one of these namespaces.")
	a.Describe(&x.Kinds, "Only workloads of one of these kinds, such as `Deployment`.")
	a.Describe(&x.ExcludeNames, "No workloads with one of these names.")
	a.Describe(&x.ExcludeNamespaces, "No workloads in one of these namespaces.")
	a.Describe(&x.ExcludeKinds, "No workloads of one of these kinds.")
}

// PodMutationFilterV2Pod selects pods.
type PodMutationFilterV2Pod struct {
	LabelsFilter             *PodMutationFilterV2PodLabelsFilter             `pulumi:"labelsFilter,optional" wire:"labels"`
	ExcludeLabelsFilter      *PodMutationFilterV2PodExcludeLabelsFilter      `pulumi:"excludeLabelsFilter,optional" wire:"excludeLabels"`
	TolerationsFilter        *PodMutationFilterV2PodTolerationsFilter        `pulumi:"tolerationsFilter,optional" wire:"tolerations"`
	ExcludeTolerationsFilter *PodMutationFilterV2PodExcludeTolerationsFilter `pulumi:"excludeTolerationsFilter,optional" wire:"excludeTolerations"`
}

// Annotate describes the properties.
func (x *PodMutationFilterV2Pod) Annotate(a infer.Annotator) {
	a.Describe(&x, "Selects pods.")
	a.Describe(&x.LabelsFilter, "Only pods with these labels.")
	a.Describe(&x.ExcludeLabelsFilter, "No pods with these labels.")
	a.Describe(&x.TolerationsFilter, "Only pods with these tolerations.")
	a.Describe(&x.ExcludeTolerationsFilter, "No pods with these tolerations.")
}

// The texts of a workload or pod are compared with many kinds of matchers,
// which differ in name only.

func describeMatcher(a infer.Annotator, self any, what string, kind *Keyword, value *string) {
	a.Describe(self, "Compares "+what+".")
	a.Describe(kind, "`EXACT`: equals the value. `REGEX`: matches the value, a regular expression. Letter case does not "+
		"matter here.")
	a.Describe(value, "The value to compare with.")
}

// PodMutationFilterV2WorkloadName compares the name of a workload.
type PodMutationFilterV2WorkloadName struct {
	Type  Keyword `pulumi:"type" norm:"fold" check:"notblank,known=EXACT|REGEX"`
	Value string  `pulumi:"value"`
}

// Annotate describes the properties.
func (x *PodMutationFilterV2WorkloadName) Annotate(a infer.Annotator) {
	describeMatcher(a, &x, "the name of a workload", &x.Type, &x.Value)
}

// PodMutationFilterV2WorkloadNamespace compares the namespace of a workload.
type PodMutationFilterV2WorkloadNamespace PodMutationFilterV2WorkloadName

// Annotate describes the properties.
func (x *PodMutationFilterV2WorkloadNamespace) Annotate(a infer.Annotator) {
	describeMatcher(a, &x, "the namespace of a workload", &x.Type, &x.Value)
}

// PodMutationFilterV2WorkloadKind compares the kind of a workload.
type PodMutationFilterV2WorkloadKind PodMutationFilterV2WorkloadName

// Annotate describes the properties.
func (x *PodMutationFilterV2WorkloadKind) Annotate(a infer.Annotator) {
	describeMatcher(a, &x, "the kind of a workload", &x.Type, &x.Value)
}

// PodMutationFilterV2WorkloadExcludeName compares the name of a workload.
type PodMutationFilterV2WorkloadExcludeName PodMutationFilterV2WorkloadName

// Annotate describes the properties.
func (x *PodMutationFilterV2WorkloadExcludeName) Annotate(a infer.Annotator) {
	describeMatcher(a, &x, "the name of a workload", &x.Type, &x.Value)
}

// PodMutationFilterV2WorkloadExcludeNamespace compares
// the namespace of a workload.
type PodMutationFilterV2WorkloadExcludeNamespace PodMutationFilterV2WorkloadName

// Annotate describes the properties.
func (x *PodMutationFilterV2WorkloadExcludeNamespace) Annotate(a infer.Annotator) {
	describeMatcher(a, &x, "the namespace of a workload", &x.Type, &x.Value)
}

// PodMutationFilterV2WorkloadExcludeKind compares the kind of a workload.
type PodMutationFilterV2WorkloadExcludeKind PodMutationFilterV2WorkloadName

// Annotate describes the properties.
func (x *PodMutationFilterV2WorkloadExcludeKind) Annotate(a infer.Annotator) {
	describeMatcher(a, &x, "the kind of a workload", &x.Type, &x.Value)
}

// PodMutationFilterV2PodLabelsFilter selects pods by their labels.
type PodMutationFilterV2PodLabelsFilter struct {
	Operator Keyword                                     `pulumi:"operator" norm:"fold" check:"notblank,known=AND|OR"`
	Matchers []PodMutationFilterV2PodLabelsFilterMatcher `pulumi:"matchers" norm:"set,whole"`
}

// Annotate describes the properties.
func (x *PodMutationFilterV2PodLabelsFilter) Annotate(a infer.Annotator) {
	a.Describe(&x, "Selects pods by their labels.")
	a.Describe(&x.Operator, "`AND`: a pod fits all of the matchers. `OR`: it fits one. Letter case does not matter.")
	a.Describe(&x.Matchers, "What to look for. The order does not matter.")
}

// PodMutationFilterV2PodLabelsFilterMatcher is what to look for in a label.
type PodMutationFilterV2PodLabelsFilterMatcher struct {
	Key   PodMutationFilterV2PodLabelsFilterMatcherKey    `pulumi:"key"`
	Value *PodMutationFilterV2PodLabelsFilterMatcherValue `pulumi:"value,optional"`
}

// Annotate describes the properties.
func (x *PodMutationFilterV2PodLabelsFilterMatcher) Annotate(a infer.Annotator) {
	a.Describe(&x, "What to look for in a label.")
	a.Describe(&x.Key, "The key of the label.")
	a.Describe(&x.Value, "The value of the label. Left out, any.")
}

// PodMutationFilterV2PodLabelsFilterMatcherKey compares the key of a label.
type PodMutationFilterV2PodLabelsFilterMatcherKey PodMutationFilterV2WorkloadName

// Annotate describes the properties.
func (x *PodMutationFilterV2PodLabelsFilterMatcherKey) Annotate(a infer.Annotator) {
	describeMatcher(a, &x, "the key of a label", &x.Type, &x.Value)
}

// PodMutationFilterV2PodLabelsFilterMatcherValue compares the value of a label.
type PodMutationFilterV2PodLabelsFilterMatcherValue PodMutationFilterV2WorkloadName

// Annotate describes the properties.
func (x *PodMutationFilterV2PodLabelsFilterMatcherValue) Annotate(a infer.Annotator) {
	describeMatcher(a, &x, "the value of a label", &x.Type, &x.Value)
}

// PodMutationFilterV2PodExcludeLabelsFilter selects pods by their labels.
type PodMutationFilterV2PodExcludeLabelsFilter struct {
	Operator Keyword                                            `pulumi:"operator" norm:"fold" check:"notblank,known=AND|OR"`
	Matchers []PodMutationFilterV2PodExcludeLabelsFilterMatcher `pulumi:"matchers" norm:"set,whole"`
}

// Annotate describes the properties.
func (x *PodMutationFilterV2PodExcludeLabelsFilter) Annotate(a infer.Annotator) {
	a.Describe(&x, "Selects pods by their labels.")
	a.Describe(&x.Operator, "`AND`: a pod fits all of the matchers. `OR`: it fits one. Letter case does not matter.")
	a.Describe(&x.Matchers, "What to look for. The order does not matter.")
}

// PodMutationFilterV2PodExcludeLabelsFilterMatcher is what to look for in a label.
type PodMutationFilterV2PodExcludeLabelsFilterMatcher struct {
	Key   PodMutationFilterV2PodExcludeLabelsFilterMatcherKey    `pulumi:"key"`
	Value *PodMutationFilterV2PodExcludeLabelsFilterMatcherValue `pulumi:"value,optional"`
}

// Annotate describes the properties.
func (x *PodMutationFilterV2PodExcludeLabelsFilterMatcher) Annotate(a infer.Annotator) {
	a.Describe(&x, "What to look for in a label.")
	a.Describe(&x.Key, "The key of the label.")
	a.Describe(&x.Value, "The value of the label. Left out, any.")
}

// PodMutationFilterV2PodExcludeLabelsFilterMatcherKey compares
// the key of a label.
type PodMutationFilterV2PodExcludeLabelsFilterMatcherKey PodMutationFilterV2WorkloadName

// Annotate describes the properties.
func (x *PodMutationFilterV2PodExcludeLabelsFilterMatcherKey) Annotate(a infer.Annotator) {
	describeMatcher(a, &x, "the key of a label", &x.Type, &x.Value)
}

// PodMutationFilterV2PodExcludeLabelsFilterMatcherValue compares
// the value of a label.
type PodMutationFilterV2PodExcludeLabelsFilterMatcherValue PodMutationFilterV2WorkloadName

// Annotate describes the properties.
func (x *PodMutationFilterV2PodExcludeLabelsFilterMatcherValue) Annotate(a infer.Annotator) {
	describeMatcher(a, &x, "the value of a label", &x.Type, &x.Value)
}

// PodMutationFilterV2PodTolerationsFilter selects pods by their tolerations.
type PodMutationFilterV2PodTolerationsFilter struct {
	Operator Keyword                                          `pulumi:"operator" norm:"fold" check:"notblank,known=AND|OR"`
	Matchers []PodMutationFilterV2PodTolerationsFilterMatcher `pulumi:"matchers" norm:"set,whole"`
}

// Annotate describes the properties.
func (x *PodMutationFilterV2PodTolerationsFilter) Annotate(a infer.Annotator) {
	a.Describe(&x, "Selects pods by their tolerations.")
	a.Describe(&x.Operator, "`AND`: a pod fits all of the matchers. `OR`: it fits one. Letter case does not matter.")
	a.Describe(&x.Matchers, "What to look for. The order does not matter.")
}

// PodMutationFilterV2PodTolerationsFilterMatcher is what to look for in a toleration.
type PodMutationFilterV2PodTolerationsFilterMatcher struct {
	Key      PodMutationFilterV2PodTolerationsFilterMatcherKey       `pulumi:"key"`
	Operator *PodMutationFilterV2PodTolerationsFilterMatcherOperator `pulumi:"operator,optional"`
	Value    *PodMutationFilterV2PodTolerationsFilterMatcherValue    `pulumi:"value,optional"`
}

// Annotate describes the properties.
func (x *PodMutationFilterV2PodTolerationsFilterMatcher) Annotate(a infer.Annotator) {
	a.Describe(&x, "What to look for in a toleration.")
	a.Describe(&x.Key, "The key of the toleration.")
	a.Describe(&x.Operator, "The operator of the toleration. Left out, any.")
	a.Describe(&x.Value, "The value of the toleration. Left out, any.")
}

// PodMutationFilterV2PodTolerationsFilterMatcherKey compares
// the key of a toleration.
type PodMutationFilterV2PodTolerationsFilterMatcherKey PodMutationFilterV2WorkloadName

// Annotate describes the properties.
func (x *PodMutationFilterV2PodTolerationsFilterMatcherKey) Annotate(a infer.Annotator) {
	describeMatcher(a, &x, "the key of a toleration", &x.Type, &x.Value)
}

// PodMutationFilterV2PodTolerationsFilterMatcherOperator compares
// the operator of a toleration.
type PodMutationFilterV2PodTolerationsFilterMatcherOperator PodMutationFilterV2WorkloadName

// Annotate describes the properties.
func (x *PodMutationFilterV2PodTolerationsFilterMatcherOperator) Annotate(a infer.Annotator) {
	describeMatcher(a, &x, "the operator of a toleration", &x.Type, &x.Value)
}

// PodMutationFilterV2PodTolerationsFilterMatcherValue compares
// the value of a toleration.
type PodMutationFilterV2PodTolerationsFilterMatcherValue PodMutationFilterV2WorkloadName

// Annotate describes the properties.
func (x *PodMutationFilterV2PodTolerationsFilterMatcherValue) Annotate(a infer.Annotator) {
	describeMatcher(a, &x, "the value of a toleration", &x.Type, &x.Value)
}

// PodMutationFilterV2PodExcludeTolerationsFilter selects pods by their tolerations.
type PodMutationFilterV2PodExcludeTolerationsFilter struct {
	Operator Keyword                                                 `pulumi:"operator" norm:"fold" check:"notblank,known=AND|OR"`
	Matchers []PodMutationFilterV2PodExcludeTolerationsFilterMatcher `pulumi:"matchers" norm:"set,whole"`
}

// Annotate describes the properties.
func (x *PodMutationFilterV2PodExcludeTolerationsFilter) Annotate(a infer.Annotator) {
	a.Describe(&x, "Selects pods by their tolerations.")
	a.Describe(&x.Operator, "`AND`: a pod fits all of the matchers. `OR`: it fits one. Letter case does not matter.")
	a.Describe(&x.Matchers, "What to look for. The order does not matter.")
}

// PodMutationFilterV2PodExcludeTolerationsFilterMatcher is what to look for in a toleration.
type PodMutationFilterV2PodExcludeTolerationsFilterMatcher struct {
	Key      PodMutationFilterV2PodExcludeTolerationsFilterMatcherKey       `pulumi:"key"`
	Operator *PodMutationFilterV2PodExcludeTolerationsFilterMatcherOperator `pulumi:"operator,optional"`
	Value    *PodMutationFilterV2PodExcludeTolerationsFilterMatcherValue    `pulumi:"value,optional"`
}

// Annotate describes the properties.
func (x *PodMutationFilterV2PodExcludeTolerationsFilterMatcher) Annotate(a infer.Annotator) {
	a.Describe(&x, "What to look for in a toleration.")
	a.Describe(&x.Key, "The key of the toleration.")
	a.Describe(&x.Operator, "The operator of the toleration. Left out, any.")
	a.Describe(&x.Value, "The value of the toleration. Left out, any.")
}

// PodMutationFilterV2PodExcludeTolerationsFilterMatcherKey compares
// the key of a toleration.
type PodMutationFilterV2PodExcludeTolerationsFilterMatcherKey PodMutationFilterV2WorkloadName

// Annotate describes the properties.
func (x *PodMutationFilterV2PodExcludeTolerationsFilterMatcherKey) Annotate(a infer.Annotator) {
	describeMatcher(a, &x, "the key of a toleration", &x.Type, &x.Value)
}

// PodMutationFilterV2PodExcludeTolerationsFilterMatcherOperator compares
// the operator of a toleration.
type PodMutationFilterV2PodExcludeTolerationsFilterMatcherOperator PodMutationFilterV2WorkloadName

// Annotate describes the properties.
func (x *PodMutationFilterV2PodExcludeTolerationsFilterMatcherOperator) Annotate(a infer.Annotator) {
	describeMatcher(a, &x, "the operator of a toleration", &x.Type, &x.Value)
}

// PodMutationFilterV2PodExcludeTolerationsFilterMatcherValue compares
// the value of a toleration.
type PodMutationFilterV2PodExcludeTolerationsFilterMatcherValue PodMutationFilterV2WorkloadName

// Annotate describes the properties.
func (x *PodMutationFilterV2PodExcludeTolerationsFilterMatcherValue) Annotate(a infer.Annotator) {
	describeMatcher(a, &x, "the value of a toleration", &x.Type, &x.Value)
}
