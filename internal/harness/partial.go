package harness

import (
	rpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/structpb"
)

// initFailure takes the ID and outputs out of the error of a resource that
// was made in part.
func initFailure(err error) (id string, props *structpb.Struct, ok bool) {
	for _, detail := range status.Convert(err).Details() {
		if failed, is := detail.(*rpc.ErrorResourceInitFailed); is {
			return failed.Id, failed.Properties, true
		}
	}
	return "", nil, false
}
