package shim_test

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	rpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/castai/pulumi-castai/internal/harness"
)

const providerURN = "urn:pulumi:stack::project::pulumi:providers:castai::default"

func marshal(t *testing.T, m resource.PropertyMap) *structpb.Struct {
	t.Helper()
	out, err := plugin.MarshalProperties(m, plugin.MarshalOptions{KeepSecrets: true, KeepUnknowns: true})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// checkConfig checks a configuration, and returns it and the failures.
func checkConfig(t *testing.T, h *harness.Harness, news resource.PropertyMap) (resource.PropertyMap, []string) {
	t.Helper()
	resp, err := h.Server().CheckConfig(context.Background(), &rpc.CheckRequest{Urn: providerURN, News: marshal(t, news)})
	if err != nil {
		t.Fatal(err)
	}
	m, err := plugin.UnmarshalProperties(resp.Inputs, plugin.MarshalOptions{KeepSecrets: true, KeepUnknowns: true})
	if err != nil {
		t.Fatal(err)
	}
	var failures []string
	for _, f := range resp.Failures {
		failures = append(failures, f.Property)
	}
	slices.Sort(failures)
	return m, failures
}

func TestCheckConfig(t *testing.T) {
	h := harness.New(t)
	t.Setenv("CASTAI_API_TOKEN", "token-of-the-environment")
	text := resource.NewProperty[string]
	for name, test := range map[string]struct {
		news     resource.PropertyMap
		failures []string
	}{
		"nothing":           {resource.PropertyMap{}, nil},
		"everything":        {resource.PropertyMap{"apiToken": text("t"), "apiUrl": text("https://api.eu.cast.ai"), "organizationId": text("6f1c3a52-7d1e-4c1b-9a53-0d2f5b7e8c14")}, nil},
		"unknown":           {resource.PropertyMap{"apiToken": resource.MakeComputed(text(""))}, nil},
		"malformed":         {resource.PropertyMap{"apiUrl": text("nowhere"), "organizationId": text("acme")}, []string{"apiUrl", "organizationId"}},
		"too little":        {resource.PropertyMap{"requestsPerSecond": text("0.01"), "maxConcurrentRequests": text("0")}, []string{"maxConcurrentRequests", "requestsPerSecond"}},
		"text for a number": {resource.PropertyMap{"requestsPerSecond": text("0.5"), "maxConcurrentRequests": text("7")}, nil},
		"empty":             {resource.PropertyMap{"apiToken": text(""), "apiUrl": text(""), "requestsPerSecond": text("")}, nil},
		"no number":         {resource.PropertyMap{"requestsPerSecond": text("many")}, []string{"requestsPerSecond"}},
		"no text":           {resource.PropertyMap{"organizationId": resource.NewProperty(7.0)}, []string{"organizationId"}},
		"the engine's own":  {resource.PropertyMap{"version": text("1.2.3"), "pluginDownloadURL": text("https://example.com")}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			got, failures := checkConfig(t, h, test.news)
			if !slices.Equal(failures, test.failures) {
				t.Errorf("the failures are %v, want %v", failures, test.failures)
			}
			if token, ok := got["apiToken"]; ok && !token.IsSecret() && !token.IsComputed() {
				t.Errorf("the token is not marked: %v", token)
			}
			text, err := json.Marshal(got.Mappable())
			if err != nil || strings.Contains(string(text), "token-of-the-environment") {
				t.Errorf("the inputs are %s, %v", text, err)
			}
			for key := range got {
				if _, given := test.news[key]; !given && !strings.HasPrefix(string(key), "__") {
					t.Errorf("%s has come into the inputs", key)
				}
			}
		})
	}
	if calls := h.Calls(); len(calls) > 0 {
		t.Errorf("there were the calls %v", calls)
	}

	got, _ := checkConfig(t, h, resource.PropertyMap{
		"requestsPerSecond": text("0.5"), "maxConcurrentRequests": text("7"), "version": text("1.2.3"), "mine": text("x"),
	})
	for key, want := range map[resource.PropertyKey]resource.PropertyValue{
		"requestsPerSecond": resource.NewProperty(0.5), "maxConcurrentRequests": resource.NewProperty(7.0), "version": text("1.2.3"), "mine": {},
	} {
		if !got[key].DeepEquals(want) {
			t.Errorf("%s becomes %v, want %v", key, got[key], want)
		}
	}
}

// TestUnknownConfig: a property that does not exist is named in a warning, and
// the engine's own are not.
func TestUnknownConfig(t *testing.T) {
	h := harness.New(t)
	text := resource.NewProperty[string]
	if _, failures := checkConfig(t, h, resource.PropertyMap{"apiTokn": text("t"), "pluginDownloadURL": text("u")}); len(failures) > 0 {
		t.Errorf("the failures are %v", failures)
	}
	if !h.Warned("castai:apiTokn is ignored: there is no such property; did you mean apiToken?") {
		t.Errorf("there is no warning in %v", h.Logs())
	}
	for _, line := range h.Logs() {
		if strings.Contains(line, "pluginDownloadURL") {
			t.Errorf("there is the warning %s", line)
		}
	}
}

// TestCheckConfigKeepsNothing: what a provider is configured with does not come
// into a configuration that it checks, nor the other way round.
func TestCheckConfigKeepsNothing(t *testing.T) {
	h := harness.New(t) // configured with a token and an address
	got, _ := checkConfig(t, h, resource.PropertyMap{})
	if len(got) > 1 {
		t.Errorf("nothing becomes %v", got)
	}
	checkConfig(t, h, resource.PropertyMap{"apiUrl": resource.NewProperty("http://192.0.2.1:9"), "apiToken": resource.NewProperty("other")})
	if _, err := h.Invoke("getOrganization", harness.Props{"name": "Local"}); err != nil {
		t.Error(err)
	}
}

// TestDiffConfig: another configuration of the provider is an update of the
// provider, and replaces nothing.
func TestDiffConfig(t *testing.T) {
	h := harness.New(t)
	text := resource.NewProperty[string]
	base := resource.PropertyMap{"apiToken": resource.MakeSecret(text("t")), "version": text("1.0.0")}
	for name, test := range map[string]struct {
		news    resource.PropertyMap
		changes []string
	}{
		"nothing":           {base, nil},
		"another token":     {resource.PropertyMap{"apiToken": resource.MakeSecret(text("u"))}, []string{"apiToken"}},
		"no token":          {resource.PropertyMap{}, []string{"apiToken"}},
		"a URL":             {resource.PropertyMap{"apiToken": base["apiToken"], "apiUrl": text("https://api.eu.cast.ai")}, []string{"apiUrl"}},
		"an organization":   {resource.PropertyMap{"apiToken": base["apiToken"], "organizationId": text("x")}, []string{"organizationId"}},
		"an unknown token":  {resource.PropertyMap{"apiToken": resource.MakeComputed(text(""))}, []string{"apiToken"}},
		"another version":   {resource.PropertyMap{"apiToken": base["apiToken"], "version": text("2.0.0")}, nil},
		"what nobody knows": {resource.PropertyMap{"apiToken": base["apiToken"], "other": text("x")}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			for _, withInputs := range []bool{true, false} {
				req := &rpc.DiffRequest{Urn: providerURN, Olds: marshal(t, base), News: marshal(t, test.news)}
				if withInputs {
					req.OldInputs = req.Olds
				}
				got, err := h.Server().DiffConfig(context.Background(), req)
				if err != nil {
					t.Fatal(err)
				}
				var changes []string
				for path, change := range got.DetailedDiff {
					changes = append(changes, path)
					if strings.HasSuffix(change.Kind.String(), "_REPLACE") {
						t.Errorf("%s replaces the provider", path)
					}
				}
				if !slices.Equal(changes, test.changes) || (got.Changes == rpc.DiffResponse_DIFF_SOME) != (len(changes) > 0) {
					t.Errorf("the changes are %v (%v), want %v", changes, got.Changes, test.changes)
				}
				if len(got.Replaces) > 0 || got.DeleteBeforeReplace {
					t.Errorf("%v replace the provider", got.Replaces)
				}
			}
		})
	}
}

// TestTokenChangeTouchesNoResource: resources do not know the token.
func TestTokenChangeTouchesNoResource(t *testing.T) {
	h := harness.New(t)
	inputs := harness.Props{"organizationId": "6f1c2d3e-4a5b-4c6d-8e7f-9a0b1c2d3e4f", "name": "ci"}
	r := h.Resource("ServiceAccount", "ci")
	if _, err := r.Up(inputs); err != nil {
		t.Fatal(err)
	}
	h.Provider(map[string]any{"apiToken": "another-token", "apiUrl": h.URL + "/"})
	if got, err := r.Up(inputs); err != nil || got.Op != "same" {
		t.Errorf("with another token the update does %v, %v", got, err)
	}
	if got, err := r.Refresh(); err != nil || got.Op != "same" {
		t.Errorf("with another token a refresh finds %v, %v", got, err)
	}
}

func TestFunctions(t *testing.T) {
	h := harness.New(t)
	t.Setenv("CASTAI_API_TOKEN", "")
	for name, test := range map[string]struct {
		token string
		args  harness.Props
		want  string
	}{
		"missing":       {"getOrganization", harness.Props{}, "name: "},
		"blank":         {"getOrganization", harness.Props{"name": " "}, "name: "},
		"mistyped":      {"getOrganization", harness.Props{"name": 7}, "name: "},
		"misspelled":    {"getOrganization", harness.Props{"name": "x", "nmae": "x"}, "nmae: "},
		"nothing there": {"getNothing", harness.Props{}, "getNothing"},
	} {
		h.Forget()
		if _, err := h.Invoke(test.token, test.args); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: the error is %v, want %q", name, err, test.want)
		}
		if calls := h.Calls(); len(calls) > 0 {
			t.Errorf("%s: there were the calls %v", name, calls)
		}
	}
	if _, err := h.Invoke("getOrganization", harness.Props{"name": "Local"}); err != nil {
		t.Error(err)
	}
	h.Provider(map[string]any{"apiUrl": h.URL})
	h.Forget()
	_, err := h.Invoke("getOrganization", harness.Props{"name": "Local"})
	if err == nil || !strings.Contains(err.Error(), "CASTAI_API_TOKEN") || !strings.Contains(err.Error(), "castai:apiToken") {
		t.Errorf("without a token the error is %v", err)
	}
	if calls := h.Calls(); len(calls) > 0 {
		t.Errorf("without a token there were the calls %v", calls)
	}
}
