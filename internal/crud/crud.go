// Package crud gives a resource its verbs over a collection of the REST API.
//
// A resource embeds [Resource] and says where its collection is. A resource
// that is special in one verb declares that verb itself, and Go's promotion
// rules do the rest; the other helpers of this package are for those.
//
// Nothing here knows about spelling: what Create, Read and Update return is
// the service's truth, and package shim brings it into the user's spelling.
package crud

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"

	"github.com/pulumi/pulumi-go-provider/infer"

	"github.com/castai/pulumi-castai/internal/api"
	"github.com/castai/pulumi-castai/internal/config"
	"github.com/castai/pulumi-castai/internal/shape"
	"github.com/castai/pulumi-castai/internal/wire"
)

// Resource is a resource with inputs A and outputs S, which embeds A.
type Resource[A, S any] struct {
	// Kind is what messages call it: "node template".
	Kind string
	// Path is the path of the collection that an object of these inputs
	// belongs to.
	Path func(a *A) string
	// ImportID is the form of the import ID, such as "<clusterId>/<name>". The
	// parts before the last are inputs; the last is the resource ID. Default:
	// the resource ID alone.
	ImportID string
	// IDField is the field of the answer that is the resource ID, with dots if
	// it is deeper. Default: id.
	IDField string

	// CreateIn, UpdateIn and Out name the fields that the create body, the
	// update body and a read answer are wrapped in; empty for no wrapping.
	// Answers to writes may come wrapped or bare.
	CreateIn, UpdateIn, Out string
	// UpdateMethod is the method that updates. Default: PUT.
	UpdateMethod string
	// UpdateQuery is the query parameter of the collection that names the object
	// to update, where the API has it so. Default: the object's own path.
	UpdateQuery string
	// ReadBack reads the object after a write, for answers to writes that do
	// not hold the whole object.
	ReadBack bool
	// Batch says that the create call takes a list of objects and answers with
	// one, of which there is one here.
	Batch bool
	// Rewrite changes the usual call of a write (POST to the collection, update
	// of the object, DELETE of it) into the one that the API has instead. The ID
	// is empty for a creation.
	Rewrite func(a *A, id string, call *api.Call)

	// OnlyChanges has an update send those members of the body alone that are
	// not what the last outputs say, and make no call if there are none: for
	// updates that leave alone what they do not name. Parts names the members
	// that are objects of which each member is looked at by itself.
	OnlyChanges bool
	Parts       []string

	// List says how the collection is listed, for objects that are read from
	// there and for looking an object up by its key.
	List *List
	// Catalog is the list that functions look objects up in, where nothing else
	// may: where a lost answer to a creation must not be taken from a list, or
	// the list says less than a call for one object. Default: List.
	Catalog *List
	// ListPath is the path of the list. Default: that of the collection.
	ListPath func(a *A) string
	// ListQuery is what is sent along with the list's own query.
	ListQuery func(a *A) url.Values
	// Fetch reads an object that takes more than the usual call. Default: that
	// call, or the list.
	Fetch func(ctx context.Context, a *A, id string) (map[string]any, error)
	// Key is the field of the body that tells the objects of a collection apart
	// for those who do not know the ID. Default: name.
	Key string

	// Body adjusts the body of a create (update is false) or update call.
	Body func(a *A, body map[string]any, update bool) error
	// Fill adjusts the outputs after an answer was decoded into them.
	Fill func(body map[string]any, s *S)
	// Forget drops from the last outputs what must not be sent back with these
	// inputs, although they leave it to the service: an update sends the rest
	// as it is.
	Forget func(a *A, s *S)
	// Notice looks at what was read of the object and may warn of it.
	Notice func(ctx context.Context, body map[string]any)
	// Keep carries what the inputs do not describe from the object as it is into
	// the body of an update, which would otherwise reset it. With it, an update
	// reads the object first.
	Keep func(current, body map[string]any)
	// Echo brings the answer to a read into the form of a create body, where
	// the two differ. It tells whether an object is the one that a create call
	// whose answer was lost has made, and must not change what it gets.
	Echo func(found map[string]any) map[string]any
	// Lock names what writes have in common besides their own objects. An
	// update or deletion keeps all others of that name waiting. Creations go
	// side by side, since they overwrite nothing; one that the API refuses
	// because of another is repeated alone.
	Lock func(a *A) string
	// Guard may refuse to delete: it returns the reason to leave the object in
	// place, which is shown as a warning; empty to delete.
	Guard func(s *S) string
}

// List describes the list of a collection.
type List struct {
	// Items is the field of the answer that holds the objects.
	Items string
	// Element is the field of each item that holds the object; an item without
	// it is the object.
	Element string
	// Query is sent along.
	Query url.Values
	// Quiet keeps the list out of the log.
	Quiet bool
	// AnyWrite says that nobody knows which calls change the list, so that what
	// was read before one of them is not used.
	AnyWrite bool
	// Only says that the API has no call for a single object, so all reads come
	// from the list, and not only those of a refresh.
	Only bool
}

// Create makes the object.
func (r *Resource[A, S]) Create(ctx context.Context, req infer.CreateRequest[A]) (infer.CreateResponse[S], error) {
	Restore(ctx, &req.Inputs)
	state := NewState[A, S](req.Inputs)
	if req.DryRun {
		return infer.CreateResponse[S]{Output: state}, nil
	}
	a := &req.Inputs
	body, err := wire.Create(a)
	if err == nil && r.Body != nil {
		err = r.Body(a, body, false)
	}
	shown, failed := wire.Shown(a) // by which the object can be told if the answer is lost
	if failed == nil && r.Body != nil {
		failed = r.Body(a, shown, false)
	}
	if err = cmp.Or(err, failed); err != nil {
		return infer.CreateResponse[S]{}, r.fail("create", "", err)
	}
	call := api.Call{Method: http.MethodPost, Path: r.Path(a), Body: Wrap(r.CreateIn, body), Recover: r.recover(a, shown)}
	if r.Batch {
		call.Body = []any{call.Body}
	}
	answer, err := r.write(ctx, a, "", call)
	if err != nil {
		return infer.CreateResponse[S]{}, r.exists(r.fail("create", "", err), err)
	}
	answer = Unwrap(r.Out, answer)
	id, _ := api.Lookup(answer, r.idField())
	if id == "" {
		return infer.CreateResponse[S]{}, r.fail("create", "", fmt.Errorf("the answer has no %q to know it by: look for it in the "+
			"CAST AI console, and import or delete it", r.idField()))
	}
	err = r.decode(answer, &state)
	if err == nil && r.ReadBack {
		var found bool
		if found, err = r.get(ctx, a, id, &state); err == nil && !found {
			err = fmt.Errorf("it was created and then not found")
		}
	}
	return infer.CreateResponse[S]{ID: id, Output: state}, Partial(r.fail("create", id, err))
}

// Read fetches the object, for a refresh or, without inputs, for an import.
func (r *Resource[A, S]) Read(ctx context.Context, req infer.ReadRequest[A, S]) (infer.ReadResponse[A, S], error) {
	a, id := req.Inputs, req.ID
	state := req.State
	if IsImport(ctx) {
		var err error
		if id, err = ParseImportID(r.ImportID, id, &a); err != nil {
			return infer.ReadResponse[A, S]{}, err
		}
		state = NewState[A, S](a)
	}
	SetArgs(&state, a)
	found, err := r.get(ctx, &a, id, &state)
	if err != nil {
		return infer.ReadResponse[A, S]{}, r.fail("read", id, err)
	}
	if !found {
		return infer.ReadResponse[A, S]{}, nil
	}
	if a = Args[A](&state); !IsImport(ctx) {
		KeepIdentity(&a, &req.Inputs)
		SetArgs(&state, a)
	}
	return infer.ReadResponse[A, S]{ID: id, Inputs: a, State: state}, nil
}

// Update brings the object to the new inputs.
func (r *Resource[A, S]) Update(ctx context.Context, req infer.UpdateRequest[A, S]) (infer.UpdateResponse[S], error) {
	Restore(ctx, &req.Inputs)
	if req.DryRun {
		return infer.UpdateResponse[S]{Output: Predict(ctx, req.State, req.Inputs)}, nil
	}
	if r.Forget != nil {
		r.Forget(&req.Inputs, &req.State)
	}
	// What the program leaves to the service goes back as it is, so that an
	// update of one property does not reset another.
	state := Predict(ctx, req.State, req.Inputs)
	args := Args[A](&state)
	a := &args
	body, err := wire.Update(a, OldInputs(ctx))
	if err == nil && r.Body != nil {
		err = r.Body(a, body, true)
	}
	if err == nil && r.Keep != nil {
		var current map[string]any
		if current, err = r.Current(ctx, a, req.ID); err == nil {
			r.Keep(current, body)
		}
	}
	if err == nil && r.OnlyChanges {
		was := Args[A](&req.State)
		restore(reflect.ValueOf(&was).Elem(), OldInputs(ctx))
		if err = r.dropUnchanged(body, &was); err == nil && len(body) == 0 {
			return infer.UpdateResponse[S]{Output: state}, nil
		}
	}
	if err != nil {
		return infer.UpdateResponse[S]{}, r.fail("update", req.ID, err)
	}
	method := r.UpdateMethod
	if method == "" {
		method = http.MethodPut
	}
	// Each of these calls sets the whole object, so repeating one is safe.
	repeatable := true
	call := api.Call{Method: method, Path: r.item(a, req.ID), Body: Wrap(r.UpdateIn, body), Idempotent: &repeatable}
	if r.UpdateQuery != "" {
		call.Path, call.Query = r.Path(a), url.Values{r.UpdateQuery: {req.ID}}
	}
	answer, err := r.write(ctx, a, req.ID, call)
	if err != nil {
		return infer.UpdateResponse[S]{}, r.fail("update", req.ID, err)
	}
	if r.ReadBack {
		var found bool
		if found, err = r.get(ctx, a, req.ID, &state); err == nil && !found {
			err = fmt.Errorf("it was updated and then not found")
		}
	} else {
		err = r.decode(Unwrap(r.Out, answer), &state)
	}
	return infer.UpdateResponse[S]{Output: state}, Partial(r.fail("update", req.ID, err))
}

// Delete removes the object. One that is gone already is a success.
func (r *Resource[A, S]) Delete(ctx context.Context, req infer.DeleteRequest[S]) (infer.DeleteResponse, error) {
	if r.Guard != nil {
		if reason := r.Guard(&req.State); reason != "" {
			Warn(ctx, "%s %s was left in place: %s", r.Kind, req.ID, reason)
			return infer.DeleteResponse{}, nil
		}
	}
	a := Args[A](&req.State)
	_, err := r.write(ctx, &a, req.ID, api.Call{Method: http.MethodDelete, Path: r.item(&a, req.ID)})
	if err != nil && !api.IsNotFound(err) {
		return infer.DeleteResponse{}, r.fail("delete", req.ID, err)
	}
	return infer.DeleteResponse{}, nil
}

// Find returns the object of the collection whose field has that value, or
// nil. It is read from the list, which all who ask at about that time share.
func (r *Resource[A, S]) Find(ctx context.Context, a *A, field, value string) (map[string]any, error) {
	return first(r.list(ctx, a, field, value))
}

// list returns the objects of the collection whose field has that value.
func (r *Resource[A, S]) list(ctx context.Context, a *A, field, value string) ([]map[string]any, error) {
	list, err := r.snapshot(ctx, a, r.List)
	if err != nil {
		return nil, err
	}
	return r.List.find(list, field, value), nil
}

// snapshot reads a list of the collection.
func (r *Resource[A, S]) snapshot(ctx context.Context, a *A, l *List) (*api.Snapshot, error) {
	query := maps.Clone(l.Query)
	if r.ListQuery != nil {
		if query == nil {
			query = url.Values{}
		}
		maps.Copy(query, r.ListQuery(a))
	}
	path := r.Path(a)
	if r.ListPath != nil {
		path = r.ListPath(a)
	}
	return config.Client(ctx).Collection(ctx, path, query, l.Items, api.ListOptions{Quiet: l.Quiet, AnyWrite: l.AnyWrite})
}

func first(found []map[string]any, err error) (map[string]any, error) {
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return found[0], nil
}

// Adopt takes an object that exists already into the program, as an import
// and an update would: what the inputs leave open stays as it is.
func (r *Resource[A, S]) Adopt(ctx context.Context, a A, found map[string]any) (infer.CreateResponse[S], error) {
	taken, err := r.Take(a, found)
	if err != nil {
		return taken, err
	}
	updated, err := r.Update(ctx, infer.UpdateRequest[A, S]{ID: taken.ID, State: taken.Output, Inputs: a})
	return infer.CreateResponse[S]{ID: taken.ID, Output: updated.Output}, err
}

// Take adopts an object without changing it.
func (r *Resource[A, S]) Take(a A, found map[string]any) (infer.CreateResponse[S], error) {
	state := NewState[A, S](a)
	id, _ := api.Lookup(found, r.idField())
	if err := r.decode(found, &state); err != nil {
		return infer.CreateResponse[S]{}, r.fail("adopt", id, err)
	}
	return infer.CreateResponse[S]{ID: id, Output: state}, nil
}

// write makes a call that changes something, in its turn. The answer may hold
// the object in a list of one.
func (r *Resource[A, S]) write(ctx context.Context, a *A, id string, call api.Call) (map[string]any, error) {
	if r.Rewrite != nil {
		r.Rewrite(a, id, &call)
	}
	answer, err := r.inTurn(ctx, a, id, call)
	list, batch := answer[r.Out].([]any)
	if err != nil || !batch {
		return answer, err
	}
	if len(list) != 1 {
		return nil, fmt.Errorf("%s %s: the answer holds %d objects where 1 was expected", call.Method, call.Path, len(list))
	}
	answer, _ = list[0].(map[string]any)
	return answer, nil
}

// inTurn makes a call when the others that it must not meet are over.
func (r *Resource[A, S]) inTurn(ctx context.Context, a *A, id string, call api.Call) (map[string]any, error) {
	if r.Lock == nil {
		return Send(ctx, call)
	}
	send := func(take func(context.Context, string) (func(), error)) (map[string]any, error) {
		unlock, err := take(ctx, r.Lock(a))
		if err != nil {
			return nil, err
		}
		defer unlock()
		return Send(ctx, call)
	}
	client := config.Client(ctx)
	if creation := id == ""; creation {
		if answer, err := send(client.Share); !api.IsStale(err) {
			return answer, err
		}
	}
	return send(client.Lock)
}

// get fetches one object into state. An object that does not exist, or whose
// collection does not, is not found and no error.
func (r *Resource[A, S]) get(ctx context.Context, a *A, id string, state *S) (found bool, err error) {
	body, err := r.Current(ctx, a, id)
	if api.IsNotFound(err) || err == nil && body == nil {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if r.Notice != nil {
		r.Notice(ctx, body)
	}
	return true, r.decode(body, state)
}

// Current returns an object as the API describes it now; nil if a list does not
// have it.
func (r *Resource[A, S]) Current(ctx context.Context, a *A, id string) (map[string]any, error) {
	if r.Fetch != nil {
		return r.Fetch(ctx, a, id)
	}
	if r.List != nil && (Lists(ctx) || r.List.Only) {
		return r.Find(ctx, a, r.idField(), id)
	}
	body, err := Get(ctx, r.item(a, id))
	return Unwrap(r.Out, body), err
}

func (r *Resource[A, S]) decode(body map[string]any, state *S) error {
	if err := wire.Decode(body, state); err != nil {
		return fmt.Errorf("cannot understand the answer: %w", err)
	}
	if r.Fill != nil {
		r.Fill(body, state)
	}
	return nil
}

// dropUnchanged takes out of the body of an update what is there already.
func (r *Resource[A, S]) dropUnchanged(body map[string]any, was *A) error {
	old, err := wire.Create(was)
	if err == nil && r.Body != nil {
		err = r.Body(was, old, true)
	}
	dropEqual(body, old, r.Parts)
	return err
}

func dropEqual(body, old map[string]any, parts []string) {
	for name, value := range body {
		inner, isObject := value.(map[string]any)
		before, wasObject := old[name].(map[string]any)
		if isObject && wasObject && slices.Contains(parts, name) {
			dropEqual(inner, before, nil)
			if len(inner) == 0 {
				delete(body, name)
			}
		} else if reflect.DeepEqual(value, old[name]) {
			delete(body, name)
		}
	}
}

func (r *Resource[A, S]) item(a *A, id string) string { return r.Path(a) + api.Path(id) }

func (r *Resource[A, S]) idField() string {
	if r.IDField == "" {
		return "id"
	}
	return r.IDField
}

func (r *Resource[A, S]) fail(verb, id string, err error) error {
	if err == nil {
		return nil
	}
	if id != "" {
		id = " " + id
	}
	return fmt.Errorf("cannot %s %s%s: %w", verb, r.Kind, id, err)
}

// exists adds the way out to the refusal of a name that is taken.
func (r *Resource[A, S]) exists(wrapped, cause error) error {
	if !api.IsConflict(cause) {
		return wrapped
	}
	form := r.ImportID
	if form == "" {
		form = "<id>"
	}
	return fmt.Errorf("%w\n%s exists already. To manage it with this program, import it: its import ID has the form %s",
		wrapped, upperFirst(article(r.Kind)), form)
}

func article(kind string) string {
	if strings.ContainsRune("aeiouAEIO", rune(kind[0])) {
		return "an " + kind
	}
	return "a " + kind
}

func upperFirst(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

// WireDependencies tells previews which outputs an update can change: those
// tagged so. The others keep their value, so that what depends on them is not
// shown as changing.
func (r *Resource[A, S]) WireDependencies(f infer.FieldSelector, a *A, s *S) { KeepKnown(f, a, s) }

// KeepKnown is [Resource.WireDependencies] for resources that embed nothing.
func KeepKnown[A, S any](f infer.FieldSelector, a *A, s *S) {
	args := reflect.ValueOf(a).Elem()
	var fixed infer.InputField // an input that an update never changes
	for _, field := range shape.Of(args.Type()).Fields {
		if field.Replace {
			fixed = f.InputField(args.FieldByIndex(field.Index).Addr().Interface()).Computed()
			break
		}
	}
	state := reflect.ValueOf(s).Elem()
	for _, field := range shape.Of(state.Type()).Fields {
		output := f.OutputField(state.FieldByIndex(field.Index).Addr().Interface())
		input := shape.Of(args.Type()).Field(field.Name)
		switch {
		case field.Changes || fixed == nil && input == nil:
			output.DependsOn(f.InputField(a).Computed())
		case fixed == nil:
			output.AlwaysKnown() // as far as the input of that name is
		default:
			output.DependsOn(fixed)
		}
	}
}

// find returns the objects in a list whose field has that value.
func (l *List) find(list *api.Snapshot, field, value string) []map[string]any {
	var found []map[string]any
	if l.Element != "" {
		for _, item := range list.Find(l.Element+"."+field, value) {
			found = append(found, Unwrap(l.Element, item))
		}
	}
	if len(found) == 0 {
		found = list.Find(field, value)
	}
	return found
}
