package edge

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/pulumi/pulumi-go-provider/infer"

	"github.com/castai/pulumi-castai/internal/api"
	"github.com/castai/pulumi-castai/internal/check"
	"github.com/castai/pulumi-castai/internal/config"
	"github.com/castai/pulumi-castai/internal/crud"
	"github.com/castai/pulumi-castai/internal/wire"
)

// EdgeConfiguration says how the edges of a location are made.
type EdgeConfiguration struct {
	crud.InOrganization[EdgeConfigurationArgs, EdgeConfigurationState]
}

// NewEdgeConfiguration returns the resource.
func NewEdgeConfiguration() *EdgeConfiguration {
	return &EdgeConfiguration{crud.InOrganization[EdgeConfigurationArgs, EdgeConfigurationState]{
		Organization: func(a *EdgeConfigurationArgs) **string { return &a.OrganizationID },
		Resource: crud.Resource[EdgeConfigurationArgs, EdgeConfigurationState]{
			Kind: "edge configuration",
			Path: func(a *EdgeConfigurationArgs) string {
				return configurations(a.OrganizationID, a.ClusterID, a.EdgeLocationID)
			},
			ImportID:     configurationImportID,
			UpdateMethod: http.MethodPatch,
			List:         &crud.List{Items: "items"},
			ListPath: func(a *EdgeConfigurationArgs) string {
				return under(a.OrganizationID, a.ClusterID, "edge-configurations")
			},
			ListQuery: func(a *EdgeConfigurationArgs) url.Values { return ofLocation(a.EdgeLocationID) },
			Body: func(a *EdgeConfigurationArgs, body map[string]any, _ bool) error {
				// Left out, these would stay as they are.
				if a.UserDataBase64 == nil {
					body["userDataBase64"] = ""
				}
				if a.Cri == nil {
					body["cri"] = map[string]any{}
				}
				return nil
			},
			Fill: func(body map[string]any, s *EdgeConfigurationState) {
				_, s.userDataTold = body["userDataBase64"].(string)
				if s.Cri != nil && wire.Value(s.Cri.Socket) == "" {
					s.Cri = nil // how the service says that there is none
				}
			},
		},
	}}
}

const configurationImportID = "<organizationId>/<clusterId>/<edgeLocationId>/<configurationId>"

func configurations(organization *string, cluster, location string) string {
	return under(organization, cluster, "edge-locations", location, "configurations")
}

// ofLocation narrows the configurations of a cluster to those of a location.
func ofLocation(id string) url.Values { return url.Values{"edgeLocationId": {id}} }

// Annotate describes the resource.
func (r *EdgeConfiguration) Annotate(a infer.Annotator) {
	a.Describe(&r, "How the edges of an edge location are made: from which image, with which disk and which labels or tags. A "+
		"location may have several, of which one is the default (`EdgeConfigurationDefault`).\n\n"+
		"The default configuration cannot be deleted. It is left in place, with a warning, and goes with its location.\n\n"+
		"## Import\n\nThe import ID is `<organizationId>/<clusterId>/<edgeLocationId>/<configurationId>`. In place of the ID of "+
		"the configuration it may hold the name, if no other of the location has the same. The organization may be left out if it "+
		"is the one that the provider is configured with.")
}

// CheckInputs checks what concerns several inputs.
func (r *EdgeConfiguration) CheckInputs(in *check.Inputs) {
	in.ExactlyOne(placeAWS, placeGCP, placeOCI, placeCustom)
}

// Read fetches the configuration, for a refresh or an import.
func (r *EdgeConfiguration) Read(
	ctx context.Context, req infer.ReadRequest[EdgeConfigurationArgs, EdgeConfigurationState],
) (infer.ReadResponse[EdgeConfigurationArgs, EdgeConfigurationState], error) {
	if crud.IsImport(ctx) {
		id, err := importID(ctx, req.ID)
		if err != nil {
			return infer.ReadResponse[EdgeConfigurationArgs, EdgeConfigurationState]{}, err
		}
		req.ID = id
	}
	resp, err := r.InOrganization.Read(ctx, req)
	if resp.ID != "" && !resp.State.userDataTold {
		resp.State.UserDataBase64, resp.Inputs.UserDataBase64 = req.State.UserDataBase64, req.Inputs.UserDataBase64
	}
	return resp, err
}

// importID puts the ID of a configuration in the place of its name.
func importID(ctx context.Context, id string) (string, error) {
	parts := strings.Split(id, "/")
	switch {
	case len(parts) >= 4 && isUUID(parts[2]): // with an organization; a name may hold slashes
		parts = append(parts[:3:3], strings.Join(parts[3:], "/"))
	case len(parts) >= 3:
		parts = append([]string{""}, append(parts[:2:2], strings.Join(parts[2:], "/"))...)
	default:
		return "", fmt.Errorf("%q is not a valid import ID", id)
	}
	name := parts[3]
	if isUUID(name) {
		return id, nil
	}
	organization, err := config.Organization(ctx, &parts[0])
	if err != nil {
		return "", err
	}
	found, err := oneConfiguration(ctx, organization, parts[1], parts[2], name)
	if err != nil {
		return "", err
	}
	return strings.Join([]string{organization, parts[1], parts[2], wire.Text(found, "id")}, "/"), nil
}

// oneConfiguration finds the configuration of a location by its name.
func oneConfiguration(ctx context.Context, organization, cluster, location, name string) (map[string]any, error) {
	path := under(&organization, cluster, "edge-configurations")
	all, err := config.Client(ctx).All(ctx, path, ofLocation(location), "items", api.ListOptions{PageSize: 100})
	if err != nil {
		return nil, fmt.Errorf("cannot list the configurations of edge location %s: %w", location, err)
	}
	search := crud.Named("edge configuration", name)
	search.Seen = fmt.Sprintf("edge location %s has", location)
	return search.One(all)
}

// Delete removes the configuration, unless it is the default of its location.
func (r *EdgeConfiguration) Delete(
	ctx context.Context, req infer.DeleteRequest[EdgeConfigurationState],
) (infer.DeleteResponse, error) {
	a := req.State.EdgeConfigurationArgs
	if err := r.Locate(ctx, &a, nil); err != nil {
		return infer.DeleteResponse{}, err
	}
	body, err := crud.Get(ctx, r.Path(&a)+api.Path(req.ID))
	switch {
	case api.IsNotFound(err):
		return infer.DeleteResponse{}, nil
	case err != nil:
		return infer.DeleteResponse{}, fmt.Errorf("cannot delete edge configuration %s: %w", req.ID, err)
	case body["default"] == true:
		crud.Warn(ctx, "edge configuration %s was left in place: it is the default of edge location %s, which cannot be deleted. It goes "+
			"with the location, or can be deleted once another one is the default", req.ID, a.EdgeLocationID)
		return infer.DeleteResponse{}, nil
	}
	return r.InOrganization.Delete(ctx, req)
}

// EdgeConfigurationArgs are the inputs of an [EdgeConfiguration].
type EdgeConfigurationArgs struct {
	OrganizationID *string                  `pulumi:"organizationId,optional" provider:"replaceOnChanges" wire:"-" check:"uuid"`
	ClusterID      string                   `pulumi:"clusterId" provider:"replaceOnChanges" wire:"-" check:"uuid"`
	EdgeLocationID string                   `pulumi:"edgeLocationId" provider:"replaceOnChanges" wire:"-" check:"uuid"`
	Name           *string                  `pulumi:"name,optional" check:"notblank"`
	UserDataBase64 *string                  `pulumi:"userDataBase64,optional" provider:"secret" check:"base64"`
	Aws            *EdgeConfigurationAws    `pulumi:"aws,optional" norm:"present"`
	Gcp            *EdgeConfigurationGcp    `pulumi:"gcp,optional" norm:"present"`
	Oci            *EdgeConfigurationOci    `pulumi:"oci,optional" norm:"present"`
	Custom         *EdgeConfigurationCustom `pulumi:"custom,optional"`
	Cri            *EdgeConfigurationCri    `pulumi:"cri,optional"`
}

const (
	userDataHelp = "Base64 of what runs on an edge when it starts: text that begins with `#cloud-config` or `#!`. Secret, since " +
		"such text often holds secrets."
	awsHelp    = "How edges in AWS are made. Exactly one of `aws`, `gcp`, `oci` and `custom` is given, that of the location."
	gcpHelp    = "How edges in Google Cloud are made. Exactly one of `aws`, `gcp`, `oci` and `custom` is given, that of the location."
	ociHelp    = "How edges in Oracle Cloud are made. Exactly one of `aws`, `gcp`, `oci` and `custom` is given, that of the location."
	criHelp    = "The container runtime of the edges. Left out, the edges bring their own."
	imageHelp  = "The image of the edges: its ID, its family, or a filter for its name. Default: the service's choice."
	diskHelp   = "The size of the boot disk, in GiB. Default: the service's choice."
	tagsHelp   = "Tags for the machines, by their keys."
	labelsHelp = "Labels for the machines, by their keys."
)

// Annotate describes the inputs.
func (x *EdgeConfigurationArgs) Annotate(a infer.Annotator) {
	a.Describe(&x.OrganizationID, organizationHelp)
	a.Describe(&x.ClusterID, "The ID (UUID) of the cluster. Changing it replaces the configuration.")
	a.Describe(&x.EdgeLocationID, "The ID (UUID) of the edge location. Changing it replaces the configuration.")
	a.Describe(&x.Name, "The name. Left out, it is made from the resource's name and seven random characters.")
	a.Describe(&x.UserDataBase64, userDataHelp)
	a.Describe(&x.Aws, awsHelp)
	a.Describe(&x.Gcp, gcpHelp)
	a.Describe(&x.Oci, ociHelp)
	a.Describe(&x.Custom, "How edges on machines of one's own are made. Exactly one of `aws`, `gcp`, `oci` and `custom` is given, "+
		"that of the location.")
	a.Describe(&x.Cri, criHelp)
}

// EdgeConfigurationState are the outputs of an [EdgeConfiguration].
type EdgeConfigurationState struct {
	EdgeConfigurationArgs
	Default *bool `pulumi:"default,optional"`

	userDataTold bool // whether the last answer says which user data there is
}

// Annotate describes the outputs.
func (x *EdgeConfigurationState) Annotate(a infer.Annotator) {
	a.Describe(&x.Default, "Whether it is the default configuration of its location.")
}

// EdgeConfigurationAws says how edges in AWS are made.
type EdgeConfigurationAws struct {
	ImageID         *string           `pulumi:"imageId,optional"`
	BootDiskSizeGib *int              `pulumi:"bootDiskSizeGib,optional" check:"min=0"`
	Tags            map[string]string `pulumi:"tags,optional"`
}

// Annotate describes the settings.
func (x *EdgeConfigurationAws) Annotate(a infer.Annotator) {
	a.Describe(&x, "How edges in AWS are made. An empty object leaves everything to the service.")
	a.Describe(&x.ImageID, imageHelp)
	a.Describe(&x.BootDiskSizeGib, diskHelp)
	a.Describe(&x.Tags, tagsHelp)
}

// EdgeConfigurationGcp says how edges in Google Cloud are made.
type EdgeConfigurationGcp struct {
	ImageID         *string           `pulumi:"imageId,optional"`
	BootDiskSizeGib *int              `pulumi:"bootDiskSizeGib,optional" check:"min=0"`
	Labels          map[string]string `pulumi:"labels,optional"`
}

// Annotate describes the settings.
func (x *EdgeConfigurationGcp) Annotate(a infer.Annotator) {
	a.Describe(&x, "How edges in Google Cloud are made. An empty object leaves everything to the service.")
	a.Describe(&x.ImageID, imageHelp)
	a.Describe(&x.BootDiskSizeGib, diskHelp)
	a.Describe(&x.Labels, labelsHelp)
}

// EdgeConfigurationOci says how edges in Oracle Cloud are made.
type EdgeConfigurationOci struct {
	ImageID         *string           `pulumi:"imageId,optional"`
	BootDiskSizeGib *int              `pulumi:"bootDiskSizeGib,optional" check:"min=0"`
	Tags            map[string]string `pulumi:"tags,optional"`
}

// Annotate describes the settings.
func (x *EdgeConfigurationOci) Annotate(a infer.Annotator) {
	a.Describe(&x, "How edges in Oracle Cloud are made. An empty object leaves everything to the service.")
	a.Describe(&x.ImageID, imageHelp)
	a.Describe(&x.BootDiskSizeGib, diskHelp)
	a.Describe(&x.Tags, tagsHelp)
}

// EdgeConfigurationCustom says how edges on machines of one's own are made.
type EdgeConfigurationCustom struct {
	Custom Texts `pulumi:"custom" check:"minitems=1"`
}

// Annotate describes the settings.
func (x *EdgeConfigurationCustom) Annotate(a infer.Annotator) {
	a.Describe(&x, "How edges on machines of one's own are made.")
	a.Describe(&x.Custom, "The settings, by their names. At least one.")
}

// EncodeWire implements [wire.Encoder]: the body has the settings themselves.
func (x EdgeConfigurationCustom) EncodeWire() (any, error) { return x.Custom.EncodeWire() }

// DecodeWire implements [wire.Decoder].
func (x *EdgeConfigurationCustom) DecodeWire(body any) error { return x.Custom.DecodeWire(body) }

// Texts are settings by their names. The service may keep other values than
// texts, which are then shown as JSON, and null as an empty text.
type Texts map[string]string

// EncodeWire implements [wire.Encoder].
func (x Texts) EncodeWire() (any, error) {
	body := map[string]any{}
	for name, value := range x {
		body[name] = value
	}
	return body, nil
}

// DecodeWire implements [wire.Decoder].
func (x *Texts) DecodeWire(body any) error {
	settings, ok := body.(map[string]any)
	if !ok {
		return errors.New("the answer should hold an object here")
	}
	*x = Texts{}
	for name, value := range settings {
		switch value := value.(type) {
		case nil:
			(*x)[name] = ""
		case string:
			(*x)[name] = value
		default:
			shown, err := json.Marshal(value)
			if err != nil {
				return err
			}
			(*x)[name] = string(shown)
		}
	}
	return nil
}

// EdgeConfigurationCri is the container runtime of edges.
type EdgeConfigurationCri struct {
	Socket *string `pulumi:"socket,optional"`
}

// Annotate describes the runtime.
func (x *EdgeConfigurationCri) Annotate(a infer.Annotator) {
	a.Describe(&x, "The container runtime of edges.")
	a.Describe(&x.Socket, "The socket of a containerd that is there already, such as `unix:///run/containerd/containerd.sock`.")
}
