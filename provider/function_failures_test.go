package provider_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/castai/pulumi-castai/emulator"
)

// callless are the functions that call nothing.
var callless = map[string]bool{"getEksSettings": true, "getGkePolicies": true}

// functionArgs are the arguments of functions that need more than what is
// required, of which each gets an ID.
var functionArgs = map[string]props{
	"getAllocationGroup":           {"groupId": uuidOne},
	"getAllocationGroupCosts":      {"groupId": uuidOne},
	"getAllocationGroupEfficiency": {"groupId": uuidOne},
	"getCluster":                   {"clusterId": uuidOne},
}

// TestFailingFunctions: a function whose calls fail says which, what came back
// and what to do, and changes nothing.
func TestFailingFunctions(t *testing.T) {
	t.Parallel()
	spec := loadSchema(t)
	for token, function := range spec.Functions {
		name := strings.TrimPrefix(token, "castai:index:")
		if callless[name] {
			continue
		}
		args := props{}
		if function.Inputs != nil {
			for _, required := range function.Inputs.Required {
				args[required] = uuidOne
			}
		}
		for key, value := range functionArgs[name] {
			args[key] = value
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, &row{})
			for _, f := range failures {
				w.Hurry = true
				w.fresh()
				w.Forget()
				fault := f.fault
				fault.Times = -1
				w.Emulator.Fail(fault)
				_, err := w.Invoke(name, args)
				w.Emulator.ClearFaults()
				f.tells(w, "calling "+name, err)
				if len(w.Calls()) == 0 && f.fault.Action != emulator.Refuse {
					t.Errorf("%s: there was no call", f.name)
				}
				for _, made := range w.Writes() {
					if !strings.HasPrefix(made, http.MethodPost+" ") || name != "getImpersonationServiceAccount" {
						t.Errorf("%s: there was the call %s", f.name, made)
					}
				}
			}
		})
	}
}
