package dbcache

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/pulumi/pulumi-go-provider/infer"

	"github.com/castai/pulumi-castai/internal/api"
	"github.com/castai/pulumi-castai/internal/config"
	"github.com/castai/pulumi-castai/internal/crud"
	"github.com/castai/pulumi-castai/internal/wire"
)

// GetCacheGroup finds a cache group.
type GetCacheGroup struct{}

// Annotate describes the function.
func (f *GetCacheGroup) Annotate(a infer.Annotator) {
	a.Describe(&f, "Finds a cache group, and how to connect to databases through it. It fails if there is none of that ID or name.")
}

// GetCacheGroupArgs are the inputs of [GetCacheGroup].
type GetCacheGroupArgs struct {
	ID string `pulumi:"id" check:"notblank"`
}

// Annotate describes the inputs.
func (x *GetCacheGroupArgs) Annotate(a infer.Annotator) {
	a.Describe(&x.ID, "The ID (UUID) of the cache group, or its name if no other has the same.")
}

// GetCacheGroupResult is what [GetCacheGroup] returns.
type GetCacheGroupResult struct {
	ID           string                  `pulumi:"id"`
	Name         string                  `pulumi:"name"`
	ProtocolType string                  `pulumi:"protocolType"`
	DirectMode   bool                    `pulumi:"directMode"`
	Endpoints    []GetCacheGroupEndpoint `pulumi:"endpoints"`
}

// Annotate describes the outputs.
func (x *GetCacheGroupResult) Annotate(a infer.Annotator) {
	a.Describe(&x.ID, "The ID (UUID) of the cache group.")
	a.Describe(&x.Name, "The name of the cache group.")
	a.Describe(&x.ProtocolType, "What the databases speak: `MySQL` or `PostgreSQL`.")
	a.Describe(&x.DirectMode, "Whether the proxy passes every query on to the database and caches nothing.")
	a.Describe(&x.Endpoints, "The endpoints of the database.")
}

// GetCacheGroupEndpoint is an endpoint of a database behind a cache group.
type GetCacheGroupEndpoint struct {
	Hostname         string `pulumi:"hostname"`
	Port             int    `pulumi:"port"`
	Name             string `pulumi:"name" wire:"suffix"`
	ConnectionString string `pulumi:"connectionString" provider:"secret"`
}

// Annotate describes the endpoint.
func (x *GetCacheGroupEndpoint) Annotate(a infer.Annotator) {
	a.Describe(&x, "An endpoint of a database behind a cache group.")
	a.Describe(&x.Hostname, "The host of the database.")
	a.Describe(&x.Port, "The port of the database.")
	a.Describe(&x.Name, "What the name of the Kubernetes service ends in by which this endpoint is reached through the cache.")
	a.Describe(&x.ConnectionString, "How to connect through the cache. Secret, since it may hold credentials. Empty until the cache is "+
		"deployed and runs.")
}

// Invoke finds the cache group. The framework lets only the arguments behind a
// pointer be called id.
func (*GetCacheGroup) Invoke(
	ctx context.Context, req infer.FunctionRequest[*GetCacheGroupArgs],
) (infer.FunctionResponse[*GetCacheGroupResult], error) {
	var out infer.FunctionResponse[*GetCacheGroupResult]
	id := req.Input.ID
	if uuid.Validate(id) != nil {
		var err error
		if id, err = named(ctx, id); err != nil {
			return out, err
		}
	}
	body, err := crud.Get(ctx, cacheGroups()+api.Path(id))
	if err != nil {
		return out, fmt.Errorf("cannot read cache group %s: %w", id, err)
	}
	result := &GetCacheGroupResult{}
	if err := wire.Decode(body, result); err != nil {
		return out, fmt.Errorf("cannot understand what the API says of cache group %s: %w", id, err)
	}
	result.ID = id
	out.Output = result
	return out, nil
}

// named returns the ID of the only cache group of that name.
func named(ctx context.Context, name string) (string, error) {
	list, err := config.Client(ctx).Collection(ctx, cacheGroups(), nil, "items")
	if err != nil {
		return "", fmt.Errorf("cannot look for a cache group named %q: %w", name, err)
	}
	group, err := crud.Named("cache group", name).One(list.Items)
	return wire.Text(group, "id"), err
}
