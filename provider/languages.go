package provider

import "github.com/pulumi/pulumi/sdk/v3/go/common/tokens"

// modules puts the resources of every Go package into one flat module, so
// that programs write castai.GkeCluster. None of these packages may be called
// like a module of the bridged provider (aws, organization, ...): the
// framework would rename the module in the aliases as well.
var modules = map[tokens.ModuleName]tokens.ModuleName{
	"access":    "index",
	"ai":        "index",
	"clusters":  "index",
	"cost":      "index",
	"dbcache":   "index",
	"edge":      "index",
	"nodes":     "index",
	"object":    "index",
	"policies":  "index",
	"schedules": "index",
	"security":  "index",
	"workloads": "index",
}

// languages says what the SDKs are called. Which version of the Pulumi SDK they
// need is left to the code generators, which know what their code uses.
var languages = map[string]any{
	"nodejs": map[string]any{
		"packageName":          "@castai/pulumi",
		"respectSchemaVersion": true,
	},
	"python": map[string]any{
		"packageName":          "pulumi_castai",
		"respectSchemaVersion": true,
		"pyproject":            map[string]any{"enabled": true},
	},
	"go": map[string]any{
		"importBasePath":                 "github.com/castai/pulumi-castai/sdk/go/castai",
		"modulePath":                     "github.com/castai/pulumi-castai/sdk/go/castai",
		"respectSchemaVersion":           true,
		"generateResourceContainerTypes": true,
	},
	"csharp": map[string]any{
		"rootNamespace":        "Pulumi",
		"respectSchemaVersion": true,
		"namespaces":           map[string]string{"castai": "CastAI"},
	},
	"java": map[string]any{
		"basePackage": "com.castai",
		"buildFiles":  "gradle",
	},
}
