package config_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/castai/pulumi-castai/emulator"
	"github.com/castai/pulumi-castai/internal/api"
	"github.com/castai/pulumi-castai/internal/config"
	"github.com/castai/pulumi-castai/internal/harness"
)

const (
	one = "11111111-1111-4111-8111-111111111111"
	two = "22222222-2222-4222-8222-222222222222"
)

func ptr[T any](v T) *T { return &v }

// recorder is an API that lists organizations and remembers its requests.
type recorder struct {
	*httptest.Server
	mu       sync.Mutex
	requests []*http.Request
}

func record(t *testing.T, organizations string) *recorder {
	t.Helper()
	// What the developer's own environment says must not matter.
	for _, name := range []string{
		"CASTAI_API_TOKEN", "CASTAI_API_URL", "CASTAI_ORGANIZATION_ID", "CASTAI_ADDITIONAL_USER_AGENT",
		"HTTPS_PROXY", "HTTP_PROXY", "https_proxy", "http_proxy",
	} {
		t.Setenv(name, "")
	}
	r := &recorder{}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.requests = append(r.requests, req)
		_, _ = w.Write([]byte(`{"organizations":[` + organizations + `]}`))
	}))
	t.Cleanup(r.Close)
	return r
}

func configured(t *testing.T, c *config.Config) context.Context {
	t.Helper()
	if err := c.Configure(t.Context()); err != nil {
		t.Fatal(err)
	}
	return c.Attach(t.Context())
}

func TestConfigurationComesBeforeTheEnvironment(t *testing.T) {
	for name, test := range map[string]struct {
		config       config.Config
		env          map[string]string
		token, agent string
	}{
		"configuration": {
			config: config.Config{APIToken: ptr("configured"), UserAgentSuffix: ptr("mine")}, token: "configured", agent: " mine",
		},
		"environment": {
			env:   map[string]string{"CASTAI_API_TOKEN": "environment", "CASTAI_ADDITIONAL_USER_AGENT": "theirs"},
			token: "environment", agent: " theirs",
		},
		"both": {
			config: config.Config{APIToken: ptr("configured"), UserAgentSuffix: ptr("mine")},
			env:    map[string]string{"CASTAI_API_TOKEN": "environment", "CASTAI_ADDITIONAL_USER_AGENT": "theirs"},
			token:  "configured", agent: " mine",
		},
		"empty configuration": {
			config: config.Config{APIToken: ptr(""), UserAgentSuffix: ptr(""), ProxyURL: ptr(""), CABundle: ptr("")},
			env:    map[string]string{"CASTAI_API_TOKEN": "environment"},
			token:  "environment",
		},
	} {
		t.Run(name, func(t *testing.T) {
			web := record(t, "")
			for key, value := range test.env {
				t.Setenv(key, value)
			}
			c := test.config
			c.APIURL = &web.URL
			ctx := configured(t, &c)
			if _, err := config.Organizations(ctx); err != nil {
				t.Fatal(err)
			}
			got := web.requests[0]
			if token := got.Header.Get("X-API-Key"); token != test.token {
				t.Errorf("the token is %q, want %q", token, test.token)
			}
			if agent := got.UserAgent(); !strings.HasPrefix(agent, "pulumi-castai/") || !strings.HasSuffix(agent, test.agent) || test.agent == "" && strings.Contains(agent, " ") {
				t.Errorf("the user agent is %q", agent)
			}
		})
	}
}

func TestAddress(t *testing.T) {
	for name, test := range map[string]struct {
		configured *string // "web" stands for the address of the server
		env        string
	}{
		"configured":                         {ptr("web"), ""},
		"from the environment":               {nil, "web"},
		"configured, and in the environment": {ptr("web"), "http://192.0.2.1:9"},
		"configured empty":                   {ptr(""), "web"},
		"with a slash at the end":            {ptr("web/"), ""},
	} {
		t.Run(name, func(t *testing.T) {
			web := record(t, "")
			t.Setenv("CASTAI_API_URL", strings.Replace(test.env, "web", web.URL, 1))
			c := &config.Config{APIToken: ptr("t")}
			if test.configured != nil {
				c.APIURL = ptr(strings.Replace(*test.configured, "web", web.URL, 1))
			}
			if _, err := config.Organizations(configured(t, c)); err != nil {
				t.Fatal(err)
			}
			if path := web.requests[0].URL.Path; path != "/v1/organizations" {
				t.Errorf("the path is %s", path)
			}
		})
	}
}

func TestOrganization(t *testing.T) {
	only, another := `{"id":"`+one+`","name":"Acme"}`, `{"id":"`+two+`","name":"Other"}`
	for name, test := range map[string]struct {
		given, configured *string
		env, list         string
		want              string
		calls             int
		ambiguous         int // how many there are, when that is the error; -1: none
	}{
		"given":                           {given: ptr(two), configured: ptr(one), env: one, list: only, want: two},
		"configured":                      {configured: ptr(two), env: one, list: only, want: two},
		"in the environment":              {env: two, list: only, want: two},
		"given empty":                     {given: ptr(""), configured: ptr(two), list: only, want: two},
		"configured empty":                {configured: ptr(""), env: two, list: only, want: two},
		"the only one":                    {list: only, want: one, calls: 1},
		"one of several is never guessed": {list: only + "," + another, calls: 1, ambiguous: 2},
		"none":                            {calls: 1, ambiguous: -1},
		"one of several that is named":    {configured: ptr(two), list: only + "," + another, want: two},
	} {
		t.Run(name, func(t *testing.T) {
			web := record(t, test.list)
			t.Setenv("CASTAI_ORGANIZATION_ID", test.env)
			ctx := configured(t, &config.Config{APIToken: ptr("t"), APIURL: &web.URL, OrganizationID: test.configured})
			got, err := config.Organization(ctx, test.given)
			var ambiguous *config.AmbiguousOrganizationError
			switch {
			case test.ambiguous == 0 && err != nil:
				t.Error(err)
			case test.ambiguous != 0 && (!errors.As(err, &ambiguous) || ambiguous.Count != max(test.ambiguous, 0)):
				t.Errorf("the error is %v", err)
			case test.ambiguous != 0 && (!strings.Contains(err.Error(), "organizationId") || !strings.Contains(err.Error(), "CASTAI_ORGANIZATION_ID")):
				t.Errorf("the error does not say what to set: %v", err)
			}
			if got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
			if len(web.requests) != test.calls {
				t.Errorf("there were %d calls, want %d", len(web.requests), test.calls)
			}
		})
	}
}

// TestOrganizationOfManyResources: asking for all of them makes one call.
func TestOrganizationOfManyResources(t *testing.T) {
	web := record(t, `{"id":"`+one+`"}`)
	ctx := configured(t, &config.Config{APIToken: ptr("t"), APIURL: &web.URL})
	var wait sync.WaitGroup
	for range 20 {
		wait.Go(func() {
			if got, err := config.Organization(ctx, nil); err != nil || got != one {
				t.Errorf("got %q, %v", got, err)
			}
		})
	}
	wait.Wait()
	if len(web.requests) != 1 {
		t.Errorf("there were %d calls", len(web.requests))
	}
}

func TestConfigureCallsNothing(t *testing.T) {
	web := record(t, "")
	configured(t, &config.Config{APIToken: ptr("t"), APIURL: &web.URL})
	ctx := configured(t, &config.Config{APIURL: &web.URL}) // no token
	_, err := config.Organizations(ctx)
	var missing *api.MissingTokenError
	if !errors.As(err, &missing) || !strings.Contains(err.Error(), "CASTAI_API_TOKEN") {
		t.Errorf("without a token the error is %v", err)
	}
	if len(web.requests) != 0 {
		t.Errorf("there were %d calls", len(web.requests))
	}
}

func TestConfigureRefuses(t *testing.T) {
	record(t, "")
	for name, c := range map[string]*config.Config{
		"token with a space": {APIToken: ptr("a b")},
		"address":            {APIURL: ptr("ftp://example.com")},
		"proxy":              {ProxyURL: ptr("::")},
		"certificates":       {CABundle: ptr("/does/not/exist.pem")},
	} {
		if err := c.Configure(t.Context()); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// TestProvidersDoNotMix: each provider of a program has a configuration of its
// own.
func TestProvidersDoNotMix(t *testing.T) {
	first, second := harness.New(t), harness.New(t, func(o *emulator.Options) {
		o.Accounts.Tokens = []emulator.Token{{Secret: "second-token"}}
		o.Organizations = []emulator.Organization{{ID: two, Name: "Second"}}
	})
	second.Provider(map[string]any{"apiToken": "second-token", "apiUrl": second.URL})
	var wait sync.WaitGroup
	for _, h := range []*harness.Harness{first, second} {
		organization := emulator.DefaultOrganization.ID
		if h == second {
			organization = two
		}
		for _, name := range []string{"a", "b", "c"} {
			wait.Go(func() {
				if _, err := h.Resource("ServiceAccount", name).Up(harness.Props{"organizationId": organization, "name": name}); err != nil {
					t.Error(err)
				}
			})
		}
	}
	wait.Wait()
	for _, h := range []*harness.Harness{first, second} {
		made := 0
		for _, request := range h.Emulator.Requests() {
			if request.Method == http.MethodPost {
				made++
			}
			if request.Status >= 300 {
				t.Errorf("%s %s was answered by %d", request.Method, request.Path, request.Status)
			}
		}
		if made != 3 {
			t.Errorf("%d service accounts were made at one of them", made)
		}
	}
}
