// Package workloads holds the resources of the workload autoscaler and of the
// pod mutator.
package workloads

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/castai/pulumi-castai/internal/wire"
)

// Keyword is a value of an enumeration, which the API has in upper case. The
// program may use any.
type Keyword string

// EncodeWire implements [wire.Encoder]. An empty text is the service's choice.
func (x Keyword) EncodeWire() (any, error) {
	if x == "" {
		return wire.Omitted(""), nil
	}
	return strings.ToUpper(string(x)), nil
}

// is compares in any letter case.
func (x Keyword) is(name string) bool { return strings.EqualFold(string(x), name) }

// Decimal is text holding a number, where the API has the number.
type Decimal string

// EncodeWire implements [wire.Encoder].
func (x Decimal) EncodeWire() (any, error) {
	n, err := strconv.ParseFloat(string(x), 64)
	if err != nil {
		return nil, fmt.Errorf("%q is not a number", string(x))
	}
	return n, nil
}

// Seconds is a number that the API has as text.
type Seconds int

// EncodeWire implements [wire.Encoder].
func (x Seconds) EncodeWire() (any, error) { return strconv.Itoa(int(x)), nil }

// Operator compares labels.
type Operator string

// WireNames implements [wire.Names].
func (Operator) WireNames() map[string]any {
	const prefix = "KUBERNETES_LABEL_SELECTOR_OP_"
	return map[string]any{
		"In": prefix + "IN", "NotIn": prefix + "NOT_IN", "Exists": prefix + "EXISTS", "DoesNotExist": prefix + "DOES_NOT_EXIST",
		"Contains": prefix + "CONTAINS", "Regex": prefix + "REGEX", "unspecified": prefix + "UNSPECIFIED",
	}
}
