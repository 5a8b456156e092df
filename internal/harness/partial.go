package harness

import (
	"errors"
	"strings"

	rpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc/status"
)

// initFailure takes what is known of a resource that was made in part out of
// the error that says so.
func initFailure(err error) (*rpc.ErrorResourceInitFailed, bool) {
	for _, detail := range status.Convert(err).Details() {
		if failed, is := detail.(*rpc.ErrorResourceInitFailed); is {
			return failed, true
		}
	}
	return nil, false
}

// partial records what an error says of a resource that was made in part, and
// returns its reasons as the engine shows them.
func (r *Resource) partial(err error, keep func(*rpc.ErrorResourceInitFailed)) error {
	failed, ok := initFailure(err)
	if !ok {
		return err
	}
	keep(failed)
	r.Failed = true
	return errors.New(strings.Join(failed.Reasons, "\n"))
}
