import pulumi
import pulumi_castai as castai


def program(cluster_id: str) -> None:
    """Node templates for batch work in a cluster that is connected already."""
    configuration = castai.NodeConfiguration("batch",
        cluster_id=cluster_id,
        name="batch",
        subnets=["subnet-1", "subnet-2"],
        min_disk_size=200)
    template = castai.NodeTemplate("batch",
        cluster_id=cluster_id,
        name="batch",
        configuration_id=configuration.id,
        constraints={"spot": True, "min_cpu": 8})
    pulumi.export("configurationId", configuration.id)
    pulumi.export("template", template.name)
