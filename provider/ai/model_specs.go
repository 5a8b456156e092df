package ai

import (
	"context"

	"github.com/pulumi/pulumi-go-provider/infer"

	"github.com/castai/pulumi-castai/internal/check"
	"github.com/castai/pulumi-castai/internal/crud"
	"github.com/castai/pulumi-castai/internal/wire"
)

// AiOptimizerModelSpecs describes a model that can be hosted.
type AiOptimizerModelSpecs struct {
	crud.InOrganization[AiOptimizerModelSpecsArgs, AiOptimizerModelSpecsState]
}

// NewAiOptimizerModelSpecs returns the resource.
func NewAiOptimizerModelSpecs() *AiOptimizerModelSpecs {
	return &AiOptimizerModelSpecs{crud.InOrganization[AiOptimizerModelSpecsArgs, AiOptimizerModelSpecsState]{
		Organization: func(a *AiOptimizerModelSpecsArgs) **string { return &a.OrganizationID },
		Resource: crud.Resource[AiOptimizerModelSpecsArgs, AiOptimizerModelSpecsState]{
			Kind:        "model specs",
			Path:        func(a *AiOptimizerModelSpecsArgs) string { return below(a.OrganizationID, "model-specs") },
			ImportID:    "<organizationId>/<modelSpecsId>",
			OnlyChanges: true, // there is nothing that an update could change
			List:        &crud.List{Items: "items"},
			Key:         "model",
			Body: func(_ *AiOptimizerModelSpecsArgs, body map[string]any, _ bool) error {
				if model := wire.Object(body, "huggingFace"); model != nil {
					// The API wants an answer to a question that it never asks.
					model["termsAndConditions"] = map[string]any{"acceptanceRequired": false}
				}
				return nil
			},
			Echo: func(found map[string]any) map[string]any {
				echo := map[string]any{}
				for name, value := range found {
					echo[name] = value
				}
				if model := wire.Object(found, "huggingFace"); model != nil {
					echo["huggingFace"] = map[string]any{"modelName": model["modelName"]}
				}
				return echo
			},
			Notice: func(ctx context.Context, body map[string]any) {
				if private := wire.Object(body, "privateRegistry"); wire.Text(private, "status") == "ERROR" {
					crud.Warn(ctx, "CAST AI cannot use the model of the model specs %s: %s.", wire.Text(body, "id"), reason(wire.Text(private, "statusReason")))
				}
			},
		},
	}}
}

const (
	registryHuggingFace = "HUGGING_FACE"
	registryPrivate     = "PRIVATE"
)

// Annotate describes the resource.
func (r *AiOptimizerModelSpecs) Annotate(a infer.Annotator) {
	a.Describe(&r, "A language model that clusters can host (`AiOptimizerHostedModel`): one from Hugging Face, or one from a private "+
		"registry (`AiOptimizerModelRegistry`). The models that CAST AI offers itself have specs already and need no resource.\n\n"+
		"Nothing of model specs can be changed, so every change replaces them. What is left out is the service's to choose, and "+
		"no difference.\n\n"+
		"## Import\n\nThe import ID is `<organizationId>/<modelSpecsId>`."+importHelp)
	a.AddAlias("index/aiOptimizer", "AiOptimizerModelSpecs")
}

// AiOptimizerModelSpecsArgs are the inputs of [AiOptimizerModelSpecs].
type AiOptimizerModelSpecsArgs struct {
	OrganizationID  *string                               `pulumi:"organizationId,optional" provider:"replaceOnChanges" wire:"-" check:"uuid"`
	Model           string                                `pulumi:"model" provider:"replaceOnChanges" wire:",create" check:"notblank"`
	RegistryType    string                                `pulumi:"registryType" provider:"replaceOnChanges" wire:",create" check:"notblank,known=HUGGING_FACE|PRIVATE"`
	Description     *string                               `pulumi:"description,optional" provider:"replaceOnChanges" wire:",create"`
	Type            *string                               `pulumi:"type,optional" provider:"replaceOnChanges" wire:",create"`
	Routable        *bool                                 `pulumi:"routable,optional" provider:"replaceOnChanges" wire:",create"`
	Huggingface     *AiOptimizerModelSpecsHuggingface     `pulumi:"huggingface,optional" provider:"replaceOnChanges" wire:"huggingFace,create"`
	PrivateRegistry *AiOptimizerModelSpecsPrivateRegistry `pulumi:"privateRegistry,optional" provider:"replaceOnChanges" wire:",create"`
}

// Annotate describes the inputs.
func (x *AiOptimizerModelSpecsArgs) Annotate(a infer.Annotator) {
	a.Describe(&x.OrganizationID, organizationHelp)
	a.Describe(&x.Model, "The name by which requests ask for the model, such as `llama-3.1-8b`. Changing it replaces the specs.")
	a.Describe(&x.RegistryType, "Where the model comes from: `HUGGING_FACE` or `PRIVATE`. Changing it replaces the specs.")
	a.Describe(&x.Description, "What the model is for. Changing it replaces the specs.")
	a.Describe(&x.Type, "What the model does, such as `chat`, `embeddings`, `completion` or `audio_transcription`. Default: the "+
		"service's choice. Changing it replaces the specs.")
	a.Describe(&x.Routable, "Whether requests that name no model may be routed to it. Default: the service's choice. Changing it "+
		"replaces the specs.")
	a.Describe(&x.Huggingface, "The model at Hugging Face, for the registry type `HUGGING_FACE`. Changing it replaces the specs.")
	a.Describe(&x.PrivateRegistry, "The model in a private registry, for the registry type `PRIVATE`. Changing it replaces the specs.")
}

// AiOptimizerModelSpecsState are the outputs of [AiOptimizerModelSpecs].
type AiOptimizerModelSpecsState struct {
	AiOptimizerModelSpecsArgs
}

// AiOptimizerModelSpecsHuggingface is a model at Hugging Face.
type AiOptimizerModelSpecsHuggingface struct {
	ModelName string `pulumi:"modelName" check:"notblank"`
}

// Annotate describes the model.
func (x *AiOptimizerModelSpecsHuggingface) Annotate(a infer.Annotator) {
	a.Describe(&x, "A model at Hugging Face.")
	a.Describe(&x.ModelName, "Its name there, such as `meta-llama/Llama-3.1-8B-Instruct`.")
}

// AiOptimizerModelSpecsPrivateRegistry is a model in a private registry.
type AiOptimizerModelSpecsPrivateRegistry struct {
	BaseModelID string `pulumi:"baseModelId" check:"uuid"`
	RegistryID  string `pulumi:"registryId" check:"uuid"`
}

// Annotate describes the model.
func (x *AiOptimizerModelSpecsPrivateRegistry) Annotate(a infer.Annotator) {
	a.Describe(&x, "A model in a private registry.")
	a.Describe(&x.BaseModelID, "The specs (UUID) of the model that it was made from, which may be one that CAST AI offers itself.")
	a.Describe(&x.RegistryID, "The registry (UUID) that holds it, the ID of an `AiOptimizerModelRegistry`.")
}

// CheckInputs checks what concerns several inputs.
func (r *AiOptimizerModelSpecs) CheckInputs(in *check.Inputs) {
	kind, _ := in.String("registryType")
	if kind != registryHuggingFace && kind != registryPrivate {
		in.ExactlyOne("huggingface", "privateRegistry")
		return
	}
	for name, own := range map[string]string{"huggingface": registryHuggingFace, "privateRegistry": registryPrivate} {
		switch {
		case kind == own && !in.Set(name):
			in.Fail(name, "is needed for the registryType %s", kind)
		case kind != own && in.Known(name):
			in.Fail(name, "is not for the registryType %s, but for %s", kind, own)
		}
	}
}
