package emulator

import (
	"cmp"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Action is what a fault does to a request.
type Action string

const (
	// Answer answers with the fault's status and body; the request has no effect.
	Answer Action = "answer"
	// Slow only delays; the request is then handled as usual.
	Slow Action = "slow"
	// Refuse cuts the connection before the request has any effect.
	Refuse Action = "refuse"
	// Drop cuts the connection after the request had its effect: the answer is lost.
	Drop Action = "drop"
	// Hang never answers; the request has no effect.
	Hang Action = "hang"
	// Truncate sends the first half of the answer's JSON, as if that were all.
	Truncate Action = "truncate"
	// Cut announces the whole answer, sends the first half and cuts the connection.
	Cut Action = "cut"
	// Stale answers a GET as of before the last Writes, or as of Age ago.
	Stale Action = "stale"
	// Reorder shuffles the items of a list answer, and those of the members named in Lists.
	Reorder Action = "reorder"
	// Limit answers 429, or Status, to what is over Rate.
	Limit Action = "limit"
)

// ends tells that a request which meets the action meets no other fault.
func (a Action) ends() bool { return a != Slow && a != Stale && a != Reorder }

var actions = []Action{Answer, Slow, Refuse, Drop, Hang, Truncate, Cut, Stale, Reorder, Limit}

// Fault says what goes wrong with requests that match it.
type Fault struct {
	// Operation limits it to one operation of the contract by its ID, such as NodeTemplatesAPICreateNodeTemplate; any
	// when empty.
	Operation string
	// Method limits it to one method; any when empty.
	Method string
	// Path limits it to one path: a real one, or one of the contract with {names} standing for any one segment. A
	// trailing /** stands for all below. Any path when empty.
	Path string
	// Skip lets that many matching requests through first.
	Skip int
	// Times is how many requests it hits, all when negative. 0 stands for 1, and for all with a Chance or a Rate.
	Times int
	// Chance is how likely it hits a request that matches: 0.2 for one in five; 0 for each.
	Chance float64
	// Action is what happens; Answer when empty.
	Action Action
	// Delay passes before the action.
	Delay time.Duration
	// Delays are drawn from in place of Delay, when set.
	Delays *Distribution
	// Status of an Answer; 500 when 0.
	Status int
	// Body of an Answer; the API's own error body when empty.
	Body string
	// ContentType of an Answer with a Body; application/json when empty.
	ContentType string
	// RetryAfter is the Retry-After header of an Answer, if any.
	RetryAfter string
	// Reset makes Refuse and Drop reset the connection, instead of closing it.
	Reset bool
	// Writes is how many writes a Stale answer does not know of.
	Writes int
	// Age is how old a Stale answer is.
	Age time.Duration
	// Lists are members at any depth whose lists Reorder shuffles as well.
	Lists []string
	// Rate is how many requests per second Limit lets through.
	Rate float64
}

func (f Fault) withDefaults() Fault {
	f.Action = cmp.Or(f.Action, Answer)
	if f.Times == 0 {
		f.Times = 1
		if f.Chance > 0 || f.Rate > 0 {
			f.Times = -1
		}
	}
	return f
}

// check says what is wrong with a fault.
func (f *Fault) check(known *operations) error {
	switch {
	case !slices.Contains(actions, f.Action):
		return fmt.Errorf("there is no action %q; there are %v", f.Action, actions)
	case f.Operation != "" && known.byID[f.Operation] == nil:
		return fmt.Errorf("the contract has no operation %q", f.Operation)
	case f.Path != "" && !strings.HasPrefix(f.Path, "/"):
		return fmt.Errorf("the path %q does not start with /", f.Path)
	case f.Chance < 0 || f.Chance > 1:
		return fmt.Errorf("a chance of %v is not between 0 and 1", f.Chance)
	case f.Status != 0 && (f.Status < 200 || f.Status > 599):
		return fmt.Errorf("%d is no status of an answer", f.Status)
	case f.Delay < 0 || f.Skip < 0:
		return fmt.Errorf("delay and skip cannot be negative")
	case f.Action == Limit && f.Rate <= 0:
		return fmt.Errorf("a limit needs a rate above 0")
	case f.Action == Stale && f.Writes <= 0 && f.Age <= 0:
		return fmt.Errorf("a stale answer needs writes or an age above 0")
	}
	return nil
}

// CredentialsForbidden is what the API answers to new credentials whose cloud permissions are not visible yet, as
// often as given. Observed.
func CredentialsForbidden(times int) Fault {
	return Fault{
		Method: http.MethodPost, Path: clustersPath + "/{clusterId}", Times: times, Status: http.StatusBadRequest,
		Body: `{"message":"Forbidden","fieldViolations":[{"field":"credentials","description":"the credentials have no access yet"}]}`,
	}
}

// faults are the active ones, oldest first.
type faults struct {
	mu     sync.Mutex
	seed   uint64
	active []*activeFault
	added  uint64            // since the last clear
	draws  map[string]uint64 // how often chance was asked, by what for
}

type activeFault struct {
	Fault
	number  uint64
	limiter *rate.Limiter
}

// strike is what a request meets.
type strike struct {
	delay   time.Duration
	stale   *Fault
	reorder []*Fault
	end     *Fault // what ends it; nil if it is answered as usual
	random  *rand.Rand
	actions []Action
}

// Fail adds a fault, or says what is wrong with it. Of several that match a request the oldest strikes; those that only
// slow, reorder or make stale add to it.
func (s *Server) Fail(f Fault) error {
	f = f.withDefaults()
	if err := f.check(s.operations); err != nil {
		return err
	}
	if f.Action == Stale {
		s.remember()
	}
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	s.faults.added++
	s.faults.active = append(s.faults.active, &activeFault{f, s.faults.added, rate.NewLimiter(rate.Limit(f.Rate), max(1, int(f.Rate)))})
	return nil
}

// Faults returns what is still to strike.
func (s *Server) Faults() []Fault {
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	list := make([]Fault, len(s.faults.active))
	for i, f := range s.faults.active {
		list[i] = f.Fault
	}
	return list
}

// ClearFaults removes all faults. Chance begins anew.
func (s *Server) ClearFaults() {
	s.faults.clear()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.store.past = nil
}

// Seed is what chance goes by: with the same seed and the same faults, the nth call of an operation meets the same, in
// whatever order calls of different operations come.
func (s *Server) Seed() uint64 {
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	return s.faults.seed
}

func (f *faults) clear() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.active, f.added, f.draws = nil, 0, nil
}

// random returns what decides about the next request of an operation.
func (f *faults) random(fault uint64, operation string) *rand.Rand {
	key := fmt.Sprintf("%d %s", fault, operation)
	if f.draws == nil {
		f.draws = map[string]uint64{}
	}
	f.draws[key]++
	sum := fnv.New64a()
	fmt.Fprintf(sum, "%s %d", key, f.draws[key])
	return rand.New(rand.NewPCG(f.seed, sum.Sum64()))
}

// latency draws how long a call takes.
func (f *faults) latency(d *Distribution, op *operation) time.Duration {
	f.mu.Lock()
	defer f.mu.Unlock()
	return d.Draw(f.random(0, op.name()))
}

// name is the operation's ID, or "" for a call that the contract does not know.
func (o *operation) name() string {
	if o == nil {
		return ""
	}
	return o.id
}

// take returns what a request meets.
func (f *faults) take(op *operation, method, path string, now time.Time) strike {
	f.mu.Lock()
	defer f.mu.Unlock()
	var met strike
	for _, fault := range slices.Clone(f.active) {
		if !fault.matches(op, method, path) {
			continue
		}
		if fault.Skip > 0 {
			fault.Skip--
			continue
		}
		random := f.random(fault.number, op.name())
		if fault.Chance > 0 && random.Float64() >= fault.Chance || fault.Action == Limit && fault.limiter.AllowN(now, 1) {
			continue
		}
		if fault.Times > 0 {
			fault.Times--
		}
		if fault.Times == 0 {
			f.active = slices.DeleteFunc(f.active, func(other *activeFault) bool { return other == fault })
		}
		met.add(&fault.Fault, random)
		if met.end != nil {
			break
		}
	}
	return met
}

func (met *strike) add(f *Fault, random *rand.Rand) {
	met.actions = append(met.actions, f.Action)
	if f.Delays != nil {
		met.delay += f.Delays.Draw(random)
	} else {
		met.delay += f.Delay
	}
	switch {
	case f.Action.ends():
		met.end = f
	case f.Action == Stale:
		met.stale = f
	case f.Action == Reorder:
		met.reorder, met.random = append(met.reorder, f), random
	}
}

func (f *Fault) matches(op *operation, method, path string) bool {
	if f.Operation != "" && f.Operation != op.name() || f.Method != "" && !strings.EqualFold(f.Method, method) {
		return false
	}
	if f.Action == Stale && method != http.MethodGet {
		return false
	}
	if f.Path == "" {
		return true
	}
	parts, want := splitPath(path), f.Path
	if above, deep := strings.CutSuffix(want, "/**"); deep {
		want = above
		parts = parts[:min(len(parts), len(parsePath(above)))]
	}
	_, ok := match(parsePath(want), parts)
	return ok
}

// injected is the answer of a fault.
func (s *Server) injected(path string, f *Fault) *answer {
	status, retryAfter := f.Status, f.RetryAfter
	if f.Action == Limit {
		status, retryAfter = cmp.Or(status, http.StatusTooManyRequests), cmp.Or(retryAfter, "1")
	}
	status = cmp.Or(status, http.StatusInternalServerError)
	a := s.refuse(path, &Failure{Status: status, Message: "injected fault"})
	if status == http.StatusNoContent {
		a.body = nil
	}
	a.header = http.Header{}
	if f.Body != "" {
		a.body = []byte(f.Body)
		if f.ContentType != "" {
			a.header.Set("Content-Type", f.ContentType)
		}
	}
	if retryAfter != "" {
		a.header.Set("Retry-After", retryAfter)
	}
	return a
}
