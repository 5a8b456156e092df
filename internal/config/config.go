// Package config is the provider's configuration and the client made from it.
package config

import (
	"context"
	"os"
	"strconv"

	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi-go-provider/infer"

	"github.com/castai/pulumi-castai/internal/api"
	"github.com/castai/pulumi-castai/internal/version"
	"github.com/castai/pulumi-castai/internal/wire"
)

// Config is what a program, or a stack's configuration, says about the API.
// Everything can be left out. The environment fills in what is not given; it
// is read when the provider starts and never becomes part of a stack's state.
type Config struct {
	APIToken              *string  `pulumi:"apiToken,optional" provider:"secret"`
	APIURL                *string  `pulumi:"apiUrl,optional" check:"url"`
	OrganizationID        *string  `pulumi:"organizationId,optional" check:"uuid"`
	ProxyURL              *string  `pulumi:"proxyUrl,optional" provider:"secret" check:"url"`
	CABundle              *string  `pulumi:"caBundle,optional" check:"notblank"`
	RequestsPerSecond     *float64 `pulumi:"requestsPerSecond,optional" check:"min=0.1,max=1000"`
	MaxConcurrentRequests *int     `pulumi:"maxConcurrentRequests,optional" check:"min=1,max=1000"`
	UserAgentSuffix       *string  `pulumi:"userAgentSuffix,optional"`

	client *api.Client
}

// Annotate describes the configuration.
func (c *Config) Annotate(a infer.Annotator) {
	a.Describe(&c.APIToken, "The CAST AI API access token, from the console under User, API keys, or from a "+
		"`ServiceAccountKey`. Left out, the environment variable `CASTAI_API_TOKEN` gives it, and then it is not "+
		"written into the stack's state. Changing the token changes no resource.")
	a.Describe(&c.APIURL, "The address of the CAST AI API. Left out, the environment variable `CASTAI_API_URL` gives "+
		"it, and otherwise it is `https://api.cast.ai`. Organizations in the EU region use "+
		"`https://api.eu.cast.ai`. Changing it changes no resource.")
	a.Describe(&c.OrganizationID, "The organization (UUID) that resources without an organization of their own "+
		"belong to. Left out, the environment variable `CASTAI_ORGANIZATION_ID` gives it, and otherwise it is the "+
		"only organization the token can see; a token that sees several needs it.")
	a.Describe(&c.ProxyURL, "The HTTP or HTTPS proxy to reach the API through, such as `http://proxy.corp:3128`. Secret, since it may "+
		"hold a password. "+
		"Left out, the environment variables `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` apply.")
	a.Describe(&c.CABundle, "Certificate authorities to trust besides those of the system: PEM text, or the path of "+
		"a PEM file. For proxies that open TLS and for private endpoints.")
	a.Describe(&c.RequestsPerSecond, "The most requests to send to the API in a second, from 0.1 to 1000. "+
		"Default: 100. Requests the API turns away for their rate are sent again by themselves.")
	a.Describe(&c.MaxConcurrentRequests, "The most requests to have under way at one time, from 1 to 1000. Default: 32.")
	a.Describe(&c.UserAgentSuffix, "Text to append to the `User-Agent` header of every request. Left out, the "+
		"environment variable `CASTAI_ADDITIONAL_USER_AGENT` gives it.")
}

// Configure makes the client. It makes no network call and accepts a missing
// token: previews need neither, and the first call that does says so.
func (c *Config) Configure(context.Context) error {
	o := api.Options{
		URL:               first(c.APIURL, "CASTAI_API_URL"),
		Token:             first(c.APIToken, "CASTAI_API_TOKEN"),
		UserAgent:         "pulumi-castai/" + version.Version,
		ProxyURL:          wire.Value(c.ProxyURL),
		CABundle:          wire.Value(c.CABundle),
		RequestsPerSecond: wire.Value(c.RequestsPerSecond),
		MaxConcurrent:     wire.Value(c.MaxConcurrentRequests),
		Log: func(ctx context.Context, line string) {
			p.GetLogger(ctx).Debug(line)
		},
	}
	if suffix := first(c.UserAgentSuffix, "CASTAI_ADDITIONAL_USER_AGENT"); suffix != "" {
		o.UserAgent += " " + suffix
	}
	client, err := api.New(o)
	if err != nil {
		return err
	}
	c.client = client
	return nil
}

type key struct{}

// Attach makes the configuration known to what runs under the context.
func (c *Config) Attach(ctx context.Context) context.Context { return context.WithValue(ctx, key{}, c) }

func of(ctx context.Context) *Config { return ctx.Value(key{}).(*Config) }

// Client returns the client of the provider that serves ctx.
func Client(ctx context.Context) *api.Client { return of(ctx).client }

// Organization returns the organization that a resource belongs to: the given
// one, the configured one, or the only one the token can see.
func Organization(ctx context.Context, given *string) (string, error) {
	if id := wire.Value(given); id != "" {
		return id, nil
	}
	if id := first(of(ctx).OrganizationID, "CASTAI_ORGANIZATION_ID"); id != "" {
		return id, nil
	}
	organizations, err := Organizations(ctx)
	if err != nil {
		return "", err
	}
	if len(organizations) != 1 {
		return "", &AmbiguousOrganizationError{Count: len(organizations)}
	}
	id, _ := organizations[0]["id"].(string)
	return id, nil
}

// Organizations lists the organizations that the token can see.
func Organizations(ctx context.Context) ([]map[string]any, error) {
	list, err := Client(ctx).Collection(ctx, api.Path("v1", "organizations"), nil, "organizations")
	if err != nil {
		return nil, err
	}
	return list.Items, nil
}

// AmbiguousOrganizationError says that the organization has to be named. It
// is never guessed: the wrong one would be changed without a word.
type AmbiguousOrganizationError struct{ Count int }

func (e *AmbiguousOrganizationError) Error() string {
	return "the API token sees " + strconv.Itoa(e.Count) + " organizations: set organizationId on the resource, " +
		"`castai:organizationId` in the configuration, or CASTAI_ORGANIZATION_ID in the environment"
}

// first is the given value or, if that is missing or empty, the environment's.
func first(given *string, variable string) string {
	if given != nil && *given != "" {
		return *given
	}
	return os.Getenv(variable)
}
