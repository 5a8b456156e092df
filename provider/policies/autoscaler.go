package policies

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"reflect"
	"strings"
	"time"

	"github.com/pulumi/pulumi-go-provider/infer"

	"github.com/castai/pulumi-castai/internal/api"
	"github.com/castai/pulumi-castai/internal/check"
	"github.com/castai/pulumi-castai/internal/config"
	"github.com/castai/pulumi-castai/internal/crud"
	"github.com/castai/pulumi-castai/internal/wire"
)

// Autoscaler holds the policies of a cluster's autoscaler. A cluster has one
// set of them, which is there from the start.
type Autoscaler struct{}

// Annotate describes the resource.
func (r *Autoscaler) Annotate(a infer.Annotator) {
	a.Describe(&r, "The policies of a cluster's autoscaler: whether nodes are added for pods that find none, how far the "+
		"cluster may grow, and how nodes that are not needed are removed.\n\n"+
		"Every cluster has one set of policies, so it should have one resource of this kind. The resource manages what "+
		"the program sets and nothing else: a property that is left out keeps the value it has in the cluster, which the "+
		"outputs show, and an empty block changes nothing. What others change of the rest is left alone; what they change "+
		"of the program's properties shows as a difference.\n\n"+
		"A part of the policies is at the same time a part of the node template `default-by-castai`: set that part there.\n\n"+
		"Deleting the resource switches the cluster's autoscaler off and leaves the other policies as they are; nodes that "+
		"run go on running. To keep the autoscaler on, delete the resource with the option `retainOnDelete`.\n\n"+
		"## Import\n\nThe import ID is `<clusterId>`.")
	a.AddAlias("autoscaling", "Autoscaler")
}

// AutoscalerArgs are the inputs of an [Autoscaler]. The bridged provider could
// go without a cluster, and then silently did nothing.
type AutoscalerArgs struct {
	ClusterID              string                        `pulumi:"clusterId" provider:"replaceOnChanges" wire:"-" check:"uuid"`
	AutoscalerSettings     *AutoscalerAutoscalerSettings `pulumi:"autoscalerSettings,optional" wire:"-"`
	AutoscalerPoliciesJSON *string                       `pulumi:"autoscalerPoliciesJson,optional" wire:"-" norm:"json" check:"jsonobject"`
}

// Annotate describes the inputs.
func (x *AutoscalerArgs) Annotate(a infer.Annotator) {
	a.Describe(&x.ClusterID, "The ID (UUID) of the cluster. Changing it replaces the resource: the policies are set in the "+
		"new cluster, and the autoscaler of the old one is switched off.")
	a.Describe(&x.AutoscalerSettings, "The policies to set. Cannot be given together with `autoscalerPoliciesJson`.")
	a.Describe(&x.AutoscalerPoliciesJSON, "The policies to set, as the JSON text of an object in the form of the API. Only "+
		"the keys that it names are managed, and only in them differences show. Cannot be given together with "+
		"`autoscalerSettings`, and must not hold `spotInstances`, `unschedulablePods.customInstancesEnabled` or "+
		"`unschedulablePods.nodeConstraints`, which belong to the default node template.")
	a.Deprecate(&x.AutoscalerPoliciesJSON, useSettings)
}

const useSettings = "Use autoscalerSettings."

// AutoscalerState are the outputs of an [Autoscaler].
type AutoscalerState struct {
	AutoscalerArgs
	AutoscalerPolicies string  `pulumi:"autoscalerPolicies" wire:"-,changes"`
	EvictorStatus      *string `pulumi:"evictorStatus,optional" wire:"nodeDownscaler.evictor.status,changes"`
	PodPinnerStatus    *string `pulumi:"podPinnerStatus,optional" wire:"unschedulablePods.podPinner.status,changes"`
}

// Annotate describes the outputs.
func (x *AutoscalerState) Annotate(a infer.Annotator) {
	a.Describe(&x.AutoscalerPolicies, "All policies of the cluster as JSON text with sorted keys, without those that belong "+
		"to the default node template and without what changes by itself.")
	a.Deprecate(&x.AutoscalerPolicies, "Use the output autoscalerSettings.")
	a.Describe(&x.EvictorStatus, "Whether an evictor that CAST AI can manage is installed: `Compatible`, `Incompatible`, "+
		"`InvalidConfig`, `Missing` or `Unknown`.")
	a.Describe(&x.PodPinnerStatus, "Whether a pod pinner that CAST AI can manage is installed: "+
		"`PodPinnerStatus_Compatible`, `PodPinnerStatus_Incompatible`, `PodPinnerStatus_IncompatibleVersion`, "+
		"`PodPinnerStatus_Missing` or `PodPinnerStatus_Unknown`.")
}

// CheckInputs checks what concerns several inputs.
func (r *Autoscaler) CheckInputs(in *check.Inputs) {
	in.AtMostOne("autoscalerSettings", "autoscalerPoliciesJson")
	text, ok := in.String("autoscalerPoliciesJson")
	if !ok {
		return
	}
	doc, err := parseDocument(text)
	if err != nil {
		return // the check tag says so
	}
	for _, path := range ofTemplate {
		if holds(doc, path) {
			in.Fail("autoscalerPoliciesJson", "must not hold %s: it belongs to the NodeTemplate named %s", path, "default-by-castai")
		}
	}
}

func policiesPath(cluster string) string {
	return api.ClusterPath(cluster, "policies")
}

// WireDependencies tells previews what an update can change.
func (r *Autoscaler) WireDependencies(f infer.FieldSelector, a *AutoscalerArgs, s *AutoscalerState) {
	crud.KeepKnown(f, a, s)
}

// DeleteBeforeReplace keeps a replacement in the same cluster from being
// switched off by the deletion of its predecessor.
func (r *Autoscaler) DeleteBeforeReplace() {}

// Create sets the policies of the cluster.
func (r *Autoscaler) Create(
	ctx context.Context, req infer.CreateRequest[AutoscalerArgs],
) (infer.CreateResponse[AutoscalerState], error) {
	a := req.Inputs
	state := crud.NewState[AutoscalerArgs, AutoscalerState](a)
	if req.DryRun {
		return infer.CreateResponse[AutoscalerState]{Output: state}, nil
	}
	// The policies of a cluster come into being a little after it is registered.
	if err := setPolicies(ctx, &a, api.IsNotFound); err != nil {
		return infer.CreateResponse[AutoscalerState]{}, err
	}
	err := readPolicies(ctx, &state)
	return infer.CreateResponse[AutoscalerState]{ID: a.ClusterID, Output: state}, crud.Partial(err)
}

// Read fetches the policies, for a refresh or an import.
func (r *Autoscaler) Read(
	ctx context.Context, req infer.ReadRequest[AutoscalerArgs, AutoscalerState],
) (infer.ReadResponse[AutoscalerArgs, AutoscalerState], error) {
	a := req.Inputs
	imported := crud.IsImport(ctx)
	if imported {
		if err := checkImportID(req.ID); err != nil {
			return infer.ReadResponse[AutoscalerArgs, AutoscalerState]{}, err
		}
		a.ClusterID = req.ID
	}
	state := crud.NewState[AutoscalerArgs, AutoscalerState](a)
	err := readPolicies(ctx, &state)
	gone := api.IsNotFound(err)
	if err == nil {
		gone, err = clusterGone(ctx, a.ClusterID)
	}
	if gone {
		return infer.ReadResponse[AutoscalerArgs, AutoscalerState]{}, nil
	}
	if err != nil {
		return infer.ReadResponse[AutoscalerArgs, AutoscalerState]{}, err
	}
	inputs := state.AutoscalerArgs
	switch {
	case imported:
		inputs.AutoscalerSettings = current(state.AutoscalerSettings)
	case a.AutoscalerSettings == nil:
		inputs.AutoscalerSettings = nil
	default:
		inputs.AutoscalerSettings = keepTemplates(state.AutoscalerSettings, a.AutoscalerSettings)
	}
	return infer.ReadResponse[AutoscalerArgs, AutoscalerState]{ID: a.ClusterID, Inputs: inputs, State: state}, nil
}

// Update sets the policies of the cluster.
func (r *Autoscaler) Update(
	ctx context.Context, req infer.UpdateRequest[AutoscalerArgs, AutoscalerState],
) (infer.UpdateResponse[AutoscalerState], error) {
	if req.DryRun {
		return infer.UpdateResponse[AutoscalerState]{Output: predict(req.State, req.Inputs)}, nil
	}
	a := req.Inputs
	if err := setPolicies(ctx, &a, nil); err != nil {
		return infer.UpdateResponse[AutoscalerState]{}, err
	}
	state := req.State
	state.AutoscalerArgs = a
	err := readPolicies(ctx, &state)
	return infer.UpdateResponse[AutoscalerState]{Output: state}, crud.Partial(err)
}

// Delete switches the autoscaler off.
func (r *Autoscaler) Delete(
	ctx context.Context, req infer.DeleteRequest[AutoscalerState],
) (infer.DeleteResponse, error) {
	cluster := req.State.ClusterID
	err := locked(ctx, cluster, nil, func() error {
		_, err := config.Client(ctx).Do(ctx, api.Call{
			Method: http.MethodPut, Path: policiesPath(cluster), Body: document{"enabled": false},
		})
		return err
	})
	if err == nil || api.IsNotFound(err) {
		return infer.DeleteResponse{}, nil
	}
	if gone, unknown := clusterGone(ctx, cluster); gone && unknown == nil {
		return infer.DeleteResponse{}, nil
	}
	return infer.DeleteResponse{}, fmt.Errorf("cannot switch off the autoscaler of the cluster %s: %w", cluster, err)
}

// setPolicies brings the policies of a cluster to what the program sets. A
// refusal that passes, says so.
func setPolicies(ctx context.Context, a *AutoscalerArgs, passes func(error) bool) error {
	wanted, err := a.wanted()
	if err == nil {
		err = locked(ctx, a.ClusterID, passes, func() error { return mergePolicies(ctx, a.ClusterID, wanted) })
	}
	if err != nil {
		return fmt.Errorf("cannot set the autoscaler policies of the cluster %s: %w", a.ClusterID, err)
	}
	return nil
}

// mergePolicies reads the policies, sets what is wanted, and sends them back
// with the version that was read, so that nothing is overwritten unseen.
func mergePolicies(ctx context.Context, cluster string, wanted document) error {
	doc, err := getPolicies(ctx, cluster)
	if err != nil {
		return err
	}
	settings, err := readSettings(doc)
	if err != nil {
		return err
	}
	before, err := settingsDocument(settings)
	if err != nil {
		return err
	}
	after := merge(before, wanted)
	if reflect.DeepEqual(after, before) {
		return nil
	}
	if version := doc[versionKey]; version != nil {
		after[versionKey] = version
	}
	client := config.Client(ctx)
	_, err = client.Do(ctx, api.Call{Method: http.MethodPut, Path: policiesPath(cluster), Body: after})
	// The default node template has changed with them.
	client.Invalidate(api.ClusterPath(cluster, "node-templates"))
	return err
}

func getPolicies(ctx context.Context, cluster string) (document, error) {
	doc, err := crud.Get(ctx, policiesPath(cluster))
	if err != nil {
		return nil, err
	}
	return doc, checkDocument(doc)
}

// How often a change is tried, and how long to wait after the first time; the
// time doubles from then on.
const attempts = 6

var firstPause = 200 * time.Millisecond

// locked makes a change to the policies of a cluster, one at a time. It makes
// it again when somebody else has changed them meanwhile, or when the refusal
// passes.
func locked(ctx context.Context, cluster string, passes func(error) bool, change func() error) error {
	unlock, err := config.Client(ctx).Lock(ctx, api.ClusterPath(cluster)) // which its node templates share
	if err != nil {
		return err
	}
	defer unlock()
	pause := firstPause
	for n := 1; ; n++ {
		err := change()
		conflict := api.IsConflict(err) || api.IsStale(err)
		if !conflict && (passes == nil || err == nil || !passes(err)) {
			return err
		}
		if n == attempts {
			if conflict {
				err = fmt.Errorf("something else changed them at the same time, %d times in a row; run the update again "+
					"when it has finished: %w", n, err)
			}
			return err
		}
		timer := time.NewTimer(pause/2 + rand.N(pause))
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return fmt.Errorf("%w (while waiting to try again: %w)", err, ctx.Err())
		}
		pause *= 2
	}
}

// readPolicies fills the outputs with what the cluster has. The JSON text, if
// the program has one, becomes what the cluster has at the keys it names.
func readPolicies(ctx context.Context, state *AutoscalerState) error {
	fail := func(err error) error {
		return fmt.Errorf("cannot read the autoscaler policies of the cluster %s: %w", state.ClusterID, err)
	}
	doc, err := getPolicies(ctx, state.ClusterID)
	if err != nil {
		return fail(err)
	}
	if err := wire.Decode(doc, state); err != nil {
		return fail(fmt.Errorf("cannot understand the policies: %w", err))
	}
	if state.AutoscalerSettings, err = readSettings(doc); err != nil {
		return fail(err)
	}
	if state.AutoscalerPolicies, err = filtered(doc); err != nil {
		return fail(err)
	}
	if state.AutoscalerPoliciesJSON != nil {
		named, err := parseDocument(*state.AutoscalerPoliciesJSON)
		if err != nil {
			return fail(err)
		}
		text, err := json.Marshal(only(named, doc, ofService))
		if err != nil {
			return fail(err)
		}
		found := string(text)
		state.AutoscalerPoliciesJSON = &found
	}
	return nil
}

// predict returns the outputs that an update leads to.
func predict(old AutoscalerState, a AutoscalerArgs) AutoscalerState {
	next := old
	next.AutoscalerArgs = a
	next.AutoscalerSettings = old.AutoscalerSettings
	if old.AutoscalerSettings == nil {
		old.AutoscalerSettings = &AutoscalerAutoscalerSettings{}
	}
	known, err := settingsDocument(old.AutoscalerSettings)
	wanted, unknown := a.wanted()
	if err != nil || unknown != nil {
		return next // the JSON text is not known yet
	}
	if settings, err := readSettings(merge(known, wanted)); err == nil {
		next.AutoscalerSettings = settings
	}
	return next
}

// current returns the settings without the deprecated ones.
func current(settings *AutoscalerAutoscalerSettings) *AutoscalerAutoscalerSettings {
	out := *settings
	out.SpotInstances = nil
	if out.UnschedulablePods != nil {
		out.UnschedulablePods = &AutoscalerAutoscalerSettingsUnschedulablePods{
			Enabled: out.UnschedulablePods.Enabled, PodPinner: out.UnschedulablePods.PodPinner,
		}
	}
	if limits := out.ClusterLimits; limits != nil && limits.CPU != nil {
		out.ClusterLimits = &AutoscalerAutoscalerSettingsClusterLimits{
			Enabled: limits.Enabled, CPU: &AutoscalerAutoscalerSettingsClusterLimitsCpu{MaxCores: limits.CPU.MaxCores},
		}
	}
	return &out
}

// keepTemplates returns the settings found, but what belongs to the default
// node template as the program last had it. The template may be a resource of
// the same program: were it a difference here as well, two resources that
// disagree would undo each other's work for ever.
func keepTemplates(found, was *AutoscalerAutoscalerSettings) *AutoscalerAutoscalerSettings {
	out := *found
	out.SpotInstances = was.SpotInstances
	if was.UnschedulablePods == nil {
		return &out
	}
	pods := AutoscalerAutoscalerSettingsUnschedulablePods{}
	if found.UnschedulablePods != nil {
		pods = *found.UnschedulablePods
	}
	pods.NodeConstraints = was.UnschedulablePods.NodeConstraints
	pods.CustomInstancesEnabled = was.UnschedulablePods.CustomInstancesEnabled
	out.UnschedulablePods = &pods
	return &out
}

// holds says whether a document has something at the path.
func holds(doc document, path string) bool {
	key, rest, deeper := strings.Cut(path, ".")
	value, ok := doc[key]
	if !deeper {
		return ok
	}
	inner, _ := value.(document)
	return ok && holds(inner, rest)
}
