// Package api is the HTTP client of the CAST AI API. It knows HTTP, not resources: authentication, addresses,
// proxies, rate limits, retries, errors, paging, shared list reads, and keeping secrets out of logs and errors.
package api

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"math"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"golang.org/x/sync/semaphore"
	"golang.org/x/time/rate"
)

// The values that stand for the zero value of an option.
const (
	DefaultURL               = "https://api.cast.ai"
	DefaultRequestsPerSecond = 100
	DefaultMaxConcurrent     = 32
	DefaultMaxRetries        = 5
	DefaultTimeout           = 60 * time.Second
)

const (
	maxBody      = 64 << 20 // bytes of an answer that are read before it is refused
	maxErrorBody = 64 << 10 // bytes of a failure's body that are read at all
	// idleTimeout is shorter than that of common load balancers: a request sent on a connection that the other side is
	// just closing has an unknown fate.
	idleTimeout = 30 * time.Second
)

// Options says how to reach the API. The zero value of every field but Token is usable.
type Options struct {
	// URL is the address of the API, with an optional path prefix; DefaultURL when empty. See TidyURL.
	URL string
	// Token is the API access key. Without one the client can be made, but every call fails with a
	// *MissingTokenError, so that previews which need no call work.
	Token string
	// UserAgent is sent with every request; "pulumi-castai" when empty.
	UserAgent string
	// ProxyURL is the proxy for all calls. When empty the usual environment variables (HTTPS_PROXY, HTTP_PROXY,
	// NO_PROXY) decide.
	ProxyURL string
	// CABundle holds certificates to trust besides the system's: PEM text, or the path of a PEM file.
	CABundle string
	// RequestsPerSecond limits the rate of calls, retries included; 0 means DefaultRequestsPerSecond.
	RequestsPerSecond float64
	// MaxConcurrent limits the calls under way at one time; 0 means DefaultMaxConcurrent.
	MaxConcurrent int
	// MaxRetries is how often a failed call is sent again; 0 means DefaultMaxRetries, below 0 means never.
	// Answers 429 have an allowance of their own, six times as large, since such a call was not applied.
	MaxRetries int
	// Timeout bounds one attempt, waiting for a free slot not included; 0 means DefaultTimeout.
	Timeout time.Duration
	// Log receives one line per attempt, already redacted; nil means no log.
	Log func(ctx context.Context, line string)
	// Sleep waits for d or until ctx ends, whichever is first; tests replace it.
	Sleep func(ctx context.Context, d time.Duration) error
}

// Client calls the CAST AI API. It is safe for concurrent use and meant to be shared: rate limit, connections and
// list snapshots belong to it.
type Client struct {
	base       *url.URL
	token      string
	userAgent  string
	http       *http.Client
	limiter    *rate.Limiter
	slots      *semaphore.Weighted
	maxRetries int
	timeout    time.Duration
	maxBody    int64
	log        func(ctx context.Context, line string)
	sleep      func(ctx context.Context, d time.Duration) error
	now        func() time.Time
	secrets    []string
	snapshots  snapshots
	locks      locks
}

// New makes a client. It never uses the network; its errors name the option that is wrong.
func New(o Options) (*Client, error) {
	base, err := parseURL(o.URL)
	if err != nil {
		return nil, err
	}
	token := strings.TrimSpace(o.Token)
	if strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r >= 0x7f }) {
		return nil, errors.New("apiToken contains a space or a character that cannot be part of an API token; copy it again")
	}
	c := &Client{
		base:       base,
		token:      token,
		userAgent:  strings.Join(strings.Fields(o.UserAgent), " "),
		maxRetries: max(o.MaxRetries, 0),
		timeout:    o.Timeout,
		maxBody:    maxBody,
		log:        o.Log,
		sleep:      o.Sleep,
		now:        time.Now,
		secrets:    []string{token},
	}
	if c.userAgent == "" {
		c.userAgent = "pulumi-castai"
	}
	if o.MaxRetries == 0 {
		c.maxRetries = DefaultMaxRetries
	}
	if c.timeout <= 0 {
		c.timeout = DefaultTimeout
	}
	if c.sleep == nil {
		c.sleep = Sleep
	}
	perSecond := o.RequestsPerSecond
	if perSecond <= 0 {
		perSecond = DefaultRequestsPerSecond
	}
	c.limiter = rate.NewLimiter(rate.Limit(perSecond), int(math.Ceil(perSecond)))
	concurrent := o.MaxConcurrent
	if concurrent <= 0 {
		concurrent = DefaultMaxConcurrent
	}
	c.slots = semaphore.NewWeighted(int64(concurrent))
	transport, err := c.transport(o, concurrent)
	if err != nil {
		return nil, err
	}
	c.http = &http.Client{Transport: transport, CheckRedirect: checkRedirect}
	return c, nil
}

// URL returns the address the client calls, tidied: with a scheme and without a trailing slash.
func (c *Client) URL() string { return c.base.String() }

func (c *Client) transport(o Options, concurrent int) (*http.Transport, error) {
	t := &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           (&net.Dialer{Timeout: 30 * time.Second}).DialContext,
		TLSHandshakeTimeout:   10 * time.Second,
		ExpectContinueTimeout: time.Second,
		ForceAttemptHTTP2:     true,
		MaxIdleConnsPerHost:   concurrent,
		IdleConnTimeout:       idleTimeout,
	}
	if o.ProxyURL != "" {
		proxy, err := parseProxy(o.ProxyURL)
		if err != nil {
			return nil, err
		}
		if password, ok := proxy.User.Password(); ok {
			c.secrets = append(c.secrets, password)
		}
		t.Proxy = http.ProxyURL(proxy)
	}
	if o.CABundle != "" {
		pool, err := certPool(o.CABundle)
		if err != nil {
			return nil, err
		}
		t.TLSClientConfig = &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}
	}
	return t, nil
}

func certPool(bundle string) (*x509.CertPool, error) {
	pem := []byte(bundle)
	if !strings.Contains(bundle, "-----BEGIN") {
		var err error
		if pem, err = os.ReadFile(strings.TrimSpace(bundle)); err != nil {
			return nil, fmt.Errorf("caBundle is neither PEM text nor a readable file: %w", err)
		}
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool() // a machine without system certificates can still use the given ones
	}
	if !pool.AppendCertsFromPEM(pem) {
		return nil, errors.New("caBundle holds no usable PEM certificate")
	}
	return pool, nil
}

// checkRedirect follows redirects of reads within the same origin only. Elsewhere the token must not go, and a
// redirected write would silently become a read. What is not followed is reported as the failure it is.
func checkRedirect(req *http.Request, via []*http.Request) error {
	first := via[0]
	read := first.Method == http.MethodGet || first.Method == http.MethodHead
	sameOrigin := req.URL.Scheme == first.URL.Scheme && strings.EqualFold(req.URL.Host, first.URL.Host)
	if !read || !sameOrigin || len(via) > 5 {
		return http.ErrUseLastResponse
	}
	return nil
}

type sleepKey struct{}

// WithSleep has Sleep, and with it the pauses of calls, be another function under ctx: tests of whole providers have no
// time.
func WithSleep(ctx context.Context, sleep func(ctx context.Context, d time.Duration) error) context.Context {
	return context.WithValue(ctx, sleepKey{}, sleep)
}

// Sleep waits for d or until ctx ends, whichever is first.
func Sleep(ctx context.Context, d time.Duration) error {
	if other, ok := ctx.Value(sleepKey{}).(func(context.Context, time.Duration) error); ok {
		return other(ctx, d)
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
