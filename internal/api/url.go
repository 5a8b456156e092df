package api

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
)

// TidyURL returns the address of the API the way the client uses it: DefaultURL for an empty one, with a scheme
// (https, or http for a loopback host) and without trailing slashes; a path prefix is kept. It refuses addresses that
// cannot be right, and plain http to any but a loopback host, since the token would travel readable.
func TidyURL(address string) (string, error) {
	u, err := parseURL(address)
	if err != nil {
		return "", err
	}
	return u.String(), nil
}

func parseURL(address string) (*url.URL, error) {
	address = strings.TrimSpace(address)
	if address == "" {
		address = DefaultURL
	}
	schemeless := !strings.Contains(address, "://")
	if schemeless {
		address = "https://" + strings.TrimLeft(address, "/")
	}
	u, err := url.Parse(address)
	if err != nil {
		return nil, fmt.Errorf("apiUrl is not a valid URL: %w (expected something like %s)", parseCause(err), DefaultURL)
	}
	u.Scheme, u.Host = strings.ToLower(u.Scheme), strings.ToLower(u.Host)
	if schemeless && isLoopback(u.Hostname()) {
		u.Scheme = "http"
	}
	switch {
	case u.User != nil:
		return nil, errors.New("apiUrl must not contain a user name or password; the token belongs into apiToken")
	case u.Hostname() == "":
		return nil, fmt.Errorf("apiUrl %q has no host (expected something like %s)", address, DefaultURL)
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return nil, errors.New("apiUrl must not contain a query or a fragment")
	case u.Scheme == "http" && !isLoopback(u.Hostname()):
		return nil, fmt.Errorf("apiUrl %q must use https: the API token would travel unencrypted (http is accepted for loopback hosts only)", address)
	case u.Scheme != "https" && u.Scheme != "http":
		return nil, fmt.Errorf("apiUrl %q must use https", address)
	}
	u.Path, u.RawPath = strings.TrimRight(u.Path, "/"), strings.TrimRight(u.RawPath, "/")
	return u, nil
}

func parseProxy(address string) (*url.URL, error) {
	address = strings.TrimSpace(address)
	if !strings.Contains(address, "://") {
		address = "http://" + address
	}
	u, err := url.Parse(address)
	if err != nil {
		return nil, fmt.Errorf("proxyUrl is not a valid URL: %w", parseCause(err))
	}
	switch u.Scheme {
	case "http", "https", "socks5", "socks5h":
	default:
		return nil, fmt.Errorf("proxyUrl has the scheme %q, expected http, https or socks5", u.Scheme)
	}
	if u.Hostname() == "" {
		return nil, errors.New("proxyUrl has no host")
	}
	return u, nil
}

// parseCause drops the address from a parse error: it may hold a password.
func parseCause(err error) error {
	var e *url.Error
	if errors.As(err, &e) {
		return e.Err
	}
	return err
}

func isLoopback(host string) bool {
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

// Path joins segments to a path such as "/v1/kubernetes/clusters/<id>", escaping each, so that a segment with a slash
// or a percent sign stays one segment. A verb is part of its segment: Path("v1", "groups:batchCreate"). An empty
// segment (a missing ID) and the segments "." and ".." make the call that uses the path fail.
func Path(segments ...string) string {
	var b strings.Builder
	for _, s := range segments {
		b.WriteByte('/')
		b.WriteString(url.PathEscape(s))
	}
	return b.String()
}

// ClusterPath is the path of what belongs to a cluster's nodes: ClusterPath(id, "node-templates"). That of the cluster
// itself is the key of the lock for what its policies and node templates have in common.
func ClusterPath(id string, below ...string) string {
	return Path(append([]string{"v1", "kubernetes", "clusters", id}, below...)...)
}

// CheckPath says what is wrong with a path below the base URL: it starts with a slash, has neither a query nor empty
// segments, and does not lead elsewhere.
func CheckPath(path string) error {
	rest, ok := strings.CutPrefix(path, "/")
	if !ok {
		return fmt.Errorf("path %q does not start with a slash", path)
	}
	if strings.ContainsAny(path, "?#") {
		return fmt.Errorf("path %q contains a query; pass it separately", path)
	}
	for s := range strings.SplitSeq(rest, "/") {
		switch s {
		case "":
			return fmt.Errorf("path %q has an empty segment: an ID or name it is made of is empty", path)
		case ".", "..":
			return fmt.Errorf("path %q has the segment %q, which no server takes as an ID or name", path, s)
		}
	}
	return nil
}

// address returns the URL of a path and query below the base URL.
func (c *Client) address(path string, query url.Values) (*url.URL, error) {
	if err := CheckPath(path); err != nil {
		return nil, err
	}
	u, err := url.Parse(c.base.String() + path)
	if err != nil {
		return nil, fmt.Errorf("path %q is not valid: %w", path, parseCause(err))
	}
	u.RawQuery = query.Encode()
	return u, nil
}
