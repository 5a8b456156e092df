package examples_test

import (
	"os"
	"path/filepath"
	"testing"

	"gopkg.in/yaml.v3"

	"github.com/castai/pulumi-castai/internal/testengine"
	"github.com/castai/pulumi-castai/tests/internal/world"
)

// TestRun brings every example up, sees that nothing is left to do then, and takes it
// down again. Each has a CAST AI of its own, in which there is what existing.yaml makes.
func TestRun(t *testing.T) {
	t.Parallel()
	state := filepath.Join(t.TempDir(), "castai.db")
	var settings map[string]any
	t.Run("existing", func(t *testing.T) {
		program, err := os.ReadFile("existing.yaml")
		if err != nil {
			t.Fatal(err)
		}
		s := world.Open(t, state).YAML(string(program))
		s.Up().WantNoWarnings()
		settings = s.Outputs()
	})
	existing, err := os.ReadFile(state)
	if err != nil {
		t.Fatal(err)
	}
	for name, program := range programs(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			state := filepath.Join(t.TempDir(), "castai.db")
			if err := os.WriteFile(state, existing, 0o600); err != nil {
				t.Fatal(err)
			}
			s := world.Open(t, state).YAML(program)
			s.Up(configure(t, s, program, settings)...).WantNoWarnings()
			s.Preview("--refresh").WantNoChanges()
			s.Destroy()
		})
	}
}

// configure gives a program the settings that it declares: secrets at once, the others by
// the arguments for Up.
func configure(t *testing.T, s *testengine.Stack, program string, settings map[string]any) (args []string) {
	t.Helper()
	var doc struct {
		Config map[string]struct{ Secret bool }
	}
	if err := yaml.Unmarshal([]byte(program), &doc); err != nil {
		t.Fatal(err)
	}
	for name, setting := range doc.Config {
		value, ok := settings[name].(string)
		switch {
		case !ok:
			t.Fatalf("existing.yaml has no output %s for the configuration of that name", name)
		case setting.Secret:
			s.SetSecret(name, value)
		default:
			args = append(args, "--config", name+"="+value)
		}
	}
	return args
}
