// Package schedules holds what happens at set times: rebalancing and
// hibernating clusters.
package schedules

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/pulumi/pulumi-go-provider/infer"

	"github.com/castai/pulumi-castai/internal/api"
	"github.com/castai/pulumi-castai/internal/check"
	"github.com/castai/pulumi-castai/internal/crud"
	"github.com/castai/pulumi-castai/internal/wire"
)

// defaultAlgorithm chooses nodes where the program leaves it open.
const defaultAlgorithm = "TargetNodeSelectionAlgorithmUtilizedPrice"

// RebalancingSchedule says when and how clusters are rebalanced.
type RebalancingSchedule struct {
	crud.Resource[RebalancingScheduleArgs, RebalancingScheduleState]
}

// NewRebalancingSchedule returns the resource.
func NewRebalancingSchedule() *RebalancingSchedule {
	return &RebalancingSchedule{crud.Resource[RebalancingScheduleArgs, RebalancingScheduleState]{
		Kind:        "rebalancing schedule",
		Path:        func(*RebalancingScheduleArgs) string { return rebalancingSchedules },
		UpdateQuery: "id",
		List:        &crud.List{Items: "schedules"},
		Body:        rebalancingBody,
		Fill: func(_ map[string]any, s *RebalancingScheduleState) {
			s.TriggerConditions.SavingsPercentage = shorten(s.TriggerConditions.SavingsPercentage)
			s.LaunchConfiguration.tidy()
		},
		Forget: forgetLaunch,
	}}
}

var rebalancingSchedules = api.Path("v1", "rebalancing-schedules")

// rebalancingBody says what the service must not choose in its own way.
func rebalancingBody(_ *RebalancingScheduleArgs, body map[string]any, update bool) error {
	launch, ok := body["launchConfiguration"].(map[string]any)
	if !ok {
		return nil
	}
	if _, given := launch["targetNodeSelectionAlgorithm"]; !given {
		launch["targetNodeSelectionAlgorithm"] = defaultAlgorithm // what the service chooses is not documented
	}
	if _, given := launch["selector"]; !given && update {
		launch["selector"] = map[string]any{"nodeSelectorTerms": []any{}} // how the service says "none"
	}
	return nil
}

// forgetLaunch keeps what the service derived from one option from
// contradicting the option that the program now sets instead.
func forgetLaunch(a *RebalancingScheduleArgs, s *RebalancingScheduleState) {
	now, was := &a.LaunchConfiguration, &s.LaunchConfiguration
	if now.AggressiveModeConfig == nil && isTrue(was.AggressiveMode) {
		was.AggressiveModeConfig = nil // it says no more than that, and would outlast it
	}
	if now.AggressiveModeConfig != nil && now.AggressiveMode == nil {
		was.AggressiveMode = nil
	}
	switch {
	case now.EvictGracefully != nil && now.KeepDrainTimeoutNodes == nil:
		was.KeepDrainTimeoutNodes = nil
	case now.EvictGracefully == nil && (now.KeepDrainTimeoutNodes != nil || isTrue(was.KeepDrainTimeoutNodes)):
		was.EvictGracefully = nil // the service prefers it
	}
}

func isTrue(b *bool) bool { return b != nil && *b }

// Annotate describes the resource.
func (r *RebalancingSchedule) Annotate(a infer.Annotator) {
	a.Describe(&r, "When and how clusters are rebalanced: the nodes that would be cheaper otherwise are replaced by others. "+
		"A schedule belongs to the organization of the API token and does nothing by itself; a `RebalancingJob` puts it to "+
		"work in a cluster.\n\n"+
		"## Import\n\nThe import ID is `<scheduleId>`, or the name of the schedule if no other has the same.")
	a.AddAlias("rebalancing", "RebalancingSchedule")
}

// Read fetches the schedule.
func (r *RebalancingSchedule) Read(
	ctx context.Context, req infer.ReadRequest[RebalancingScheduleArgs, RebalancingScheduleState],
) (infer.ReadResponse[RebalancingScheduleArgs, RebalancingScheduleState], error) {
	if crud.IsImport(ctx) && !isUUID(req.ID) {
		found, err := oneRebalancingSchedule(ctx, req.ID)
		if err != nil {
			return infer.ReadResponse[RebalancingScheduleArgs, RebalancingScheduleState]{}, err
		}
		req.ID = wire.Text(found, "id")
	}
	resp, err := r.Resource.Read(ctx, req)
	if err != nil || resp.ID == "" {
		return resp, err
	}
	was, now := &req.Inputs, &resp.Inputs
	// The service keeps 32 bits of the number.
	if float32(was.TriggerConditions.SavingsPercentage) == float32(now.TriggerConditions.SavingsPercentage) {
		now.TriggerConditions.SavingsPercentage = was.TriggerConditions.SavingsPercentage
	}
	if selector(was.LaunchConfiguration.Selector) == selector(now.LaunchConfiguration.Selector) {
		now.LaunchConfiguration.Selector = was.LaunchConfiguration.Selector
	}
	// In the aggressive mode the service shows every flag as true.
	if isTrue(was.LaunchConfiguration.AggressiveMode) && isTrue(now.LaunchConfiguration.AggressiveMode) {
		now.LaunchConfiguration.AggressiveModeConfig = was.LaunchConfiguration.AggressiveModeConfig
	}
	return resp, nil
}

// CheckInputs checks what concerns several inputs.
func (r *RebalancingSchedule) CheckInputs(in *check.Inputs) {
	const launch = "launchConfiguration."
	if aggressive, ok := in.Bool(launch + "aggressiveMode"); ok && aggressive && in.Set(launch+"aggressiveModeConfig") {
		in.Warn("launchConfiguration.aggressiveModeConfig: has no effect while aggressiveMode is true, which ignores every problem it names.")
	}
	if in.Set(launch+"evictGracefully") && in.Set(launch+"keepDrainTimeoutNodes") {
		in.Warn("launchConfiguration.keepDrainTimeoutNodes: has no effect beside evictGracefully, which replaces it.")
	}
	if selector, ok := in.String(launch + "selector"); ok {
		var members map[string]json.RawMessage
		if json.Unmarshal([]byte(selector), &members) == nil {
			_, terms := members["nodeSelectorTerms"]
			if !terms && len(members) > 0 {
				in.Warn("launchConfiguration.selector: holds no nodeSelectorTerms. The API knows nothing else there, so all nodes would be chosen.")
			}
		}
	}
}

// RebalancingScheduleArgs are the inputs of a [RebalancingSchedule].
type RebalancingScheduleArgs struct {
	Name                *string                                `pulumi:"name,optional" check:"notblank"`
	Schedule            RebalancingScheduleSchedule            `pulumi:"schedule"`
	TriggerConditions   RebalancingScheduleTriggerConditions   `pulumi:"triggerConditions"`
	LaunchConfiguration RebalancingScheduleLaunchConfiguration `pulumi:"launchConfiguration"`
}

// Annotate describes the inputs.
func (x *RebalancingScheduleArgs) Annotate(a infer.Annotator) {
	a.Describe(&x.Name, "The name shown in the console. Left out, it is made from the resource's name and seven random "+
		"characters.")
	a.Describe(&x.Schedule, "When clusters are rebalanced.")
	a.Describe(&x.TriggerConditions, "What must hold for a cluster to be rebalanced then.")
	a.Describe(&x.LaunchConfiguration, "How a cluster is rebalanced, and which of its nodes.")
}

// RebalancingScheduleState are the outputs of a [RebalancingSchedule].
type RebalancingScheduleState struct {
	RebalancingScheduleArgs
}

// RebalancingScheduleSchedule says when clusters are rebalanced.
type RebalancingScheduleSchedule struct {
	Cron string `pulumi:"cron" norm:"cron" check:"cron"`
}

// Annotate describes the schedule.
func (x *RebalancingScheduleSchedule) Annotate(a infer.Annotator) {
	a.Describe(&x, "When clusters are rebalanced.")
	a.Describe(&x.Cron, "A cron schedule: minute, hour, day of month, month and day of week, optionally after a field for "+
		"seconds, such as `30 4 * * 1-5`. It is in UTC unless it starts with a time zone, as in "+
		"`CRON_TZ=Europe/Berlin 30 4 * * 1-5`.")
}

// RebalancingScheduleTriggerConditions say what must hold for a cluster to be
// rebalanced.
type RebalancingScheduleTriggerConditions struct {
	SavingsPercentage float64 `pulumi:"savingsPercentage" check:"min=0"`
	IgnoreSavings     *bool   `pulumi:"ignoreSavings,optional" wire:",zero"`
}

// Annotate describes the conditions.
func (x *RebalancingScheduleTriggerConditions) Annotate(a infer.Annotator) {
	a.Describe(&x, "What must hold for a cluster to be rebalanced.")
	a.Describe(&x.SavingsPercentage, "The least saving, in percent of the cost of the nodes, such as 15.5. 0 asks for none.")
	a.Describe(&x.IgnoreSavings, "Whether to rebalance whatever the saving is. Default: false.")
}

// shorten returns a number without what a conversion from 32 bits has added to
// it: 15.300000190734863 is 15.3.
func shorten(n float64) float64 {
	short, err := strconv.ParseFloat(strconv.FormatFloat(n, 'g', -1, 32), 64)
	if err != nil {
		return n
	}
	return short
}

// oneRebalancingSchedule finds a schedule by its name.
func oneRebalancingSchedule(ctx context.Context, name string) (map[string]any, error) {
	all, err := listRebalancingSchedules(ctx)
	if err != nil {
		return nil, fmt.Errorf("cannot list rebalancing schedules: %w", err)
	}
	return crud.Named("rebalancing schedule", name).One(all)
}
