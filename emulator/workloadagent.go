package emulator

import "strings"

// The workload autoscaler as its chart has it. Documented.
const (
	workloadAutoscaler        = "castai-workload-autoscaler"
	workloadAutoscalerVersion = "v1.9.3"
)

// workloadAgentArea tells whether the workload autoscaler runs in clusters.
func (s *Server) workloadAgentArea() {
	const api = "WorkloadOptimizationAPI"
	s.handle(api+"GetAgentStatus", func(c *call) (*answer, error) {
		return c.reply(c.workloadAgent(c.cluster(c, c.params["clusterId"])))
	})
	s.handle(api+"GetOrganizationAgentStatuses", func(c *call) (*answer, error) {
		list := []any{}
		for _, r := range c.store.list(clustersPath) {
			if c.advance(r, c.now); c.sees(r) && !archived(r) && r.Doc["organizationId"] == c.params["organizationId"] {
				list = append(list, c.workloadAgent(r))
			}
		}
		return c.reply(doc{"clusterAgentStatuses": list})
	})
}

// workloadAgent shows what is known of the workload autoscaler. Assumed: a simulated cluster that is online has it, and
// a real one whose agent has shown its deployment.
func (c *call) workloadAgent(r *record) doc {
	d := doc{
		"clusterId": r.ID, "status": "AGENT_STATUS_UNKNOWN", "updatedAt": instant(c.now), "latestVersion": workloadAutoscalerVersion,
		"currentVersion": nil, "castAgentCurrentVersion": nil, "installedAt": nil, "workloadAutoscalerReplicaCount": 0.0,
		"hpaConvertersSupportedFromVersion": "v1.0.0", "inPlaceResizeEnabled": false, "psiMetricsSupported": false,
	}
	if version := hidden[string](r, hiddenAgentVersion); version != "" {
		d["castAgentCurrentVersion"] = version
	}
	running := func(version, since any, replicas float64) {
		d["currentVersion"], d["installedAt"], d["workloadAutoscalerReplicaCount"] = version, since, replicas
		if r.Doc["agentStatus"] == agentOnline {
			d["status"] = "AGENT_STATUS_RUNNING"
		}
	}
	if c.settings.Agents == Simulated {
		if r.Doc["agentStatus"] == agentOnline {
			running(workloadAutoscalerVersion, r.Doc["createdAt"], 1)
		}
		return d
	}
	for _, w := range c.store.list(workloadsScope(r.ID)) {
		if w.Doc["kind"] == "Deployment" && w.Doc["name"] == workloadAutoscaler {
			running(imageVersion(hidden[[]any](w, hiddenImages)), w.Doc["createdAt"], number(w.Doc, "podCount"))
		}
	}
	return d
}

// imageVersion is the tag of the first image; nil without one.
func imageVersion(images []any) any {
	if len(images) == 0 {
		return nil
	}
	image, _ := images[0].(string)
	name := image[strings.LastIndex(image, "/")+1:]
	if _, tag, ok := strings.Cut(name, ":"); ok {
		return tag
	}
	return nil
}
