package ai

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/pulumi/pulumi-go-provider/infer"

	"github.com/castai/pulumi-castai/internal/api"
	"github.com/castai/pulumi-castai/internal/check"
	"github.com/castai/pulumi-castai/internal/config"
	"github.com/castai/pulumi-castai/internal/crud"
	"github.com/castai/pulumi-castai/internal/wire"
)

// AiOptimizerHostedModel is a model that a cluster hosts.
type AiOptimizerHostedModel struct {
	crud.InOrganization[AiOptimizerHostedModelArgs, AiOptimizerHostedModelState]
}

// NewAiOptimizerHostedModel returns the resource.
func NewAiOptimizerHostedModel() *AiOptimizerHostedModel {
	return &AiOptimizerHostedModel{crud.InOrganization[AiOptimizerHostedModelArgs, AiOptimizerHostedModelState]{
		Organization: func(a *AiOptimizerHostedModelArgs) **string { return &a.OrganizationID },
		Resource: crud.Resource[AiOptimizerHostedModelArgs, AiOptimizerHostedModelState]{
			Kind: "hosted model",
			Path: func(a *AiOptimizerHostedModelArgs) string {
				return below(a.OrganizationID, "clusters", a.ClusterID, "hosted-models")
			},
			ImportID:     "<organizationId>/<clusterId>/<hostedModelId>",
			UpdateMethod: http.MethodPatch,
			// A model with a token, which an import does not know, might lose it.
			OnlyChanges: true,
			List:        &crud.List{Items: "items", Only: true},
			Key:         "service",
			Body: func(_ *AiOptimizerHostedModelArgs, body map[string]any, _ bool) error {
				for _, name := range []string{"horizontalAutoscaling", "hibernation", "fallback"} {
					if settings := wire.Object(body, name); settings != nil && settings["enabled"] == nil {
						settings["enabled"] = false
					}
				}
				return nil
			},
			Fill: func(_ map[string]any, s *AiOptimizerHostedModelState) {
				if scaling := s.HorizontalAutoscaling; scaling != nil {
					scaling.TargetValue = shorten(scaling.TargetValue)
				}
			},
			Forget: func(a *AiOptimizerHostedModelArgs, s *AiOptimizerHostedModelState) {
				// What the service has made of a token must not go back beside it.
				if a.VllmConfig != nil && s.VllmConfig != nil {
					kept := *s.VllmConfig
					if a.VllmConfig.HuggingFaceToken != nil && a.VllmConfig.SecretName == nil {
						kept.SecretName = nil
					}
					s.VllmConfig = &kept
				}
			},
			Notice: func(ctx context.Context, body map[string]any) {
				warnOfModel(ctx, wire.Text(body, "id"), wire.Text(body, "status"), wire.Text(body, "statusReason"))
			},
		},
	}}
}

// The values of the status of a model that matter here.
const (
	statusRunning    = "RUNNING"
	statusWarning    = "WARNING"
	statusStopped    = "STOPPED"
	statusHibernated = "HIBERNATED"
	statusFailed     = "FAILED"
	statusDeleting   = "DELETING"
)

func warnOfModel(ctx context.Context, id, status, why string) {
	if status == statusFailed || status == statusWarning {
		crud.Warn(ctx, "The hosted model %s has the status %s: %s.", id, status, reason(why))
	}
}

// shorten returns a number without what a conversion from 32 bits has added to it.
func shorten(n float64) float64 {
	short, err := strconv.ParseFloat(strconv.FormatFloat(n, 'g', -1, 32), 64)
	if err != nil {
		return n
	}
	return short
}

// Annotate describes the resource.
func (r *AiOptimizerHostedModel) Annotate(a infer.Annotator) {
	a.Describe(&r, "A language model that runs on a connected cluster and answers requests at a service in it.\n\n"+
		"What is left out is the service's to choose, and no difference. What is dropped later cannot be taken away, so "+
		"autoscaling, hibernation and the fallback are switched off in place of that, and a node template stays.\n\n"+
		"A deletion is waited for until the model is gone, up to 15 minutes or the `customTimeouts` of the resource, so that its "+
		"service can be used again.\n\n"+
		"## Import\n\nThe import ID is `<organizationId>/<clusterId>/<hostedModelId>`."+importHelp+" The Hugging Face token does not "+
		"come with it: a program that adds it has the next update set it.")
	a.AddAlias("index/aiOptimizer", "AiOptimizerHostedModel")
}

// DeleteBeforeReplace has the old model go first: its service is unique.
func (r *AiOptimizerHostedModel) DeleteBeforeReplace() {}

// AiOptimizerHostedModelArgs are the inputs of an [AiOptimizerHostedModel].
type AiOptimizerHostedModelArgs struct {
	OrganizationID        *string                                      `pulumi:"organizationId,optional" provider:"replaceOnChanges" wire:"-" check:"uuid"`
	ClusterID             string                                       `pulumi:"clusterId" provider:"replaceOnChanges" wire:",create" check:"uuid"`
	ModelSpecsID          string                                       `pulumi:"modelSpecsId" provider:"replaceOnChanges" wire:",create" check:"uuid"`
	Service               string                                       `pulumi:"service" provider:"replaceOnChanges" wire:",create" check:"notblank"`
	Port                  int                                          `pulumi:"port" provider:"replaceOnChanges" wire:",create" check:"min=1,max=65535"`
	NodeTemplateName      *string                                      `pulumi:"nodeTemplateName,optional" check:"notblank"`
	EdgeLocationIDs       []string                                     `pulumi:"edgeLocationIds,optional" wire:"edgeLocations.ids,zero" norm:"set" check:"notblank"`
	VllmConfig            *AiOptimizerHostedModelVllmConfig            `pulumi:"vllmConfig,optional" wire:",zero"`
	HorizontalAutoscaling *AiOptimizerHostedModelHorizontalAutoscaling `pulumi:"horizontalAutoscaling,optional"`
	Hibernation           *AiOptimizerHostedModelHibernation           `pulumi:"hibernation,optional"`
	Fallback              *AiOptimizerHostedModelFallback              `pulumi:"fallback,optional"`
	WaitForRunning        *bool                                        `pulumi:"waitForRunning,optional" wire:"-"`
}

// Annotate describes the inputs.
func (x *AiOptimizerHostedModelArgs) Annotate(a infer.Annotator) {
	a.Describe(&x.OrganizationID, organizationHelp)
	a.Describe(&x.ClusterID, "The ID (UUID) of the cluster. Changing it replaces the model.")
	a.Describe(&x.ModelSpecsID, "The specs (UUID) of the model: the ID of an `AiOptimizerModelSpecs`, or of one that CAST AI offers "+
		"itself. Changing it replaces the model.")
	a.Describe(&x.Service, "The name of the Kubernetes service at which the model answers, unique in the cluster. Changing it "+
		"replaces the model.")
	a.Describe(&x.Port, "The port of the service, from 1 to 65535. Changing it replaces the model.")
	a.Describe(&x.NodeTemplateName, "The node template for the nodes of the model. Default: one that the service makes. Dropped, it "+
		"stays what it was.")
	a.Describe(&x.EdgeLocationIDs, "The edge locations (UUIDs) that the model may run at, in any order. Default: none.")
	a.Describe(&x.VllmConfig, "How the inference engine gets at a model that Hugging Face does not give to everybody.")
	a.Describe(&x.HorizontalAutoscaling, "How many replicas run. Dropped, it is switched off.")
	a.Describe(&x.Hibernation, "When the model is put to sleep for want of requests. Dropped, it is switched off.")
	a.Describe(&x.Fallback, "Who answers requests while the model cannot. Dropped, it is switched off.")
	a.Describe(&x.WaitForRunning, "Whether creations and updates wait until the model runs, up to 30 minutes or the "+
		"`customTimeouts` of the resource, and fail if it fails. Default: false.")
}

// AiOptimizerHostedModelState are the outputs of an [AiOptimizerHostedModel].
type AiOptimizerHostedModelState struct {
	AiOptimizerHostedModelArgs
	Region          string `pulumi:"region"`
	Status          string `pulumi:"status" wire:",changes"`
	StatusReason    string `pulumi:"statusReason" wire:",changes"`
	CurrentReplicas int    `pulumi:"currentReplicas" wire:",changes"`
	CloudProvider   string `pulumi:"cloudProvider"`
	Namespace       string `pulumi:"namespace"`
}

// Annotate describes the outputs.
func (x *AiOptimizerHostedModelState) Annotate(a infer.Annotator) {
	a.Describe(&x.Region, "The region of the cluster.")
	a.Describe(&x.Status, "The status when it was last read, such as `DEPLOYING`, `RUNNING`, `HIBERNATED` or `FAILED`.")
	a.Describe(&x.StatusReason, "Why the status is what it is. Empty if there is nothing to say.")
	a.Describe(&x.CurrentReplicas, "How many replicas ran when it was last read.")
	a.Describe(&x.CloudProvider, "The cloud of the cluster.")
	a.Describe(&x.Namespace, "The namespace of the service.")
}

// AiOptimizerHostedModelVllmConfig is the access of the inference engine to a model.
type AiOptimizerHostedModelVllmConfig struct {
	SecretName       *string `pulumi:"secretName,optional" check:"notblank"`
	HuggingFaceToken *string `pulumi:"huggingFaceToken,optional" provider:"secret" wire:",writeonly" check:"notblank"`
}

// Annotate describes the access.
func (x *AiOptimizerHostedModelVllmConfig) Annotate(a infer.Annotator) {
	a.Describe(&x, "How the inference engine gets at a model of Hugging Face.")
	a.Describe(&x.SecretName, "The Kubernetes secret that holds a token of Hugging Face. Excludes `huggingFaceToken`.")
	a.Describe(&x.HuggingFaceToken, "A token of Hugging Face. Secret. The API never returns it. Excludes `secretName`.")
}

// AiOptimizerHostedModelHorizontalAutoscaling says how many replicas run.
type AiOptimizerHostedModelHorizontalAutoscaling struct {
	Enabled      *bool   `pulumi:"enabled,optional"`
	MinReplicas  int     `pulumi:"minReplicas" check:"min=0"`
	MaxReplicas  int     `pulumi:"maxReplicas" check:"min=0"`
	TargetMetric string  `pulumi:"targetMetric" check:"notblank,known=GPU_CACHE_USAGE_PERCENTAGE|NUMBER_OF_REQUESTS_WAITING"`
	TargetValue  float64 `pulumi:"targetValue"`
}

// Annotate describes the settings.
func (x *AiOptimizerHostedModelHorizontalAutoscaling) Annotate(a infer.Annotator) {
	a.Describe(&x, "How many replicas of a hosted model run.")
	a.Describe(&x.Enabled, "Whether their number is changed at all. Default: false.")
	a.Describe(&x.MinReplicas, "The least number of replicas.")
	a.Describe(&x.MaxReplicas, "The greatest number of replicas, not less than `minReplicas`.")
	a.Describe(&x.TargetMetric, "What their number follows: `GPU_CACHE_USAGE_PERCENTAGE` or `NUMBER_OF_REQUESTS_WAITING`.")
	a.Describe(&x.TargetValue, "The value of the metric at which the number is right. The service keeps about seven digits of it.")
}

// AiOptimizerHostedModelHibernation says when a model sleeps.
type AiOptimizerHostedModelHibernation struct {
	Enabled            *bool                                               `pulumi:"enabled,optional"`
	ResumeCondition    AiOptimizerHostedModelHibernationResumeCondition    `pulumi:"resumeCondition"`
	HibernateCondition AiOptimizerHostedModelHibernationHibernateCondition `pulumi:"hibernateCondition"`
}

// Annotate describes the settings.
func (x *AiOptimizerHostedModelHibernation) Annotate(a infer.Annotator) {
	a.Describe(&x, "When a hosted model is put to sleep, and woken.")
	a.Describe(&x.Enabled, "Whether it is put to sleep at all. Default: false.")
	a.Describe(&x.ResumeCondition, "When it is woken.")
	a.Describe(&x.HibernateCondition, "When it is put to sleep.")
}

const durationHelp = "The time that is looked at, such as `600s` or `10m`."

// AiOptimizerHostedModelHibernationResumeCondition says when a model is woken.
type AiOptimizerHostedModelHibernationResumeCondition struct {
	Duration     Duration `pulumi:"duration" norm:"duration" check:"duration"`
	RequestCount *int     `pulumi:"requestCount,optional" check:"min=0"`
}

// Annotate describes the condition.
func (x *AiOptimizerHostedModelHibernationResumeCondition) Annotate(a infer.Annotator) {
	a.Describe(&x, "When a hosted model is woken.")
	a.Describe(&x.Duration, durationHelp)
	a.Describe(&x.RequestCount, "How many requests have to be exceeded within that time. Default: 0, which is not looked at.")
}

// AiOptimizerHostedModelHibernationHibernateCondition says when a model is put to sleep.
type AiOptimizerHostedModelHibernationHibernateCondition struct {
	Duration     Duration `pulumi:"duration" norm:"duration" check:"duration"`
	RequestCount *int     `pulumi:"requestCount,optional" check:"min=0"`
}

// Annotate describes the condition.
func (x *AiOptimizerHostedModelHibernationHibernateCondition) Annotate(a infer.Annotator) {
	a.Describe(&x, "When a hosted model is put to sleep.")
	a.Describe(&x.Duration, durationHelp)
	a.Describe(&x.RequestCount, "Below how many requests they have to be within that time. Default: 0, which is not looked at.")
}

// Duration is a time span. The API is sure to understand seconds.
type Duration string

// EncodeWire implements [wire.Encoder].
func (x Duration) EncodeWire() (any, error) {
	span, err := time.ParseDuration(string(x))
	if err != nil || span%time.Second != 0 {
		return string(x), nil
	}
	return fmt.Sprintf("%ds", span/time.Second), nil
}

// AiOptimizerHostedModelFallback says who answers while a model cannot.
type AiOptimizerHostedModelFallback struct {
	Enabled    *bool   `pulumi:"enabled,optional"`
	ProviderID *string `pulumi:"providerId,optional" check:"notblank"`
	Model      *string `pulumi:"model,optional" check:"notblank"`
}

// Annotate describes the settings.
func (x *AiOptimizerHostedModelFallback) Annotate(a infer.Annotator) {
	a.Describe(&x, "Who answers requests while a hosted model cannot.")
	a.Describe(&x.Enabled, "Whether anybody does. Default: false.")
	a.Describe(&x.ProviderID, "The ID of the provider that is asked in its place.")
	a.Describe(&x.Model, "The model of that provider.")
}

// CheckInputs checks what concerns several inputs.
func (r *AiOptimizerHostedModel) CheckInputs(in *check.Inputs) {
	in.AtMostOne("vllmConfig.secretName", "vllmConfig.huggingFaceToken")
	least, known := in.Number("horizontalAutoscaling.minReplicas")
	if most, ok := in.Number("horizontalAutoscaling.maxReplicas"); known && ok && most < least {
		in.Fail("horizontalAutoscaling.maxReplicas", "must not be less than `minReplicas`, which is %v", least)
	}
}

const (
	// running is how long a model may take to run, and leaving how long it may
	// take to go, by default.
	running = 30 * time.Minute
	leaving = 15 * time.Minute
	// recovering is how often a model may be seen failed before that counts:
	// about two seconds, in which an update takes effect.
	recovering = 4
)

// Create makes the model.
func (r *AiOptimizerHostedModel) Create(
	ctx context.Context, req infer.CreateRequest[AiOptimizerHostedModelArgs],
) (infer.CreateResponse[AiOptimizerHostedModelState], error) {
	resp, err := r.InOrganization.Create(ctx, req)
	if err != nil || req.DryRun {
		return resp, err
	}
	return resp, crud.Partial(r.finish(ctx, resp.ID, &resp.Output))
}

// Read fetches the model, for a refresh or an import.
func (r *AiOptimizerHostedModel) Read(
	ctx context.Context, req infer.ReadRequest[AiOptimizerHostedModelArgs, AiOptimizerHostedModelState],
) (infer.ReadResponse[AiOptimizerHostedModelArgs, AiOptimizerHostedModelState], error) {
	resp, err := r.InOrganization.Read(ctx, req)
	// The service keeps 32 bits of the number.
	was, now := req.Inputs.HorizontalAutoscaling, resp.Inputs.HorizontalAutoscaling
	if was != nil && now != nil && float32(was.TargetValue) == float32(now.TargetValue) {
		spelled := *now
		spelled.TargetValue = was.TargetValue
		resp.Inputs.HorizontalAutoscaling = &spelled
	}
	return resp, err
}

// Update brings the model to the new inputs.
func (r *AiOptimizerHostedModel) Update(
	ctx context.Context, req infer.UpdateRequest[AiOptimizerHostedModelArgs, AiOptimizerHostedModelState],
) (infer.UpdateResponse[AiOptimizerHostedModelState], error) {
	if !req.DryRun {
		r.switchOff(ctx, &req)
	}
	resp, err := r.InOrganization.Update(ctx, req)
	if err != nil || req.DryRun {
		return resp, err
	}
	return resp, crud.Partial(r.finish(ctx, req.ID, &resp.Output))
}

// switchOff has an update disable what the program has dropped: the service
// takes none of it away.
func (r *AiOptimizerHostedModel) switchOff(
	ctx context.Context, req *infer.UpdateRequest[AiOptimizerHostedModelArgs, AiOptimizerHostedModelState],
) {
	off, was := false, &req.State.AiOptimizerHostedModelArgs
	dropped := func(name string) bool { return !crud.OldInputs(ctx).Get(name).IsNull() }
	if req.Inputs.HorizontalAutoscaling == nil && was.HorizontalAutoscaling != nil && dropped("horizontalAutoscaling") {
		scaling := *was.HorizontalAutoscaling
		scaling.Enabled, req.Inputs.HorizontalAutoscaling = &off, &scaling
	}
	if req.Inputs.Hibernation == nil && was.Hibernation != nil && dropped("hibernation") {
		hibernation := *was.Hibernation
		hibernation.Enabled, req.Inputs.Hibernation = &off, &hibernation
	}
	if req.Inputs.Fallback == nil && was.Fallback != nil && dropped("fallback") {
		fallback := *was.Fallback
		fallback.Enabled, req.Inputs.Fallback = &off, &fallback
	}
}

// finish waits for a model that was made or changed, if the program asks for it.
func (r *AiOptimizerHostedModel) finish(ctx context.Context, id string, s *AiOptimizerHostedModelState) error {
	if !wire.Value(s.WaitForRunning) {
		warnOfModel(ctx, id, s.Status, s.StatusReason)
		return nil
	}
	a := s.AiOptimizerHostedModelArgs
	err := crud.Await(ctx, running, func(ctx context.Context, turn int) (done bool, status string, err error) {
		body, err := r.now(ctx, &a, id)
		if err != nil {
			return false, "", err
		}
		if body == nil {
			return false, "", errors.New("it has been deleted meanwhile")
		}
		if err := wire.Decode(body, s); err != nil {
			return false, "", fmt.Errorf("cannot understand the answer: %w", err)
		}
		r.Fill(body, s)
		crud.KeepIdentity(&s.AiOptimizerHostedModelArgs, &a)
		switch {
		case s.Status == statusRunning, s.Status == statusStopped, s.Status == statusHibernated:
			return true, "", nil
		case s.Status == statusWarning:
			warnOfModel(ctx, id, s.Status, s.StatusReason)
			return true, "", nil
		case s.Status == statusFailed && turn >= recovering:
			return false, "", fmt.Errorf("it has failed: %s", reason(s.StatusReason))
		}
		return false, "the hosted model is " + s.Status, nil
	})
	if err != nil {
		return fmt.Errorf("hosted model %s does not run: %w", id, err)
	}
	return nil
}

// now returns a model as the API lists it at this moment; nil if it does not.
func (r *AiOptimizerHostedModel) now(ctx context.Context, a *AiOptimizerHostedModelArgs, id string) (map[string]any, error) {
	all, err := config.Client(ctx).All(ctx, r.Path(a), nil, "items")
	if err != nil {
		return nil, err
	}
	for _, body := range all {
		if wire.Text(body, "id") == id {
			return body, nil
		}
	}
	return nil, nil
}

// Delete removes the model and waits until it is gone.
func (r *AiOptimizerHostedModel) Delete(
	ctx context.Context, req infer.DeleteRequest[AiOptimizerHostedModelState],
) (infer.DeleteResponse, error) {
	a := &req.State.AiOptimizerHostedModelArgs
	if err := r.Locate(ctx, a, nil); err != nil {
		return infer.DeleteResponse{}, err
	}
	resp, err := r.InOrganization.Delete(ctx, req)
	if err != nil {
		return resp, err
	}
	began := false
	err = crud.Await(ctx, leaving, func(ctx context.Context, _ int) (done bool, status string, err error) {
		body, err := r.now(ctx, a, req.ID)
		state := wire.Text(body, "status")
		switch {
		case api.IsNotFound(err), err == nil && body == nil:
			return true, "", nil
		case err != nil:
			return false, "", err
		case began && state == statusFailed:
			return false, "", errors.New(reason(wire.Text(body, "statusReason")))
		}
		began = began || state == statusDeleting
		return false, "the hosted model is " + state, nil
	})
	if err != nil {
		return resp, fmt.Errorf("hosted model %s was told to go and is not gone: %w\nLook at it in the console, then destroy again",
			req.ID, err)
	}
	return resp, nil
}
