package clusters

import (
	"context"
	"fmt"
	"maps"
	"net/http"

	"github.com/castai/pulumi-castai/internal/api"
	"github.com/castai/pulumi-castai/internal/config"
	"github.com/castai/pulumi-castai/internal/crud"
	"github.com/castai/pulumi-castai/internal/wire"
)

// The subnets and security groups that a cluster's own resource gives are
// written to the default node configuration of the cluster, where the service
// keeps them.

func configurationsPath(id string) string {
	return api.ClusterPath(id, "node-configurations")
}

// ownConfiguration is the name of the node configuration that is made for a
// cluster that has no default one.
const ownConfiguration = "default"

// defaultConfiguration finds the default node configuration, or the one of
// the name that a new one would get, since making it would overwrite that;
// nil if there is neither.
func defaultConfiguration(ctx context.Context, id string) (map[string]any, error) {
	// A list that is some seconds old would do for a read, but not for an update that sends the rest back.
	list, err := config.Client(ctx).Collection(ctx, configurationsPath(id), nil, "items", api.ListOptions{MaxAge: -1})
	if api.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("cannot read the cluster's default node configuration: %w", err)
	}
	var found map[string]any
	for _, item := range list.Items {
		if item["default"] == true {
			return item, nil
		}
		if item["name"] == ownConfiguration {
			found = item
		}
	}
	return found, nil
}

// applyNetwork brings the default node configuration to the given subnets,
// security groups and instance profile; nil leaves them as they are. A cluster
// without a default gets one. The update replaces the whole configuration, so
// the rest of it is sent back as it is.
//
// The service refuses a configuration without an instance profile. Without
// one, a cluster that has no default yet is left alone with a warning: once it
// has one, a refresh shows the difference and an update applies it.
func applyNetwork(ctx context.Context, id string, subnets, groups []string, profile *string) error {
	if subnets == nil && groups == nil && profile == nil {
		return nil
	}
	unlock, err := config.Client(ctx).Lock(ctx, configurationsPath(id))
	if err != nil {
		return err
	}
	defer unlock()
	current, err := defaultConfiguration(ctx, id)
	if err != nil {
		return err
	}
	if current == nil && profile == nil {
		crud.Warn(ctx, "The cluster has no default node configuration yet, so its subnets and security groups cannot be set. Give "+
			"instanceProfileArn as well to have one made, or add a NodeConfiguration and a NodeConfigurationDefault.")
		return nil
	}
	have := networkOf(current)
	if current["default"] == true && (subnets == nil || sameItems(subnets, have.subnets)) &&
		(groups == nil || sameItems(groups, have.groups)) && (profile == nil || *profile == have.profile) {
		return nil
	}
	body := map[string]any{"name": ownConfiguration}
	path := configurationsPath(id)
	if current != nil {
		body = updateOf(current)
		path += api.Path(wire.Text(current, "id"))
	}
	if subnets != nil {
		body["subnets"] = subnets
	}
	eks := maps.Clone(wire.Object(body, "eks"))
	if eks == nil {
		eks = map[string]any{}
	}
	if groups != nil {
		eks["securityGroups"] = groups
	}
	if profile != nil {
		eks["instanceProfileArn"] = *profile
	}
	body["eks"] = eks
	saved, err := crud.Send(ctx, api.Call{Method: http.MethodPost, Path: path, Body: body, Idempotent: &repeatable})
	if err == nil && current["default"] != true {
		_, err = crud.Send(ctx, api.Call{
			Method: http.MethodPost, Path: configurationsPath(id) + api.Path(wire.Text(saved, "id"), "default"), Idempotent: &repeatable,
		})
	}
	if err != nil {
		return fmt.Errorf("cannot set subnets and security groups in the cluster's default node configuration: %w\n"+
			"If it needs more than these, manage it as a NodeConfiguration with a NodeConfigurationDefault, and leave out "+
			"subnets, overrideSecurityGroups and instanceProfileArn here", err)
	}
	return nil
}

// updateOf is the body of an update that changes nothing.
func updateOf(configuration map[string]any) map[string]any {
	body := maps.Clone(configuration)
	for _, field := range []string{"id", "name", "version", "createdAt", "updatedAt", "default", "subnetDetails"} {
		delete(body, field)
	}
	return body
}

// eksNetwork is what a node configuration says of where nodes run.
type eksNetwork struct {
	subnets, groups []string
	profile         string
}

func networkOf(configuration map[string]any) eksNetwork {
	eks := wire.Object(configuration, "eks")
	return eksNetwork{texts(configuration["subnets"]), texts(eks["securityGroups"]), wire.Text(eks, "instanceProfileArn")}
}

func texts(list any) []string {
	out := []string{}
	items, _ := list.([]any)
	for _, item := range items {
		if s, ok := item.(string); ok {
			out = append(out, s)
		}
	}
	return out
}

// sameItems compares two lists whatever their order.
func sameItems(a, b []string) bool {
	count := map[string]int{}
	for _, s := range a {
		count[s]++
	}
	for _, s := range b {
		count[s]--
	}
	for _, n := range count {
		if n != 0 {
			return false
		}
	}
	return true
}
