package emulator

import (
	"strings"
	"time"
)

// pastNodesScope holds what the cost reports need to know of the nodes that a cluster had. It is below the cluster's
// own path, so that it goes with it.
func pastNodesScope(clusterID string) string {
	return fill(clustersPath+"/{clusterId}/past-nodes", map[string]string{"clusterId": clusterID})
}

// keptNodes is how many nodes that are gone are known of a cluster. Reports do not show older ones.
const keptNodes = 5000

// removeNode takes a node out of its cluster, and remembers that it was there.
func (s *Server) removeNode(node *record, now time.Time) {
	s.store.remove(node)
	made, err := time.Parse(time.RFC3339, text(node.Doc, "createdAt"))
	if err != nil || !made.Before(now) {
		return // it has cost nothing
	}
	scope := strings.TrimSuffix(node.Scope, "/nodes") + "/past-nodes"
	past := &record{Scope: scope, ID: node.ID + "@" + instant(now), Doc: doc{
		"instanceType": node.Doc["instanceType"], "resources": node.Doc["resources"], "labels": node.Doc["labels"], "spot": isSpot(node),
	}}
	past.setTime("from", made)
	past.setTime("to", now)
	s.store.put(past)
	if kept := s.store.list(scope); len(kept) > keptNodes {
		s.store.remove(kept[0])
	}
}

// isSpot tells whether a node is a spot instance.
func isSpot(node *record) bool {
	return object(node.Doc, "spotConfig")["isSpot"] == true
}
