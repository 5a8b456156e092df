package api

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/hashicorp/go-retryablehttp"
)

const (
	minPause       = 500 * time.Millisecond
	maxPause       = 30 * time.Second
	maxRetryAfter  = 60 * time.Second
	throttleFactor = 6 // how many more answers 429 are borne than other failures
)

// Do makes a call and returns the JSON document of the answer, nil if it has none (204, or no body). The error is an
// *Error, except for calls that cannot be made at all (*MissingTokenError, a path with an empty segment, a body that
// is not JSON).
//
// Failures that pass are retried with growing pauses: 429 for every call; timeouts, broken connections, unreadable
// answers and 502, 503, 504 for idempotent ones, or for others if the request never left or Recover is given.
// Retry-After is honoured up to a minute. When ctx ends, Do returns at once with the last failure seen.
func (c *Client) Do(ctx context.Context, call Call) (json.RawMessage, error) {
	r, err := c.prepare(call)
	if err != nil {
		return nil, err
	}
	var (
		last      *Error // the last failure that says something
		failures  int
		throttled int
		pauses    int
		unsure    bool // the last attempt may have been applied
		repeated  bool // an attempt whose fate is unknown was sent again
	)
	for n := 1; ; n++ {
		raw, fail := c.attempt(ctx, r, n)
		if fail == nil {
			return raw, nil
		}
		fail.Attempts = n
		unsure = !r.idempotent && r.write && (fail.fate == lost || fail.fate == refused && fail.Status >= 500)
		fail.MaybeApplied = unsure
		if ctx.Err() != nil {
			switch fail.fate {
			case refused:
				last = fail
			case unsent:
				n--
			}
			return nil, r.stopped(ctx, last, n, unsure)
		}
		last = fail

		recoverable := call.Recover != nil && unsure
		again := false
		switch {
		case fail.fate == refused && fail.Status == http.StatusTooManyRequests:
			throttled++
			again = throttled <= c.maxRetries*throttleFactor
		case fail.fate == refused && fail.Status != http.StatusUnauthorized && call.Retry != nil && call.Retry(fail):
			again = true
		case call.Recover != nil && repeated && fail.Status == http.StatusConflict:
			// The attempt before may have been applied after all, later than it was looked for.
			recoverable = true
		case fail.final:
		case fail.fate == unsent, recoverable, r.idempotent && (fail.fate == lost || isStalled(fail.Status)):
			failures++
			again = failures <= c.maxRetries
		}
		if !again && !recoverable {
			return nil, fail
		}
		if err := c.sleep(ctx, pause(pauses, fail.RetryAfter)); err != nil {
			return nil, r.stopped(ctx, last, n, unsure)
		}
		pauses++
		if recoverable {
			found, ok, err := call.Recover(ctx)
			if err != nil {
				return nil, r.unrecovered(ctx, fail, err)
			}
			if ok {
				return document(found)
			}
			fail.MaybeApplied = false
			repeated = true
		}
		if !again {
			return nil, fail
		}
	}
}

// stopped returns the error of a call that the end of ctx stopped.
func (r *request) stopped(ctx context.Context, last *Error, n int, unsure bool) *Error {
	var e Error
	if last != nil {
		e = *last
	} else {
		e = *r.failure(unsent, nil)
	}
	e.Err = ctx.Err()
	if cause := context.Cause(ctx); cause != e.Err {
		e.Err = fmt.Errorf("%w: %w", e.Err, cause)
	}
	e.Attempts, e.MaybeApplied, e.ended = n, unsure, true
	return &e
}

// unrecovered returns the error of a call that may have been applied and whose object could not be looked up.
func (r *request) unrecovered(ctx context.Context, fail *Error, err error) *Error {
	if ctx.Err() != nil {
		return r.stopped(ctx, fail, fail.Attempts, true)
	}
	e := *fail
	e.Message = strings.TrimPrefix(e.Message+"; looking for what it made failed too: ", "; ") + r.redact(err.Error())
	e.Err, e.MaybeApplied = err, true
	return &e
}

func document(found any) (json.RawMessage, error) {
	raw, err := json.Marshal(found)
	if err != nil {
		return nil, fmt.Errorf("the object found cannot be written as JSON: %w", err)
	}
	return raw, nil
}

// isStalled reports whether a status says that a server, or a proxy before it, cannot answer right now.
func isStalled(status int) bool {
	switch status {
	case http.StatusRequestTimeout, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout,
		520, 521, 522, 523, 524: // those of the content network before the API
		return true
	}
	return false
}

// pause returns how long to wait before attempt n+2: what the server asked for, or else a time that doubles and of
// which up to half is left to chance.
func pause(n int, asked time.Duration) time.Duration {
	if asked > 0 {
		return asked
	}
	d := retryablehttp.DefaultBackoff(minPause, maxPause, n, nil)
	return d/2 + rand.N(d/2+1)
}

// retryAfter reads a Retry-After header, in seconds or as a date, capped; 0 if there is none that makes sense.
func retryAfter(header string, now time.Time) time.Duration {
	header = strings.TrimSpace(header)
	if at, err := http.ParseTime(header); err == nil {
		return min(max(at.Sub(now), 0), maxRetryAfter)
	}
	seconds, err := strconv.ParseFloat(header, 64)
	if math.IsNaN(seconds) || seconds <= 0 || (err != nil && !math.IsInf(seconds, 1)) {
		return 0
	}
	return time.Duration(min(seconds, maxRetryAfter.Seconds()) * float64(time.Second))
}
