package nodes

import (
	"context"
	"fmt"
	"net/url"
	"time"

	"github.com/pulumi/pulumi-go-provider/infer"

	"github.com/castai/pulumi-castai/internal/api"
	"github.com/castai/pulumi-castai/internal/check"
	"github.com/castai/pulumi-castai/internal/config"
	"github.com/castai/pulumi-castai/internal/crud"
	"github.com/castai/pulumi-castai/internal/wire"
)

// defaultTemplate is the name of the template that every cluster has from the
// start. It is adopted, never made, and never deleted.
const defaultTemplate = "default-by-castai"

// NodeTemplate says which nodes the autoscaler may add.
type NodeTemplate struct {
	crud.Resource[NodeTemplateArgs, NodeTemplateState]
}

// NewNodeTemplate returns the resource.
func NewNodeTemplate() *NodeTemplate {
	return &NodeTemplate{crud.Resource[NodeTemplateArgs, NodeTemplateState]{
		Kind: "node template",
		Path: func(a *NodeTemplateArgs) string {
			return api.ClusterPath(a.ClusterID, "node-templates")
		},
		ImportID: "<clusterId>/<name>",
		IDField:  "name",
		// The API has no call for one template: the templates of a cluster
		// are read in one.
		List: &crud.List{
			Items: "items", Element: "template", Only: true,
			Query: url.Values{"includeDefault": {"true"}},
		},
		Body:   templateBody,
		Forget: forgetTemplate,
		// The default template and the autoscaler policies mirror each other.
		Lock: func(a *NodeTemplateArgs) string { return api.ClusterPath(a.ClusterID) },
		Guard: func(s *NodeTemplateState) string {
			if s.IsDefaultTemplate() {
				return "it is the cluster's default template, which every cluster has"
			}
			return ""
		},
	}}
}

// templateBody says in full what the service would otherwise take for a change.
func templateBody(a *NodeTemplateArgs, body map[string]any, update bool) error {
	body["isDefault"] = a.Name != nil && *a.Name == defaultTemplate
	constraints := wire.Object(body, "constraints")
	clearZeros(constraints, "minCpu", "maxCpu", "minMemory", "maxMemory", "maxPricePerCpu")
	clearZeros(wire.Object(constraints, "gpu"), "maxCount")
	clearZeros(wire.Object(body, "gpu"), "defaultSharedClientsPerGpu")
	affinities, _ := constraints["dedicatedNodeAffinity"].([]any)
	for _, affinity := range affinities {
		fields, _ := affinity.(map[string]any)
		clearZeros(fields, "cpusPerGpu", "maxCpu", "minGpusPerNode")
	}
	if !update {
		return nil
	}
	if _, ok := body["isEnabled"]; !ok {
		body["isEnabled"] = true // what the service starts with; leaving it out would switch the template off
	}
	if _, ok := body["priceAdjustmentConfiguration"]; !ok {
		body["priceAdjustmentConfiguration"] = map[string]any{} // leaving it out would keep the old one
	}
	return nil
}

// forgetTemplate keeps the old switch for sharing GPUs and the strategy that
// replaced it from contradicting each other: an answer shows one as the other.
func forgetTemplate(a *NodeTemplateArgs, s *NodeTemplateState) {
	if a.Gpu == nil || s.Gpu == nil {
		return
	}
	gpu := *s.Gpu
	switch {
	case a.Gpu.SharingStrategy != nil:
		gpu.EnableTimeSharing = nil
	case gpu.EnableTimeSharing != nil && *gpu.EnableTimeSharing || a.Gpu.EnableTimeSharing != nil:
		gpu.SharingStrategy = nil
	}
	s.Gpu = &gpu
}

// Annotate describes the resource.
func (r *NodeTemplate) Annotate(a infer.Annotator) {
	a.Describe(&r, "A group of nodes that the autoscaler may add to a cluster: which instances, of which price and "+
		"zone, with which labels and taints, and from which node configuration they are built. Pods choose a template "+
		"by its labels and taints.\n\n"+
		"Every cluster has a template named `default-by-castai`. A resource of that name adopts it instead of making "+
		"one, and leaves it in place when it is deleted.\n\n"+
		"Properties left out are the service's to choose: it fills in defaults, which show in the outputs and never "+
		"as a difference.\n\n"+
		"## Import\n\nThe import ID is `<clusterId>/<name>`.")
	a.AddAlias("config/node", "NodeTemplate")
}

// Create makes a template, or adopts the default one: that exists already.
func (r *NodeTemplate) Create(
	ctx context.Context, req infer.CreateRequest[NodeTemplateArgs],
) (infer.CreateResponse[NodeTemplateState], error) {
	a := &req.Inputs
	if req.DryRun || a.Name == nil || *a.Name != defaultTemplate {
		return r.Resource.Create(ctx, req)
	}
	found, err := r.awaitDefault(ctx, a)
	if err != nil {
		return infer.CreateResponse[NodeTemplateState]{}, fmt.Errorf("cannot adopt the default node template of cluster %s: %w", a.ClusterID, err)
	}
	return r.Adopt(ctx, *a, found)
}

// defaultTemplateWait is how long to wait for the default template if the
// program sets no create timeout.
const defaultTemplateWait = time.Minute

// awaitDefault returns the default template, which the service makes a little
// after the cluster is registered.
func (r *NodeTemplate) awaitDefault(ctx context.Context, a *NodeTemplateArgs) (map[string]any, error) {
	if _, limited := ctx.Deadline(); !limited {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, defaultTemplateWait)
		defer cancel()
	}
	for pause := time.Second / 2; ; pause = min(2*pause, 10*time.Second) {
		found, err := r.Find(ctx, a, "name", defaultTemplate)
		if err != nil || found != nil {
			return found, err
		}
		crud.Progress(ctx, "waiting for the default node template")
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("CAST AI has not made it yet; try again in a few minutes: %w", ctx.Err())
		case <-time.After(pause):
		}
		config.Client(ctx).Invalidate(r.Path(a))
	}
}

// Read fetches the template.
func (r *NodeTemplate) Read(
	ctx context.Context, req infer.ReadRequest[NodeTemplateArgs, NodeTemplateState],
) (infer.ReadResponse[NodeTemplateArgs, NodeTemplateState], error) {
	resp, err := r.Resource.Read(ctx, req)
	if req.Inputs.IsDefault != nil {
		resp.Inputs.IsDefault = req.Inputs.IsDefault // the service decides it by the name, as the check warns
	}
	// The service keeps the first type of interruption prediction, or takes
	// its own instead: whatever it shows is no drift.
	was, now := req.Inputs.Constraints, resp.Inputs.Constraints
	if was != nil && now != nil && was.SpotInterruptionPredictionsType != nil {
		constraints := *now
		constraints.SpotInterruptionPredictionsType = was.SpotInterruptionPredictionsType
		resp.Inputs.Constraints = &constraints
	}
	return resp, err
}

// WireDependencies tells previews which outputs an update can change.
func (r *NodeTemplate) WireDependencies(f infer.FieldSelector, a *NodeTemplateArgs, s *NodeTemplateState) {
	crud.KeepKnown(f, a, s)
	f.OutputField(&s.ConfigurationName).DependsOn(f.InputField(&a.ConfigurationID).Computed())
}

// CheckInputs checks what concerns several inputs.
func (r *NodeTemplate) CheckInputs(in *check.Inputs) {
	if n, ok := in.Len("customTaints"); ok && n > 0 {
		if taint, known := in.Bool("shouldTaint"); !in.Set("shouldTaint") || known && !taint {
			in.Fail("shouldTaint", "must be true when customTaints are given: the API refuses taints on a template that does not taint its nodes")
		}
	}
	for _, removed := range []string{"storageOptimized", "computeOptimized"} {
		if in.Known("constraints." + removed) {
			in.Fail("constraints."+removed, "is no longer supported by CAST AI: use %sState with \"enabled\" or \"disabled\"", removed)
		}
	}
	named := map[string]bool{}
	in.Each("gpu.sharingConfigurations", func(_ string, item *check.Inputs) {
		name, _ := item.String("gpuName")
		if named[name] && name != "" {
			item.Fail("gpuName", "%q is named twice", name)
		}
		named[name] = true
	})
	if isDefault, ok := in.Bool("isDefault"); ok {
		if name, known := in.String("name"); known && isDefault != (name == defaultTemplate) {
			in.Warn("isDefault: the service decides it by the name, and will show %v.", !isDefault)
		}
	}
	for _, pair := range [][2]string{{"minCpu", "maxCpu"}, {"minMemory", "maxMemory"}} {
		low, lowOK := in.Number("constraints." + pair[0])
		high, highOK := in.Number("constraints." + pair[1])
		if lowOK && highOK && high > 0 && low > high {
			in.Fail("constraints."+pair[0], "%v is more than %s, which is %v", low, pair[1], high)
		}
	}
}

// NodeTemplateArgs are the inputs of a [NodeTemplate].
type NodeTemplateArgs struct {
	ClusterID                                string                                    `pulumi:"clusterId" provider:"replaceOnChanges" wire:"-" check:"uuid"`
	Name                                     *string                                   `pulumi:"name,optional" provider:"replaceOnChanges" wire:",create" check:"notblank"`
	ConfigurationID                          *string                                   `pulumi:"configurationId,optional" wire:",zero" check:"uuid"`
	IsEnabled                                *bool                                     `pulumi:"isEnabled,optional" norm:"default=true"`
	IsDefault                                *bool                                     `pulumi:"isDefault,optional"`
	ShouldTaint                              *bool                                     `pulumi:"shouldTaint,optional" wire:",zero"`
	Constraints                              *NodeTemplateConstraints                  `pulumi:"constraints,optional"`
	CustomLabels                             map[string]string                         `pulumi:"customLabels,optional"`
	CustomTaints                             []NodeTemplateCustomTaint                 `pulumi:"customTaints,optional" norm:"set,whole"`
	CustomInstancesEnabled                   *bool                                     `pulumi:"customInstancesEnabled,optional" wire:",zero"`
	CustomInstancesWithExtendedMemoryEnabled *bool                                     `pulumi:"customInstancesWithExtendedMemoryEnabled,optional" wire:",zero"`
	RebalancingConfigMinNodes                *int                                      `pulumi:"rebalancingConfigMinNodes,optional" wire:"rebalancingConfig.minNodes,zero" check:"min=0"`
	Gpu                                      *NodeTemplateGpu                          `pulumi:"gpu,optional"`
	ClmEnabled                               *bool                                     `pulumi:"clmEnabled,optional" wire:",zero"`
	EdgeLocationIDs                          []string                                  `pulumi:"edgeLocationIds,optional" norm:"set" check:"uuid"`
	PriceAdjustmentConfiguration             *NodeTemplatePriceAdjustmentConfiguration `pulumi:"priceAdjustmentConfiguration,optional"`
	StopEnabled                              *bool                                     `pulumi:"stopEnabled,optional" wire:",null"`
}

// Annotate describes the inputs.
func (x *NodeTemplateArgs) Annotate(a infer.Annotator) {
	a.Describe(&x.ClusterID, "The ID (UUID) of the cluster. Changing it replaces the template.")
	a.Describe(&x.Name, "The name, unique in the cluster; `default-by-castai` adopts the cluster's default template. "+
		"Left out, it is made from the resource's name and seven random characters. Changing it replaces the template.")
	a.Describe(&x.ConfigurationID, "The ID (UUID) of the node configuration that nodes are built from. Left out, the "+
		"cluster's default node configuration.")
	a.Describe(&x.IsEnabled, "Whether the autoscaler uses the template. Default: true.")
	a.Describe(&x.IsDefault, "Whether this is the cluster's default template. The service decides: it is true for the "+
		"template named `default-by-castai` and false for all others.")
	a.Describe(&x.ShouldTaint, "Whether nodes get a taint, so that only pods that tolerate it run on them. Must be "+
		"true when `customTaints` are given. Default: false.")
	a.Describe(&x.Constraints, "Which instances the autoscaler may choose. Left out, any that fit the pods.")
	a.Describe(&x.CustomLabels, "Kubernetes labels that nodes get besides `scheduling.cast.ai/node-template`.")
	a.Describe(&x.CustomTaints, "Kubernetes taints that nodes get in place of the template's own. Their order does not matter.")
	a.Describe(&x.CustomInstancesEnabled, "Whether custom machine types may be used (GCP only). Default: false.")
	a.Describe(&x.CustomInstancesWithExtendedMemoryEnabled, "Whether custom machine types may have extended memory (GCP "+
		"only). Default: false.")
	a.Describe(&x.RebalancingConfigMinNodes, "The least number of nodes that rebalancing leaves to this template. Default: 0.")
	a.Describe(&x.Gpu, "How pods share the GPUs of a node.")
	a.Describe(&x.ClmEnabled, "Whether nodes take part in container live migration. Default: false.")
	a.Describe(&x.EdgeLocationIDs, "The IDs (UUID) of the edge locations where nodes may run. Their order does not matter.")
	a.Describe(&x.PriceAdjustmentConfiguration, "Corrections of instance prices, for discounts the service does not know.")
	a.Describe(&x.StopEnabled, "Sent as the API's `stopEnabled`, which it does not document further. Left out, it stays as "+
		"the service has it.")
}

// NodeTemplateState are the outputs of a [NodeTemplate].
type NodeTemplateState struct {
	NodeTemplateArgs
	ConfigurationName *string `pulumi:"configurationName,optional"`
	Version           *string `pulumi:"version,optional" wire:",changes"`
}

// IsDefaultTemplate says whether this is the template that every cluster has.
func (s *NodeTemplateState) IsDefaultTemplate() bool {
	return s.Name != nil && *s.Name == defaultTemplate || s.IsDefault != nil && *s.IsDefault
}

// Annotate describes the outputs.
func (s *NodeTemplateState) Annotate(a infer.Annotator) {
	a.Describe(&s.ConfigurationName, "The name of the node configuration in use.")
	a.Describe(&s.Version, "The version of the template, which counts its changes.")
}
