// Command bare is a provider plugin that serves nothing: what is left of a
// plugin when framework and resources are taken away. The bench measures the
// start and the memory of the real one against it.
package main

import (
	"context"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/provider"
	rpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/protobuf/types/known/emptypb"
)

type bare struct {
	rpc.UnimplementedResourceProviderServer
}

func (bare) GetPluginInfo(context.Context, *emptypb.Empty) (*rpc.PluginInfo, error) {
	return &rpc.PluginInfo{Version: "0.0.0"}, nil
}

func main() {
	_ = provider.Main("bare", func(*provider.HostClient) (rpc.ResourceProviderServer, error) { return bare{}, nil })
}
