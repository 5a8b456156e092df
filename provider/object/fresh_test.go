package object_test

import (
	"net/http"
	"testing"
)

// TestFreshLists: what is read from a list is what there is after the last
// write, wherever that was: nobody knows what else a call changes.
func TestFreshLists(t *testing.T) {
	t.Parallel()
	s := newService(t)
	inputs := props{
		"path": things, "body": props{"name": "x", "size": 1}, "listItems": "items", "updatePath": "/v1/elsewhere/{id}", "updateMethod": "PATCH",
	}
	x := s.Resource("ApiObject", "x")
	s.up(x, inputs, "create")
	s.before = func(_ http.ResponseWriter, r *http.Request) bool { // an update elsewhere changes it
		if r.URL.Path == "/v1/elsewhere/"+x.ID {
			r.URL.Path = things + "/" + x.ID
			s.things["/v1/elsewhere/"+x.ID] = s.things[things+"/"+x.ID]
			s.things[things+"/"+x.ID]["size"] = 2.0
		}
		return false
	}
	s.fresh()
	if got, err := x.Refresh(); err != nil || got.Op != "same" { // which reads the list
		t.Fatal(got, err)
	}
	inputs["body"] = props{"name": "x", "size": 2}
	s.up(x, inputs, "update")
	if got := x.Output("object").(props)["size"]; got != 2.0 {
		t.Errorf("after the update the size is %v, an older one", got)
	}

	// Another object's write changes this one, too.
	y := s.Resource("ApiObject", "y")
	s.before = func(_ http.ResponseWriter, r *http.Request) bool {
		if r.Method == http.MethodPost {
			s.things[things+"/"+x.ID]["size"] = 3.0
		}
		return false
	}
	if got, err := x.Refresh(); err != nil || got.Op != "same" {
		t.Fatal(got, err)
	}
	s.up(y, props{"path": "/v1/others", "body": props{"name": "y"}}, "create")
	got, err := x.Refresh()
	if err != nil || got.Op != "update" {
		t.Errorf("after another's write a refresh finds %s %v, %v", got.Op, got.Changes, err)
	}
}
