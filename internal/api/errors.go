package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// Error is a call that failed: the API refused it, or no usable answer came. Its text says what happened, what the
// API said and what to do next, and holds no secrets.
type Error struct {
	// Status is the HTTP status; 0 when there was no answer.
	Status int
	// Method and Path name the call, Path without the prefix of the base URL and without the query.
	Method, Path string
	// URL is the full address of the call without its query.
	URL string
	// Message is what the API said, or a short readable excerpt of a body that is no API error.
	Message string
	// Reason is the machine-readable reason some parts of the API give, with its details.
	Reason string
	// Violations are the fields the API refused.
	Violations []FieldViolation
	// RequestID identifies the call in CAST AI's logs.
	RequestID string
	// RetryAfter is how long the API asked to wait, capped; 0 when it did not ask.
	RetryAfter time.Duration
	// Attempts is how often the call was sent or tried.
	Attempts int
	// MaybeApplied is true for a call that is not safe to repeat and whose fate is unknown.
	MaybeApplied bool
	// Err is the cause besides the API's answer: the network's error, or the context's when it ended the call.
	Err error

	fate  fate
	final bool // sending again cannot help
	ended bool // the context ended; Status and Message are those of the last answer before
}

// FieldViolation is one field of a request that the API refused, by its name on the wire.
type FieldViolation struct {
	Field       string `json:"field"`
	Description string `json:"description"`
}

// fate says what is known of a failed attempt.
type fate int

const (
	refused fate = iota // the API answered
	unsent              // the request never left
	lost                // the request left, and no usable answer came
)

// MissingTokenError is returned by every call of a client without a token.
type MissingTokenError struct{}

func (*MissingTokenError) Error() string {
	return "no CAST AI API token is configured: set the provider property apiToken " +
		"(pulumi config set --secret castai:apiToken <token>) or the environment variable CASTAI_API_TOKEN"
}

// IsNotFound reports whether the API said that the object does not exist.
func IsNotFound(err error) bool { return hasStatus(err, http.StatusNotFound, http.StatusGone) }

// IsConflict reports whether the API said that the object exists already or was changed meanwhile.
func IsConflict(err error) bool { return hasStatus(err, http.StatusConflict) }

// IsStale reports whether the API refused a change since something else changed what it rests on: read again, and
// repeat it.
func IsStale(err error) bool {
	var e *Error
	if !errors.As(err, &e) {
		return false
	}
	text := strings.ToLower(e.Error())
	return strings.Contains(text, "template has changed") || strings.Contains(text, "refetch the policies")
}

// IsInvalid reports whether the API refused the content of the request.
func IsInvalid(err error) bool {
	return hasStatus(err, http.StatusBadRequest, http.StatusUnprocessableEntity)
}

// IsUnauthorized reports whether the API refused the token.
func IsUnauthorized(err error) bool { return hasStatus(err, http.StatusUnauthorized) }

// IsForbidden reports whether the token lacks a right.
func IsForbidden(err error) bool { return hasStatus(err, http.StatusForbidden) }

func hasStatus(err error, statuses ...int) bool {
	var e *Error
	if !errors.As(err, &e) {
		return false
	}
	for _, s := range statuses {
		if e.Status == s {
			return true
		}
	}
	return false
}

// Unwrap returns the cause, so that errors.Is finds context.Canceled and context.DeadlineExceeded.
func (e *Error) Unwrap() error { return e.Err }

// Error describes the failure in one line.
func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s: ", e.Method, e.Path)
	if e.ended {
		if errors.Is(e.Err, context.Canceled) {
			b.WriteString("canceled")
		} else {
			b.WriteString("the time allowed for this operation ended")
		}
		if e.Attempts > 0 {
			fmt.Fprintf(&b, " after %s", plural(e.Attempts, "attempt"))
		}
		switch {
		case e.Status != 0:
			b.WriteString("; the last answer was ")
		case e.Message != "":
			b.WriteString("; the last failure was ")
		}
	}
	b.WriteString(e.answer())
	if !e.ended && e.Attempts > 1 {
		fmt.Fprintf(&b, " (after %d attempts)", e.Attempts)
	}
	if e.RequestID != "" {
		fmt.Fprintf(&b, " [request ID %s]", e.RequestID)
	}
	for _, hint := range []string{e.applied(), e.hint()} {
		if hint != "" {
			b.WriteString(". " + hint)
		}
	}
	return b.String()
}

// answer is what the API said, or why there is no answer.
func (e *Error) answer() string {
	var parts []string
	if e.Status != 0 {
		parts = append(parts, strings.TrimSpace(fmt.Sprintf("%d %s", e.Status, http.StatusText(e.Status))))
	}
	if e.Message != "" {
		parts = append(parts, strings.TrimRight(e.Message, ". "))
	}
	text := strings.Join(parts, ": ")
	if e.Reason != "" && e.Reason != e.Message {
		text += " [" + e.Reason + "]"
	}
	var fields []string
	for _, v := range e.Violations {
		switch {
		case v.Field == "":
			fields = append(fields, v.Description)
		case v.Description == "":
			fields = append(fields, v.Field)
		default:
			fields = append(fields, v.Field+": "+v.Description)
		}
	}
	if len(fields) > 0 {
		text += " (" + strings.Join(fields, "; ") + ")"
	}
	return text
}

func (e *Error) applied() string {
	if !e.MaybeApplied {
		return ""
	}
	return "The request may have been applied all the same: look for the object in the CAST AI console, and import it " +
		"(pulumi import) or delete it there before trying again"
}

func (e *Error) hint() string {
	base := strings.TrimSuffix(e.URL, e.Path)
	if base == "" {
		base = "the address in apiUrl"
	}
	switch s := e.Status; {
	case s == http.StatusUnauthorized:
		return "The API at " + base + " did not accept the token from the provider property apiToken or the environment variable " +
			"CASTAI_API_TOKEN: check that it has not expired and that apiUrl is the address of the region it was made in"
	case s == http.StatusForbidden:
		return "The token is valid at " + base + " but lacks a right this call needs: give its user or service account a role with " +
			"that right, or use the token of another organization"
	case s == http.StatusNotFound || s == http.StatusGone:
		return "The object does not exist, or the organization of the token cannot see it: check the ID and the organization, " +
			"and run pulumi refresh if it was deleted elsewhere"
	case s == http.StatusConflict:
		return "An object of this name or identity exists already, or was changed at the same time: import the existing one " +
			"(pulumi import), choose another name, or run pulumi refresh and try again"
	case s == http.StatusTooManyRequests:
		return "The API limits the rate of calls: try again later, or with fewer at a time (pulumi up --parallel)"
	case s == http.StatusBadRequest || s == http.StatusUnprocessableEntity:
		return "The API refused the content of the request: correct the named values"
	case s >= 500:
		return "CAST AI, or a proxy before it, failed: try again later; if it persists, give the request ID to CAST AI's support"
	case s >= 300 && s < 400:
		return "Redirects to other addresses are not followed, since the token would go there: correct apiUrl, which is " + base
	case s >= 200 && s < 300:
		return "Check that apiUrl (" + base + ") is the address of the CAST AI API and that no proxy or login page answers in its place"
	case s == 0 && !e.ended:
		return "Check the network, and the provider properties apiUrl (" + base + "), proxyUrl and caBundle"
	}
	return ""
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// envelope is the union of the two error bodies of the API: message with fieldViolations, and google.rpc.Status.
type envelope struct {
	Message         string           `json:"message"`
	Error           json.RawMessage  `json:"error"`
	FieldViolations []FieldViolation `json:"fieldViolations"`
	Details         []struct {
		FieldViolations []FieldViolation `json:"fieldViolations"`
		Violations      []struct {
			Subject     string `json:"subject"`
			Description string `json:"description"`
		} `json:"violations"`
		Reason    string            `json:"reason"`
		Metadata  map[string]string `json:"metadata"`
		RequestID string            `json:"requestId"`
	} `json:"details"`
}

// readBody takes from the body of a failure what the API said.
func (e *Error) readBody(body []byte, redact func(string) string) {
	body = bytes.TrimSpace(body)
	if len(body) == 0 {
		return
	}
	var in envelope
	// A body of another shape is no failure of its own: whatever could be read is used.
	_ = json.Unmarshal(body, &in)
	e.Message = in.Message
	if e.Message == "" && json.Unmarshal(in.Error, &e.Message) != nil {
		var nested envelope
		_ = json.Unmarshal(in.Error, &nested)
		e.Message = nested.Message
	}
	e.Violations = in.FieldViolations
	for _, d := range in.Details {
		e.Violations = append(e.Violations, d.FieldViolations...)
		for _, v := range d.Violations {
			e.Violations = append(e.Violations, FieldViolation{v.Subject, v.Description})
		}
		if d.Reason != "" {
			e.Reason = d.Reason
			for _, k := range sortedKeys(d.Metadata) {
				e.Reason += fmt.Sprintf(" %s=%s", k, d.Metadata[k])
			}
		}
		if e.RequestID == "" {
			e.RequestID = d.RequestID
		}
	}
	if e.Message == "" && len(e.Violations) == 0 && e.Reason == "" {
		e.Message = excerpt(redact(string(body)))
	}
	e.Message, e.Reason = clean(redact(e.Message)), clean(redact(e.Reason))
	for i, v := range e.Violations {
		e.Violations[i] = FieldViolation{clean(redact(v.Field)), clean(redact(v.Description))}
	}
}
