package policies_test

import (
	"testing"

	rpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/castai/pulumi-castai/internal/harness"
)

// cluster registers a cluster and returns its ID.
func cluster(t *testing.T, h *harness.Harness, name string) string {
	t.Helper()
	id := h.Register(name)
	h.Forget()
	return id
}

// archive deletes a cluster from CAST AI.
func archive(t *testing.T, h *harness.Harness, id string) {
	t.Helper()
	h.Call("DELETE", "/v1/kubernetes/external-clusters/"+id, nil)
	h.Forget()
}

func up(t *testing.T, r *harness.Resource, inputs harness.Props) harness.Result {
	t.Helper()
	result, err := r.Up(inputs)
	if err != nil {
		t.Fatal(err)
	}
	return result
}

func refresh(t *testing.T, r *harness.Resource) harness.Result {
	t.Helper()
	result, err := r.Refresh()
	if err != nil {
		t.Fatal(err)
	}
	return result
}

func TestOnePerClusterIsDeletedBeforeItIsReplaced(t *testing.T) {
	h := harness.New(t)
	one, two := cluster(t, h, "one"), cluster(t, h, "two")
	inputs := func(id string) *structpb.Struct {
		return &structpb.Struct{Fields: map[string]*structpb.Value{"clusterId": structpb.NewStringValue(id)}}
	}
	for _, token := range []string{"Autoscaler", "EvictorAdvancedConfig"} {
		resp, err := h.Server().Diff(t.Context(), &rpc.DiffRequest{
			Id: one, Urn: h.Resource(token, "x").URN, Olds: inputs(one), OldInputs: inputs(one), News: inputs(two),
		})
		if err != nil || !resp.DeleteBeforeReplace {
			t.Errorf("%s: %v, %v", token, resp, err)
		}
	}
}
