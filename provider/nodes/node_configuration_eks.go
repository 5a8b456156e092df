package nodes

import "github.com/pulumi/pulumi-go-provider/infer"

// NodeConfigurationEks are settings of Amazon EKS.
type NodeConfigurationEks struct {
	SecurityGroups            []string                          `pulumi:"securityGroups" norm:"set" check:"minitems=1,notblank"`
	InstanceProfileArn        string                            `pulumi:"instanceProfileArn" check:"notblank"`
	NodeGroupArn              *string                           `pulumi:"nodeGroupArn,optional" wire:",null" check:"notblank"`
	DNSClusterIP              *string                           `pulumi:"dnsClusterIp,optional" wire:",null" check:"iplist"`
	KeyPairID                 *string                           `pulumi:"keyPairId,optional" wire:",null" check:"prefix=key-"`
	VolumeType                *string                           `pulumi:"volumeType,optional" wire:",null" norm:"fold,default=gp3" check:"known=gp3|gp2|io1|io2"`
	VolumeIops                *int                              `pulumi:"volumeIops,optional" wire:",null" check:"min=100,max=100000"`
	VolumeThroughput          *int                              `pulumi:"volumeThroughput,optional" wire:",null" check:"min=125,max=1000"`
	VolumeKmsKeyArn           *string                           `pulumi:"volumeKmsKeyArn,optional" wire:",null" check:"arn=kms"`
	ImdsV1                    *bool                             `pulumi:"imdsV1,optional" wire:",null" norm:"default=true"`
	ImdsHopLimit              *int                              `pulumi:"imdsHopLimit,optional" wire:",null" norm:"default=2" check:"min=1"`
	MaxPodsPerNodeFormula     *string                           `pulumi:"maxPodsPerNodeFormula,optional" wire:",null" check:"notblank"`
	IpsPerPrefix              *int                              `pulumi:"ipsPerPrefix,optional" wire:",null" norm:"default=1" check:"min=0,max=256"`
	ThreadsPerCPU             *int                              `pulumi:"threadsPerCpu,optional" wire:",null" check:"min=0,max=256"`
	EnaQueueCountPerInterface *int                              `pulumi:"enaQueueCountPerInterface,optional" wire:",null" check:"min=1"`
	EksImageFamily            *EksImageFamily                   `pulumi:"eksImageFamily,optional" wire:"imageFamily" norm:"fold" check:"known=al2|al2023|bottlerocket"`
	TargetGroups              []NodeConfigurationEksTargetGroup `pulumi:"targetGroups,optional" norm:"set"`
}

// Annotate describes the properties.
func (x *NodeConfigurationEks) Annotate(a infer.Annotator) {
	a.Describe(&x, "Settings of Amazon EKS.")
	a.Describe(&x.SecurityGroups, "The IDs of the security groups of nodes, at least one. Their order does not matter.")
	a.Describe(&x.InstanceProfileArn, "The ARN of the instance profile whose role nodes take.")
	a.Describe(&x.NodeGroupArn, "The ARN of a managed node group; hibernating and resuming the cluster need it.")
	a.Describe(&x.DNSClusterIP, "The IP address of the cluster's DNS service, or several separated by commas. Left out, the "+
		"service finds it.")
	a.Describe(&x.KeyPairID, "The ID of an EC2 key pair, such as `key-0123456789abcdef0`, that may log in to nodes. It "+
		"wins over `sshPublicKey`.")
	a.Describe(&x.VolumeType, "The type of the disk: `gp3`, `gp2`, `io1` or `io2`, in any letter case. Default: `gp3`.")
	a.Describe(&x.VolumeIops, "The I/O operations a second of the disk: 100 to 100000. Left out, that of the type.")
	a.Describe(&x.VolumeThroughput, "The throughput of the disk in MiB a second: 125 to 1000. Left out, that of the type.")
	a.Describe(&x.VolumeKmsKeyArn, "The ARN of the KMS key that encrypts the disk, of any AWS partition.")
	a.Describe(&x.ImdsV1, "Whether version 1 of the instance metadata service answers beside version 2. Default: true.")
	a.Describe(&x.ImdsHopLimit, "How many network hops an answer of the metadata service may travel; at least 1. Default: 2.")
	a.Describe(&x.MaxPodsPerNodeFormula, "How many pods a node may run, as a formula of `NUM_MAX_NET_INTERFACES`, "+
		"`NUM_IP_PER_INTERFACE`, `NUM_IP_PER_PREFIX`, `NUM_CPU` and `NUM_RAM_GB`. Left out, as many as it has addresses.")
	a.Describe(&x.IpsPerPrefix, "How many IP addresses a prefix holds: 0 to 256. Left out or 0, the service computes it: 16 "+
		"with prefix delegation, 1 without.")
	a.Describe(&x.ThreadsPerCPU, "How many threads a core runs: 1 turns hyper-threading off. Left out or 0, as many as the "+
		"instance type has.")
	a.Describe(&x.EnaQueueCountPerInterface, "How many queues each network interface has; at least 1. Left out, that of the "+
		"instance type.")
	a.Describe(&x.EksImageFamily, "The operating system: `al2`, `al2023` or `bottlerocket`, in any letter case. Left out, "+
		"the service chooses.")
	a.Describe(&x.TargetGroups, "The load balancer target groups that nodes join. Their order does not matter.")
}

// NodeConfigurationEksTargetGroup is a load balancer target group.
type NodeConfigurationEksTargetGroup struct {
	Arn  string `pulumi:"arn" check:"notblank"`
	Port *int   `pulumi:"port,optional" wire:",null" check:"min=1,max=65535"`
}

// Annotate describes the properties.
func (x *NodeConfigurationEksTargetGroup) Annotate(a infer.Annotator) {
	a.Describe(&x, "A load balancer target group.")
	a.Describe(&x.Arn, "The ARN of the target group.")
	a.Describe(&x.Port, "The port on which nodes get traffic: 1 to 65535. Left out, that of the target group.")
}
