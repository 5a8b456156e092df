package emulator

import (
	"errors"
	"fmt"
	"net/http"

	"gopkg.in/yaml.v3"
)

// clusterJSON is what a scenario says of a cluster beside what a registration does.
type clusterJSON struct {
	Name           string
	ID             string
	Connected      bool
	Status         string
	AgentStatus    string
	ReconcileError string
	Nodes          []string
}

// ofClusters are the kinds of objects that a cluster has: many, or one that is there already and is changed.
var ofClusters = []struct {
	kind, method string
	one          bool
}{
	{"nodeConfigurations", http.MethodPost, false},
	{"nodeTemplates", http.MethodPost, false},
	{"policies", http.MethodPut, true},
	{"evictorAdvancedConfig", http.MethodPost, true},
	{"scalingPolicies", http.MethodPost, false},
	{"rebalancingJobs", http.MethodPost, false},
	{"podMutations", http.MethodPost, false},
}

// cluster registers a cluster, connects it if it is to be connected, and makes what is in it.
func (scenario *Scenario) cluster(node *yaml.Node) error {
	var c clusterJSON
	var body doc
	names := []string{"name", "id", "connected", "status", "agentStatus", "reconcileError", "nodes"}
	parts := map[string]*yaml.Node{}
	for i := 0; i+1 < len(node.Content); i += 2 {
		parts[node.Content[i].Value] = node.Content[i+1]
	}
	rest := *node
	rest.Content = nil
	for i := 0; i+1 < len(node.Content); i += 2 {
		if !isOfClusters(node.Content[i].Value) {
			rest.Content = append(rest.Content, node.Content[i:i+2]...)
		}
	}
	if err := split(&rest, &body, &c, names...); err != nil {
		return err
	}
	if c.Name == "" {
		return atLine(node, errors.New("a cluster needs a name"))
	}
	scenario.add(node, func(at *stage) error { return at.cluster(c, body) })
	for _, of := range ofClusters {
		make := func(item *yaml.Node) error { return scenario.object(of.kind, of.method, &c.Name, item) }
		part := parts[of.kind]
		if of.one && part != nil {
			if err := make(part); err != nil {
				return err
			}
		} else if err := items(part, make); err != nil {
			return err
		}
	}
	return nil
}

func isOfClusters(name string) bool {
	for _, of := range ofClusters {
		if of.kind == name {
			return true
		}
	}
	return false
}

func (at *stage) cluster(c clusterJSON, body doc) error {
	body = merged(body, doc{"name": c.Name})
	for _, p := range providers {
		if params := object(body, p.field); params != nil && params["clusterName"] == nil && p.kind != "aks" {
			body[p.field] = merged(params, doc{"clusterName": c.Name})
		}
	}
	made, err := at.create(c.ID, http.MethodPost, clustersPath, body)
	if err != nil {
		return err
	}
	id := text(made, "id")
	at.made["clusters."+c.Name] = made
	if c.Connected {
		credentials, err := credentialsOf(made)
		if err != nil {
			return err
		}
		if _, err := at.call(http.MethodPost, itemPath(clustersPath, id), credentials); err != nil {
			return err
		}
	}
	for _, name := range c.Nodes {
		if err := at.AddNode(id, name); err != nil {
			return err
		}
	}
	if c.Status+c.AgentStatus+c.ReconcileError == "" {
		return nil
	}
	return at.OverrideCluster(id, Override{Status: c.Status, AgentStatus: c.AgentStatus, ReconcileError: c.ReconcileError})
}

// credentialsOf is what connects a cluster. There is no cloud that could refuse them.
func credentialsOf(cluster doc) (doc, error) {
	switch kind := text(cluster, "providerType"); kind {
	case "eks":
		return doc{"eks": doc{"assumeRoleArn": fmt.Sprintf("arn:aws:iam::%s:role/castai", text(object(cluster, "eks"), "accountId"))}}, nil
	case "gke":
		return doc{"credentials": fmt.Sprintf(`{"type": "service_account", "project_id": %q}`, text(object(cluster, "gke"), "projectId"))}, nil
	case "aks":
		return doc{"credentials": fmt.Sprintf(`{"subscriptionId": %q, "tenantId": "local", "clientId": "local"}`,
			text(object(cluster, "aks"), "subscriptionId"))}, nil
	default:
		return nil, fmt.Errorf("clusters of the kind %s cannot be connected by a scenario: use requests", kind)
	}
}
