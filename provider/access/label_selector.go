package access

import (
	"strings"

	"github.com/pulumi/pulumi-go-provider/infer"

	"github.com/castai/pulumi-castai/internal/wire"
)

// SelectorKeyword is a value of an enumeration, which the API has in upper
// case. The program may use any.
type SelectorKeyword string

// unspecified is the keyword of a condition that is none.
const unspecified = "UNSPECIFIED"

// none says whether there is no keyword.
func (k SelectorKeyword) none() bool { return k == "" || strings.EqualFold(string(k), unspecified) }

// EncodeWire implements [wire.Encoder].
func (k SelectorKeyword) EncodeWire() (any, error) {
	if k.none() {
		return unspecified, nil
	}
	return strings.ToUpper(string(k)), nil
}

// OrganizationGroupLabelSelector holds conditions on labels. Its zero value is
// what clears it: the API demands both members.
type OrganizationGroupLabelSelector struct {
	Condition    SelectorKeyword                             `pulumi:"condition" norm:"fold" check:"notblank,known=AND|OR"`
	Requirements []OrganizationGroupLabelSelectorRequirement `pulumi:"requirements" norm:"set,whole"`
}

// Annotate describes the selector.
func (x *OrganizationGroupLabelSelector) Annotate(a infer.Annotator) {
	a.Describe(&x, "Conditions on labels.")
	a.Describe(&x.Condition, "Whether all requirements must be met, `AND`, or one, `OR`. Letter case does not matter.")
	a.Describe(&x.Requirements, "The requirements, in any order.")
}

// EncodeWire implements [wire.Encoder].
func (x OrganizationGroupLabelSelector) EncodeWire() (any, error) { return wire.Create(x) }

// OrganizationGroupLabelSelectorRequirement is a condition on a label.
type OrganizationGroupLabelSelectorRequirement struct {
	Key      string          `pulumi:"key" check:"notblank"`
	Operator SelectorKeyword `pulumi:"operator" norm:"fold" check:"notblank,known=IN|NOT_IN|EXISTS|DOES_NOT_EXIST"`
	Values   []string        `pulumi:"values,optional" norm:"set"`
}

// Annotate describes the requirement.
func (x *OrganizationGroupLabelSelectorRequirement) Annotate(a infer.Annotator) {
	a.Describe(&x, "A condition on a label.")
	a.Describe(&x.Key, "The key of the label.")
	a.Describe(&x.Operator, "How the label compares: `IN` or `NOT_IN` the values, `EXISTS` or `DOES_NOT_EXIST`. Letter case does not "+
		"matter.")
	a.Describe(&x.Values, "The values to compare with; none for `EXISTS` and `DOES_NOT_EXIST`. The order does not matter.")
}
