// Package object holds the resource for objects of the API that have no
// resource of their own.
package object

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"reflect"
	"slices"

	"github.com/pulumi/pulumi-go-provider/infer"

	"github.com/castai/pulumi-castai/internal/api"
	"github.com/castai/pulumi-castai/internal/crud"
	"github.com/castai/pulumi-castai/internal/props"
	"github.com/castai/pulumi-castai/internal/wire"
)

// APIObject is any object of the API.
type APIObject struct{}

// importForm is the form of an import ID, see [parseImportID].
const importForm = "<path>#<id>"

// none is the method of an operation that the API does not have.
const none = "none"

// Annotate describes the resource.
func (r *APIObject) Annotate(a infer.Annotator) {
	a.SetToken("index", "ApiObject")
	a.Describe(&r, "Any object of the CAST AI API, for those that have no resource of their own yet. It is made by a POST of "+
		"`body` to `path`, read by a GET of `<path>/{id}`, updated by a PUT there and deleted by a DELETE there; where the API "+
		"has it otherwise, other properties say how. The API reference of CAST AI says what an object consists of.\n\n"+
		"Only what `body` holds is managed. What the API adds to it, at any depth, shows in `object` and makes no difference; "+
		"neither does another spelling of the same value, such as a number as text. What else changes outside of the program "+
		"shows as a difference. A member that the program drops from `body` is no longer managed: the next update leaves it out, "+
		"after which a PUT has usually reset it and a PATCH has left it as it is. To clear it for certain, set it to its empty value.\n\n"+
		"The provider knows nothing of the object: a preview cannot tell whether the API will accept it. Where there is a "+
		"resource of its own for it, that one is the better choice.\n\n"+
		"## Import\n\nThe import ID is `"+importForm+"`, such as `/v1/auth/tokens#6f1c3a52-7d1e-4c1b-9a53-0d2f5b7e8c14`. Properties "+
		"that the object needs besides come after the path like a query: `/v1/auth/tokens?updateMethod=POST&secretFields=token#6f1c...`. "+
		"`body` becomes what the API answers, without the ID, times and authors, what `path` says already, and what is empty.")
}

// APIObjectArgs are the inputs of an [APIObject].
type APIObjectArgs struct {
	Path           string         `pulumi:"path" provider:"replaceOnChanges" wire:"-"`
	Body           map[string]any `pulumi:"body" wire:"-" norm:"partial"`
	Singleton      *bool          `pulumi:"singleton,optional" provider:"replaceOnChanges" wire:"-"`
	IDField        *string        `pulumi:"idField,optional" wire:"-" check:"notblank"`
	KeyField       *string        `pulumi:"keyField,optional" wire:"-" check:"notblank"`
	CreateWrapper  *string        `pulumi:"createWrapper,optional" wire:"-" check:"notblank"`
	UpdateWrapper  *string        `pulumi:"updateWrapper,optional" wire:"-" check:"notblank"`
	AnswerWrapper  *string        `pulumi:"answerWrapper,optional" wire:"-" check:"notblank"`
	ReadPath       *string        `pulumi:"readPath,optional" wire:"-"`
	ListItems      *string        `pulumi:"listItems,optional" wire:"-" check:"notblank"`
	UpdateMethod   *string        `pulumi:"updateMethod,optional" wire:"-" check:"oneof=PUT|PATCH|POST|none"`
	UpdatePath     *string        `pulumi:"updatePath,optional" wire:"-"`
	UpdateFields   []string       `pulumi:"updateFields,optional" wire:"-" norm:"set" check:"minitems=1,notblank"`
	DeleteMethod   *string        `pulumi:"deleteMethod,optional" wire:"-" check:"oneof=DELETE|none"`
	DeletePath     *string        `pulumi:"deletePath,optional" wire:"-"`
	IgnoreFields   []string       `pulumi:"ignoreFields,optional" wire:"-" norm:"set" check:"notblank"`
	UnorderedLists []string       `pulumi:"unorderedLists,optional" wire:"-" norm:"set" check:"notblank"`
	SecretFields   []string       `pulumi:"secretFields,optional" wire:"-" norm:"set" check:"notblank"`
}

// Annotate describes the inputs.
func (x *APIObjectArgs) Annotate(a infer.Annotator) {
	const dotted = "Members of members are written with dots, such as `spec.rules`; those of the elements of a list without an index."
	a.Describe(&x.Path, "The path of the collection that the object belongs to, below the address of the API and with its IDs "+
		"filled in, such as `/v1/kubernetes/clusters/<clusterId>/node-templates`. Changing it replaces the object.")
	a.Describe(&x.Body, "What the object consists of, as the API has it: sent as it is, and compared with what the API answers. "+
		"May hold secrets, which stay secret; so do members with a name like `token`, `password` or `clientSecret`.")
	a.Describe(&x.Singleton, "True for an object that is always there and the only one at `path`, such as settings. It is not made "+
		"but set, by the call of an update; its ID is `path`; and deleting the resource leaves it as it is, unless "+
		"`deleteMethod` says otherwise. Changing it replaces the object. Default: false.")
	a.Describe(&x.IDField, "The member of the answer to the creation that is the object's ID, with dots if it is deeper. Default: `id`.")
	a.Describe(&x.KeyField, "The member of `body` that tells the object from others of the collection, such as `name`. If the answer to "+
		"the creation is lost, the object is looked up by it in the list, which takes `listItems`, rather than made twice. "+
		"Left out, such a creation fails and asks to look for the object.")
	a.Describe(&x.CreateWrapper, "The member that holds the object in the request that creates it, where the API wants it so: with "+
		"`key`, the request is `{\"key\": <body>}`. Left out, the request is `body`.")
	a.Describe(&x.UpdateWrapper, "The member that holds the object in the request that updates it, like `createWrapper`.")
	a.Describe(&x.AnswerWrapper, "The member that holds the object in answers and in the items of a list. An answer without it is the object.")
	a.Describe(&x.ReadPath, "The path that the object is read from, with `{id}` in the place of its ID. Default: `<path>/{id}`, or the "+
		"list if `listItems` is given.")
	a.Describe(&x.ListItems, "The member of the answer to a GET of `path` that holds the list of objects, such as `items`. With it, and without "+
		"`readPath`, the object is read from the list: for collections that do not give single objects. All objects of the "+
		"collection share one such call.")
	a.Describe(&x.UpdateMethod, "How the object is updated: `PUT`, `PATCH`, `POST`, or `none` if the API cannot, and a change of `body` "+
		"replaces the object. Default: `PUT`.")
	a.Describe(&x.UpdatePath, "The path of an update, with `{id}` in the place of the ID. Default: `<path>/{id}`.")
	a.Describe(&x.UpdateFields, "The members at the top of `body` that an update may change. It sends these alone, and a change of any other "+
		"replaces the object. Default: all of `body`.")
	a.Describe(&x.DeleteMethod, "How the object is deleted: `DELETE`, or `none` to leave it as it is, with a warning. Default: `DELETE`, and "+
		"`none` for a `singleton`.")
	a.Describe(&x.DeletePath, "The path of the deletion, with `{id}` in the place of the ID. Default: `<path>/{id}`.")
	a.Describe(&x.IgnoreFields, "Members of `body` whose value in answers is not looked at: those that the API never gives back, and those "+
		"that something else changes. A change in the program is sent all the same. "+dotted)
	a.Describe(&x.UnorderedLists, "Lists in `body` whose order does not matter. "+dotted+" Other lists are compared in order.")
	a.Describe(&x.SecretFields, "Members of the answer that are secret besides those that are secret in `body` or by their name. One that the "+
		"API shows only once, when the object is made, is kept. "+dotted)
}

// APIObjectState are the outputs of an [APIObject].
type APIObjectState struct {
	APIObjectArgs
	Object map[string]any `pulumi:"object" wire:"-,changes"`
}

// Annotate describes the outputs.
func (x *APIObjectState) Annotate(a infer.Annotator) {
	a.Describe(&x.Object, "The object as the API describes it, with all that it has added. Whole numbers too large to be exact, beyond 2^53, are text.")
}

// WireDependencies tells previews which outputs an update can change.
func (*APIObject) WireDependencies(f infer.FieldSelector, a *APIObjectArgs, s *APIObjectState) {
	crud.KeepKnown(f, a, s)
}

// Create makes the object, or sets it if it is always there.
func (x *APIObject) Create(ctx context.Context, req infer.CreateRequest[APIObjectArgs]) (infer.CreateResponse[APIObjectState], error) {
	crud.Restore(ctx, &req.Inputs)
	r := calls(ctx, &req.Inputs)
	if !wire.Value(req.Inputs.Singleton) || req.DryRun {
		return r.Create(ctx, req)
	}
	state := crud.NewState[APIObjectArgs, APIObjectState](req.Inputs)
	set, err := r.Update(ctx, infer.UpdateRequest[APIObjectArgs, APIObjectState]{ID: req.Inputs.Path, State: state, Inputs: req.Inputs})
	return infer.CreateResponse[APIObjectState]{ID: req.Inputs.Path, Output: set.Output}, err
}

// Read fetches the object, for a refresh or an import.
func (x *APIObject) Read(ctx context.Context, req infer.ReadRequest[APIObjectArgs, APIObjectState]) (infer.ReadResponse[APIObjectArgs, APIObjectState], error) {
	if crud.IsImport(ctx) {
		var err error
		if req.ID, err = parseImportID(req.ID, &req.Inputs); err != nil {
			return infer.ReadResponse[APIObjectArgs, APIObjectState]{}, err
		}
	}
	r := calls(ctx, &req.Inputs)
	r.ImportID = "" // is taken apart already
	fill := r.Fill
	r.Fill = func(answer map[string]any, s *APIObjectState) {
		fill(answer, s)
		s.Body = asBody(answer, &s.APIObjectArgs)
	}
	return r.Read(ctx, req)
}

// Update brings the object to the new inputs. Where those give an update nothing
// to send, they only say how to handle the object, which is then read.
func (x *APIObject) Update(ctx context.Context, req infer.UpdateRequest[APIObjectArgs, APIObjectState]) (infer.UpdateResponse[APIObjectState], error) {
	crud.Restore(ctx, &req.Inputs)
	r := calls(ctx, &req.Inputs)
	last, _ := props.Plain(crud.OldInputs(ctx).Get("body")).(map[string]any)
	if req.DryRun || !reflect.DeepEqual(updateOf(last, &req.Inputs), updateOf(req.Inputs.Body, &req.Inputs)) {
		return r.Update(ctx, req)
	}
	state := crud.Predict(ctx, req.State, req.Inputs)
	found, err := r.Current(ctx, &req.Inputs, req.ID)
	if err == nil && found == nil {
		err = fmt.Errorf("it is not in the list at %s: run pulumi refresh if it was deleted elsewhere", req.Inputs.Path)
	}
	if err != nil {
		return infer.UpdateResponse[APIObjectState]{}, fmt.Errorf("cannot read %s %s: %w", r.Kind, req.ID, err)
	}
	r.Fill(found, &state)
	return infer.UpdateResponse[APIObjectState]{Output: state}, nil
}

// Delete removes the object.
func (x *APIObject) Delete(ctx context.Context, req infer.DeleteRequest[APIObjectState]) (infer.DeleteResponse, error) {
	return calls(ctx, &req.State.APIObjectArgs).Delete(ctx, req)
}

// resource has the calls for objects of one kind.
type resource = crud.Resource[APIObjectArgs, APIObjectState]

// calls returns the verbs for an object that is handled as the inputs say. None
// of their bodies is logged: who knows what in them is secret.
func calls(ctx context.Context, a *APIObjectArgs) *resource {
	rules, hidden := rulesOf(a), crud.Secrets(ctx)
	r := &resource{
		Kind:     "API object",
		Path:     func(a *APIObjectArgs) string { return a.Path },
		ImportID: importForm, IDField: wire.Value(a.IDField), Key: wire.Value(a.KeyField),
		CreateIn: wire.Value(a.CreateWrapper), UpdateIn: wire.Value(a.UpdateWrapper), Out: wire.Value(a.AnswerWrapper),
		UpdateMethod: wire.Value(a.UpdateMethod),
		ReadBack:     true, // an answer to a write may lack anything
		Fill: func(answer map[string]any, s *APIObjectState) {
			was := s.Object
			s.Object = cleaned(answer).(map[string]any)
			rules.carry("", was, s.Object)
		},
		Echo:  func(found map[string]any) map[string]any { return rules.echo(found, a.Body) },
		Guard: func(s *APIObjectState) string { return leftInPlace(&s.APIObjectArgs) },
	}
	r.Body = func(a *APIObjectArgs, body map[string]any, update bool) error {
		sent := a.Body
		if update {
			sent = updateOf(a.Body, a)
		}
		maps.Copy(body, sent)
		return nil
	}
	r.Rewrite = func(a *APIObjectArgs, id string, call *api.Call) {
		call.Secrets, call.Quiet = hidden, true
		switch {
		case id == "":
			if a.KeyField == nil {
				call.Recover = nil
			}
		case call.Method == http.MethodDelete:
			call.Path = place(a, a.DeletePath, id)
		default:
			call.Path = place(a, a.UpdatePath, id)
			if call.Method == http.MethodPost {
				call.Idempotent = nil // nobody can tell whether it may be repeated
			}
		}
	}
	if a.ListItems != nil {
		r.List = &crud.List{Items: *a.ListItems, Element: r.Out, Quiet: true, AnyWrite: true}
	}
	if a.ListItems == nil || a.ReadPath != nil || wire.Value(a.Singleton) {
		r.Fetch = func(ctx context.Context, a *APIObjectArgs, id string) (map[string]any, error) {
			call := api.Call{Method: http.MethodGet, Path: place(a, a.ReadPath, id), Secrets: hidden, Quiet: true}
			body, err := crud.Send(ctx, call)
			return crud.Unwrap(r.Out, body), err
		}
	} else {
		r.List.Only = true
	}
	return r
}

// place is where an object is: at the path that the program gives, or below
// that of the collection.
func place(a *APIObjectArgs, given *string, id string) string {
	switch {
	case given != nil:
		return withID(*given, id)
	case wire.Value(a.Singleton):
		return a.Path
	default:
		return a.Path + api.Path(id)
	}
}

// leftInPlace says why an object is not deleted; nothing if it is.
func leftInPlace(a *APIObjectArgs) string {
	switch {
	case wire.Value(a.DeleteMethod) == none:
		return "its deleteMethod is " + none
	case a.DeleteMethod == nil && wire.Value(a.Singleton):
		return "it is a singleton, and no deleteMethod is given"
	default:
		return ""
	}
}

// updateOf is what an update sends of a body.
func updateOf(body map[string]any, a *APIObjectArgs) map[string]any {
	if wire.Value(a.UpdateMethod) == none {
		return nil
	}
	sent := maps.Clone(body)
	if len(a.UpdateFields) > 0 {
		maps.DeleteFunc(sent, func(name string, _ any) bool { return !slices.Contains(a.UpdateFields, name) })
	}
	return sent
}
