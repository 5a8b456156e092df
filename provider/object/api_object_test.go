package object_test

import (
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"github.com/castai/pulumi-castai/internal/harness"
)

const things = "/v1/teams/blue/things"

func TestLife(t *testing.T) {
	t.Parallel()
	s := newService(t)
	s.show = func(thing props) props {
		thing["createdAt"], thing["status"], thing["nothing"] = "2025-01-01T00:00:00Z", props{"phase": "ready"}, nil
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
		"spec": props{"none": list(), "rules": list(props{"cpu": 1.5}, props{"cpu": "2", "gpu": props{}})},
	}
	if got := s.last(); got.method != http.MethodPost || got.path != things || !reflect.DeepEqual(got.body, sent) {
		t.Errorf("the creation sends %v", got)
	}
	object := x.Output("object").(props)
	if _, there := object["nothing"]; fmt.Sprint(object["status"]) != "map[phase:ready]" || there {
		t.Errorf("the object is %v", object)
	}
	s.settled(x, inputs)

	inputs["body"].(props)["size"] = 4
	delete(inputs["body"].(props), "on")
	if got := s.up(x, inputs, "update"); fmt.Sprint(got.Changes) != "[body.on body.size]" {
		t.Errorf("the changes are %v", got.Changes)
	}
	if got := s.last(); got.method != http.MethodPut || got.path != things+"/thing-1" || got.body["size"] != 4.0 || len(got.body) != 3 {
		t.Errorf("the update sends %v", got)
	}
	s.settled(x, inputs)

	if got := s.up(x, props{"path": "/v1/teams/red/things", "body": inputs["body"]}, "replace"); fmt.Sprint(got.Changes) != "[path!]" {
		t.Errorf("the changes are %v", got.Changes)
	}
	if got := s.last(); got.method != http.MethodDelete || got.path != things+"/thing-1" {
		t.Errorf("the replacement ends with %v", got)
	}
	for range 2 {
		if err := x.Delete(); err != nil {
			t.Error("delete:", err)
		}
	}
}

// TestSpelling: what the API writes in another way, or adds, is no difference;
// everything else is one, and no more than that.
func TestSpelling(t *testing.T) {
	t.Parallel()
	body := func() props {
		return props{
			"count": 7, "price": "1.50", "on": true, "off": false, "until": "2040-01-01T02:00:00+02:00",
			"tags": list("b", "a"), "order": list("b", "a"), "nested": props{"deep": props{"n": 1}},
			"rules": list(props{"name": "one", "ports": list("2", "1")}, props{"name": "two", "weight": 2}),
		}
	}
	for name, test := range map[string]struct {
		answer  props
		changes []string
	}{
		"numbers as text":         {props{"count": "7", "price": 1.5, "on": "true"}, nil},
		"another zone":            {props{"until": "2040-01-01T00:00:00Z"}, nil},
		"an empty value left out": {props{"off": nil}, nil},
		"another order in a set":  {props{"tags": list("a", "b")}, nil},
		"more in an object":       {props{"nested": props{"deep": props{"n": 1, "m": 2}, "more": list(1)}}, nil},
		"elements in another order": {
			props{"rules": list(props{"name": "two", "weight": "2", "x": 1}, props{"name": "one", "ports": list("1", "2"), "x": 1})}, nil},

		"another number":               {props{"count": 8}, list2("body.count")},
		"another order":                {props{"order": list("a", "b")}, list2("body.order[0]", "body.order[1]")},
		"a value left out":             {props{"price": nil}, list2("body.price")},
		"a switch that is off":         {props{"on": false}, list2("body.on")},
		"a change at a depth":          {props{"nested": props{"deep": props{"n": 2}}}, list2("body.nested.deep.n")},
		"one more in a set":            {props{"tags": list("a", "c", "b")}, list2("body.tags[2]")},
		"a change in an element":       {props{"rules": list(props{"name": "one", "ports": list("1", "2")}, props{"name": "two", "weight": 3})}, list2("body.rules[1].weight")},
		"an object where was a number": {props{"count": props{"a": 1}}, list2("body.count")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newService(t)
			inputs := props{"path": things, "body": body(), "unorderedLists": list("tags", "rules", "rules.ports")}
			x := s.Resource("ApiObject", "x")
			s.up(x, inputs, "create")
			s.set(things+"/"+x.ID, test.answer)
			if test.changes == nil {
				s.settled(x, inputs)
				return
			}
			s.drifted(x, test.changes...)
			s.up(x, inputs, "update")
			s.settled(x, inputs)
		})
	}
}

func list2(paths ...string) []string { return paths }

// TestRespelling: the program itself may write the same in another way.
func TestRespelling(t *testing.T) {
	t.Parallel()
	s := newService(t)
	x := s.Resource("ApiObject", "x")
	s.up(x, props{"path": things, "unorderedLists": list("tags"), "body": props{"n": 1, "tags": list("a", "b"), "none": props{}}}, "create")
	again := props{"path": things, "unorderedLists": list("tags"), "body": props{"n": "1", "tags": list("b", "a"), "none": props{}}}
	s.up(x, again, "same")
	s.settled(x, again)
}

// TestIgnoredFields: an answer that lacks them, or says something else, is no
// difference, and a change in the program is sent.
func TestIgnoredFields(t *testing.T) {
	t.Parallel()
	s := newService(t)
	s.show = func(thing props) props {
		delete(thing, "key")
		thing["users"] = list(props{"name": "a"})
		thing["scale"] = props{"min": 1, "now": 9}
		return thing
	}
	inputs := props{
		"path": things, "ignoreFields": list("key", "users.pin", "scale.now"),
		"body": props{"key": "k", "users": list(props{"name": "a", "pin": 1}), "scale": props{"min": 1, "now": 2}},
	}
	x := s.Resource("ApiObject", "x")
	s.up(x, inputs, "create")
	s.settled(x, inputs)
	inputs["body"].(props)["key"] = "other"
	s.up(x, inputs, "update")
	if got := s.last().body["key"]; got != "other" {
		t.Errorf("the update sends the key %v", got)
	}
	s.settled(x, inputs)
}

// TestSecrets: what the program calls secret, what is secret by its name, and
// what the program says is secret of the answer is not seen anywhere.
func TestSecrets(t *testing.T) {
	t.Parallel()
	for _, inList := range []bool{false, true} {
		s := newService(t)
		made := false
		s.show = func(thing props) props {
			thing["echo"] = "PLANTED-echo"
			if !made {
				made, thing["once"] = true, props{"value": "PLANTED-once", "open": "seen-once"}
			}
			thing["apiKey"] = "PLANTED-name"
			delete(thing, "hidden")
			return thing
		}
		inputs := props{
			"path": things, "secretFields": list("once.value", "echo"),
			"body": props{
				"name": "seen-name", "plain": harness.Secret("PLANTED-plain"), "password": "PLANTED-password", "hidden": harness.Secret("PLANTED-hidden"),
				"list": list(harness.Secret("PLANTED-element"), "b"), "deep": list(props{"a": harness.Secret("PLANTED-deep"), "b": "seen-b"}),
			},
		}
		if inList {
			inputs["listItems"] = "items"
		}
		x := s.Resource("ApiObject", "x")
		var texts []string
		keep := func() { texts = append(texts, visible(x.Inputs), visible(x.Outputs)) }

		s.before = func(w http.ResponseWriter, r *http.Request) bool {
			if r.Method == http.MethodPost {
				w.WriteHeader(http.StatusBadRequest)
				_, _ = fmt.Fprint(w, `{"message":"neither PLANTED-plain nor PLANTED-element, PLANTED-deep or PLANTED-password will do"}`)
			}
			return r.Method == http.MethodPost
		}
		_, err := x.Up(inputs)
		if err == nil || !strings.Contains(err.Error(), "will do") {
			t.Fatal(err)
		}
		texts = append(texts, err.Error())
		s.before = nil

		s.up(x, inputs, "create")
		keep()
		if got := s.last().body["plain"]; got != "PLANTED-plain" {
			t.Errorf("the creation sends %v", got)
		}
		s.settled(x, inputs)
		keep()
		if got := fmt.Sprint(x.Output("object").(props)["once"]); got != "map[open:seen-once value:PLANTED-once]" && got != "map[value:PLANTED-once]" {
			t.Errorf("what is shown once has become %v", got)
		}
		s.set(things+"/"+x.ID, props{"plain": "PLANTED-drift"})
		s.drifted(x, "body.plain")
		keep()
		s.up(x, inputs, "update")
		keep()
		y := s.Resource("ApiObject", "y")
		if err := y.Import(things + "?secretFields=echo&secretFields=plain&secretFields=list&secretFields=deep#" + x.ID); err != nil {
			t.Fatal(err)
		}
		texts = append(texts, visible(y.Inputs), visible(y.Outputs))
		_, failures := x.Check(props{"path": "things", "keyField": "x", "body": inputs["body"]})
		texts = append(texts, harness.CheckError(failures).Error())
		if err := x.Delete(); err != nil {
			t.Error(err)
		}
		texts = append(texts, s.Logs()...)
		all := strings.Join(texts, "\n")
		if i := strings.Index(all, "PLANTED"); i >= 0 {
			t.Errorf("in a list %v: a secret is seen: %s", inList, all[max(0, i-200):i+100])
		}
		for _, open := range []string{"seen-name", "seen-b", "POST " + things} {
			if !strings.Contains(all, open) {
				t.Errorf("%s is not seen", open)
			}
		}
	}
}

// visible is the text of properties without what is marked as secret.
func visible(m resource.PropertyMap) string {
	return fmt.Sprint(m.MapRepl(nil, func(v resource.PropertyValue) (any, bool) { return "[hidden]", v.IsSecret() }))
}

// TestUpdates: how an object is updated is the program's to say.
func TestUpdates(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		options props
		change  props
		op      string
		changes []string
		want    call
	}{
		"PATCH": {
			props{"updateMethod": "PATCH"}, props{"size": 2}, "update", list2("body.size"),
			call{"PATCH", things + "/thing-1", props{"name": "x", "size": 2.0}}},
		"wrapped, elsewhere": {
			props{"updateMethod": "POST", "updatePath": things + "/{id}/settings", "updateWrapper": "thing"}, props{"size": 2}, "update",
			list2("body.size"), call{"POST", things + "/thing-1/settings", props{"thing": props{"name": "x", "size": 2.0}}}},
		"a part": {
			props{"updateFields": list("size")}, props{"size": 2}, "update", list2("body.size"),
			call{"PUT", things + "/thing-1", props{"size": 2.0}}},
		"another part": {
			props{"updateFields": list("size")}, props{"name": "y"}, "replace", list2("body.name!"),
			call{"DELETE", things + "/thing-1", nil}},
		"one more part": {
			props{"updateFields": list("size")}, props{"more": "y"}, "replace", list2("body.more!"),
			call{"DELETE", things + "/thing-1", nil}},
		"a part that is given up": {
			props{"updateFields": list("size")}, props{"name": nil}, "update", list2("body.name"),
			call{"POST", things, props{"name": "x", "size": 1.0}}},
		"none": {
			props{"updateMethod": "none"}, props{"size": 2}, "replace", list2("body.size!"),
			call{"DELETE", things + "/thing-1", nil}},
		"none, given up": {
			props{"updateMethod": "none"}, props{"size": nil}, "update", list2("body.size"),
			call{"POST", things, props{"name": "x", "size": 1.0}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newService(t)
			inputs := props{"path": things, "body": props{"name": "x", "size": 1}}
			for key, value := range test.options {
				inputs[key] = value
			}
			x := s.Resource("ApiObject", "x")
			s.up(x, inputs, "create")
			for key, value := range test.change {
				inputs["body"].(props)[key] = value
				if value == nil {
					delete(inputs["body"].(props), key)
				}
			}
			if got := s.up(x, inputs, test.op); fmt.Sprint(got.Changes) != fmt.Sprint(test.changes) {
				t.Errorf("the changes are %v", got.Changes)
			}
			if got := s.last(); !reflect.DeepEqual(got, test.want) {
				t.Errorf("the last call is %v, want %v", got, test.want)
			}
		})
	}
}

// TestHandlingAlone: inputs that say how to handle an object change nothing of it.
func TestHandlingAlone(t *testing.T) {
	t.Parallel()
	s := newService(t)
	x := s.Resource("ApiObject", "x")
	body := props{"name": "x"}
	s.up(x, props{"path": things, "body": body}, "create")
	s.up(x, props{"path": things, "body": body, "updateMethod": "PATCH", "listItems": "items", "keyField": "name"}, "update")
	if got := s.count(); got != 1 {
		t.Errorf("there were %d calls", got)
	}
	s.set(things+"/"+x.ID, props{"gone": true})
	s.fresh()
	delete(s.things, things+"/"+x.ID)
	if _, err := x.Up(props{"path": things, "body": body, "listItems": "items"}); err == nil || !strings.Contains(err.Error(), "pulumi refresh") {
		t.Errorf("handling what is gone: %v", err)
	}
}

// TestLists: an object is found in the list, by a number as well, and in a wrapper.
func TestLists(t *testing.T) {
	t.Parallel()
	s := newService(t)
	s.show = func(thing props) props {
		return props{"item": props{"meta": props{"number": 12}, "name": thing["name"]}}
	}
	inputs := props{"path": things, "body": props{"name": "x"}, "listItems": "items", "answerWrapper": "item", "idField": "meta.number"}
	x := s.Resource("ApiObject", "x")
	s.up(x, inputs, "create")
	if x.ID != "12" {
		t.Errorf("the ID is %q", x.ID)
	}
	s.settled(x, inputs)
	clear(s.things)
	s.fresh()
	if got, err := x.Refresh(); err != nil || got.Op != "delete" {
		t.Errorf("a refresh finds %v, %v", got, err)
	}
}

func TestSingleton(t *testing.T) {
	t.Parallel()
	s := newService(t)
	const settings = "/v1/teams/blue/settings"
	s.things[settings] = props{"color": "red", "size": 1.0}
	inputs := props{"path": settings, "singleton": true, "updateMethod": "PATCH", "body": props{"color": "blue"}}
	x := s.Resource("ApiObject", "x")
	s.up(x, inputs, "create")
	if got := s.last(); x.ID != settings || !reflect.DeepEqual(got, call{"PATCH", settings, props{"color": "blue"}}) {
		t.Errorf("the ID is %q, and the call %v", x.ID, got)
	}
	s.settled(x, inputs)
	y := s.Resource("ApiObject", "y")
	if err := y.Import(settings + "?singleton=true#"); err != nil || y.ID != settings {
		t.Errorf("the import gives %q, %v", y.ID, err)
	}
	if err := x.Delete(); err != nil || len(s.things) != 1 || !s.Warned("was left in place: it is a singleton") {
		t.Errorf("%v, and the things are %v", err, s.things)
	}
	inputs["deleteMethod"] = "DELETE"
	s.up(x, inputs, "update")
	if err := x.Delete(); err != nil || len(s.things) != 0 {
		t.Errorf("%v, and the things are %v", err, s.things)
	}
}

func TestLeftInPlace(t *testing.T) {
	t.Parallel()
	s := newService(t)
	x := s.Resource("ApiObject", "x")
	s.up(x, props{"path": things, "body": props{}, "deleteMethod": "none"}, "create")
	if err := x.Delete(); err != nil || len(s.things) != 1 || !s.Warned("its deleteMethod is none") {
		t.Errorf("%v, and the things are %v", err, s.things)
	}
}

// TestLostAnswer: what a creation whose answer was lost has made is looked up by
// the key, and not made twice.
func TestLostAnswer(t *testing.T) {
	t.Parallel()
	for _, keyed := range []bool{true, false} {
		s := newService(t)
		s.lose = true
		s.show = func(thing props) props {
			thing["createdAt"] = "2999-01-01T00:00:00Z"
			delete(thing, "pin")
			return thing
		}
		inputs := props{"path": things, "body": props{"name": "x", "pin": 1}, "listItems": "items", "ignoreFields": list("pin")}
		if keyed {
			inputs["keyField"] = "name"
		}
		x := s.Resource("ApiObject", "x")
		_, err := x.Up(inputs)
		switch {
		case s.count() != 1:
			t.Errorf("keyed %v: there were %d calls", keyed, s.count())
		case keyed && (err != nil || x.ID != "thing-1"):
			t.Errorf("the ID is %q, %v", x.ID, err)
		case !keyed && (err == nil || !strings.Contains(err.Error(), "may have been applied")):
			t.Errorf("without a key: %v", err)
		}
	}
}

// TestImport: the body is what the API says, without what is not the program's.
func TestImport(t *testing.T) {
	t.Parallel()
	s := newService(t)
	s.things[things+"/a%20b"] = props{
		"id": "a b", "name": "x", "team": "blue", "createdAt": "2025-01-01T00:00:00Z", "on": false, "size": 0.0, "note": "", "none": nil,
		"spec": props{"id": "kept", "tags": list()}, "secret": "s",
	}
	x := s.Resource("ApiObject", "x")
	if err := x.Import(things + "#a b"); err != nil || x.ID != "a b" {
		t.Fatalf("%q, %v", x.ID, err)
	}
	want := props{"name": "x", "on": false, "size": 0.0, "spec": props{"id": "kept", "tags": list()}, "secret": "s"}
	if got := x.Input("body"); !reflect.DeepEqual(got, want) {
		t.Errorf("the body is %v", got)
	}
	if strings.Contains(visible(x.Inputs), "secret:s") || len(x.Inputs) != 2 {
		t.Errorf("the inputs are %v", visible(x.Inputs))
	}
	s.settled(x, props{"path": things, "body": want})
	for id, why := range map[string]string{
		things:                        "it has no #",
		things + "#":                  "without the ID",
		things + "?x=1#a":             `no property "x"`,
		things + "?path=/v1#a":        `no property "path"`,
		things + "?singleton=maybe#a": "true or false",
		things + "?a=%zz#a":           "invalid URL escape",
		"v1/things#a":                 "does not start with a slash",
		"https://api.cast.ai/v1/x#a":  "names a host",
		things + "#missing":           "does not exist",
	} {
		if err := s.Resource("ApiObject", "y").Import(id); err == nil || !strings.Contains(err.Error(), why) {
			t.Errorf("the import of %q: %v", id, err)
		}
	}
}

// TestRefusals: what cannot be right is refused before any call, at its place.
func TestRefusals(t *testing.T) {
	t.Parallel()
	h := harness.New(t)
	ok := props{"path": things, "body": props{"name": "x"}}
	for _, test := range []struct {
		change props
		at     string
		why    string
	}{
		{props{"path": "v1/things"}, "path", "does not start with a slash"},
		{props{"path": "https://api.cast.ai/v1/things"}, "path", "names a host"},
		{props{"path": "//evil.example/v1"}, "path", "names a host"},
		{props{"path": "/v1/things?all=true"}, "path", "contains a query"},
		{props{"path": "/v1/../things"}, "path", "leads elsewhere"},
		{props{"path": "/v1/%2e%2E/things"}, "path", "leads elsewhere"},
		{props{"path": "/v1/things/"}, "path", "empty segment"},
		{props{"path": ""}, "path", "does not start with a slash"},
		{props{"path": "/v1/clusters/{clusterId}/things"}, "path", "placeholder in braces"},
		{props{"path": "/v1/my things"}, "path", "blank"},
		{props{"path": "/v1/100%"}, "path", "begins no code"},
		{props{"readPath": things}, "readPath", "write {id}"},
		{props{"updatePath": "things/{id}"}, "updatePath", "does not start with a slash"},
		{props{"deletePath": "/v1/{team}/{id}"}, "deletePath", "placeholder in braces"},
		{props{"updateMethod": "put"}, "updateMethod", "is not allowed"},
		{props{"deleteMethod": "POST"}, "deleteMethod", "is not allowed"},
		{props{"updateFields": list("a.b")}, "updateFields[0]", "top of body"},
		{props{"updateFields": list()}, "updateFields", "too few"},
		{props{"updateFields": list("name"), "updateMethod": "none"}, "updateFields", "without an update"},
		{props{"keyField": "title", "listItems": "items"}, "keyField", "no member of body"},
		{props{"keyField": "name"}, "keyField", "takes listItems"},
		{props{"singleton": true, "idField": "x"}, "idField", "singleton"},
		{props{"singleton": true, "updateMethod": "none"}, "updateMethod", "singleton"},
		{props{"secretFields": list(" ")}, "secretFields[0]", "blank"},
		{props{"body": "text"}, "body", "must be a map"},
		{props{"body": props{"file": resource.NewProperty(&resource.Asset{Text: "x"})}}, "body.file", "a value that JSON has"},
		{props{"body": nil}, "body", "is required"},
	} {
		inputs := props{}
		for _, set := range []props{ok, test.change} {
			for key, value := range set {
				inputs[key] = value
			}
		}
		_, failures := h.Resource("ApiObject", "x").Check(inputs)
		if len(failures) != 1 || failures[0].Property != test.at || !strings.Contains(failures[0].Reason, test.why) {
			t.Errorf("%v is refused with %v", test.change, failures)
		}
	}
	for _, inputs := range []props{
		{"path": harness.Unknown, "body": harness.Unknown, "keyField": "name", "listItems": "items"},
		{"path": things, "body": props{"a": nil, "meta": props{"name": "x"}}, "keyField": "meta.name", "listItems": "items"},
		{"path": things, "body": props{}, "singleton": harness.Unknown, "readPath": things},
	} {
		if _, failures := h.Resource("ApiObject", "x").Check(inputs); len(failures) > 0 {
			t.Errorf("%v is refused with %v", inputs, failures)
		}
	}
}

// TestPreview: what is not known yet stays so in previews, and they call nothing.
func TestPreview(t *testing.T) {
	t.Parallel()
	s := newService(t)
	x := s.Resource("ApiObject", "x")
	body := props{"name": "x", "cluster": harness.Unknown, "tags": list(harness.Unknown)}
	check := func(what string, inputs props) {
		t.Helper()
		_, outputs, err := x.Preview(inputs)
		if err != nil || !outputs["object"].ContainsUnknowns() || !outputs["body"].ObjectValue()["cluster"].ContainsUnknowns() {
			t.Errorf("%s: %v, %v", what, outputs, err)
		}
		if name := outputs["body"].ObjectValue()["name"]; !name.IsString() {
			t.Errorf("%s: the name is %v", what, name)
		}
	}
	check("a creation", props{"path": things, "body": body})
	s.up(x, props{"path": things, "body": props{"name": "x", "cluster": "c", "tags": list("a")}}, "create")
	calls := s.count()
	check("an update", props{"path": things, "body": body})
	if s.count() != calls {
		t.Error("a preview has called")
	}
}
