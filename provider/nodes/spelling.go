package nodes

import "github.com/castai/pulumi-castai/internal/wire"

// The values of these types have other names in the API.

// Toggle is "enabled", "disabled", or "" for the service's choice.
type Toggle string

// WireNames implements [wire.Names].
func (Toggle) WireNames() map[string]any {
	return map[string]any{"enabled": "ENABLED", "disabled": "DISABLED", "": wire.Omitted("NOT_SET")}
}

// Switch is "enabled", "disabled", or "" for the service's choice, where the
// API has true, false and null.
type Switch string

// WireNames implements [wire.Names].
func (Switch) WireNames() map[string]any {
	return map[string]any{"enabled": true, "disabled": false, "": nil}
}

// BareMetal is "true", "false", or "unspecified" for the service's choice.
type BareMetal string

// WireNames implements [wire.Names].
func (BareMetal) WireNames() map[string]any {
	return map[string]any{"true": true, "false": false, "unspecified": nil}
}

// SharingStrategy is how pods share a GPU.
type SharingStrategy string

// WireNames implements [wire.Names].
func (SharingStrategy) WireNames() map[string]any {
	return map[string]any{
		"time-slicing": "GPU_SHARING_STRATEGY_TIME_SLICING",
		"mps":          "GPU_SHARING_STRATEGY_MPS",
		"":             wire.Omitted("GPU_SHARING_STRATEGY_UNSPECIFIED"),
	}
}
