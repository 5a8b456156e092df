import * as castai from "@castai/pulumi";

// Node templates for batch work in a cluster that is connected already.
export async function program(clusterId: string) {
    const configuration = new castai.NodeConfiguration("batch", {
        clusterId,
        name: "batch",
        subnets: ["subnet-1", "subnet-2"],
        minDiskSize: 200,
    });
    const template = new castai.NodeTemplate("batch", {
        clusterId,
        name: "batch",
        configurationId: configuration.id,
        constraints: { spot: true, minCpu: 8 },
    });
    return { configurationId: configuration.id, template: template.name };
}
