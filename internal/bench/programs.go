package main

import (
	"fmt"
	"strings"

	"github.com/castai/pulumi-castai/emulator"
)

// stashProgram is a graph of resources that the engine keeps itself.
func stashProgram(size int) string {
	var text strings.Builder
	text.WriteString("resources:\n  root:\n    type: pulumi:index:Stash\n    properties:\n      input: root\n")
	for i := range size {
		fmt.Fprintf(&text, "  item-%d:\n    type: pulumi:index:Stash\n    properties:\n      input:\n        parent: ${root.output}\n"+
			"        name: item-%d\n        shouldTaint: true\n        constraints:\n          spot: true\n          minCpu: 2\n", i, i)
	}
	return text.String()
}

// templateProgram is the same graph: a cluster and its node templates.
func templateProgram(size int) string {
	var text strings.Builder
	text.WriteString("resources:\n  root:\n    type: castai:EksClusterId\n    properties:\n" +
		"      clusterName: bench\n      accountId: \"123456789012\"\n      region: eu-central-1\n")
	for i := range size {
		fmt.Fprintf(&text, "  item-%d:\n    type: castai:NodeTemplate\n    properties:\n      clusterId: ${root.id}\n"+
			"      name: item-%d\n      shouldTaint: true\n      constraints:\n        spot: true\n        minCpu: 2\n", i, i)
	}
	return text.String()
}

// mixedProgram is a graph of clusters and of what a platform team has in and
// around them: of a hundred resources, one is a cluster.
func mixedProgram(size int) string {
	const head = "  %[1]s-%[2]d:\n    type: castai:%[3]s\n    properties:\n      name: %[1]s-%[2]d\n"
	var text strings.Builder
	text.WriteString("resources:\n")
	for i := range size {
		cluster := i - i%100
		resource := func(name, kind, properties string) {
			fmt.Fprintf(&text, head+"%[4]s", name, i, kind, properties)
		}
		ofCluster := func(name, kind, properties string) {
			resource(name, kind, fmt.Sprintf("      clusterId: ${cluster-%d.id}\n%s", cluster, properties))
		}
		switch n := i % 100; {
		case n == 0:
			fmt.Fprintf(&text, "  cluster-%[1]d:\n    type: castai:EksClusterId\n    properties:\n      clusterName: bench-%[1]d\n"+
				"      accountId: \"123456789012\"\n      region: eu-central-1\n", i)
		case n < 35:
			ofCluster("template", "NodeTemplate", "      constraints: {spot: true, minCpu: 2}\n")
		case n < 50:
			ofCluster("configuration", "NodeConfiguration", "      subnets: [subnet-1, subnet-2]\n"+
				"      eks: {securityGroups: [sg-1], instanceProfileArn: \"arn:aws:iam::123456789012:instance-profile/nodes\"}\n")
		case n < 70:
			ofCluster("policy", "WorkloadScalingPolicy", "      applyType: DEFERRED\n      managementOption: MANAGED\n"+
				"      cpu: {args: \"0.8\"}\n      memory: {function: MAX}\n")
		case n < 80:
			ofCluster("mutation", "PodMutation", "      enabled: true\n      filterV2: {workload: {namespaces: [{type: EXACT, value: web}]}}\n      labels: {team: platform}\n")
		case n < 90:
			resource("schedule", "RebalancingSchedule", "      schedule: {cron: 30 4 * * *}\n      triggerConditions: {savingsPercentage: 15}\n      launchConfiguration: {}\n")
		default:
			resource("account", "ServiceAccount", "      organizationId: "+emulator.DefaultOrganization.ID+"\n      description: Of a pipeline.\n")
		}
	}
	return text.String()
}
