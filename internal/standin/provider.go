// Package standin is a provider that stands in for another one in tests, so that
// programs which also use Kubernetes or a cloud run without either. It accepts every
// resource type, keeps nothing but what the engine hands it, and records what it was
// asked to do.
package standin

import (
	"context"
	"crypto/rand"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"

	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/property"
)

// Version is the version that a stand-in reports: none that a program asks for is newer,
// which the engine would warn of.
const Version = "999.0.0"

// Options are the settings of a stand-in.
type Options struct {
	// Record is the file to which changes are appended, for Read; empty for none.
	Record string
	// Delay is how long each change takes; zero for no time at all. With a delay, a
	// resource that does not wait for another is caught starting too early.
	Delay time.Duration
}

// Provider is the stand-in for a package, such as "gcp".
func Provider(pkg string, opts Options) p.Provider {
	s := standIn{pkg: pkg, Options: opts}
	return p.Provider{
		GetSchema:   s.schema,
		CheckConfig: check,
		DiffConfig:  diff,
		Configure:   func(context.Context, p.ConfigureRequest) error { return nil },
		Invoke:      invoke,
		Check:       check,
		Diff:        diff,
		Create:      s.create,
		Read:        read,
		Update:      s.update,
		Delete:      s.delete,
	}
}

type standIn struct {
	pkg string
	Options
}

// schemas holds, by package, the types that YAML programs use: they find nothing without
// a schema, where SDKs bring their own.
//
//go:embed schema
var schemas embed.FS

// schema lists the types that programs use; none for most packages.
func (s standIn) schema(context.Context, p.GetSchemaRequest) (p.GetSchemaResponse, error) {
	schema := map[string]any{"name": s.pkg}
	text, err := schemas.ReadFile("schema/" + s.pkg + ".json")
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return p.GetSchemaResponse{}, err
	default:
		if err := json.Unmarshal(text, &schema); err != nil {
			return p.GetSchemaResponse{}, err
		}
	}
	schema["version"] = Version
	data, err := json.Marshal(schema)
	return p.GetSchemaResponse{Schema: string(data)}, err
}

func check(_ context.Context, req p.CheckRequest) (p.CheckResponse, error) {
	return p.CheckResponse{Inputs: req.Inputs}, nil
}

// diff takes any difference of the inputs as an update in place.
func diff(_ context.Context, req p.DiffRequest) (p.DiffResponse, error) {
	changes := req.OldInputs.Diff(req.Inputs)
	if changes == nil {
		return p.DiffResponse{}, nil
	}
	detail := map[string]p.PropertyDiff{}
	for _, key := range changes.ChangedKeys() {
		kind := p.Update
		switch {
		case changes.Added(key):
			kind = p.Add
		case changes.Deleted(key):
			kind = p.Delete
		}
		detail[key] = p.PropertyDiff{Kind: kind, InputDiff: true}
	}
	return p.DiffResponse{HasChanges: changes.AnyChanges(), DetailedDiff: detail}, nil
}

func (s standIn) create(ctx context.Context, req p.CreateRequest) (p.CreateResponse, error) {
	if req.DryRun {
		// What the real provider would compute is not known in a preview.
		return p.CreateResponse{Properties: req.Properties}, nil
	}
	id := req.Urn.Name() + "-" + strings.ToLower(rand.Text()[:7])
	return p.CreateResponse{ID: id, Properties: state(req.Urn, req.Properties)}, s.record(ctx, "create", req.Urn)
}

func read(_ context.Context, req p.ReadRequest) (p.ReadResponse, error) {
	return p.ReadResponse{ID: req.ID, Properties: req.Properties, Inputs: req.Inputs}, nil
}

func (s standIn) update(ctx context.Context, req p.UpdateRequest) (p.UpdateResponse, error) {
	resp := p.UpdateResponse{Properties: state(req.Urn, req.Inputs)}
	if req.DryRun {
		return resp, nil
	}
	return resp, s.record(ctx, "update", req.Urn)
}

func (s standIn) delete(ctx context.Context, req p.DeleteRequest) error {
	return s.record(ctx, "delete", req.Urn)
}

// invoke answers a function with its arguments.
func invoke(_ context.Context, req p.InvokeRequest) (p.InvokeResponse, error) {
	return p.InvokeResponse{Return: req.Args.Set("id", property.New(fmt.Sprint(req.Token)))}, nil
}

// state is the inputs and what the real provider would add to them.
func state(urn resource.URN, inputs property.Map) property.Map {
	if computed, ok := outputs[string(urn.Type())]; ok {
		for key, value := range computed(urn.Name(), inputs) {
			inputs = inputs.Set(key, value)
		}
	}
	return inputs
}
