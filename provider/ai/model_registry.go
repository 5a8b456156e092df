package ai

import (
	"cmp"
	"context"
	"encoding/json"

	"github.com/pulumi/pulumi-go-provider/infer"

	"github.com/castai/pulumi-castai/internal/check"
	"github.com/castai/pulumi-castai/internal/crud"
	"github.com/castai/pulumi-castai/internal/wire"
)

// AiOptimizerModelRegistry is a bucket with private models.
type AiOptimizerModelRegistry struct {
	crud.InOrganization[AiOptimizerModelRegistryArgs, AiOptimizerModelRegistryState]
}

// NewAiOptimizerModelRegistry returns the resource.
func NewAiOptimizerModelRegistry() *AiOptimizerModelRegistry {
	return &AiOptimizerModelRegistry{crud.InOrganization[AiOptimizerModelRegistryArgs, AiOptimizerModelRegistryState]{
		Organization: func(a *AiOptimizerModelRegistryArgs) **string { return &a.OrganizationID },
		Resource: crud.Resource[AiOptimizerModelRegistryArgs, AiOptimizerModelRegistryState]{
			Kind:        "model registry",
			Path:        func(a *AiOptimizerModelRegistryArgs) string { return below(a.OrganizationID, "model-registries") },
			ImportID:    "<organizationId>/<registryId>",
			OnlyChanges: true, // there is nothing that an update could change
			Catalog:     &crud.List{Items: "items"},
			Body: func(_ *AiOptimizerModelRegistryArgs, body map[string]any, update bool) error {
				provider := wire.Object(body, "provider")
				if !update && provider["type"] == nil {
					provider["type"] = typeS3
				}
				delete(wire.Object(provider, "s3"), "userName")
				delete(wire.Object(provider, "gcs"), "serviceAccount")
				return nil
			},
			Fill: func(_ map[string]any, s *AiOptimizerModelRegistryState) {
				if s.S3 != nil {
					s.userName = s.S3.UserName
				}
				if s.Gcs != nil {
					s.serviceAccount = s.Gcs.ServiceAccount
				}
			},
			Notice: func(ctx context.Context, body map[string]any) {
				warnOfRegistry(ctx, wire.Text(body, "id"), wire.Text(body, "status"), wire.Text(body, "statusReason"))
			},
		},
	}}
}

// BucketOf returns the bucket of a registry as the API describes it: the only
// thing of it that has a name.
func BucketOf(registry map[string]any) string {
	provider := wire.Object(registry, "provider")
	return cmp.Or(wire.Text(wire.Object(provider, "s3"), "bucket"), wire.Text(wire.Object(provider, "gcs"), "bucket"))
}

const (
	typeS3  = "S3"
	typeGCS = "GCS"
)

// warnOfRegistry tells of a registry that the service cannot use.
func warnOfRegistry(ctx context.Context, id, status, why string) {
	if status == "ERROR" {
		crud.Warn(ctx, "CAST AI cannot use the model registry %s: %s. Check the bucket and the credentials.", id, reason(why))
	}
}

// Annotate describes the resource.
func (r *AiOptimizerModelRegistry) Annotate(a infer.Annotator) {
	a.Describe(&r, "A bucket of S3 or Google Cloud Storage that holds private models for the AI optimizer. The service reads it as "+
		"an identity of its own, the output `userName` or `serviceAccount`.\n\n"+
		"Nothing of a registry can be changed, so every change replaces it, and with it the model specs that refer to it. That "+
		"goes for the credentials as well, unless they merely have another layout. A registry is not waited for when it is made; "+
		"one that the service cannot use gives a warning.\n\n"+
		"## Import\n\nThe import ID is `<organizationId>/<registryId>`."+importHelp+" The credentials do not come with it: add them to "+
		"the program. They are taken to be those that the registry has, and nothing is replaced.")
	a.AddAlias("index/aiOptimizer", "AiOptimizerModelRegistry")
}

// AiOptimizerModelRegistryArgs are the inputs of an [AiOptimizerModelRegistry].
type AiOptimizerModelRegistryArgs struct {
	OrganizationID *string                      `pulumi:"organizationId,optional" provider:"replaceOnChanges" wire:"-" check:"uuid"`
	ProviderType   *string                      `pulumi:"providerType,optional" provider:"replaceOnChanges" wire:"provider.type,create" norm:"default=S3" check:"known=S3|GCS"`
	S3             *AiOptimizerModelRegistryS3  `pulumi:"s3,optional" provider:"replaceOnChanges" wire:"provider.s3,create"`
	Gcs            *AiOptimizerModelRegistryGcs `pulumi:"gcs,optional" provider:"replaceOnChanges" wire:"provider.gcs,create"`
	Credentials    string                       `pulumi:"credentials" provider:"secret,replaceOnChanges" wire:",create,writeonly" norm:"json" check:"notblank"`
}

// Annotate describes the inputs.
func (x *AiOptimizerModelRegistryArgs) Annotate(a infer.Annotator) {
	a.Describe(&x.OrganizationID, organizationHelp)
	a.Describe(&x.ProviderType, "The kind of bucket: `S3` or `GCS`. Default: `S3`. Changing it replaces the registry.")
	a.Describe(&x.S3, "The bucket, for the type `S3`. Changing it replaces the registry.")
	a.Describe(&x.Gcs, "The bucket, for the type `GCS`. Changing it replaces the registry.")
	a.Describe(&x.Credentials, "What the service gives itself access to the bucket with, as JSON text: for S3, an object with "+
		"`access_key_id` and `secret_access_key`; for Google Cloud Storage, the key file of a service account. Secret. The API "+
		"never returns it. Another layout of the same JSON is no change; any other change replaces the registry.")
}

// AiOptimizerModelRegistryState are the outputs of an [AiOptimizerModelRegistry].
type AiOptimizerModelRegistryState struct {
	AiOptimizerModelRegistryArgs
	Status       string `pulumi:"status" wire:",changes"`
	StatusReason string `pulumi:"statusReason" wire:",changes"`

	// What the last answer says of identities.
	userName, serviceAccount *string
}

// Annotate describes the outputs.
func (x *AiOptimizerModelRegistryState) Annotate(a infer.Annotator) {
	a.Describe(&x.Status, "The status when it was last read: `ONBOARDING`, `ACTIVE` or `ERROR`.")
	a.Describe(&x.StatusReason, "Why the status is what it is. Empty if there is nothing to say.")
}

// AiOptimizerModelRegistryS3 is a bucket of S3.
type AiOptimizerModelRegistryS3 struct {
	Bucket   string  `pulumi:"bucket" check:"notblank"`
	Region   string  `pulumi:"region" check:"notblank"`
	Prefix   *string `pulumi:"prefix,optional"`
	UserName *string `pulumi:"userName,optional"`
}

// Annotate describes the bucket.
func (x *AiOptimizerModelRegistryS3) Annotate(a infer.Annotator) {
	a.Describe(&x, "A bucket of S3.")
	a.Describe(&x.Bucket, "The name of the bucket.")
	a.Describe(&x.Region, "The region of the bucket, such as `us-east-1`.")
	a.Describe(&x.Prefix, "What the keys of the models begin with. Default: nothing, the whole bucket.")
	a.Describe(&x.UserName, "The IAM user as which the service reads the bucket. An output: leave it out.")
}

// AiOptimizerModelRegistryGcs is a bucket of Google Cloud Storage.
type AiOptimizerModelRegistryGcs struct {
	Bucket         string  `pulumi:"bucket" check:"notblank"`
	Prefix         *string `pulumi:"prefix,optional"`
	ServiceAccount *string `pulumi:"serviceAccount,optional"`
}

// Annotate describes the bucket.
func (x *AiOptimizerModelRegistryGcs) Annotate(a infer.Annotator) {
	a.Describe(&x, "A bucket of Google Cloud Storage.")
	a.Describe(&x.Bucket, "The name of the bucket.")
	a.Describe(&x.Prefix, "What the names of the models begin with. Default: nothing, the whole bucket.")
	a.Describe(&x.ServiceAccount, "The service account as which the service reads the bucket. An output: leave it out.")
}

// CheckInputs checks what concerns several inputs.
func (r *AiOptimizerModelRegistry) CheckInputs(in *check.Inputs) {
	kind, _ := in.String("providerType")
	if !in.Set("providerType") {
		kind = typeS3
	}
	for name, own := range map[string]string{"s3": typeS3, "gcs": typeGCS} {
		switch {
		case kind != typeS3 && kind != typeGCS: // nothing can be told of it
		case kind == own && !in.Set(name):
			in.Fail(name, "is needed for the providerType %s", kind)
		case kind != own && in.Known(name):
			in.Fail(name, "is not for the providerType %s, but for %s", kind, own)
		}
	}
	if kind != typeS3 && kind != typeGCS {
		in.ExactlyOne("s3", "gcs")
	}
	for _, output := range []string{"s3.userName", "gcs.serviceAccount"} {
		if in.Known(output) {
			in.Fail(output, "is an output, which the service chooses: leave it out")
		}
	}
	if text, known := in.String("credentials"); known && text != "" && !json.Valid([]byte(text)) {
		in.Warn("credentials: is no JSON text, which the service expects.")
	}
}

// Create makes the registry.
func (r *AiOptimizerModelRegistry) Create(
	ctx context.Context, req infer.CreateRequest[AiOptimizerModelRegistryArgs],
) (infer.CreateResponse[AiOptimizerModelRegistryState], error) {
	resp, err := r.InOrganization.Create(ctx, req)
	warnOfRegistry(ctx, resp.ID, resp.Output.Status, resp.Output.StatusReason)
	return resp, err
}

// Read fetches the registry, for a refresh or an import.
func (r *AiOptimizerModelRegistry) Read(
	ctx context.Context, req infer.ReadRequest[AiOptimizerModelRegistryArgs, AiOptimizerModelRegistryState],
) (infer.ReadResponse[AiOptimizerModelRegistryArgs, AiOptimizerModelRegistryState], error) {
	resp, err := r.InOrganization.Read(ctx, req)
	// The identities are outputs, although they are among the inputs.
	if s3 := resp.State.S3; s3 != nil {
		shown, input := *s3, *s3
		shown.UserName, input.UserName = resp.State.userName, nil
		resp.State.S3, resp.Inputs.S3 = &shown, &input
	}
	if gcs := resp.State.Gcs; gcs != nil {
		shown, input := *gcs, *gcs
		shown.ServiceAccount, input.ServiceAccount = resp.State.serviceAccount, nil
		resp.State.Gcs, resp.Inputs.Gcs = &shown, &input
	}
	return resp, err
}
