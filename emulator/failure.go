package emulator

import (
	"fmt"
	"net/http"
)

// Failure is a refusal by the API.
type Failure struct {
	Status     int         // HTTP status
	Message    string      // what the body says
	Violations []Violation // the fields at fault, if any
}

// Violation names a field of a request and what is wrong with it.
type Violation struct {
	Field       string `json:"field"`
	Description string `json:"description"`
}

// Error says what the API says.
func (f *Failure) Error() string { return fmt.Sprintf("%d: %s", f.Status, f.Message) }

func notFound(format string, args ...any) *Failure {
	return &Failure{Status: http.StatusNotFound, Message: fmt.Sprintf(format, args...)}
}

func conflict(format string, args ...any) *Failure {
	return &Failure{Status: http.StatusConflict, Message: fmt.Sprintf(format, args...)}
}

func badRequest(format string, args ...any) *Failure {
	return &Failure{Status: http.StatusBadRequest, Message: fmt.Sprintf(format, args...)}
}

// invalid refuses one field.
func invalid(field, format string, args ...any) *Failure {
	description := fmt.Sprintf(format, args...)
	return &Failure{Status: http.StatusBadRequest, Message: field + ": " + description, Violations: []Violation{{field, description}}}
}

// body returns the error body: the main API has one shape, all others share another.
func (f *Failure) body(main bool) doc {
	if !main {
		return doc{"code": float64(statusCode(f.Status)), "message": f.Message, "details": []any{}}
	}
	violations := make([]any, len(f.Violations))
	for i, v := range f.Violations {
		violations[i] = doc{"field": v.Field, "description": v.Description}
	}
	return doc{"message": f.Message, "fieldViolations": violations}
}

// statusCode is the RPC code that stands for an HTTP status.
func statusCode(status int) int {
	switch status {
	case http.StatusBadRequest:
		return 3
	case http.StatusNotFound:
		return 5
	case http.StatusConflict:
		return 6
	case http.StatusForbidden:
		return 7
	case http.StatusTooManyRequests:
		return 8
	case http.StatusNotImplemented:
		return 12
	case http.StatusServiceUnavailable:
		return 14
	case http.StatusUnauthorized:
		return 16
	default:
		return 13
	}
}
