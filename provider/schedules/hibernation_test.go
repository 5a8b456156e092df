package schedules_test

import (
	"net/http"
	"testing"

	"github.com/castai/pulumi-castai/emulator"
)

const node = "resumeConfig.jobConfig.nodeConfig"

func workday() props {
	return props{
		"name": "workday", "enabled": false,
		"pauseConfig": props{"enabled": true, "schedule": props{"cronExpression": "0 17 * * 1-5"}},
		"resumeConfig": props{"enabled": true, "schedule": props{"cronExpression": "0 9 * * 1-5"},
			"jobConfig": props{"nodeConfig": props{"instanceType": "e2-standard-4"}}},
	}
}

// onWire is how the service has it.
func onWire() props { return with(workday(), props{"clusterAssignments": props{"items": list()}}) }

func (f *fixture) sentNode(method, suffix string) any {
	f.T.Helper()
	return f.Body(method, suffix)["resumeConfig"].(props)["jobConfig"].(props)["nodeConfig"]
}

func TestHibernationScheduleNode(t *testing.T) {
	for name, test := range map[string]struct{ given, sent props }{
		"least": {props{"instanceType": "m5.large"}, props{"instanceType": "m5.large"}},
		"all": {
			props{"instanceType": "m5.large", "configName": "default", "gpuConfig": props{"count": 1, "type": "T4"}, "kubernetesLabels": props{"a": "b"},
				"kubernetesTaints": list(props{"key": "k"}, props{"key": "j", "value": "v", "effect": "NoExecute"}),
				"nodeAffinities":   list(props{"dedicatedGroup": "g", "affinities": list(props{"key": "a", "operator": "In", "values": list("x")})}),
				"spotConfigs":      list(props{"priceHourly": "0.5", "spot": false}),
				"volumes":          list(props{"sizeGib": 10, "raidConfigs": list(props{"chunkSizeKb": 128})}), "subnetId": "s", "zone": "z"},
			props{"instanceType": "m5.large", "configName": "default", "gpuConfig": props{"count": 1, "type": "T4"}, "kubernetesLabels": props{"a": "b"},
				"kubernetesTaints": list(props{"key": "k", "value": "", "effect": "NoSchedule"}, props{"key": "j", "value": "v", "effect": "NoExecute"}),
				"nodeAffinity":     props{"dedicatedGroup": "g", "affinity": list(props{"key": "a", "operator": "IN", "values": list("x")})},
				"spotConfig":       props{"priceHourly": "0.5", "spot": false},
				"volume":           props{"sizeGib": 10, "raidConfig": props{"chunkSizeKb": 128}}, "subnetId": "s", "zone": "z"},
		},
		"a block alone is not lost": {
			props{"instanceType": "m5.large", "gpuConfig": props{"count": 0}, "nodeAffinities": list(props{"dedicatedGroup": "g"}),
				"volumes": list(props{"sizeGib": 0, "raidConfigs": list(props{})}), "spotConfigs": list(props{})},
			props{"instanceType": "m5.large", "gpuConfig": props{"count": 0}, "nodeAffinity": props{"dedicatedGroup": "g"},
				"volume": props{"sizeGib": 0, "raidConfig": props{}}, "spotConfig": props{}},
		},
		"empty lists": {
			props{"instanceType": "m5.large", "nodeAffinities": list(), "volumes": list(), "spotConfigs": list(), "kubernetesTaints": list(),
				"kubernetesLabels": props{}},
			props{"instanceType": "m5.large", "kubernetesTaints": list(), "kubernetesLabels": props{}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := setup(t)
			r := f.Resource("HibernationSchedule", "r")
			inputs := with(workday(), props{node: test.given})
			r.WantUp("create", inputs)
			same(t, "the node", f.sentNode(http.MethodPost, "hibernation-schedules"), test.sent)
			r.WantSettled(inputs)
			r.WantUp("update", workday())
			r.WantSettled(workday())
			sent := f.sentNode(http.MethodPatch, r.ID).(props)
			for _, dropped := range []string{"gpuConfig", "nodeAffinity", "volume", "spotConfig", "zone", "configName"} {
				if value, ok := sent[dropped]; ok {
					t.Errorf("%s was dropped and is sent as %v", dropped, value)
				}
			}
		})
	}
}

func TestHibernationScheduleSpelling(t *testing.T) {
	f := setup(t)
	r := f.Resource("HibernationSchedule", "r")
	one, two := f.Register("one"), f.Register("two")
	inputs := with(workday(), props{
		"clusterAssignments":       props{"assignments": list(props{"clusterId": two}, props{"clusterId": one})},
		node + ".spotConfigs":      list(props{"priceHourly": "0.50"}),
		node + ".kubernetesTaints": list(props{"key": "a"}, props{"key": "b", "value": "v"}),
		node + ".nodeAffinities": list(props{"dedicatedGroup": "g", "affinities": list(
			props{"key": "a", "operator": "in", "values": list("y", "x")}, props{"key": "b", "operator": "Exists", "values": list()})}),
	})
	r.WantUp("create", inputs)
	r.WantSettled(inputs)
	r.WantUp("same", with(inputs, props{
		"pauseConfig.schedule.cronExpression":  "CRON_TZ=UTC 0 17 * * MON-FRI",
		"resumeConfig.schedule.cronExpression": "0 0 9 * * 1-5",
		"clusterAssignments":                   props{"assignments": list(props{"clusterId": one}, props{"clusterId": two})},
		node + ".spotConfigs":                  list(props{"priceHourly": "0.5"}),
		node + ".kubernetesTaints":             list(props{"key": "b", "value": "v"}, props{"key": "a"}),
		node + ".nodeAffinities": list(props{"dedicatedGroup": "g", "affinities": list(
			props{"key": "b", "operator": "EXISTS", "values": list()}, props{"key": "a", "operator": "IN", "values": list("x", "y")})}),
	}))
}

// TestHibernationScheduleNodeConfiguration: the service prefers the ID to the
// name, so an ID that it filled in must not outlast a name.
func TestHibernationScheduleNodeConfiguration(t *testing.T) {
	f := setup(t)
	r := f.Resource("HibernationSchedule", "r")
	byName, byID := with(workday(), props{node + ".configName": "one"}), with(workday(), props{node + ".configId": absent})
	r.WantUp("create", byName)
	resume := with(workday(), props{node + ".configName": "one", node + ".configId": absent})["resumeConfig"]
	f.Call(http.MethodPatch, hibernations+"/"+r.ID, props{"resumeConfig": resume})
	r.WantSettled(byName)
	r.WantUp("update", with(byName, props{node + ".configName": "two"}))
	same(t, "by name", f.sentNode(http.MethodPatch, r.ID), props{"instanceType": "e2-standard-4", "configName": "two"})
	r.WantUp("update", byID)
	same(t, "by ID", f.sentNode(http.MethodPatch, r.ID), props{"instanceType": "e2-standard-4", "configId": absent})
	if _, found := r.Check(with(byID, props{node + ".configName": "x"})); len(found) > 0 || !f.Warned("no effect beside configId") {
		t.Errorf("both: the failures are %v, the logs %v", found, f.Logs())
	}
}

// TestHibernationScheduleAssignments: clusters are managed if the program says
// so, and otherwise left alone.
func TestHibernationScheduleAssignments(t *testing.T) {
	f := setup(t)
	r := f.Resource("HibernationSchedule", "r")
	one, two := f.Register("one"), f.Register("two")
	assigned := func() any {
		return f.Call(http.MethodGet, hibernations+"/"+r.ID, nil)["clusterAssignments"].(props)["items"]
	}
	r.WantUp("create", workday())
	same(t, "created without", f.Body(http.MethodPost, "hibernation-schedules")["clusterAssignments"], props{"items": list()})

	f.Call(http.MethodPatch, hibernations+"/"+r.ID, props{"clusterAssignments": props{"items": list(props{"clusterId": two})}})
	r.WantSettled(workday())
	r.WantUp("update", with(workday(), props{"enabled": true}))
	same(t, "not managed", assigned(), list(props{"clusterId": two}))

	managed := with(workday(), props{"clusterAssignments": props{"assignments": list(props{"clusterId": one})}})
	r.WantUp("update", managed)
	same(t, "managed", assigned(), list(props{"clusterId": one}))
	f.Call(http.MethodPatch, hibernations+"/"+r.ID, props{"clusterAssignments": props{"items": list(props{"clusterId": two}, props{"clusterId": one})}})
	if got, err := r.Refresh(); err != nil || got.Op != "update" {
		t.Errorf("a cluster assigned elsewhere is %v, %v", got, err)
	}
	r.WantUp("update", managed)
	r.WantUp("update", workday())
	same(t, "dropped", assigned(), list())

	r.WantUp("update", managed)
	empty := with(workday(), props{"clusterAssignments": props{}})
	r.WantUp("update", empty)
	same(t, "an empty block", assigned(), list())
	r.WantSettled(empty)
	f.Call(http.MethodPatch, hibernations+"/"+r.ID, props{"clusterAssignments": props{"items": list(props{"clusterId": two})}})
	if got, err := r.Refresh(); err != nil || got.Op != "update" {
		t.Errorf("a cluster assigned elsewhere, beside an empty block, is %v, %v", got, err)
	}
}

func TestHibernationScheduleOrganization(t *testing.T) {
	f := setup(t)
	r := f.Resource("HibernationSchedule", "r")
	r.WantUp("create", workday())
	r.WantSettled(workday())
	if r.Output("organizationId") != org || r.Input("organizationId") != nil {
		t.Errorf("the organization is %v among the outputs and %v among the inputs", r.Output("organizationId"), r.Input("organizationId"))
	}
	id, named := r.ID, with(workday(), props{"organizationId": org})
	r.WantUp("same", named)
	r.WantUp("update", with(named, props{"enabled": true}))
	r.WantUp("same", with(workday(), props{"enabled": true}))
	r.WantUp("update", workday())
	if r.ID != id {
		t.Error("naming the organization has replaced the schedule")
	}
	r.WantSettled(workday())
	if got, _, err := r.Preview(with(workday(), props{"organizationId": second})); err != nil || got.Op != "replace" {
		t.Errorf("another organization is %v, %v", got, err)
	}
	if err := r.Delete(); err != nil {
		t.Fatal(err)
	}
}

func TestHibernationScheduleAmongOrganizations(t *testing.T) {
	f := setup(t, func(o *emulator.Options) {
		o.Organizations = []emulator.Organization{{ID: org, Name: "one"}, {ID: second, Name: "two"}}
	})
	r := f.Resource("HibernationSchedule", "r")
	_, err := r.Up(workday())
	fails(t, err, "cannot create hibernation schedule", "sees 2 organizations", "organizationId")
	_, err = f.Invoke("getHibernationSchedule", props{"name": "workday"})
	fails(t, err, "cannot find the hibernation schedule", "sees 2 organizations")
	inputs := with(workday(), props{"organizationId": second})
	r.WantUp("create", inputs)
	r.WantSettled(inputs)
	if err := f.Resource("HibernationSchedule", "x").Import(second + "/workday"); err != nil {
		t.Error(err)
	}
	// The configuration names it in place of the program; later it may name another.
	f.Provider(map[string]any{"apiToken": "t", "apiUrl": f.URL, "organizationId": org})
	r.WantUp("same", workday())
	r.WantUp("update", with(workday(), props{"enabled": true}))
	if r.Output("organizationId") != second {
		t.Errorf("the organization is %v", r.Output("organizationId"))
	}
	r.WantSettled(with(workday(), props{"enabled": true}))
	if err := r.Delete(); err != nil {
		t.Fatal(err)
	}
	if got, err := r.Refresh(); err != nil || got.Op != "delete" {
		t.Errorf("after the deletion a refresh finds %v, %v", got, err)
	}
}

func TestHibernationScheduleChecks(t *testing.T) {
	f := setup(t)
	r := f.Resource("HibernationSchedule", "r")
	for path, change := range map[string]props{
		"pauseConfig.schedule.cronExpression":            {"pauseConfig.schedule.cronExpression": "at five"},
		"resumeConfig.schedule.cronExpression":           {"resumeConfig.schedule.cronExpression": "CRON_TZ=Nowhere 0 9 * * *"},
		node + ".instanceType":                           {node + ".instanceType": " "},
		node + ".volumes":                                {node + ".volumes": list(props{"sizeGib": 1}, props{"sizeGib": 2})},
		"clusterAssignments.assignments[1].clusterId":    {"clusterAssignments": props{"assignments": list(props{"clusterId": absent}, props{"clusterId": absent})}},
		"clusterAssignments.assignments[0].clusterId":    {"clusterAssignments": props{"assignments": list(props{"clusterId": "x"})}},
		"organizationId":                                 {"organizationId": "x"},
		node + ".nodeAffinities[0].affinities[0].values": {node + ".nodeAffinities": list(props{"dedicatedGroup": "g", "affinities": list(props{"key": "k", "operator": "IN"})})},
	} {
		if _, found := r.Check(with(workday(), change)); len(found) != 1 || found[0].Property != path {
			t.Errorf("%s: the failures are %v", path, found)
		}
	}
}

func TestHibernationScheduleImport(t *testing.T) {
	f := setup(t, func(o *emulator.Options) { o.Settings.PageSize = 2 })
	for range 3 {
		f.make(hibernations, with(onWire(), props{"name": "twin"}))
	}
	id := f.make(hibernations, onWire())
	slashed := f.make(hibernations, with(onWire(), props{"name": "a/b"}))
	for form, want := range map[string]string{id: id, "workday": id, org + "/" + id: id, org + "/workday": id, "a/b": slashed, org + "/a/b": slashed} {
		r := f.Resource("HibernationSchedule", "r")
		if err := r.Import(form); err != nil || r.ID != want {
			t.Errorf("importing %s gives %s, %v", form, r.ID, err)
			continue
		}
		r.WantSettled(with(workday(), props{"name": r.Input("name"), "organizationId": org}))
	}
	r := f.Resource("HibernationSchedule", "r")
	fails(t, r.Import("twin"), `3 hibernation schedules are named "twin"`)
	fails(t, r.Import("weekend"), `no hibernation schedule named "weekend"`, `"workday" (`+id)
	fails(t, r.Import(org+"/"+absent), absent, "does not exist")
	fails(t, r.Import(org+"/"), "<organizationId>/<scheduleId>")
}

func TestGetHibernationSchedule(t *testing.T) {
	f := setup(t, func(o *emulator.Options) { o.Settings.PageSize = 1 })
	cluster := f.Register("one")
	f.make(hibernations, with(onWire(), props{"name": "twin"}))
	f.make(hibernations, with(onWire(), props{"name": "twin"}))
	id := f.make(hibernations, with(onWire(), props{"clusterAssignments": props{"items": list(props{"clusterId": cluster})},
		node + ".volume": props{"sizeGib": 10}, node + ".kubernetesTaints": list(props{"key": "k", "value": "", "effect": "NoSchedule"})}))
	for _, args := range []props{{"name": "workday"}, {"name": "workday", "organizationId": org}} {
		got, err := f.Invoke("getHibernationSchedule", args)
		if err != nil {
			t.Fatal(err)
		}
		same(t, "the schedule", got, props{
			"id": id, "name": "workday", "organizationId": org, "enabled": false,
			"pauseConfigs": list(workday()["pauseConfig"]),
			"resumeConfigs": list(props{"enabled": true, "schedule": props{"cronExpression": "0 9 * * 1-5"}, "jobConfig": props{"nodeConfig": props{
				"instanceType": "e2-standard-4", "kubernetesLabels": props{}, "volumes": list(props{"sizeGib": 10}),
				"kubernetesTaints": list(props{"key": "k", "value": "", "effect": "NoSchedule"})}}}),
			"clusterAssignments": list(props{"assignments": list(props{"clusterId": cluster})}),
		})
	}
	for name, words := range map[string][]string{
		" ": {"name: "}, "Workday": {`no hibernation schedule named "Workday"`, id}, "twin": {`2 hibernation schedules are named "twin"`},
	} {
		_, err := f.Invoke("getHibernationSchedule", props{"name": name})
		fails(t, err, words...)
	}
}
