package schedules

import (
	"errors"

	"github.com/pulumi/pulumi-go-provider/infer"

	"github.com/castai/pulumi-castai/internal/wire"
)

// HibernationScheduleResumeConfigJobConfig says how clusters are resumed.
type HibernationScheduleResumeConfigJobConfig struct {
	NodeConfig HibernationScheduleResumeConfigJobConfigNodeConfig `pulumi:"nodeConfig"`
}

// Annotate describes the configuration.
func (x *HibernationScheduleResumeConfigJobConfig) Annotate(a infer.Annotator) {
	a.Describe(&x, "How clusters are resumed.")
	a.Describe(&x.NodeConfig, "The first node, on which CAST AI starts and then adds those that the pods need.")
}

// HibernationScheduleResumeConfigJobConfigNodeConfig is the first node of a
// cluster that is resumed.
type HibernationScheduleResumeConfigJobConfigNodeConfig struct {
	InstanceType     string                                                              `pulumi:"instanceType" check:"notblank"`
	ConfigID         *string                                                             `pulumi:"configId,optional" check:"notblank"`
	ConfigName       *string                                                             `pulumi:"configName,optional" check:"notblank"`
	GpuConfig        *HibernationScheduleResumeConfigJobConfigNodeConfigGpuConfig        `pulumi:"gpuConfig,optional"`
	KubernetesLabels map[string]string                                                   `pulumi:"kubernetesLabels,optional"`
	KubernetesTaints []HibernationScheduleResumeConfigJobConfigNodeConfigKubernetesTaint `pulumi:"kubernetesTaints,optional" norm:"set,whole"`
	NodeAffinities   one[HibernationScheduleResumeConfigJobConfigNodeConfigNodeAffinity] `pulumi:"nodeAffinities,optional" wire:"nodeAffinity" check:"maxitems=1"`
	SpotConfigs      one[HibernationScheduleResumeConfigJobConfigNodeConfigSpotConfig]   `pulumi:"spotConfigs,optional" wire:"spotConfig" check:"maxitems=1"`
	SubnetID         *string                                                             `pulumi:"subnetId,optional" check:"notblank"`
	Volumes          one[HibernationScheduleResumeConfigJobConfigNodeConfigVolume]       `pulumi:"volumes,optional" wire:"volume" check:"maxitems=1"`
	Zone             *string                                                             `pulumi:"zone,optional" check:"notblank"`
}

// Annotate describes the node.
func (x *HibernationScheduleResumeConfigJobConfigNodeConfig) Annotate(a infer.Annotator) {
	a.Describe(&x, "The first node of a cluster that is resumed.")
	a.Describe(&x.InstanceType, "The instance type, such as `e2-standard-4` or `m5.large`.")
	a.Describe(&x.ConfigID, "The ID (UUID) of the node configuration that the node is built from. Left out, the cluster's "+
		"default node configuration.")
	a.Describe(&x.ConfigName, "The name of the node configuration, for a schedule of several clusters that each have one of "+
		"that name. Without effect if `configId` is given.")
	a.Describe(&x.GpuConfig, "The GPUs of the node.")
	a.Describe(&x.KubernetesLabels, "The Kubernetes labels of the node.")
	a.Describe(&x.KubernetesTaints, "The Kubernetes taints of the node. Their order does not matter.")
	a.Describe(&x.NodeAffinities, "The group of dedicated hosts for the node: one element at most.")
	a.Describe(&x.SpotConfigs, "Whether the node is a spot instance, and at which price: one element at most.")
	a.Describe(&x.SubnetID, "The ID of the subnet, as the cloud has it. Left out, one of the node configuration.")
	a.Describe(&x.Volumes, "The disk of the node: one element at most.")
	a.Describe(&x.Zone, "The zone, as the cloud names it. Left out, the service chooses.")
}

// one is a list of at most one element, where the API has an object: the
// bridged provider has lists in these places.
type one[T any] []T

// EncodeWire returns the body of the element.
func (x one[T]) EncodeWire() (any, error) {
	if len(x) == 0 {
		return wire.Omitted(""), nil
	}
	return wire.Create(&x[0])
}

// DecodeWire reads the element.
func (x *one[T]) DecodeWire(body any) error {
	object, ok := body.(map[string]any)
	if !ok {
		return errors.New("the answer should hold an object here")
	}
	*x = make(one[T], 1)
	return wire.Decode(object, &(*x)[0])
}

// HibernationScheduleResumeConfigJobConfigNodeConfigGpuConfig are the GPUs of a
// node.
type HibernationScheduleResumeConfigJobConfigNodeConfigGpuConfig struct {
	Count int     `pulumi:"count" check:"min=0"`
	Type  *string `pulumi:"type,optional" check:"notblank"`
}

// Annotate describes the GPUs.
func (x *HibernationScheduleResumeConfigJobConfigNodeConfigGpuConfig) Annotate(a infer.Annotator) {
	a.Describe(&x, "The GPUs of a node.")
	a.Describe(&x.Count, "How many GPUs the node has.")
	a.Describe(&x.Type, "What kind of GPU they are, such as `T4`. Left out, that of the instance type.")
}

// HibernationScheduleResumeConfigJobConfigNodeConfigKubernetesTaint is a
// Kubernetes taint.
type HibernationScheduleResumeConfigJobConfigNodeConfigKubernetesTaint struct {
	Key    string  `pulumi:"key" check:"notblank"`
	Value  *string `pulumi:"value,optional"`
	Effect *string `pulumi:"effect,optional" norm:"default=NoSchedule" check:"known=NoSchedule|NoExecute"`
}

// Annotate describes the taint.
func (x *HibernationScheduleResumeConfigJobConfigNodeConfigKubernetesTaint) Annotate(a infer.Annotator) {
	a.Describe(&x, "A Kubernetes taint.")
	a.Describe(&x.Key, "The key of the taint.")
	a.Describe(&x.Value, "The value of the taint. Left out, empty.")
	a.Describe(&x.Effect, "What happens to pods that do not tolerate the taint: `NoSchedule` or `NoExecute`. Default: `NoSchedule`.")
}

// HibernationScheduleResumeConfigJobConfigNodeConfigNodeAffinity is a group of
// dedicated hosts for a node.
type HibernationScheduleResumeConfigJobConfigNodeConfigNodeAffinity struct {
	DedicatedGroup string                                                                   `pulumi:"dedicatedGroup" check:"notblank"`
	Affinities     []HibernationScheduleResumeConfigJobConfigNodeConfigNodeAffinityAffinity `pulumi:"affinities,optional" wire:"affinity" norm:"set"`
}

// Annotate describes the group.
func (x *HibernationScheduleResumeConfigJobConfigNodeConfigNodeAffinity) Annotate(a infer.Annotator) {
	a.Describe(&x, "A group of dedicated hosts for a node.")
	a.Describe(&x.DedicatedGroup, "The name of the group.")
	a.Describe(&x.Affinities, "The terms that a host must meet, all of them. Their order does not matter.")
}

// HibernationScheduleResumeConfigJobConfigNodeConfigNodeAffinityAffinity is a
// term that a host must meet.
type HibernationScheduleResumeConfigJobConfigNodeConfigNodeAffinityAffinity struct {
	Key      string           `pulumi:"key"`
	Operator affinityOperator `pulumi:"operator" norm:"fold" check:"known=IN|NOT_IN|EXISTS|DOES_NOT_EXIST|GT|LT"`
	Values   []string         `pulumi:"values" norm:"set"`
}

// Annotate describes the term.
func (x *HibernationScheduleResumeConfigJobConfigNodeConfigNodeAffinityAffinity) Annotate(a infer.Annotator) {
	a.Describe(&x, "A term that a host must meet.")
	a.Describe(&x.Key, "The key of the label.")
	a.Describe(&x.Operator, "How the label compares with `values`: `IN`, `NOT_IN`, `EXISTS`, `DOES_NOT_EXIST`, `GT` or `LT`. "+
		"Letter case does not matter.")
	a.Describe(&x.Values, "The values to compare with; an empty list for `EXISTS` and `DOES_NOT_EXIST`. Their order does not matter.")
}

// affinityOperator is spelled in upper case in the API.
type affinityOperator string

// WireNames implements [wire.Names].
func (affinityOperator) WireNames() map[string]any {
	return map[string]any{"IN": "IN", "NOT_IN": "NOT_IN", "EXISTS": "EXISTS", "DOES_NOT_EXIST": "DOES_NOT_EXIST", "GT": "GT", "LT": "LT"}
}

// HibernationScheduleResumeConfigJobConfigNodeConfigSpotConfig says whether a
// node is a spot instance.
type HibernationScheduleResumeConfigJobConfigNodeConfigSpotConfig struct {
	PriceHourly *string `pulumi:"priceHourly,optional" norm:"decimal" check:"notblank"`
	Spot        *bool   `pulumi:"spot,optional"`
}

// Annotate describes the configuration.
func (x *HibernationScheduleResumeConfigJobConfigNodeConfigSpotConfig) Annotate(a infer.Annotator) {
	a.Describe(&x, "Whether a node is a spot instance, and at which price.")
	a.Describe(&x.PriceHourly, "The most to pay for an hour, in US dollars as text, such as `0.25` (AWS only). Left out, no limit.")
	a.Describe(&x.Spot, "Whether the node is a spot instance. Default: false.")
}

// HibernationScheduleResumeConfigJobConfigNodeConfigVolume is the disk of a
// node.
type HibernationScheduleResumeConfigJobConfigNodeConfigVolume struct {
	SizeGib     *int                                                                    `pulumi:"sizeGib,optional" check:"min=0"`
	RaidConfigs one[HibernationScheduleResumeConfigJobConfigNodeConfigVolumeRaidConfig] `pulumi:"raidConfigs,optional" wire:"raidConfig" check:"maxitems=1"`
}

// Annotate describes the disk.
func (x *HibernationScheduleResumeConfigJobConfigNodeConfigVolume) Annotate(a infer.Annotator) {
	a.Describe(&x, "The disk of a node.")
	a.Describe(&x.SizeGib, "The size of the disk, in GiB. Left out, the service chooses.")
	a.Describe(&x.RaidConfigs, "How local disks are joined (RAID 0): one element at most. Left out, they are not.")
}

// HibernationScheduleResumeConfigJobConfigNodeConfigVolumeRaidConfig says how
// local disks are joined.
type HibernationScheduleResumeConfigJobConfigNodeConfigVolumeRaidConfig struct {
	ChunkSizeKb *int `pulumi:"chunkSizeKb,optional" norm:"default=64" check:"min=0"`
}

// Annotate describes the configuration.
func (x *HibernationScheduleResumeConfigJobConfigNodeConfigVolumeRaidConfig) Annotate(a infer.Annotator) {
	a.Describe(&x, "How local disks are joined.")
	a.Describe(&x.ChunkSizeKb, "How much is written to a disk before the next one's turn, in KB. Default: 64.")
}
