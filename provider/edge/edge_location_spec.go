package edge

import "github.com/pulumi/pulumi-go-provider/infer"

// EdgeLocationControlPlane is the control plane of a location.
type EdgeLocationControlPlane struct {
	Ha                 *bool             `pulumi:"ha,optional" norm:"default=true"`
	ExternalAddress    *string           `pulumi:"externalAddress,optional" wire:",zero" check:"notblank"`
	APIServerPort      *int              `pulumi:"apiServerPort,optional" wire:",zero" check:"min=0,max=65535"`
	KonnectivityPort   *int              `pulumi:"konnectivityPort,optional" wire:",zero" check:"min=0,max=65535"`
	ServiceAnnotations map[string]string `pulumi:"serviceAnnotations,optional" wire:",zero"`
}

// Annotate describes the control plane.
func (x *EdgeLocationControlPlane) Annotate(a infer.Annotator) {
	a.Describe(&x, "The control plane of an edge location.")
	a.Describe(&x.Ha, "Whether it is highly available. Default: true.")
	a.Describe(&x.ExternalAddress, "The address at which edges reach it, where that is not the one of its service.")
	a.Describe(&x.APIServerPort, "The port of its API server. Left out or 0, the service chooses.")
	a.Describe(&x.KonnectivityPort, "The port of its Konnectivity server, by which it reaches the edges. Left out or 0, the service "+
		"chooses.")
	a.Describe(&x.ServiceAnnotations, "Annotations of its Kubernetes service, such as those that say which load balancer it gets.")
}

// EdgeLocationLiqo is what connects edges with their cluster.
type EdgeLocationLiqo struct {
	GatewayServer *EdgeLocationLiqoGatewayServer `pulumi:"gatewayServer,optional"`
}

// Annotate describes it.
func (x *EdgeLocationLiqo) Annotate(a infer.Annotator) {
	a.Describe(&x, "Liqo, which connects the edges of a location with the cluster.")
	a.Describe(&x.GatewayServer, "The end of the tunnel in the cluster.")
}

// EdgeLocationLiqoGatewayServer is the end of the tunnel in the cluster.
type EdgeLocationLiqoGatewayServer struct {
	ExternalAddress    *string           `pulumi:"externalAddress,optional" wire:",zero" check:"notblank"`
	ExternalPort       *int              `pulumi:"externalPort,optional" wire:",zero" check:"min=0,max=65535"`
	ServiceAnnotations map[string]string `pulumi:"serviceAnnotations,optional" wire:",zero"`
	ServiceLabels      map[string]string `pulumi:"serviceLabels,optional" wire:",zero"`
}

// Annotate describes the gateway.
func (x *EdgeLocationLiqoGatewayServer) Annotate(a infer.Annotator) {
	a.Describe(&x, "The end of the tunnel between edges and cluster that is in the cluster.")
	a.Describe(&x.ExternalAddress, "The address at which edges reach it, where that is not the one of its service.")
	a.Describe(&x.ExternalPort, "The port at which edges reach it. Left out or 0, the service chooses.")
	a.Describe(&x.ServiceAnnotations, "Annotations of its Kubernetes service, such as those that say which load balancer it gets.")
	a.Describe(&x.ServiceLabels, "Labels of its Kubernetes service.")
}

const (
	overlayUnspecified = "OVERLAY_UNSPECIFIED"
	encapUnspecified   = "OVERLAY_ENCAP_UNSPECIFIED"
)

// EdgeLocationNetworking is the network between edges and their cluster.
type EdgeLocationNetworking struct {
	TunneledCidrs []string                   `pulumi:"tunneledCidrs,optional" norm:"set,cidr" check:"cidr"`
	Cni           *EdgeLocationNetworkingCni `pulumi:"cni,optional"`
}

// Annotate describes the network.
func (x *EdgeLocationNetworking) Annotate(a infer.Annotator) {
	a.Describe(&x, "The network between edges and their cluster.")
	a.Describe(&x.TunneledCidrs, "The address ranges that edges reach through the tunnel to the cluster, such as `10.0.0.0/8`, in "+
		"any order.")
	a.Describe(&x.Cni, "The network of the pods on the edges.")
}

// EdgeLocationNetworkingCni is the network of pods on edges.
type EdgeLocationNetworkingCni struct {
	Overlay      *string `pulumi:"overlay,optional" norm:"default=OVERLAY_UNSPECIFIED" check:"known=OVERLAY_UNSPECIFIED|OVERLAY_OFF|OVERLAY_SUBNET|OVERLAY_FULL"`
	OverlayEncap *string `pulumi:"overlayEncap,optional" norm:"default=OVERLAY_ENCAP_UNSPECIFIED" check:"known=OVERLAY_ENCAP_UNSPECIFIED|OVERLAY_ENCAP_IPIP|OVERLAY_ENCAP_FOU"`
}

// Annotate describes the network.
func (x *EdgeLocationNetworkingCni) Annotate(a infer.Annotator) {
	a.Describe(&x, "The network of the pods on the edges of a location.")
	a.Describe(&x.Overlay, "When packets are put into an overlay: `OVERLAY_OFF`, never, `OVERLAY_SUBNET`, between subnets, or "+
		"`OVERLAY_FULL`, always. Default: `OVERLAY_UNSPECIFIED`, the service chooses.")
	a.Describe(&x.OverlayEncap, "How they are put there: `OVERLAY_ENCAP_IPIP`, IP in IP, or `OVERLAY_ENCAP_FOU`, over UDP. "+
		"Default: `OVERLAY_ENCAP_UNSPECIFIED`, the service chooses.")
}

// EdgeLocationAddon is software that is installed on edges.
type EdgeLocationAddon struct {
	Name   string  `pulumi:"name" check:"notblank,known=nvidia-gpu-operator|nvidia-dra|nvidia-network-operator|oci-csi"`
	Values *string `pulumi:"values,optional" wire:",json" check:"jsonobject"`
}

// Annotate describes the addon.
func (x *EdgeLocationAddon) Annotate(a infer.Annotator) {
	a.Describe(&x, "Software that is installed on the edges of a location.")
	a.Describe(&x.Name, "Which: `nvidia-gpu-operator`, `nvidia-dra`, `nvidia-network-operator` or `oci-csi`.")
	a.Describe(&x.Values, "The values of its chart, the JSON text of an object. Layout and order of keys do not matter. Left out, "+
		"those of the service.")
}

// EdgeLocationZone is a zone of a region.
type EdgeLocationZone struct {
	ID   string `pulumi:"id" check:"notblank"`
	Name string `pulumi:"name" check:"notblank"`
}

// Annotate describes the zone.
func (x *EdgeLocationZone) Annotate(a infer.Annotator) {
	a.Describe(&x, "A zone of the region of an edge location.")
	a.Describe(&x.ID, "The ID of the zone, such as `use1-az1`.")
	a.Describe(&x.Name, "The name of the zone, such as `us-east-1a`.")
}
