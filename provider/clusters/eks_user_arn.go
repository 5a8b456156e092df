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

// EksUserArn is the AWS principal that a cluster's role has to trust.
type EksUserArn struct{}

// Annotate describes the resource.
func (r *EksUserArn) Annotate(a infer.Annotator) {
	a.Describe(&r, "The AWS principal, on the side of CAST AI, that the IAM role of one EKS cluster has to trust. The one that "+
		"exists is used; otherwise it is made.\n\n"+
		"Deleting it breaks the cluster's credentials, so let the role depend on it and the `EksCluster` on the role: then it "+
		"goes last.\n\n"+
		"## Import\n\nThe import ID is the cluster ID (UUID) in CAST AI.")
	a.AddAlias("aws", "EksUserArn")
}

// EksUserArnArgs are the inputs of an [EksUserArn].
type EksUserArnArgs struct {
	ClusterID string `pulumi:"clusterId" provider:"replaceOnChanges" wire:"-" check:"uuid"`
}

// Annotate describes the inputs.
func (x *EksUserArnArgs) Annotate(a infer.Annotator) {
	a.Describe(&x.ClusterID, "The ID (UUID) of the cluster, such as that of an `EksClusterId`. Changing it replaces the principal.")
}

// EksUserArnState are the outputs of an [EksUserArn].
type EksUserArnState struct {
	EksUserArnArgs
	Arn string `pulumi:"arn"`
}

// Annotate describes the outputs.
func (x *EksUserArnState) Annotate(a infer.Annotator) {
	a.Describe(&x.Arn, "The ARN to name as the principal in the role's trust policy.")
}

func principalPath(cluster string) string { return clusterPath(cluster, "assume-role-principal") }

// DeleteBeforeReplace keeps a replacement in the same cluster.
func (*EksUserArn) DeleteBeforeReplace() {}

// Create finds the principal, or makes it.
func (*EksUserArn) Create(ctx context.Context, req infer.CreateRequest[EksUserArnArgs]) (infer.CreateResponse[EksUserArnState], error) {
	state := EksUserArnState{EksUserArnArgs: req.Inputs}
	if req.DryRun {
		return infer.CreateResponse[EksUserArnState]{Output: state}, nil
	}
	path := principalPath(req.Inputs.ClusterID)
	answer, err := crud.Get(ctx, path)
	if err == nil && wire.Text(answer, "arn") == "" {
		// A cluster has one principal, so the call may be repeated.
		answer, err = crud.Send(ctx, api.Call{Method: http.MethodPost, Path: path, Idempotent: &repeatable})
	}
	if err == nil && wire.Text(answer, "arn") == "" {
		err = errors.New("the answer has no \"arn\"")
	}
	if err != nil {
		return infer.CreateResponse[EksUserArnState]{}, fmt.Errorf("cannot get the principal of cluster %s: %w", req.Inputs.ClusterID, err)
	}
	state.Arn = wire.Text(answer, "arn")
	return infer.CreateResponse[EksUserArnState]{ID: state.Arn, Output: state}, nil
}

// Read fetches the principal. That of a cluster that is gone is gone as well,
// although the API still shows it.
func (*EksUserArn) Read(
	ctx context.Context, req infer.ReadRequest[EksUserArnArgs, EksUserArnState],
) (resp infer.ReadResponse[EksUserArnArgs, EksUserArnState], err error) {
	if err := checkImportID(ctx, req.ID); err != nil {
		return resp, err
	}
	args := req.Inputs
	if crud.IsImport(ctx) {
		args.ClusterID = req.ID
	}
	cluster, err := get(ctx, args.ClusterID)
	if err == nil && cluster == nil {
		return resp, nil
	}
	var answer map[string]any
	if err == nil {
		answer, err = crud.Get(ctx, principalPath(args.ClusterID))
	}
	arn := wire.Text(answer, "arn")
	switch {
	case api.IsNotFound(err), err == nil && arn == "":
		return resp, nil
	case err != nil:
		return resp, fmt.Errorf("cannot read the principal of cluster %s: %w", args.ClusterID, err)
	}
	state := EksUserArnState{EksUserArnArgs: args, Arn: arn}
	return infer.ReadResponse[EksUserArnArgs, EksUserArnState]{ID: arn, Inputs: args, State: state}, nil
}

// Delete removes the principal.
func (*EksUserArn) Delete(ctx context.Context, req infer.DeleteRequest[EksUserArnState]) (infer.DeleteResponse, error) {
	_, err := crud.Send(ctx, api.Call{Method: http.MethodDelete, Path: principalPath(req.State.ClusterID)})
	if err != nil && !api.IsNotFound(err) {
		return infer.DeleteResponse{}, fmt.Errorf("cannot delete the principal of cluster %s: %w", req.State.ClusterID, err)
	}
	return infer.DeleteResponse{}, nil
}
