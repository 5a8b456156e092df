package schedules

import (
	"encoding/json"

	"github.com/pulumi/pulumi-go-provider/infer"
)

// RebalancingScheduleLaunchConfiguration says how a cluster is rebalanced.
type RebalancingScheduleLaunchConfiguration struct {
	NodeTTLSeconds               *int                                                        `pulumi:"nodeTtlSeconds,optional" wire:",zero" check:"min=0"`
	NumTargetedNodes             *int                                                        `pulumi:"numTargetedNodes,optional" wire:",zero" check:"min=0"`
	RebalancingMinNodes          *int                                                        `pulumi:"rebalancingMinNodes,optional" wire:"rebalancingOptions.minNodes,zero" check:"min=0"`
	KeepDrainTimeoutNodes        *bool                                                       `pulumi:"keepDrainTimeoutNodes,optional" wire:"rebalancingOptions.keepDrainTimeoutNodes,zero"`
	EvictGracefully              *bool                                                       `pulumi:"evictGracefully,optional" wire:"rebalancingOptions.evictGracefully,null"`
	MaxSimultaneousDrains        *int                                                        `pulumi:"maxSimultaneousDrains,optional" wire:"rebalancingOptions.maxSimultaneousDrains,null" check:"min=0"`
	AggressiveMode               *bool                                                       `pulumi:"aggressiveMode,optional" wire:"rebalancingOptions.aggressiveMode,zero"`
	AggressiveModeConfig         *RebalancingScheduleLaunchConfigurationAggressiveModeConfig `pulumi:"aggressiveModeConfig,optional" wire:"rebalancingOptions.aggressiveModeConfig"`
	ExecutionConditions          *RebalancingScheduleLaunchConfigurationExecutionConditions  `pulumi:"executionConditions,optional" wire:"rebalancingOptions.executionConditions"`
	DrainFailureConfig           *RebalancingScheduleLaunchConfigurationDrainFailureConfig   `pulumi:"drainFailureConfig,optional" wire:"rebalancingOptions.drainFailureConfig"`
	Selector                     *string                                                     `pulumi:"selector,optional" wire:",json" check:"jsonobject"`
	TargetNodeSelectionAlgorithm *string                                                     `pulumi:"targetNodeSelectionAlgorithm,optional" norm:"default=TargetNodeSelectionAlgorithmUtilizedPrice" check:"known=TargetNodeSelectionAlgorithmNormalizedPrice|TargetNodeSelectionAlgorithmUtilizedPrice|TargetNodeSelectionAlgorithmUtilization"`
}

// Annotate describes the configuration.
func (x *RebalancingScheduleLaunchConfiguration) Annotate(a infer.Annotator) {
	a.Describe(&x, "How a cluster is rebalanced, and which of its nodes.")
	a.Describe(&x.NodeTTLSeconds, "How long a node must have lived before it is rebalanced, in seconds. Default: 0, any node.")
	a.Describe(&x.NumTargetedNodes, "The most nodes to replace in one run. Default: 0, no limit.")
	a.Describe(&x.RebalancingMinNodes, "The least number of nodes that a run leaves in the cluster. Default: 0.")
	a.Describe(&x.KeepDrainTimeoutNodes, "Whether nodes that cannot be drained in time stay in the cluster instead of being "+
		"removed by force. Default: false. `evictGracefully` is the newer form, and wins where both are given.")
	a.Describe(&x.EvictGracefully, "Whether nodes that cannot be drained in time stay in the cluster instead of being "+
		"removed by force. Left out, it is as `keepDrainTimeoutNodes` says.")
	a.Describe(&x.MaxSimultaneousDrains, "The most nodes to drain at one time. Left out, the service chooses.")
	a.Describe(&x.AggressiveMode, "Whether to rebalance also nodes that have pods with problems: those that "+
		"`aggressiveModeConfig` names, all of them. Pods may be lost, and data on local volumes. Default: false.")
	a.Deprecate(&x.AggressiveMode, "Use aggressiveModeConfig, which names each problem to ignore.")
	a.Describe(&x.AggressiveModeConfig, "Which problems of pods do not keep a node from being rebalanced. Without effect if "+
		"`aggressiveMode` is true.")
	a.Describe(&x.ExecutionConditions, "What must hold, once the new nodes are there, for the old ones to be drained.")
	a.Describe(&x.DrainFailureConfig, "What becomes of nodes that cannot be drained in time. Needs `evictGracefully` or "+
		"`keepDrainTimeoutNodes`.")
	a.Describe(&x.Selector, "Which nodes to rebalance, as the JSON text of a Kubernetes node selector: "+
		"`{\"nodeSelectorTerms\": [{\"matchExpressions\": [{\"key\": \"team\", \"operator\": \"In\", \"values\": [\"web\"]}]}]}`. Layout, "+
		"the order of keys and empty lists do not matter. Left out, all nodes.")
	a.Describe(&x.TargetNodeSelectionAlgorithm, "How the nodes to rebalance first are chosen: "+
		"`TargetNodeSelectionAlgorithmNormalizedPrice` (the dearest by CPU and memory), "+
		"`TargetNodeSelectionAlgorithmUtilizedPrice` (the dearest by what is used of them) or "+
		"`TargetNodeSelectionAlgorithmUtilization` (the least used). Default: `TargetNodeSelectionAlgorithmUtilizedPrice`.")
}

// tidy brings what was read into the form that a program would have.
func (x *RebalancingScheduleLaunchConfiguration) tidy() {
	if s := selector(x.Selector); s == "" {
		x.Selector = nil
	} else {
		x.Selector = &s
	}
}

// selector returns the canonical text of a node selector: without empty lists,
// which mean nothing, and empty for one that selects nothing. A text that is no
// selector is returned as it is.
func selector(given *string) string {
	if given == nil {
		return ""
	}
	var value any
	if json.Unmarshal([]byte(*given), &value) != nil {
		return *given
	}
	value = withoutEmpty(value)
	if object, ok := value.(map[string]any); ok && len(object) == 0 {
		return ""
	}
	text, err := json.Marshal(value)
	if err != nil {
		return *given
	}
	return string(text)
}

// withoutEmpty drops the members of objects that are null or empty lists.
func withoutEmpty(value any) any {
	switch value := value.(type) {
	case map[string]any:
		for name, member := range value {
			if list, isList := member.([]any); member == nil || isList && len(list) == 0 {
				delete(value, name)
			} else {
				value[name] = withoutEmpty(member)
			}
		}
	case []any:
		for i := range value {
			value[i] = withoutEmpty(value[i])
		}
	}
	return value
}

// RebalancingScheduleLaunchConfigurationAggressiveModeConfig says which
// problems of pods are ignored.
type RebalancingScheduleLaunchConfigurationAggressiveModeConfig struct {
	IgnoreLocalPersistentVolumes       bool  `pulumi:"ignoreLocalPersistentVolumes"`
	IgnoreProblemJobPods               bool  `pulumi:"ignoreProblemJobPods"`
	IgnoreProblemRemovalDisabledPods   bool  `pulumi:"ignoreProblemRemovalDisabledPods"`
	IgnoreProblemPodsWithoutController bool  `pulumi:"ignoreProblemPodsWithoutController"`
	IgnoreProblemPreventedDrainPods    *bool `pulumi:"ignoreProblemPreventedDrainPods,optional" wire:",zero"`
}

// Annotate describes the configuration.
func (x *RebalancingScheduleLaunchConfigurationAggressiveModeConfig) Annotate(a infer.Annotator) {
	a.Describe(&x, "Which problems of pods do not keep a node from being rebalanced.")
	a.Describe(&x.IgnoreLocalPersistentVolumes, "Rebalance nodes whose pods have persistent volumes on the node itself. "+
		"What is on them is lost.")
	a.Describe(&x.IgnoreProblemJobPods, "Rebalance nodes that run pods of Kubernetes jobs.")
	a.Describe(&x.IgnoreProblemRemovalDisabledPods, "Rebalance nodes that run pods which are marked as not to be removed "+
		"(`autoscaling.cast.ai/removal-disabled`).")
	a.Describe(&x.IgnoreProblemPodsWithoutController, "Rebalance nodes that run pods which nothing starts again elsewhere.")
	a.Describe(&x.IgnoreProblemPreventedDrainPods, "Rebalance nodes that run pods which keep a node from being drained. "+
		"Default: false.")
}

// RebalancingScheduleLaunchConfigurationExecutionConditions say what must hold
// for nodes to be drained.
type RebalancingScheduleLaunchConfigurationExecutionConditions struct {
	Enabled                   bool `pulumi:"enabled"`
	AchievedSavingsPercentage *int `pulumi:"achievedSavingsPercentage,optional" wire:",zero" check:"min=0,max=100"`
}

// Annotate describes the conditions.
func (x *RebalancingScheduleLaunchConfigurationExecutionConditions) Annotate(a infer.Annotator) {
	a.Describe(&x, "What must hold, once the new nodes are there, for the old ones to be drained.")
	a.Describe(&x.Enabled, "Whether the conditions count.")
	a.Describe(&x.AchievedSavingsPercentage, "The part of the predicted saving that the new nodes must bring, in percent, from 0 to 100. "+
		"Default: 0.")
}

// RebalancingScheduleLaunchConfigurationDrainFailureConfig says what becomes of
// nodes that cannot be drained.
type RebalancingScheduleLaunchConfigurationDrainFailureConfig struct {
	DisableUncordon      *bool `pulumi:"disableUncordon,optional" wire:",zero"`
	UncordonAfterSeconds *int  `pulumi:"uncordonAfterSeconds,optional" norm:"default=1800" check:"min=0,max=259200"`
}

// Annotate describes the configuration.
func (x *RebalancingScheduleLaunchConfigurationDrainFailureConfig) Annotate(a infer.Annotator) {
	a.Describe(&x, "What becomes of nodes that cannot be drained in time.")
	a.Describe(&x.DisableUncordon, "Whether such nodes stay closed for new pods. Default: false.")
	a.Describe(&x.UncordonAfterSeconds, "How long such nodes stay closed for new pods, in seconds, from 60 to 259200 (three "+
		"days). Default: 1800. Without effect if `disableUncordon` is true.")
}
