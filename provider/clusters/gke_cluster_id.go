package clusters

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/pulumi/pulumi-go-provider/infer"

	"github.com/castai/pulumi-castai/internal/api"
	"github.com/castai/pulumi-castai/internal/crud"
	"github.com/castai/pulumi-castai/internal/wire"
)

// GkeClusterID registers a Google GKE cluster to get its ID and token.
type GkeClusterID struct{}

// Annotate describes the resource.
func (r *GkeClusterID) Annotate(a infer.Annotator) {
	a.SetToken("index", "GkeClusterId")
	a.Describe(&r, "Registers a Google GKE cluster with CAST AI to get its ID and the token for its agent, before any "+
		"credentials exist. With `clientServiceAccount` it also prepares a keyless connection. It connects nothing; a "+
		"`GkeCluster` of the same name, project and location does, and shares the ID.\n\n"+
		"Deleting this resource removes the registration of a cluster that was never connected, and leaves one that is "+
		"connected alone.\n\n"+
		"## Import\n\nThe import ID is the cluster ID (UUID) in CAST AI. An import makes no token.")
	a.AddAlias("gcp", "GkeClusterId")
}

// GkeClusterIDArgs are the inputs of a [GkeClusterID].
type GkeClusterIDArgs struct {
	Name                 string  `pulumi:"name" provider:"replaceOnChanges" wire:"gke.clusterName" check:"notblank"`
	ProjectID            string  `pulumi:"projectId" provider:"replaceOnChanges" wire:"gke.projectId" check:"gcpproject"`
	Location             string  `pulumi:"location" provider:"replaceOnChanges" wire:"gke.location" check:"gcplocation"`
	ClientServiceAccount *string `pulumi:"clientServiceAccount,optional" wire:"gke.clientServiceAccount" check:"notblank"`
	CastServiceAccount   *string `pulumi:"castServiceAccount,optional" wire:"-"`
}

// Annotate describes the inputs.
func (x *GkeClusterIDArgs) Annotate(a infer.Annotator) {
	a.Describe(&x.Name, "The name of the cluster in GKE. Changing it replaces the registration.")
	a.Describe(&x.ProjectID, "The Google Cloud project of the cluster. Changing it replaces the registration.")
	a.Describe(&x.Location, "The region or zone of the cluster, such as `us-central1` or `us-central1-a`. Changing it "+
		"replaces the registration.")
	a.Describe(&x.ClientServiceAccount, "The email address of your service account that CAST AI is to impersonate, for a "+
		"keyless connection. CAST AI then makes the service account `castServiceAccount`, which needs the role "+
		"`roles/iam.serviceAccountTokenCreator` on yours.")
	a.Describe(&x.CastServiceAccount, "The email address of the service account that CAST AI has made for the keyless "+
		"connection. The service decides; a value given here has no effect.")
}

// GkeClusterIDState are the outputs of a [GkeClusterID].
type GkeClusterIDState struct {
	GkeClusterIDArgs
	ClusterToken   string `pulumi:"clusterToken" provider:"secret" wire:"-"`
	OrganizationID string `pulumi:"organizationId"`
}

// Annotate describes the outputs.
func (x *GkeClusterIDState) Annotate(a infer.Annotator) {
	a.Describe(&x.ClusterToken, "The token that the agent and the controller of this cluster sign in with. Secret. Made "+
		"once; empty after an import.")
	a.Describe(&x.OrganizationID, "The organization (UUID) that the cluster belongs to.")
}

// unfinished says whether the creation ended before there was a token.
// Finished ones may lack it, after an import, or lack the organization, in a
// state that the bridged provider wrote.
func (x *GkeClusterIDState) unfinished() bool { return x.ClusterToken == "" && x.OrganizationID == "" }

// Create registers the cluster, or finds its registration, and makes a token.
func (r *GkeClusterID) Create(
	ctx context.Context, req infer.CreateRequest[GkeClusterIDArgs],
) (infer.CreateResponse[GkeClusterIDState], error) {
	state := GkeClusterIDState{GkeClusterIDArgs: req.Inputs}
	if req.DryRun {
		if state.CastServiceAccount == nil {
			state.CastServiceAccount = new(string) // an output that is not there would count as left out, not as unknown
		}
		return infer.CreateResponse[GkeClusterIDState]{Output: state}, nil
	}
	a := &req.Inputs
	cluster, err := register(ctx, a.Name, "gke", gkeParams(a.ProjectID, a.Location, a.Name))
	if err != nil {
		return infer.CreateResponse[GkeClusterIDState]{}, err
	}
	// From here on the record exists: whatever fails, its ID is kept and the
	// next update goes on where this one stopped.
	id := wire.Text(cluster, "id")
	err = r.finish(ctx, id, &state)
	return infer.CreateResponse[GkeClusterIDState]{ID: id, Output: state}, crud.Partial(err)
}

// finish makes what a registered cluster lacks.
func (*GkeClusterID) finish(ctx context.Context, id string, s *GkeClusterIDState) (err error) {
	if s.unfinished() {
		if s.ClusterToken, err = mintToken(ctx, id); err != nil {
			return err
		}
	}
	if err = impersonate(ctx, id, s); err != nil {
		return err
	}
	cluster, err := get(ctx, id)
	switch {
	case err != nil:
		return fmt.Errorf("cannot read cluster %s: %w", id, err)
	case cluster == nil:
		return errArchived
	}
	s.OrganizationID = wire.Text(cluster, "organizationId")
	return nil
}

// impersonate has CAST AI make the service account of a keyless connection.
func impersonate(ctx context.Context, id string, s *GkeClusterIDState) error {
	if s.ClientServiceAccount == nil || *s.ClientServiceAccount == "" {
		return nil
	}
	answer, err := crud.Send(ctx, api.Call{
		Method: http.MethodPost, Path: clusterPath(id, "gke-create-sa"), Idempotent: &repeatable,
		Body: map[string]any{"gke": map[string]any{"gkeSaImpersonate": *s.ClientServiceAccount, "projectId": s.ProjectID}},
	})
	if err == nil && wire.Text(answer, "serviceAccount") == "" {
		err = errors.New("the answer names none")
	}
	if err != nil {
		return fmt.Errorf("cannot make CAST AI's service account for the impersonation of %s: %w", *s.ClientServiceAccount, err)
	}
	made := wire.Text(answer, "serviceAccount")
	s.CastServiceAccount = &made
	return nil
}

// Read fetches the registration.
func (*GkeClusterID) Read(
	ctx context.Context, req infer.ReadRequest[GkeClusterIDArgs, GkeClusterIDState],
) (infer.ReadResponse[GkeClusterIDArgs, GkeClusterIDState], error) {
	resp, cluster, err := readCluster(ctx, "gke", req)
	if err != nil || cluster == nil {
		return resp, err
	}
	// What the service has made is an output, unless the program names it.
	if made := wire.Text(wire.Object(cluster, "gke"), "castServiceAccount"); made != "" {
		resp.State.CastServiceAccount = &made
	}
	if req.State.unfinished() && !crud.IsImport(ctx) {
		resp.State.OrganizationID = ""
		return resp, crud.Partial(errUnfinished)
	}
	return resp, nil
}

// Update prepares the impersonation of another service account, and finishes
// what failed at creation.
func (r *GkeClusterID) Update(
	ctx context.Context, req infer.UpdateRequest[GkeClusterIDArgs, GkeClusterIDState],
) (infer.UpdateResponse[GkeClusterIDState], error) {
	state := crud.Predict(ctx, req.State, req.Inputs)
	if req.DryRun {
		return infer.UpdateResponse[GkeClusterIDState]{Output: state}, nil
	}
	if req.State.ClientServiceAccount != nil && state.ClientServiceAccount == nil {
		crud.Warn(ctx, "CAST AI keeps its access to %s until the cluster is disconnected. To revoke it, remove the role that "+
			"CAST AI's service account has on it.", *req.State.ClientServiceAccount)
	}
	err := r.finish(ctx, req.ID, &state)
	if err != nil && state.ClusterToken == req.State.ClusterToken {
		// The old state stays, so that the next preview still shows what is to do.
		return infer.UpdateResponse[GkeClusterIDState]{}, err
	}
	return infer.UpdateResponse[GkeClusterIDState]{Output: state}, crud.Partial(err)
}

// WireDependencies tells previews which outputs an update can change.
func (*GkeClusterID) WireDependencies(f infer.FieldSelector, a *GkeClusterIDArgs, s *GkeClusterIDState) {
	crud.KeepKnown(f, a, s)
}

// DeleteBeforeReplace keeps a replacement from removing its successor: a change
// that means nothing to the service gives the same record.
func (*GkeClusterID) DeleteBeforeReplace() {}

// Delete removes the registration of a cluster that is not connected.
func (*GkeClusterID) Delete(ctx context.Context, req infer.DeleteRequest[GkeClusterIDState]) (infer.DeleteResponse, error) {
	return infer.DeleteResponse{}, unregister(ctx, req.ID)
}
