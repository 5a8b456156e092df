package schedules

import (
	"context"
	"fmt"

	"github.com/pulumi/pulumi-go-provider/infer"

	"github.com/castai/pulumi-castai/internal/config"
	"github.com/castai/pulumi-castai/internal/wire"
)

// GetRebalancingSchedule finds a rebalancing schedule by its name.
type GetRebalancingSchedule struct{}

// Annotate describes the function.
func (f *GetRebalancingSchedule) Annotate(a infer.Annotator) {
	a.Describe(&f, "Finds a rebalancing schedule by its name. It fails if there is none of that name, or more than one.")
}

// GetRebalancingScheduleArgs are the inputs of [GetRebalancingSchedule].
type GetRebalancingScheduleArgs struct {
	Name string `pulumi:"name" check:"notblank"`
}

// Annotate describes the inputs.
func (x *GetRebalancingScheduleArgs) Annotate(a infer.Annotator) {
	a.Describe(&x.Name, "The name of the schedule, in the exact letter case.")
}

// GetRebalancingScheduleResult is what [GetRebalancingSchedule] returns. What
// the service has as one object is in lists of one element, since the bridged
// provider has it so.
type GetRebalancingScheduleResult struct {
	ID                   string                                      `pulumi:"id"`
	Name                 string                                      `pulumi:"name"`
	Schedules            one[RebalancingScheduleSchedule]            `pulumi:"schedules" wire:"schedule"`
	TriggerConditions    one[RebalancingScheduleTriggerConditions]   `pulumi:"triggerConditions"`
	LaunchConfigurations one[RebalancingScheduleLaunchConfiguration] `pulumi:"launchConfigurations" wire:"launchConfiguration"`
	LastTriggerAt        *string                                     `pulumi:"lastTriggerAt,optional"`
	NextTriggerAt        *string                                     `pulumi:"nextTriggerAt,optional"`
}

// Annotate describes the outputs.
func (x *GetRebalancingScheduleResult) Annotate(a infer.Annotator) {
	a.Describe(&x.ID, "The ID (UUID) of the schedule.")
	a.Describe(&x.Name, "The name of the schedule.")
	a.Describe(&x.Schedules, "When clusters are rebalanced: one element.")
	a.Describe(&x.TriggerConditions, "What must hold for a cluster to be rebalanced then: one element.")
	a.Describe(&x.LaunchConfigurations, "How a cluster is rebalanced: one element.")
	a.Describe(&x.LastTriggerAt, "When the schedule was last due, as an RFC 3339 time. Unset until then.")
	a.Describe(&x.NextTriggerAt, "When the schedule is next due, as an RFC 3339 time.")
}

// Invoke finds the schedule.
func (*GetRebalancingSchedule) Invoke(
	ctx context.Context, req infer.FunctionRequest[GetRebalancingScheduleArgs],
) (infer.FunctionResponse[*GetRebalancingScheduleResult], error) {
	var out infer.FunctionResponse[*GetRebalancingScheduleResult]
	body, err := oneRebalancingSchedule(ctx, req.Input.Name)
	if err != nil {
		return out, err
	}
	result := &GetRebalancingScheduleResult{}
	if err := wire.Decode(body, result); err != nil {
		return out, fmt.Errorf("cannot understand what the API says of the rebalancing schedule %q: %w", req.Input.Name, err)
	}
	for i := range result.TriggerConditions {
		result.TriggerConditions[i].SavingsPercentage = shorten(result.TriggerConditions[i].SavingsPercentage)
	}
	for i := range result.LaunchConfigurations {
		result.LaunchConfigurations[i].tidy()
	}
	out.Output = result
	return out, nil
}

// GetHibernationSchedule finds a hibernation schedule by its name.
type GetHibernationSchedule struct{}

// Annotate describes the function.
func (f *GetHibernationSchedule) Annotate(a infer.Annotator) {
	a.Describe(&f, "Finds a hibernation schedule of an organization by its name. It fails if there is none of that name, or "+
		"more than one.")
}

// GetHibernationScheduleArgs are the inputs of [GetHibernationSchedule].
type GetHibernationScheduleArgs struct {
	Name           string  `pulumi:"name" check:"notblank"`
	OrganizationID *string `pulumi:"organizationId,optional" check:"uuid"`
}

// Annotate describes the inputs.
func (x *GetHibernationScheduleArgs) Annotate(a infer.Annotator) {
	a.Describe(&x.Name, "The name of the schedule, in the exact letter case.")
	a.Describe(&x.OrganizationID, "The organization (UUID) that owns the schedule. Left out, the one that the provider is "+
		"configured with, or else the only one the API token can see.")
}

// GetHibernationScheduleResult is what [GetHibernationSchedule] returns. What
// the service has as one object is in lists of one element, since the bridged
// provider has it so.
type GetHibernationScheduleResult struct {
	ID                 string                                     `pulumi:"id"`
	Name               string                                     `pulumi:"name"`
	OrganizationID     string                                     `pulumi:"organizationId"`
	Enabled            bool                                       `pulumi:"enabled"`
	PauseConfigs       one[HibernationSchedulePauseConfig]        `pulumi:"pauseConfigs" wire:"pauseConfig"`
	ResumeConfigs      one[HibernationScheduleResumeConfig]       `pulumi:"resumeConfigs" wire:"resumeConfig"`
	ClusterAssignments one[HibernationScheduleClusterAssignments] `pulumi:"clusterAssignments"`
}

// Annotate describes the outputs.
func (x *GetHibernationScheduleResult) Annotate(a infer.Annotator) {
	a.Describe(&x.ID, "The ID (UUID) of the schedule.")
	a.Describe(&x.Name, "The name of the schedule.")
	a.Describe(&x.OrganizationID, "The organization (UUID) that owns the schedule.")
	a.Describe(&x.Enabled, "Whether the schedule is in force.")
	a.Describe(&x.PauseConfigs, "When the clusters are paused: one element.")
	a.Describe(&x.ResumeConfigs, "When the clusters are resumed, and on which node: one element.")
	a.Describe(&x.ClusterAssignments, "The clusters that the schedule is for: one element.")
}

// Invoke finds the schedule.
func (*GetHibernationSchedule) Invoke(
	ctx context.Context, req infer.FunctionRequest[GetHibernationScheduleArgs],
) (infer.FunctionResponse[*GetHibernationScheduleResult], error) {
	var out infer.FunctionResponse[*GetHibernationScheduleResult]
	organization, err := config.Organization(ctx, req.Input.OrganizationID)
	if err != nil {
		return out, fmt.Errorf("cannot find the hibernation schedule %q: %w", req.Input.Name, err)
	}
	body, err := oneHibernationSchedule(ctx, organization, req.Input.Name)
	if err != nil {
		return out, err
	}
	result := &GetHibernationScheduleResult{}
	if err := wire.Decode(body, result); err != nil {
		return out, fmt.Errorf("cannot understand what the API says of the hibernation schedule %q: %w", req.Input.Name, err)
	}
	result.OrganizationID = organization
	if result.ClusterAssignments == nil {
		result.ClusterAssignments = one[HibernationScheduleClusterAssignments]{{}}
	}
	out.Output = result
	return out, nil
}
