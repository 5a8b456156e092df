package nodes

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pulumi/pulumi-go-provider/infer"

	"github.com/castai/pulumi-castai/internal/wire"
)

// NodeTemplateGpu says how pods share the GPUs of a node.
type NodeTemplateGpu struct {
	SharingStrategy            *SharingStrategy      `pulumi:"sharingStrategy,optional" norm:"fold" check:"known=time-slicing|mps"`
	EnableTimeSharing          *bool                 `pulumi:"enableTimeSharing,optional" wire:",zero"`
	DefaultSharedClientsPerGpu *int                  `pulumi:"defaultSharedClientsPerGpu,optional" wire:",null" check:"min=0"`
	SharingConfigurations      SharingConfigurations `pulumi:"sharingConfigurations,optional" wire:"sharingConfiguration" norm:"set"`
	UserManagedGpuDrivers      *bool                 `pulumi:"userManagedGpuDrivers,optional" wire:",null"`
}

// Annotate describes the properties.
func (x *NodeTemplateGpu) Annotate(a infer.Annotator) {
	a.Describe(&x, "How pods share the GPUs of a node.")
	a.Describe(&x.SharingStrategy, "`time-slicing`: pods take turns. `mps`: pods run at once under NVIDIA's "+
		"Multi-Process Service. Left out, GPUs are not shared.")
	a.Describe(&x.EnableTimeSharing, "Whether pods take turns on a GPU.")
	a.Deprecate(&x.EnableTimeSharing, "Use sharingStrategy with \"time-slicing\".")
	a.Describe(&x.DefaultSharedClientsPerGpu, "How many pods share a GPU of a kind that `sharingConfigurations` does "+
		"not name. The service allows 1 to 48. Left out or 0, the service chooses.")
	a.Describe(&x.SharingConfigurations, "How many pods share a GPU, for each kind of GPU. The order does not matter.")
	a.Describe(&x.UserManagedGpuDrivers, "Whether you install the GPU drivers yourself (GKE only). Default: false.")
}

// SharingConfigurations is a list that the API keeps as a map by GPU name.
type SharingConfigurations []NodeTemplateGpuSharingConfiguration

// NodeTemplateGpuSharingConfiguration says how many pods share one kind of GPU.
type NodeTemplateGpuSharingConfiguration struct {
	GpuName             string `pulumi:"gpuName" check:"notblank"`
	SharedClientsPerGpu int    `pulumi:"sharedClientsPerGpu" check:"min=1"`
}

// Annotate describes the properties.
func (x *NodeTemplateGpuSharingConfiguration) Annotate(a infer.Annotator) {
	a.Describe(&x, "How many pods share one kind of GPU.")
	a.Describe(&x.GpuName, "The kind of GPU, such as `A100`.")
	a.Describe(&x.SharedClientsPerGpu, "How many pods share one GPU of this kind.")
}

// EncodeWire implements [wire.Encoder].
func (x SharingConfigurations) EncodeWire() (any, error) {
	out := map[string]any{}
	for _, item := range x {
		if _, twice := out[item.GpuName]; twice {
			return nil, fmt.Errorf("the GPU %q is named twice", item.GpuName)
		}
		out[item.GpuName] = map[string]any{"sharedClientsPerGpu": item.SharedClientsPerGpu}
	}
	return out, nil
}

// DecodeWire implements [wire.Decoder].
func (x *SharingConfigurations) DecodeWire(body any) error {
	entries, ok := body.(map[string]any)
	if !ok {
		return fmt.Errorf("the answer should hold an object here and holds %T", body)
	}
	*x = SharingConfigurations{}
	for name, entry := range entries {
		item := NodeTemplateGpuSharingConfiguration{}
		if fields, ok := entry.(map[string]any); ok {
			if err := wire.Decode(fields, &item); err != nil {
				return err
			}
		}
		item.GpuName = name
		*x = append(*x, item)
	}
	slices.SortFunc(*x, func(a, b NodeTemplateGpuSharingConfiguration) int { return strings.Compare(a.GpuName, b.GpuName) })
	return nil
}

// NodeTemplatePriceAdjustmentConfiguration corrects the prices of instances.
type NodeTemplatePriceAdjustmentConfiguration struct {
	InstanceTypeAdjustments map[string]string `pulumi:"instanceTypeAdjustments,optional" norm:"decimal" check:"decimal"`
}

// Annotate describes the properties.
func (x *NodeTemplatePriceAdjustmentConfiguration) Annotate(a infer.Annotator) {
	a.Describe(&x, "Corrections of instance prices.")
	a.Describe(&x.InstanceTypeAdjustments, "By instance type, the factor its price is multiplied with, as text: "+
		"`{\"m5.xlarge\": \"0.8\"}` for 20 % off. `1.0` and `1` are the same.")
}
