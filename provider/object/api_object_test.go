package object_test

import (
	"fmt"
	"reflect"
	"testing"
)

const things = "/v1/teams/blue/things"

func TestLife(t *testing.T) {
	t.Parallel()
	s := newService(t)
	s.show = func(thing props) props {
		thing["createdAt"], thing["status"] = "2025-01-01T00:00:00Z", props{"phase": "ready"}
		return thing
	}
	inputs := props{"path": things, "body": props{
		"name": "x", "size": 3, "on": false, "spec": props{"none": list(), "rules": list(props{"cpu": 1.5}, props{"cpu": "2", "gpu": props{}})},
	}}
	x := s.Resource("ApiObject", "x")
	s.up(x, inputs, "create")
	if x.ID != "thing-1" || s.count() != 1 {
		t.Fatalf("the ID is %q after %d calls", x.ID, s.count())
	}
	sent := props{
		"name": "x", "size": 3.0, "on": false,
		"spec": props{"none": []any{}, "rules": list(props{"cpu": 1.5}, props{"cpu": "2", "gpu": props{}})},
	}
	if got := s.last(); got.method != "POST" || got.path != things || !reflect.DeepEqual(got.body, sent) {
		t.Errorf("the creation sends %v", got)
	}
	if got := x.Output("object").(props)["status"]; fmt.Sprint(got) != "map[phase:ready]" {
		t.Errorf("the output has the status %v", got)
	}
	s.settled(x, inputs)

	inputs["body"].(props)["size"] = 4
	delete(inputs["body"].(props), "on")
	if got := s.up(x, inputs, "update"); fmt.Sprint(got.Changes) != "[body.on body.size]" {
		t.Errorf("the changes are %v", got.Changes)
	}
	if got := s.last(); got.method != "PUT" || got.path != things+"/thing-1" || got.body["size"] != 4.0 || len(got.body) != 3 {
		t.Errorf("the update sends %v", got)
	}
	s.settled(x, inputs)

	if got := s.up(x, props{"path": "/v1/teams/red/things", "body": inputs["body"]}, "replace"); fmt.Sprint(got.Changes) != "[path!]" {
		t.Errorf("the changes are %v", got.Changes)
	}
	if got := s.last(); got.method != "DELETE" || got.path != things+"/thing-1" {
		t.Errorf("the replacement ends with %v", got)
	}
	if err := x.Delete(); err != nil {
		t.Error(err)
	}
	if err := x.Delete(); err != nil {
		t.Errorf("deleting it twice: %v", err)
	}
}
