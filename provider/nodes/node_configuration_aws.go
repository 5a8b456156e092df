package nodes

import "github.com/pulumi/pulumi-go-provider/infer"

// NodeConfigurationKops are settings of kOps clusters on AWS.
type NodeConfigurationKops struct {
	KeyPairID *string `pulumi:"keyPairId,optional" wire:",null" check:"prefix=key-"`
}

// Annotate describes the properties.
func (x *NodeConfigurationKops) Annotate(a infer.Annotator) {
	a.Describe(&x, "Settings of kOps clusters on AWS.")
	a.Describe(&x.KeyPairID, "The ID of an EC2 key pair, such as `key-0123456789abcdef0`, that may log in to nodes.")
}

// NodeConfigurationSelfHostedWithEc2Nodes are settings of other clusters whose nodes are EC2 instances.
type NodeConfigurationSelfHostedWithEc2Nodes struct {
	InstanceProfileArn *string                                         `pulumi:"instanceProfileArn,optional" check:"notblank"`
	SecurityGroups     []string                                        `pulumi:"securityGroups,optional" norm:"set" check:"notblank"`
	ImageFamily        *Ec2ImageFamily                                 `pulumi:"imageFamily,optional" norm:"fold" check:"known=al2|al2023|bottlerocket|custom"`
	AmiIDs             AmiIDs                                          `pulumi:"amiIds,optional" wire:"amiSelector" norm:"set" check:"notblank"`
	KeyPairID          *string                                         `pulumi:"keyPairId,optional" wire:",null" check:"prefix=key-"`
	ImdsV1             *bool                                           `pulumi:"imdsV1,optional" wire:",null"`
	ImdsHopLimit       *int                                            `pulumi:"imdsHopLimit,optional" wire:",null" check:"min=1"`
	Volumes            []NodeConfigurationSelfHostedWithEc2NodesVolume `pulumi:"volumes,optional" norm:"set"`
}

// Annotate describes the properties.
func (x *NodeConfigurationSelfHostedWithEc2Nodes) Annotate(a infer.Annotator) {
	a.Describe(&x, "Settings of Kubernetes clusters other than EKS and kOps whose nodes are EC2 instances.")
	a.Describe(&x.InstanceProfileArn, "The ARN of the instance profile whose role nodes take.")
	a.Describe(&x.SecurityGroups, "The IDs of the security groups of nodes. Their order does not matter.")
	a.Describe(&x.ImageFamily, "The operating system: `al2`, `al2023`, `bottlerocket`, or `custom` with `amiIds`, in any letter case.")
	a.Describe(&x.AmiIDs, "The IDs of the images that nodes may be made from, such as `ami-0123456789abcdef0`. Their order "+
		"does not matter.")
	a.Describe(&x.KeyPairID, "The ID of an EC2 key pair, such as `key-0123456789abcdef0`, that may log in to nodes.")
	a.Describe(&x.ImdsV1, "Whether version 1 of the instance metadata service answers beside version 2. Left out, the "+
		"service chooses.")
	a.Describe(&x.ImdsHopLimit, "How many network hops an answer of the metadata service may travel; at least 1. Left out, "+
		"the service chooses.")
	a.Describe(&x.Volumes, "The disks of a node. Their order does not matter.")
}

// AmiIDs is a list of texts that the API keeps as a list of objects.
type AmiIDs []string

// EncodeWire implements [wire.Encoder].
func (x AmiIDs) EncodeWire() (any, error) {
	list := []any{}
	for _, id := range x {
		list = append(list, map[string]any{"amiId": id})
	}
	return list, nil
}

// DecodeWire implements [wire.Decoder].
func (x *AmiIDs) DecodeWire(body any) error {
	*x = AmiIDs{}
	selectors, _ := body.([]any)
	for _, selector := range selectors {
		fields, _ := selector.(map[string]any)
		if id, ok := fields["amiId"].(string); ok {
			*x = append(*x, id)
		}
	}
	return nil
}

// NodeConfigurationSelfHostedWithEc2NodesVolume is a disk of a node.
type NodeConfigurationSelfHostedWithEc2NodesVolume struct {
	DeviceName string  `pulumi:"deviceName" check:"notblank"`
	Size       *int    `pulumi:"size,optional" check:"min=1"`
	Type       *string `pulumi:"type,optional" norm:"fold" check:"known=gp3|gp2|io1|io2"`
	Iops       *int    `pulumi:"iops,optional" wire:",null" check:"min=1"`
	Throughput *int    `pulumi:"throughput,optional" wire:",null" check:"min=1"`
	Encrypted  *bool   `pulumi:"encrypted,optional"`
	KmsKeyArn  *string `pulumi:"kmsKeyArn,optional" wire:",null" check:"arn=kms"`
}

// Annotate describes the properties.
func (x *NodeConfigurationSelfHostedWithEc2NodesVolume) Annotate(a infer.Annotator) {
	a.Describe(&x, "A disk of a node.")
	a.Describe(&x.DeviceName, "The device, such as `/dev/xvda`.")
	a.Describe(&x.Size, "The size in GiB. Left out, the service chooses.")
	a.Describe(&x.Type, "The type: `gp3`, `gp2`, `io1` or `io2`, in any letter case. Left out, the service chooses.")
	a.Describe(&x.Iops, "The I/O operations a second. Left out, that of the type.")
	a.Describe(&x.Throughput, "The throughput in MiB a second. Left out, that of the type.")
	a.Describe(&x.Encrypted, "Whether the disk is encrypted. Default: false.")
	a.Describe(&x.KmsKeyArn, "The ARN of the KMS key that encrypts the disk, of any AWS partition.")
}
