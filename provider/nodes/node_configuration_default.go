package nodes

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/pulumi/pulumi-go-provider/infer"

	"github.com/castai/pulumi-castai/internal/api"
	"github.com/castai/pulumi-castai/internal/config"
	"github.com/castai/pulumi-castai/internal/crud"
)

// NodeConfigurationDefault makes a node configuration the default one of its cluster.
type NodeConfigurationDefault struct{}

// NewNodeConfigurationDefault returns the resource.
func NewNodeConfigurationDefault() *NodeConfigurationDefault { return &NodeConfigurationDefault{} }

// Annotate describes the resource.
func (r *NodeConfigurationDefault) Annotate(a infer.Annotator) {
	a.Describe(&r, "Makes a node configuration the default one of its cluster: nodes of templates that name no configuration "+
		"are built from it. Have one such resource for a cluster: two would take the place from each other.\n\n"+
		"When another configuration has become the default, a refresh drops the resource, and the next update sets it again. "+
		"Deleting the resource changes nothing, since a cluster always has a default.\n\n"+
		"## Import\n\nThe import ID is `<clusterId>/<configurationId>`, or `<clusterId>` for whichever is the default.")
	a.AddAlias("config/node", "NodeConfigurationDefault")
}

// NodeConfigurationDefaultArgs are the inputs of a [NodeConfigurationDefault].
type NodeConfigurationDefaultArgs struct {
	ClusterID       string `pulumi:"clusterId" provider:"replaceOnChanges" check:"uuid"`
	ConfigurationID string `pulumi:"configurationId" provider:"replaceOnChanges" check:"notblank"`
}

// Annotate describes the inputs.
func (x *NodeConfigurationDefaultArgs) Annotate(a infer.Annotator) {
	a.Describe(&x.ClusterID, "The ID (UUID) of the cluster. Changing it replaces the resource.")
	a.Describe(&x.ConfigurationID, "The ID (UUID) of the node configuration. Changing it replaces the resource, which only "+
		"moves the mark.")
}

// NodeConfigurationDefaultState are the outputs of a [NodeConfigurationDefault].
type NodeConfigurationDefaultState struct {
	NodeConfigurationDefaultArgs
}

// Create marks the configuration.
func (r *NodeConfigurationDefault) Create(
	ctx context.Context, req infer.CreateRequest[NodeConfigurationDefaultArgs],
) (infer.CreateResponse[NodeConfigurationDefaultState], error) {
	a := req.Inputs
	resp := infer.CreateResponse[NodeConfigurationDefaultState]{
		ID: a.ConfigurationID, Output: NodeConfigurationDefaultState{a},
	}
	if req.DryRun {
		return resp, nil
	}
	repeatable := true
	_, err := crud.Send(ctx, api.Call{
		Method: http.MethodPost, Path: nodeConfigurations(a.ClusterID) + api.Path(a.ConfigurationID, "default"), Idempotent: &repeatable,
	})
	if err != nil {
		return infer.CreateResponse[NodeConfigurationDefaultState]{},
			fmt.Errorf("cannot make node configuration %s the default of cluster %s: %w", a.ConfigurationID, a.ClusterID, err)
	}
	return resp, nil
}

// Read finds out whether the configuration is still the default one. If it is
// not, the resource is gone.
func (r *NodeConfigurationDefault) Read(
	ctx context.Context, req infer.ReadRequest[NodeConfigurationDefaultArgs, NodeConfigurationDefaultState],
) (resp infer.ReadResponse[NodeConfigurationDefaultArgs, NodeConfigurationDefaultState], err error) {
	a := req.Inputs
	if crud.IsImport(ctx) {
		a.ClusterID, a.ConfigurationID, _ = strings.Cut(req.ID, "/")
		if a.ClusterID == "" {
			return resp, fmt.Errorf("%q is not a valid import ID", req.ID)
		}
	}
	id, err := defaultConfiguration(ctx, a.ClusterID)
	switch {
	case err != nil:
		return resp, fmt.Errorf("cannot read the default node configuration of cluster %s: %w", a.ClusterID, err)
	case id == a.ConfigurationID && id != "", id != "" && a.ConfigurationID == "":
		a.ConfigurationID = id
	case !crud.IsImport(ctx):
		return resp, nil
	case id == "":
		return resp, fmt.Errorf("cluster %s has no default node configuration", a.ClusterID)
	default:
		return resp, fmt.Errorf("node configuration %s is not the default of cluster %s: that is %s", a.ConfigurationID, a.ClusterID, id)
	}
	resp.ID, resp.Inputs, resp.State = a.ConfigurationID, a, NodeConfigurationDefaultState{a}
	return resp, nil
}

// defaultConfiguration returns the ID of a cluster's default configuration;
// empty if there is none, or no such cluster.
func defaultConfiguration(ctx context.Context, clusterID string) (string, error) {
	list, err := config.Client(ctx).Collection(ctx, nodeConfigurations(clusterID), nil, "items")
	if api.IsNotFound(err) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	for _, item := range list.Items {
		if item["default"] == true {
			id, _ := item["id"].(string)
			return id, nil
		}
	}
	return "", nil
}

// Delete makes no call: a cluster always has a default.
func (r *NodeConfigurationDefault) Delete(
	ctx context.Context, req infer.DeleteRequest[NodeConfigurationDefaultState],
) (infer.DeleteResponse, error) {
	crud.Warn(ctx, "nothing was changed at CAST AI: a cluster keeps its default node configuration until another one is made the default")
	return infer.DeleteResponse{}, nil
}
