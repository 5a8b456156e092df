package cost

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pulumi/pulumi-go-provider/infer"

	"github.com/castai/pulumi-castai/internal/check"
	"github.com/castai/pulumi-castai/internal/wire"
)

func is(a, b string) bool { return strings.EqualFold(a, b) }

// keyword is the value of an enumeration as the API spells it; the program may
// use any letter case.
func keyword(value string, known ...string) string {
	for _, name := range known {
		if is(name, value) {
			return name
		}
	}
	return value
}

// AndOr combines conditions.
type AndOr string

// EncodeWire implements [wire.Encoder]. Cleared, it is what it is by default.
func (x AndOr) EncodeWire() (any, error) {
	if x == "" {
		return "OR", nil
	}
	return strings.ToUpper(string(x)), nil
}

// LabelOperator compares a label.
type LabelOperator string

// EncodeWire implements [wire.Encoder].
func (x LabelOperator) EncodeWire() (any, error) {
	return keyword(string(x), "Equal", "NotEqual", "Exists", "DoesNotExist"), nil
}

// AllocationGroupLabelFilter is a condition on a label.
type AllocationGroupLabelFilter struct {
	Label    string         `pulumi:"label" check:"notblank"`
	Operator *LabelOperator `pulumi:"operator,optional" norm:"fold,default=Equal" check:"known=Equal|NotEqual|Exists|DoesNotExist"`
	Value    *string        `pulumi:"value,optional"`
}

// Annotate describes the condition.
func (x *AllocationGroupLabelFilter) Annotate(a infer.Annotator) {
	a.Describe(&x, "A condition on a label.")
	a.Describe(&x.Label, "The name of the label, such as `app.kubernetes.io/name`.")
	a.Describe(&x.Operator, "`Equal`, `NotEqual`, `Exists` or `DoesNotExist`. Letter case does not matter. Default: `Equal`.")
	a.Describe(&x.Value, "The value to compare with, for `Equal` and `NotEqual`.")
}

// checkLabelFilter checks that a condition has a value where it needs one.
func checkLabelFilter(in *check.Inputs) {
	operator := "Equal"
	if in.Set("operator") {
		operator, _ = in.String("operator") // "" while it is not known
	}
	compares := is(operator, "Equal") || is(operator, "NotEqual")
	switch given := in.Set("value"); {
	case compares && !given:
		in.Fail("value", "the operator %s needs a value", operator)
	case given && (is(operator, "Exists") || is(operator, "DoesNotExist")):
		in.Fail("value", "the operator %s takes no value: leave it out", operator)
	}
}

// EqualLabels are conditions on labels that must have a value each. The API has
// them as a list of conditions of all kinds.
type EqualLabels map[string]string

// EncodeWire implements [wire.Encoder].
func (x EqualLabels) EncodeWire() (any, error) { return x.conditions(), nil }

func (x EqualLabels) conditions() []any {
	list := []any{}
	for _, label := range slices.Sorted(maps.Keys(x)) {
		list = append(list, map[string]any{"label": label, "value": x[label], "operator": "Equal"})
	}
	return list
}

// DecodeWire implements [wire.Decoder]. Conditions that labels with a value each
// cannot express leave it unset: half of them would be another condition.
func (x *EqualLabels) DecodeWire(body any) error {
	*x = nil
	list, ok := body.([]any)
	if !ok {
		return fmt.Errorf("the answer should hold a list here and holds %T", body)
	}
	labels := EqualLabels{}
	for _, item := range list {
		condition := struct {
			Label    string  `pulumi:"label"`
			Operator *string `pulumi:"operator,optional"`
			Value    string  `pulumi:"value"`
		}{}
		object, ok := item.(map[string]any)
		if !ok {
			return fmt.Errorf("the answer should hold an object here and holds %T", item)
		}
		if err := wire.Decode(object, &condition); err != nil {
			return err
		}
		_, twice := labels[condition.Label]
		if twice || condition.Operator != nil && *condition.Operator != "Equal" {
			return nil
		}
		labels[condition.Label] = condition.Value
	}
	*x = labels
	return nil
}
