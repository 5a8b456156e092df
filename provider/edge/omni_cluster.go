package edge

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/pulumi/pulumi-go-provider/infer"

	"github.com/castai/pulumi-castai/internal/api"
	"github.com/castai/pulumi-castai/internal/check"
	"github.com/castai/pulumi-castai/internal/crud"
	"github.com/castai/pulumi-castai/internal/wire"
)

// OmniCluster is the registration of a cluster with Omni.
type OmniCluster struct {
	crud.InOrganization[OmniClusterArgs, OmniClusterState]
}

// NewOmniCluster returns the resource.
func NewOmniCluster() *OmniCluster {
	return &OmniCluster{crud.InOrganization[OmniClusterArgs, OmniClusterState]{
		Organization: func(a *OmniClusterArgs) **string { return &a.OrganizationID },
		Resource: crud.Resource[OmniClusterArgs, OmniClusterState]{
			Kind:     "omni cluster",
			Path:     func(a *OmniClusterArgs) string { return under(a.OrganizationID) },
			ImportID: "<organizationId>/<clusterId>",
			Catalog:  &crud.List{Items: "items"},
		},
	}}
}

// Annotate describes the resource.
func (r *OmniCluster) Annotate(a infer.Annotator) {
	a.Describe(&r, "Registers a cluster of CAST AI with Omni, which runs nodes of the cluster at the edge: in other regions and "+
		"clouds, and on machines of one's own. The cluster must be known to CAST AI already; its agent need not run. A cluster "+
		"that is registered already is taken over as it is.\n\n"+
		"The registration can only be deleted when the cluster has no edge locations any more. Those that are just going are "+
		"waited for, up to 15 minutes or the `customTimeouts` of the resource.\n\n"+
		"## Import\n\nThe import ID is `<clusterId>`, or `<organizationId>/<clusterId>`.")
}

// OmniClusterArgs are the inputs of an [OmniCluster].
type OmniClusterArgs struct {
	OrganizationID *string            `pulumi:"organizationId,optional" provider:"replaceOnChanges" wire:"-" check:"uuid"`
	ClusterID      string             `pulumi:"clusterId" provider:"replaceOnChanges" wire:"-" check:"uuid"`
	Status         *OmniClusterStatus `pulumi:"status,optional" wire:",writeonly"`
}

// Annotate describes the inputs.
func (x *OmniClusterArgs) Annotate(a infer.Annotator) {
	a.Describe(&x.OrganizationID, organizationHelp)
	a.Describe(&x.ClusterID, "The ID (UUID) of the cluster, such as the `id` of a `GkeCluster`. Changing it replaces the resource.")
	a.Describe(&x.Status, "What is to be known of the cluster before its omni agent reports. Left out, that is nothing; dropped, "+
		"what the service knows stays. What the agent reports later is no difference: it is in the outputs `omniAgentVersion` "+
		"and `podCidr`.")
}

// OmniClusterState are the outputs of an [OmniCluster].
type OmniClusterState struct {
	OmniClusterArgs
	Name             *string                      `pulumi:"name,optional"`
	State            *string                      `pulumi:"state,optional" wire:",changes"`
	ProviderType     *string                      `pulumi:"providerType,optional"`
	ServiceAccountID *string                      `pulumi:"serviceAccountId,optional"`
	CastaiOidcConfig *OmniClusterCastaiOidcConfig `pulumi:"castaiOidcConfig,optional"`
	OmniAgentVersion *string                      `pulumi:"omniAgentVersion,optional" wire:",changes"`
	PodCidr          *string                      `pulumi:"podCidr,optional" wire:",changes"`
}

const (
	nameHelp           = "The name of the cluster."
	stateHelp          = "The state of the cluster in Omni, such as `ENABLED`, `READY`, `WARNING` or `FAILED`."
	providerTypeHelp   = "The kind of cluster: `EKS`, `GKE` or `AKS`."
	serviceAccountHelp = "The ID of the CAST AI service account that Omni uses for the cluster."
	oidcHelp           = "The Google service account that CAST AI signs in to clouds with, where an edge location trusts it instead of " +
		"a key."
	agentVersionHelp = "The version of the omni agent, as the service last learned it."
	podCidrHelp      = "The address ranges of the pods, separated by commas, as the service last learned them."
)

// Annotate describes the outputs.
func (x *OmniClusterState) Annotate(a infer.Annotator) {
	a.Describe(&x.Name, nameHelp)
	a.Describe(&x.State, stateHelp)
	a.Describe(&x.ProviderType, providerTypeHelp)
	a.Describe(&x.ServiceAccountID, serviceAccountHelp)
	a.Describe(&x.CastaiOidcConfig, oidcHelp)
	a.Describe(&x.OmniAgentVersion, agentVersionHelp)
	a.Describe(&x.PodCidr, podCidrHelp)
}

// OmniClusterStatus is what a registration says of a cluster.
type OmniClusterStatus struct {
	OmniAgentVersion string `pulumi:"omniAgentVersion" check:"notblank"`
	PodCidr          string `pulumi:"podCidr" norm:"csv" check:"notblank"`
}

// Annotate describes the status.
func (x *OmniClusterStatus) Annotate(a infer.Annotator) {
	a.Describe(&x, "What a registration with Omni says of a cluster.")
	a.Describe(&x.OmniAgentVersion, "The version of the omni agent in the cluster, such as `1.2.0`. Changing it updates the "+
		"registration in place.")
	a.Describe(&x.PodCidr, "The address ranges of the pods, separated by commas, such as `10.244.0.0/16`. Changing them updates "+
		"the registration in place.")
}

// OmniClusterCastaiOidcConfig is the identity that CAST AI signs in to clouds with.
type OmniClusterCastaiOidcConfig struct {
	GcpServiceAccountEmail    *string `pulumi:"gcpServiceAccountEmail,optional"`
	GcpServiceAccountUniqueID *string `pulumi:"gcpServiceAccountUniqueId,optional"`
}

// Annotate describes the identity.
func (x *OmniClusterCastaiOidcConfig) Annotate(a infer.Annotator) {
	a.Describe(&x, "The Google service account that CAST AI signs in to clouds with.")
	a.Describe(&x.GcpServiceAccountEmail, "Its email address, which a Google service account lets impersonate itself.")
	a.Describe(&x.GcpServiceAccountUniqueID, "Its unique ID, all digits, which the trust policy of an AWS role names.")
}

// CheckInputs checks what concerns several inputs.
func (r *OmniCluster) CheckInputs(in *check.Inputs) {
	const at = "status.podCidr"
	ranges, known := in.String(at)
	if !known || strings.TrimSpace(ranges) == "" {
		return
	}
	for one := range strings.SplitSeq(ranges, ",") {
		if _, err := netip.ParsePrefix(strings.TrimSpace(one)); err != nil {
			in.Fail(at, "%q is not an address range: give addresses with a prefix length, separated by commas, such as %q", one, "10.244.0.0/16")
		}
	}
}

// DeleteBeforeReplace has an old registration go first: that of the same
// cluster is the same object.
func (r *OmniCluster) DeleteBeforeReplace() {}

// Create registers the cluster.
func (r *OmniCluster) Create(
	ctx context.Context, req infer.CreateRequest[OmniClusterArgs],
) (infer.CreateResponse[OmniClusterState], error) {
	state := OmniClusterState{OmniClusterArgs: req.Inputs}
	if req.DryRun {
		return infer.CreateResponse[OmniClusterState]{Output: state}, nil
	}
	if err := r.Locate(ctx, &state.OmniClusterArgs, nil); err != nil {
		return infer.CreateResponse[OmniClusterState]{}, err
	}
	if err := register(ctx, &state.OmniClusterArgs); err != nil {
		return infer.CreateResponse[OmniClusterState]{}, err
	}
	err := lookBack(ctx, &state)
	return infer.CreateResponse[OmniClusterState]{ID: state.ClusterID, Output: state}, crud.Partial(err)
}

// Update registers the cluster again, with what is new.
func (r *OmniCluster) Update(
	ctx context.Context, req infer.UpdateRequest[OmniClusterArgs, OmniClusterState],
) (infer.UpdateResponse[OmniClusterState], error) {
	state := req.State
	state.Status = req.Inputs.Status
	if req.DryRun {
		return infer.UpdateResponse[OmniClusterState]{Output: state}, nil
	}
	if err := r.Locate(ctx, &state.OmniClusterArgs, nil); err != nil {
		return infer.UpdateResponse[OmniClusterState]{}, err
	}
	if err := register(ctx, &state.OmniClusterArgs); err != nil {
		return infer.UpdateResponse[OmniClusterState]{}, err
	}
	err := lookBack(ctx, &state)
	return infer.UpdateResponse[OmniClusterState]{Output: state}, crud.Partial(err)
}

// register says of a cluster what the program says. It may be repeated.
func register(ctx context.Context, a *OmniClusterArgs) error {
	body, err := wire.Create(a)
	if err == nil {
		_, err = crud.Send(ctx, api.Call{
			Method: http.MethodPost, Path: under(a.OrganizationID, a.ClusterID) + ":register", Body: body, Idempotent: &repeatable,
		})
	}
	if err != nil {
		return fmt.Errorf("cannot register the cluster %s with Omni: %w", a.ClusterID, err)
	}
	return nil
}

// lookBack fills in the outputs after a registration, whose answer is empty.
func lookBack(ctx context.Context, s *OmniClusterState) error {
	found, err := look(ctx, s)
	if err == nil && !found {
		err = errors.New("it was registered and then not found")
	}
	if err != nil {
		return fmt.Errorf("cannot read omni cluster %s: %w", s.ClusterID, err)
	}
	return nil
}

// look fetches the cluster, if it is registered.
func look(ctx context.Context, s *OmniClusterState) (found bool, err error) {
	body, err := crud.Get(ctx, under(s.OrganizationID, s.ClusterID))
	if api.IsNotFound(err) || err == nil && (body == nil || wire.Text(body, "state") == stateDeleted) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if wire.Text(body, "state") == stateFailed {
		crud.Warn(ctx, "The cluster %s has failed in Omni: look at it in the console.", s.ClusterID)
	}
	if err := wire.Decode(body, s); err != nil {
		return false, fmt.Errorf("cannot understand the answer: %w", err)
	}
	return true, nil
}

// Read fetches the registration, for a refresh or an import.
func (r *OmniCluster) Read(
	ctx context.Context, req infer.ReadRequest[OmniClusterArgs, OmniClusterState],
) (resp infer.ReadResponse[OmniClusterArgs, OmniClusterState], err error) {
	state := req.State
	state.OmniClusterArgs = req.Inputs
	if crud.IsImport(ctx) {
		state.OmniClusterArgs, err = identify(ctx, req.ID)
	} else {
		err = r.Locate(ctx, &state.OmniClusterArgs, &req.State)
	}
	if err != nil {
		return resp, err
	}
	found, err := look(ctx, &state)
	if err != nil {
		return resp, fmt.Errorf("cannot read omni cluster %s: %w", state.ClusterID, err)
	}
	if !found {
		return resp, nil
	}
	if version, ranges := wire.Value(state.OmniAgentVersion), wire.Value(state.PodCidr); crud.IsImport(ctx) && version != "" && ranges != "" {
		state.Status = &OmniClusterStatus{OmniAgentVersion: version, PodCidr: ranges}
	}
	resp.ID, resp.Inputs, resp.State = state.ClusterID, state.OmniClusterArgs, state
	return resp, nil
}

// identify finds the organization of a cluster, which its ID alone does not tell.
func identify(ctx context.Context, id string) (a OmniClusterArgs, err error) {
	if given, of, told := strings.Cut(id, "/"); told && isUUID(given) && isUUID(of) {
		return OmniClusterArgs{OrganizationID: &given, ClusterID: of}, nil
	}
	if !isUUID(id) {
		return a, fmt.Errorf("%q is not a valid import ID: the cluster ID is a UUID", id)
	}
	cluster, err := crud.Get(ctx, api.Path("v1", "kubernetes", "external-clusters", id))
	if err != nil {
		return a, fmt.Errorf("cannot find the organization of the cluster %s: %w", id, err)
	}
	organization := wire.Text(cluster, "organizationId")
	switch {
	case wire.Text(cluster, "status") == "archived":
		return a, fmt.Errorf("the cluster %s has been removed from CAST AI", id)
	case organization == "":
		return a, fmt.Errorf("cannot find the organization of the cluster %s: the API does not tell it", id)
	}
	return OmniClusterArgs{OrganizationID: &organization, ClusterID: id}, nil
}

const (
	// clusterDeletion is how long a deletion takes at most by default.
	clusterDeletion = 15 * time.Minute
	// patience is how often a deletion is asked for while no edge location is
	// seen going: about half a minute. Others may be about to delete one.
	patience = 9
)

// Delete removes the registration. The service refuses while the cluster has
// edge locations, and its record of those that are gone may linger.
func (r *OmniCluster) Delete(ctx context.Context, req infer.DeleteRequest[OmniClusterState]) (infer.DeleteResponse, error) {
	a := req.State.OmniClusterArgs
	if err := r.Locate(ctx, &a, nil); err != nil {
		return infer.DeleteResponse{}, err
	}
	path := under(a.OrganizationID, a.ClusterID)
	var refusal error
	err := crud.Await(ctx, clusterDeletion, func(ctx context.Context, turn int) (done bool, status string, err error) {
		_, err = crud.Send(ctx, api.Call{Method: http.MethodDelete, Path: path})
		switch {
		case err == nil, api.IsNotFound(err):
			return true, "", nil
		case !api.IsInvalid(err) && !api.IsConflict(err):
			return false, "", err
		}
		refusal = err
		staying, leaving, err := edgeLocations(ctx, path)
		switch {
		case err != nil:
			return false, "", err
		case len(leaving) > 0 || turn < patience:
			return false, "waiting for edge locations to go: " + strings.Join(append(leaving, staying...), ", "), nil
		case len(staying) > 0:
			return false, "", fmt.Errorf("it still has edge locations that nobody is deleting: %s. Delete them first: those of this "+
				"program by letting them depend on this resource, others in the console", strings.Join(staying, ", "))
		default:
			return false, "", errors.New("it has no edge locations any more, and is not deleted all the same")
		}
	})
	if err != nil && refusal != nil {
		err = fmt.Errorf("%w\nThe API said: %w", err, refusal)
	}
	if err != nil {
		return infer.DeleteResponse{}, fmt.Errorf("cannot delete omni cluster %s: %w", a.ClusterID, err)
	}
	return infer.DeleteResponse{}, nil
}

// edgeLocations names the locations of a cluster, apart those that are going.
func edgeLocations(ctx context.Context, path string) (staying, leaving []string, err error) {
	body, err := crud.Send(ctx, api.Call{Method: http.MethodGet, Path: path, Query: url.Values{"includeEdgeLocations": {"true"}}})
	if err != nil {
		return nil, nil, err
	}
	list, _ := body["edgeLocations"].([]any)
	for _, item := range list {
		location, _ := item.(map[string]any)
		state := wire.Text(location, "state")
		name := fmt.Sprintf("%s (%s)", wire.Text(location, "name"), state)
		if state == stateOffboarding || state == stateDeleted {
			leaving = append(leaving, name)
		} else {
			staying = append(staying, name)
		}
	}
	return staying, leaving, nil
}
