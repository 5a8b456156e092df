package clusters

import (
	"context"
	"fmt"
	"net/http"

	"github.com/google/uuid"
	"github.com/pulumi/pulumi-go-provider/infer"

	"github.com/castai/pulumi-castai/internal/api"
	"github.com/castai/pulumi-castai/internal/crud"
	"github.com/castai/pulumi-castai/internal/wire"
)

// A registration gives a cluster its ID before anything is connected. The
// connection of the same cluster is another resource on the same record, and
// the record is the connection's: a registration that goes does not take it
// along.

// readCluster reads a cluster of one cloud into inputs and outputs, and
// returns what the API says of it: nil if it is gone. What a cluster is cannot
// change under its ID, so the inputs that identify it are read on imports only.
func readCluster[A, S any](
	ctx context.Context, cloud string, req infer.ReadRequest[A, S],
) (resp infer.ReadResponse[A, S], cluster map[string]any, err error) {
	if err := checkImportID(ctx, req.ID); err != nil {
		return resp, nil, err
	}
	cluster, err = get(ctx, req.ID)
	if err == nil && cluster == nil {
		return resp, nil, nil
	}
	if err == nil && crud.IsImport(ctx) && wire.Object(cluster, cloud) == nil {
		err = fmt.Errorf("it is of the type %q, not %q: import it as a resource of that type", wire.Text(cluster, "providerType"), cloud)
	}
	state := req.State
	crud.SetArgs(&state, req.Inputs)
	if err == nil {
		err = wire.Decode(cluster, &state)
	}
	if err != nil {
		return resp, nil, fmt.Errorf("cannot read cluster %s: %w", req.ID, err)
	}
	a := crud.Args[A](&state)
	if !crud.IsImport(ctx) {
		crud.KeepIdentity(&a, &req.Inputs)
		crud.SetArgs(&state, a)
	}
	return infer.ReadResponse[A, S]{ID: req.ID, Inputs: a, State: state}, cluster, nil
}

// checkImportID refuses to import by anything but the ID of a cluster.
func checkImportID(ctx context.Context, id string) error {
	if crud.IsImport(ctx) && (len(id) != 36 || uuid.Validate(id) != nil) {
		return fmt.Errorf("%q is not a valid import ID: it has the form <clusterId>, the ID (UUID) of the cluster in CAST AI", id)
	}
	return nil
}

// unregister removes the record of a cluster that nothing has connected.
func unregister(ctx context.Context, id string) error {
	cluster, err := get(ctx, id)
	if err != nil {
		return fmt.Errorf("cannot read cluster %s: %w", id, err)
	}
	if cluster == nil {
		return nil
	}
	agent := wire.Text(cluster, "agentStatus")
	connected := wire.Text(cluster, "credentialsId") != "" || agent != agentWaiting && agent != agentDisconnected
	if !connected {
		_, err = crud.Send(ctx, api.Call{Method: http.MethodDelete, Path: clusterPath(id)})
		connected = api.IsInvalid(err) // meanwhile
	}
	switch {
	case connected:
		crud.Warn(ctx, "Cluster %s stays connected to CAST AI (agent: %s): this resource only registered it. The resource that "+
			"connects it disconnects it; without one, disconnect it in the console.", id, agent)
		return nil
	case err == nil, api.IsNotFound(err):
		return nil
	default:
		return fmt.Errorf("cannot remove the registration of cluster %s: %w", id, err)
	}
}
