package access

import (
	"maps"
	"net/http"
	"net/url"

	"github.com/castai/pulumi-castai/internal/api"
	"github.com/castai/pulumi-castai/internal/crud"
)

// inEnterprise makes a resource one of an enterprise, whose API takes writes in
// batches: each is a batch of one here. The collection is listed by
// organization, which at tells beside the enterprise. The field that names the
// object in an update is updateID.
func inEnterprise[A, S any](
	r crud.Resource[A, S], collection, updateID string, at func(*A) (enterprise, organization string),
) crud.Resource[A, S] {
	r.Path = func(a *A) string {
		enterprise, _ := at(a)
		return api.Path("organization-management", "v1", "enterprises", enterprise, collection)
	}
	r.ListQuery = func(a *A) url.Values {
		_, organization := at(a)
		return url.Values{"organizationId": {organization}}
	}
	r.Rewrite = func(a *A, id string, call *api.Call) {
		enterprise, organization := at(a)
		body, _ := call.Body.(map[string]any)
		request := map[string]any{}
		maps.Copy(request, body)
		request["organizationId"] = organization
		verb := ""
		repeatable := true // an update sets the whole object, and a deletion has one effect
		switch call.Method {
		case http.MethodPost:
			verb, repeatable = ":batchCreate", false
		case http.MethodDelete:
			verb, request["id"] = ":batchDelete", id
		default:
			verb, request[updateID] = ":batchUpdate", id
		}
		call.Method, call.Path, call.Idempotent = http.MethodPost, r.Path(a)+verb, &repeatable
		call.Body = map[string]any{"enterpriseId": enterprise, "requests": []any{request}}
	}
	return r
}

// orEmpty is a text that the API wants in any case.
func orEmpty(body map[string]any, field string) {
	if body[field] == nil {
		body[field] = ""
	}
}
