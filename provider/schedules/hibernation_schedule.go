package schedules

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/pulumi/pulumi-go-provider/infer"
	"github.com/pulumi/pulumi/sdk/v3/go/property"

	"github.com/castai/pulumi-castai/internal/api"
	"github.com/castai/pulumi-castai/internal/check"
	"github.com/castai/pulumi-castai/internal/config"
	"github.com/castai/pulumi-castai/internal/crud"
	"github.com/castai/pulumi-castai/internal/wire"
)

// HibernationSchedule pauses clusters and resumes them.
type HibernationSchedule struct {
	crud.Resource[HibernationScheduleArgs, HibernationScheduleState]
}

// NewHibernationSchedule returns the resource.
func NewHibernationSchedule() *HibernationSchedule {
	return &HibernationSchedule{crud.Resource[HibernationScheduleArgs, HibernationScheduleState]{
		Kind: "hibernation schedule",
		Path: func(a *HibernationScheduleArgs) string {
			return hibernationSchedules(*a.OrganizationID) // set by every verb
		},
		ImportID:     "<organizationId>/<scheduleId>",
		UpdateMethod: http.MethodPatch,
		List:         &crud.List{Items: "items"},
		Body:         hibernationBody,
		Forget:       forgetNode,
	}}
}

func hibernationSchedules(organization string) string {
	return api.Path("cluster-autoscaler", "v1beta", "organizations", organization, "hibernation-schedules")
}

// hibernationBody completes what the API wants in full.
func hibernationBody(_ *HibernationScheduleArgs, body map[string]any, update bool) error {
	assignments, given := body["clusterAssignments"].(map[string]any)
	if !given && !update {
		assignments = map[string]any{}
		body["clusterAssignments"] = assignments
	}
	if _, listed := assignments["items"]; assignments != nil && !listed {
		assignments["items"] = []any{}
	}
	resume, _ := body["resumeConfig"].(map[string]any)
	job, _ := resume["jobConfig"].(map[string]any)
	node, _ := job["nodeConfig"].(map[string]any)
	taints, _ := node["kubernetesTaints"].([]any)
	for _, taint := range taints {
		taint, _ := taint.(map[string]any)
		for name, value := range map[string]string{"value": "", "effect": "NoSchedule"} {
			if _, given := taint[name]; taint != nil && !given {
				taint[name] = value
			}
		}
	}
	return nil
}

// forgetNode keeps the update from sending back what is not its business.
func forgetNode(a *HibernationScheduleArgs, s *HibernationScheduleState) {
	s.ClusterAssignments = nil // others may have assigned clusters meanwhile
	now, was := &a.ResumeConfig.JobConfig.NodeConfig, &s.ResumeConfig.JobConfig.NodeConfig
	switch {
	case now.ConfigID != nil && now.ConfigName == nil:
		was.ConfigName = nil
	case now.ConfigID == nil && now.ConfigName != nil:
		was.ConfigID = nil // the service prefers it
	}
}

// Annotate describes the resource.
func (r *HibernationSchedule) Annotate(a infer.Annotator) {
	a.Describe(&r, "Pauses clusters at one time and resumes them at another. A paused cluster has no nodes, and what runs in "+
		"it is down.\n\n"+
		"## Import\n\nThe import ID is `<organizationId>/<scheduleId>`. In place of the ID of the schedule it may hold the name, "+
		"if no other has the same. The organization may be left out if it is the one that the provider is configured with.")
	a.AddAlias("rebalancing", "HibernationSchedule")
}

// Create makes the schedule.
func (r *HibernationSchedule) Create(
	ctx context.Context, req infer.CreateRequest[HibernationScheduleArgs],
) (infer.CreateResponse[HibernationScheduleState], error) {
	if !req.DryRun {
		if err := inOrganization(ctx, &req.Inputs.OrganizationID); err != nil {
			return infer.CreateResponse[HibernationScheduleState]{}, fmt.Errorf("cannot create hibernation schedule: %w", err)
		}
	}
	return r.Resource.Create(ctx, req)
}

// Read fetches the schedule.
func (r *HibernationSchedule) Read(
	ctx context.Context, req infer.ReadRequest[HibernationScheduleArgs, HibernationScheduleState],
) (infer.ReadResponse[HibernationScheduleArgs, HibernationScheduleState], error) {
	var err error
	if crud.IsImport(ctx) {
		req.ID, err = r.importID(ctx, req.ID)
	} else {
		if req.Inputs.OrganizationID == nil {
			req.Inputs.OrganizationID = req.State.OrganizationID
		}
		err = inOrganization(ctx, &req.Inputs.OrganizationID)
	}
	if err != nil {
		return infer.ReadResponse[HibernationScheduleArgs, HibernationScheduleState]{}, fmt.Errorf("cannot read hibernation schedule: %w", err)
	}
	return r.Resource.Read(ctx, req)
}

// Update brings the schedule to the new inputs.
func (r *HibernationSchedule) Update(
	ctx context.Context, req infer.UpdateRequest[HibernationScheduleArgs, HibernationScheduleState],
) (infer.UpdateResponse[HibernationScheduleState], error) {
	if !req.DryRun {
		if req.Inputs.OrganizationID == nil {
			req.Inputs.OrganizationID = req.State.OrganizationID
		}
		if err := inOrganization(ctx, &req.Inputs.OrganizationID); err != nil {
			return infer.UpdateResponse[HibernationScheduleState]{}, fmt.Errorf("cannot update hibernation schedule %s: %w", req.ID, err)
		}
	}
	return r.Resource.Update(ctx, req)
}

// Delete removes the schedule.
func (r *HibernationSchedule) Delete(
	ctx context.Context, req infer.DeleteRequest[HibernationScheduleState],
) (infer.DeleteResponse, error) {
	if err := inOrganization(ctx, &req.State.OrganizationID); err != nil {
		return infer.DeleteResponse{}, fmt.Errorf("cannot delete hibernation schedule %s: %w", req.ID, err)
	}
	return r.Resource.Delete(ctx, req)
}

// inOrganization fills in the organization where the program leaves it out.
func inOrganization(ctx context.Context, id **string) error {
	organization, err := config.Organization(ctx, *id)
	*id = &organization
	return err
}

// importID brings an import ID that names the schedule or leaves out the
// organization into the full form.
func (r *HibernationSchedule) importID(ctx context.Context, id string) (string, error) {
	organization, schedule, found := strings.Cut(id, "/")
	if !found || !isUUID(organization) {
		schedule = id
		var err error
		if organization, err = config.Organization(ctx, nil); err != nil {
			return "", err
		}
	}
	if strings.TrimSpace(schedule) == "" {
		return "", fmt.Errorf("%q is not a valid import ID", id)
	}
	if !isUUID(schedule) {
		body, err := oneHibernationSchedule(ctx, organization, schedule)
		if err != nil {
			return "", err
		}
		schedule = wire.Text(body, "id")
	}
	return organization + "/" + schedule, nil
}

// Upgrade spells out that assignments without a list are none: it is how
// programs of the bridged provider say so.
func (r *HibernationSchedule) Upgrade(m property.Map) property.Map {
	given := m.Get("clusterAssignments")
	if !given.IsMap() || !given.AsMap().Get("assignments").IsNull() {
		return m
	}
	none := given.AsMap().Set("assignments", property.New([]property.Value{}))
	return m.Set("clusterAssignments", property.WithGoValue(given, none))
}

// CheckInputs checks what concerns several inputs.
func (r *HibernationSchedule) CheckInputs(in *check.Inputs) {
	const node = "resumeConfig.jobConfig.nodeConfig."
	if in.Set(node+"configId") && in.Set(node+"configName") {
		in.Warn("resumeConfig.jobConfig.nodeConfig.configName: has no effect beside configId.")
	}
	assigned := map[string]bool{}
	in.Each("clusterAssignments.assignments", func(_ string, item *check.Inputs) {
		id, _ := item.String("clusterId")
		if assigned[id] && id != "" {
			item.Fail("clusterId", "cluster %s is assigned twice", id)
		}
		assigned[id] = true
	})
}

// HibernationScheduleArgs are the inputs of a [HibernationSchedule].
type HibernationScheduleArgs struct {
	OrganizationID     *string                                `pulumi:"organizationId,optional" provider:"replaceOnChanges" wire:"-" check:"uuid"`
	Name               *string                                `pulumi:"name,optional" check:"notblank"`
	Enabled            bool                                   `pulumi:"enabled"`
	PauseConfig        HibernationSchedulePauseConfig         `pulumi:"pauseConfig"`
	ResumeConfig       HibernationScheduleResumeConfig        `pulumi:"resumeConfig"`
	ClusterAssignments *HibernationScheduleClusterAssignments `pulumi:"clusterAssignments,optional" wire:",zero"`
}

// Annotate describes the inputs.
func (x *HibernationScheduleArgs) Annotate(a infer.Annotator) {
	a.Describe(&x.OrganizationID, "The organization (UUID) that owns the schedule. Left out, the one that the provider is "+
		"configured with, or else the only one the API token can see. Changing it replaces the schedule.")
	a.Describe(&x.Name, "The name shown in the console. Left out, it is made from the resource's name and seven random "+
		"characters.")
	a.Describe(&x.Enabled, "Whether the schedule is in force.")
	a.Describe(&x.PauseConfig, "When the clusters are paused.")
	a.Describe(&x.ResumeConfig, "When the clusters are resumed, and on which node.")
	a.Describe(&x.ClusterAssignments, "The clusters that the schedule is for. Left out, they are not managed here; without "+
		"`assignments` in it, there are none.")
}

// HibernationScheduleState are the outputs of a [HibernationSchedule].
type HibernationScheduleState struct {
	HibernationScheduleArgs
}

// HibernationSchedulePauseConfig says when clusters are paused.
type HibernationSchedulePauseConfig struct {
	Enabled  bool                                   `pulumi:"enabled"`
	Schedule HibernationSchedulePauseConfigSchedule `pulumi:"schedule"`
}

// Annotate describes the configuration.
func (x *HibernationSchedulePauseConfig) Annotate(a infer.Annotator) {
	a.Describe(&x, "When clusters are paused.")
	a.Describe(&x.Enabled, "Whether clusters are paused at all.")
	a.Describe(&x.Schedule, "When clusters are paused.")
}

const cronHelp = "A cron schedule: minute, hour, day of month, month and day of week, such as `0 17 * * 1-5`. It is in UTC " +
	"unless it starts with a time zone, as in `CRON_TZ=Europe/Berlin 0 17 * * 1-5`."

// HibernationSchedulePauseConfigSchedule says when clusters are paused.
type HibernationSchedulePauseConfigSchedule struct {
	CronExpression string `pulumi:"cronExpression" norm:"cron" check:"cron"`
}

// Annotate describes the schedule.
func (x *HibernationSchedulePauseConfigSchedule) Annotate(a infer.Annotator) {
	a.Describe(&x, "When clusters are paused.")
	a.Describe(&x.CronExpression, cronHelp)
}

// HibernationScheduleResumeConfig says when and how clusters are resumed.
type HibernationScheduleResumeConfig struct {
	Enabled   bool                                     `pulumi:"enabled"`
	Schedule  HibernationScheduleResumeConfigSchedule  `pulumi:"schedule"`
	JobConfig HibernationScheduleResumeConfigJobConfig `pulumi:"jobConfig"`
}

// Annotate describes the configuration.
func (x *HibernationScheduleResumeConfig) Annotate(a infer.Annotator) {
	a.Describe(&x, "When clusters are resumed, and on which node.")
	a.Describe(&x.Enabled, "Whether clusters are resumed at all.")
	a.Describe(&x.Schedule, "When clusters are resumed.")
	a.Describe(&x.JobConfig, "How clusters are resumed.")
}

// HibernationScheduleResumeConfigSchedule says when clusters are resumed.
type HibernationScheduleResumeConfigSchedule struct {
	CronExpression string `pulumi:"cronExpression" norm:"cron" check:"cron"`
}

// Annotate describes the schedule.
func (x *HibernationScheduleResumeConfigSchedule) Annotate(a infer.Annotator) {
	a.Describe(&x, "When clusters are resumed.")
	a.Describe(&x.CronExpression, cronHelp)
}

// HibernationScheduleClusterAssignments are the clusters of a schedule.
type HibernationScheduleClusterAssignments struct {
	Assignments []HibernationScheduleClusterAssignmentsAssignment `pulumi:"assignments,optional" wire:"items" norm:"set"`
}

// Annotate describes the assignments.
func (x *HibernationScheduleClusterAssignments) Annotate(a infer.Annotator) {
	a.Describe(&x, "The clusters that a schedule is for.")
	a.Describe(&x.Assignments, "The clusters. Their order does not matter.")
}

// HibernationScheduleClusterAssignmentsAssignment is a cluster of a schedule.
type HibernationScheduleClusterAssignmentsAssignment struct {
	ClusterID string `pulumi:"clusterId" check:"uuid"`
}

// Annotate describes the assignment.
func (x *HibernationScheduleClusterAssignmentsAssignment) Annotate(a infer.Annotator) {
	a.Describe(&x, "A cluster that a schedule is for.")
	a.Describe(&x.ClusterID, "The ID (UUID) of the cluster.")
}

// oneHibernationSchedule finds a schedule by its name.
func oneHibernationSchedule(ctx context.Context, organization, name string) (map[string]any, error) {
	list, err := config.Client(ctx).Collection(ctx, hibernationSchedules(organization), nil, "items", api.ListOptions{PageSize: 500})
	if err != nil {
		return nil, fmt.Errorf("cannot list hibernation schedules: %w", err)
	}
	search := crud.Named("hibernation schedule", name)
	search.Seen = fmt.Sprintf("the organization %s has", organization)
	return search.One(list.Items)
}
