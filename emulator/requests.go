package emulator

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
)

// Request is one call as it was seen.
type Request struct {
	ID            string // also in the header X-Castai-Request-Id of the answer
	Time          time.Time
	Method        string
	Path          string // escaped, without the query
	Query         string // encoded
	Operation     string // of the contract, if it has one
	UserAgent     string
	Body          []byte // as sent but unzipped, secrets included
	Status        int    // 0 when no answer was made
	Lost          bool   // the answer, if there was one, did not get to the client
	ResponseBytes int    // of the body
	Response      []byte // the body, secrets included; of older requests it is dropped when there is much
	Duration      time.Duration
	Faults        []Action // that it met
	Sequence      int64    // counts the requests of a server, from 1
}

// Counter sums up the calls of one operation.
type Counter struct {
	Calls         int `json:"calls"`
	Errors        int `json:"errors"` // answers from 400 on, and none at all
	RequestBytes  int `json:"requestBytes"`
	ResponseBytes int `json:"responseBytes"`
}

// What is kept, at most, of requests and their bodies; counters count all.
const (
	maxRequests = 20000
	maxBodies   = 64 << 20 // bytes: snapshots of real agents are large
	maxAnswers  = 16 << 20 // bytes
	maxCounters = 1000     // the contract has fewer operations; calls outside of it then count together
)

type requestLog struct {
	mu       sync.Mutex
	requests []Request
	bodies   int // bytes
	answers  int // bytes
	answered int // the first request that may still have its answer
	sequence int64
	counters map[string]Counter
	more     chan struct{} // closed when there are more; nil when nobody waits
}

// Requests returns the calls so far, oldest first: at most the last 20,000, and those with the last 64 MiB of bodies.
// Agents' calls are among them.
func (s *Server) Requests() []Request {
	s.log.mu.Lock()
	defer s.log.mu.Unlock()
	return slices.Clone(s.log.requests)
}

// Counters returns the sums per operation id; calls outside the contract count under their method and path, or as
// "other" once there are many.
func (s *Server) Counters() map[string]Counter {
	s.log.mu.Lock()
	defer s.log.mu.Unlock()
	return maps.Clone(s.log.counters)
}

// ForgetRequests empties the log and the counters.
func (s *Server) ForgetRequests() { s.log.reset() }

func (l *requestLog) reset() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.requests, l.bodies, l.answers, l.answered, l.counters = nil, 0, 0, 0, map[string]Counter{}
}

func (l *requestLog) add(r Request, out io.Writer, format LogFormat) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sequence++
	r.Sequence = l.sequence
	l.bodies += len(r.Body)
	l.answers += len(r.Response)
	l.requests = append(l.requests, r)
	for ; l.answers > maxAnswers; l.answered++ {
		l.answers -= len(l.requests[l.answered].Response)
		l.requests[l.answered].Response = nil
	}
	if l.more != nil {
		close(l.more)
		l.more = nil
	}
	if len(l.requests) > maxRequests || l.bodies > maxBodies {
		l.forget()
	}
	name := r.Operation
	if name == "" {
		name = r.Method + " " + r.Path
	}
	sum, known := l.counters[name]
	if !known && r.Operation == "" && len(l.counters) >= maxCounters {
		name = "other"
		sum = l.counters[name]
	}
	sum.Calls++
	if r.Status == 0 || r.Status >= 400 {
		sum.Errors++
	}
	sum.RequestBytes += len(r.Body)
	sum.ResponseBytes += r.ResponseBytes
	l.counters[name] = sum
	if out != nil {
		format.write(out, r)
	}
}

// forget drops the oldest requests, some at a time.
func (l *requestLog) forget() {
	n := 0
	for n < len(l.requests) && (len(l.requests)-n > maxRequests/10*9 || l.bodies > maxBodies/10*9) {
		l.bodies -= len(l.requests[n].Body)
		l.answers -= len(l.requests[n].Response)
		n++
	}
	l.requests = slices.Delete(l.requests, 0, n)
	l.answered = max(0, l.answered-n)
}

var secret = regexp.MustCompile(`(?i)(token|secret|password|credential|private_?key|api_?key|certificate|user_?data)`)

// redact returns a JSON body with the values of secret fields hidden, and nothing of what is not JSON.
func redact(body []byte) json.RawMessage {
	if len(body) == 0 {
		return nil
	}
	var value any
	if err := json.Unmarshal(body, &value); err == nil {
		if out, err := json.Marshal(masked(value)); err == nil {
			return out
		}
	}
	return json.RawMessage(fmt.Sprintf("%q", fmt.Sprintf("(%d bytes)", len(body))))
}

// masked hides the values of secret fields, in place.
func masked(value any) any {
	switch value := value.(type) {
	case doc:
		for name, member := range value {
			if _, nested := member.(doc); secret.MatchString(name) && (!nested || name == "credentials") && !strings.HasSuffix(name, "Id") {
				value[name] = "[secret]"
			} else {
				value[name] = masked(member)
			}
		}
	case []any:
		for i, item := range value {
			value[i] = masked(item)
		}
	}
	return value
}
