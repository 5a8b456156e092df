package schedules

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/pulumi/pulumi-go-provider/infer"

	"github.com/castai/pulumi-castai/internal/api"
	"github.com/castai/pulumi-castai/internal/config"
	"github.com/castai/pulumi-castai/internal/crud"
	"github.com/castai/pulumi-castai/internal/wire"
)

// RebalancingJob puts a rebalancing schedule to work in a cluster.
type RebalancingJob struct {
	crud.Resource[RebalancingJobArgs, RebalancingJobState]
}

// NewRebalancingJob returns the resource.
func NewRebalancingJob() *RebalancingJob {
	return &RebalancingJob{crud.Resource[RebalancingJobArgs, RebalancingJobState]{
		Kind:     "rebalancing job",
		Path:     func(a *RebalancingJobArgs) string { return rebalancingJobs(a.ClusterID) },
		ImportID: "<clusterId>/<jobId>",
		List:     &crud.List{Items: "jobs"},
		Key:      "rebalancingScheduleId",
		Body: func(a *RebalancingJobArgs, body map[string]any, update bool) error {
			if !update {
				body["clusterId"] = a.ClusterID
			}
			if a.Enabled == nil {
				body["enabled"] = true // what the service takes it for is not documented
			}
			return nil
		},
	}}
}

func rebalancingJobs(cluster string) string {
	return api.ClusterPath(cluster, "rebalancing-jobs")
}

// Annotate describes the resource.
func (r *RebalancingJob) Annotate(a infer.Annotator) {
	a.Describe(&r, "Puts a `RebalancingSchedule` to work in a cluster. A cluster has one job of a schedule: one that exists "+
		"already is not taken over, but has to be imported. If the service replaces the job by another one of the same "+
		"schedule, the resource goes on with that.\n\n"+
		"## Import\n\nThe import ID is `<clusterId>/<jobId>`; in place of the ID of the job, it may hold the ID (UUID) or the "+
		"name of its schedule.")
	a.AddAlias("rebalancing", "RebalancingJob")
}

// Create makes the job. The service is not known to refuse a second one.
func (r *RebalancingJob) Create(
	ctx context.Context, req infer.CreateRequest[RebalancingJobArgs],
) (infer.CreateResponse[RebalancingJobState], error) {
	a := &req.Inputs
	if req.DryRun {
		return r.Resource.Create(ctx, req)
	}
	id, err := r.current(ctx, a)
	if err == nil && id != "" {
		err = fmt.Errorf("the job %s exists already. To manage it with this program, import it: its import ID is %s/%s",
			id, a.ClusterID, id)
	}
	if err != nil {
		return infer.CreateResponse[RebalancingJobState]{}, fmt.Errorf("cannot create rebalancing job of schedule %s in cluster %s: %w",
			a.RebalancingScheduleID, a.ClusterID, err)
	}
	return r.Resource.Create(ctx, req)
}

// Read fetches the job, or the one that the service has put in its place.
func (r *RebalancingJob) Read(
	ctx context.Context, req infer.ReadRequest[RebalancingJobArgs, RebalancingJobState],
) (infer.ReadResponse[RebalancingJobArgs, RebalancingJobState], error) {
	if crud.IsImport(ctx) {
		id, err := r.importID(ctx, req.ID)
		if err != nil {
			return infer.ReadResponse[RebalancingJobArgs, RebalancingJobState]{}, err
		}
		req.ID = id
		return r.Resource.Read(ctx, req)
	}
	resp, err := r.Resource.Read(ctx, req)
	if err == nil && resp.ID == "" {
		config.Client(ctx).Invalidate(r.Path(&req.Inputs)) // a list from before might still hold it
		if req.ID, err = r.current(ctx, &req.Inputs); err != nil {
			return resp, fmt.Errorf("cannot read rebalancing job: %w", err)
		}
		if req.ID == "" {
			return resp, nil
		}
		resp, err = r.Resource.Read(ctx, req)
	}
	crud.KeepIdentity(&resp.Inputs, &req.Inputs)
	return resp, err
}

// Update switches the job on or off.
func (r *RebalancingJob) Update(
	ctx context.Context, req infer.UpdateRequest[RebalancingJobArgs, RebalancingJobState],
) (infer.UpdateResponse[RebalancingJobState], error) {
	resp, err := r.Resource.Update(ctx, req)
	if !api.IsNotFound(err) {
		return resp, err
	}
	id, lookup := r.current(ctx, &req.Inputs)
	if lookup != nil || id == "" || id == req.ID {
		return resp, err
	}
	req.ID = id
	return r.Resource.Update(ctx, req)
}

// Delete removes the job, or the one that the service has put in its place.
func (r *RebalancingJob) Delete(
	ctx context.Context, req infer.DeleteRequest[RebalancingJobState],
) (infer.DeleteResponse, error) {
	a := &req.State.RebalancingJobArgs
	_, err := crud.Send(ctx, api.Call{Method: http.MethodDelete, Path: r.Path(a) + api.Path(req.ID)})
	if api.IsNotFound(err) {
		id, lookup := r.current(ctx, a)
		if lookup != nil {
			return infer.DeleteResponse{}, fmt.Errorf("cannot tell whether rebalancing job %s is gone: %w", req.ID, lookup)
		}
		if id == "" {
			return infer.DeleteResponse{}, nil
		}
		req.ID = id
		return r.Resource.Delete(ctx, req)
	}
	if err != nil {
		err = fmt.Errorf("cannot delete rebalancing job %s: %w", req.ID, err)
	}
	return infer.DeleteResponse{}, err
}

// current returns the ID of the job that the cluster has of the schedule,
// empty if there is none or the cluster is gone.
func (r *RebalancingJob) current(ctx context.Context, a *RebalancingJobArgs) (string, error) {
	found, err := r.Find(ctx, a, r.Key, a.RebalancingScheduleID)
	if api.IsNotFound(err) {
		return "", nil
	}
	return wire.Text(found, "id"), err
}

// importID brings an import ID that names the schedule into the form that
// names the job.
func (r *RebalancingJob) importID(ctx context.Context, id string) (string, error) {
	cluster, of, found := strings.Cut(id, "/")
	if !found || !isUUID(cluster) || strings.TrimSpace(of) == "" {
		return "", fmt.Errorf("%q is not a valid import ID", id)
	}
	jobs, err := config.Client(ctx).Collection(ctx, rebalancingJobs(cluster), nil, r.List.Items)
	if err != nil {
		return "", fmt.Errorf("cannot list the rebalancing jobs of cluster %s: %w", cluster, err)
	}
	if len(jobs.Find("id", of)) > 0 {
		return id, nil
	}
	schedules := []map[string]any{{"id": of}}
	if !isUUID(of) {
		all, err := listRebalancingSchedules(ctx)
		if err != nil {
			return "", fmt.Errorf("cannot list rebalancing schedules: %w", err)
		}
		if schedules = named(of, all); len(schedules) == 0 {
			_, err := crud.Named("rebalancing schedule", of).One(all)
			return "", err
		}
	}
	var matches []string
	for _, schedule := range schedules {
		for _, job := range jobs.Find(r.Key, wire.Text(schedule, "id")) {
			matches = append(matches, wire.Text(job, "id"))
		}
	}
	switch len(matches) {
	case 0:
		return "", fmt.Errorf("cluster %s has no rebalancing job with the ID, or of the schedule, %q", cluster, of)
	case 1:
		return cluster + "/" + matches[0], nil
	default:
		return "", fmt.Errorf("cluster %s has %d rebalancing jobs of schedules named %q, with the IDs %s: import one by its ID",
			cluster, len(matches), of, strings.Join(matches, ", "))
	}
}

// RebalancingJobArgs are the inputs of a [RebalancingJob].
type RebalancingJobArgs struct {
	ClusterID             string `pulumi:"clusterId" provider:"replaceOnChanges" wire:"-" check:"uuid"`
	RebalancingScheduleID string `pulumi:"rebalancingScheduleId" provider:"replaceOnChanges" check:"uuid"`
	Enabled               *bool  `pulumi:"enabled,optional" norm:"default=true"`
}

// Annotate describes the inputs.
func (x *RebalancingJobArgs) Annotate(a infer.Annotator) {
	a.Describe(&x.ClusterID, "The ID (UUID) of the cluster. Changing it replaces the job: the new cluster gets one, and the "+
		"old cluster is no longer rebalanced.")
	a.Describe(&x.RebalancingScheduleID, "The ID (UUID) of the schedule. Changing it replaces the job by one of the new schedule.")
	a.Describe(&x.Enabled, "Whether the cluster is rebalanced by the schedule. Default: true.")
}

// RebalancingJobState are the outputs of a [RebalancingJob].
type RebalancingJobState struct {
	RebalancingJobArgs
}
