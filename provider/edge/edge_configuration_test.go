package edge_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/castai/pulumi-castai/emulator"
)

// configuration are inputs of a configuration of that location.
func (f *fixture) configuration(location string, more props) props {
	return with(props{"clusterId": f.cluster, "edgeLocationId": location, "name": "ec"}, more)
}

func TestEdgeConfigurationBodies(t *testing.T) {
	f := setup(t)
	location := f.location("l")
	x := f.Resource("EdgeConfiguration", "x")
	x.WantUp("create", f.configuration(location, props{"aws": props{}}))
	same(t, "the body", f.Body("POST", "/configurations"), props{"name": "ec", "userDataBase64": "", "cri": props{}, "aws": props{}})
	if x.Output("default") != false {
		t.Errorf("the outputs are %v", x.Outputs)
	}
	id := x.ID
	socket := props{"socket": "unix:///run/containerd/containerd.sock"}
	for _, step := range []struct{ inputs, body props }{
		{props{"name": "renamed", "userDataBase64": "YQ==", "cri": socket, "aws": props{"imageId": "ami-0", "bootDiskSizeGib": 10, "tags": props{"a": "b"}}},
			props{"name": "renamed", "userDataBase64": "YQ==", "cri": socket,
				"aws": props{"imageId": "ami-0", "bootDiskSizeGib": 10, "tags": props{"a": "b"}}}},
		{props{"aws": props{"bootDiskSizeGib": 10}, "cri": props{}},
			props{"name": "ec", "userDataBase64": "", "cri": props{}, "aws": props{"bootDiskSizeGib": 10}}},
		{props{"aws": props{}}, props{"name": "ec", "userDataBase64": "", "cri": props{}, "aws": props{}}},
		// Another place takes the place of the first.
		{props{"gcp": props{"labels": props{"a": "b"}}},
			props{"name": "ec", "userDataBase64": "", "cri": props{}, "gcp": props{"labels": props{"a": "b"}}}},
		{props{"custom": props{"custom": props{"a": "b"}}}, props{"name": "ec", "userDataBase64": "", "cri": props{}, "custom": props{"a": "b"}}},
	} {
		inputs := f.configuration(location, step.inputs)
		x.WantUp("update", inputs)
		same(t, "the body", f.Body("PATCH", id), step.body)
		x.WantSettled(inputs)
	}
	if x.ID != id {
		t.Error("the configuration was replaced")
	}
}

func TestEdgeConfigurationChecks(t *testing.T) {
	f := setup(t)
	inputs := func(more props) props { return f.configuration(absent, more) }
	f.Refused("EdgeConfiguration", inputs(nil), "")
	f.Refused("EdgeConfiguration", inputs(props{"aws": props{}, "gcp": props{}}), "gcp")
	f.Refused("EdgeConfiguration", inputs(props{"custom": props{}}), "custom.custom")
	f.Refused("EdgeConfiguration", inputs(props{"custom": props{"custom": props{}}}), "custom.custom")
	f.Refused("EdgeConfiguration", inputs(props{"aws": props{}, "name": ""}), "name")
	f.Refused("EdgeConfiguration", inputs(props{"aws": props{}, "edgeLocationId": "l"}), "edgeLocationId")
}

// The service may say in several ways that there is nothing, and keep other
// things than texts.
func TestEdgeConfigurationReads(t *testing.T) {
	f := setup(t)
	location := f.location("l")
	x := f.Resource("EdgeConfiguration", "x")
	inputs := f.configuration(location, props{"custom": props{"custom": props{"a": "b"}}})
	x.WantUp("create", inputs)
	answer := func(body string) {
		f.Emulator.ClearFaults()
		f.answer(f.path+"/edge-configurations", f.path+"/edge-locations/"+location+"/configurations/"+x.ID, `{"id":"`+x.ID+`",`+body+"}")
		f.Reopen()
	}
	for _, cri := range []string{`{}`, `{"socket":""}`, `null`} {
		answer(`"name":"ec","custom":{"a":"b"},"userDataBase64":"","cri":` + cri)
		if got, err := x.Refresh(); err != nil || got.Op != "same" {
			t.Errorf("with the runtime %s a refresh finds %s %v, %v", cri, got.Op, got.Changes, err)
		}
	}
	answer(`"name":"ec","custom":{"a":1,"b":null,"c":{"d":true}}`)
	if got, err := x.Refresh(); err != nil || got.Op != "update" {
		t.Errorf("a refresh finds %s %v, %v", got.Op, got.Changes, err)
	}
	same(t, "the settings", x.Input("custom"), props{"custom": props{"a": "1", "b": "", "c": `{"d":true}`}})
	same(t, "the location", x.Input("edgeLocationId"), location)
	f.Emulator.ClearFaults()
	f.Reopen()
	if got, err := x.Refresh(); err != nil || got.Op != "update" {
		t.Errorf("a refresh finds %s %v, %v", got.Op, got.Changes, err)
	}
	x.WantSettled(inputs)
}

// A default configuration stays, and says so; one that is not is deleted.
func TestEdgeConfigurationDefault(t *testing.T) {
	f := setup(t)
	location := f.location("l")
	one, two := f.Resource("EdgeConfiguration", "one"), f.Resource("EdgeConfiguration", "two")
	one.WantUp("create", f.configuration(location, props{"name": "one", "userDataBase64": "YQ==", "aws": props{"imageId": "ami-0"}}))
	two.WantUp("create", f.configuration(location, props{"name": "two", "gcp": props{}}))
	mark := func(configuration string) props {
		return props{"clusterId": f.cluster, "edgeLocationId": location, "configurationId": configuration}
	}
	x := f.Resource("EdgeConfigurationDefault", "x")
	x.WantUp("create", mark(one.ID))
	same(t, "the body", f.Body("PATCH", one.ID), props{"default": true})
	if x.ID != one.ID || x.Output("name") != "one" || x.Output("cloudProvider") != "aws" {
		t.Errorf("the outputs are %v", x.Outputs)
	}
	// The mark alone has changed.
	if got, err := one.Refresh(); err != nil || got.Op != "same" || one.Output("default") != true {
		t.Errorf("a refresh finds %s %v, %v, with %v", got.Op, got.Changes, err, one.Outputs)
	}
	x.WantSettled(mark(one.ID))

	// Another default takes the place: the resource is gone until it is set again.
	y := f.Resource("EdgeConfigurationDefault", "y")
	y.WantUp("create", mark(two.ID))
	if got, err := x.Refresh(); err != nil || got.Op != "delete" {
		t.Errorf("a refresh finds %s, %v", got.Op, err)
	}
	fails(t, f.Resource("EdgeConfigurationDefault", "z").Import(
		strings.Join([]string{f.cluster, location, one.ID}, "/")), one.ID, "not the default")

	f.Forget()
	if err := y.Delete(); err != nil || len(f.Calls()) > 0 || !f.Warned("stays the default") {
		t.Errorf("deleting the mark: %v, %v", err, f.Calls())
	}
	if err := two.Delete(); err != nil || !f.Warned("left in place") {
		t.Errorf("deleting the default: %v", err)
	}
	if err := one.Delete(); err != nil {
		t.Errorf("deleting the other: %v", err)
	}
	left := f.Call(http.MethodGet, f.path+"/edge-configurations", nil)["items"].([]any)
	if len(left) != 1 || left[0].(props)["id"] != two.ID {
		t.Errorf("what is left is %v", left)
	}
}

// A configuration is found by its name, on whatever page it is.
func TestEdgeConfigurationByName(t *testing.T) {
	f := setup(t, func(o *emulator.Options) { o.Settings.PageSize = 2 })
	location, other := f.location("l"), f.location("m")
	path := f.path + "/edge-locations/" + location + "/configurations"
	var last string
	for i := range 5 {
		last = f.Call(http.MethodPost, path, props{
			"name": fmt.Sprint("n/", i), "userDataBase64": "", "cri": props{}, "gcp": props{"imageId": "", "labels": props{"k": "v"}},
		})["id"].(string)
	}
	f.Call(http.MethodPost, f.path+"/edge-locations/"+other+"/configurations", props{"name": "n/4", "aws": props{}})
	f.Call(http.MethodPost, path, props{"name": "c", "userDataBase64": "YQ==", "custom": props{"a": 1, "b": nil}})
	for range 2 {
		f.Call(http.MethodPost, path, props{"name": "twice", "aws": props{}})
	}

	for _, id := range []string{org + "/" + f.cluster, f.cluster} {
		x := f.Resource("EdgeConfiguration", "x")
		if err := x.Import(id + "/" + location + "/n/4"); err != nil || x.ID != last || x.Input("clusterId") != f.cluster {
			t.Errorf("the import of %s gives %s %v, %v", id, x.ID, x.Inputs, err)
		}
	}
	fails(t, f.Resource("EdgeConfiguration", "x").Import(org+"/"+f.cluster+"/"+location+"/none"), `"none"`, `"n/4"`)
	fails(t, f.Resource("EdgeConfiguration", "x").Import("none"), "<organizationId>/<clusterId>/<edgeLocationId>/<configurationId>")

	get := func(name string) (props, error) {
		return f.Invoke("getEdgeConfiguration", props{"clusterId": f.cluster, "edgeLocationId": location, "name": name})
	}
	got, err := get("n/4")
	if err != nil {
		t.Fatal(err)
	}
	same(t, "the configuration", got, props{
		"id": last, "organizationId": org, "clusterId": f.cluster, "edgeLocationId": location, "name": "n/4", "default": false,
		"gcp": props{"labels": props{"k": "v"}},
	})
	if got, err = get("c"); err != nil {
		t.Fatal(err)
	}
	same(t, "the settings", got["custom"], props{"a": "1", "b": ""})
	same(t, "the user data", got["userDataBase64"], "YQ==")
	_, err = get("twice")
	fails(t, err, "2 edge configurations", "Use the ID")
	_, err = get("none")
	fails(t, err, `"none"`, `"n/4"`)
	empty := f.location("empty")
	_, err = f.Invoke("getEdgeConfiguration", props{"clusterId": f.cluster, "edgeLocationId": empty, "name": "none"})
	fails(t, err, "none at all")
}
