package access

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/pulumi/pulumi-go-provider/infer"

	"github.com/castai/pulumi-castai/internal/api"
	"github.com/castai/pulumi-castai/internal/crud"
	"github.com/castai/pulumi-castai/internal/wire"
)

// GetImpersonationServiceAccount finds the identity by which CAST AI acts in
// Azure without a client secret.
type GetImpersonationServiceAccount struct{}

// Annotate describes the function.
func (f *GetImpersonationServiceAccount) Annotate(a infer.Annotator) {
	a.Describe(&f, "Finds the service account by which CAST AI acts in the Azure subscriptions of the organization. An AKS "+
		"cluster that is connected without a client secret, by `federationId`, has to trust it: its ID is the subject of the "+
		"federated credential of the application.")
}

// GetImpersonationServiceAccountArgs are the inputs of
// [GetImpersonationServiceAccount]: there are none.
type GetImpersonationServiceAccountArgs struct{}

// GetImpersonationServiceAccountResult is what [GetImpersonationServiceAccount]
// returns.
type GetImpersonationServiceAccountResult struct {
	ID    string  `pulumi:"id"`
	Email *string `pulumi:"email,optional"`
}

// Annotate describes the outputs.
func (x *GetImpersonationServiceAccountResult) Annotate(a infer.Annotator) {
	a.Describe(&x.ID, "The unique ID of the service account, which is the subject of its tokens.")
	a.Describe(&x.Email, "The email address of the service account, if the API tells it.")
}

// Invoke finds the service account. The API makes it at the first call, and
// answers every later one with the same.
func (*GetImpersonationServiceAccount) Invoke(
	ctx context.Context, _ infer.FunctionRequest[GetImpersonationServiceAccountArgs],
) (infer.FunctionResponse[*GetImpersonationServiceAccountResult], error) {
	var out infer.FunctionResponse[*GetImpersonationServiceAccountResult]
	repeatable := true
	answer, err := crud.Send(ctx, api.Call{
		Method: http.MethodPost, Path: api.Path("v1", "kubernetes", "external-clusters", "impersonation-service-account"),
		Body: map[string]any{"provider": "aks"}, Idempotent: &repeatable,
	})
	result := &GetImpersonationServiceAccountResult{}
	if err == nil {
		err = wire.Decode(answer, result)
	}
	if err == nil && result.ID == "" {
		err = errors.New("the API's answer has no ID")
	}
	if err != nil {
		return out, fmt.Errorf("cannot find the impersonation service account: %w", err)
	}
	out.Output = result
	return out, nil
}
