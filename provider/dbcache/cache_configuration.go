package dbcache

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"github.com/google/uuid"
	"github.com/pulumi/pulumi-go-provider/infer"

	"github.com/castai/pulumi-castai/internal/api"
	"github.com/castai/pulumi-castai/internal/config"
	"github.com/castai/pulumi-castai/internal/crud"
)

// CacheConfiguration says how one database of a cache group is cached.
type CacheConfiguration struct {
	crud.Resource[CacheConfigurationArgs, CacheConfigurationState]
	// taken are the configurations that this process, which serves one operation
	// of the engine, has made (false) or taken over (true).
	taken sync.Map // by takenKey
}

type takenKey struct {
	client *api.Client
	id     string
}

// NewCacheConfiguration returns the resource.
func NewCacheConfiguration() *CacheConfiguration {
	return &CacheConfiguration{Resource: crud.Resource[CacheConfigurationArgs, CacheConfigurationState]{
		Kind:     "cache configuration",
		Path:     func(a *CacheConfigurationArgs) string { return cacheConfigurations(a.CacheGroupID) },
		ImportID: "<cacheGroupId>/<cacheConfigurationId>",
		List:     &crud.List{Items: "items", Only: true},
		Key:      "databaseName",
		Keep: func(current, body map[string]any) {
			for _, name := range []string{"connectionString", "connectionStrings"} {
				if current[name] != nil {
					body[name] = current[name]
				}
			}
		},
	}}
}

func cacheConfigurations(group string) string {
	return cacheGroups() + api.Path(group, "cache-configurations")
}

// Annotate describes the resource.
func (r *CacheConfiguration) Annotate(a infer.Annotator) {
	a.Describe(&r, "Says how one database behind a `CacheGroup` is cached. Exceptions for tables and queries are made with `CacheRule`.\n\n"+
		"CAST AI makes a configuration by itself for each database that it sees behind the cache. If there is one of exactly that "+
		"database when the resource is created, the resource takes it over, with a warning, and sets its mode. Deleting the "+
		"resource deletes it.\n\n"+
		"## Import\n\nThe import ID is `<cacheGroupId>/<cacheConfigurationId>`. In place of the ID of the configuration it may hold "+
		"the name of the database.")
	a.AddAlias("cache", "CacheConfiguration")
}

// CacheConfigurationArgs are the inputs of a [CacheConfiguration].
type CacheConfigurationArgs struct {
	CacheGroupID string `pulumi:"cacheGroupId" provider:"replaceOnChanges" wire:"-" check:"uuid"`
	DatabaseName string `pulumi:"databaseName" provider:"replaceOnChanges" check:"notblank"`
	Mode         string `pulumi:"mode" check:"notblank,known=Auto|DontCache|Manual"`
}

// Annotate describes the inputs.
func (x *CacheConfigurationArgs) Annotate(a infer.Annotator) {
	a.Describe(&x.CacheGroupID, "The ID (UUID) of the cache group. Changing it replaces the configuration.")
	a.Describe(&x.DatabaseName, "The logical database, by the name that clients connect to, in the exact letter case. Changing it "+
		"replaces the configuration.")
	a.Describe(&x.Mode, "How the database is cached: `Auto` (CAST AI decides what, and for how long), `DontCache` (nothing that no "+
		"rule names) or `Manual`.")
}

// CacheConfigurationState are the outputs of a [CacheConfiguration].
type CacheConfigurationState struct {
	CacheConfigurationArgs
}

// Create makes the configuration, or takes over the one that CAST AI has made
// of the same database.
func (r *CacheConfiguration) Create(
	ctx context.Context, req infer.CreateRequest[CacheConfigurationArgs],
) (infer.CreateResponse[CacheConfigurationState], error) {
	if req.DryRun {
		return r.Resource.Create(ctx, req)
	}
	var none infer.CreateResponse[CacheConfigurationState]
	a := &req.Inputs
	// Two resources of one database must not overtake each other between the
	// look-up and the call.
	unlock, err := config.Client(ctx).Lock(ctx, r.Path(a)+"#"+a.DatabaseName)
	if err != nil {
		return none, err
	}
	defer unlock()
	found, err := r.Find(ctx, a, r.Key, a.DatabaseName)
	if err != nil {
		return none, fmt.Errorf("cannot create cache configuration: cannot see whether the database %q has one: %w", a.DatabaseName, err)
	}
	id, _ := found["id"].(string)
	if _, twice := r.taken.Load(takenKey{config.Client(ctx), id}); twice {
		return none, fmt.Errorf("cannot create cache configuration: the program has another resource of the database %q of cache group %s, "+
			"with the ID %s; keep one of them", a.DatabaseName, a.CacheGroupID, id)
	}
	resp, err := r.makeOrTake(ctx, req, found, id)
	if err == nil {
		r.taken.Store(takenKey{config.Client(ctx), resp.ID}, id != "")
	}
	return resp, err
}

func (r *CacheConfiguration) makeOrTake(
	ctx context.Context, req infer.CreateRequest[CacheConfigurationArgs], found map[string]any, id string,
) (infer.CreateResponse[CacheConfigurationState], error) {
	a := &req.Inputs
	if id == "" {
		return r.Resource.Create(ctx, req)
	}
	crud.Warn(ctx, "The database %q of cache group %s has a configuration already: it was taken over, and goes with this resource when "+
		"that is deleted.", a.DatabaseName, a.CacheGroupID)
	if found["mode"] == a.Mode {
		return r.Take(*a, found)
	}
	return r.Adopt(ctx, *a, found)
}

// Read fetches the configuration, for a refresh or an import.
func (r *CacheConfiguration) Read(
	ctx context.Context, req infer.ReadRequest[CacheConfigurationArgs, CacheConfigurationState],
) (resp infer.ReadResponse[CacheConfigurationArgs, CacheConfigurationState], err error) {
	if group, of, ok := strings.Cut(req.ID, "/"); ok && crud.IsImport(ctx) && uuid.Validate(of) != nil {
		found, err := r.Find(ctx, &CacheConfigurationArgs{CacheGroupID: group}, r.Key, of)
		if err != nil {
			return resp, fmt.Errorf("cannot import the cache configuration of the database %q: %w", of, err)
		}
		id, _ := found["id"].(string)
		if id == "" {
			return resp, fmt.Errorf("cache group %s has no cache configuration of a database named %q", group, of)
		}
		req.ID = group + "/" + id
	}
	return r.Resource.Read(ctx, req)
}

// Delete removes the configuration, unless a resource that was just created has
// taken it over: one that has another name in the program now.
func (r *CacheConfiguration) Delete(
	ctx context.Context, req infer.DeleteRequest[CacheConfigurationState],
) (infer.DeleteResponse, error) {
	if over, _ := r.taken.Load(takenKey{config.Client(ctx), req.ID}); over == true {
		crud.Warn(ctx, "The cache configuration of the database %q was left in place: another resource of the program has taken it over.",
			req.State.DatabaseName)
		return infer.DeleteResponse{}, nil
	}
	resp, err := r.Resource.Delete(ctx, req)
	if err == nil {
		r.taken.Delete(takenKey{config.Client(ctx), req.ID})
	}
	return resp, err
}
