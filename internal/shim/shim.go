// Package shim stands between the engine and the provider framework and does
// once, for every resource, what the framework leaves to each: it keeps the
// user's spelling (package norm), checks inputs (package check), names what
// has no name, marks secrets in outputs, compares nested properties, keeps
// old state readable, and hands resources their last inputs.
package shim

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync"

	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi-go-provider/infer"
	"github.com/pulumi/pulumi-go-provider/middleware/cancel"
	mcontext "github.com/pulumi/pulumi-go-provider/middleware/context"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
	"github.com/pulumi/pulumi/sdk/v3/go/property"

	"github.com/castai/pulumi-castai/internal/api"
	"github.com/castai/pulumi-castai/internal/check"
	"github.com/castai/pulumi-castai/internal/crud"
	"github.com/castai/pulumi-castai/internal/norm"
	"github.com/castai/pulumi-castai/internal/props"
	"github.com/castai/pulumi-castai/internal/shape"
)

// Checker is implemented by resources and functions with rules that concern
// several inputs.
type Checker interface{ CheckInputs(in *check.Inputs) }

// Upgrader is implemented by resources that accept an older form of their
// inputs, such as the arrays of one element of the bridged provider. Upgrade
// returns the present form. It sees inputs and states alike.
type Upgrader interface {
	Upgrade(m property.Map) property.Map
}

// ReplaceWarner is implemented by resources whose replacement costs more than
// a user may expect.
type ReplaceWarner interface{ ReplaceWarning() string }

// Describer is implemented by resources with properties that hold anything.
// What is in there means what other inputs say of it, so Describe completes s,
// the description of the inputs or of the outputs, for the values at hand.
type Describer interface {
	Describe(s *shape.Struct, inputs, values property.Map) *shape.Struct
}

// Exclusive is implemented by resources of which two with the same inputs
// would be one object of the service, with one ID: one that is replaced is
// deleted before its successor is made, or the deletion would hit the successor.
// Where the engine has it the other way round, what was made stays.
type Exclusive interface{ DeleteBeforeReplace() }

// Resource is a resource of the framework and what this package needs to know
// of it.
type Resource struct {
	infer.InferredResource
	inputsType, stateType reflect.Type
	checker               Checker
	describe              func(s *shape.Struct, inputs, values property.Map) *shape.Struct
	upgrade               func(property.Map) property.Map
	read                  func(context.Context, p.ReadRequest) (p.ReadResponse, error)
	listing               func() crud.Listing
	warning               string
	exclusive             bool
}

// inputs and state describe the properties. They are looked at when needed: a
// plugin that starts has no use yet for what all its resources look like.
func (r Resource) inputs() *shape.Struct { return shape.Of(r.inputsType) }
func (r Resource) state() *shape.Struct  { return shape.Of(r.stateType) }

// inputsLike describes inputs with those values.
func (r Resource) inputsLike(in property.Map) *shape.Struct { return r.describe(r.inputs(), in, in) }

// Of makes a Resource of an implementation.
func Of[R infer.CustomResource[A, S], A, S any](r R) Resource {
	out := Resource{
		InferredResource: infer.Resource(r),
		inputsType:       reflect.TypeFor[A](),
		stateType:        reflect.TypeFor[S](),
		describe:         func(s *shape.Struct, _, _ property.Map) *shape.Struct { return s },
		upgrade:          func(m property.Map) property.Map { return m },
	}
	out.read = reader(r)
	out.checker, _ = any(r).(Checker)
	if l, ok := any(r).(interface{ Listing() crud.Listing }); ok {
		out.listing = l.Listing
	}
	if u, ok := any(r).(Upgrader); ok {
		out.upgrade = u.Upgrade
	}
	if d, ok := any(r).(Describer); ok {
		out.describe = d.Describe
	}
	if w, ok := any(r).(ReplaceWarner); ok {
		out.warning = w.ReplaceWarning()
	}
	_, out.exclusive = any(r).(Exclusive)
	return out
}

// reader reads a resource without the framework, whose own conversion of
// inputs and outputs takes most of a refresh.
func reader[R infer.CustomResource[A, S], A, S any](r R) func(context.Context, p.ReadRequest) (p.ReadResponse, error) {
	return func(ctx context.Context, req p.ReadRequest) (p.ReadResponse, error) {
		read, ok := any(r).(infer.CustomRead[A, S])
		if !ok {
			return p.ReadResponse{ID: req.ID, Properties: req.Properties, Inputs: req.Inputs}, nil
		}
		in := infer.ReadRequest[A, S]{ID: req.ID}
		if err := props.Decode(req.Inputs, &in.Inputs); err != nil {
			return p.ReadResponse{}, fmt.Errorf("cannot read the inputs in the state: %w", err)
		}
		if err := props.Decode(req.Properties, &in.State); err != nil {
			return p.ReadResponse{}, fmt.Errorf("cannot read the outputs in the state: %w", err)
		}
		out, err := read.Read(ctx, in)
		resp := p.ReadResponse{ID: out.ID}
		var failed infer.ResourceInitFailedError
		if errors.As(err, &failed) {
			resp.PartialState = &p.InitializationFailed{Reasons: failed.Reasons}
		} else if err != nil {
			return p.ReadResponse{}, err
		}
		if resp.ID != "" {
			resp.Inputs, resp.Properties = props.Encode(out.Inputs), props.Encode(out.State)
		}
		return resp, err
	}
}

// Function is a function of the framework and what this package needs to know
// of it.
type Function struct {
	infer.InferredFunction
	// Inputs describes the arguments. It is called when they are looked at.
	Inputs  func() *shape.Struct
	checker Checker
}

// FunctionOf makes a Function of an implementation.
func FunctionOf[F infer.Fn[I, O], I, O any](f F) Function {
	out := Function{
		InferredFunction: infer.Function(f),
		Inputs:           func() *shape.Struct { return shape.Of(reflect.TypeFor[I]()) },
	}
	out.checker, _ = any(f).(Checker)
	return out
}

// Options lists what a wrapped provider serves.
type Options struct {
	Resources []Resource
	Functions []Function
	// Config describes the provider's own configuration.
	Config *shape.Struct
	// Context gives the verbs what they need of the configuration.
	Context func(context.Context) context.Context
}

type shim struct {
	inner     p.Provider
	resources map[tokens.TypeName]Resource
	functions map[tokens.TypeName]Function
	config    *shape.Struct

	schemaOnce sync.Once
	schema     p.GetSchemaResponse
	schemaErr  error
	made       sync.Map // the inputs of each object that was created since the start
}

// Wrap returns the provider with the framework's gaps filled.
func Wrap(inner p.Provider, o Options) (p.Provider, error) {
	s := &shim{
		inner: inner, config: o.Config,
		resources: map[tokens.TypeName]Resource{}, functions: map[tokens.TypeName]Function{},
	}
	for _, r := range o.Resources {
		token, err := r.GetToken()
		if err != nil {
			return p.Provider{}, err
		}
		s.resources[token.Name()] = r
	}
	for _, f := range o.Functions {
		token, err := f.GetToken()
		if err != nil {
			return p.Provider{}, err
		}
		s.functions[tokens.TypeName(token.Name())] = f
	}
	outer := inner
	outer.GetSchema = s.getSchema
	outer.CheckConfig = s.checkConfig
	outer.DiffConfig = s.diffConfig
	outer.Invoke = s.invoke
	outer.Check = s.check
	outer.Diff = s.diff
	outer.Create = s.create
	outer.Read = s.read
	outer.Update = s.update
	outer.Delete = s.delete
	return cancel.Wrap(mcontext.Wrap(outer, o.Context)), nil
}

// getSchema sorts the schema, so that its text changes only with what it says.
// It is made once, on demand.
func (s *shim) getSchema(ctx context.Context, req p.GetSchemaRequest) (p.GetSchemaResponse, error) {
	s.schemaOnce.Do(func() {
		if s.schema, s.schemaErr = s.inner.GetSchema(ctx, req); s.schemaErr != nil {
			return
		}
		s.schema.Schema, s.schemaErr = finishSchema(s.schema.Schema)
	})
	return s.schema, s.schemaErr
}

func finishSchema(text string) (string, error) {
	var doc map[string]any
	if err := json.Unmarshal([]byte(text), &doc); err != nil {
		return "", err
	}
	resources, _ := doc["resources"].(map[string]any)
	for token, r := range resources {
		r, _ := r.(map[string]any)
		properties, _ := r["properties"].(map[string]any)
		for name, property := range properties {
			if property, ok := property.(map[string]any); ok && strings.EqualFold(name, token[strings.LastIndex(token, ":")+1:]) {
				// In C#, a member cannot be called like its class.
				called := strings.ToUpper(name[:1]) + name[1:] + "Value"
				property["language"] = map[string]any{"csharp": map[string]any{"name": called}}
			}
		}
	}
	out, err := json.Marshal(doc)
	return string(out), err
}

// invoke checks a function's arguments before it runs.
func (s *shim) invoke(ctx context.Context, req p.InvokeRequest) (p.InvokeResponse, error) {
	f, ok := s.functions[req.Token.Name()]
	if !ok {
		return s.inner.Invoke(ctx, req)
	}
	result := verify(f.Inputs(), f.checker, req.Args)
	if len(result.Failures) > 0 {
		return p.InvokeResponse{Failures: result.Failures}, nil
	}
	warn(ctx, result.Warnings)
	return s.inner.Invoke(ctx, req)
}

// check does what the framework's own check does, from the same description
// of the inputs that all else here works from: that is quicker, and lets every
// failure say at once what is wrong and what to write instead.
func (s *shim) check(ctx context.Context, req p.CheckRequest) (p.CheckResponse, error) {
	r, ok := s.resources[req.Urn.Type().Name()]
	if !ok {
		return s.inner.Check(ctx, req)
	}
	olds := only(r.inputs(), r.upgrade(req.State))
	news := name(r.inputs(), olds, r.upgrade(req.Inputs), req.Urn.Name(), req.RandomSeed)
	result := verify(r.inputs(), r.checker, news)
	warn(ctx, result.Warnings)
	news = only(r.inputs(), news)
	described := r.inputsLike(news)
	if len(result.Failures) == 0 {
		news = norm.Respell(described, olds, news)
	}
	news = markSecrets(described, news)
	return p.CheckResponse{Inputs: news, Failures: discreet(news, result.Failures)}, nil
}

// discreet moves the failures of secret properties to the resource: the engine
// shows the value of the property that a failure is at.
func discreet(inputs property.Map, failures []p.CheckFailure) []p.CheckFailure {
	for i, f := range failures {
		if inputs.Get(f.Property).HasSecrets() {
			failures[i] = p.CheckFailure{Reason: f.Property + ": " + f.Reason}
		}
	}
	return failures
}

func (s *shim) create(ctx context.Context, req p.CreateRequest) (p.CreateResponse, error) {
	r, ok := s.resources[req.Urn.Type().Name()]
	resp, err := s.inner.Create(crud.WithInputs(ctx, req.Properties), req)
	if resp.ID != "" && !req.DryRun {
		s.made.Store(object{req.Urn.Type(), resp.ID}, req.Properties)
	}
	if ok && req.DryRun && err == nil {
		resp.Properties = r.unknown(resp.Properties)
	}
	if ok && resp.Properties.Len() > 0 {
		resp.Properties = r.outputs(req.Properties, resp.Properties)
	}
	return resp, err
}

func (s *shim) read(ctx context.Context, req p.ReadRequest) (p.ReadResponse, error) {
	r, ok := s.resources[req.Urn.Type().Name()]
	if !ok {
		return s.inner.Read(ctx, req)
	}
	olds := only(r.inputs(), r.upgrade(req.Inputs))
	req.Inputs = olds
	req.Properties = only(r.state(), r.upgrade(req.Properties))
	ctx = crud.WithOldInputs(ctx, olds)
	if olds.Len() > 0 {
		fromList := false
		resp, err := r.readBack(crud.WithLists(ctx, &fromList), req)
		if !fromList || err != nil || resp.Inputs.Equals(req.Inputs) && resp.Properties.Equals(req.Properties) {
			return resp, err
		}
	}
	resp, err := r.readBack(ctx, req)
	if resp.ID == "" && err == nil && olds.Len() == 0 {
		// The engine would import the empty answer as a resource.
		err = fmt.Errorf("the %s %q does not exist, or the organization of the token cannot see it: check the ID",
			req.Urn.Type().Name(), req.ID)
	}
	var failed *api.Error
	var tokenless *api.MissingTokenError
	ofID := api.IsNotFound(err) || api.IsInvalid(err) || !errors.As(err, &failed) && !errors.As(err, &tokenless)
	if err != nil && olds.Len() == 0 && ofID {
		if form := s.importForm(ctx, req.Urn.Type()); form != "" {
			err = fmt.Errorf("%w\n%s", err, form)
		}
	}
	return resp, err
}

// importForm is what the description of a resource says of its import ID.
func (s *shim) importForm(ctx context.Context, token tokens.Type) string {
	var doc struct {
		Resources map[tokens.Type]struct{ Description string }
	}
	described, err := s.getSchema(ctx, p.GetSchemaRequest{})
	if err != nil || json.Unmarshal([]byte(described.Schema), &doc) != nil {
		return "" // the error that is told matters more
	}
	_, form, _ := strings.Cut(doc.Resources[token].Description, "## Import\n\n")
	form, _, _ = strings.Cut(form, "\n")
	return form
}

// readBack reads a resource and brings it into the spelling of the program.
func (r Resource) readBack(ctx context.Context, req p.ReadRequest) (p.ReadResponse, error) {
	resp, err := r.read(ctx, req)
	if resp.ID == "" {
		return resp, err // gone, or not read; a partial answer has an ID and an error
	}
	if req.Inputs.Len() > 0 {
		resp.Inputs = norm.Refresh(r.inputsLike(req.Inputs), req.Inputs, resp.Inputs)
	} else {
		resp.Inputs = norm.Import(r.inputs(), resp.Inputs)
	}
	resp.Inputs = markSecrets(r.inputsLike(resp.Inputs), resp.Inputs)
	resp.Properties = r.outputs(resp.Inputs, resp.Properties)
	return resp, err
}

func (s *shim) update(ctx context.Context, req p.UpdateRequest) (p.UpdateResponse, error) {
	r, ok := s.resources[req.Urn.Type().Name()]
	if !ok {
		return s.inner.Update(ctx, req)
	}
	req.State = complete(r.state(), only(r.state(), r.upgrade(req.State)))
	olds := only(r.inputs(), r.upgrade(req.OldInputs))
	req.Inputs = ignore(req.IgnoreChanges, olds, req.Inputs)
	req.IgnoreChanges = nil
	if req.DryRun {
		req.State = spelledOut(r.inputs(), req.State)
	}
	resp, err := s.inner.Update(crud.WithInputs(crud.WithOldInputs(ctx, olds), req.Inputs), req)
	if resp.Properties.Len() > 0 {
		resp.Properties = r.outputs(req.Inputs, resp.Properties)
	}
	return resp, err
}

// object is one of the service's.
type object struct {
	kind tokens.Type
	id   string
}

// delete leaves in place what this deployment has set: a replacement that the
// user forces, and a resource with another name, may be the same object of the
// service as what they replace, and the engine makes them first.
func (s *shim) delete(ctx context.Context, req p.DeleteRequest) error {
	inputs, again := s.made.Load(object{req.Urn.Type(), req.ID})
	if again && (s.resources[req.Urn.Type().Name()].exclusive || inputs.(property.Map).Equals(req.OldInputs)) {
		crud.Warn(ctx, "The %s %s was left in place: the resource that replaces it is the same object of CAST AI.",
			req.Urn.Type().Name(), req.ID)
		return nil
	}
	if r, ok := s.resources[req.Urn.Type().Name()]; ok {
		req.Properties = complete(r.state(), only(r.state(), r.upgrade(req.Properties)))
		ctx = crud.WithOldInputs(ctx, only(r.inputs(), r.upgrade(req.OldInputs)))
	}
	return s.inner.Delete(ctx, req)
}

// spelledOut says of each input that the state does not hold that it was not
// set: otherwise, in a preview, the framework does not see that one is added,
// and promises the old value of the outputs that depend on it.
func spelledOut(inputs *shape.Struct, state property.Map) property.Map {
	for _, f := range inputs.Fields {
		if _, ok := state.GetOk(f.Name); !ok {
			state = state.Set(f.Name, property.Value{})
		}
	}
	return state
}

// outputs brings outputs into the spelling of the inputs and marks secrets.
func (r Resource) outputs(inputs, outputs property.Map) property.Map {
	outputs = norm.Outputs(r.inputsLike(inputs), inputs, outputs)
	return markSecrets(r.describe(r.state(), inputs, outputs), outputs)
}

// unknown makes the outputs that a preview of a creation says nothing of ones
// that are not known yet: the framework takes them for left out.
func (r Resource) unknown(outputs property.Map) property.Map {
	for _, f := range r.state().Fields {
		if _, said := outputs.GetOk(f.Name); !said && r.inputs().Field(f.Name) == nil {
			outputs = outputs.Set(f.Name, property.New(property.Computed))
		}
	}
	return outputs
}

// verify checks the form of inputs, then their values.
func verify(s *shape.Struct, checker Checker, in property.Map) check.Result {
	result := check.Run(s, in)
	result.Failures = merge(check.Types(s, in), result.Failures)
	if checker != nil {
		inputs := check.New(in)
		checker.CheckInputs(inputs)
		more := inputs.Result()
		result.Failures = merge(result.Failures, more.Failures)
		result.Warnings = append(result.Warnings, more.Warnings...)
	}
	return result
}

// merge adds the failures at properties that have none yet.
func merge(failures, more []p.CheckFailure) []p.CheckFailure {
	seen := map[string]bool{}
	for _, f := range failures {
		seen[f.Property] = true
	}
	for _, f := range more {
		if !seen[f.Property] {
			failures = append(failures, f)
		}
	}
	return failures
}

func warn(ctx context.Context, warnings []string) {
	for _, w := range warnings {
		crud.Warn(ctx, "%s", w)
	}
}
