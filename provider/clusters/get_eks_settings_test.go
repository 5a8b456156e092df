package clusters_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/castai/pulumi-castai/internal/harness"
)

// policy is an IAM policy as AWS reads it.
type policy struct {
	Version   string
	Statement []struct {
		Sid, Effect      string
		Action, Resource []string
		Condition        map[string]map[string][]string
	}
}

func TestGetEksSettings(t *testing.T) {
	tests := []struct {
		region, partition string
		ec2               []string
	}{
		{"eu-central-1", "aws", []string{"ec2.amazonaws.com"}},
		{"us-gov-west-1", "aws-us-gov", []string{"ec2.amazonaws.com"}},
		{"cn-north-1", "aws-cn", []string{"ec2.amazonaws.com", "ec2.amazonaws.com.cn"}},
		{"us-isob-east-1", "aws-iso-b", []string{"ec2.amazonaws.com"}},
	}
	h := harness.New(t)
	h.Provider(nil) // without a token
	for _, test := range tests {
		t.Run(test.region, func(t *testing.T) {
			got, err := h.Invoke("getEksSettings", harness.Props{
				"accountId": "111111111111", "region": test.region, "vpc": "vpc-1", "cluster": "c", "sharedVpcAccountId": "222222222222",
			})
			if err != nil {
				t.Fatal(err)
			}
			arn := "arn:" + test.partition + ":"
			if got["id"] != "eks-111111111111-vpc-1-"+test.region+"-c" {
				t.Errorf("the ID is %v", got["id"])
			}
			if want := []any{arn + "iam::aws:policy/AmazonEC2ReadOnlyAccess", arn + "iam::aws:policy/IAMReadOnlyAccess"}; !reflect.DeepEqual(got["iamManagedPolicies"], want) {
				t.Errorf("the managed policies are %v", got["iamManagedPolicies"])
			}
			account, cluster := readPolicy(t, got["iamPolicyJson"]), readPolicy(t, got["iamUserPolicyJson"])
			here := test.region + ":111111111111:"
			want := map[string][]string{
				"PassRoleEC2": {arn + "iam::*:role/*"}, "PassRoleEKS": {arn + "iam::*:role/*"}, "NonResourcePermissions": {"*"},
				"RunInstancesPermissions": {
					arn + "ec2:*:111111111111:capacity-reservation/*", arn + "ec2:*:111111111111:key-pair/*",
					arn + "ec2:*:111111111111:network-interface/*", arn + "ec2:*:111111111111:security-group/*",
					arn + "ec2:*:111111111111:volume/*", arn + "ec2:*::image/*",
				},
				"RunInstancesTagRestriction":       {arn + "ec2:" + here + "instance/*"},
				"RunInstancesVpcRestriction":       {arn + "ec2:" + test.region + ":222222222222:subnet/*"},
				"InstanceActionsTagRestriction":    {arn + "ec2:" + here + "instance/*"},
				"AutoscalingActionsTagRestriction": {arn + "autoscaling:" + here + "autoScalingGroup:*:autoScalingGroupName/*"},
				"EKS":                              {arn + "eks:" + here + "cluster/c", arn + "eks:" + here + "nodegroup/c/*/*"},
				"CreateLaunchTemplateWithTag":      {"*"},
				"ManageLaunchTemplatesAndCreateNodeGroupWithLaunchTemplate": {"*"},
				"RunInstancesForEKSNodegroups":                              {arn + "ec2:*:*:launch-template/*"},
			}
			conditions := map[string]map[string][]string{
				"PassRoleEC2":                      {"iam:PassedToService": test.ec2},
				"PassRoleEKS":                      {"iam:PassedToService": {"eks.amazonaws.com"}},
				"RunInstancesTagRestriction":       {"aws:RequestTag/kubernetes.io/cluster/c": {"owned"}},
				"RunInstancesVpcRestriction":       {"ec2:Vpc": {arn + "ec2:" + test.region + ":222222222222:vpc/vpc-1"}},
				"InstanceActionsTagRestriction":    {"ec2:ResourceTag/kubernetes.io/cluster/c": {"owned", "shared"}},
				"AutoscalingActionsTagRestriction": {"autoscaling:ResourceTag/kubernetes.io/cluster/c": {"owned", "shared"}},
				"CreateLaunchTemplateWithTag":      {"aws:RequestTag/kubernetes.io/cluster/c": {"owned"}},
				"ManageLaunchTemplatesAndCreateNodeGroupWithLaunchTemplate": {"aws:ResourceTag/kubernetes.io/cluster/c": {"owned"}},
				"RunInstancesForEKSNodegroups":                              {"aws:ResourceTag/kubernetes.io/cluster/c": {"owned"}},
			}
			statements := append(account.Statement, cluster.Statement...)
			for _, s := range statements {
				if s.Effect != "Allow" || len(s.Action) == 0 {
					t.Errorf("%s: %s %v", s.Sid, s.Effect, s.Action)
				}
				if !reflect.DeepEqual(s.Resource, want[s.Sid]) {
					t.Errorf("%s is for %v, want %v", s.Sid, s.Resource, want[s.Sid])
				}
				if got := s.Condition["StringEquals"]; !reflect.DeepEqual(got, conditions[s.Sid]) {
					t.Errorf("%s holds under %v, want %v", s.Sid, got, conditions[s.Sid])
				}
				delete(want, s.Sid)
			}
			if len(want) > 0 {
				t.Errorf("without %v", want)
			}
		})
	}
	if calls := h.Calls(); len(calls) > 0 {
		t.Errorf("it makes the calls %v", calls)
	}
}

func readPolicy(t *testing.T, text any) policy {
	t.Helper()
	var p policy
	if err := json.Unmarshal([]byte(text.(string)), &p); err != nil {
		t.Fatal(err)
	}
	if p.Version != "2012-10-17" {
		t.Errorf("the version is %q", p.Version)
	}
	return p
}

// What a name holds stays text.
func TestGetEksSettingsEscapes(t *testing.T) {
	h := harness.New(t)
	name := `a","Effect":"Deny<&>`
	got, err := h.Invoke("getEksSettings", harness.Props{"accountId": "1", "region": "eu-west-1", "vpc": "v", "cluster": name})
	if err != nil {
		t.Fatal(err)
	}
	p := readPolicy(t, got["iamUserPolicyJson"])
	if got := p.Statement[0].Condition["StringEquals"]["aws:RequestTag/kubernetes.io/cluster/"+name]; !slices.Equal(got, []string{"owned"}) {
		t.Errorf("the condition is %v", p.Statement[0].Condition)
	}
	// Without another account for the network it is the cluster's.
	if got := p.Statement[1].Resource[0]; got != "arn:aws:ec2:eu-west-1:1:subnet/*" {
		t.Errorf("the subnets are %s", got)
	}
	_, err = h.Invoke("getEksSettings", harness.Props{"accountId": " ", "region": "", "vpc": "v", "cluster": "c", "sharedVpcAccountId": ""})
	for _, property := range []string{"accountId: ", "region: ", "sharedVpcAccountId: "} {
		if err == nil || !strings.Contains(err.Error(), property) {
			t.Errorf("blank inputs: %v", err)
		}
	}
}

func TestGetGkePolicies(t *testing.T) {
	h := harness.New(t)
	h.Provider(nil) // without a token
	pools, groups := "load_balancers_target_backend_pools", "load_balancers_unmanaged_instance_groups"
	for _, test := range []struct {
		features harness.Props
		count    int
		has      string
	}{
		{nil, 39, "container.operations.get"},
		{harness.Props{pools: false, groups: false}, 39, "compute.instances.detachDisk"},
		{harness.Props{pools: true, groups: false}, 43, "compute.instances.use"},
		{harness.Props{groups: true}, 41, "compute.instanceGroups.update"},
		{harness.Props{pools: true, groups: true}, 44, "compute.targetPools.get"},
	} {
		inputs := harness.Props{}
		if test.features != nil {
			inputs["features"] = test.features
		}
		got, err := h.Invoke("getGkePolicies", inputs)
		if err != nil {
			t.Fatal(err)
		}
		var policies []string
		for _, p := range got["policies"].([]any) {
			policies = append(policies, p.(string))
		}
		if len(policies) != test.count || !slices.IsSorted(policies) || !slices.Contains(policies, test.has) ||
			len(slices.Compact(slices.Clone(policies))) != test.count || got["id"] != "gke" {
			t.Errorf("%v: %d policies %v", test.features, len(policies), policies)
		}
	}
	for _, feature := range []string{"load_balancers", "features." + pools, `x["y`} {
		_, err := h.Invoke("getGkePolicies", harness.Props{"features": harness.Props{feature: false}})
		if err == nil || !strings.Contains(err.Error(), pools) || !strings.HasPrefix(err.Error(), "features") {
			t.Errorf("%s: the error is %v", feature, fmt.Sprint(err))
		}
	}
}
