// Package harness runs the provider and the emulator in one process and puts
// resources through their life as the engine would: check, diff, then create,
// update or replace; read for a refresh or an import; delete.
package harness

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http/httptest"
	"slices"
	"sort"
	"strings"
	"sync"
	"testing"
	"time"

	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	pprovider "github.com/pulumi/pulumi/sdk/v3/go/pulumi/provider"
	rpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/castai/pulumi-castai/emulator"
	"github.com/castai/pulumi-castai/internal/api"
	"github.com/castai/pulumi-castai/provider"
)

// Token is the API token that the harness configures.
const Token = "harness-token-1f9c"

// Harness is a provider connected to an emulator of its own.
type Harness struct {
	T        testing.TB
	Emulator *emulator.Server
	// URL is the emulator's address.
	URL string
	// Hurry leaves out the pauses between attempts of one call.
	Hurry bool

	server rpc.ResourceProviderServer
	host   *pprovider.HostClient
	config map[string]any

	mu   sync.Mutex
	logs []string
}

// New starts an emulator and a provider that is configured to use it. Agents
// of the emulator come online at once unless change says otherwise.
func New(t testing.TB, change ...func(*emulator.Options)) *Harness {
	t.Helper()
	options := emulator.Options{Strict: true, Settings: emulator.Settings{AgentDelay: -1, DisconnectDelay: -1}}
	for _, fn := range change {
		fn(&options)
	}
	em, err := emulator.New(options)
	if err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(em)
	Later(t, func() {
		web.CloseClientConnections()
		web.Close()
		if err := em.Close(); err != nil {
			t.Error("emulator:", err)
		}
	})
	h := &Harness{T: t, Emulator: em, URL: web.URL}
	h.host = h.engine()
	h.Provider(map[string]any{"apiToken": Token, "apiUrl": web.URL})
	return h
}

// Later calls a function when the test ends, and lets go of it then: the testing package holds the cleanups of parallel
// subtests, and all they refer to, until the last of them has ended.
func Later(t testing.TB, do func()) {
	t.Cleanup(func() {
		do()
		do = nil
	})
}

// Provider starts a new provider with that configuration in place of the
// present one, as the engine does for every operation.
func (h *Harness) Provider(config map[string]any) {
	h.T.Helper()
	castai, err := provider.New()
	if err != nil {
		h.T.Fatal(err)
	}
	h.server, err = p.RawServer(provider.Name, "1.0.0", castai)(h.host)
	if err != nil {
		h.T.Fatal(err)
	}
	h.config = config
	args := h.marshal(config)
	if _, err := h.server.Configure(context.Background(), &rpc.ConfigureRequest{
		Args: args, AcceptSecrets: true, AcceptResources: true, SendsOldInputs: true, SendsOldInputsToDelete: true,
	}); err != nil {
		h.T.Fatal("configure:", err)
	}
}

// context is that of the next operation.
func (h *Harness) context() context.Context {
	if !h.Hurry {
		return context.Background()
	}
	return api.WithSleep(context.Background(), func(ctx context.Context, _ time.Duration) error { return ctx.Err() })
}

// Server is the provider as the engine calls it.
func (h *Harness) Server() rpc.ResourceProviderServer { return h.server }

// engine collects what providers log.
func (h *Harness) engine() *pprovider.HostClient {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		h.T.Fatal(err)
	}
	engine := grpc.NewServer()
	rpc.RegisterEngineServer(engine, &logs{h: h})
	go func() { _ = engine.Serve(listener) }()
	client, err := pprovider.NewHostClient(listener.Addr().String())
	if err != nil {
		h.T.Fatal(err)
	}
	Later(h.T, func() {
		_ = client.Close()
		engine.Stop()
	})
	return client
}

type logs struct {
	rpc.UnimplementedEngineServer
	h *Harness
}

func (l *logs) Log(_ context.Context, req *rpc.LogRequest) (*emptypb.Empty, error) {
	l.h.mu.Lock()
	defer l.h.mu.Unlock()
	l.h.logs = append(l.h.logs, strings.ToLower(req.Severity.String())+": "+req.Message)
	return &emptypb.Empty{}, nil
}

// Logs returns what the provider has logged, each line after its severity.
func (h *Harness) Logs() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.logs)
}

// Warned says whether a warning with that text was logged. Logs travel on a
// connection of their own, so it waits for one a little.
func (h *Harness) Warned(text string) bool {
	for range 100 {
		for _, line := range h.Logs() {
			if strings.HasPrefix(line, "warning: ") && strings.Contains(line, text) {
				return true
			}
		}
		time.Sleep(10 * time.Millisecond)
	}
	return false
}

// Props are property values as JSON has them. A [Secret] is a secret value
// and [Unknown] one that is not known yet.
type Props = map[string]any

// Secret makes a secret of a value.
func Secret(v any) any { return resource.MakeSecret(resource.NewPropertyValue(v)) }

// Unknown is a value that is not known yet.
var Unknown = resource.MakeComputed(resource.NewProperty(""))

var marshalOptions = plugin.MarshalOptions{KeepUnknowns: true, KeepSecrets: true, KeepResources: true}

func (h *Harness) marshal(props Props) *structpb.Struct {
	out, err := plugin.MarshalProperties(propertyMap(props), marshalOptions)
	if err != nil {
		h.T.Fatal(err)
	}
	return out
}

func propertyMap(props Props) resource.PropertyMap {
	m := resource.PropertyMap{}
	for key, value := range props {
		m[resource.PropertyKey(key)] = propertyValue(value)
	}
	return m
}

func propertyValue(v any) resource.PropertyValue {
	switch v := v.(type) {
	case resource.PropertyValue:
		return v
	case map[string]any:
		return resource.NewProperty(propertyMap(v))
	case []any:
		items := make([]resource.PropertyValue, len(v))
		for i := range v {
			items[i] = propertyValue(v[i])
		}
		return resource.NewProperty(items)
	default:
		return resource.NewPropertyValue(v)
	}
}

func (h *Harness) unmarshal(s *structpb.Struct) resource.PropertyMap {
	m, err := plugin.UnmarshalProperties(s, marshalOptions)
	if err != nil {
		h.T.Fatal(err)
	}
	return m
}

// Resource is a resource of a stack.
type Resource struct {
	h *Harness
	// Type is its token and URN what the engine calls it.
	Type, URN string
	// ID is empty while it does not exist.
	ID              string
	Inputs, Outputs resource.PropertyMap
	// Timeout is the customTimeouts of every operation that has them, in whole
	// seconds; 0 sets none.
	Timeout time.Duration
	// Failed says that it exists and its last operation was not finished: the
	// next [Resource.Up] updates it whether its inputs differ or not.
	Failed bool
}

// Resource returns a resource that does not exist yet. The token may leave
// out "castai:index:".
func (h *Harness) Resource(token, name string) *Resource {
	if !strings.Contains(token, ":") {
		token = "castai:index:" + token
	}
	return &Resource{h: h, Type: token, URN: "urn:pulumi:test::test::" + token + "::" + name}
}

// Result is what an operation did.
type Result struct {
	// Op is same, create, update or replace.
	Op string
	// Changes are the paths that differ, sorted; one that replaces ends in "!".
	Changes []string

	deleteFirst bool // a replacement deletes before it creates
}

// Up brings the resource to the inputs, as `pulumi up` does.
func (r *Resource) Up(inputs Props) (Result, error) { return r.run(inputs, false) }

// Preview plans the same and changes nothing. Outputs tells what the
// resource's outputs would be.
func (r *Resource) Preview(inputs Props) (Result, resource.PropertyMap, error) {
	planned := *r
	result, err := planned.run(inputs, true)
	return result, planned.Outputs, err
}

func (r *Resource) run(inputs Props, preview bool) (Result, error) {
	h, ctx := r.h, r.h.context()
	checked, failures := r.Check(inputs)
	if len(failures) > 0 {
		return Result{}, CheckError(failures)
	}
	result := Result{Op: "create"}
	if r.ID != "" {
		var err error
		if result, err = r.diff(r.Inputs, r.Outputs, checked); err != nil {
			return result, err
		}
		if r.Failed && result.Op == "same" {
			result.Op = "update"
		}
	}
	news, err := plugin.MarshalProperties(checked, marshalOptions)
	if err != nil {
		h.T.Fatal(err)
	}
	switch result.Op {
	case "create":
		resp, err := h.server.Create(ctx, &rpc.CreateRequest{
			Urn: r.URN, Properties: news, Preview: preview, Timeout: r.Timeout.Seconds(),
		})
		if err != nil {
			return result, r.partial(err, func(f *rpc.ErrorResourceInitFailed) {
				r.ID, r.Inputs, r.Outputs = f.Id, checked, h.unmarshal(f.Properties)
			})
		}
		r.ID, r.Inputs, r.Outputs = resp.Id, checked, h.unmarshal(resp.Properties)
	case "update":
		resp, err := h.server.Update(ctx, &rpc.UpdateRequest{
			Id: r.ID, Urn: r.URN, Olds: r.encode(r.Outputs), OldInputs: r.encode(r.Inputs), News: news, Preview: preview,
			Timeout: r.Timeout.Seconds(),
		})
		if err != nil {
			return result, r.partial(err, func(f *rpc.ErrorResourceInitFailed) {
				r.Inputs, r.Outputs = checked, h.unmarshal(f.Properties)
			})
		}
		r.Inputs, r.Outputs, r.Failed = checked, h.unmarshal(resp.Properties), false
	case "replace":
		if preview {
			break
		}
		fresh := &Resource{h: h, Type: r.Type, URN: r.URN, Timeout: r.Timeout}
		steps := []func() error{
			func() error { _, err := fresh.run(inputs, false); return err },
			r.Delete,
		}
		if result.deleteFirst {
			slices.Reverse(steps)
		}
		for _, step := range steps {
			if err := step(); err != nil {
				return result, err
			}
		}
		*r = *fresh
	}
	return result, nil
}

func (r *Resource) encode(m resource.PropertyMap) *structpb.Struct {
	s, err := plugin.MarshalProperties(m, marshalOptions)
	if err != nil {
		r.h.T.Fatal(err)
	}
	return s
}

// Check checks inputs and returns them as the provider wants them.
func (r *Resource) Check(inputs Props) (resource.PropertyMap, []*rpc.CheckFailure) {
	r.h.T.Helper()
	resp, err := r.h.server.Check(r.h.context(), &rpc.CheckRequest{
		Urn: r.URN, Olds: r.encode(r.Inputs), News: r.h.marshal(inputs), RandomSeed: []byte(r.URN + strings.Repeat(".", 32)),
	})
	if err != nil {
		r.h.T.Fatalf("check %s: %v", r.Type, err)
	}
	return r.h.unmarshal(resp.Inputs), resp.Failures
}

func (r *Resource) diff(olds, outputs, news resource.PropertyMap) (Result, error) {
	resp, err := r.h.server.Diff(r.h.context(), &rpc.DiffRequest{
		Id: r.ID, Urn: r.URN, Olds: r.encode(outputs), OldInputs: r.encode(olds), News: r.encode(news),
	})
	if err != nil {
		return Result{}, err
	}
	result := Result{Op: "same", deleteFirst: resp.DeleteBeforeReplace}
	if resp.Changes == rpc.DiffResponse_DIFF_SOME {
		result.Op = "update"
	}
	for path, change := range resp.DetailedDiff {
		if strings.HasSuffix(change.Kind.String(), "_REPLACE") {
			path += "!"
			result.Op = "replace"
		}
		result.Changes = append(result.Changes, path)
	}
	sort.Strings(result.Changes)
	return result, nil
}

// Refresh reads the resource back, as `pulumi refresh` does, and tells what
// has drifted. A resource that is gone has the empty ID afterwards.
func (r *Resource) Refresh() (Result, error) {
	h := r.h
	resp, err := h.server.Read(h.context(), &rpc.ReadRequest{
		Id: r.ID, Urn: r.URN, Properties: r.encode(r.Outputs), Inputs: r.encode(r.Inputs),
	})
	if err != nil {
		return Result{}, r.partial(err, func(f *rpc.ErrorResourceInitFailed) {
			r.Inputs, r.Outputs = h.unmarshal(f.Inputs), h.unmarshal(f.Properties)
		})
	}
	r.Failed = false
	if resp.Id == "" {
		r.ID, r.Inputs, r.Outputs = "", nil, nil
		return Result{Op: "delete"}, nil
	}
	was := r.Inputs
	r.ID, r.Inputs, r.Outputs = resp.Id, h.unmarshal(resp.Inputs), h.unmarshal(resp.Properties)
	return r.diff(r.Inputs, r.Outputs, was)
}

// Import reads an object that exists already, as `pulumi import` does.
func (r *Resource) Import(id string) error {
	h := r.h
	resp, err := h.server.Read(h.context(), &rpc.ReadRequest{Id: id, Urn: r.URN})
	if err != nil {
		return err
	}
	if resp.Id == "" {
		return fmt.Errorf("%s %q does not exist", r.Type, id)
	}
	r.ID, r.Inputs, r.Outputs = resp.Id, h.unmarshal(resp.Inputs), h.unmarshal(resp.Properties)
	return nil
}

// Delete deletes the resource.
func (r *Resource) Delete() error {
	r.h.Provider(r.h.config) // a deployment does not delete what it has created
	return r.DeleteReplaced()
}

// DeleteReplaced deletes the resource in the deployment that has created the one that replaces it.
func (r *Resource) DeleteReplaced() error {
	_, err := r.h.server.Delete(r.h.context(), &rpc.DeleteRequest{
		Id: r.ID, Urn: r.URN, Properties: r.encode(r.Outputs), OldInputs: r.encode(r.Inputs), Timeout: r.Timeout.Seconds(),
	})
	return err
}

// Output returns an output as JSON has it, secrets in clear.
func (r *Resource) Output(name string) any { return plain(r.Outputs[resource.PropertyKey(name)]) }

// Input returns an input as JSON has it, secrets in clear.
func (r *Resource) Input(name string) any { return plain(r.Inputs[resource.PropertyKey(name)]) }

func plain(v resource.PropertyValue) any {
	return v.MapRepl(nil, func(v resource.PropertyValue) (any, bool) {
		if v.IsSecret() {
			return plain(v.SecretValue().Element), true
		}
		return nil, false
	})
}

// CheckError is the refusal of inputs.
type CheckError []*rpc.CheckFailure

func (e CheckError) Error() string {
	lines := make([]string, len(e))
	for i, f := range e {
		lines[i] = f.Property + ": " + f.Reason
	}
	sort.Strings(lines)
	return strings.Join(lines, "\n")
}

// Invoke calls a function. The token may leave out "castai:index:".
func (h *Harness) Invoke(token string, args Props) (Props, error) {
	if !strings.Contains(token, ":") {
		token = "castai:index:" + token
	}
	resp, err := h.server.Invoke(h.context(), &rpc.InvokeRequest{Tok: token, Args: h.marshal(args)})
	if err != nil {
		return nil, err
	}
	if len(resp.Failures) > 0 {
		return nil, CheckError(resp.Failures)
	}
	out := Props{}
	for key, value := range h.unmarshal(resp.Return) {
		out[string(key)] = plain(value)
	}
	return out, nil
}

// Calls lists the requests the emulator has got since the last call of
// [Harness.Forget], as "METHOD path".
func (h *Harness) Calls() []string {
	var out []string
	for _, r := range h.Emulator.Requests() {
		out = append(out, r.Method+" "+r.Path)
	}
	return out
}

// Forget forgets the requests so far.
func (h *Harness) Forget() { h.Emulator.ForgetRequests() }

// Body returns the body of the last request with that method whose path ends
// in suffix.
func (h *Harness) Body(method, suffix string) Props {
	h.T.Helper()
	requests := h.Emulator.Requests()
	for i := len(requests) - 1; i >= 0; i-- {
		r := requests[i]
		if r.Method == method && strings.HasSuffix(r.Path, suffix) {
			var body Props
			if err := json.Unmarshal(r.Body, &body); err != nil && len(r.Body) > 0 {
				h.T.Fatalf("%s %s: %v", method, r.Path, err)
			}
			return body
		}
	}
	h.T.Fatalf("no request %s ...%s; there were %v", method, suffix, h.Calls())
	return nil
}
