package nodes_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	rpc "github.com/pulumi/pulumi/sdk/v3/proto/go"

	"github.com/castai/pulumi-castai/emulator"
	"github.com/castai/pulumi-castai/internal/harness"
)

const defaultTemplate = "default-by-castai"

// templateCall is where a step of a template named t goes.
func templateCall(op string) (string, string) {
	if op == "create" {
		return http.MethodPost, "/node-templates"
	}
	return http.MethodPut, "/node-templates/t"
}

// merged lays one object over another.
func merged(objects ...props) props {
	out := props{}
	for _, o := range objects {
		for key, value := range o {
			out[key] = value
		}
	}
	return out
}

// TestNodeTemplateBodies: what is sent on create, on change and when a property
// or a whole block is dropped.
func TestNodeTemplateBodies(t *testing.T) {
	const edge = "6f1c3a52-7d1e-4c1b-9a53-0d2f5b7e8c14"
	// What the service fills in, and gets back as it is.
	echo := props{"isDefault": false, "isEnabled": true, "priceAdjustmentConfiguration": props{}}
	echoed := props{"onDemand": true, "architectures": list("amd64"), "os": list("linux")}

	for name, steps := range map[string][]step{
		"least": {
			{"create", props{"name": "t"}, "create", props{"name": "t", "isDefault": false}},
			{"nothing", props{"name": "t"}, "same", nil},
			{"change", props{"name": "t", "clmEnabled": true}, "update", merged(echo, props{"clmEnabled": true, "constraints": echoed})},
		},
		"false and zero": {
			{"create", props{"name": "t", "isEnabled": false, "clmEnabled": true, "rebalancingConfigMinNodes": 2,
				"customInstancesWithExtendedMemoryEnabled": true}, "create",
				props{"name": "t", "isDefault": false, "isEnabled": false, "clmEnabled": true, "rebalancingConfig": props{"minNodes": 2},
					"customInstancesWithExtendedMemoryEnabled": true}},
			{"off", props{"name": "t", "isEnabled": false, "clmEnabled": false, "rebalancingConfigMinNodes": 0,
				"customInstancesWithExtendedMemoryEnabled": false}, "update", merged(echo, props{"isEnabled": false, "clmEnabled": false,
				"rebalancingConfig": props{"minNodes": 0}, "customInstancesWithExtendedMemoryEnabled": false, "constraints": echoed})},
			{"dropped", props{"name": "t"}, "update", merged(echo, props{"clmEnabled": false, "rebalancingConfig": props{"minNodes": 0},
				"customInstancesWithExtendedMemoryEnabled": false, "constraints": echoed})},
		},
		"all": {
			{"create", props{"name": "t", "isEnabled": true, "shouldTaint": true, "customLabels": props{"a": "b"},
				"customTaints":           []any{props{"key": "k", "value": "v"}, props{"key": "j", "effect": "NoExecute"}},
				"customInstancesEnabled": true, "clmEnabled": true, "rebalancingConfigMinNodes": 1, "edgeLocationIds": list(edge), "stopEnabled": true,
				"priceAdjustmentConfiguration": props{"instanceTypeAdjustments": props{"m5.xlarge": "1.0"}},
				"gpu": props{"sharingStrategy": "mps", "defaultSharedClientsPerGpu": 4, "userManagedGpuDrivers": true,
					"sharingConfigurations": []any{props{"gpuName": "T4", "sharedClientsPerGpu": 3}, props{"gpuName": "A100", "sharedClientsPerGpu": 2}}},
				"constraints": props{"azs": list("b", "a"), "spot": true, "onDemand": true, "useSpotFallbacks": true, "fallbackRestoreRateSeconds": 60,
					"enableSpotDiversity": true, "spotDiversityPriceIncreaseLimitPercent": 10, "spotReliabilityEnabled": true,
					"spotReliabilityPriceIncreaseLimitPercent": 20, "spotInterruptionPredictionsEnabled": true,
					"spotInterruptionPredictionsType": "interruption-predictions", "minCpu": 2, "maxCpu": 0, "minMemory": 1024, "maxMemory": 4096,
					"maxPricePerCpu": 0.05, "storageOptimizedState": "enabled", "computeOptimizedState": "disabled", "isGpuOnly": true,
					"instanceFamilies": props{"includes": list("m5", "c5"), "excludes": list("p4d")},
					"gpu": props{"manufacturers": list("NVIDIA"), "includeNames": list("T4", "A100"), "excludeNames": list("V100"), "minCount": 1,
						"maxCount": 2, "fractionalGpus": "Enabled"},
					"architectures": list("arm64", "amd64"), "os": list("linux"), "architecturePriorities": list("arm64", "amd64"), "bareMetal": "false",
					"customPriorities": []any{props{"instanceFamilies": list("z", "y"), "spot": true}, props{"instanceFamilies": list("x"), "onDemand": true}},
					"dedicatedNodeAffinities": []any{props{"name": "n", "azName": "z", "instanceTypes": list("i"), "maxCpu": 8, "cpusPerGpu": 0,
						"affinities": []any{props{"key": "k", "operator": "In", "values": list("v", "u")}}}},
					"burstableInstances": "disabled", "customerSpecific": "enabled", "cpuManufacturers": list("INTEL", "AMD"),
					"resourceLimits": props{"cpuLimitEnabled": true, "cpuLimitMaxCores": 20}, "lifecycleTaintsDisabled": true,
					"aws": props{"capacityReservations": []any{props{"id": "cr-1", "type": "CAPACITY_BLOCK"}}},
					"gcp": props{"capacityReservationIds": list("2", "1")}}},
				"create",
				props{"name": "t", "isDefault": false, "isEnabled": true, "shouldTaint": true, "customLabels": props{"a": "b"},
					"customTaints":           []any{props{"key": "k", "value": "v"}, props{"key": "j", "effect": "NoExecute"}},
					"customInstancesEnabled": true, "clmEnabled": true, "rebalancingConfig": props{"minNodes": 1}, "edgeLocationIds": list(edge), "stopEnabled": true,
					"priceAdjustmentConfiguration": props{"instanceTypeAdjustments": props{"m5.xlarge": "1.0"}},
					"gpu": props{"sharingStrategy": "GPU_SHARING_STRATEGY_MPS", "defaultSharedClientsPerGpu": 4, "userManagedGpuDrivers": true,
						"sharingConfiguration": props{"T4": props{"sharedClientsPerGpu": 3}, "A100": props{"sharedClientsPerGpu": 2}}},
					"constraints": props{"azs": list("b", "a"), "spot": true, "onDemand": true, "useSpotFallbacks": true, "fallbackRestoreRateSeconds": 60,
						"enableSpotDiversity": true, "spotDiversityPriceIncreaseLimitPercent": 10, "enableSpotReliability": true,
						"spotReliabilityPriceIncreaseLimitPercent": 20, "spotInterruptionPredictionsEnabled": true,
						"spotInterruptionPredictionsType": "interruption-predictions", "minCpu": 2, "maxCpu": nil, "minMemory": 1024, "maxMemory": 4096,
						"maxPricePerCpu": 0.05, "storageOptimized": true, "computeOptimized": false, "isGpuOnly": true,
						"instanceFamilies": props{"include": list("m5", "c5"), "exclude": list("p4d")},
						"gpu": props{"manufacturers": list("NVIDIA"), "includeNames": list("T4", "A100"), "excludeNames": list("V100"), "minCount": 1,
							"maxCount": 2, "fractionalGpus": "ENABLED"},
						"architectures": list("arm64", "amd64"), "os": list("linux"), "architecturePriority": list("arm64", "amd64"), "bareMetal": false,
						"customPriority": []any{props{"families": list("z", "y"), "spot": true}, props{"families": list("x"), "onDemand": true}},
						"dedicatedNodeAffinity": []any{props{"name": "n", "azName": "z", "instanceTypes": list("i"), "maxCpu": 8, "cpusPerGpu": nil,
							"affinity": []any{props{"key": "k", "operator": "In", "values": list("v", "u")}}}},
						"burstable": "DISABLED", "customerSpecific": "ENABLED", "cpuManufacturers": list("INTEL", "AMD"),
						"resourceLimits": props{"cpuLimitEnabled": true, "cpuLimitMaxCores": 20}, "lifecycleTaintsDisabled": true,
						"aws": props{"capacityReservations": []any{props{"id": "cr-1", "type": "CAPACITY_BLOCK"}}},
						"gcp": props{"capacityReservationIds": list("2", "1")}}}},
			{"drop nested blocks", props{"name": "t", "shouldTaint": true, "gpu": props{}, "constraints": props{"spot": true, "gpu": props{}, "instanceFamilies": props{}}},
				"update",
				merged(echo, props{"shouldTaint": true, "stopEnabled": nil, "clmEnabled": false, "customInstancesEnabled": false,
					"rebalancingConfig": props{"minNodes": 0}, "gpu": props{"defaultSharedClientsPerGpu": nil, "userManagedGpuDrivers": nil},
					"constraints": props{"spot": true, "onDemand": nil, "useSpotFallbacks": nil, "fallbackRestoreRateSeconds": nil,
						"enableSpotDiversity": nil, "spotDiversityPriceIncreaseLimitPercent": nil, "enableSpotReliability": nil,
						"spotReliabilityPriceIncreaseLimitPercent": nil, "spotInterruptionPredictionsEnabled": nil,
						"spotInterruptionPredictionsType": nil, "minCpu": nil, "maxCpu": nil, "minMemory": nil, "maxMemory": nil,
						"maxPricePerCpu": nil, "storageOptimized": nil, "computeOptimized": nil, "isGpuOnly": nil, "bareMetal": nil,
						"lifecycleTaintsDisabled": nil, "instanceFamilies": props{}, "gpu": props{"minCount": nil, "maxCount": nil}}})},
			{"drop everything", props{"name": "t"}, "update", merged(echo, props{"shouldTaint": false})},
		},
		"prices": {
			{"create", props{"name": "t", "priceAdjustmentConfiguration": props{"instanceTypeAdjustments": props{"m5.xlarge": "0.80", "m5.large": "0.5"}}}, "create", nil},
			{"respell", props{"name": "t", "priceAdjustmentConfiguration": props{"instanceTypeAdjustments": props{"m5.xlarge": "0.8", "m5.large": ".5"}}}, "same", nil},
			{"drop", props{"name": "t"}, "update", merged(echo, props{"constraints": echoed})},
		},
		"the switch for sharing GPUs": {
			{"on", props{"name": "t", "gpu": props{"enableTimeSharing": true}}, "create", props{"name": "t", "isDefault": false, "gpu": props{"enableTimeSharing": true}}},
			{"another property", props{"name": "t", "gpu": props{"enableTimeSharing": true, "defaultSharedClientsPerGpu": 2}}, "update",
				merged(echo, props{"constraints": echoed, "gpu": props{"enableTimeSharing": true, "defaultSharedClientsPerGpu": 2}})},
			{"off", props{"name": "t", "gpu": props{"enableTimeSharing": false}}, "update",
				merged(echo, props{"constraints": echoed, "gpu": props{"enableTimeSharing": false, "defaultSharedClientsPerGpu": nil}})},
			{"on again", props{"name": "t", "gpu": props{"enableTimeSharing": true}}, "update", nil},
			{"strategy", props{"name": "t", "gpu": props{"sharingStrategy": "mps"}}, "update",
				merged(echo, props{"constraints": echoed, "gpu": props{"enableTimeSharing": false, "sharingStrategy": "GPU_SHARING_STRATEGY_MPS"}})},
			{"neither", props{"name": "t", "gpu": props{}}, "update", merged(echo, props{"constraints": echoed, "gpu": props{}})},
			{"no block", props{"name": "t"}, "update", merged(echo, props{"constraints": echoed})},
		},
		"the type of predictions": {
			{"create", props{"name": "t", "constraints": props{"spotInterruptionPredictionsType": "aws-rebalance-recommendations"}}, "create", nil},
			{"change", props{"name": "t", "constraints": props{"spotInterruptionPredictionsType": "interruption-predictions"}}, "update", nil},
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := setup(t)
			f.run(f.Resource("NodeTemplate", "r"), templateCall, steps)
		})
	}
}

// TestNodeTemplateRespelling: another order or letter case, by the program or
// by the service, is no difference.
func TestNodeTemplateRespelling(t *testing.T) {
	f := setup(t)
	r := f.Resource("NodeTemplate", "r")
	inputs := func(order func([]any) []any, operator, toggle string) props {
		return f.with(props{"name": "t", "shouldTaint": true,
			"customTaints": order([]any{props{"key": "a"}, props{"key": "b", "value": "v", "effect": "NoExecute"}}),
			"gpu": props{"sharingStrategy": toggle, "sharingConfigurations": order([]any{
				props{"gpuName": "A100", "sharedClientsPerGpu": 2}, props{"gpuName": "T4", "sharedClientsPerGpu": 3}})},
			"constraints": props{"azs": order(list("b", "a")), "architectures": order(list("arm64", "amd64")), "cpuManufacturers": order(list("INTEL", "AMD")),
				"gpu":              props{"includeNames": order(list("T4", "A100"))},
				"instanceFamilies": props{"includes": order(list("m5", "c5"))},
				"dedicatedNodeAffinities": order([]any{
					props{"name": "n", "azName": "z", "instanceTypes": order(list("i", "j")), "affinities": order([]any{
						props{"key": "k", "operator": operator, "values": order(list("v", "u"))}, props{"key": "l", "operator": "Exists", "values": list()}})},
					props{"name": "m", "azName": "z", "instanceTypes": list("i")}}),
			}})
	}
	f.up(r, inputs(func(l []any) []any { return l }, "In", "MPS"))
	r.WantSettled(inputs(reversed, "IN", "mps"))
	one := inputs(func(l []any) []any { return l }, "In", "MPS")
	one["constraints"].(props)["azs"] = list("c", "a")
	if got := f.up(r, one); len(got.Changes) != 1 || got.Changes[0] != "constraints.azs[0]" {
		t.Errorf("one changed zone is the difference %v", got.Changes)
	}
}

// TestNodeTemplateLostAnswer: a create call whose answer was lost has made one
// template, which is found; another of that name is never taken for it.
func TestNodeTemplateLostAnswer(t *testing.T) {
	inputs := props{"name": "t", "rebalancingConfigMinNodes": 1, "constraints": props{"spot": true, "azs": list("b", "a"),
		"gpu": props{"includeNames": list("T4", "A100"), "fractionalGpus": "enabled"}}}
	t.Run("made", func(t *testing.T) {
		f := setup(t)
		r := f.Resource("NodeTemplate", "r")
		f.Emulator.Fail(emulator.Fault{Method: http.MethodPost, Path: f.path("node-templates"), Action: emulator.Drop})
		f.up(r, f.with(inputs))
		if n := f.count("POST " + f.path("node-templates")); n != 1 {
			t.Errorf("%d create calls", n)
		}
		r.WantSettled(f.with(inputs))
	})
	t.Run("not made", func(t *testing.T) {
		f := setup(t)
		r := f.Resource("NodeTemplate", "r")
		f.Emulator.Fail(emulator.Fault{Method: http.MethodPost, Path: f.path("node-templates"), Status: http.StatusBadGateway})
		f.up(r, f.with(inputs))
		r.WantSettled(f.with(inputs))
	})
	t.Run("another one", func(t *testing.T) {
		f := setup(t)
		f.Call(http.MethodPost, f.path("node-templates"), props{"name": "t", "constraints": props{"onDemand": true}})
		r := f.Resource("NodeTemplate", "r")
		f.Emulator.Fail(emulator.Fault{Method: http.MethodPost, Path: f.path("node-templates"), Status: http.StatusBadGateway})
		if _, err := r.Up(f.with(inputs)); err == nil || !strings.Contains(err.Error(), "differs") || r.ID != "" {
			t.Errorf("got %v", err)
		}
	})
}

// TestNodeTemplateTakenName: the refusal says how to import what is there.
func TestNodeTemplateTakenName(t *testing.T) {
	f := setup(t)
	f.up(f.Resource("NodeTemplate", "r"), f.with(props{"name": "t"}))
	if _, err := f.Resource("NodeTemplate", "s").Up(f.with(props{"name": "t"})); err == nil || !strings.Contains(err.Error(), "<clusterId>/<name>") {
		t.Errorf("got %v", err)
	}
}

// TestDefaultNodeTemplate: it is adopted with what it has, and stays.
func TestDefaultNodeTemplate(t *testing.T) {
	f := setup(t)
	r := f.Resource("NodeTemplate", "r")
	f.Call(http.MethodPut, f.path("node-templates", defaultTemplate), props{"isDefault": true, "isEnabled": true,
		"customInstancesEnabled": true, "constraints": props{"maxCpu": 32, "spot": true}})
	f.Forget()
	inputs := f.with(props{"name": defaultTemplate, "constraints": props{"minCpu": 2}})
	if got := f.up(r, inputs); got.Op != "create" || r.ID != defaultTemplate || f.count("POST "+f.path("node-templates")) > 0 {
		t.Errorf("it is %v as %s by %v", got, r.ID, f.Calls())
	}
	body := f.Body(http.MethodPut, "/"+defaultTemplate)
	for name, want := range map[string]any{"isDefault": true, "isEnabled": true, "customInstancesEnabled": true} {
		if body[name] != want {
			t.Errorf("%s is sent as %v", name, body[name])
		}
	}
	constraints := body["constraints"].(props)
	if constraints["minCpu"] != 2.0 || constraints["maxCpu"] != 32.0 || constraints["spot"] != true {
		t.Errorf("what the program leaves open does not stay: %v", constraints)
	}
	r.WantSettled(inputs)

	f.Forget()
	if err := r.Delete(); err != nil || len(f.Calls()) > 0 || !f.Warned("left in place") {
		t.Errorf("delete: %v, calls %v, logs %v", err, f.Calls(), f.Logs())
	}
}

// TestDefaultNodeTemplateComesLate: the service makes it after the cluster.
func TestDefaultNodeTemplateComesLate(t *testing.T) {
	late := func(f *fixture, times int) {
		f.Emulator.Fail(emulator.Fault{Method: http.MethodGet, Path: f.path("node-templates"), Times: times, Status: http.StatusOK, Body: `{"items":[]}`})
	}
	t.Run("in time", func(t *testing.T) {
		f := setup(t)
		late(f, 1)
		r := f.Resource("NodeTemplate", "r")
		f.up(r, f.with(props{"name": defaultTemplate}))
		r.WantSettled(f.with(props{"name": defaultTemplate}))
	})
	t.Run("never", func(t *testing.T) {
		f := setup(t)
		late(f, -1)
		r := f.Resource("NodeTemplate", "r")
		inputs, _ := r.Check(f.with(props{"name": defaultTemplate}))
		ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
		defer cancel()
		properties, err := plugin.MarshalProperties(inputs, plugin.MarshalOptions{})
		if err != nil {
			t.Fatal(err)
		}
		_, err = f.Server().Create(ctx, &rpc.CreateRequest{Urn: r.URN, Properties: properties})
		if err == nil || !strings.Contains(err.Error(), "has not made it yet") {
			t.Errorf("got %v", err)
		}
	})
	t.Run("no cluster", func(t *testing.T) {
		f := setup(t)
		r := f.Resource("NodeTemplate", "r")
		_, err := r.Up(props{"clusterId": "6f1c3a52-7d1e-4c1b-9a53-0d2f5b7e8c14", "name": defaultTemplate})
		if err == nil || !strings.Contains(err.Error(), "404") {
			t.Errorf("got %v", err)
		}
	})
}

// TestNodeTemplatesTogether: many at a time, on one cluster: none is lost, each
// takes one call, and one call reads them all.
func TestNodeTemplatesTogether(t *testing.T) {
	const many = 50
	f := setup(t)
	all := make([]*harness.Resource, many)
	together := func(what string, calls int, do func(i int, r *harness.Resource) (harness.Result, error)) {
		t.Helper()
		f.Forget()
		var wait sync.WaitGroup
		for i, r := range all {
			wait.Go(func() {
				if _, err := do(i, r); err != nil {
					t.Errorf("%s %d: %v", what, i, err)
				}
			})
		}
		wait.Wait()
		if n := len(f.Calls()); n != calls {
			t.Errorf("%s %d templates takes %d calls, want %d", what, many, n, calls)
		}
	}
	inputs := func(i, round int) props {
		return f.with(props{"name": fmt.Sprint("t", i), "customLabels": props{"round": fmt.Sprint(round, "-", i)}})
	}
	for i := range all {
		all[i] = f.Resource("NodeTemplate", fmt.Sprint("r", i))
	}
	together("create", many, func(i int, r *harness.Resource) (harness.Result, error) { return r.Up(inputs(i, 1)) })
	together("update", many, func(i int, r *harness.Resource) (harness.Result, error) { return r.Up(inputs(i, 2)) })
	together("refresh", 1, func(_ int, r *harness.Resource) (harness.Result, error) {
		got, err := r.Refresh()
		if err == nil && got.Op != "same" {
			err = fmt.Errorf("%s %v", got.Op, got.Changes)
		}
		return got, err
	})
}

// TestNodeTemplateGone: what was deleted elsewhere, alone or with its cluster,
// is gone; a failure to read is not.
func TestNodeTemplateGone(t *testing.T) {
	for name, remove := range map[string]func(f *fixture){
		"deleted":          func(f *fixture) { f.Call(http.MethodDelete, f.path("node-templates", "t"), nil) },
		"cluster archived": func(f *fixture) { f.Call(http.MethodDelete, "/v1/kubernetes/external-clusters/"+f.cluster, nil) },
	} {
		t.Run(name, func(t *testing.T) {
			f := setup(t)
			refreshed, deleted := f.Resource("NodeTemplate", "r"), f.Resource("NodeTemplate", "r")
			f.up(refreshed, f.with(props{"name": "t"}))
			*deleted = *refreshed
			f.Emulator.Fail(emulator.Fault{Method: http.MethodGet, Status: http.StatusForbidden})
			if _, err := refreshed.Refresh(); err == nil || refreshed.ID == "" {
				t.Errorf("a read that fails gives %v", err)
			}
			remove(f)
			if got, err := refreshed.Refresh(); err != nil || got.Op != "delete" {
				t.Errorf("a refresh says %v, %v", got, err)
			}
			if err := deleted.Delete(); err != nil {
				t.Errorf("deleting it again: %v", err)
			}
		})
	}
}

// TestNodeTemplateInUse: the API's reason for not deleting reaches the user.
func TestNodeTemplateInUse(t *testing.T) {
	f := setup(t)
	r := f.Resource("NodeTemplate", "r")
	f.up(r, f.with(props{"name": "t"}))
	f.Emulator.Fail(emulator.Fault{Method: http.MethodDelete, Status: http.StatusBadRequest, Body: `{"message":"template has 3 nodes"}`})
	if err := r.Delete(); err == nil || !strings.Contains(err.Error(), "template has 3 nodes") {
		t.Errorf("got %v", err)
	}
}

// TestNodeTemplateImport: what a user would have written, and no difference.
func TestNodeTemplateImport(t *testing.T) {
	f := setup(t)
	made := f.Resource("NodeTemplate", "made")
	inputs := f.with(props{"name": "a/b c", "shouldTaint": true, "customTaints": []any{props{"key": "k"}},
		"constraints": props{"spot": true, "maxCpu": 4, "bareMetal": "true"}})
	f.up(made, inputs)
	r := f.Resource("NodeTemplate", "imported")
	if err := r.Import(f.cluster + "/a/b c"); err != nil {
		t.Fatal(err)
	}
	got := props{}
	for key := range r.Inputs {
		got[string(key)] = r.Input(string(key))
	}
	sameJSON(t, "what is imported", got, inputs)
	r.WantSettled(inputs)

	def := f.Resource("NodeTemplate", "default")
	if err := def.Import(f.cluster + "/" + defaultTemplate); err != nil {
		t.Fatal(err)
	}
	def.WantSettled(f.with(props{"name": defaultTemplate, "isDefault": true, "customInstancesEnabled": true, "constraints": props{"onDemand": true}}))
	for _, id := range []string{f.cluster, f.cluster + "/nobody"} {
		if err := f.Resource("NodeTemplate", "x").Import(id); err == nil {
			t.Errorf("importing %s works", id)
		}
	}
}

// TestNodeTemplateReplacement: name and cluster are what a template is.
func TestNodeTemplateReplacement(t *testing.T) {
	f := setup(t)
	r := f.Resource("NodeTemplate", "r")
	f.up(r, f.with(props{"name": "t"}))
	for _, inputs := range []props{f.with(props{"name": "u"}), {"clusterId": f.Register("other"), "name": "t"}} {
		if got, _, err := r.Preview(inputs); err != nil || got.Op != "replace" {
			t.Errorf("%v is %v, %v", inputs, got, err)
		}
	}
	named := f.Resource("NodeTemplate", "named")
	f.up(named, f.with(nil))
	if !strings.HasPrefix(named.ID, "named-") {
		t.Errorf("without a name it is called %s", named.ID)
	}
	named.WantSettled(f.with(nil))
}

// TestNodeTemplateChecks: all that is wrong, at its path; and nothing that the
// API takes.
func TestNodeTemplateChecks(t *testing.T) {
	f := setup(t)
	r := f.Resource("NodeTemplate", "r")
	for name, c := range map[string]struct {
		inputs props
		want   []string
	}{
		"all at once": {
			props{"clusterId": "c", "name": "", "configurationId": "x", "rebalancingConfigMinNodes": -1, "customTaints": []any{props{"key": ""}},
				"edgeLocationIds": list("x"), "priceAdjustmentConfiguration": props{"instanceTypeAdjustments": props{"m5": "cheap"}},
				"gpu": props{"sharingConfigurations": []any{props{"gpuName": "", "sharedClientsPerGpu": 0}}},
				"constraints": props{"storageOptimized": false, "computeOptimized": true, "minCpu": 8, "maxCpu": 4, "minMemory": -1,
					"architectures": list("a", "b", "c"), "cpuManufacturers": list(), "resourceLimits": props{"cpuLimitMaxCores": -1}}},
			[]string{"clusterId", "configurationId", "constraints.architectures", "constraints.computeOptimized", "constraints.cpuManufacturers",
				"constraints.minCpu", "constraints.minMemory", "constraints.resourceLimits.cpuLimitMaxCores", "constraints.storageOptimized",
				"customTaints[0].key", "edgeLocationIds[0]", "gpu.sharingConfigurations[0].gpuName",
				"gpu.sharingConfigurations[0].sharedClientsPerGpu", "name", `priceAdjustmentConfiguration.instanceTypeAdjustments.m5`,
				"rebalancingConfigMinNodes", "shouldTaint"},
		},
		"one GPU twice": {f.with(props{"gpu": props{"sharingConfigurations": []any{
			props{"gpuName": "T4", "sharedClientsPerGpu": 2}, props{"gpuName": "T4", "sharedClientsPerGpu": 3}}}}),
			[]string{"gpu.sharingConfigurations[1].gpuName"}},
		"taints without tainting": {f.with(props{"shouldTaint": false, "customTaints": []any{props{"key": "k"}}}), []string{"shouldTaint"}},
		"not known yet": {props{"clusterId": harness.Unknown, "shouldTaint": harness.Unknown, "customTaints": []any{props{"key": harness.Unknown}},
			"constraints": props{"minCpu": harness.Unknown, "maxCpu": 1}}, []string{}},
		"new values, no limits": {f.with(props{"gpu": props{"defaultSharedClientsPerGpu": 0}, "constraints": props{"minCpu": 8, "maxCpu": 0,
			"cpuManufacturers": list("RISCV"), "architectures": list()}}), []string{}},
	} {
		t.Run(name, func(t *testing.T) { sameJSON(t, "what is refused", failures(r, c.inputs), c.want) })
	}
	if !f.Warned("constraints.cpuManufacturers") || len(f.Calls()) > 0 {
		t.Errorf("logs %v, calls %v", f.Logs(), f.Calls())
	}
}

// TestNodeTemplateIsDefault: whatever the program says of it, which the service
// decides by the name, is warned of once and never a difference.
func TestNodeTemplateIsDefault(t *testing.T) {
	f := setup(t)
	for name, isDefault := range map[string]bool{"x": true, "default-by-castai": false} {
		r := f.Resource("NodeTemplate", name)
		inputs := f.with(props{"name": name, "isDefault": isDefault})
		f.up(r, inputs)
		r.WantSettled(inputs)
		if r.Output("isDefault") == isDefault {
			t.Errorf("%s: the output is the program's, not the service's", name)
		}
	}
}
