package dbcache

import (
	"context"

	"github.com/pulumi/pulumi-go-provider/infer"

	"github.com/castai/pulumi-castai/internal/api"
	"github.com/castai/pulumi-castai/internal/check"
	"github.com/castai/pulumi-castai/internal/crud"
	"github.com/castai/pulumi-castai/internal/wire"
)

// CacheRule says how one table or one query is cached.
type CacheRule struct {
	crud.Resource[CacheRuleArgs, CacheRuleState]
}

// NewCacheRule returns the resource.
func NewCacheRule() *CacheRule {
	return &CacheRule{crud.Resource[CacheRuleArgs, CacheRuleState]{
		Kind: "cache rule",
		Path: func(a *CacheRuleArgs) string {
			return cacheConfigurations(a.CacheGroupID) + api.Path(a.CacheConfigurationID, "rules")
		},
		ImportID: "<cacheGroupId>/<cacheConfigurationId>/<cacheRuleId>",
		List:     &crud.List{Items: "items", Only: true},
		Key:      "table",
		Body: func(_ *CacheRuleArgs, body map[string]any, _ bool) error {
			for _, name := range []string{"manualTtl", "table", "templateHash"} {
				if value := body[name]; value == nil || value == "" || value == 0 {
					body[name] = nil
				}
			}
			return nil
		},
		Keep: func(current, body map[string]any) {
			if hash := body["templateHash"]; hash != nil && hash == current["templateHash"] && current["template"] != nil {
				body["template"] = current["template"]
			}
		},
	}}
}

// Annotate describes the resource.
func (r *CacheRule) Annotate(a infer.Annotator) {
	a.Describe(&r, "Says how long one table, or one kind of query, of a database is cached, whatever its `CacheConfiguration` says of "+
		"the rest.\n\n"+
		"## Import\n\nThe import ID is `<cacheGroupId>/<cacheConfigurationId>/<cacheRuleId>`.")
	a.AddAlias("cache", "CacheRule")
}

// CacheRuleArgs are the inputs of a [CacheRule].
type CacheRuleArgs struct {
	CacheGroupID         string  `pulumi:"cacheGroupId" provider:"replaceOnChanges" wire:"-" check:"uuid"`
	CacheConfigurationID string  `pulumi:"cacheConfigurationId" provider:"replaceOnChanges" wire:"-" check:"uuid"`
	Mode                 string  `pulumi:"mode" check:"notblank,known=Auto|DontCache|Manual"`
	ManualTTL            *int    `pulumi:"manualTtl,optional" check:"min=0"`
	Table                *string `pulumi:"table,optional"`
	TemplateHash         *string `pulumi:"templateHash,optional"`
}

// Annotate describes the inputs.
func (x *CacheRuleArgs) Annotate(a infer.Annotator) {
	a.Describe(&x.CacheGroupID, "The ID (UUID) of the cache group. Changing it replaces the rule.")
	a.Describe(&x.CacheConfigurationID, "The ID (UUID) of the cache configuration. Changing it replaces the rule.")
	a.Describe(&x.Mode, "How the table or query is cached: `Auto` (as long as CAST AI finds useful), `DontCache` (never) or `Manual` "+
		"(for `manualTtl`).")
	a.Describe(&x.ManualTTL, "For how long it is cached, in seconds. Needed when `mode` is `Manual`, and without effect otherwise.")
	a.Describe(&x.Table, "The table that the rule is for. Either this or `templateHash` is needed.")
	a.Describe(&x.TemplateHash, "The hash of the query that the rule is for, as the console shows it: queries that differ in their "+
		"values alone have the same one.")
}

// CacheRuleState are the outputs of a [CacheRule].
type CacheRuleState struct {
	CacheRuleArgs
}

// CheckInputs checks that the rule is for one thing, and for how long.
func (r *CacheRule) CheckInputs(in *check.Inputs) {
	// An empty text stands for none.
	given := func(path string) bool {
		text, known := in.String(path)
		return text != "" || !known && in.Set(path)
	}
	switch table, hash := given("table"), given("templateHash"); {
	case !table && !hash:
		in.Fail("", "one of `table`, `templateHash` must be given: what is the rule for?")
	case table && hash && in.Known("table") && in.Known("templateHash"):
		in.Fail("templateHash", "only one of `table`, `templateHash` may be given: make another rule of it")
	}
	mode, known := in.String("mode")
	ttl, _ := in.Number("manualTtl")
	switch {
	case !known:
	case mode == "Manual" && ttl == 0 && (in.Known("manualTtl") || !in.Set("manualTtl")):
		in.Fail("manualTtl", "is needed when mode is \"Manual\": give seconds")
	case mode != "Manual" && ttl > 0:
		in.Warn("manualTtl has no effect when mode is %q: it is for \"Manual\"", mode)
	}
}

// Create makes the rule.
func (r *CacheRule) Create(ctx context.Context, req infer.CreateRequest[CacheRuleArgs]) (infer.CreateResponse[CacheRuleState], error) {
	of := r.Resource
	if wire.Value(req.Inputs.Table) == "" {
		of.Key = "templateHash" // by which it is found if the answer is lost
	}
	return of.Create(ctx, req)
}
