package edge

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/pulumi/pulumi-go-provider/infer"
	"github.com/pulumi/pulumi/sdk/v3/go/property"

	"github.com/castai/pulumi-castai/internal/api"
	"github.com/castai/pulumi-castai/internal/check"
	"github.com/castai/pulumi-castai/internal/crud"
	"github.com/castai/pulumi-castai/internal/wire"
)

// EdgeLocation is a place where edges of a cluster can run.
type EdgeLocation struct {
	crud.InOrganization[EdgeLocationArgs, EdgeLocationState]
}

// NewEdgeLocation returns the resource.
func NewEdgeLocation() *EdgeLocation {
	return &EdgeLocation{crud.InOrganization[EdgeLocationArgs, EdgeLocationState]{
		Organization: func(a *EdgeLocationArgs) **string { return &a.OrganizationID },
		Resource: crud.Resource[EdgeLocationArgs, EdgeLocationState]{
			Kind:         "edge location",
			Path:         func(a *EdgeLocationArgs) string { return under(a.OrganizationID, a.ClusterID, "edge-locations") },
			ImportID:     "<organizationId>/<clusterId>/<edgeLocationId>",
			UpdateMethod: http.MethodPatch,
			// Sending a cloud again might bring its edges up anew, and without the
			// keys, which an import does not know, it might forget them.
			OnlyChanges: true,
			Parts:       []string{"edgeClusterSpec"},
			List:        &crud.List{Items: "items"},
			Body:        edgeLocationBody,
			Fill: func(body map[string]any, s *EdgeLocationState) {
				_, s.zonesTold = body["zones"]
			},
			Notice: func(ctx context.Context, body map[string]any) {
				if wire.Text(body, "state") == stateFailed {
					crud.Warn(ctx, "The edge location %q has failed: %s.", wire.Text(body, "name"), failure(body))
				}
			},
		},
	}}
}

// gpuOperator is the addon of locations that say nothing of addons.
const gpuOperator = "nvidia-gpu-operator"

// edgeLocationBody completes what a body says of the edge cluster.
func edgeLocationBody(a *EdgeLocationArgs, body map[string]any, update bool) error {
	spec, ok := body["edgeClusterSpec"].(map[string]any)
	if !ok {
		spec = map[string]any{}
	}
	if plane := wire.Object(spec, "controlPlane"); len(plane) == 0 {
		delete(spec, "controlPlane")
	} else if plane["ha"] == nil {
		plane["ha"] = true // left out beside others, it could mean one that is not highly available
	}
	if liqo := wire.Object(spec, "liqo"); len(wire.Object(liqo, "gatewayServer")) == 0 {
		delete(spec, "liqo")
	}
	if a.Addons == nil && !update {
		spec["addons"] = []any{map[string]any{"name": gpuOperator}}
	}
	if body["edgeClusterSpec"] = spec; len(spec) == 0 {
		delete(body, "edgeClusterSpec")
	}
	return nil
}

// failure says why a location has failed.
func failure(body map[string]any) string {
	if problem := wire.Text(body, "error"); problem != "" {
		return problem
	}
	return "the API does not say why"
}

// Annotate describes the resource.
func (r *EdgeLocation) Annotate(a infer.Annotator) {
	a.Describe(&r, "A place where nodes of a cluster can run beside its own cloud: a network in AWS, in Google Cloud or in Oracle "+
		"Cloud, or machines of one's own (`custom`). The cluster has to be an `OmniCluster`.\n\n"+
		"A location is not waited for when it is made: one in a cloud is set up in the background, and a custom one waits for "+
		"its script to be run on the machines. A deletion is waited for until the service has taken everything down, up to 30 "+
		"minutes or the `customTimeouts` of the resource.\n\n"+
		"An update sends what has changed and nothing else. Keys are secret, kept in the state encrypted, and never returned by "+
		"the API, so keys that were changed elsewhere show no difference.\n\n"+
		"## Import\n\nThe import ID is `<organizationId>/<clusterId>/<edgeLocationId>`. The organization may be left out if it is "+
		"the one that the provider is configured with. Keys do not come with it: a program that adds them has the next update "+
		"set them.")
}

// ReplaceWarning says what a replacement does.
func (r *EdgeLocation) ReplaceWarning() string {
	return "Replacing an edge location takes down all edges in it before the new one is made."
}

// DeleteBeforeReplace has the old location go first: names are unique.
func (r *EdgeLocation) DeleteBeforeReplace() {}

// CheckInputs checks what concerns several inputs.
func (r *EdgeLocation) CheckInputs(in *check.Inputs) {
	in.ExactlyOne(placeAWS, placeGCP, placeOCI, placeCustom)
	for _, cloud := range []string{placeAWS, placeGCP, placeOCI} {
		if in.Set(cloud) && !in.Set("region") {
			in.Fail("region", "is needed with `%s`: give the region of the network", cloud)
			break
		}
	}
	mode, known := in.String("controlPlaneMode")
	if in.Set("controlPlane") && (known && mode != "SHARED" || !in.Set("controlPlaneMode")) {
		in.Warn("controlPlane: is meant for locations with the controlPlaneMode SHARED.")
	}
	const id, secret = "aws.accessKeyIdWo", "aws.secretAccessKeyWo"
	for given, missing := range map[string]string{id: secret, secret: id} {
		if in.Set(given) && !in.Set(missing) {
			in.Fail(missing, "is needed beside `%s`", given)
		}
	}
}

// Read fetches the location, for a refresh or an import.
func (r *EdgeLocation) Read(
	ctx context.Context, req infer.ReadRequest[EdgeLocationArgs, EdgeLocationState],
) (infer.ReadResponse[EdgeLocationArgs, EdgeLocationState], error) {
	resp, err := r.InOrganization.Read(ctx, req)
	if wire.Value(resp.State.State) == stateDeleted {
		return infer.ReadResponse[EdgeLocationArgs, EdgeLocationState]{}, err
	}
	if addons := resp.Inputs.Addons; crud.IsImport(ctx) && len(addons) == 1 && addons[0] == (EdgeLocationAddon{Name: gpuOperator}) {
		resp.Inputs.Addons = nil
	}
	if resp.ID != "" && !resp.State.zonesTold {
		resp.State.Zones, resp.Inputs.Zones = req.State.Zones, req.Inputs.Zones
	}
	return resp, err
}

// Update brings the location to the new inputs.
func (r *EdgeLocation) Update(
	ctx context.Context, req infer.UpdateRequest[EdgeLocationArgs, EdgeLocationState],
) (infer.UpdateResponse[EdgeLocationState], error) {
	if !req.DryRun {
		req.Inputs.reset(crud.OldInputs(ctx))
	}
	return r.InOrganization.Update(ctx, req)
}

// reset gives what the program has dropped the value that it has when it is
// never given: what an update leaves out stays as it is.
func (x *EdgeLocationArgs) reset(was property.Map) {
	inner := func(m property.Map, name string) property.Map {
		if value := m.Get(name); value.IsMap() {
			return value.AsMap()
		}
		return property.Map{}
	}
	if !was.Get("addons").IsNull() && x.Addons == nil {
		x.Addons = []EdgeLocationAddon{{Name: gpuOperator}}
	}
	// What an empty object of these lacks, the body clears.
	plane := EdgeLocationControlPlane{}
	if x.ControlPlane != nil {
		plane = *x.ControlPlane
	}
	if before := inner(was, "controlPlane"); before.Len() > 0 {
		if !before.Get("ha").IsNull() && plane.Ha == nil {
			on := true
			plane.Ha = &on
		}
		x.ControlPlane = &plane
	}
	gateway := EdgeLocationLiqoGatewayServer{}
	if x.Liqo != nil && x.Liqo.GatewayServer != nil {
		gateway = *x.Liqo.GatewayServer
	}
	if inner(inner(was, "liqo"), "gatewayServer").Len() > 0 {
		x.Liqo = &EdgeLocationLiqo{GatewayServer: &gateway}
	}
	networking, now := inner(was, "networking"), EdgeLocationNetworking{}
	if x.Networking != nil {
		now = *x.Networking
	}
	if !networking.Get("tunneledCidrs").IsNull() && now.TunneledCidrs == nil {
		now.TunneledCidrs = []string{}
		x.Networking = &now
	}
	cni := EdgeLocationNetworkingCni{}
	if now.Cni != nil {
		cni = *now.Cni
	}
	for name, target := range map[string]**string{"overlay": &cni.Overlay, "overlayEncap": &cni.OverlayEncap} {
		if !inner(networking, "cni").Get(name).IsNull() && *target == nil {
			unspecified := map[string]string{"overlay": overlayUnspecified, "overlayEncap": encapUnspecified}[name]
			*target = &unspecified
			now.Cni, x.Networking = &cni, &now
		}
	}
}

const (
	// locationDeletion is how long a deletion takes at most by default.
	locationDeletion = 30 * time.Minute
	// starting is how often a location that has failed may be seen before its
	// deletion shows: about half a minute.
	starting = 9
)

// Delete removes the location and waits until the service has taken down what
// is in it.
func (r *EdgeLocation) Delete(ctx context.Context, req infer.DeleteRequest[EdgeLocationState]) (infer.DeleteResponse, error) {
	if err := r.Locate(ctx, &req.State.EdgeLocationArgs, nil); err != nil {
		return infer.DeleteResponse{}, err
	}
	resp, err := r.InOrganization.Delete(ctx, req)
	if err != nil {
		return resp, err
	}
	path := r.Path(&req.State.EdgeLocationArgs) + api.Path(req.ID)
	began := false
	err = crud.Await(ctx, locationDeletion, func(ctx context.Context, turn int) (done bool, status string, err error) {
		body, err := crud.Get(ctx, path)
		state := wire.Text(body, "state")
		switch {
		case api.IsNotFound(err), err == nil && state == stateDeleted:
			return true, "", nil
		case err != nil:
			return false, "", err
		case state == stateFailed && (began || turn >= starting):
			return false, "", errors.New(failure(body))
		}
		began = began || state == stateOffboarding
		return false, "the edge location is " + state, nil
	})
	if err != nil {
		return resp, fmt.Errorf("edge location %s was told to go and is not gone: %w\nLook at it in the console, then destroy again",
			req.ID, err)
	}
	return resp, nil
}

// EdgeLocationArgs are the inputs of an [EdgeLocation].
type EdgeLocationArgs struct {
	OrganizationID   *string                   `pulumi:"organizationId,optional" provider:"replaceOnChanges" wire:"-" check:"uuid"`
	ClusterID        string                    `pulumi:"clusterId" provider:"replaceOnChanges" wire:"-" check:"uuid"`
	Name             *string                   `pulumi:"name,optional" provider:"replaceOnChanges" wire:",create" check:"notblank"`
	Description      *string                   `pulumi:"description,optional" wire:",zero"`
	Region           *string                   `pulumi:"region,optional" provider:"replaceOnChanges" wire:",create" check:"notblank"`
	ControlPlaneMode *string                   `pulumi:"controlPlaneMode,optional" provider:"replaceOnChanges" wire:",create" norm:"default=DEDICATED" check:"known=DEDICATED|SHARED"`
	ControlPlane     *EdgeLocationControlPlane `pulumi:"controlPlane,optional" wire:"edgeClusterSpec.controlPlane"`
	Networking       *EdgeLocationNetworking   `pulumi:"networking,optional" wire:"edgeClusterSpec.networking"`
	Liqo             *EdgeLocationLiqo         `pulumi:"liqo,optional" wire:"edgeClusterSpec.liqo"`
	Addons           []EdgeLocationAddon       `pulumi:"addons,optional" wire:"edgeClusterSpec.addons" norm:"set"`
	Zones            []EdgeLocationZone        `pulumi:"zones,optional" wire:",zero" norm:"set"`
	Aws              *EdgeLocationAws          `pulumi:"aws,optional" wire:",switch" norm:"present"`
	Gcp              *EdgeLocationGcp          `pulumi:"gcp,optional" wire:",switch" norm:"present"`
	Oci              *EdgeLocationOci          `pulumi:"oci,optional" wire:",switch" norm:"present"`
	Custom           *EdgeLocationCustom       `pulumi:"custom,optional" wire:",switch" norm:"present"`
}

// Annotate describes the inputs.
func (x *EdgeLocationArgs) Annotate(a infer.Annotator) {
	a.Describe(&x.OrganizationID, organizationHelp)
	a.Describe(&x.ClusterID, "The ID (UUID) of the cluster. Take it from the `OmniCluster`, so that the cluster is registered "+
		"before, and deregistered after. Changing it replaces the location.")
	a.Describe(&x.Name, "The name, unique in the cluster. Keep it short: names of accounts are made from it, which in Google Cloud "+
		"have 30 characters at most. Left out, it is made from the resource's name and seven random characters. Changing it "+
		"replaces the location.")
	a.Describe(&x.Description, "What the location is for.")
	a.Describe(&x.Region, "The region of the cloud, such as `us-east-1`. Needed but for a custom location. Changing it replaces "+
		"the location.")
	a.Describe(&x.ControlPlaneMode, "Who has the control plane of the edges: `DEDICATED`, the location has its own, or `SHARED`, "+
		"it is that of the cluster. Default: `DEDICATED`. Changing it replaces the location.")
	a.Describe(&x.ControlPlane, "The control plane of the edges, for locations that share one.")
	a.Describe(&x.Networking, "The network between the edges and the cluster. Left out, it is not managed.")
	a.Describe(&x.Liqo, "Liqo, which connects the edges with the cluster. Left out, it is not managed.")
	a.Describe(&x.Addons, "What is installed on the edges, in any order. Default: `nvidia-gpu-operator` alone. An empty list "+
		"installs nothing.")
	a.Describe(&x.Zones, "The zones of the region to run edges in, in any order.")
	a.Describe(&x.Aws, "A network in AWS. Exactly one of `aws`, `gcp`, `oci` and `custom` is given; going from one to another "+
		"replaces the location.")
	a.Describe(&x.Gcp, "A network in Google Cloud. Exactly one of `aws`, `gcp`, `oci` and `custom` is given; going from one to "+
		"another replaces the location.")
	a.Describe(&x.Oci, "A network in Oracle Cloud. Exactly one of `aws`, `gcp`, `oci` and `custom` is given; going from one to "+
		"another replaces the location.")
	a.Describe(&x.Custom, "Machines of one's own: an empty object. Exactly one of `aws`, `gcp`, `oci` and `custom` is given; going "+
		"from one to another replaces the location.")
}

// EdgeLocationState are the outputs of an [EdgeLocation].
type EdgeLocationState struct {
	EdgeLocationArgs
	State           *string `pulumi:"state,optional" wire:",changes"`
	CloudResourceID *string `pulumi:"cloudResourceId,optional"`

	zonesTold bool // whether the last answer says which zones there are
}

// Annotate describes the outputs.
func (x *EdgeLocationState) Annotate(a infer.Annotator) {
	a.Describe(&x.State, "The state of the location when it was last read: `PENDING_ONBOARDING`, `INITIALIZING`, `READY`, "+
		"`OFFBOARDING` or `FAILED`.")
	a.Describe(&x.CloudResourceID, "What the service has made for the location in the cloud, if it tells.")
}
