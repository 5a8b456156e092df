// Package ai holds the resources of the AI optimizer, which runs language
// models on clusters.
package ai

import (
	"github.com/castai/pulumi-castai/internal/api"
	"github.com/castai/pulumi-castai/internal/wire"
)

const organizationHelp = "The organization (UUID) to which this belongs. Left out, it is the one that the provider is configured " +
	"with, or else the only one the API token can see. Changing it replaces the resource."

const importHelp = " The organization may be left out if it is the one that the provider is configured with."

// below is a path of the AI optimizer below an organization.
func below(organization *string, more ...string) string {
	return api.Path(append([]string{"ai-optimizer", "v1beta", "organizations", wire.Value(organization)}, more...)...)
}

// reason is what the service says of a status.
func reason(text string) string {
	if text == "" {
		return "the API does not say why"
	}
	return text
}
