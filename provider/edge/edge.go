// Package edge holds the resources of Omni, which runs nodes of a cluster at
// the edge: in other regions and clouds, and on machines of one's own.
package edge

import (
	"github.com/google/uuid"

	"github.com/castai/pulumi-castai/internal/api"
	"github.com/castai/pulumi-castai/internal/wire"
)

// The places where edges can be: of these a location has one.
const (
	placeAWS    = "aws"
	placeGCP    = "gcp"
	placeOCI    = "oci"
	placeCustom = "custom"
)

// stateDeleted is how the service may show what is gone, and stateFailed how
// what it could not bring about.
const (
	stateDeleted     = "DELETED"
	stateFailed      = "FAILED"
	stateOffboarding = "OFFBOARDING"
)

// repeatable marks a call that may be sent again when its fate is unknown.
var repeatable = true

const organizationHelp = "The organization (UUID) that the cluster belongs to. Left out, it is the one that the provider is " +
	"configured with, or else the only one the API token can see. Changing it replaces the resource."

// under is a path below the omni clusters of an organization.
func under(organization *string, more ...string) string {
	return api.Path(append([]string{"omni-provisioner", "v1beta", "organizations", wire.Value(organization), "clusters"}, more...)...)
}

func isUUID(s string) bool { return uuid.Validate(s) == nil && len(s) == len(uuid.Nil.String()) }
