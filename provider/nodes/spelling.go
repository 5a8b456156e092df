package nodes

import "github.com/castai/pulumi-castai/internal/wire"

// The values of these types have other names in the API.

// Toggle is "enabled", "disabled", or "" for the service's choice.
type Toggle string

// WireNames implements [wire.Names].
func (Toggle) WireNames() map[string]any {
	return map[string]any{"enabled": "ENABLED", "disabled": "DISABLED", "": wire.Omitted("NOT_SET")}
}

// Switch is "enabled", "disabled", or "" for the service's choice, where the
// API has true, false and null.
type Switch string

// WireNames implements [wire.Names].
func (Switch) WireNames() map[string]any {
	return map[string]any{"enabled": true, "disabled": false, "": nil}
}

// BareMetal is "true", "false", or "unspecified" for the service's choice.
type BareMetal string

// WireNames implements [wire.Names].
func (BareMetal) WireNames() map[string]any {
	return map[string]any{"true": true, "false": false, "unspecified": nil}
}

// SharingStrategy is how pods share a GPU.
type SharingStrategy string

// WireNames implements [wire.Names].
func (SharingStrategy) WireNames() map[string]any {
	return map[string]any{
		"time-slicing": "GPU_SHARING_STRATEGY_TIME_SLICING",
		"mps":          "GPU_SHARING_STRATEGY_MPS",
		"":             wire.Omitted("GPU_SHARING_STRATEGY_UNSPECIFIED"),
	}
}

// ContainerRuntime is what runs containers on a node.
type ContainerRuntime string

// WireNames implements [wire.Names].
func (ContainerRuntime) WireNames() map[string]any {
	return map[string]any{"containerd": "CONTAINERD", "dockerd": "DOCKERD", "": wire.Omitted("UNSPECIFIED")}
}

// EksImageFamily is the operating system of an EKS node.
type EksImageFamily string

// WireNames implements [wire.Names].
func (EksImageFamily) WireNames() map[string]any {
	return map[string]any{
		"al2": "FAMILY_AL2", "al2023": "FAMILY_AL2023", "bottlerocket": "FAMILY_BOTTLEROCKET",
		"": wire.Omitted("FAMILY_UNSPECIFIED"),
	}
}

// Ec2ImageFamily is the operating system of a node on EC2.
type Ec2ImageFamily string

// WireNames implements [wire.Names].
func (Ec2ImageFamily) WireNames() map[string]any {
	names := EksImageFamily("").WireNames()
	names["custom"] = "FAMILY_CUSTOM"
	return names
}

// AksImageFamily is the operating system of an AKS node.
type AksImageFamily string

// WireNames implements [wire.Names].
func (AksImageFamily) WireNames() map[string]any {
	return map[string]any{
		"ubuntu": "FAMILY_UBUNTU", "ubuntu2204": "FAMILY_UBUNTU_2204", "ubuntu2404": "FAMILY_UBUNTU_2404",
		"azure-linux": "FAMILY_AZURE_LINUX",
		"windows2019": "FAMILY_WINDOWS_2019", "windows2022": "FAMILY_WINDOWS_2022", "windows2025": "FAMILY_WINDOWS_2025",
		"": wire.Omitted("FAMILY_UNSPECIFIED"),
	}
}

// AksOsDiskType is the type of an Azure managed disk.
type AksOsDiskType string

// WireNames implements [wire.Names].
func (AksOsDiskType) WireNames() map[string]any {
	return map[string]any{
		"standard": "OS_DISK_TYPE_STANDARD", "standard-ssd": "OS_DISK_TYPE_STANDARD_SSD", "premium-ssd": "OS_DISK_TYPE_PREMIUM_SSD",
		"": wire.Omitted("OS_DISK_TYPE_UNSPECIFIED"),
	}
}

// AksDiskPlacement is where on its host a node keeps the operating system.
type AksDiskPlacement string

// WireNames implements [wire.Names].
func (AksDiskPlacement) WireNames() map[string]any {
	return map[string]any{
		"cacheDisk": "PLACEMENT_CACHE_DISK", "resourceDisk": "PLACEMENT_RESOURCE_DISK", "nvmeDisk": "PLACEMENT_NVME_DISK",
		"unspecified": "PLACEMENT_UNSPECIFIED",
	}
}

// AcceleratedNetworking is "disabled", or "" for the service's choice.
type AcceleratedNetworking string

// WireNames implements [wire.Names].
func (AcceleratedNetworking) WireNames() map[string]any {
	return map[string]any{
		"disabled": "ACCELERATED_NETWORKING_MODE_DISABLED", "": wire.Omitted("ACCELERATED_NETWORKING_MODE_UNSPECIFIED"),
	}
}

// OnHostMaintenance is what happens to an instance when its host is maintained.
type OnHostMaintenance string

// WireNames implements [wire.Names].
func (OnHostMaintenance) WireNames() map[string]any {
	return map[string]any{"migrate": "migrate", "terminate": "terminate"}
}
