package policies_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"testing"

	rpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/castai/pulumi-castai/internal/harness"
)

// call calls the API as somebody else would, such as the console.
func call(t *testing.T, h *harness.Harness, method, path string, body any) harness.Props {
	t.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequest(method, h.URL+path, bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("X-API-Key", harness.Token)
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	if resp.StatusCode >= 300 {
		t.Fatalf("%s %s: %d %s", method, path, resp.StatusCode, answer)
	}
	out := harness.Props{}
	if len(answer) > 0 {
		if err := json.Unmarshal(answer, &out); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// cluster registers a cluster and returns its ID.
func cluster(t *testing.T, h *harness.Harness, name string) string {
	t.Helper()
	answer := call(t, h, "POST", "/v1/kubernetes/external-clusters", harness.Props{
		"name": name, "eks": harness.Props{"accountId": "123456789012", "region": "eu-central-1", "clusterName": name},
	})
	h.Forget()
	return answer["id"].(string)
}

// archive deletes a cluster from CAST AI.
func archive(t *testing.T, h *harness.Harness, id string) {
	t.Helper()
	call(t, h, "DELETE", "/v1/kubernetes/external-clusters/"+id, nil)
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
