package nodes_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"testing"

	"github.com/castai/pulumi-castai/emulator"
)

// TestReadsTakeAnyAnswer: no member that an answer lacks, or holds as null,
// makes a read fail; and what is new in one does not either.
func TestReadsTakeAnyAnswer(t *testing.T) {
	for name, c := range map[string]struct {
		token, collection, key string
		inputs                 props
		odd                    map[string]any
	}{
		"configuration": {"NodeConfiguration", "node-configurations", "id",
			props{"name": "n", "subnets": list("s"), "kubeletConfig": `{"a":1}`, "tags": props{"a": "b"}, "eks": props{"securityGroups": list("sg"),
				"instanceProfileArn": "p", "eksImageFamily": "al2", "targetGroups": []any{props{"arn": "tg", "port": 1}}}},
			map[string]any{"containerRuntime": "", "eks.imageFamily": "FAMILY_NEW", "eks.volumeType": "gp9", "minDiskSize": "100", "news": props{"a": 1}}},
		"template": {"NodeTemplate", "node-templates", "name",
			props{"name": "n", "shouldTaint": true, "customTaints": []any{props{"key": "k"}}, "gpu": props{"sharingStrategy": "mps",
				"sharingConfigurations": []any{props{"gpuName": "T4", "sharedClientsPerGpu": 2}}},
				"constraints": props{"burstableInstances": "enabled", "gpu": props{"minCount": 1}, "resourceLimits": props{"cpuLimitEnabled": true},
					"dedicatedNodeAffinities": []any{props{"name": "n", "azName": "z", "instanceTypes": list("i")}}}},
			map[string]any{"constraints.burstable": "MAYBE", "gpu.sharingStrategy": "GPU_SHARING_STRATEGY_NEW", "constraints.minCpu": "2", "news": 1}},
	} {
		t.Run(name, func(t *testing.T) {
			f := setup(t)
			r := f.Resource(c.token, "r")
			f.up(r, f.with(c.inputs))
			answer := func() any { return plain(t, f.Call(http.MethodGet, f.path(c.collection), nil)) }
			read := func(what string, body any) {
				t.Helper()
				text, err := json.Marshal(body)
				if err != nil {
					t.Fatal(err)
				}
				f.Emulator.ClearFaults()
				f.Emulator.Fail(emulator.Fault{Method: http.MethodGet, Status: http.StatusOK, Body: string(text)})
				f.Reopen()
				probe := *r
				if _, err := probe.Refresh(); err != nil {
					t.Errorf("%s: %v", what, err)
				}
			}
			n := len(members(answer()))
			if n < 20 {
				t.Fatalf("the answer has only %d members", n)
			}
			for i := range n {
				for _, remove := range []bool{true, false} {
					body := answer()
					m := members(body)[i]
					if remove {
						delete(m.of, m.name)
					} else {
						m.of[m.name] = nil
					}
					read(fmt.Sprintf("without %s (removed: %v)", m.name, remove), body)
				}
			}
			for path, value := range c.odd {
				body := answer()
				for _, m := range members(body) {
					if m.of[c.key] != nil && m.name == c.key {
						put(m.of, path, value)
					}
				}
				read(path, body)
			}
		})
	}
}

// member is a property of an object somewhere in a document.
type member struct {
	of   map[string]any
	name string
}

// members lists those of all objects of a document, in a fixed order, except
// the list itself: without it an answer is none.
func members(v any) (found []member) {
	switch v := v.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			if name != "items" {
				found = append(found, member{v, name})
			}
			found = append(found, members(v[name])...)
		}
	case []any:
		for _, item := range v {
			found = append(found, members(item)...)
		}
	}
	return found
}

// put sets a member by its path.
func put(in map[string]any, path string, value any) {
	for i := range path {
		if path[i] == '.' {
			inner, _ := in[path[:i]].(map[string]any)
			if inner != nil {
				put(inner, path[i+1:], value)
			}
			return
		}
	}
	in[path] = value
}
