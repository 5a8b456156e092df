package clusters

import (
	"context"
	"fmt"
	"reflect"

	"github.com/pulumi/pulumi-go-provider/infer"

	"github.com/castai/pulumi-castai/internal/crud"
	"github.com/castai/pulumi-castai/internal/wire"
)

// Connected are the inputs that every connection has.
type Connected struct {
	DeleteNodesOnDisconnect *bool   `pulumi:"deleteNodesOnDisconnect,optional" wire:"-"`
	WaitUntilReady          *bool   `pulumi:"waitUntilReady,optional" wire:"-"`
	ClusterTokenRotation    *string `pulumi:"clusterTokenRotation,optional" wire:"-"`
}

// Annotate describes the inputs.
func (x *Connected) Annotate(a infer.Annotator) {
	a.Describe(&x.DeleteNodesOnDisconnect, "Whether the nodes that CAST AI has added are drained and deleted when the cluster "+
		"is disconnected, that is when this resource is deleted. Default: false, and then they keep running and cost "+
		"money until you delete them.")
	a.Describe(&x.WaitUntilReady, "Whether creating and updating wait until an agent is online and the cluster is ready: as "+
		"long as `customTimeouts` allow, or else 20 minutes. Default: false, and then a warning tells when no agent is online.")
	a.Describe(&x.ClusterTokenRotation, "Any text. When it changes, a new `clusterToken` is made in place, for instance "+
		"after an import or when the old one has expired unused.")
}

// ConnectedState are the outputs that every connection has.
type ConnectedState struct {
	ClusterToken      string  `pulumi:"clusterToken" provider:"secret" wire:"-"`
	CredentialsID     string  `pulumi:"credentialsId" wire:"-,changes"`
	OrganizationID    string  `pulumi:"organizationId"`
	Status            string  `pulumi:"status" wire:",changes"`
	AgentStatus       string  `pulumi:"agentStatus" wire:",changes"`
	KubernetesVersion *string `pulumi:"kubernetesVersion,optional" wire:",changes"`
}

// Annotate describes the outputs.
func (x *ConnectedState) Annotate(a infer.Annotator) {
	a.Describe(&x.ClusterToken, "The token that the agent and the controller of this cluster sign in with. Secret. Made "+
		"once; empty after an import.")
	a.Describe(&x.CredentialsID, "The ID that CAST AI has given the credentials; empty without credentials.")
	a.Describe(&x.OrganizationID, "The organization (UUID) that the cluster belongs to.")
	a.Describe(&x.Status, "The state of the cluster when it was last read: `connecting`, `ready`, `warning`, `failed`, "+
		"`hibernating`, `hibernated`, `resuming`, `deleting` or `deleted`.")
	a.Describe(&x.AgentStatus, "The state of the agent when the cluster was last read: `waiting-connection`, `online`, "+
		"`non-responding`, `disconnecting` or `disconnected`.")
	a.Describe(&x.KubernetesVersion, "The version of Kubernetes that the agent has reported.")
}

// connection holds the verbs of a cluster of one cloud: what the clouds have
// in common. Inputs A embed Connected, outputs S embed A and ConnectedState.
type connection[A, S any] struct {
	cloud string // the field of the API that holds the cloud's own settings
	// name and params identify the cluster at registration.
	name   func(a *A) string
	params func(a *A) map[string]any
	// credentials is the body that hands over credentials; nil without any.
	credentials func(ctx context.Context, a *A) map[string]any
	// drift settles what inputs that were read back say of credentials, which
	// the API does not return: was are the last inputs, and lost says that
	// theirs are not in place any more. Inputs that differ from the program
	// have the next update hand its credentials over.
	drift func(a, was *A, lost bool)
	// common and output give access to what A and S embed.
	common func(a *A) *Connected
	output func(s *S) *ConnectedState
	// apply and read do what a cloud has besides, after the credentials are
	// set and when the cluster is read; nil for nothing.
	apply func(ctx context.Context, id string, a *A) error
	read  func(ctx context.Context, id string, a *A, cluster map[string]any) error
	// release frees what the service holds in the cloud for this cluster,
	// between the disconnect and the deletion of the record; nil for nothing.
	release func(ctx context.Context, id string, cluster map[string]any)
}

// unfinished says whether the creation of a cluster ended before it had its
// token. Finished ones may lack it, after an import, or lack the status, in a
// state that the bridged provider wrote.
func (x *ConnectedState) unfinished() bool { return x.ClusterToken == "" && x.Status == "" }

// Create registers the cluster, makes its token and hands over credentials.
func (c *connection[A, S]) Create(ctx context.Context, req infer.CreateRequest[A]) (infer.CreateResponse[S], error) {
	state := crud.NewState[A, S](req.Inputs)
	if req.DryRun {
		return infer.CreateResponse[S]{Output: state}, nil
	}
	a, limit := &req.Inputs, createTimeout
	if isTrue(c.common(a).WaitUntilReady) {
		limit += readyTimeout
	}
	ctx, cancel := withTimeout(ctx, limit)
	defer cancel()
	cluster, err := register(ctx, c.name(a), c.cloud, c.params(a))
	if err != nil {
		return infer.CreateResponse[S]{}, err
	}
	// From here on the cluster exists: whatever fails, its ID is kept and the
	// next update goes on where this one stopped.
	id := wire.Text(cluster, "id")
	c.output(&state).OrganizationID = wire.Text(cluster, "organizationId")
	_, err = c.converge(ctx, id, a, &state, c.credentials(ctx, a))
	return infer.CreateResponse[S]{ID: id, Output: state}, crud.Partial(err)
}

// converge does what is still to do, with credentials if they are to be handed
// over, and then reads the outcome. It tells whether the state has changed.
func (c *connection[A, S]) converge(
	ctx context.Context, id string, a *A, state *S, credentials map[string]any,
) (changed bool, err error) {
	out := c.output(state)
	if out.unfinished() {
		// An imported cluster gets no token: a new one could lock its agent out.
		if out.ClusterToken, err = mintToken(ctx, id); err != nil {
			return false, err
		}
		changed = true
	}
	if credentials != nil {
		// A failure leaves no ID, so that a refresh takes it for drift.
		if out.CredentialsID, err = setCredentials(ctx, id, credentials); err != nil {
			return changed, err
		}
		changed = true
	}
	if c.apply != nil {
		if err := c.apply(ctx, id, a); err != nil {
			return changed, err
		}
	}
	untilReady := isTrue(c.common(a).WaitUntilReady)
	var cluster map[string]any
	if credentials != nil || untilReady {
		cluster, err = settle(ctx, id, untilReady)
	} else if cluster, err = get(ctx, id); err != nil {
		err = fmt.Errorf("cannot read cluster %s: %w", id, err)
	} else if cluster == nil {
		err = errArchived
	}
	if cluster != nil {
		// Inputs stay what the program says.
		failed := wire.Decode(cluster, state)
		crud.SetArgs(state, *a)
		out.settled()
		if err == nil {
			err = failed
		}
	}
	return changed, err
}

// settled makes sure that outputs which were read are not taken for those of
// an unfinished creation.
func (x *ConnectedState) settled() {
	if x.Status == "" {
		x.Status = "unknown"
	}
}

// Read fetches the cluster, for a refresh or an import.
func (c *connection[A, S]) Read(ctx context.Context, req infer.ReadRequest[A, S]) (infer.ReadResponse[A, S], error) {
	resp, cluster, err := readCluster(ctx, c.cloud, req)
	if err != nil || cluster == nil {
		return resp, err
	}
	a, out := &resp.Inputs, c.output(&resp.State)
	current, told := cluster["credentialsId"].(string)
	if !told {
		current = out.CredentialsID
	}
	if !crud.IsImport(ctx) {
		missing := current == "" && c.credentials(ctx, &req.Inputs) != nil
		c.drift(a, &req.Inputs, missing || current != out.CredentialsID)
	}
	out.CredentialsID = current
	if c.read != nil {
		if err := c.read(ctx, req.ID, a, cluster); err != nil {
			return infer.ReadResponse[A, S]{}, fmt.Errorf("cannot read cluster %s: %w", req.ID, err)
		}
	}
	crud.SetArgs(&resp.State, *a)
	if c.output(&req.State).unfinished() && !crud.IsImport(ctx) {
		out.Status = ""
		return resp, crud.Partial(errUnfinished)
	}
	out.settled()
	return resp, nil
}

// Update hands over changed credentials and applies changed settings.
func (c *connection[A, S]) Update(ctx context.Context, req infer.UpdateRequest[A, S]) (infer.UpdateResponse[S], error) {
	if req.DryRun {
		return infer.UpdateResponse[S]{Output: crud.Predict(ctx, req.State, req.Inputs)}, nil
	}
	a, limit := &req.Inputs, updateTimeout
	if isTrue(c.common(a).WaitUntilReady) {
		limit += readyTimeout
	}
	ctx, cancel := withTimeout(ctx, limit)
	defer cancel()
	state := req.State
	was, out := crud.Args[A](&state), c.output(&state)
	rotated := c.rotates(ctx, a)
	if rotated {
		token, err := mintToken(ctx, req.ID)
		if err != nil {
			return infer.UpdateResponse[S]{}, err
		}
		out.ClusterToken = token
	}
	before, after := c.credentials(ctx, &was), c.credentials(ctx, a)
	switch {
	case before != nil && after == nil:
		crud.Warn(ctx, "CAST AI keeps the credentials of a cluster until it is disconnected: taking them out of the program "+
			"does not revoke them. Remove its access in the cloud, or delete this resource.")
	case out.CredentialsID != "" && reflect.DeepEqual(before, after):
		after = nil
	}
	crud.SetArgs(&state, req.Inputs)
	changed, err := c.converge(ctx, req.ID, a, &state, after)
	if err != nil && !changed && !rotated {
		// The old state stays, so that the next preview still shows what is to do.
		return infer.UpdateResponse[S]{}, err
	}
	return infer.UpdateResponse[S]{Output: state}, crud.Partial(err)
}

// rotates says whether the program asks for a new token.
func (c *connection[A, S]) rotates(ctx context.Context, a *A) bool {
	now, old := c.common(a).ClusterTokenRotation, crud.OldInputs(ctx).Get("clusterTokenRotation")
	return now != nil && !(old.IsString() && old.AsString() == *now)
}

// Delete disconnects the cluster and removes its record.
func (c *connection[A, S]) Delete(ctx context.Context, req infer.DeleteRequest[S]) (infer.DeleteResponse, error) {
	a := crud.Args[A](&req.State)
	d := disconnection{id: req.ID, deleteNodes: isTrue(c.common(&a).DeleteNodesOnDisconnect), release: c.release}
	return infer.DeleteResponse{}, d.run(ctx)
}

// WireDependencies tells previews which outputs an update can change.
func (c *connection[A, S]) WireDependencies(f infer.FieldSelector, a *A, s *S) {
	crud.KeepKnown(f, a, s)
	f.OutputField(&c.output(s).ClusterToken).DependsOn(f.InputField(&c.common(a).ClusterTokenRotation).Computed())
}

// ReplaceWarning is shown in a preview that replaces a connection.
func (c *connection[A, S]) ReplaceWarning() string {
	return "Replacing this resource disconnects the present cluster and connects another one. The nodes that CAST AI has added " +
		"to the present one are deleted if deleteNodesOnDisconnect is true, and left without care if not."
}

// DeleteBeforeReplace keeps a replacement from disconnecting its successor: a
// change that means nothing to the service gives the same record.
func (c *connection[A, S]) DeleteBeforeReplace() {}

func isTrue(b *bool) bool { return b != nil && *b }
