package clusters

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/pulumi/pulumi-go-provider/infer"
)

// GetEksSettings writes the IAM policies of the role that CAST AI assumes.
type GetEksSettings struct{}

// Annotate describes the function.
func (f *GetEksSettings) Annotate(a infer.Annotator) {
	a.Describe(&f, "Writes the AWS IAM policies that the role of CAST AI needs to manage an EKS cluster: attach "+
		"`iamManagedPolicies`, a policy made of `iamPolicyJson`, and an inline policy made of `iamUserPolicyJson` to the "+
		"role whose ARN the `EksCluster` gets. The policies fit the partition of the region: commercial, GovCloud, China "+
		"and the isolated ones. No call is made and no API token needed.")
}

// GetEksSettingsArgs are the inputs of [GetEksSettings].
type GetEksSettingsArgs struct {
	AccountID          string  `pulumi:"accountId" check:"notblank"`
	Region             string  `pulumi:"region" check:"notblank"`
	Vpc                string  `pulumi:"vpc" check:"notblank"`
	Cluster            string  `pulumi:"cluster" check:"notblank"`
	SharedVpcAccountID *string `pulumi:"sharedVpcAccountId,optional" check:"notblank"`
}

// Annotate describes the inputs.
func (x *GetEksSettingsArgs) Annotate(a infer.Annotator) {
	a.Describe(&x.AccountID, "The AWS account of the cluster: 12 digits, as text.")
	a.Describe(&x.Region, "The AWS region of the cluster, such as `eu-central-1`.")
	a.Describe(&x.Vpc, "The ID of the cluster's VPC, such as `vpc-0123456789abcdef0`. CAST AI may launch instances in this VPC only.")
	a.Describe(&x.Cluster, "The name of the EKS cluster.")
	a.Describe(&x.SharedVpcAccountID, "The AWS account that owns the VPC and its subnets, if they are shared from another "+
		"one. Default: `accountId`.")
}

// GetEksSettingsResult is what [GetEksSettings] returns.
type GetEksSettingsResult struct {
	GetEksSettingsArgs
	ID                 string   `pulumi:"id"`
	IamManagedPolicies []string `pulumi:"iamManagedPolicies"`
	IamPolicyJSON      string   `pulumi:"iamPolicyJson"`
	IamUserPolicyJSON  string   `pulumi:"iamUserPolicyJson"`
}

// Annotate describes the outputs.
func (x *GetEksSettingsResult) Annotate(a infer.Annotator) {
	a.Describe(&x.ID, "`eks-<accountId>-<vpc>-<region>-<cluster>`.")
	a.Describe(&x.IamManagedPolicies, "The ARNs of the policies managed by AWS that the role needs.")
	a.Describe(&x.IamPolicyJSON, "The policy, as JSON text, of what the role may do in the account.")
	a.Describe(&x.IamUserPolicyJSON, "The policy, as JSON text, of what the role may do with this cluster and its VPC.")
}

// Invoke writes the policies.
func (*GetEksSettings) Invoke(
	_ context.Context, req infer.FunctionRequest[GetEksSettingsArgs],
) (infer.FunctionResponse[*GetEksSettingsResult], error) {
	a := req.Input
	arn := eksARNs{partition: partition(a.Region), region: a.Region, account: a.AccountID, vpcAccount: a.AccountID}
	if a.SharedVpcAccountID != nil {
		arn.vpcAccount = *a.SharedVpcAccountID
	}
	account, err := policyJSON(arn.accountPolicy())
	if err != nil {
		return infer.FunctionResponse[*GetEksSettingsResult]{}, err
	}
	cluster, err := policyJSON(arn.clusterPolicy(a.Vpc, a.Cluster))
	return infer.FunctionResponse[*GetEksSettingsResult]{Output: &GetEksSettingsResult{
		GetEksSettingsArgs: a,
		ID:                 fmt.Sprintf("eks-%s-%s-%s-%s", a.AccountID, a.Vpc, a.Region, a.Cluster),
		IamManagedPolicies: []string{
			"arn:" + arn.partition + ":iam::aws:policy/AmazonEC2ReadOnlyAccess",
			"arn:" + arn.partition + ":iam::aws:policy/IAMReadOnlyAccess",
		},
		IamPolicyJSON:     account,
		IamUserPolicyJSON: cluster,
	}}, err
}

// partition returns the part of AWS that a region belongs to.
func partition(region string) string {
	for prefix, partition := range map[string]string{
		"us-gov-": "aws-us-gov", "cn-": "aws-cn",
		"us-iso-": "aws-iso", "us-isob-": "aws-iso-b", "eu-isoe-": "aws-iso-e", "us-isof-": "aws-iso-f", "eusc-": "aws-eusc",
	} {
		if strings.HasPrefix(region, prefix) {
			return partition
		}
	}
	return "aws"
}

// statement is one statement of an IAM policy.
type statement struct {
	Sid       string
	Effect    string
	Action    []string
	Resource  []string
	Condition map[string]map[string][]string `json:",omitempty"`
}

// allow makes a statement that holds under a condition; none for an empty key.
func allow(sid string, actions, resources []string, key string, values ...string) statement {
	s := statement{Sid: sid, Effect: "Allow", Action: actions, Resource: resources}
	if key != "" {
		s.Condition = map[string]map[string][]string{"StringEquals": {key: values}}
	}
	return s
}

// policyJSON writes a policy. Its text is stable, and readable where it is shown.
func policyJSON(statements []statement) (string, error) {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	err := encoder.Encode(struct {
		Version   string
		Statement []statement
	}{"2012-10-17", statements})
	return text.String(), err
}

// eksARNs makes the ARNs of one cluster's surroundings.
type eksARNs struct{ partition, region, account, vpcAccount string }

// here is an ARN in the cluster's region and account.
func (a eksARNs) here(service, resource string) string {
	return strings.Join([]string{"arn", a.partition, service, a.region, a.account, resource}, ":")
}

// vpc is an ARN in the account that owns the network.
func (a eksARNs) vpc(resource string) string {
	return strings.Join([]string{"arn", a.partition, "ec2", a.region, a.vpcAccount, resource}, ":")
}

// anyRegion is an ARN of EC2 in the cluster's account.
func (a eksARNs) anyRegion(resource string) string {
	return "arn:" + a.partition + ":ec2:*:" + a.account + ":" + resource
}

// accountPolicy is what the role may do in the account.
func (a eksARNs) accountPolicy() []statement {
	roles := []string{"arn:" + a.partition + ":iam::*:role/*"}
	ec2 := []string{"ec2.amazonaws.com"}
	if a.partition == "aws-cn" {
		ec2 = append(ec2, "ec2.amazonaws.com.cn") // EC2 has a name of its own there
	}
	return []statement{
		allow("PassRoleEC2", []string{"iam:PassRole"}, roles, "iam:PassedToService", ec2...),
		allow("PassRoleEKS", []string{"iam:PassRole"}, roles, "iam:PassedToService", "eks.amazonaws.com"),
		allow("NonResourcePermissions", []string{
			"iam:CreateServiceLinkedRole", "ec2:CreateTags", "ec2:DeleteKeyPair", "ec2:DescribeCapacityReservations",
			"ec2:ImportKeyPair",
		}, []string{"*"}, ""),
		allow("RunInstancesPermissions", []string{"ec2:RunInstances"}, []string{
			a.anyRegion("capacity-reservation/*"), a.anyRegion("key-pair/*"), a.anyRegion("network-interface/*"),
			a.anyRegion("security-group/*"), a.anyRegion("volume/*"), "arn:" + a.partition + ":ec2:*::image/*",
		}, ""),
	}
}

// clusterPolicy is what the role may do with the cluster.
func (a eksARNs) clusterPolicy(vpc, cluster string) []statement {
	tag := "/kubernetes.io/cluster/" + cluster
	instances := []string{a.here("ec2", "instance/*")}
	return []statement{
		allow("RunInstancesTagRestriction", []string{"ec2:RunInstances"}, instances, "aws:RequestTag"+tag, "owned"),
		allow("RunInstancesVpcRestriction", []string{"ec2:RunInstances"}, []string{a.vpc("subnet/*")},
			"ec2:Vpc", a.vpc("vpc/"+vpc)),
		allow("InstanceActionsTagRestriction", []string{
			"ec2:TerminateInstances", "ec2:StartInstances", "ec2:StopInstances", "ec2:CreateTags",
		}, instances, "ec2:ResourceTag"+tag, "owned", "shared"),
		allow("AutoscalingActionsTagRestriction", []string{
			"autoscaling:UpdateAutoScalingGroup", "autoscaling:CreateAutoScalingGroup", "autoscaling:DeleteAutoScalingGroup",
			"autoscaling:SuspendProcesses", "autoscaling:ResumeProcesses", "autoscaling:TerminateInstanceInAutoScalingGroup",
		}, []string{a.here("autoscaling", "autoScalingGroup:*:autoScalingGroupName/*")},
			"autoscaling:ResourceTag"+tag, "owned", "shared"),
		allow("EKS", []string{
			"eks:Describe*", "eks:List*", "eks:TagResource", "eks:UntagResource", "eks:CreateNodegroup", "eks:DeleteNodegroup",
		}, []string{a.here("eks", "cluster/"+cluster), a.here("eks", "nodegroup/"+cluster+"/*/*")}, ""),
		allow("CreateLaunchTemplateWithTag", []string{"ec2:CreateLaunchTemplate"}, []string{"*"}, "aws:RequestTag"+tag, "owned"),
		allow("ManageLaunchTemplatesAndCreateNodeGroupWithLaunchTemplate", []string{
			"ec2:DescribeLaunchTemplates", "ec2:DeleteLaunchTemplate", "ec2:CreateLaunchTemplateVersion",
			"ec2:DescribeLaunchTemplateVersions",
		}, []string{"*"}, "aws:ResourceTag"+tag, "owned"),
		allow("RunInstancesForEKSNodegroups", []string{"ec2:RunInstances"},
			[]string{"arn:" + a.partition + ":ec2:*:*:launch-template/*"}, "aws:ResourceTag"+tag, "owned"),
	}
}
