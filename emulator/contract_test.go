package emulator

import (
	"maps"
	"slices"
	"testing"
)

// TestEveryOperationIsServed: the emulator has the whole contract.
func TestEveryOperationIsServed(t *testing.T) {
	s, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(s.operations.byID) < 200 {
		t.Errorf("the contract has %d operations, which is too few to be all", len(s.operations.byID))
	}
	for _, id := range slices.Sorted(maps.Keys(s.operations.byID)) {
		if id == "ExternalClusterAPITriggerHibernateCluster" || id == "ExternalClusterAPITriggerResumeCluster" {
			continue // which come with the life of clusters
		}
		if s.handlers[id] == nil {
			t.Errorf("%s %s (%s) has no handler", s.operations.byID[id].method, s.operations.byID[id].path, id)
		}
	}
}
