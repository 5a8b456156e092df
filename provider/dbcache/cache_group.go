// Package dbcache holds the resources and functions that concern the database
// cache: proxies in front of databases, and what they cache.
package dbcache

import (
	"fmt"

	"github.com/pulumi/pulumi-go-provider/infer"

	"github.com/castai/pulumi-castai/internal/api"
	"github.com/castai/pulumi-castai/internal/crud"
	"github.com/castai/pulumi-castai/internal/wire"
)

// CacheGroup is a proxy that caches queries of databases.
type CacheGroup struct {
	crud.Resource[CacheGroupArgs, CacheGroupState]
}

// NewCacheGroup returns the resource.
func NewCacheGroup() *CacheGroup {
	return &CacheGroup{crud.Resource[CacheGroupArgs, CacheGroupState]{
		Kind: "cache group",
		Path: func(*CacheGroupArgs) string { return cacheGroups() },
		List: &crud.List{Items: "items"},
		Keep: keepInCacheGroup,
	}}
}

func cacheGroups() string { return api.Path("v1", "dbo", "cache-groups") }

// keepInCacheGroup keeps where the group is deployed, and its endpoints where
// the program leaves them to the service: what an update does not name it may
// reset, and clients of the proxy would lose their databases.
func keepInCacheGroup(current, body map[string]any) {
	for _, name := range []string{"clusterId", "instanceId", "helmChartVersion", "roxy"} {
		if current[name] != nil {
			body[name] = current[name]
		}
	}
	existing, _ := current["endpoints"].([]any)
	given, isGiven := body["endpoints"].([]any)
	if !isGiven && len(existing) > 0 {
		body["endpoints"] = existing
	}
	for _, item := range given {
		for _, other := range existing {
			endpoint, _ := item.(map[string]any)
			other, _ := other.(map[string]any)
			if text := other["connectionString"]; text != nil && endpoint["hostname"] == other["hostname"] &&
				fmt.Sprint(endpoint["port"]) == fmt.Sprint(other["port"]) && endpoint["suffix"] == wire.Text(other, "suffix") {
				endpoint["connectionString"] = text
			}
		}
	}
}

// Annotate describes the resource.
func (r *CacheGroup) Annotate(a infer.Annotator) {
	a.Describe(&r, "A database cache: a proxy in front of one or more endpoints of a database, which answers queries from a cache. "+
		"What it caches is said by a `CacheConfiguration` for each database.\n\n"+
		"## Import\n\nThe import ID is `<cacheGroupId>`.")
	a.AddAlias("cache", "CacheGroup")
}

// CacheGroupArgs are the inputs of a [CacheGroup].
type CacheGroupArgs struct {
	ProtocolType string               `pulumi:"protocolType" provider:"replaceOnChanges" check:"notblank,known=MySQL|PostgreSQL"`
	Name         *string              `pulumi:"name,optional"`
	DirectMode   *bool                `pulumi:"directMode,optional" wire:",zero"`
	Endpoints    []CacheGroupEndpoint `pulumi:"endpoints,optional" check:"minitems=1"`
}

// Annotate describes the inputs.
func (x *CacheGroupArgs) Annotate(a infer.Annotator) {
	a.Describe(&x.ProtocolType, "What the databases speak: `MySQL` or `PostgreSQL`. Changing it replaces the group.")
	a.Describe(&x.Name, "The name shown in the console. Left out, it is made from the resource's name and seven random characters.")
	a.Describe(&x.DirectMode, "Whether the proxy passes every query on to the database and caches nothing. Default: false.")
	a.Describe(&x.Endpoints, "The endpoints of the database, in this order: at least one. Left out, the endpoints that the group has "+
		"stay as they are, since what connects by them would lose its database.")
}

// CacheGroupState are the outputs of a [CacheGroup].
type CacheGroupState struct {
	CacheGroupArgs
}

// CacheGroupEndpoint is an endpoint of a database.
type CacheGroupEndpoint struct {
	Hostname string `pulumi:"hostname" check:"notblank"`
	Port     int    `pulumi:"port" check:"min=1,max=65535"`
	Name     string `pulumi:"name" wire:"suffix"`
}

// Annotate describes the endpoint.
func (x *CacheGroupEndpoint) Annotate(a infer.Annotator) {
	a.Describe(&x, "An endpoint of a database.")
	a.Describe(&x.Hostname, "The host of the database, such as `db.example.com`.")
	a.Describe(&x.Port, "The port of the database: 1 to 65535.")
	a.Describe(&x.Name, "What the name of the Kubernetes service ends in by which this endpoint is reached through the cache. Empty, "+
		"the endpoint has no service of its own.")
}
