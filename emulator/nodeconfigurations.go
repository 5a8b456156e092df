package emulator

const nodeConfigurationsPath = "/v1/kubernetes/clusters/{clusterId}/node-configurations"

func configurationsScope(clusterID string) string {
	return fill(nodeConfigurationsPath, map[string]string{"clusterId": clusterID})
}
