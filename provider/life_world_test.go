package provider_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"github.com/castai/pulumi-castai/emulator"
	"github.com/castai/pulumi-castai/internal/harness"
	"github.com/castai/pulumi-castai/internal/shape"
)

type props = harness.Props

const clustersPath = "/v1/kubernetes/external-clusters"

// world is an organization with a resource in it, and what must be there
// before the resource.
type world struct {
	*harness.Harness
	t *testing.T
	// cluster and other are the IDs of two EKS clusters.
	cluster, other string
	organization   string
	// made holds the IDs of what a row has made besides.
	made map[string]string
	web  *front
}

// newWorld starts a provider and an API, with what the row needs.
func newWorld(t *testing.T, r *row) *world {
	t.Helper()
	w := &world{Harness: harness.New(t, twoOrganizations, r.options), t: t, organization: emulator.DefaultOrganization.ID, made: map[string]string{}}
	w.cluster, w.other = w.register("one"), w.register("two")
	if r.world != nil {
		r.world(w)
	}
	w.web = &front{inner: w.Emulator}
	web := httptest.NewServer(w.web)
	harness.Later(t, func() {
		web.CloseClientConnections()
		web.Close()
	})
	w.URL = web.URL
	w.fresh()
	w.Forget()
	return w
}

// fresh starts a new provider, as the engine does for every operation. It
// remembers no list.
func (w *world) fresh() {
	w.t.Helper()
	w.Reopen()
}

// register makes a cluster.
func (w *world) register(name string) string {
	w.t.Helper()
	answer := w.Request(http.MethodPost, clustersPath, props{
		"name": name, "eks": props{"clusterName": name, "region": "eu-central-1", "accountId": "123456789012"},
	})
	return answer["id"].(string)
}

// archive takes a cluster away from CAST AI.
func (w *world) archive(id string) {
	w.t.Helper()
	w.Request(http.MethodPost, clustersPath+"/"+id+"/disconnect", props{"deleteProvisionedNodes": false})
	w.Request(http.MethodDelete, clustersPath+"/"+id, nil)
}

// under is the path of something of the first cluster.
func (w *world) under(parts ...string) string {
	return "/v1/kubernetes/clusters/" + strings.Join(append([]string{w.cluster}, parts...), "/")
}

// up brings a resource to inputs, which must succeed by one of the operations.
func (w *world) up(what string, r *harness.Resource, inputs props, ops ...string) harness.Result {
	w.t.Helper()
	got, err := r.Up(inputs)
	if err != nil {
		w.t.Fatalf("%s: %v", what, err)
	}
	if len(ops) > 0 && !slices.Contains(ops, got.Op) {
		w.t.Fatalf("%s: the update was %s %v, want %s", what, got.Op, got.Changes, strings.Join(ops, " or "))
	}
	return got
}

// settled fails unless neither a refresh nor a preview finds a difference.
func (w *world) settled(what string, r *harness.Resource, inputs props) {
	w.t.Helper()
	if got, err := r.Refresh(); err != nil || got.Op != "same" {
		w.t.Errorf("%s: a refresh finds %s %v, %v", what, got.Op, got.Changes, err)
	}
	if got, _, err := r.Preview(inputs); err != nil || got.Op != "same" {
		w.t.Errorf("%s: a preview finds %s %v, %v", what, got.Op, got.Changes, err)
	}
}

// kept fails unless a resource is what it was.
func (w *world) kept(what string, now, was *harness.Resource) {
	w.t.Helper()
	if now.ID != was.ID || !now.Inputs.DeepEquals(was.Inputs) || !now.Outputs.DeepEquals(was.Outputs) {
		w.t.Errorf("%s: the state is not kept: it was\n%s %v\n%v\nand is\n%s %v\n%v", what,
			was.ID, was.Inputs, was.Outputs, now.ID, now.Inputs, now.Outputs)
	}
}

// front stands between the provider and the API. It may change an answer, or
// answer itself.
type front struct {
	inner http.Handler
	mu    sync.Mutex
	alter func(r *http.Request, body []byte) []byte
	// refuse returns the status of an answer of its own, and its text; 0 lets
	// the request through.
	refuse func(r *http.Request, body []byte) (status int, contentType, text string)
}

func (f *front) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	alter, refuse := f.alter, f.refuse
	f.mu.Unlock()
	if refuse != nil {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			panic(http.ErrAbortHandler)
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		if status, contentType, text := refuse(r, body); status != 0 {
			w.Header().Set("Content-Type", contentType)
			w.WriteHeader(status)
			_, _ = io.WriteString(w, text) // a client that went away is no error of ours
			return
		}
	}
	if alter == nil {
		f.inner.ServeHTTP(w, r)
		return
	}
	answer := httptest.NewRecorder()
	f.inner.ServeHTTP(answer, r)
	body := alter(r, answer.Body.Bytes())
	answer.Header().Del("Content-Length")
	maps.Copy(w.Header(), answer.Header())
	w.WriteHeader(answer.Code)
	_, _ = w.Write(body)
}

// change sets how answers are changed from now on.
func (f *front) change(alter func(r *http.Request, body []byte) []byte) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.alter = alter
}

// quote refuses the nth write from now on with an answer that quotes all it
// was sent, as an API error or as plain text.
func (f *front) quote(nth, status int, contentType string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	writes := 0
	f.refuse = func(r *http.Request, body []byte) (int, string, string) {
		if r.Method == http.MethodGet {
			return 0, "", ""
		}
		f.mu.Lock()
		defer f.mu.Unlock()
		if writes++; writes != nth {
			return 0, "", ""
		}
		quoted := fmt.Sprintf("refused: %s %v", body, r.Header)
		if contentType == "application/json" {
			text, err := json.Marshal(props{"message": quoted})
			if err != nil {
				panic(http.ErrAbortHandler)
			}
			quoted = string(text)
		}
		return status, contentType, quoted
	}
}

// pass lets all requests through.
func (f *front) pass() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.alter, f.refuse = nil, nil
}

// cloned is a deep copy.
func cloned(v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := props{}
		for key, item := range v {
			out[key] = cloned(item)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = cloned(v[i])
		}
		return out
	default:
		return v
	}
}

// find returns the value at a path through objects.
func find(in props, path string) (value any, ok bool) {
	key, rest, deeper := strings.Cut(path, ".")
	value, ok = in[key]
	if !deeper {
		return value, ok
	}
	inner, isObject := value.(props)
	if !isObject {
		return nil, false
	}
	return find(inner, rest)
}

// with returns a copy with another value at each path; nil drops it.
func with(in props, changes props) props {
	out := cloned(in).(props)
	for path, value := range changes {
		object, parts := out, strings.Split(path, ".")
		for _, key := range parts[:len(parts)-1] {
			inner, ok := object[key].(props)
			if !ok {
				inner = props{}
				object[key] = inner
			}
			object = inner
		}
		if last := parts[len(parts)-1]; value == nil {
			delete(object, last)
		} else {
			object[last] = value
		}
	}
	return out
}

// visit calls fn for every property of the inputs that are given, down to
// those of objects in objects. Objects in lists and maps have one path for
// all elements, and indexed is true there.
func visit(s *shape.Struct, in props, fn func(path string, f *shape.Field, value any, indexed bool)) {
	visitAt(s, "", in, false, fn)
}

func visitAt(s *shape.Struct, at string, in props, indexed bool, fn func(string, *shape.Field, any, bool)) {
	for _, f := range s.Fields {
		value, ok := in[f.Name]
		if !ok {
			continue
		}
		path := at + f.Name
		fn(path, f, value, indexed)
		if f.Elem == nil {
			continue
		}
		switch value := value.(type) {
		case props:
			if !f.Map {
				visitAt(f.Elem, path+".", value, indexed, fn)
			}
		case []any:
			for _, item := range value {
				if object, ok := item.(props); ok {
					visitAt(f.Elem, path+".", object, true, fn)
				}
			}
		}
	}
}

// inputPaths lists all properties of a struct, down to those of objects in objects.
func inputPaths(s *shape.Struct) map[string]*shape.Field {
	out := map[string]*shape.Field{}
	for _, f := range s.Fields {
		out[f.Name] = f
		if f.Elem != nil {
			for path, inner := range inputPaths(f.Elem) {
				out[f.Name+"."+path] = inner
			}
		}
	}
	return out
}

// shuffled turns every list around whose order does not matter, at any depth.
func shuffled(s *shape.Struct, in props) props {
	out := props{}
	for key, value := range in {
		f := s.Field(key)
		switch v := value.(type) {
		case props:
			if f.Elem != nil && !f.Map {
				value = shuffled(f.Elem, v)
			}
		case []any:
			items := make([]any, len(v))
			for i, item := range v {
				if object, ok := item.(props); ok && f.Elem != nil {
					item = shuffled(f.Elem, object)
				}
				items[i] = item
			}
			if f.Kind == shape.Set {
				slices.Reverse(items)
			}
			value = items
		}
		out[key] = value
	}
	return out
}

// other is another valid value of a property, as far as one can be guessed.
func other(f *shape.Field, value any) (any, bool) {
	switch v := value.(type) {
	case bool:
		return !v, true
	case int:
		return v + 1, true
	case float64:
		return v + 1, true
	case string:
		for _, known := range f.Enum {
			if !strings.EqualFold(known, v) {
				return known, true
			}
		}
		if f.Enum == nil && f.Item != shape.JSON && f.Item != shape.Decimal {
			return v + "2", true
		}
		return nil, false
	case []any:
		items := cloned(v).([]any)
		if len(items) == 0 {
			return nil, false
		}
		if object, ok := items[0].(props); ok && f.Elem != nil {
			for _, inner := range f.Elem.Fields {
				if was, given := object[inner.Name]; given {
					if now, ok := other(inner, was); ok {
						object[inner.Name] = now
						return items, true
					}
				}
			}
			return nil, false
		}
		changed, ok := other(&shape.Field{Enum: f.Enum, Item: f.Item}, items[0])
		items[0] = changed
		return items, ok && !slices.Contains(items[1:], changed)
	case props:
		if f.Elem != nil {
			return nil, false // its properties change one by one
		}
		out := cloned(v).(props)
		for key, item := range v {
			changed, ok := other(&shape.Field{Item: f.Item}, item)
			out[key] = changed
			return out, ok
		}
	}
	return nil, false
}

// plainInputs are the inputs of a resource as JSON has them.
func plainInputs(r *harness.Resource) props {
	out := props{}
	for key := range r.Inputs {
		out[string(key)] = r.Input(string(key))
	}
	return out
}

// open is the JSON text of properties without what is marked as secret.
func open(t *testing.T, m resource.PropertyMap) string {
	t.Helper()
	visible := m.MapRepl(nil, func(v resource.PropertyValue) (any, bool) {
		if v.IsSecret() {
			return "hidden", true
		}
		return nil, false
	})
	text, err := json.Marshal(visible)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// members lists every member of every object in a JSON document, by a path of
// keys and indexes.
func members(v any) (found [][]any) {
	switch v := v.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			found = append(found, []any{key})
			for _, path := range members(v[key]) {
				found = append(found, append([]any{key}, path...))
			}
		}
	case []any:
		for i, item := range v {
			for _, path := range members(item) {
				found = append(found, append([]any{i}, path...))
			}
		}
	}
	return found
}

// lacking returns a JSON document without the member at a path, or with null
// in its place; unchanged if there is no such member.
func lacking(body []byte, path []any, null bool) []byte {
	var doc any
	if json.Unmarshal(body, &doc) != nil {
		return body
	}
	at := doc
	for i, step := range path {
		switch key := step.(type) {
		case int:
			list, ok := at.([]any)
			if !ok || key >= len(list) {
				return body
			}
			at = list[key]
		case string:
			object, ok := at.(map[string]any)
			if !ok {
				return body
			}
			if i < len(path)-1 {
				at = object[key]
			} else if null {
				object[key] = nil
			} else {
				delete(object, key)
			}
		}
	}
	out, err := json.Marshal(doc)
	if err != nil {
		return body
	}
	return out
}

// dotted writes a path of keys and indexes.
func dotted(path []any) string {
	parts := make([]string, len(path))
	for i := range path {
		parts[i] = fmt.Sprint(path[i])
	}
	return strings.Join(parts, ".")
}

func twoOrganizations(o *emulator.Options) {
	o.Organizations = []emulator.Organization{emulator.DefaultOrganization, {ID: secondOrg, Name: "Second"}}
}

// These tests make much garbage and hold little: it is collected less often
// than usual, to save time.
func TestMain(m *testing.M) {
	debug.SetGCPercent(400)
	os.Exit(m.Run())
}
