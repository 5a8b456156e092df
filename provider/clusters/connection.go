package clusters

import (
	"context"
	"fmt"
	"reflect"

	"github.com/pulumi/pulumi-go-provider/infer"

	"github.com/castai/pulumi-castai/internal/api"
	"github.com/castai/pulumi-castai/internal/config"
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
	a.Describe(&x.WaitUntilReady, "Whether to wait, as long as `customTimeouts` allow, until an agent is online and the "+
		"cluster is ready. Default: false, and then a warning tells when no agent is online.")
	a.Describe(&x.ClusterTokenRotation, "Any text. When it changes, a new `clusterToken` is made in place, for instance "+
		"after an import or when the old one has expired unused.")
}

// ConnectedState are the outputs that every connection has.
type ConnectedState struct {
	ClusterToken      string  `pulumi:"clusterToken" provider:"secret" wire:"-"`
	CredentialsID     string  `pulumi:"credentialsId" wire:"-"`
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
	credentials func(a *A) map[string]any
	// forget takes the credentials out of inputs that were read back.
	forget func(a *A)
	// parts give access to what A and S embed.
	common func(a *A) *Connected
	output func(s *S) *ConnectedState
	// more does what a cloud has besides, after the credentials are set and
	// when the cluster is read; nil for nothing.
	apply func(ctx context.Context, id string, a *A) error
	read  func(ctx context.Context, id string, a *A, cluster map[string]any) error
	// release frees what the service holds in the cloud for this cluster,
	// between the disconnect and the deletion of the record.
	release func(ctx context.Context, cluster map[string]any)
}

// Create registers the cluster, makes its token and hands over credentials.
func (c *connection[A, S]) Create(ctx context.Context, req infer.CreateRequest[A]) (infer.CreateResponse[S], error) {
	state := crud.NewState[A, S](req.Inputs)
	if req.DryRun {
		return infer.CreateResponse[S]{Output: state}, nil
	}
	ctx, cancel := withTimeout(ctx, createTimeout)
	defer cancel()
	a := &req.Inputs
	cluster, err := register(ctx, c.name(a), c.cloud, c.params(a))
	if err != nil {
		return infer.CreateResponse[S]{}, err
	}
	// From here on the cluster exists: whatever fails, its ID is kept and the
	// next update goes on where this one stopped.
	id := text(cluster, "id")
	c.output(&state).OrganizationID = text(cluster, "organizationId")
	err = c.converge(ctx, id, a, &state, true)
	return infer.CreateResponse[S]{ID: id, Output: state}, crud.Partial(err)
}

// converge does what is still to do, and then reads the outcome.
func (c *connection[A, S]) converge(ctx context.Context, id string, a *A, state *S, connect bool) error {
	out := c.output(state)
	// A cluster whose creation was never finished has no status yet. After an
	// import the token stays unknown: a new one could lock the agent out.
	if out.ClusterToken == "" && out.Status == "" {
		token, err := mintToken(ctx, id)
		if err != nil {
			return err
		}
		out.ClusterToken = token
	}
	body := c.credentials(a)
	if body != nil && connect {
		credentials, err := setCredentials(ctx, id, body)
		if err != nil {
			return err
		}
		out.CredentialsID = credentials
	}
	if c.apply != nil {
		if err := c.apply(ctx, id, a); err != nil {
			return err
		}
	}
	untilReady := isTrue(c.common(a).WaitUntilReady)
	var cluster map[string]any
	var err error
	if body != nil && connect || untilReady {
		cluster, err = settle(ctx, id, untilReady)
	} else if cluster, err = get(ctx, id); err == nil && cluster == nil {
		err = fmt.Errorf("cluster %s has been archived meanwhile", id)
	}
	if cluster != nil {
		if failed := c.decode(cluster, state); err == nil {
			err = failed
		}
	}
	return err
}

// decode fills outputs from the cluster. Inputs stay what the program says.
func (c *connection[A, S]) decode(cluster map[string]any, state *S) error {
	a := crud.Args[A](state)
	err := wire.Decode(cluster, state)
	crud.SetArgs(state, a)
	return err
}

// Read fetches the cluster, for a refresh or an import.
func (c *connection[A, S]) Read(ctx context.Context, req infer.ReadRequest[A, S]) (infer.ReadResponse[A, S], error) {
	id, state := req.ID, req.State
	cluster, err := get(ctx, id)
	if err != nil {
		return infer.ReadResponse[A, S]{}, fmt.Errorf("cannot read cluster %s: %w", id, err)
	}
	if cluster == nil {
		return infer.ReadResponse[A, S]{}, nil
	}
	if kind := text(cluster, "providerType"); crud.IsImport(ctx) && kind != "" && kind != c.cloud {
		return infer.ReadResponse[A, S]{}, fmt.Errorf("cluster %s is of type %q, not %q: import it as a resource of that type", id, kind, c.cloud)
	}
	unfinished := !crud.IsImport(ctx) && c.output(&state).Status == ""
	crud.SetArgs(&state, req.Inputs)
	if err := wire.Decode(cluster, &state); err != nil {
		return infer.ReadResponse[A, S]{}, fmt.Errorf("cannot understand the answer for cluster %s: %w", id, err)
	}
	a, out := crud.Args[A](&state), c.output(&state)
	current := text(cluster, "credentialsId")
	if !crud.IsImport(ctx) && current != out.CredentialsID {
		// Credentials cannot be read back. Others than ours are in place, so
		// the next update has to hand ours over again.
		c.forget(&a)
	}
	out.CredentialsID = current
	if c.read != nil {
		if err := c.read(ctx, id, &a, cluster); err != nil {
			return infer.ReadResponse[A, S]{}, fmt.Errorf("cannot read cluster %s: %w", id, err)
		}
	}
	crud.SetArgs(&state, a)
	resp := infer.ReadResponse[A, S]{ID: id, Inputs: a, State: state}
	if unfinished {
		c.output(&resp.State).Status = ""
		return resp, crud.Partial(errUnfinished)
	}
	return resp, nil
}

// Update hands over changed credentials and applies changed settings.
func (c *connection[A, S]) Update(ctx context.Context, req infer.UpdateRequest[A, S]) (infer.UpdateResponse[S], error) {
	if req.DryRun {
		return infer.UpdateResponse[S]{Output: crud.Predict(ctx, req.State, req.Inputs)}, nil
	}
	ctx, cancel := withTimeout(ctx, updateTimeout)
	defer cancel()
	state, a := req.State, &req.Inputs
	was := crud.Args[A](&state)
	out := c.output(&state)
	if old := crud.OldInputs(ctx).Get("clusterTokenRotation"); c.common(a).ClusterTokenRotation != nil &&
		!(old.IsString() && old.AsString() == *c.common(a).ClusterTokenRotation) {
		token, err := mintToken(ctx, req.ID)
		if err != nil {
			return infer.UpdateResponse[S]{}, err
		}
		out.ClusterToken = token
	}
	before, after := c.credentials(&was), c.credentials(a)
	if before != nil && after == nil {
		crud.Warn(ctx, "CAST AI keeps the credentials of a cluster until it is disconnected: taking them out of the program "+
			"does not revoke them. Remove its access in the cloud, or delete this resource.")
	}
	changed := after != nil && (out.CredentialsID == "" || !reflect.DeepEqual(before, after))
	crud.SetArgs(&state, req.Inputs)
	err := c.converge(ctx, req.ID, a, &state, changed)
	if old := c.output(&req.State); err == nil || out.CredentialsID == old.CredentialsID && out.ClusterToken == old.ClusterToken {
		// An error that came before any change leaves the old state, so that
		// the next preview still shows what is to do.
		return infer.UpdateResponse[S]{Output: state}, err
	}
	return infer.UpdateResponse[S]{Output: state}, crud.Partial(err)
}

// Delete disconnects the cluster and removes its record.
func (c *connection[A, S]) Delete(ctx context.Context, req infer.DeleteRequest[S]) (infer.DeleteResponse, error) {
	a := crud.Args[A](&req.State)
	var before func(map[string]any)
	if c.release != nil {
		before = func(cluster map[string]any) { c.release(ctx, cluster) }
	}
	return infer.DeleteResponse{}, disconnect(ctx, req.ID, isTrue(c.common(&a).DeleteNodesOnDisconnect), before)
}

// WireDependencies tells previews which outputs an update can change.
func (c *connection[A, S]) WireDependencies(f infer.FieldSelector, a *A, s *S) {
	crud.KeepKnown(f, a, s)
}

// ReplaceWarning is shown in a preview that replaces a connection.
func (c *connection[A, S]) ReplaceWarning() string {
	return "Replacing this resource connects another cluster and disconnects the present one. The nodes that CAST AI has added " +
		"to that are deleted if deleteNodesOnDisconnect is true, and left without care if not."
}

func isTrue(b *bool) bool { return b != nil && *b }

func listNodes(ctx context.Context, id string) ([]map[string]any, error) {
	return config.Client(ctx).All(ctx, clusterPath(id, "nodes"), nil, "items", api.ListOptions{PageSize: 500})
}
