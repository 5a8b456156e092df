package emulator

import (
	"cmp"
	"errors"
	"fmt"
	"hash/fnv"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
)

// More labels of nodes. Observed with clients, but for the last, which is documented.
const (
	templateLabel = "scheduling.cast.ai/node-template"
	spotLabel     = "scheduling.cast.ai/spot"
	keepLabel     = "autoscaling.cast.ai/removal-disabled"
)

// More hidden fields of a node, and of a cluster.
const (
	hiddenUp       = "up"       // when it is there at last
	hiddenFails    = "fails"    // it never gets ready
	hiddenGone     = "gone"     // when it is given up, or found to be empty for long enough
	hiddenStuck    = "stuck"    // its machine does not go
	hiddenOwnNodes = "ownNodes" // a cluster has got them
	hiddenDemand   = "demand"   // the cores that the workloads of a cluster need
)

// machine is a node to be.
type machine struct {
	id, name      string
	kind          instance
	zone          string
	spot          bool
	labels        doc
	taints        []any
	configuration string // of CAST AI, by ID
	operation     string // that ends when it is there, by ID
}

// kubernetes is the node as Kubernetes has it.
func (m machine) kubernetes(r *record, made time.Time) doc {
	region := text(object(r.Doc, "region"), "name")
	labels := doc{
		"kubernetes.io/hostname": m.name, "kubernetes.io/arch": m.kind.architecture, "kubernetes.io/os": "linux",
		"node.kubernetes.io/instance-type": m.kind.name, "topology.kubernetes.io/region": region, "topology.kubernetes.io/zone": m.zone,
	}
	maps.Copy(labels, m.labels)
	size := doc{"cpu": fmt.Sprint(m.kind.cores), "memory": fmt.Sprintf("%gGi", m.kind.gib), "pods": "110"}
	return doc{
		"metadata": doc{"name": m.name, "uid": m.id, "labels": labels, "creationTimestamp": instant(made)},
		"spec":     doc{"providerID": text(r.Doc, "providerType") + ":///" + m.zone + "/" + m.id, "taints": m.taints},
		"status": doc{
			"capacity": size, "allocatable": size, "conditions": []any{doc{"type": "Ready", "status": "True"}},
			"nodeInfo": doc{"architecture": m.kind.architecture, "operatingSystem": "linux", "kubeletVersion": text(r.Doc, "kubernetesVersion")},
		},
	}
}

// putMachine makes a node of a machine. It is there at once, or, as simulated ones are, after a while.
func (s *Server) putMachine(r *record, m machine, made time.Time) *record {
	c := s.at(made)
	c.putNode(r, "Node", m.kubernetes(r, made))
	node := s.store.get(nodesScope(r.ID), m.name)
	if m.configuration != "" {
		node.Doc["nodeConfigurationId"] = m.configuration
	}
	node.Doc["instanceId"] = m.id
	node.Doc["instancePrice"] = decimal(m.kind.price(r).of(m.spot))
	return node
}

// start makes a machine that takes a while to come up. One may be told never to.
func (s *Server) start(r *record, m machine, now time.Time) *record {
	node := s.putMachine(r, m, now)
	node.setTime(hiddenUp, now.Add(max(0, s.settings.AgentDelay)))
	node.hide(hiddenFails, s.settings.NodesFail)
	node.hide(hiddenOperation, m.operation)
	s.setPhase(node, "creating")
	s.raise(node, now)
	return node
}

// launch makes a node of CAST AI.
func (s *Server) launch(r *record, m machine, now time.Time) *record {
	m.id = s.newID()
	m.name = strings.ToLower(fmt.Sprintf("%s-cast-%s", cmp.Or(text(r.Doc, "name"), "cluster"), m.id[:min(8, len(m.id))])) // assumed
	m.zone = cmp.Or(m.zone, zones(r)[0])
	m.labels = merged(m.labels, doc{nodeIDLabel: m.id, managedByLabel: "cast.ai"})
	if m.spot {
		m.labels[spotLabel] = "true"
	}
	return s.start(r, m, now)
}

// raiseNodes brings up what has come up by now, and takes away what never did. Documented for the latter.
func (s *Server) raiseNodes(r *record, now time.Time) {
	for _, node := range slices.Clone(s.store.list(nodesScope(r.ID))) {
		s.raise(node, now)
		if hidden[bool](node, hiddenFails) && node.Hidden[hiddenGone] != nil && !node.time(hiddenGone).After(now) {
			s.removeNode(node, now)
		}
	}
}

func (s *Server) raise(node *record, now time.Time) {
	if node.Hidden[hiddenUp] == nil || node.time(hiddenUp).After(now) {
		return
	}
	up, problem := node.time(hiddenUp), ""
	delete(node.Hidden, hiddenUp)
	if hidden[bool](node, hiddenFails) {
		problem = "the node has not become ready"
		node.hide(hiddenSeen, "not_ready")
		node.setTime(hiddenGone, up.Add(s.settings.GiveUp))
	}
	s.endOperation(hidden[string](node, hiddenOperation), problem, up)
	node.Doc["joinedAt"] = instant(up)
	if hidden[string](node, hiddenPhase) == "creating" {
		s.setPhase(node, "")
	} else {
		s.store.put(node) // it is on its way out already
	}
}

// zones are those that the nodes of a cluster are in.
func zones(r *record) []string {
	region := text(object(r.Doc, "region"), "name")
	switch location := text(object(r.Doc, "gke"), "location"); {
	case region == "":
		return []string{""}
	case location != "" && location != region:
		return []string{location}
	case text(r.Doc, "providerType") == "gke":
		return []string{region + "-a", region + "-b", region + "-c"}
	case text(r.Doc, "providerType") == "aks":
		return []string{region + "-1", region + "-2", region + "-3"}
	}
	return []string{region + "a", region + "b", region + "c"}
}

// ownNodes are the machines that a simulated cluster has of its own: one pool of three to five, which the ID of the
// cluster decides on. All of it is made up.
func (s *Server) ownNodes(r *record) (list []machine) {
	sum := fnv.New64a()
	sum.Write([]byte(r.ID))
	dice := sum.Sum64()
	kinds, cluster := s.instances(r), cmp.Or(text(r.Doc, "name"), "cluster")
	kind := kinds[[]int{0, 2}[dice>>8%2]] // the list has four cores first, and eight third
	for i := range 3 + int(dice%3) {
		part := uint16(dice>>16) + uint16(i)*257
		m := machine{kind: kind, zone: zones(r)[i%len(zones(r))]}
		switch text(r.Doc, "providerType") {
		case "eks":
			m.name = fmt.Sprintf("ip-10-0-%d-%d.%s.compute.internal", part>>8, part&255, text(object(r.Doc, "region"), "name"))
			m.labels = doc{"eks.amazonaws.com/nodegroup": "default", "eks.amazonaws.com/capacityType": "ON_DEMAND"}
		case "gke":
			m.name = fmt.Sprintf("gke-%s-default-pool-%08x-%04x", strings.ToLower(cluster), uint32(dice>>32), part)
			m.labels = doc{"cloud.google.com/gke-nodepool": "default-pool"}
		case "aks":
			m.name = fmt.Sprintf("aks-nodepool1-%08d-vmss%06d", dice>>32%100_000_000, i)
			m.labels = doc{"kubernetes.azure.com/agentpool": "nodepool1"}
		default:
			m.name = fmt.Sprintf("%s-node-%d", strings.ToLower(cluster), i+1)
		}
		m.id = uuid.NewSHA1(uuid.NameSpaceURL, []byte(r.ID+"/"+m.name)).String()
		list = append(list, m)
	}
	return list
}

// makeOwnNodes gives a cluster that is online its own nodes, once. They have been there before it was registered, so
// that there is something to report of a new one, and determine what its workloads need.
func (s *Server) makeOwnNodes(r *record) {
	if r.Hidden[hiddenOwnNodes] != nil {
		return
	}
	cores := 0.0
	for _, m := range s.ownNodes(r) {
		s.putMachine(r, m, r.time(hiddenRegistered).Add(-exampleHistory))
		cores += m.kind.cores
	}
	r.hide(hiddenOwnNodes, true)
	r.hide(hiddenDemand, cores*exampleRequested())
	s.store.put(r)
}

// exampleRequested is the share of its nodes that the workloads of a cluster request.
func exampleRequested() (share float64) {
	for _, w := range exampleWorkloads {
		share += w.share
	}
	return share
}

// kindOf is the type of machine that a node runs on.
func (s *Server) kindOf(r, node *record) instance {
	return s.instance(r, text(node.Doc, "instanceType"), object(node.Doc, "resources"))
}

// phaseOf is the phase that a node shows.
func phaseOf(node *record) string { return text(object(node.Doc, "state"), "phase") }

// kept tells whether a node must not be taken away. Documented.
func kept(node *record) bool { return object(node.Doc, "labels")[keepLabel] == "true" }

// HoldNode makes the machine of a node stay when it is to be deleted, until it is let go.
func (s *Server) HoldNode(clusterID, name string, hold bool) error {
	var err error
	failed := s.change(clusterID, func(c *call, r *record) {
		node := c.store.get(nodesScope(r.ID), name)
		if node == nil {
			err = notFound("cluster %s has no node %s", clusterID, name)
			return
		}
		node.hide(hiddenStuck, hold)
		c.store.put(node)
	})
	return errors.Join(failed, err)
}

// addNode makes the node that is asked for, in a cluster that CAST AI may change. Documented.
func addNode(c *call, r *record) (*answer, error) {
	in := withoutNulls(c.input()).(doc)
	switch {
	case strings.TrimSpace(text(in, "instanceType")) == "":
		return nil, invalid("instanceType", "must not be empty")
	case text(r.Doc, "credentialsId") == "" || r.Doc["status"] != statusReady:
		return nil, badRequest("cluster %s has no nodes added while it is %s, or without credentials", r.ID, text(r.Doc, "status"))
	case c.settings.Agents != Simulated:
		return nil, &Failure{Status: http.StatusNotImplemented, Message: "the emulator has no machines for clusters with real agents"}
	}
	operation := c.newOperation(r)
	m := c.asked(r, in, "configurationId", "configurationName", object(in, "spotConfig")["isSpot"] == true)
	m.operation = operation.ID
	return c.reply(doc{"nodeId": c.launch(r, m, c.now).Doc["id"], "operationId": operation.ID})
}
