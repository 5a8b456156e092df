package clusters

import (
	"context"
	"encoding/base64"
	"net/http"
	"strings"

	"github.com/pulumi/pulumi-go-provider/infer"

	"github.com/castai/pulumi-castai/internal/api"
	"github.com/castai/pulumi-castai/internal/crud"
	"github.com/castai/pulumi-castai/internal/wire"
)

// GkeCluster connects a Google GKE cluster.
type GkeCluster struct {
	connection[GkeClusterArgs, GkeClusterState]
}

// NewGkeCluster returns the resource.
func NewGkeCluster() *GkeCluster {
	return &GkeCluster{connection[GkeClusterArgs, GkeClusterState]{
		cloud:  "gke",
		name:   func(a *GkeClusterArgs) string { return a.Name },
		params: func(a *GkeClusterArgs) map[string]any { return gkeParams(a.ProjectID, a.Location, a.Name) },
		credentials: func(_ context.Context, a *GkeClusterArgs) map[string]any {
			if a.CredentialsJSON == nil || *a.CredentialsJSON == "" {
				return nil
			}
			return map[string]any{"credentials": keyFile(*a.CredentialsJSON)}
		},
		drift: func(a, _ *GkeClusterArgs, lost bool) {
			if lost && a.CredentialsJSON != nil {
				a.CredentialsJSON = new(string)
			}
		},
		common:  func(a *GkeClusterArgs) *Connected { return &a.Connected },
		output:  func(s *GkeClusterState) *ConnectedState { return &s.ConnectedState },
		release: disableServiceAccount,
	}}
}

func gkeParams(project, location, name string) map[string]any {
	return map[string]any{"projectId": project, "location": location, "region": gkeRegion(location), "clusterName": name}
}

// gkeRegion is the region of a location, which is a region (us-central1) or a
// zone in one (us-central1-a).
func gkeRegion(location string) string {
	if parts := strings.Split(location, "-"); len(parts) > 2 {
		return strings.Join(parts[:2], "-")
	}
	return location
}

// keyFile is the JSON text of a service-account key. Google Cloud's resources
// give it as base64, its console as JSON.
func keyFile(credentials string) string {
	trimmed := strings.TrimSpace(credentials)
	if strings.HasPrefix(trimmed, "{") {
		return trimmed
	}
	if decoded, err := base64.StdEncoding.DecodeString(trimmed); err == nil {
		return string(decoded)
	}
	return trimmed
}

// disableServiceAccount gives up the service account that CAST AI holds for a
// keyless connection. It comes after the disconnect, which still needs it to
// delete nodes, and its failure keeps nothing from being deleted.
func disableServiceAccount(ctx context.Context, id string, cluster map[string]any) {
	gke := wire.Object(cluster, "gke")
	if wire.Text(gke, "clientServiceAccount") == "" && wire.Text(gke, "castServiceAccount") == "" {
		return
	}
	_, err := crud.Send(ctx, api.Call{Method: http.MethodPost, Path: clusterPath(id, "gke-disable-sa"), Idempotent: &repeatable})
	if err != nil && !api.IsNotFound(err) {
		crud.Warn(ctx, "CAST AI could not disable its service account for the cluster: %v", err)
	}
}

// Annotate describes the resource.
func (r *GkeCluster) Annotate(a infer.Annotator) {
	a.Describe(&r, "Connects a Google GKE cluster to CAST AI.\n\n"+
		"Let it depend on the `castai-agent` and `castai-cluster-controller` charts: CAST AI can act on a cluster only "+
		"when both run in it, and deleting this resource needs them to drain nodes. Let it depend on the IAM bindings of "+
		"the service account, too, not only on its key. To install the charts you need an ID and a token first: a "+
		"`GkeClusterId` gives both without connecting anything.\n\n"+
		"Deleting the resource disconnects the cluster and waits until that is done. With `deleteNodesOnDisconnect` the "+
		"nodes that CAST AI has added are drained and deleted first.\n\n"+
		"## Import\n\nThe import ID is the cluster ID (UUID) in CAST AI. An import neither registers the cluster again nor "+
		"makes a token.")
	a.AddAlias("gcp", "GkeCluster")
}

// GkeClusterArgs are the inputs of a [GkeCluster].
type GkeClusterArgs struct {
	Name            string  `pulumi:"name" provider:"replaceOnChanges" wire:"gke.clusterName" check:"notblank"`
	ProjectID       string  `pulumi:"projectId" provider:"replaceOnChanges" wire:"gke.projectId" check:"gcpproject"`
	Location        string  `pulumi:"location" provider:"replaceOnChanges" wire:"gke.location" check:"gcplocation"`
	CredentialsJSON *string `pulumi:"credentialsJson,optional" provider:"secret" wire:"-" norm:"json" check:"credentials"`
	Connected
}

// Annotate describes the inputs.
func (x *GkeClusterArgs) Annotate(a infer.Annotator) {
	a.Describe(&x.Name, "The name of the cluster in GKE. Changing it replaces the connection.")
	a.Describe(&x.ProjectID, "The Google Cloud project of the cluster. Changing it replaces the connection.")
	a.Describe(&x.Location, "The region or zone of the cluster, such as `us-central1` or `us-central1-a`. Changing it "+
		"replaces the connection.")
	a.Describe(&x.CredentialsJSON, "The key of the service account that CAST AI signs in to Google Cloud with: the JSON "+
		"text, or base64 of it as the `privateKey` of a `gcp.serviceaccount.Key`. Secret. Left out, CAST AI can only look at "+
		"the cluster; `{}` for a keyless connection that a `GkeClusterId` has prepared. Changing it updates the connection "+
		"in place.")
	x.Connected.Annotate(a)
}

// GkeClusterState are the outputs of a [GkeCluster].
type GkeClusterState struct {
	GkeClusterArgs
	ConnectedState
}
