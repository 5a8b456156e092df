// Package emulator is a local CAST AI API, good enough for CAST AI's own clients, agents included: it stores what it
// is given, checks every request and every answer against the wire contract, and moves clusters through their life
// cycle with an injectable clock.
//
// A Server is an http.Handler:
//
//	srv, err := emulator.New(emulator.Options{})
//	web := httptest.NewServer(srv)
//
// Each rule of behaviour says in a comment whether it was observed at the service or its clients, is documented, or is
// assumed.
package emulator

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
	"golang.org/x/time/rate"
)

// Options make a Server. The zero value is one in memory, with agents that come online by themselves.
type Options struct {
	// State is a file that keeps the state over restarts. Without one it lives in memory.
	State string
	// Strict refuses request fields and query parameters the contract does not know, so that tests notice them. By
	// default they are ignored, as the service does.
	Strict bool
	// Organizations are those there are; DefaultOrganization alone when empty.
	Organizations []Organization
	// Accounts are who may use the API; any token will do when empty.
	Accounts Accounts
	// Forbid may refuse a request with 403: it returns what the caller lacks, or "".
	Forbid func(*http.Request) string
	// Scenario is what there is in the beginning, unless the state file holds something already.
	Scenario *Scenario
	// Clock is the time to begin at, instead of that of the state or of Now.
	Clock time.Time
	// Settings are what may also be changed while the server runs.
	Settings Settings
	// Now is the clock; time.Now when nil.
	Now func() time.Time
	// NewID makes identifiers; random UUIDs when nil.
	NewID func() string
	// Seed is what chance goes by, in faults and latencies; a random one when 0.
	Seed uint64
	// Log receives a line per request, without secrets; nobody when nil.
	Log io.Writer
	// LogFormat is how: Text when empty.
	LogFormat LogFormat
}

// Agents says what brings clusters online.
type Agents string

const (
	// Simulated clusters come online by themselves, Settings.AgentDelay after their registration.
	Simulated Agents = "simulated"
	// Real clusters come online when an agent sends snapshots and a cluster controller polls.
	Real Agents = "real"
)

// Settings can be changed while the server runs.
type Settings struct {
	// Agents says what brings clusters online; Simulated when empty.
	Agents Agents
	// AgentDelay is how long a simulated agent takes to connect, and a simulated cluster to become ready with new
	// credentials. 0 stands for one second, a negative value for no delay.
	AgentDelay time.Duration
	// DisconnectDelay is how long a disconnect takes that waits for nobody. 0 stands for one second, a negative value
	// for no delay.
	DisconnectDelay time.Duration
	// GiveUp is how long a disconnect waits for a cluster controller to drain and delete nodes; ten minutes when 0.
	GiveUp time.Duration
	// ArchivedNotFound answers 404 for archived clusters. By default they stay readable.
	ArchivedNotFound bool
	// CredentialsRevoked makes a disconnect that should delete nodes archive the cluster and leave its nodes running,
	// as happens when the cloud role is removed too early.
	CredentialsRevoked bool
	// Life gives simulated clusters nodes of their own and lets CAST AI act on them: its autoscaler, its rebalancing and
	// its schedules of hibernation run. A node takes as long to come up as an agent, and each step of its end as long as
	// a disconnect.
	Life bool
	// NodesFail makes the nodes that CAST AI adds never get ready; they are given up after GiveUp.
	NodesFail bool
	// RecreateJobs makes the server replace a rebalancing job by one with a new ID each time that it runs.
	RecreateJobs bool
	// Latency is added to every call.
	Latency time.Duration
	// Latencies are drawn from in place of Latency, when set.
	Latencies *Distribution
	// ReadOnly refuses all but GET.
	ReadOnly bool
	// RateLimit is how many calls per second are let through before 429; no limit when 0.
	RateLimit float64
	// PageSize is the largest page of lists that have pages. When 0, pages are of 100, or of up to 500 when asked for.
	PageSize int
}

func (s Settings) withDefaults() Settings {
	s.Agents = cmp.Or(s.Agents, Simulated)
	s.AgentDelay = cmp.Or(s.AgentDelay, time.Second)
	s.DisconnectDelay = cmp.Or(s.DisconnectDelay, time.Second)
	s.GiveUp = cmp.Or(s.GiveUp, 10*time.Minute)
	return s
}

// Server is the API. Make it with New.
type Server struct {
	options     Options
	operations  *operations
	handlers    map[string]handler   // by operation id
	adapters    map[string]func(doc) // by operation id: other spellings of a body, made those of the contract
	collections []*collection
	prices      map[string][]instance // by cloud
	defects     []error               // mistakes found while the areas were set up
	admin       http.Handler
	metrics     *metrics

	clock clock

	mu       sync.Mutex // held while a request is handled
	store    *store
	settings Settings
	limiter  *rate.Limiter
	settled  time.Time // what was due until then has happened; zero if that is not known
	next     time.Time // when something is due next; zero if that is not known
	agenda   agenda
	then     *Server // answers as of earlier; nil before the first such answer

	faults faults
	log    requestLog
}

// New opens the state and returns a server, which Close closes.
func New(options Options) (*Server, error) {
	s, err := build(options)
	if err != nil {
		return nil, err
	}
	s.metrics = newMetrics(s)
	s.admin = s.adminHandler()
	if s.store, err = openStore(options.State); err != nil {
		return nil, err
	}
	s.loadClock()
	if !options.Clock.IsZero() {
		if _, err := s.MoveClock(ClockChange{Set: options.Clock}); err != nil {
			return nil, errors.Join(fmt.Errorf("the clock cannot begin at %s: %w", instant(options.Clock), err), s.Close())
		}
	}
	if err := s.begin(); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// build makes a server that has no store yet.
func build(options Options) (*Server, error) {
	all, err := loadOperations()
	if err != nil {
		return nil, err
	}
	if options.Now == nil {
		options.Now = time.Now
	}
	if options.NewID == nil {
		options.NewID = uuid.NewString
	}
	s := &Server{options: options, clock: clock{source: options.Now}, operations: all, handlers: map[string]handler{}, adapters: map[string]func(doc){}}
	if s.prices, err = priceList(); err != nil {
		return nil, err
	}
	if err := s.loadAccounts(); err != nil {
		return nil, fmt.Errorf("accounts: %w", err)
	}
	s.log.reset()
	s.faults.seed = cmp.Or(options.Seed, uint64(1+rand.Uint32N(1_000_000))) // short enough to be typed again
	s.settings = options.Settings.withDefaults()
	s.limiter = limiter(s.settings)
	s.areas()
	if err := errors.Join(s.defects...); err != nil {
		return nil, err
	}
	return s, nil
}

// Close closes the state file.
func (s *Server) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return errors.Join(s.keepSettled(), s.store.close())
}

// Settings returns the current settings.
func (s *Server) Settings() Settings {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.settings
}

// Configure changes the settings.
func (s *Server) Configure(change func(*Settings)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(&s.settings)
	s.settings = s.settings.withDefaults()
	s.limiter = limiter(s.settings)
	s.next, s.agenda = time.Time{}, agenda{}
}

func limiter(s Settings) *rate.Limiter {
	if s.RateLimit <= 0 {
		return rate.NewLimiter(rate.Inf, 0)
	}
	return rate.NewLimiter(rate.Limit(s.RateLimit), max(1, int(s.RateLimit)))
}

// areas sets up every area of the API.
func (s *Server) areas() {
	s.organizationArea()
	s.authTokenArea()
	s.serviceAccountArea()
	s.memberArea()
	s.enterpriseArea()
	s.ssoArea()
	s.clusterArea()
	s.scriptArea()
	s.agentArea()
	s.controllerArea()
	s.nodeConfigurationArea()
	s.nodeTemplateArea()
	s.policyArea()
	s.scheduleArea()
	s.workloadArea()
	s.workloadEventArea()
	s.workloadAgentArea()
	s.podMutationArea()
	s.costArea()
	s.edgeArea()
	s.databaseCacheArea()
	s.securityArea()
	s.aiArea()
}

// handle serves one operation of the contract.
func (s *Server) handle(operation string, h handler) {
	if s.operations.byID[operation] == nil {
		s.defect("the contract has no operation %s", operation)
	}
	s.handlers[operation] = h
}

func (s *Server) defect(format string, args ...any) {
	s.defects = append(s.defects, fmt.Errorf(format, args...))
}

func (s *Server) newID() string { return s.options.NewID() }

// ServeHTTP answers a request of the API, or one under /_emulator/.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.URL.Path, adminPrefix) {
		w.Header().Set("X-Castai-Emulator", "true") // no API has that
		s.admin.ServeHTTP(w, r)
		return
	}
	began := time.Now() // not by the server's clock: it is measured
	seen := Request{ID: uuid.NewString(), Time: s.now(), Method: r.Method, Path: r.URL.EscapedPath(), Query: r.URL.RawQuery, UserAgent: r.UserAgent()}
	body, err := readBody(r)
	seen.Body = body
	op, params := s.operations.find(r.Method, seen.Path)
	if op != nil {
		seen.Operation = op.id
	}
	var out outcome
	if err != nil {
		out.answer = s.refuse(seen.Path, badRequest("the body cannot be read: %v", err))
	} else {
		out = s.answer(r, op, params, body)
	}
	seen.Faults = out.faults
	if out.answer != nil {
		seen.Status = out.answer.status
	}
	if seen.Lost = out.lost; !seen.Lost {
		seen.ResponseBytes, seen.Response = len(out.body), out.body
	}
	seen.Duration = time.Since(began)
	s.metrics.observe(seen)
	s.log.add(seen, s.options.Log, s.options.LogFormat) // before anybody can have the answer
	out.write(w, seen.ID)
}

// outcome is what becomes of a request.
type outcome struct {
	*answer          // nil if there never was one
	faults  []Action // that struck it
	lost    bool     // the connection is cut instead of an answer
	reset   bool     // and that with a reset
	half    bool     // the connection is cut in the middle of the answer
}

func (out outcome) write(w http.ResponseWriter, id string) {
	if out.lost {
		cut(w, out.reset)
	}
	w.Header().Set("X-Castai-Request-Id", id)
	for name, values := range out.header {
		w.Header()[name] = values
	}
	if len(out.body) > 0 && w.Header().Get("Content-Type") == "" {
		w.Header().Set("Content-Type", "application/json")
	}
	if out.half {
		w.Header().Set("Content-Length", strconv.Itoa(len(out.body)))
		w.WriteHeader(out.status)
		w.Write(out.body[:len(out.body)/2])   // a client that went away is no error of ours
		http.NewResponseController(w).Flush() // nor one that cannot be had in part
		cut(w, false)
	}
	w.WriteHeader(out.status)
	w.Write(out.body)
}

// cut ends a connection. HTTP/2 has no connection of its own to reset: there, the request is.
func cut(w http.ResponseWriter, reset bool) {
	if reset {
		if connection, _, err := http.NewResponseController(w).Hijack(); err == nil {
			inner := connection
			for wrapped, ok := inner.(interface{ NetConn() net.Conn }); ok; wrapped, ok = inner.(interface{ NetConn() net.Conn }) {
				inner = wrapped.NetConn() // of TLS, for one
			}
			if tcp, ok := inner.(*net.TCPConn); ok {
				tcp.SetLinger(0) // the way to make the kernel reset it; without, it is closed
			}
			inner.Close()
		}
	}
	panic(http.ErrAbortHandler) // the way to make net/http cut a connection
}

// answer handles a request, unless a fault gets in the way.
func (s *Server) answer(r *http.Request, op *operation, params map[string]string, body []byte) outcome {
	path := r.URL.EscapedPath()
	s.mu.Lock()
	limited, settings := !s.limiter.AllowN(s.options.Now(), 1), s.settings
	s.mu.Unlock()
	latency := settings.Latency
	if settings.Latencies != nil {
		latency = s.faults.latency(settings.Latencies, op)
	}
	sleep(r.Context(), latency)
	if limited {
		a := s.refuse(path, &Failure{Status: http.StatusTooManyRequests, Message: "too many requests"})
		a.header = http.Header{"Retry-After": {"1"}}
		return outcome{answer: a}
	}
	if settings.ReadOnly && r.Method != http.MethodGet {
		return outcome{answer: s.refuse(path, &Failure{Status: http.StatusForbidden, Message: "the emulator is read-only"})}
	}
	met := s.faults.take(op, r.Method, path, s.options.Now())
	sleep(r.Context(), met.delay)
	out := outcome{faults: met.actions}
	end := Action("")
	if met.end != nil {
		end = met.end.Action
	}
	switch end {
	case Hang:
		<-r.Context().Done()
		out.lost = true
		return out
	case Refuse:
		out.lost, out.reset = true, met.end.Reset
		return out
	case Answer, Limit:
		out.answer = s.injected(path, met.end)
		return out
	}
	out.answer = s.process(r, op, params, body, met.stale)
	if out.status < 300 {
		for _, f := range met.reorder {
			out.answer = reordered(out.answer, op, f, met.random)
		}
	}
	switch end {
	case Drop:
		out.lost, out.reset = true, met.end.Reset
	case Truncate:
		out.body = out.body[:len(out.body)/2]
	case Cut:
		out.half = true
	}
	return out
}

func sleep(ctx context.Context, d time.Duration) {
	if d <= 0 {
		return
	}
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}

// process lets a request have its effect, and returns what goes back once that is in the state file.
func (s *Server) process(r *http.Request, op *operation, params map[string]string, body []byte, stale *Fault) *answer {
	a, changed := s.perform(r, op, params, body, stale)
	if changed {
		if err := s.store.flush(); err != nil { // the change is in memory and stays there, as after any lost answer
			return s.refuse(r.URL.EscapedPath(), &Failure{Status: http.StatusInternalServerError, Message: "emulator: state file: " + err.Error()})
		}
	}
	return a
}

// perform checks a request, lets its handler run and turns errors into answers. Requests do so one at a time.
func (s *Server) perform(r *http.Request, op *operation, params map[string]string, body []byte, stale *Fault) (a *answer, changed bool) {
	path := r.URL.EscapedPath()
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	lapsed, err := s.lapse(now)
	if err != nil {
		return s.refuse(path, &Failure{Status: http.StatusInternalServerError, Message: "emulator: " + err.Error()}), false
	}
	defer func() { changed = changed || lapsed }()
	s.store.past.by(r.Method == http.MethodGet)
	who := s.authenticate(r, now)
	if who == nil || len(who.organizations) == 0 {
		return s.refuse(path, &Failure{Status: http.StatusUnauthorized, Message: "Unauthorized"}), false
	}
	if failure := s.authorize(who, r, op, params); failure != nil {
		return s.refuse(path, failure), false
	}
	if op == nil {
		if inCluster(r.Header) && r.Method == http.MethodPost {
			return &answer{status: http.StatusOK, body: []byte("{}")}, false
		}
		// Observed: a client that has lost an ID leaves its place in the path empty, and takes 404 for gone.
		if strings.Contains(path+"/", "//") {
			return s.refuse(path, notFound("not found: %s", path)), false
		}
		return s.refuse(path, &Failure{Status: http.StatusNotImplemented, Message: fmt.Sprintf("the wire contract has no operation %s %s", r.Method, path)}), false
	}
	c := s.by(who, now)
	c.op, c.path, c.params, c.query, c.header, c.base = op, fill(op.path, params), params, r.URL.Query(), r.Header, base(r)
	run := s.run
	if stale != nil && s.store.past != nil {
		run = func(c *call, _ []byte) (*answer, error) { return s.runThen(stale, c) }
	}
	a, err = run(c, body)
	if err != nil {
		s.store.rollback()
	} else {
		s.follow(c)
	}
	s.touched()
	changed, failed := s.store.stage()
	if err == nil {
		err = failed
	}
	if err != nil {
		var failure *Failure
		if !errors.As(err, &failure) {
			failure = &Failure{Status: http.StatusInternalServerError, Message: "emulator: " + err.Error()}
		}
		if err := checkDocument(op.problem, failure.body(mainAPI(path))); err != nil {
			failure = &Failure{Status: http.StatusInternalServerError, Message: fmt.Sprintf("emulator: the error body of %s breaks the contract: %v", op.id, err)}
		}
		return s.refuse(path, failure), changed
	}
	if len(a.body) > 0 && op.mediaType != "" && a.header.Get("Content-Type") == "" {
		if a.header == nil {
			a.header = http.Header{}
		}
		a.header.Set("Content-Type", op.mediaType)
	}
	return a, changed
}

// base is the address that a client has reached this server by.
func base(r *http.Request) string {
	if r.TLS != nil {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}

// run finds and runs the handler. One that panics must not take the emulator with it.
func (s *Server) run(c *call, body []byte) (_ *answer, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("%s panicked, please report it: %v\n%s", c.op.id, cause, debug.Stack())
		}
	}()
	h := s.handlers[c.op.id]
	if h == nil {
		return nil, &Failure{Status: http.StatusNotImplemented, Message: fmt.Sprintf("the emulator does not implement %s", c.op.id)}
	}
	strict := s.options.Strict && !inCluster(c.header)
	if failure := c.op.checkQuery(c.query, strict); failure != nil {
		return nil, failure
	}
	if c.op.request != nil {
		if len(bytes.TrimSpace(body)) == 0 {
			return nil, badRequest("%s needs a body", c.op.id)
		}
		if err := json.Unmarshal(body, &c.body); err != nil {
			return nil, badRequest("the body is not JSON: %v", err)
		}
		if c.body == nil && c.op.request.Items != nil {
			c.body = []any{} // as with the lists in it
		}
		if adapt, in := s.adapters[c.op.id], c.input(); adapt != nil && in != nil {
			adapt(in)
		}
		if failure := c.op.checkRequest(c.body, strict); failure != nil {
			return nil, failure
		}
	}
	if err := s.parents(c); err != nil {
		return nil, err
	}
	return h(c)
}

// parents refuses calls below something that is not there.
func (s *Server) parents(c *call) error {
	if id, ok := c.params["organizationId"]; ok && !c.inOrganization(id) {
		return notFound("organization not found: %s", id)
	}
	if id, ok := c.params["clusterId"]; ok && !strings.HasPrefix(c.op.path, clustersPath) {
		if r := s.cluster(c, id); r == nil || archived(r) {
			return notFound("cluster not found: %s", id)
		}
	}
	if _, ok := c.params["edgeLocationId"]; ok {
		c.edgeLocations(c.params["clusterId"]) // those whose time has come go
	}
	for _, k := range s.collections {
		if scope, id, ok := k.above(c); ok && c.store.get(scope, id) == nil {
			return notFound("%s not found: %s", k.kind, id)
		}
	}
	return nil
}

// refuse returns the answer for a failure, in the shape of the API that the path belongs to.
func (s *Server) refuse(path string, f *Failure) *answer {
	body, err := json.Marshal(f.body(mainAPI(path)))
	if err != nil {
		body = []byte(`{}`)
	}
	return &answer{status: f.Status, body: body}
}

// inCluster tells CAST AI's own components, whose newer versions call and send what nobody has described: what is not
// known is ignored, and unknown calls are answered with an empty object. Assumed.
func inCluster(header http.Header) bool {
	agent := header.Get("User-Agent")
	return (strings.HasPrefix(agent, "castai-") || strings.HasPrefix(agent, "castware-")) && !strings.HasPrefix(agent, "castai-terraform-provider/")
}

// maxBody is more than the largest snapshot of an agent.
const maxBody = 256 << 20

func readBody(r *http.Request) ([]byte, error) {
	body := io.Reader(r.Body)
	if strings.EqualFold(r.Header.Get("Content-Encoding"), "gzip") {
		unzipped, err := gzip.NewReader(r.Body)
		if err != nil {
			return nil, err
		}
		body = unzipped
	}
	return io.ReadAll(io.LimitReader(body, maxBody))
}
