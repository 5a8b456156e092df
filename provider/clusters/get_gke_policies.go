package clusters

import (
	"context"
	"slices"

	"github.com/pulumi/pulumi-go-provider/infer"

	"github.com/castai/pulumi-castai/internal/check"
)

// GetGkePolicies lists the permissions that CAST AI needs in a Google Cloud
// project.
type GetGkePolicies struct{}

// Annotate describes the function.
func (f *GetGkePolicies) Annotate(a infer.Annotator) {
	a.Describe(&f, "Lists the Google Cloud permissions that CAST AI needs to manage a GKE cluster, for a custom role "+
		"that is granted to its service account. The list is sorted, so that it never differs without need. No call is "+
		"made and no API token needed.")
}

// GetGkePoliciesArgs are the inputs of [GetGkePolicies].
type GetGkePoliciesArgs struct {
	Features map[string]bool `pulumi:"features,optional"`
}

// Annotate describes the inputs.
func (x *GetGkePoliciesArgs) Annotate(a infer.Annotator) {
	a.Describe(&x.Features, "What CAST AI is to do besides, each with true or false. "+
		"`load_balancers_target_backend_pools`: add nodes to the target pools of load balancers. "+
		"`load_balancers_unmanaged_instance_groups`: add nodes to the unmanaged instance groups behind load balancers. "+
		"Default: neither.")
}

// GetGkePoliciesResult is what [GetGkePolicies] returns.
type GetGkePoliciesResult struct {
	ID       string          `pulumi:"id"`
	Features map[string]bool `pulumi:"features,optional"`
	Policies []string        `pulumi:"policies"`
}

// Annotate describes the outputs.
func (x *GetGkePoliciesResult) Annotate(a infer.Annotator) {
	a.Describe(&x.ID, "Always `gke`.")
	a.Describe(&x.Features, "The features as given.")
	a.Describe(&x.Policies, "The permissions, such as `compute.instances.create`: sorted, each once.")
}

// CheckInputs refuses features that do not exist: a misspelt one would leave
// permissions out without a word.
func (*GetGkePolicies) CheckInputs(in *check.Inputs) {
	in.Each("features", func(path string, _ *check.Inputs) {
		// The path ends in the feature: features.name, or features["na.me"].
		for feature := range gkeFeatures {
			if path == "features."+feature {
				return
			}
		}
		in.Fail(path, "is no feature: there are %q", gkeFeatureNames)
	})
}

// Invoke returns the permissions.
func (*GetGkePolicies) Invoke(
	_ context.Context, req infer.FunctionRequest[GetGkePoliciesArgs],
) (infer.FunctionResponse[*GetGkePoliciesResult], error) {
	policies := slices.Clone(gkePermissions)
	for feature, enabled := range req.Input.Features {
		if enabled {
			policies = append(policies, gkeFeatures[feature]...)
		}
	}
	slices.Sort(policies)
	return infer.FunctionResponse[*GetGkePoliciesResult]{Output: &GetGkePoliciesResult{
		ID: "gke", Features: req.Input.Features, Policies: slices.Compact(policies),
	}}, nil
}

var gkeFeatureNames = []string{"load_balancers_target_backend_pools", "load_balancers_unmanaged_instance_groups"}

// gkeFeatures lists the permissions of each feature.
var gkeFeatures = map[string][]string{
	gkeFeatureNames[0]: {
		"compute.instances.use",
		"compute.targetPools.addInstance", "compute.targetPools.get", "compute.targetPools.removeInstance",
	},
	gkeFeatureNames[1]: {"compute.instanceGroups.update", "compute.instances.use"},
}

// gkePermissions are those that CAST AI needs in any case.
var gkePermissions = []string{
	"compute.addresses.use",
	"compute.disks.create", "compute.disks.setLabels", "compute.disks.use",
	"compute.images.get", "compute.images.useReadOnly",
	"compute.instanceGroupManagers.get", "compute.instanceGroupManagers.update",
	"compute.instanceGroups.get",
	"compute.instanceTemplates.create", "compute.instanceTemplates.delete",
	"compute.instanceTemplates.get", "compute.instanceTemplates.list",
	"compute.instances.create", "compute.instances.delete", "compute.instances.detachDisk", "compute.instances.get",
	"compute.instances.list", "compute.instances.setLabels", "compute.instances.setMetadata",
	"compute.instances.setServiceAccount", "compute.instances.setTags", "compute.instances.start", "compute.instances.stop",
	"compute.networks.use", "compute.networks.useExternalIp",
	"compute.regionOperations.get",
	"compute.subnetworks.get", "compute.subnetworks.use", "compute.subnetworks.useExternalIp",
	"compute.zoneOperations.get",
	"compute.zones.get", "compute.zones.list",
	"container.certificateSigningRequests.approve",
	"container.clusters.get", "container.clusters.update",
	"container.operations.get",
	"resourcemanager.projects.getIamPolicy",
	"serviceusage.services.list",
}
