package workloads_test

import (
	"net/http"
	"testing"

	"github.com/castai/pulumi-castai/emulator"
	"github.com/castai/pulumi-castai/internal/harness"
)

func (f *fixture) mutations(parts ...string) string {
	path := "/patching-engine/v1beta/organizations/" + organization + "/clusters/" + f.cluster + "/pod-mutations"
	for _, part := range parts {
		path += "/" + part
	}
	return path
}

func exact(value string) props { return props{"type": "EXACT", "value": value} }

// leastMutation are the inputs that a mutation needs.
func (f *fixture) leastMutation() props {
	return props{"clusterId": f.cluster, "name": "m", "enabled": false,
		"filterV2": props{"workload": props{"namespaces": list(exact("default"))}}}
}

// everyChange is a mutation with all properties.
func (f *fixture) everyChange() props {
	changes := props{
		"labels": props{"a": "b"}, "annotations": props{"c": "d"},
		"nodeSelector": props{"add": props{"x": "y"}, "remove": props{"z": ""}},
		"tolerations": list(props{"key": "k", "operator": "Exists"},
			props{"key": "t", "value": "v", "effect": "NoExecute", "tolerationSeconds": 0}, props{"key": "u", "tolerationSeconds": 300}),
		"affinity": props{"nodeAffinity": props{"preferredDuringSchedulingIgnoredDuringExecutions": list(
			props{"weight": 10, "preference": props{"matchExpressions": list(
				props{"key": "arch", "operator": "In", "values": list("arm64", "amd64")}, props{"key": "e", "operator": "Exists"})}})}},
		"nodeTemplatesToConsolidates": list("t2", "t1"),
		"patch":                       `[ {"path": "/metadata/labels/foo", "op": "add", "value": {"b": 1, "a": [1.5]}} ]`,
	}
	both := func(prefix string) props {
		return props{"operator": "and", "matchers": list(
			props{"key": exact(prefix + "2"), "value": props{"type": "regex", "value": "x.*"}}, props{"key": exact(prefix + "1")})}
	}
	tolerations := func() props {
		return props{"operator": "OR", "matchers": list(props{"key": exact("d"), "operator": exact("Equal"), "value": exact("v")})}
	}
	return with(changes, props{
		"clusterId": f.cluster, "organizationId": organization, "name": "m", "enabled": true,
		"filterV2": props{
			"workload": props{
				"names": list(exact("b"), exact("a")), "namespaces": list(props{"type": "regex", "value": "^z"}, exact("default")),
				"kinds": list(exact("Deployment")), "excludeNames": list(exact("x")), "excludeNamespaces": list(exact("kube-system")),
				"excludeKinds": list(exact("Job")),
			},
			"pod": props{"labelsFilter": both("l"), "excludeLabelsFilter": both("e"), "tolerationsFilter": tolerations(),
				"excludeTolerationsFilter": tolerations()},
			"celExpression": "true",
		},
		"spotConfig":  props{"spotMode": "preferred_spot", "distributionPercentage": 40},
		"podEviction": props{"enabled": true},
		"distributionGroups": list(
			props{"name": "g2", "percentage": 70, "configuration": with(changes, props{"spotType": "OPTIONAL_SPOT"})},
			props{"name": "g1", "percentage": 0, "configuration": props{}}),
	})
}

func TestPodMutationBodies(t *testing.T) {
	f := setup(t)
	r := f.Resource("PodMutation", "m")
	r.WantUp("create", f.leastMutation())
	same(t, "the least body", f.Body("POST", "/pod-mutations"), props{
		"name": "m", "enabled": false, "objectFilterV2": props{"namespaces": list(exact("default"))}})
	same(t, "what it is", list(r.Output("source"), r.Output("organizationId")), list("API", organization))
	f.settled(r, f.leastMutation())

	r = f.Resource("PodMutation", "all")
	r.WantUp("create", f.everyChange())
	body := f.Body("POST", "/pod-mutations")
	matchers := func(prefix string) props {
		return props{"operator": "AND", "matchers": list(
			props{"key": exact(prefix + "2"), "value": props{"type": "REGEX", "value": "x.*"}}, props{"key": exact(prefix + "1")})}
	}
	tolerated := props{"operator": "OR", "matchers": list(props{"key": exact("d"), "operator": exact("Equal"), "value": exact("v")})}
	same(t, "the filter", body["objectFilterV2"], props{
		"names": list(exact("b"), exact("a")), "namespaces": list(props{"type": "REGEX", "value": "^z"}, exact("default")),
		"kinds": list(exact("Deployment")), "excludeNames": list(exact("x")), "excludeNamespaces": list(exact("kube-system")),
		"excludeKinds": list(exact("Job")), "labels": matchers("l"), "excludeLabels": matchers("e"),
		"tolerations": tolerated, "excludeTolerations": tolerated, "celExpression": "true",
	})
	changes := props{
		"labels": props{"a": "b"}, "annotations": props{"c": "d"}, "nodeSelector": props{"add": props{"x": "y"}, "remove": props{"z": ""}},
		"tolerations": list(props{"key": "k", "operator": "Exists"},
			props{"key": "t", "value": "v", "effect": "NoExecute", "tolerationSeconds": "0"}, props{"key": "u", "tolerationSeconds": "300"}),
		"affinity": props{"nodeAffinity": props{"preferredDuringSchedulingIgnoredDuringExecution": list(
			props{"weight": 10, "preference": props{"matchExpressions": list(
				props{"key": "arch", "operator": "In", "values": list("arm64", "amd64")}, props{"key": "e", "operator": "Exists"})}})}},
		"nodeTemplatesToConsolidate": list("t2", "t1"),
		"patch":                      list(props{"op": "add", "path": "/metadata/labels/foo", "value": props{"a": list(1.5), "b": 1}}),
	}
	for name, want := range changes {
		same(t, "the "+name, body[name], want)
	}
	same(t, "the spot instances", list(body["spotType"], body["spotDistributionPercentage"]), list("PREFERRED_SPOT", 40))
	same(t, "the groups", body["distributionGroups"], list(
		props{"name": "g2", "percentage": 70, "config": with(changes, props{"spotType": "OPTIONAL_SPOT"})},
		props{"name": "g1", "percentage": 0}))
	same(t, "the eviction", body["podEviction"], props{"enabled": true})
	f.settled(r, f.everyChange())

	changed := with(f.everyChange(), props{"enabled": false})
	r.WantUp("update", changed)
	same(t, "the ID in the body", f.Body("PATCH", r.ID)["id"], r.ID)
	f.settled(r, changed)
}

func TestPodMutationIsCleared(t *testing.T) {
	f := setup(t)
	r := f.Resource("PodMutation", "m")
	r.WantUp("create", f.everyChange())
	least := with(f.leastMutation(), props{"organizationId": organization})
	r.WantUp("update", least)
	same(t, "the body", f.Body("PATCH", r.ID), props{
		"id": r.ID, "name": "m", "enabled": false, "objectFilterV2": props{"namespaces": list(exact("default"))},
		"labels": props{}, "annotations": props{}, "nodeSelector": props{}, "tolerations": list(), "affinity": props{},
		"spotType": "SPOT_TYPE_UNSPECIFIED", "nodeTemplatesToConsolidate": list(), "patch": list(), "distributionGroups": list(),
		"podEviction": props{},
	})
	f.settled(r, least)
}

// TestPodMutationShowsNoDifferenceOfForm: what means nothing is as good as not
// set.
func TestPodMutationShowsNoDifferenceOfForm(t *testing.T) {
	for name, changes := range map[string]props{
		"no eviction":        {"podEviction": props{"enabled": false}},
		"spot without mode":  {"spotConfig": props{"distributionPercentage": 40}},
		"spot without all":   {"spotConfig": props{}},
		"spot without share": {"spotConfig": props{"spotMode": "USE_ONLY_SPOT"}},
		"empty patch":        {"patch": ""},
		"patch of nothing":   {"patch": "[ ]"},
		"empty blocks":       {"nodeSelector": props{}, "affinity": props{"nodeAffinity": props{}}, "labels": props{}, "tolerations": list()},
		"empty group":        {"distributionGroups": list(props{"name": "g", "percentage": 1, "configuration": props{"labels": props{}, "patch": "[]"}})},
		"empty preference":   {"affinity": props{"nodeAffinity": props{"preferredDuringSchedulingIgnoredDuringExecutions": list(props{"weight": 1, "preference": props{}})}}},
		"default operator":   {"tolerations": list(props{"key": "k", "operator": "Equal", "value": "v"})},
	} {
		t.Run(name, func(t *testing.T) {
			f := setup(t)
			inputs := with(f.leastMutation(), changes)
			r := f.Resource("PodMutation", "m")
			r.WantUp("create", inputs)
			f.settled(r, inputs)
			r.WantUp("update", with(inputs, props{"enabled": true}))
			f.settled(r, with(inputs, props{"enabled": true}))
		})
	}
}

func TestPodMutationShowsDrift(t *testing.T) {
	f := setup(t)
	r := f.Resource("PodMutation", "m")
	r.WantUp("create", f.everyChange())
	found := f.Call(http.MethodGet, f.mutations(r.ID), nil)
	delete(found, "spotType")
	delete(found, "patch")
	at(found, "objectFilterV2").(props)["namespaces"] = list(exact("default"), exact("other"))
	at(found, "tolerations", 0).(props)["value"] = "narrow"
	f.Call(http.MethodPatch, f.mutations(r.ID), found)
	f.Reopen()
	got, err := r.Refresh()
	if err != nil {
		t.Fatal(err)
	}
	same(t, "the differences", got.Changes, list("filterV2.workload.namespaces[0].type", "filterV2.workload.namespaces[0].value", "patch", "spotConfig", "tolerations[0].value"))
	r.WantUp("update", f.everyChange())
	f.settled(r, f.everyChange())
}

func TestPodMutationIsReplaced(t *testing.T) {
	f := setup(t)
	r := f.Resource("PodMutation", "m")
	r.WantUp("create", f.leastMutation())
	for name, value := range map[string]any{"clusterId": missing, "name": "other", "organizationId": missing} {
		if got, _, err := r.Preview(with(f.leastMutation(), props{name: value})); err != nil || got.Op != "replace" {
			t.Errorf("another %s is %s, %v", name, got.Op, err)
		}
	}
}

func TestPodMutationIsImported(t *testing.T) {
	f := setup(t)
	made := f.Resource("PodMutation", "m")
	made.WantUp("create", f.everyChange())
	r := f.Resource("PodMutation", "imported")
	if err := r.Import(organization + "/" + f.cluster + "/" + made.ID); err != nil {
		t.Fatal(err)
	}
	inputs := props{}
	for key := range r.Inputs {
		inputs[string(key)] = r.Input(string(key))
	}
	f.settled(r, inputs)
	refused(t, r.Import(f.cluster+"/"+made.ID), "<organizationId>/<clusterId>/<mutationId>")
	refused(t, r.Import(organization+"/"+f.cluster+"/"+missing), "does not exist")
}

func TestPodMutationWhoseAnswerIsLost(t *testing.T) {
	f := setup(t)
	f.Emulator.Fail(emulator.Fault{Method: "POST", Path: f.mutations(), Action: emulator.Drop})
	r := f.Resource("PodMutation", "m")
	r.WantUp("create", f.everyChange())
	f.settled(r, f.everyChange())
}

func TestPodMutationThatIsGone(t *testing.T) {
	f := setup(t)
	r := f.Resource("PodMutation", "m")
	r.WantUp("create", f.leastMutation())
	f.Call(http.MethodDelete, f.mutations(r.ID), nil)
	_, err := r.Up(with(f.leastMutation(), props{"enabled": true}))
	refused(t, err, "cannot update pod mutation "+r.ID, "pod mutation not found")
	if err := r.Delete(); err != nil {
		t.Errorf("deleting what is gone: %v", err)
	}
	if got, err := r.Refresh(); err != nil || got.Op != "delete" {
		t.Errorf("a refresh finds %s, %v", got.Op, err)
	}
}

// TestPodMutationOfManyOrganizations: the organization is not guessed, and
// stays when the provider gets another one.
func TestPodMutationOfManyOrganizations(t *testing.T) {
	other := emulator.Organization{ID: missing, Name: "Other"}
	f := &fixture{Harness: harness.New(t, func(o *emulator.Options) {
		o.Organizations = []emulator.Organization{emulator.DefaultOrganization, other}
	})}
	made := f.Call(http.MethodPost, "/v1/kubernetes/external-clusters", props{
		"name": "test", "eks": props{"clusterName": "test", "region": "eu-central-1", "accountId": "123456789012"}})
	f.cluster = made["id"].(string)
	r := f.Resource("PodMutation", "m")
	_, err := r.Up(f.leastMutation())
	refused(t, err, "cannot tell the organization", `"m"`, "2 organizations")
	f.Provider(map[string]any{"apiToken": harness.Token, "apiUrl": f.URL, "organizationId": organization})
	r.WantUp("create", f.leastMutation())
	f.Provider(map[string]any{"apiToken": harness.Token, "apiUrl": f.URL, "organizationId": other.ID})
	if got, err := r.Refresh(); err != nil || got.Op != "same" {
		t.Errorf("a refresh finds %s, %v", got.Op, err)
	}
	r.WantUp("update", with(f.leastMutation(), props{"enabled": true}))
	same(t, "the requests", f.Calls()[len(f.Calls())-1], "PATCH "+f.mutations(r.ID))
	if err := r.Delete(); err != nil {
		t.Error(err)
	}
}

func TestPodMutationOfTheCluster(t *testing.T) {
	f := setup(t)
	r := f.Resource("PodMutation", "m")
	r.WantUp("create", f.leastMutation())
	r.Outputs["source"] = propertyOf("CUSTOM_RESOURCE")
	r.WantUp("update", with(f.leastMutation(), props{"enabled": true}))
	if !f.Warned("comes from an object in the cluster") {
		t.Error("no warning that the change may be undone")
	}
}

func TestPodMutationIsRefused(t *testing.T) {
	f := setup(t)
	group := props{"name": "g", "percentage": 60, "configuration": props{}}
	for name, test := range map[string]struct {
		changes props
		want    string
	}{
		"filter of nothing":    {props{"filterV2": props{}}, "filterV2: selects nothing"},
		"filter of empty list": {props{"filterV2": props{"workload": props{"names": list()}, "pod": props{}}}, "filterV2: selects nothing"},
		"patch that is none":   {props{"patch": `{"op": "add"}`}, "patch: is not a JSON patch"},
		"strange operation":    {props{"patch": `[{"op": "mix", "path": "/"}]`}, "the operation 0 needs"},
		"operation on nothing": {props{"patch": `[{"op": "test", "path": "/"}, {"op": "add"}]`}, "the operation 1 needs"},
		"patch of a group":     {props{"distributionGroups": list(props{"name": "g", "percentage": 1, "configuration": props{"patch": "x"}})}, "distributionGroups[0].configuration.patch"},
		"more than all":        {props{"distributionGroups": list(group, with(group, props{"name": "h"}))}, "add up to 120"},
		"a name twice":         {props{"distributionGroups": list(group, with(group, props{"percentage": 1}))}, "distributionGroups[1].name: \"g\" is the name of distributionGroups[0] already"},
		"share":                {props{"spotConfig": props{"distributionPercentage": 101}}, "spotConfig.distributionPercentage"},
	} {
		t.Run(name, func(t *testing.T) {
			_, failures := f.Resource("PodMutation", "m").Check(with(f.leastMutation(), test.changes))
			refused(t, harness.CheckError(failures), test.want)
		})
	}
	for name, changes := range map[string]props{
		"filter that is not known":  {"filterV2": harness.Unknown},
		"names that are not known":  {"filterV2": props{"workload": props{"names": harness.Unknown}}},
		"shares that are not known": {"distributionGroups": list(group, with(group, props{"name": harness.Unknown, "percentage": harness.Unknown}))},
		"patch that is not known":   {"patch": harness.Unknown},
		"values that are not known": {"spotConfig": props{"spotMode": "MOSTLY_SPOT"}, "tolerations": list(props{"operator": "Like"})},
	} {
		t.Run(name, func(t *testing.T) {
			if _, failures := f.Resource("PodMutation", "m").Check(with(f.leastMutation(), changes)); len(failures) > 0 {
				t.Errorf("refused: %v", failures)
			}
		})
	}
}

// TestNoSecondsAtAll: 0 is another thing than for ever, in an import too.
func TestNoSecondsAtAll(t *testing.T) {
	f := setup(t)
	inputs := f.leastMutation()
	inputs["tolerations"] = list(props{"key": "k", "operator": "Exists", "tolerationSeconds": 0})
	made := f.Resource("PodMutation", "m")
	made.WantUp("create", inputs)
	made.WantSettled(inputs)
	r := f.Resource("PodMutation", "m")
	if err := r.Import(organization + "/" + f.cluster + "/" + made.ID); err != nil {
		t.Fatal(err)
	}
	harness.WantJSON(t, "the imported tolerations", r.Input("tolerations"), inputs["tolerations"])
}
