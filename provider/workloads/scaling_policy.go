package workloads

import (
	"context"
	"fmt"
	"maps"

	"github.com/google/uuid"
	"github.com/pulumi/pulumi-go-provider/infer"

	"github.com/castai/pulumi-castai/internal/api"
	"github.com/castai/pulumi-castai/internal/check"
	"github.com/castai/pulumi-castai/internal/crud"
	"github.com/castai/pulumi-castai/internal/wire"
)

// WorkloadScalingPolicy says how the workload autoscaler sizes workloads.
type WorkloadScalingPolicy struct {
	crud.Resource[WorkloadScalingPolicyArgs, WorkloadScalingPolicyState]
}

// NewWorkloadScalingPolicy returns the resource.
func NewWorkloadScalingPolicy() *WorkloadScalingPolicy {
	return &WorkloadScalingPolicy{crud.Resource[WorkloadScalingPolicyArgs, WorkloadScalingPolicyState]{
		Kind:     "workload scaling policy",
		Path:     func(a *WorkloadScalingPolicyArgs) string { return scalingPolicies(a.ClusterID) },
		ImportID: "<clusterId>/<policyId>",
		List:     &crud.List{Items: "items"},
		Body:     scalingPolicyBody,
		Forget:   forgetOtherForms,
		Keep:     keepUndescribed,
		Echo:     echoScalingPolicy,
		Guard:    builtin,
	}}
}

func scalingPolicies(cluster string) string {
	return api.Path("v1", "workload-autoscaling", "clusters", cluster, "policies")
}

// builtin says why a policy is not the program's to delete; nothing if it is.
func builtin(s *WorkloadScalingPolicyState) string {
	switch {
	case s.IsDefault:
		return "it is the cluster's default policy, which every cluster has; it keeps the settings it has now"
	case s.IsReadonly || s.IsCastware:
		return "it belongs to CAST AI, and every cluster has it"
	default:
		return ""
	}
}

// Annotate describes the resource.
func (r *WorkloadScalingPolicy) Annotate(a infer.Annotator) {
	a.Describe(&r, "A policy of the workload autoscaler: how the CPU and memory requests that it recommends for workloads "+
		"are computed, bounded and applied, and which workloads the policy is for. Several policies are tried in the order "+
		"that `WorkloadScalingPolicyOrder` sets.\n\n"+
		"Every cluster has policies from the start: a default one, and read-only ones of CAST AI. A resource with the name "+
		"of one of them adopts it instead of making one, and leaves it in place, as it then is, when it is deleted. "+
		"Read-only policies are never changed.\n\n"+
		"Properties left out are the service's to choose: it fills in defaults, which show in the outputs and never "+
		"as a difference.\n\n"+
		"## Import\n\nThe import ID is `<clusterId>/<policyId>`. The name of the policy may stand in place of its ID.")
	a.AddAlias("workload", "WorkloadScalingPolicy")
}

// Create makes a policy, or adopts one that the cluster has from the start.
func (r *WorkloadScalingPolicy) Create(
	ctx context.Context, req infer.CreateRequest[WorkloadScalingPolicyArgs],
) (infer.CreateResponse[WorkloadScalingPolicyState], error) {
	resp, err := r.Resource.Create(ctx, req)
	a := &req.Inputs
	if !api.IsConflict(err) || a.Name == nil {
		return resp, err
	}
	found, listing := r.Find(ctx, a, "name", *a.Name)
	if listing != nil {
		return resp, fmt.Errorf("%w\nThe policies of the cluster cannot be listed either: %w", err, listing)
	}
	id, _ := found["id"].(string)
	isDefault, _ := found["isDefault"].(bool)
	isReadonly, _ := found["isReadonly"].(bool)
	isCastware, _ := found["isCastware"].(bool)
	switch {
	case isReadonly || isCastware:
		crud.Warn(ctx, "the workload scaling policy %q (%s) belongs to CAST AI: it is adopted as it is, and the program's "+
			"settings have no effect on it", *a.Name, id)
		return r.Take(*a, found)
	case isDefault:
		return r.Adopt(ctx, *a, found)
	default:
		return resp, err
	}
}

// Read fetches the policy.
func (r *WorkloadScalingPolicy) Read(
	ctx context.Context, req infer.ReadRequest[WorkloadScalingPolicyArgs, WorkloadScalingPolicyState],
) (infer.ReadResponse[WorkloadScalingPolicyArgs, WorkloadScalingPolicyState], error) {
	if crud.IsImport(ctx) {
		var a WorkloadScalingPolicyArgs
		name, err := crud.ParseImportID(r.ImportID, req.ID, &a)
		if err == nil && uuid.Validate(name) != nil {
			found, err := r.Find(ctx, &a, "name", name)
			if err != nil && !api.IsNotFound(err) {
				return infer.ReadResponse[WorkloadScalingPolicyArgs, WorkloadScalingPolicyState]{},
					fmt.Errorf("cannot look up the workload scaling policy %q: %w", name, err)
			}
			id, _ := found["id"].(string)
			if id == "" {
				return infer.ReadResponse[WorkloadScalingPolicyArgs, WorkloadScalingPolicyState]{}, nil
			}
			req.ID = a.ClusterID + "/" + id
		}
	}
	return r.Resource.Read(ctx, req)
}

// Delete removes the policy, unless it is not the program's. What the state
// says of that may be old.
func (r *WorkloadScalingPolicy) Delete(
	ctx context.Context, req infer.DeleteRequest[WorkloadScalingPolicyState],
) (infer.DeleteResponse, error) {
	body, err := crud.Get(ctx, scalingPolicies(req.State.ClusterID)+api.Path(req.ID))
	if api.IsNotFound(err) {
		return infer.DeleteResponse{}, nil
	}
	if err != nil {
		return infer.DeleteResponse{}, fmt.Errorf("cannot delete workload scaling policy %s: %w", req.ID, err)
	}
	for name, flag := range map[string]*bool{
		"isDefault": &req.State.IsDefault, "isReadonly": &req.State.IsReadonly, "isCastware": &req.State.IsCastware,
	} {
		*flag, _ = body[name].(bool)
	}
	return r.Resource.Delete(ctx, req)
}

// scalingPolicyBody completes a body with what the API wants to be told even
// where it is the default.
func scalingPolicyBody(a *WorkloadScalingPolicyArgs, body map[string]any, update bool) error {
	policies := wire.Object(body, "recommendationPolicies")
	policies["applyType"] = body["applyType"] // required, and used nowhere
	completeScaling(wire.Object(policies, "cpu"), "QUANTILE", 0, 0.01)
	completeScaling(wire.Object(policies, "memory"), "MAX", 0.1, 10)
	dropZeros(wire.Object(policies, "startup"), "periodSeconds")
	for name := range policies {
		if section := wire.Object(policies, name); section != nil && name != "cpu" && name != "memory" {
			if dropEmpty(section); len(section) == 0 {
				delete(policies, name)
			}
		}
	}
	if update && policies["confidence"] == nil {
		policies["confidence"] = map[string]any{"threshold": 0.9}
	}
	each(body, "assignmentRules", func(rule map[string]any) {
		for _, matcher := range []string{"namespace", "workload"} {
			each(wire.Object(rule, matcher), "labelsExpressions", func(expression map[string]any) {
				if expression["values"] == nil {
					expression["values"] = []any{}
				}
			})
		}
	})
	completeHpa(body)
	return nil
}

// forgetOtherForms drops bounds and thresholds that the last outputs have in
// another form than the inputs.
func forgetOtherForms(a *WorkloadScalingPolicyArgs, s *WorkloadScalingPolicyState) {
	cpu, memory := &s.CPU, &s.Memory
	if a.CPU.Min != nil || a.CPU.Max != nil {
		cpu.Constraints = nil
	}
	if a.Memory.Min != nil || a.Memory.Max != nil {
		memory.Constraints = nil
	}
	if a.CPU.Constraints != nil {
		cpu.Min, cpu.Max = nil, nil
	}
	if a.Memory.Constraints != nil {
		memory.Min, memory.Max = nil, nil
	}
	if a.CPU.ApplyThreshold != nil {
		cpu.ApplyThresholdStrategy = nil
	}
	if a.Memory.ApplyThreshold != nil {
		memory.ApplyThresholdStrategy = nil
	}
	if a.CPU.ApplyThresholdStrategy != nil {
		cpu.ApplyThreshold = nil
	}
	if a.Memory.ApplyThresholdStrategy != nil {
		memory.ApplyThreshold = nil
	}
}

// keepUndescribed keeps an update from wiping settings that neither the program
// nor the state knows and that others may have made.
func keepUndescribed(current, body map[string]any) {
	// keep leaves out what the program has dropped, which is null.
	keep := func(from, to map[string]any, names ...string) {
		for _, name := range names {
			switch value, given := to[name]; {
			case given && value == nil:
				delete(to, name)
			case !given && from[name] != nil:
				to[name] = from[name]
			}
		}
	}
	keep(current, body, "hpaSettings", "isOpsPilot")
	from, to := wire.Object(current, "recommendationPolicies"), wire.Object(body, "recommendationPolicies")
	keep(from, to, "gpu")
	if detection, given := to["anomalyDetection"]; !given || detection != nil {
		inner := wire.Object(to, "anomalyDetection")
		if inner == nil {
			inner = map[string]any{}
		}
		keep(wire.Object(from, "anomalyDetection"), inner, "infiniteMemoryScaling")
		to["anomalyDetection"] = inner
	}
	if len(wire.Object(to, "anomalyDetection")) == 0 {
		delete(to, "anomalyDetection")
	}
}

// echoScalingPolicy takes the mirrored threshold out of an answer, for which 0
// is sent.
func echoScalingPolicy(found map[string]any) map[string]any {
	policies := maps.Clone(wire.Object(found, "recommendationPolicies"))
	for _, name := range []string{"cpu", "memory"} {
		resource := maps.Clone(wire.Object(policies, name))
		delete(resource, "applyThreshold")
		policies[name] = resource
	}
	found = maps.Clone(found)
	found["recommendationPolicies"] = policies
	return found
}

// CheckInputs checks what concerns several inputs.
func (r *WorkloadScalingPolicy) CheckInputs(in *check.Inputs) {
	checkScaling(in, "cpu", "QUANTILE")
	checkScaling(in, "memory", "MAX")
	checkHpa(in)
	if n, ok := in.Len("assignmentRules"); ok && n > 1 {
		in.Fail("assignmentRules[1]", "is one list of rules too many: put all rules into the first element")
	}
	in.Each("assignmentRules[0].rules", func(path string, rule *check.Inputs) {
		if !rule.Set("namespace") && !rule.Set("workload") {
			rule.Warn("%s selects nothing in particular: it may assign every workload of the cluster to the policy", path)
		}
	})
}

// WorkloadScalingPolicyArgs are the inputs of a [WorkloadScalingPolicy].
type WorkloadScalingPolicyArgs struct {
	ClusterID          string                                  `pulumi:"clusterId" provider:"replaceOnChanges" wire:"-" check:"uuid"`
	Name               *string                                 `pulumi:"name,optional" check:"minlen=2,maxlen=63"`
	ApplyType          Keyword                                 `pulumi:"applyType" norm:"fold" check:"notblank,known=IMMEDIATE|DEFERRED"`
	ManagementOption   Keyword                                 `pulumi:"managementOption" wire:"recommendationPolicies.managementOption" norm:"fold" check:"notblank,known=READ_ONLY|MANAGED"`
	CPU                WorkloadScalingPolicyCpu                `pulumi:"cpu" wire:"recommendationPolicies.cpu"`
	Memory             WorkloadScalingPolicyMemory             `pulumi:"memory" wire:"recommendationPolicies.memory"`
	AssignmentRules    AssignmentRules                         `pulumi:"assignmentRules,optional"`
	ExcludedContainers []string                                `pulumi:"excludedContainers,optional" wire:"recommendationPolicies.excludedContainers,zero" norm:"set" check:"notblank"`
	HpaConverters      []WorkloadScalingPolicyHpaConverter     `pulumi:"hpaConverters,optional" wire:"recommendationPolicies.hpaConverters,zero" norm:"set"`
	Startup            *WorkloadScalingPolicyStartup           `pulumi:"startup,optional" wire:"recommendationPolicies.startup"`
	Confidence         *WorkloadScalingPolicyConfidence        `pulumi:"confidence,optional" wire:"recommendationPolicies.confidence"`
	Downscaling        *WorkloadScalingPolicyDownscaling       `pulumi:"downscaling,optional" wire:"recommendationPolicies.downscaling"`
	MemoryEvent        *WorkloadScalingPolicyMemoryEvent       `pulumi:"memoryEvent,optional" wire:"recommendationPolicies.memoryEvent"`
	AntiAffinity       *WorkloadScalingPolicyAntiAffinity      `pulumi:"antiAffinity,optional" wire:"recommendationPolicies.antiAffinity"`
	PredictiveScaling  *WorkloadScalingPolicyPredictiveScaling `pulumi:"predictiveScaling,optional" wire:"recommendationPolicies.predictiveScaling"`
	RolloutBehavior    *WorkloadScalingPolicyRolloutBehavior   `pulumi:"rolloutBehavior,optional" wire:"recommendationPolicies.rolloutBehavior"`
	Jvm                *WorkloadScalingPolicyJvm               `pulumi:"jvm,optional" wire:"recommendationPolicies.jvm"`
	AnomalyDetection   *WorkloadScalingPolicyAnomalyDetection  `pulumi:"anomalyDetection,optional" wire:"recommendationPolicies.anomalyDetection,null"`
	Gpu                *WorkloadScalingPolicyGpu               `pulumi:"gpu,optional" wire:"recommendationPolicies.gpu,null"`
	HpaSettings        *WorkloadScalingPolicyHpaSettings       `pulumi:"hpaSettings,optional" wire:",null"`
}

// Annotate describes the inputs.
func (x *WorkloadScalingPolicyArgs) Annotate(a infer.Annotator) {
	a.Describe(&x.ClusterID, "The ID (UUID) of the cluster. Changing it replaces the policy.")
	a.Describe(&x.Name, "The name, unique in the cluster: 2 to 63 letters, digits, `.`, `_` and `-`, with a letter or digit "+
		"at both ends. Left out, it is made from the resource's name and seven random characters.")
	a.Describe(&x.ApplyType, "When recommendations are applied. `IMMEDIATE`: as soon as they differ enough, which restarts "+
		"pods. `DEFERRED`: when pods restart by themselves. Letter case does not matter, here and in all values like it.")
	a.Describe(&x.ManagementOption, "`MANAGED`: recommendations are computed and applied. `READ_ONLY`: they are computed only.")
	a.Describe(&x.CPU, "How CPU requests are recommended.")
	a.Describe(&x.Memory, "How memory requests are recommended.")
	a.Describe(&x.AssignmentRules, "Which workloads the policy is for: a list of one element, which holds the rules. Left "+
		"out, workloads are assigned in the console or by annotation.")
	a.Describe(&x.ExcludedContainers, "The names of containers to leave alone. Their order does not matter.")
	a.Describe(&x.HpaConverters, "How horizontal pod autoscalers of the workloads are converted. The order does not matter.")
	a.Describe(&x.Startup, "How the time just after the start of a pod is treated.")
	a.Describe(&x.Confidence, "How certain recommendations must be.")
	a.Describe(&x.Downscaling, "How lower requests are applied, where that is to differ from `applyType`.")
	a.Describe(&x.MemoryEvent, "How a recommendation is applied that follows a lack of memory.")
	a.Describe(&x.AntiAffinity, "How pods that must not share a node are treated.")
	a.Describe(&x.PredictiveScaling, "Whether requests follow the load that is predicted.")
	a.Describe(&x.RolloutBehavior, "How pods are restarted. Needs a workload autoscaler from 0.35.3 on.")
	a.Describe(&x.Jvm, "How Java workloads are treated.")
	a.Describe(&x.AnomalyDetection, "What counts as an anomaly.")
	a.Describe(&x.Gpu, "How GPU requests are recommended.")
	a.Describe(&x.HpaSettings, "How workloads are scaled out, by horizontal pod autoscalers that CAST AI makes. Left out, what was "+
		"set elsewhere stays.")
}

// WorkloadScalingPolicyState are the outputs of a [WorkloadScalingPolicy].
type WorkloadScalingPolicyState struct {
	WorkloadScalingPolicyArgs
	IsDefault  bool `pulumi:"isDefault"`
	IsReadonly bool `pulumi:"isReadonly"`
	IsCastware bool `pulumi:"isCastware"`
}

// Annotate describes the outputs.
func (x *WorkloadScalingPolicyState) Annotate(a infer.Annotator) {
	a.Describe(&x.IsDefault, "Whether this is the cluster's default policy.")
	a.Describe(&x.IsReadonly, "Whether the policy cannot be changed.")
	a.Describe(&x.IsCastware, "Whether the policy is the one for CAST AI's own components.")
}
