package workloads

import (
	"errors"
	"fmt"
	"maps"

	"github.com/pulumi/pulumi-go-provider/infer"

	"github.com/castai/pulumi-castai/internal/check"
	"github.com/castai/pulumi-castai/internal/wire"
)

// CPU and memory have the same properties with other defaults; the types of
// one are named apart from those of the other, as in the bridged provider.

// WorkloadScalingPolicyCpu says how CPU requests are recommended.
type WorkloadScalingPolicyCpu struct {
	Function               *Keyword                                        `pulumi:"function,optional" norm:"fold,default=QUANTILE" check:"known=QUANTILE|MAX"`
	Args                   *Quantile                                       `pulumi:"args,optional"`
	Overhead               *float64                                        `pulumi:"overhead,optional" check:"min=0"`
	ApplyThreshold         *float64                                        `pulumi:"applyThreshold,optional" check:"min=0"`
	ApplyThresholdStrategy *WorkloadScalingPolicyCpuApplyThresholdStrategy `pulumi:"applyThresholdStrategy,optional"`
	LookBackPeriodSeconds  *int                                            `pulumi:"lookBackPeriodSeconds,optional" wire:",null" check:"min=0"`
	Constraints            *WorkloadScalingPolicyCpuConstraints            `pulumi:"constraints,optional"`
	Min                    *float64                                        `pulumi:"min,optional" wire:",null" norm:"default=0.01" check:"min=0"`
	Max                    *float64                                        `pulumi:"max,optional" wire:",null" check:"min=0"`
	Limit                  *WorkloadScalingPolicyCpuLimit                  `pulumi:"limit,optional"`
	ManagementOption       *Keyword                                        `pulumi:"managementOption,optional" norm:"fold,default=UNDEFINED" check:"known=READ_ONLY"`
}

// Annotate describes the properties.
func (x *WorkloadScalingPolicyCpu) Annotate(a infer.Annotator) {
	a.Describe(&x, "How CPU requests are recommended.")
	describeScaling(a, scaling{
		function: &x.Function, args: &x.Args, overhead: &x.Overhead, threshold: &x.ApplyThreshold, strategy: &x.ApplyThresholdStrategy,
		lookBack: &x.LookBackPeriodSeconds, constraints: &x.Constraints, min: &x.Min, max: &x.Max, limit: &x.Limit,
		management: &x.ManagementOption,
	}, "QUANTILE", "0", "0.01", "cores")
}

// DecodeWire implements [wire.Decoder].
func (x *WorkloadScalingPolicyCpu) DecodeWire(body any) error {
	type plain WorkloadScalingPolicyCpu
	return decodeScaling(body, x.Min != nil || x.Max != nil, x.ApplyThreshold != nil, (*plain)(x))
}

// WorkloadScalingPolicyMemory says how memory requests are recommended.
type WorkloadScalingPolicyMemory struct {
	Function               *Keyword                                           `pulumi:"function,optional" norm:"fold,default=MAX" check:"known=QUANTILE|MAX"`
	Args                   *Quantile                                          `pulumi:"args,optional"`
	Overhead               *float64                                           `pulumi:"overhead,optional" norm:"default=0.1" check:"min=0"`
	ApplyThreshold         *float64                                           `pulumi:"applyThreshold,optional" check:"min=0"`
	ApplyThresholdStrategy *WorkloadScalingPolicyMemoryApplyThresholdStrategy `pulumi:"applyThresholdStrategy,optional"`
	LookBackPeriodSeconds  *int                                               `pulumi:"lookBackPeriodSeconds,optional" wire:",null" check:"min=0"`
	Constraints            *WorkloadScalingPolicyMemoryConstraints            `pulumi:"constraints,optional"`
	Min                    *float64                                           `pulumi:"min,optional" wire:",null" norm:"default=10" check:"min=0"`
	Max                    *float64                                           `pulumi:"max,optional" wire:",null" check:"min=0"`
	Limit                  *WorkloadScalingPolicyMemoryLimit                  `pulumi:"limit,optional"`
	ManagementOption       *Keyword                                           `pulumi:"managementOption,optional" norm:"fold,default=UNDEFINED" check:"known=READ_ONLY"`
}

// Annotate describes the properties.
func (x *WorkloadScalingPolicyMemory) Annotate(a infer.Annotator) {
	a.Describe(&x, "How memory requests are recommended.")
	describeScaling(a, scaling{
		function: &x.Function, args: &x.Args, overhead: &x.Overhead, threshold: &x.ApplyThreshold, strategy: &x.ApplyThresholdStrategy,
		lookBack: &x.LookBackPeriodSeconds, constraints: &x.Constraints, min: &x.Min, max: &x.Max, limit: &x.Limit,
		management: &x.ManagementOption,
	}, "MAX", "0.1", "10", "MiB")
}

// DecodeWire implements [wire.Decoder].
func (x *WorkloadScalingPolicyMemory) DecodeWire(body any) error {
	type plain WorkloadScalingPolicyMemory
	return decodeScaling(body, x.Min != nil || x.Max != nil, x.ApplyThreshold != nil, (*plain)(x))
}

// scaling are the properties of CPU or memory.
type scaling struct {
	function, args, overhead, threshold, strategy, lookBack, constraints, min, max, limit, management any
}

func describeScaling(a infer.Annotator, x scaling, function, overhead, least, unit string) {
	a.Describe(x.function, "How usage becomes a recommendation. `QUANTILE`: the quantile in `args`. `MAX`: the greatest "+
		"value. Default: `"+function+"`.")
	a.Describe(x.args, "The quantile, 0 to 1, as text, such as `\"0.8\"`. Needed for `QUANTILE`, and of no use otherwise.")
	a.Describe(x.overhead, "What is added to the recommendation, as a fraction of it: 0.1 for 10 %. The service allows 0 "+
		"to 1. Default: "+overhead+".")
	a.Describe(x.threshold, "How far a recommendation must be from the present request to be applied, as a fraction of it.")
	a.Deprecate(x.threshold, "Use applyThresholdStrategy with the type \"PERCENTAGE\".")
	a.Describe(x.strategy, "How far a recommendation must be from the present request to be applied. Default: 10 % of it.")
	a.Describe(x.lookBack, "How far back usage is looked at, in seconds. The service allows 10800 to 604800 (3 hours to 7 "+
		"days). Default: 86400 (24 hours).")
	a.Describe(x.constraints, "The least and the greatest recommendation.")
	a.Describe(x.min, "The least recommendation, in "+unit+". The service allows no less than "+least+". Default: "+least+".")
	a.Deprecate(x.min, "Use constraints.min.constant.")
	a.Describe(x.max, "The greatest recommendation, in "+unit+". Left out or 0, there is none.")
	a.Deprecate(x.max, "Use constraints.max.constant.")
	a.Describe(x.limit, "How limits follow the requests. Left out, the service chooses.")
	a.Describe(x.management, "`READ_ONLY`: recommendations are computed and not applied, whatever the policy says. Needs a "+
		"workload autoscaler from 0.23.1 on. Left out, the policy's own `managementOption` holds.")
}

// Quantile is a text that the API keeps in a list.
type Quantile string

// EncodeWire implements [wire.Encoder].
func (x Quantile) EncodeWire() (any, error) {
	if x == "" {
		return []any{}, nil
	}
	return []any{string(x)}, nil
}

// DecodeWire implements [wire.Decoder].
func (x *Quantile) DecodeWire(body any) error {
	list, ok := body.([]any)
	if !ok {
		return errors.New("the answer should hold a list here")
	}
	*x = ""
	if len(list) > 0 {
		*x = Quantile(fmt.Sprint(list[0]))
	}
	return nil
}

// completeScaling makes the body of CPU or memory one that the API takes: it
// wants all of this, also where it is the default.
func completeScaling(body map[string]any, function string, overhead, least float64) {
	for name, value := range map[string]any{"function": function, "args": []any{}, "overhead": overhead} {
		if body[name] == nil {
			body[name] = value
		}
	}
	dropZeros(body, "applyThreshold", "min", "max", "lookBackPeriodSeconds")
	dropZeros(wire.Object(body, "limit"), "multiplier")
	if body["applyThresholdStrategy"] == nil {
		percentage := body["applyThreshold"]
		if percentage == nil {
			percentage = 0.1
		}
		body["applyThresholdStrategy"] = map[string]any{"percentageThreshold": map[string]any{"percentage": percentage}}
	}
	body["applyThreshold"] = 0.0 // the strategy says it
	bounds := wire.Object(body, "constraints")
	for name := range bounds {
		for form := range wire.Object(bounds, name) {
			dropZeros(wire.Object(wire.Object(bounds, name), form), "value")
		}
	}
	if dropEmpty(bounds); len(bounds) > 0 {
		body["min"], body["max"] = nil, nil
		return
	}
	delete(body, "constraints")
	if body["min"] == nil {
		body["min"] = least
	}
}

// decodeScaling reads CPU or memory. An answer has bounds and thresholds in an
// old and a new form: the old one is read if the program uses it.
func decodeScaling(body any, oldBounds, oldThreshold bool, into any) error {
	found, ok := body.(map[string]any)
	if !ok {
		return errors.New("the answer should hold an object here")
	}
	found = maps.Clone(found)
	switch {
	case oldBounds:
		delete(found, "constraints")
	case found["constraints"] != nil:
		delete(found, "min")
		delete(found, "max")
	}
	strategy := wire.Object(found, "applyThresholdStrategy")
	switch {
	case len(strategy) == 0:
		delete(found, "applyThresholdStrategy")
	case !oldThreshold:
		delete(found, "applyThreshold")
	case strategy["percentageThreshold"] != nil:
		found["applyThreshold"] = wire.Object(strategy, "percentageThreshold")["percentage"]
		delete(found, "applyThresholdStrategy")
	default:
		delete(found, "applyThreshold") // the threshold is no percentage any more
	}
	return wire.Decode(found, into)
}

// checkScaling checks what concerns several properties of CPU or memory.
func checkScaling(in *check.Inputs, name, defaultFunction string) {
	function, known := in.String(name + ".function")
	if !in.Set(name + ".function") {
		function, known = defaultFunction, true
	}
	switch args := in.Set(name + ".args"); {
	case known && Keyword(function).is("QUANTILE") && !args:
		in.Fail(name+".args", "is needed for the function QUANTILE: give the quantile, such as \"0.8\"")
	case known && Keyword(function).is("MAX") && args:
		in.Warn("%s.args has no effect with the function MAX.", name)
	}
	in.AtMostOne(name+".applyThreshold", name+".applyThresholdStrategy")
	in.AtMostOne(name+".min", name+".constraints")
	in.AtMostOne(name+".max", name+".constraints")
	for _, bound := range []string{".constraints.min", ".constraints.max"} {
		in.AtMostOne(name+bound+".constant", name+bound+".percentageOfOriginal")
	}
	if zero(in, name+".applyThreshold") {
		in.Fail(name+".applyThreshold", "0 is below what the API allows: give 0.01 or more, or leave it out for 0.1")
	}
	for _, least := range []string{".constraints.min.constant", ".min"} {
		if zero(in, name+least) {
			in.Fail(name+least, "0 is below what the API allows: give more, or leave it out for the least there is")
		}
	}
	checkStrategy(in, name+".applyThresholdStrategy")
	limit := name + ".limit"
	kind, known := in.String(limit + ".type")
	switch multiplier := in.Set(limit + ".multiplier"); {
	case known && Keyword(kind).is("MULTIPLIER") && (!multiplier || zero(in, limit+".multiplier")):
		in.Fail(limit+".multiplier", "is needed for the type MULTIPLIER: give 1 or more")
	case known && !Keyword(kind).is("MULTIPLIER") && multiplier:
		in.Warn("%s.multiplier has no effect with the type %s.", limit, kind)
	}
}

// zero says whether a number is given and 0, which stands for none.
func zero(in *check.Inputs, path string) bool {
	n, given := in.Number(path)
	return given && n == 0
}

func checkStrategy(in *check.Inputs, path string) {
	kind, known := in.String(path + ".type")
	if !known {
		return
	}
	needed := map[string][]string{"PERCENTAGE": {"percentage"}, "CUSTOM_ADAPTIVE": {"numerator", "denominator", "exponent"}}
	for name, properties := range needed {
		for _, property := range properties {
			switch set := in.Set(path + "." + property); {
			case Keyword(kind).is(name) && !set:
				in.Fail(path+"."+property, "is needed for the type %s", name)
			case !Keyword(kind).is(name) && set:
				in.Warn("%s.%s has no effect with the type %s.", path, property, kind)
			}
		}
	}
}

// WorkloadScalingPolicyCpuApplyThresholdStrategy says how far a recommendation
// must be from the present request to be applied.
type WorkloadScalingPolicyCpuApplyThresholdStrategy struct {
	Type        Keyword  `pulumi:"type" norm:"fold,default=PERCENTAGE" check:"oneoffold=PERCENTAGE|DEFAULT_ADAPTIVE|CUSTOM_ADAPTIVE"`
	Percentage  *float64 `pulumi:"percentage,optional" norm:"default=0.1" check:"min=0"`
	Numerator   *float64 `pulumi:"numerator,optional" check:"min=0"`
	Denominator *Decimal `pulumi:"denominator,optional" norm:"decimal" check:"decimal,min=0"`
	Exponent    *float64 `pulumi:"exponent,optional" check:"min=0"`
}

// Annotate describes the properties.
func (x *WorkloadScalingPolicyCpuApplyThresholdStrategy) Annotate(a infer.Annotator) {
	a.Describe(&x, "How far a CPU recommendation must be from the present request to be applied.")
	describeStrategy(a, &x.Type, &x.Percentage, &x.Numerator, &x.Denominator, &x.Exponent)
}

func describeStrategy(a infer.Annotator, kind *Keyword, percentage, numerator **float64, denominator **Decimal, exponent **float64) {
	a.Describe(kind, "`PERCENTAGE`: a fraction of the request. `DEFAULT_ADAPTIVE`: a fraction that is the smaller the larger "+
		"the request, as CAST AI chooses. `CUSTOM_ADAPTIVE`: the same with numbers of your own.")
	a.Describe(percentage, "The fraction, for `PERCENTAGE`: 0.1 for 10 %. The service allows 0.01 to 2.5.")
	a.Describe(numerator, "The numerator of the fraction, for `CUSTOM_ADAPTIVE`: the smaller, the more often "+
		"recommendations are applied.")
	a.Describe(denominator, "What is added to the request in the denominator, for `CUSTOM_ADAPTIVE`: a number of 0 or more "+
		"as text, such as `\"0.5\"`.")
	a.Describe(exponent, "The power of the denominator, for `CUSTOM_ADAPTIVE`. The service allows 0 to 1.")
}

// The members of a body that hold the numbers of a strategy.
const (
	percentageThreshold = "percentageThreshold"
	defaultAdaptive     = "defaultAdaptiveThreshold"
	customAdaptive      = "customAdaptiveThreshold"
)

// EncodeWire implements [wire.Encoder].
func (x WorkloadScalingPolicyCpuApplyThresholdStrategy) EncodeWire() (any, error) {
	switch {
	case x.Type.is("PERCENTAGE"):
		return map[string]any{percentageThreshold: map[string]any{"percentage": wire.Value(x.Percentage)}}, nil
	case x.Type.is("DEFAULT_ADAPTIVE"):
		return map[string]any{defaultAdaptive: map[string]any{}}, nil
	case x.Type.is("CUSTOM_ADAPTIVE"):
		denominator, err := wire.Value(x.Denominator).EncodeWire()
		return map[string]any{customAdaptive: map[string]any{
			"numerator": wire.Value(x.Numerator), "denominator": denominator, "exponent": wire.Value(x.Exponent),
		}}, err
	default:
		return nil, fmt.Errorf("there is no strategy of the type %q", string(x.Type))
	}
}

// DecodeWire implements [wire.Decoder]. A strategy of a kind that is not known
// shows its name in the API, in place of the type.
func (x *WorkloadScalingPolicyCpuApplyThresholdStrategy) DecodeWire(body any) error {
	found, ok := body.(map[string]any)
	if !ok {
		return errors.New("the answer should hold an object here")
	}
	*x = WorkloadScalingPolicyCpuApplyThresholdStrategy{}
	for name, value := range found {
		numbers, _ := value.(map[string]any)
		if numbers == nil {
			continue
		}
		if err := wire.Decode(numbers, (*strategyNumbers)(x)); err != nil {
			return err
		}
		switch name {
		case percentageThreshold:
			x.Type = "PERCENTAGE"
		case defaultAdaptive:
			x.Type = "DEFAULT_ADAPTIVE"
		case customAdaptive:
			x.Type = "CUSTOM_ADAPTIVE"
		default:
			x.Type = Keyword(name)
		}
	}
	return nil
}

// strategyNumbers are read without the methods.
type strategyNumbers WorkloadScalingPolicyCpuApplyThresholdStrategy

// WorkloadScalingPolicyMemoryApplyThresholdStrategy says how far a
// recommendation must be from the present request to be applied.
type WorkloadScalingPolicyMemoryApplyThresholdStrategy WorkloadScalingPolicyCpuApplyThresholdStrategy

// Annotate describes the properties.
func (x *WorkloadScalingPolicyMemoryApplyThresholdStrategy) Annotate(a infer.Annotator) {
	a.Describe(&x, "How far a memory recommendation must be from the present request to be applied.")
	describeStrategy(a, &x.Type, &x.Percentage, &x.Numerator, &x.Denominator, &x.Exponent)
}

// EncodeWire implements [wire.Encoder].
func (x WorkloadScalingPolicyMemoryApplyThresholdStrategy) EncodeWire() (any, error) {
	return WorkloadScalingPolicyCpuApplyThresholdStrategy(x).EncodeWire()
}

// DecodeWire implements [wire.Decoder].
func (x *WorkloadScalingPolicyMemoryApplyThresholdStrategy) DecodeWire(body any) error {
	return (*WorkloadScalingPolicyCpuApplyThresholdStrategy)(x).DecodeWire(body)
}

// WorkloadScalingPolicyCpuConstraints bounds CPU recommendations.
type WorkloadScalingPolicyCpuConstraints struct {
	Min *WorkloadScalingPolicyCpuConstraintsMin `pulumi:"min,optional"`
	Max *WorkloadScalingPolicyCpuConstraintsMax `pulumi:"max,optional"`
}

// Annotate describes the properties.
func (x *WorkloadScalingPolicyCpuConstraints) Annotate(a infer.Annotator) {
	a.Describe(&x, "The least and the greatest CPU recommendation.")
	a.Describe(&x.Min, "The least recommendation. Default: 0.01 cores.")
	a.Describe(&x.Max, "The greatest recommendation. Left out, there is none.")
}

// WorkloadScalingPolicyCpuConstraintsMin is the least CPU recommendation.
type WorkloadScalingPolicyCpuConstraintsMin struct {
	Constant             *float64 `pulumi:"constant,optional" wire:"constant.value" norm:"default=0.01" check:"min=0"`
	PercentageOfOriginal *float64 `pulumi:"percentageOfOriginal,optional" wire:"percentageOfOriginal.value" check:"min=0"`
}

// Annotate describes the properties.
func (x *WorkloadScalingPolicyCpuConstraintsMin) Annotate(a infer.Annotator) {
	a.Describe(&x, "The least CPU recommendation: one of the properties.")
	describeBound(a, &x.Constant, &x.PercentageOfOriginal, "cores. The service allows no less than 0.01")
}

// WorkloadScalingPolicyCpuConstraintsMax is the greatest CPU recommendation.
type WorkloadScalingPolicyCpuConstraintsMax struct {
	Constant             *float64 `pulumi:"constant,optional" wire:"constant.value" check:"min=0"`
	PercentageOfOriginal *float64 `pulumi:"percentageOfOriginal,optional" wire:"percentageOfOriginal.value" check:"min=0"`
}

// Annotate describes the properties.
func (x *WorkloadScalingPolicyCpuConstraintsMax) Annotate(a infer.Annotator) {
	a.Describe(&x, "The greatest CPU recommendation: one of the properties.")
	describeBound(a, &x.Constant, &x.PercentageOfOriginal, "cores")
}

// WorkloadScalingPolicyMemoryConstraints bounds memory recommendations.
type WorkloadScalingPolicyMemoryConstraints struct {
	Min *WorkloadScalingPolicyMemoryConstraintsMin `pulumi:"min,optional"`
	Max *WorkloadScalingPolicyMemoryConstraintsMax `pulumi:"max,optional"`
}

// Annotate describes the properties.
func (x *WorkloadScalingPolicyMemoryConstraints) Annotate(a infer.Annotator) {
	a.Describe(&x, "The least and the greatest memory recommendation.")
	a.Describe(&x.Min, "The least recommendation. Default: 10 MiB.")
	a.Describe(&x.Max, "The greatest recommendation. Left out, there is none.")
}

// WorkloadScalingPolicyMemoryConstraintsMin is the least memory recommendation.
type WorkloadScalingPolicyMemoryConstraintsMin struct {
	Constant             *float64 `pulumi:"constant,optional" wire:"constant.value" norm:"default=10" check:"min=0"`
	PercentageOfOriginal *float64 `pulumi:"percentageOfOriginal,optional" wire:"percentageOfOriginal.value" check:"min=0"`
}

// Annotate describes the properties.
func (x *WorkloadScalingPolicyMemoryConstraintsMin) Annotate(a infer.Annotator) {
	a.Describe(&x, "The least memory recommendation: one of the properties.")
	describeBound(a, &x.Constant, &x.PercentageOfOriginal, "MiB. The service allows no less than 10")
}

// WorkloadScalingPolicyMemoryConstraintsMax is the greatest memory recommendation.
type WorkloadScalingPolicyMemoryConstraintsMax struct {
	Constant             *float64 `pulumi:"constant,optional" wire:"constant.value" check:"min=0"`
	PercentageOfOriginal *float64 `pulumi:"percentageOfOriginal,optional" wire:"percentageOfOriginal.value" check:"min=0"`
}

// Annotate describes the properties.
func (x *WorkloadScalingPolicyMemoryConstraintsMax) Annotate(a infer.Annotator) {
	a.Describe(&x, "The greatest memory recommendation: one of the properties.")
	describeBound(a, &x.Constant, &x.PercentageOfOriginal, "MiB")
}

func describeBound(a infer.Annotator, constant, percentage **float64, unit string) {
	a.Describe(constant, "A fixed amount, in "+unit+". 0 stands for none.")
	a.Describe(percentage, "A percentage of the request that the workload itself has: 150 for 150 %.")
}

// WorkloadScalingPolicyCpuLimit says how CPU limits follow the requests.
type WorkloadScalingPolicyCpuLimit struct {
	Type                Keyword  `pulumi:"type" norm:"fold" check:"notblank,known=MULTIPLIER|KEEP_LIMITS|NO_LIMIT|MAINTAIN_RATIO"`
	Multiplier          *float64 `pulumi:"multiplier,optional" check:"min=0"`
	OnlyIfOriginalExist *bool    `pulumi:"onlyIfOriginalExist,optional"`
	OnlyIfOriginalLower *bool    `pulumi:"onlyIfOriginalLower,optional"`
}

// Annotate describes the properties.
func (x *WorkloadScalingPolicyCpuLimit) Annotate(a infer.Annotator) {
	a.Describe(&x, "How CPU limits follow the requests.")
	describeLimit(a, &x.Type, &x.Multiplier, &x.OnlyIfOriginalExist, &x.OnlyIfOriginalLower)
}

// WorkloadScalingPolicyMemoryLimit says how memory limits follow the requests.
type WorkloadScalingPolicyMemoryLimit WorkloadScalingPolicyCpuLimit

// Annotate describes the properties.
func (x *WorkloadScalingPolicyMemoryLimit) Annotate(a infer.Annotator) {
	a.Describe(&x, "How memory limits follow the requests.")
	describeLimit(a, &x.Type, &x.Multiplier, &x.OnlyIfOriginalExist, &x.OnlyIfOriginalLower)
}

func describeLimit(a infer.Annotator, kind *Keyword, multiplier **float64, exist, lower **bool) {
	a.Describe(kind, "`MULTIPLIER`: a multiple of the request. `KEEP_LIMITS`: as they are. `NO_LIMIT`: none. "+
		"`MAINTAIN_RATIO`: in the ratio to the request that the workload itself has.")
	a.Describe(multiplier, "The factor, for `MULTIPLIER`. The service allows 1 and more.")
	a.Describe(exist, "Whether workloads without a limit stay without one. Default: false.")
	a.Describe(lower, "Whether a limit changes only if that of the workload itself is lower. Default: false.")
}
