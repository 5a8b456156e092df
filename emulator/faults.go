package emulator

import (
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
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
	// Truncate sends the first half of the answer's JSON.
	Truncate Action = "truncate"
)

// Fault says what goes wrong with requests that match it.
type Fault struct {
	// Method limits it to one method; any when empty.
	Method string
	// Path limits it to one path: a real one, or one of the contract with {names} standing for any one segment. A
	// trailing /** stands for all below. Any path when empty.
	Path string
	// Skip lets that many matching requests through first.
	Skip int
	// Times is how many requests it hits; 1 when 0, all when negative.
	Times int
	// Action is what happens; Answer when empty.
	Action Action
	// Delay passes before the action.
	Delay time.Duration
	// Status of an Answer; 500 when 0.
	Status int
	// Body of an Answer; the API's own error body when empty.
	Body string
	// ContentType of an Answer with a Body; application/json when empty.
	ContentType string
	// RetryAfter is the Retry-After header of an Answer, if any.
	RetryAfter string
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
	active []*Fault
}

// Fail adds a fault. Of several that match a request the oldest strikes.
func (s *Server) Fail(f Fault) {
	if f.Action == "" {
		f.Action = Answer
	}
	if f.Times == 0 {
		f.Times = 1
	}
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	s.faults.active = append(s.faults.active, &f)
}

// Faults returns what is still to strike.
func (s *Server) Faults() []Fault {
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	list := make([]Fault, len(s.faults.active))
	for i, f := range s.faults.active {
		list[i] = *f
	}
	return list
}

// ClearFaults removes all faults.
func (s *Server) ClearFaults() { s.faults.clear() }

func (f *faults) clear() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.active = nil
}

// take returns the fault that strikes a request, or nil.
func (f *faults) take(method, path string) *Fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i, fault := range f.active {
		if !fault.matches(method, path) {
			continue
		}
		if fault.Skip > 0 {
			fault.Skip--
			continue
		}
		if fault.Times > 0 {
			fault.Times--
		}
		if fault.Times == 0 {
			f.active = slices.Delete(f.active, i, i+1)
		}
		return fault
	}
	return nil
}

func (f *Fault) matches(method, path string) bool {
	if f.Method != "" && !strings.EqualFold(f.Method, method) {
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
	status := f.Status
	if status == 0 {
		status = http.StatusInternalServerError
	}
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
	if f.RetryAfter != "" {
		a.header.Set("Retry-After", f.RetryAfter)
	}
	return a
}
