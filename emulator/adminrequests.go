package emulator

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// LogFormat is how Options.Log is written.
type LogFormat string

const (
	// Text is a line for people.
	Text LogFormat = "text"
	// JSON is an object in a line, for programs.
	JSON LogFormat = "json"
)

// RequestRecord is a Request as it leaves the emulator: with the secrets in its bodies hidden.
type RequestRecord struct {
	ID            string          `json:"id"`
	Sequence      int64           `json:"sequence"`
	Time          time.Time       `json:"time"`
	Method        string          `json:"method"`
	Path          string          `json:"path"`
	Query         string          `json:"query,omitempty"`
	Operation     string          `json:"operation,omitempty"`
	UserAgent     string          `json:"userAgent,omitempty"`
	Body          json.RawMessage `json:"body,omitempty"` // JSON, or a text that says how many bytes of something else
	Status        int             `json:"status"`
	Lost          bool            `json:"lost,omitempty"`
	ResponseBytes int             `json:"responseBytes"`
	Response      json.RawMessage `json:"response,omitempty"` // as Body
	DurationMS    float64         `json:"durationMs"`
	Faults        []Action        `json:"faults,omitempty"`
}

// Record hides what is secret.
func (r Request) Record() RequestRecord {
	return RequestRecord{
		ID: r.ID, Sequence: r.Sequence, Time: r.Time, Method: r.Method, Path: r.Path, Query: r.Query, Operation: r.Operation,
		UserAgent: r.UserAgent, Body: redact(r.Body), Status: r.Status, Lost: r.Lost, ResponseBytes: r.ResponseBytes,
		Response: redact(r.Response), DurationMS: float64(r.Duration.Microseconds()) / 1000, Faults: r.Faults,
	}
}

// String is a line for people, without the answer: lists are long.
func (r RequestRecord) String() string {
	line := fmt.Sprintf("%s %s %s %d %.1fms", r.Time.UTC().Format(time.RFC3339), r.Method, r.Path, r.Status, r.DurationMS)
	if len(r.Faults) > 0 {
		line += fmt.Sprintf(" %v", r.Faults)
	}
	if len(r.Body) > 0 {
		line += " " + string(r.Body)
	}
	return line
}

// write logs a request. What is lost of a log is lost.
func (f LogFormat) write(out io.Writer, r Request) {
	r.Response = nil
	if f == JSON {
		json.NewEncoder(out).Encode(r.Record())
	} else {
		fmt.Fprintln(out, r.Record())
	}
}

// requestInterface serves what was called.
func (s *Server) requestInterface(mux *http.ServeMux) {
	mux.HandleFunc("GET /_emulator/requests", s.serveRequests)
	mux.HandleFunc("DELETE /_emulator/requests", func(w http.ResponseWriter, _ *http.Request) {
		s.ForgetRequests()
		w.WriteHeader(http.StatusNoContent)
	})
	mux.HandleFunc("GET /_emulator/counters", func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, http.StatusOK, doc{"operations": s.Counters()})
	})
	mux.Handle("GET /_emulator/metrics", s.metrics.handler())
}

// serveRequests answers with the requests, those after a sequence number if one is given. With follow it sends each in
// a line, those to come as they come.
func (s *Server) serveRequests(w http.ResponseWriter, r *http.Request) {
	after, err := int64(0), error(nil)
	if text := r.URL.Query().Get("after"); text != "" {
		if after, err = strconv.ParseInt(text, 10, 64); err != nil {
			writeResult(w, invalid("after", "not a sequence number"))
			return
		}
	}
	if r.URL.Query().Get("follow") != "true" {
		list, _ := s.log.since(after)
		records := make([]RequestRecord, len(list))
		for i, r := range list {
			records[i] = r.Record()
		}
		writeJSON(w, http.StatusOK, doc{"requests": records})
		return
	}
	w.Header().Set("Content-Type", "application/x-ndjson")
	lines := json.NewEncoder(w)
	for {
		list, more := s.log.since(after)
		for _, r := range list {
			after = r.Sequence
			if lines.Encode(r.Record()) != nil {
				return // the client went away
			}
		}
		http.NewResponseController(w).Flush() // or it comes with the next line
		select {
		case <-more:
		case <-r.Context().Done():
			return
		}
	}
}

// since returns the requests after a sequence number, and what is closed when there are more.
func (l *requestLog) since(after int64) ([]Request, <-chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.more == nil {
		l.more = make(chan struct{})
	}
	from, _ := slices.BinarySearchFunc(l.requests, after+1, func(r Request, n int64) int { return int(r.Sequence - n) })
	return slices.Clone(l.requests[from:]), l.more
}
