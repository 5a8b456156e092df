package emulator

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// What CAST AI's nodes carry. Documented for the first, which its cluster controller compares; the second is assumed.
const (
	nodeIDLabel    = "provisioner.cast.ai/node-id"
	managedByLabel = "provisioner.cast.ai/managed-by"
)

// Hidden fields of a node.
const (
	hiddenProvisioned = "provisioned" // CAST AI made it
	hiddenUID         = "uid"         // of the Kubernetes object
	hiddenSeen        = "seen"        // the phase that Kubernetes shows
	hiddenPhase       = "phase"       // the phase that CAST AI has put it in, which counts more
)

func nodesScope(clusterID string) string {
	return fill(clustersPath+"/{clusterId}/nodes", map[string]string{"clusterId": clusterID})
}

func workloadsScope(clusterID string) string {
	return fill(workloadsPath+"/workloads", map[string]string{"clusterId": clusterID})
}

// putNode stores a node from its Kubernetes object. Which of its fields are shown how is assumed.
func (c *call) putNode(r *record, _ string, kubernetes doc) {
	metadata, spec, status := object(kubernetes, "metadata"), object(kubernetes, "spec"), object(kubernetes, "status")
	name, labels := text(metadata, "name"), texts(metadata, "labels")
	unschedulable, _ := spec["unschedulable"].(bool)
	node := &record{Scope: nodesScope(r.ID), ID: name}
	if known := c.store.get(node.Scope, name); known != nil {
		if uid := hidden[string](known, hiddenUID); uid == "" || uid == text(metadata, "uid") {
			node = known
		} else {
			c.removeNode(known, c.now) // another one under the same name
		}
	}
	id := cmp.Or(text(labels, nodeIDLabel), text(node.Doc, "id"), text(metadata, "uid"), name)
	joined := created(metadata, c.now)
	if node.Doc != nil {
		joined = text(node.Doc, "createdAt")
	}
	node.Doc = doc{
		"id": id, "name": name, "createdAt": joined, "joinedAt": joined, "labels": labels, "annotations": texts(metadata, "annotations"),
		"cloud": text(r.Doc, "providerType"), "providerId": text(spec, "providerID"), "unschedulable": unschedulable,
		"instanceType": cmp.Or(text(labels, "node.kubernetes.io/instance-type"), text(labels, "beta.kubernetes.io/instance-type")),
		"zone":         cmp.Or(text(labels, "topology.kubernetes.io/zone"), text(labels, "failure-domain.beta.kubernetes.io/zone")),
		"taints":       taints(spec), "role": role(labels), "spotConfig": doc{"isSpot": spot(labels)},
		"resources": resources(status), "nodeInfo": nodeInfo(status), "network": network(status), "state": doc{},
	}
	node.hide(hiddenUID, text(metadata, "uid"))
	node.hide(hiddenProvisioned, hidden[bool](node, hiddenProvisioned) || labels[nodeIDLabel] != nil || labels[managedByLabel] == "cast.ai")
	node.hide(hiddenSeen, phase(status, unschedulable))
	c.showPhase(node)
}

// showPhase stores a node with the phase it is in.
func (s *Server) showPhase(node *record) {
	node.Doc["state"] = doc{"phase": cmp.Or(hidden[string](node, hiddenPhase), hidden[string](node, hiddenSeen))}
	s.store.put(node)
}

// setPhase puts a node into a phase, or, with "", leaves it to what Kubernetes shows.
func (s *Server) setPhase(node *record, phase string) {
	node.hide(hiddenPhase, phase)
	s.showPhase(node)
}

// phase is the state of a node as Kubernetes has it.
func phase(status doc, unschedulable bool) string {
	if unschedulable {
		return "cordoned"
	}
	for _, condition := range objects(status, "conditions") {
		if condition["type"] == "Ready" && condition["status"] == "True" {
			return "ready"
		}
	}
	return "not_ready"
}

func taints(spec doc) []any {
	list := []any{}
	for _, taint := range objects(spec, "taints") {
		list = append(list, doc{"key": text(taint, "key"), "value": text(taint, "value"), "effect": text(taint, "effect")})
	}
	return list
}

func role(labels doc) string {
	for _, name := range []string{"node-role.kubernetes.io/control-plane", "node-role.kubernetes.io/master"} {
		if _, ok := labels[name]; ok {
			return "master"
		}
	}
	return "worker"
}

// spotLabels tell spot nodes. Observed: agents add the second to those the cloud says are.
var spotLabels = map[string]string{
	"scheduling.cast.ai/spot": "true", "scheduling.cast.ai/fake-spot": "true", "eks.amazonaws.com/capacityType": "SPOT",
	"karpenter.sh/capacity-type": "spot", "cloud.google.com/gke-spot": "true", "kubernetes.azure.com/scalesetpriority": "spot",
}

func spot(labels doc) bool {
	for name, value := range spotLabels {
		if labels[name] == value {
			return true
		}
	}
	return false
}

func resources(status doc) doc {
	capacity, allocatable := texts(status, "capacity"), texts(status, "allocatable")
	whole := func(amount float64) float64 { return math.Min(math.Max(0, math.Floor(amount)), math.MaxInt32) }
	return doc{
		"cpuCapacityMilli": whole(quantity(text(capacity, "cpu")) * 1000), "cpuAllocatableMilli": whole(quantity(text(allocatable, "cpu")) * 1000),
		"memCapacityMib": whole(quantity(text(capacity, "memory")) / (1 << 20)), "memAllocatableMib": whole(quantity(text(allocatable, "memory")) / (1 << 20)),
	}
}

// factors are the suffixes of Kubernetes quantities.
var factors = map[string]float64{
	"": 1, "n": 1e-9, "u": 1e-6, "m": 1e-3, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "P": 1e15, "E": 1e18,
	"Ki": 1 << 10, "Mi": 1 << 20, "Gi": 1 << 30, "Ti": 1 << 40, "Pi": 1 << 50, "Ei": 1 << 60,
}

// quantity reads a Kubernetes quantity; 0 for what is none.
func quantity(amount string) float64 {
	digits := strings.TrimRight(amount, "numkKMGTPEi")
	value, err := strconv.ParseFloat(digits, 64)
	if err != nil || math.IsNaN(value) {
		return 0
	}
	return value * factors[amount[len(digits):]]
}

func nodeInfo(status doc) doc {
	info := doc{}
	for _, name := range []string{
		"architecture", "containerRuntimeVersion", "kernelVersion", "kubeProxyVersion", "kubeletVersion", "operatingSystem", "osImage",
	} {
		info[name] = text(object(status, "nodeInfo"), name)
	}
	return info
}

func network(status doc) doc {
	addresses := doc{}
	for _, address := range objects(status, "addresses") {
		switch address["type"] {
		case "InternalIP":
			addresses["privateIp"] = text(address, "address")
		case "ExternalIP":
			addresses["publicIp"] = text(address, "address")
		}
	}
	return addresses
}

// listNodes shows the nodes that agents have reported, filtered as clients ask.
func listNodes(c *call, r *record) (*answer, error) {
	equal := func(filter, value string) bool {
		return c.query.Get(filter) == "" || strings.EqualFold(c.query.Get(filter), value)
	}
	nodes := slices.Clone(c.store.list(nodesScope(r.ID)))
	return c.page(slices.DeleteFunc(nodes, func(node *record) bool {
		labels, phase := object(node.Doc, "labels"), text(object(node.Doc, "state"), "phase")
		lifecycle := "on_demand"
		if isSpot(node) {
			lifecycle = "spot"
		}
		return !equal("nodeId", text(node.Doc, "id")) || !equal("nodeName", node.ID) || !equal("nodeStatus", phase) ||
			!equal("lifecycleType", lifecycle) || !equal("nodeTemplateName", text(labels, "scheduling.cast.ai/node-template")) ||
			!equal("removalDisabled", strconv.FormatBool(labels["autoscaling.cast.ai/removal-disabled"] == "true")) ||
			c.flag("excludeDeleting") && phase == "deleting"
	}))
}

func showNode(c *call, r *record) (*answer, error) {
	node := c.node(r.ID, c.params["nodeId"])
	if node == nil {
		return nil, notFound("node not found: %s", c.params["nodeId"])
	}
	return c.show(node, "")
}

// node finds a node by the ID that answers show.
func (s *Server) node(clusterID, id string) *record {
	nodes := s.store.list(nodesScope(clusterID))
	if i := slices.IndexFunc(nodes, func(node *record) bool { return node.Doc["id"] == id }); i >= 0 && id != "" {
		return nodes[i]
	}
	return nil
}

// provisionedNodes are the nodes that CAST AI made and would delete.
func (s *Server) provisionedNodes(clusterID string) []*record {
	return slices.DeleteFunc(slices.Clone(s.store.list(nodesScope(clusterID))), func(node *record) bool {
		return !hidden[bool](node, hiddenProvisioned)
	})
}

// putWorkload stores a workload from its Kubernetes object.
func (c *call) putWorkload(r *record, kind string, kubernetes doc) {
	metadata, spec, status := object(kubernetes, "metadata"), object(kubernetes, "spec"), object(kubernetes, "status")
	scope, id := workloadsScope(r.ID), objectID(kind, kubernetes)
	workload := c.store.get(scope, id)
	if workload != nil && hidden[string](workload, hiddenUID) != text(metadata, "uid") {
		c.store.remove(workload) // another one under the same name
		workload = nil
	}
	if workload == nil {
		workload = &record{Scope: scope, ID: id, Doc: doc{"id": c.newID(), "createdAt": created(metadata, c.now)}}
		workload.hide(hiddenUID, text(metadata, "uid"))
	}
	template := object(spec, "template")
	if kind == "CronJob" {
		template = object(object(object(spec, "jobTemplate"), "spec"), "template")
	}
	// As Kubernetes has it: one replica unless told otherwise.
	replicas, given := spec["replicas"].(float64)
	pods := number(status, "replicas")
	switch {
	case kind == "DaemonSet":
		replicas, pods = number(status, "desiredNumberScheduled"), number(status, "currentNumberScheduled")
	case kind == "CronJob":
		active, _ := status["active"].([]any)
		replicas, pods = 0, float64(len(active))
	case !given:
		replicas = 1
	}
	workload.Doc = doc{
		"id": workload.Doc["id"], "createdAt": workload.Doc["createdAt"], "updatedAt": instant(c.now),
		"kind": kind, "name": text(metadata, "name"), "namespace": text(metadata, "namespace"),
		"group": versions[kind][0], "version": versions[kind][1], "clusterId": r.ID, "organizationId": text(r.Doc, "organizationId"),
		"labels": pairs(metadata, "labels"), "annotations": pairs(metadata, "annotations"),
		"containers": containers(object(template, "spec")), "isCustom": false, "isJobLike": kind == "CronJob",
		"replicas": count(replicas), "podCount": count(pods), "matchingPodCount": count(pods), "scaledPodCount": 0.0,
	}
	workload.hide(hiddenImages, images(object(template, "spec")))
	c.store.put(workload)
}

// hiddenImages are the images of a workload's containers.
const hiddenImages = "images"

// versions are the API groups and versions of kinds.
var versions = map[string][2]string{
	"Deployment": {"apps", "v1"}, "StatefulSet": {"apps", "v1"}, "DaemonSet": {"apps", "v1"}, "CronJob": {"batch", "v1"},
	"Rollout": {"argoproj.io", "v1alpha1"},
}

// count is a number of things, which a contract of 32 bits can show.
func count(n float64) float64 { return math.Min(math.Max(0, math.Floor(n)), math.MaxInt32) }

func images(spec doc) []any {
	list := []any{}
	for _, container := range objects(spec, "containers") {
		list = append(list, text(container, "image"))
	}
	return list
}

func containers(spec doc) []any {
	list := []any{}
	for _, container := range objects(spec, "containers") {
		shown := doc{"requests": doc{}, "limits": doc{}}
		for name := range shown {
			amounts := texts(object(container, "resources"), name)
			if cpu, ok := amounts["cpu"]; ok {
				object(shown, name)["cpuCores"] = quantity(cpu.(string))
			}
			if memory, ok := amounts["memory"]; ok {
				object(shown, name)["memoryGib"] = quantity(memory.(string)) / (1 << 30)
			}
		}
		list = append(list, doc{"name": text(container, "name"), "resources": shown, "originalResources": shown})
	}
	return list
}

// listWorkloads shows the workloads that agents have reported. They are governed by the default policy, and nothing
// is recommended: the emulator does not optimise.
func listWorkloads(c *call) (*answer, error) {
	policies := scalingPolicies(c)
	i := slices.IndexFunc(policies, func(r *record) bool { return r.Doc["isDefault"] == true })
	if i < 0 {
		return nil, notFound("no default scaling policy in cluster %s", c.params["clusterId"])
	}
	policy := policies[i].Doc
	rules := object(policy, "recommendationPolicies")
	governed := doc{
		"scalingPolicyId": policy["id"], "scalingPolicyName": policy["name"], "scalingPolicyOrigin": "ORIGIN_DEFAULT", "managedBy": "API",
		"systemOverrides": doc{"verticalOptimization": doc{"active": false}}, "predictionInsights": doc{"isEligible": false},
		"recommendationStatus": doc{"type": "STATUS_WAITING", "appliedPods": 0.0, "totalPods": 0.0, "lowConfidence": true},
		"workloadConfigV2": doc{
			"hpaConfig": doc{"managementOption": "UNDEFINED"},
			"vpaConfig": doc{
				"managementOption": rules["managementOption"], "applyType": rules["applyType"], "cpu": rules["cpu"], "memory": rules["memory"],
				"antiAffinity": doc{}, "containers": []any{}, "containerConstraints": []any{},
			},
		},
	}
	// Assumed: several values of a filter are alternatives.
	wanted := func(filter string, value any) bool {
		values := c.query[filter]
		return len(values) == 0 || slices.ContainsFunc(values, func(v string) bool { return strings.EqualFold(v, fmt.Sprint(value)) })
	}
	var list []*record
	for _, r := range c.store.list(c.path) {
		d := merged(r.Doc, clone(governed).(doc))
		object(d, "recommendationStatus")["totalPods"] = d["podCount"]
		if wanted("workloadIds", d["id"]) && wanted("workloadNames", d["name"]) && wanted("namespaces", d["namespace"]) &&
			wanted("kinds", d["kind"]) && wanted("scalingPolicyNames", d["scalingPolicyName"]) &&
			wanted("managementOptions", rules["managementOption"]) && strings.Contains(text(d, "name"), c.query.Get("searchQuery")) {
			list = append(list, &record{Doc: d})
		}
	}
	return c.page(list)
}

// created is when Kubernetes made an object, or, if that cannot be told, now.
func created(metadata doc, now time.Time) string {
	at, err := time.Parse(time.RFC3339, text(metadata, "creationTimestamp"))
	if err != nil || at.Year() < 1 || at.Year() > 9999 {
		at = now
	}
	return instant(at)
}

// texts returns the strings of an object of them, which is what it is but for broken input.
func texts(d doc, name string) doc {
	out := doc{}
	for key, value := range object(d, name) {
		if value, ok := value.(string); ok {
			out[key] = value
		}
	}
	return out
}

// pairs is an object of strings as a list, in order.
func pairs(d doc, name string) []any {
	list := []any{}
	for key, value := range texts(d, name) {
		list = append(list, doc{"key": key, "value": value})
	}
	return byName(list, "key")
}

// objects returns the objects of a list.
func objects(d doc, name string) (list []doc) {
	items, _ := d[name].([]any)
	for _, item := range items {
		if item, ok := item.(doc); ok {
			list = append(list, item)
		}
	}
	return list
}
