package shim

import (
	"context"
	"encoding/json"
	"reflect"
	"slices"

	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi/sdk/v3/go/property"

	"github.com/castai/pulumi-castai/internal/check"
	"github.com/castai/pulumi-castai/internal/shape"
)

// ofEngine are the properties by which the engine finds the plugin.
var ofEngine = []string{"name", "version", "pluginDownloadURL", "pluginChecksums", "parameterization", "envVarMappings"}

// checkConfig checks the configuration. The framework's own check would fill
// in what the provider was last configured with. A property that does not
// exist is a warning only: a stack may keep settings of its own there.
func (s *shim) checkConfig(ctx context.Context, req p.CheckRequest) (p.CheckResponse, error) {
	inputs := typed(s.config, only(s.config, req.Inputs))
	result := verify(s.config, nil, inputs)
	for _, f := range check.Types(s.config, req.Inputs) {
		if _, given := req.Inputs.GetOk(f.Property); given && s.config.Field(f.Property) == nil && !slices.Contains(ofEngine, f.Property) {
			result.Warnings = append(result.Warnings, "castai:"+f.Property+" is ignored: "+f.Reason)
		}
	}
	warn(ctx, result.Warnings)
	inputs = markSecrets(s.config, inputs)
	failures := discreet(inputs, result.Failures)
	for _, key := range ofEngine {
		if value, ok := req.Inputs.GetOk(key); ok {
			inputs = inputs.Set(key, value)
		}
	}
	return p.CheckResponse{Inputs: inputs, Failures: failures}, nil
}

// typed gives values the type that they should have: a stack's configuration
// and the SDKs hold numbers as text. An empty text says nothing, and leaves the
// property to the environment.
func typed(s *shape.Struct, m property.Map) property.Map {
	for _, f := range s.Fields {
		text := m.Get(f.Name)
		if text.IsString() && text.AsString() == "" {
			m = m.Delete(f.Name)
			continue
		}
		number := reflect.New(f.Type)
		if !text.IsString() || json.Unmarshal([]byte(text.AsString()), number.Interface()) != nil {
			continue
		}
		switch v := reflect.Indirect(number.Elem()); {
		case v.CanInt():
			m = m.Set(f.Name, property.WithGoValue(text, float64(v.Int())))
		case v.CanFloat():
			m = m.Set(f.Name, property.WithGoValue(text, v.Float()))
		}
	}
	return m
}

// diffConfig never asks for a replacement: a provider is an address and a
// key, and another key changes no resource.
func (s *shim) diffConfig(_ context.Context, req p.DiffRequest) (p.DiffResponse, error) {
	olds := req.OldInputs
	if olds.Len() == 0 {
		olds = req.State
	}
	return compare(only(s.config, olds), only(s.config, req.Inputs), nil), nil
}
