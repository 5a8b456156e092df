package nodes

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/pulumi/pulumi-go-provider/infer"

	"github.com/castai/pulumi-castai/internal/api"
	"github.com/castai/pulumi-castai/internal/check"
	"github.com/castai/pulumi-castai/internal/config"
	"github.com/castai/pulumi-castai/internal/crud"
	"github.com/castai/pulumi-castai/internal/wire"
)

// NodeConfiguration says how nodes of a cluster are built.
type NodeConfiguration struct {
	crud.Resource[NodeConfigurationArgs, NodeConfigurationState]
}

// NewNodeConfiguration returns the resource.
func NewNodeConfiguration() *NodeConfiguration {
	return &NodeConfiguration{crud.Resource[NodeConfigurationArgs, NodeConfigurationState]{
		Kind:         "node configuration",
		Path:         func(a *NodeConfigurationArgs) string { return nodeConfigurations(a.ClusterID) },
		ImportID:     "<clusterId>/<id>",
		UpdateMethod: http.MethodPost,
		// There is a call for one object too. The items of the list are as
		// complete, and one list serves all configurations of a cluster.
		List:   &crud.List{Items: "items", Only: true},
		Body:   configurationBody,
		Fill:   fillConfiguration,
		Forget: forgetConfiguration,
	}}
}

func nodeConfigurations(clusterID string) string {
	return api.ClusterPath(clusterID, "node-configurations")
}

// configurationBody leaves out what stands for "unset" in the program or in an
// answer, and says what the service would otherwise have to guess.
func configurationBody(_ *NodeConfigurationArgs, body map[string]any, _ bool) error {
	eks := wire.Object(body, "eks")
	clearZeros(eks, "ipsPerPrefix", "threadsPerCpu")
	clearZeros(wire.Object(wire.Object(body, "aks"), "publicIp"), "idleTimeoutInMinutes")
	if gke := wire.Object(body, "gke"); gke != nil {
		if gke["maxPodsPerNode"] == 0 {
			delete(gke, "maxPodsPerNode") // what an answer holds beside a formula
		}
		if gke["maxPodsPerNode"] == nil && gke["maxPodsPerNodeFormula"] == nil {
			gke["maxPodsPerNode"] = defaultGkePods
		}
	}
	return nil
}

// defaultGkePods is what GKE itself starts with.
const defaultGkePods = 110

// fillConfiguration reads the target group of configurations that were made
// when there could be only one: an update that leaves it out would detach it.
func fillConfiguration(body map[string]any, s *NodeConfigurationState) {
	if s.Eks == nil || len(s.Eks.TargetGroups) > 0 {
		return
	}
	group := NodeConfigurationEksTargetGroup{}
	only := wire.Object(wire.Object(body, "eks"), "targetGroup")
	if err := wire.Decode(only, &group); err == nil && group.Arn != "" {
		s.Eks.TargetGroups = []NodeConfigurationEksTargetGroup{group}
	}
}

// forgetConfiguration drops outputs that follow from other settings: sent back,
// they would outlive or contradict them.
func forgetConfiguration(a *NodeConfigurationArgs, s *NodeConfigurationState) {
	if a.Eks != nil && s.Eks != nil {
		eks := *s.Eks
		if a.Eks.IpsPerPrefix == nil {
			eks.IpsPerPrefix = nil // 16 with prefix delegation, else 1
		}
		if a.Eks.VolumeType != nil && eks.VolumeType != nil && *a.Eks.VolumeType != *eks.VolumeType {
			eks.VolumeIops, eks.VolumeThroughput = nil, nil // of the other type
		}
		s.Eks = &eks
	}
	if a.Gke != nil && s.Gke != nil {
		gke := *s.Gke
		switch {
		case a.Gke.MaxPodsPerNodeFormula != nil:
			gke.MaxPodsPerNode = nil
		case a.Gke.MaxPodsPerNode != nil:
			gke.MaxPodsPerNodeFormula = nil
		}
		s.Gke = &gke
	}
}

// Annotate describes the resource.
func (r *NodeConfiguration) Annotate(a infer.Annotator) {
	a.Describe(&r, "How nodes of a cluster are built: disk, subnets, image, start-up script, and what the cloud needs to "+
		"know. Give the block of the cluster's cloud: one of `eks`, `gke`, `aks`, `kops`, `selfHostedWithEc2Nodes`. Node "+
		"templates choose a configuration by its ID; `NodeConfigurationDefault` makes one the cluster's default.\n\n"+
		"The API would overwrite a configuration of the same name. This resource does not: a name that is taken is an "+
		"error, unless it is that of the cluster's default configuration, which is adopted. The default configuration "+
		"cannot be deleted, so it is left in place when the resource is.\n\n"+
		"Properties left out are the service's to choose: it fills in defaults, which show in the outputs and never as a "+
		"difference.\n\n"+
		"## Import\n\nThe import ID is `<clusterId>/<id>` or `<clusterId>/<name>`.")
	a.AddAlias("config/node", "NodeConfiguration")
}

// Create makes a configuration, or adopts the cluster's default one.
func (r *NodeConfiguration) Create(
	ctx context.Context, req infer.CreateRequest[NodeConfigurationArgs],
) (infer.CreateResponse[NodeConfigurationState], error) {
	a := &req.Inputs
	if req.DryRun || a.Name == nil {
		return r.Resource.Create(ctx, req)
	}
	var none infer.CreateResponse[NodeConfigurationState]
	// Two resources of one name must not overtake each other between the
	// look-up and the call.
	unlock, err := config.Client(ctx).Lock(ctx, r.Path(a)+"#"+*a.Name)
	if err != nil {
		return none, err
	}
	defer unlock()
	found, err := r.Find(ctx, a, "name", *a.Name)
	if err != nil {
		return none, fmt.Errorf("cannot look for a node configuration named %q: %w", *a.Name, err)
	}
	// The API's create call overwrites a configuration of the same name,
	// whoever made it. Only the default one is taken over, since every cluster
	// keeps one and it cannot be deleted first; any other has an owner.
	switch isDefault, _ := found["default"].(bool); {
	case found == nil:
		return r.Resource.Create(ctx, req)
	case isDefault:
		crud.Warn(ctx, "The cluster's default node configuration is named %q already: it was adopted and brought to this program's inputs.", *a.Name)
		return r.Adopt(ctx, *a, found)
	default:
		return none, fmt.Errorf("cannot create node configuration: cluster %s has one named %q already, and creating another would "+
			"overwrite it. Choose another name, or import it to manage it with this program: its import ID is %s/%v",
			a.ClusterID, *a.Name, a.ClusterID, found["id"])
	}
}

// Read fetches the configuration. An import may name it by its name.
func (r *NodeConfiguration) Read(
	ctx context.Context, req infer.ReadRequest[NodeConfigurationArgs, NodeConfigurationState],
) (infer.ReadResponse[NodeConfigurationArgs, NodeConfigurationState], error) {
	if crud.IsImport(ctx) {
		id, err := r.importID(ctx, req.ID)
		if err != nil {
			return infer.ReadResponse[NodeConfigurationArgs, NodeConfigurationState]{}, err
		}
		req.ID = id
	}
	resp, err := r.Resource.Read(ctx, req)
	keepComputedPrefix(&req.Inputs, &resp.Inputs)
	return resp, err
}

// importID replaces the name in an import ID.
func (r *NodeConfiguration) importID(ctx context.Context, given string) (string, error) {
	var a NodeConfigurationArgs
	name, err := crud.ParseImportID(r.ImportID, given, &a)
	if err != nil {
		return "", err
	}
	for _, field := range []string{"id", "name"} {
		found, err := r.Find(ctx, &a, field, name)
		if err != nil {
			return "", fmt.Errorf("cannot look for node configuration %s: %w", name, err)
		}
		if id, ok := found["id"].(string); ok {
			return a.ClusterID + "/" + id, nil
		}
	}
	return "", fmt.Errorf("cluster %s has no node configuration with the ID or name %q", a.ClusterID, name)
}

// keepComputedPrefix keeps a 0 of the program, which asks the service for a
// number that it computes.
func keepComputedPrefix(was, now *NodeConfigurationArgs) {
	if was.Eks == nil || now.Eks == nil || was.Eks.IpsPerPrefix == nil || *was.Eks.IpsPerPrefix != 0 {
		return
	}
	if n := now.Eks.IpsPerPrefix; n != nil && (*n == 1 || *n == 16) {
		eks := *now.Eks
		eks.IpsPerPrefix = was.Eks.IpsPerPrefix
		now.Eks = &eks
	}
}

// Delete removes the configuration, unless it is the default one by now: the
// state may be older than the flag.
func (r *NodeConfiguration) Delete(
	ctx context.Context, req infer.DeleteRequest[NodeConfigurationState],
) (infer.DeleteResponse, error) {
	found, err := crud.Get(ctx, nodeConfigurations(req.State.ClusterID)+api.Path(req.ID))
	switch isDefault, _ := found["default"].(bool); {
	case api.IsNotFound(err):
		return infer.DeleteResponse{}, nil
	case err != nil:
		return infer.DeleteResponse{}, fmt.Errorf("cannot delete node configuration %s: %w", req.ID, err)
	case isDefault:
		crud.Warn(ctx, "node configuration %s was left in place: it is the cluster's default, which cannot be deleted", req.ID)
		return infer.DeleteResponse{}, nil
	default:
		return r.Resource.Delete(ctx, req)
	}
}

// WireDependencies tells previews which outputs an update can change.
func (r *NodeConfiguration) WireDependencies(f infer.FieldSelector, a *NodeConfigurationArgs, s *NodeConfigurationState) {
	crud.KeepKnown(f, a, s)
	f.OutputField(&s.SubnetDetails).DependsOn(f.InputField(&a.Subnets).Computed())
}

// CheckInputs checks what concerns several inputs.
func (r *NodeConfiguration) CheckInputs(in *check.Inputs) {
	in.AtMostOne("eks", "gke", "aks", "kops", "selfHostedWithEc2Nodes")
	in.AtMostOne("gke.maxPodsPerNode", "gke.maxPodsPerNodeFormula")
	if in.Known("selfHostedWithEc2Nodes") && !in.Set("selfHostedWithEc2Nodes.instanceProfileArn") {
		in.Fail("selfHostedWithEc2Nodes.instanceProfileArn", "is missing: the API demands it")
	}
	if in.Known("aks.ephemeralOsDisk.cache") {
		in.Warn("aks.ephemeralOsDisk.cache: CAST AI no longer uses it. Remove it from the program.")
	}
	known := 0
	for _, tag := range publicIPTags {
		if in.Set("aks.publicIp.tags." + tag) {
			known++
		}
	}
	if n, ok := in.Len("aks.publicIp.tags"); ok && n > known {
		in.Warn("aks.publicIp.tags: there are tag types other than those this version of the provider knows (%s). They are sent as they are.",
			strings.Join(publicIPTags, ", "))
	}
}

// publicIPTags are the types of IP tags that Azure has.
var publicIPTags = []string{"FirstPartyUsage", "NetworkDomain", "RoutingPreference"}

// NodeConfigurationArgs are the inputs of a [NodeConfiguration].
type NodeConfigurationArgs struct {
	ClusterID              string                                   `pulumi:"clusterId" provider:"replaceOnChanges" wire:"-" check:"uuid"`
	Name                   *string                                  `pulumi:"name,optional" provider:"replaceOnChanges" wire:",create" check:"notblank"`
	DiskCPURatio           *int                                     `pulumi:"diskCpuRatio,optional" wire:",zero" check:"min=0"`
	DrainTimeoutSec        *int                                     `pulumi:"drainTimeoutSec,optional" wire:",zero" check:"min=0,max=10800"`
	MinDiskSize            *int                                     `pulumi:"minDiskSize,optional" wire:",null" norm:"default=100" check:"min=30,max=65536"`
	Subnets                []string                                 `pulumi:"subnets" norm:"set,fold" check:"notblank"`
	SSHPublicKey           *string                                  `pulumi:"sshPublicKey,optional" wire:",null" check:"base64"`
	Image                  *string                                  `pulumi:"image,optional" wire:",null" check:"notblank"`
	Tags                   map[string]string                        `pulumi:"tags,optional"`
	InitScript             *string                                  `pulumi:"initScript,optional" wire:",null" check:"base64"`
	ContainerRuntime       *ContainerRuntime                        `pulumi:"containerRuntime,optional" norm:"fold" check:"known=containerd|dockerd"`
	DockerConfig           *string                                  `pulumi:"dockerConfig,optional" wire:",json" check:"jsonobject"`
	KubeletConfig          *string                                  `pulumi:"kubeletConfig,optional" wire:",json" check:"jsonobject"`
	Eks                    *NodeConfigurationEks                    `pulumi:"eks,optional"`
	Gke                    *NodeConfigurationGke                    `pulumi:"gke,optional"`
	Aks                    *NodeConfigurationAks                    `pulumi:"aks,optional"`
	Kops                   *NodeConfigurationKops                   `pulumi:"kops,optional"`
	SelfHostedWithEc2Nodes *NodeConfigurationSelfHostedWithEc2Nodes `pulumi:"selfHostedWithEc2Nodes,optional"`
}

// Annotate describes the inputs.
func (x *NodeConfigurationArgs) Annotate(a infer.Annotator) {
	a.Describe(&x.ClusterID, "The ID (UUID) of the cluster. Changing it replaces the configuration.")
	a.Describe(&x.Name, "The name, unique in the cluster. Left out, it is made from the resource's name and seven random "+
		"characters. Changing it replaces the configuration.")
	a.Describe(&x.DiskCPURatio, "How many GiB of disk a node gets for each of its vCPUs, on top of `minDiskSize`. Default: 0.")
	a.Describe(&x.DrainTimeoutSec, "How long, in seconds, a node that is removed may take to drain before its pods are "+
		"forced off: 0 to 10800. Default: 0, the service's own limit.")
	a.Describe(&x.MinDiskSize, "The least size of a node's disk in GiB: 30 to 65536. Default: 100.")
	a.Describe(&x.Subnets, "The subnets of the cloud that nodes are put into. Their order does not matter.")
	a.Describe(&x.SSHPublicKey, "An SSH public key, base64 encoded, that may log in to nodes.")
	a.Describe(&x.Image, "The image of the nodes: its ID, or another form that the cloud knows it by. Left out, the service "+
		"chooses one that fits the cluster's version.")
	a.Describe(&x.Tags, "Tags (labels on GKE) that the cloud's resources of a node get.")
	a.Describe(&x.InitScript, "A script, base64 encoded, that runs when a node starts. It is stored in clear: put no secrets in it.")
	a.Describe(&x.ContainerRuntime, "The container runtime: `containerd` or `dockerd`, in any letter case (EKS only). Left "+
		"out, that of the image.")
	a.Describe(&x.DockerConfig, "Settings of the Docker daemon, as JSON text of an object (EKS and kOps). Layout and order do not matter.")
	a.Describe(&x.KubeletConfig, "Settings of the kubelet, as JSON text of an object. Layout and order do not matter.")
	a.Describe(&x.Eks, "Settings of Amazon EKS.")
	a.Describe(&x.Gke, "Settings of Google Kubernetes Engine.")
	a.Describe(&x.Aks, "Settings of Azure Kubernetes Service.")
	a.Describe(&x.Kops, "Settings of kOps clusters on AWS.")
	a.Describe(&x.SelfHostedWithEc2Nodes, "Settings of other Kubernetes clusters whose nodes are EC2 instances.")
}

// NodeConfigurationState are the outputs of a [NodeConfiguration].
type NodeConfigurationState struct {
	NodeConfigurationArgs
	IsDefault     bool                            `pulumi:"isDefault" wire:"default"`
	Version       *int                            `pulumi:"version,optional" wire:",changes"`
	CreatedAt     *string                         `pulumi:"createdAt,optional"`
	UpdatedAt     *string                         `pulumi:"updatedAt,optional" wire:",changes"`
	SubnetDetails []NodeConfigurationSubnetDetail `pulumi:"subnetDetails,optional"`
}

// Annotate describes the outputs.
func (s *NodeConfigurationState) Annotate(a infer.Annotator) {
	a.Describe(&s.IsDefault, "Whether this was the cluster's default configuration when it was last read. "+
		"`NodeConfigurationDefault` makes it so.")
	a.Describe(&s.Version, "The version of the configuration, which counts its changes.")
	a.Describe(&s.CreatedAt, "When the configuration was made, as an RFC 3339 time.")
	a.Describe(&s.UpdatedAt, "When the configuration was last changed, as an RFC 3339 time.")
	a.Describe(&s.SubnetDetails, "What the service knows of the subnets.")
}

// NodeConfigurationSubnetDetail is what the service knows of a subnet.
type NodeConfigurationSubnetDetail struct {
	ID       *string           `pulumi:"id,optional"`
	Cidr     *string           `pulumi:"cidr,optional"`
	ZoneID   *string           `pulumi:"zoneId,optional" wire:"zone.id"`
	ZoneName *string           `pulumi:"zoneName,optional" wire:"zone.name"`
	Tags     map[string]string `pulumi:"tags,optional"`
}

// Annotate describes the properties.
func (x *NodeConfigurationSubnetDetail) Annotate(a infer.Annotator) {
	a.Describe(&x, "What the service knows of a subnet.")
	a.Describe(&x.ID, "The ID of the subnet.")
	a.Describe(&x.Cidr, "Its address range.")
	a.Describe(&x.ZoneID, "The cloud's ID of its zone, such as `euc1-az2`.")
	a.Describe(&x.ZoneName, "The name of its zone, such as `eu-central-1a`.")
	a.Describe(&x.Tags, "Its tags.")
}
