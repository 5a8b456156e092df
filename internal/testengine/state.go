package testengine

import (
	"encoding/json"
	"os"
	"path/filepath"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// State is a stack's state.
type State struct {
	apitype.DeploymentV3
	// JSON is the state as Pulumi exports it, secrets encrypted unless asked for otherwise.
	JSON []byte

	t T
}

// Export reads the stack's state. The arguments are added to the command line.
func (s *Stack) Export(args ...string) *State {
	s.t.Helper()
	state := &State{t: s.t, JSON: s.must(append([]string{"stack", "export", "--stack", stackName}, args...)...)}
	var file apitype.UntypedDeployment
	if err := json.Unmarshal(state.JSON, &file); err != nil {
		s.t.Fatalf("testengine: state: %v", err)
	}
	if err := json.Unmarshal(file.Deployment, &state.DeploymentV3); err != nil {
		s.t.Fatalf("testengine: state: %v", err)
	}
	return state
}

// Replace puts a state, in the form that Export gives, in the place of the stack's own.
func (s *Stack) Replace(state []byte) {
	s.t.Helper()
	path := filepath.Join(s.t.TempDir(), "state.json")
	if err := os.WriteFile(path, state, 0o600); err != nil {
		s.t.Fatalf("testengine: %v", err)
	}
	s.must("stack", "import", "--stack", stackName, "--file", path)
}

// Has tells whether a resource of this name is in the state.
func (s *State) Has(name string) bool {
	_, ok := s.find(name)
	return ok
}

// Resource returns the resource of this name, and fails the test when there is none.
func (s *State) Resource(name string) apitype.ResourceV3 {
	s.t.Helper()
	r, ok := s.find(name)
	if !ok {
		s.t.Fatalf("no resource named %q in the state: %s", name, s.JSON)
	}
	return r
}

func (s *State) find(name string) (apitype.ResourceV3, bool) {
	for _, r := range s.Resources {
		if resource.URN(r.URN).Name() == name {
			return r, true
		}
	}
	return apitype.ResourceV3{}, false
}
