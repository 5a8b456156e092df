package clusters_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/castai/pulumi-castai/emulator"
	"github.com/castai/pulumi-castai/internal/harness"
)

// Most of these tests wait for a poll, not for the processor.
func TestMain(m *testing.M) {
	flag.Parse()
	if err := flag.Set("test.parallel", "16"); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}

const (
	clusters = "/v1/kubernetes/external-clusters"
	role     = "arn:aws:iam::123456789012:role/castai"
	profile  = "arn:aws:iam::123456789012:instance-profile/castai"
	key      = `{"type":"service_account","private_key_id":"one"}`
)

// cloud is one kind of connection.
type cloud struct {
	token string
	// required are its inputs without credentials, as far as it has such.
	required harness.Props
	// credentials are the inputs that hand over credentials, others are such
	// that differ, and credential is the one of them that shows a drift.
	credentials, others harness.Props
	credential          string
	// registered is the body that registers the cluster, and handed the one
	// that hands over the credentials.
	registered, handed string
	// identity are the inputs whose change replaces the connection.
	identity []string
	// invalid is a value of the wrong form for some inputs.
	invalid harness.Props
}

var clouds = []cloud{
	{
		token:       "EksCluster",
		required:    harness.Props{"name": "prod", "accountId": "123456789012", "region": "eu-central-1"},
		credentials: harness.Props{"assumeRoleArn": role},
		others:      harness.Props{"assumeRoleArn": role + "-2"},
		credential:  "assumeRoleArn",
		registered:  `{"name":"prod","eks":{"accountId":"123456789012","region":"eu-central-1","clusterName":"prod"}}`,
		handed:      `{"eks":{"assumeRoleArn":"` + role + `"}}`,
		identity:    []string{"name", "accountId", "region"},
		invalid:     harness.Props{"name": " ", "accountId": "12345", "region": "Frankfurt", "assumeRoleArn": "castai-role"},
	},
	{
		token:       "GkeCluster",
		required:    harness.Props{"name": "prod", "projectId": "my-project", "location": "europe-west4-a"},
		credentials: harness.Props{"credentialsJson": key},
		others:      harness.Props{"credentialsJson": `{"type":"service_account","private_key_id":"two"}`},
		credential:  "credentialsJson",
		registered:  `{"name":"prod","gke":{"projectId":"my-project","location":"europe-west4-a","region":"europe-west4","clusterName":"prod"}}`,
		handed:      `{"credentials":"{\"type\":\"service_account\",\"private_key_id\":\"one\"}"}`,
		identity:    []string{"name", "projectId", "location"},
		invalid:     harness.Props{"name": "", "projectId": " ", "location": "Belgium", "credentialsJson": `{"type":`},
	},
	{
		token: "AksCluster",
		required: harness.Props{
			"name": "prod", "region": "westeurope", "subscriptionId": "sub-1", "nodeResourceGroup": "MC_prod",
			"tenantId": "tenant-1", "clientId": "client-1", "clientSecret": "hush-hush",
		},
		others:     harness.Props{"clientSecret": "hush-hush-2"},
		credential: "clientId",
		registered: `{"name":"prod","aks":{"region":"westeurope","subscriptionId":"sub-1","nodeResourceGroup":"MC_prod","podCidr":null}}`,
		handed:     `{"credentials":"{\"clientId\":\"client-1\",\"clientSecret\":\"hush-hush\",\"subscriptionId\":\"sub-1\",\"tenantId\":\"tenant-1\"}","aks":{}}`,
		identity:   []string{"name", "region", "subscriptionId", "nodeResourceGroup"},
		invalid:    harness.Props{"name": " ", "region": "west europe!", "subscriptionId": "", "tenantId": " ", "clientId": "", "clientSecret": ""},
	},
}

func (c cloud) all(more ...harness.Props) harness.Props {
	return with(c.required, append([]harness.Props{c.credentials}, more...)...)
}

// changed are inputs with other credentials.
func (c cloud) changed() harness.Props { return c.all(c.others) }

// with merges properties; nil takes one away.
func with(props harness.Props, more ...harness.Props) harness.Props {
	out := maps.Clone(props)
	for _, m := range more {
		maps.Copy(out, m)
	}
	maps.DeleteFunc(out, func(_ string, v any) bool { return v == nil })
	return out
}

// forEach runs a test for every cloud, with a harness of its own.
func forEach(t *testing.T, test func(t *testing.T, c cloud, h *harness.Harness), change ...func(*emulator.Options)) {
	t.Parallel()
	for _, c := range clouds {
		t.Run(c.token, func(t *testing.T) {
			t.Parallel()
			test(t, c, harness.New(t, change...))
		})
	}
}

// settings changes the emulator's settings, over those of the harness.
func settings(change func(*emulator.Settings)) func(*emulator.Options) {
	return func(o *emulator.Options) { change(&o.Settings) }
}

// realAgents has no agent come online by itself.
var realAgents = settings(func(s *emulator.Settings) { s.Agents = emulator.Real })

// up brings a resource to inputs, which must succeed by that operation.
func up(t *testing.T, r *harness.Resource, inputs harness.Props, op string) harness.Result {
	t.Helper()
	got, err := r.Up(inputs)
	if err != nil {
		t.Fatal(err)
	}
	if got.Op != op {
		t.Fatalf("%s was %s %v, want %s", r.Type, got.Op, got.Changes, op)
	}
	return got
}

// refresh reads a resource, which must succeed and find these differences.
func refresh(t *testing.T, r *harness.Resource, want ...string) {
	t.Helper()
	got, err := r.Refresh()
	if err != nil {
		t.Fatal("refresh:", err)
	}
	if !slices.Equal(got.Changes, want) {
		t.Fatalf("refresh finds %v, want %v", got.Changes, want)
	}
}

// destroy deletes a resource, which must succeed.
func destroy(t *testing.T, r *harness.Resource) {
	t.Helper()
	if err := r.Delete(); err != nil {
		t.Fatal("delete:", err)
	}
}

// fails is an error that says all of want.
func fails(t *testing.T, err error, want ...string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, want one that says %q", want)
	}
	for _, text := range want {
		if !strings.Contains(err.Error(), text) {
			t.Errorf("the error does not say %q: %v", text, err)
		}
	}
}

// calls lists the requests since the last Forget, short: "POST ID/token".
func calls(h *harness.Harness, id string) []string {
	out := h.Calls()
	for i := range out {
		out[i] = strings.NewReplacer(clusters+"/"+id, "ID", clusters, "CLUSTERS").Replace(out[i])
	}
	return out
}

// count counts the requests whose short form is in want.
func count(h *harness.Harness, id string, want ...string) (n int) {
	for _, call := range calls(h, id) {
		if slices.Contains(want, call) {
			n++
		}
	}
	return n
}

// noPosts checks that nothing was sent but reads.
func noPosts(t *testing.T, h *harness.Harness) {
	t.Helper()
	for _, call := range h.Calls() {
		if !strings.HasPrefix(call, "GET ") {
			t.Errorf("%s was called", call)
		}
	}
}

// sent compares the body of the last such request with JSON.
func sent(t *testing.T, h *harness.Harness, method, suffix, want string) {
	t.Helper()
	same(t, method+" "+suffix, h.Body(method, suffix), parse(t, want))
}

func parse(t *testing.T, text string) (v any) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatal(err)
	}
	return v
}

func same(t *testing.T, what string, got, want any) {
	t.Helper()
	a, _ := json.Marshal(got)
	b, _ := json.Marshal(want)
	if !bytes.Equal(a, b) {
		t.Errorf("%s is %s, want %s", what, a, b)
	}
}

// outside calls the API as somebody else would, and leaves no trace in the
// requests.
func outside(t *testing.T, h *harness.Harness, method, path string, body any) map[string]any {
	t.Helper()
	answer := h.Request(method, path, body)
	h.Forget()
	return answer
}

// handOver sets other credentials from outside.
func handOver(t *testing.T, h *harness.Harness, c cloud, id string) {
	t.Helper()
	body := harness.Props{"credentials": `{"other":"one"}`}
	if c.token == "EksCluster" {
		body = harness.Props{"eks": harness.Props{"assumeRoleArn": role + "-other"}}
	}
	outside(t, h, "POST", clusters+"/"+id, body)
}
