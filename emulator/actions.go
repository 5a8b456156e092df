package emulator

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// What a cluster controller has to do waits in one scope until it is acknowledged, and is kept in another for a while.
func actionsScope(clusterID string) string {
	return fill("/v1/kubernetes/clusters/{clusterId}/actions", map[string]string{"clusterId": clusterID})
}

func doneActionsScope(clusterID string) string { return "/_actions/" + clusterID }

const (
	operationsScope = "/_operations"
	keptActions     = 100 // done ones for each cluster
)

// Hidden fields of actions and operations.
const (
	hiddenNode      = "node"      // the node it is about
	hiddenQueued    = "queued"    // when its first step was
	hiddenDelivered = "delivered" // when a controller first got it
	hiddenOperation = "operation" // what it is a step of
	hiddenDelete    = "delete"    // whether the node goes once it is drained
	hiddenForce     = "force"     // even if it could not be drained
	hiddenCluster   = "cluster"   // of an operation
)

// controllerArea serves what the cluster controller and the components around it call. Observed, but for the operator:
// there, what a caller reads of the answers was.
func (s *Server) controllerArea() {
	s.handle("ClusterActionsAPIPollActions", pollActions)
	s.handle("ClusterActionsAPIAckAction", acknowledgeAction)
	s.handle("OperationsAPIGetOperation", showOperation)
	s.handle("ComponentsAPIGetComponentByName", showComponent)
	s.handle("LifecycleActionsAPIPollActions", func(c *call) (*answer, error) { return c.reply(doc{"actions": []any{}}) })
	s.handle("ComponentsAPIValidateUpgrade", func(c *call) (*answer, error) { return c.reply(doc{"allowed": true, "blockReason": ""}) })
	for _, operation := range []string{"ClusterActionsAPISendLogs", "ComponentsAPIRecordActionResult"} {
		s.handle(operation, func(c *call) (*answer, error) { return c.reply(doc{}) })
	}
	s.handle("LifecycleActionsAPIAckAction", func(c *call) (*answer, error) {
		return nil, notFound("action not found: %s", c.params["actionId"]) // there are none
	})
}

// component is a chart of CAST AI.
type component struct{ chart, release, version string }

// components are what the operator manages. Documented.
var components = map[string]component{
	"castai-agent":       {"castai-agent", "castai-agent", "0.161.1"},
	"cluster-controller": {"castai-cluster-controller", "cluster-controller", "0.92.14"},
	"spot-handler":       {"castai-spot-handler", "castai-spot-handler", "0.35.5"},
}

func showComponent(c *call) (*answer, error) {
	name := c.query.Get("name")
	for key, known := range components {
		if name == key || name == known.chart {
			return c.reply(doc{
				"id": key, "name": name, "helmChart": known.chart, "releaseName": known.release, "latestVersion": known.version,
				"dependencies": []any{},
			})
		}
	}
	return nil, notFound("component not found: %s", name)
}

// pollActions hands out what is not acknowledged yet, at every poll; the last step waits until it is alone.
func pollActions(c *call) (*answer, error) {
	r := c.cluster(c, c.params["clusterId"])
	r.setTime(hiddenPoll, c.now)
	c.store.put(r)
	c.advance(r, c.now)
	actions := c.store.list(c.path)
	if due := slices.DeleteFunc(slices.Clone(actions), func(a *record) bool { return a.Doc["actionDisconnectCluster"] != nil }); len(due) > 0 {
		actions = due
	}
	for _, action := range actions {
		if action.Hidden[hiddenDelivered] == nil {
			action.setTime(hiddenDelivered, c.now)
			c.store.put(action)
		}
	}
	return c.page(actions)
}

// acknowledgeAction takes the outcome of an action. A second time changes nothing: the first answer may have been lost.
// Assumed: an unknown one is refused.
func acknowledgeAction(c *call) (*answer, error) {
	r := c.cluster(c, c.params["clusterId"])
	id := c.params["actionId"]
	if action := c.store.get(actionsScope(r.ID), id); action != nil {
		c.finish(r, action, text(c.input(), "error"), c.now)
		c.advance(r, c.now)
	} else if c.store.get(doneActionsScope(r.ID), id) == nil {
		return nil, notFound("action not found: %s", id)
	}
	return c.reply(doc{})
}

// queue gives a cluster controller something to do.
func (s *Server) queue(r *record, now time.Time, payload string, content, unseen doc) *record {
	id := s.newID()
	action := &record{Scope: actionsScope(r.ID), ID: id, Doc: doc{"id": id, "createdAt": instant(now), payload: content}, Hidden: unseen}
	if action.Hidden[hiddenQueued] == nil {
		action.setTime(hiddenQueued, now)
	}
	s.store.put(action)
	return action
}

// ClusterAction is something to do for a cluster controller.
type ClusterAction struct {
	ID        string `json:"id"`
	CreatedAt string `json:"createdAt"`        // RFC 3339
	DoneAt    string `json:"doneAt,omitempty"` // "" until it is acknowledged
	Error     string `json:"error,omitempty"`  // why it failed, if it did
	// Payload is what to do, as the wire has it: one member, such as actionPatchNode.
	Payload map[string]any `json:"payload"`
}

// QueueAction gives the controller of a cluster something to do, and returns the ID it acknowledges. The payload is
// what the wire has beside the ID: one member, such as {"actionEvictPod": {"namespace": "a", "podName": "b"}}.
func (s *Server) QueueAction(clusterID string, payload map[string]any) (string, error) {
	for name, content := range payload {
		if _, ok := content.(doc); !ok || len(payload) != 1 || !strings.HasPrefix(name, "action") {
			payload = nil
		}
	}
	if len(payload) == 0 {
		return "", badRequest("an action has one member, such as actionPatchNode, which is an object")
	}
	_, schema := listMember(s.operations.byID["ClusterActionsAPIPollActions"].answer)
	if err := checkDocument(schema, merged(payload, doc{"id": "", "createdAt": beginning})); err != nil {
		return "", badRequest("not an action: %v", err)
	}
	id := ""
	err := s.change(clusterID, func(c *call, r *record) {
		for name, content := range payload {
			id = c.queue(r, c.now, name, clone(content).(doc), doc{}).ID // checked to be an object
		}
	})
	return id, err
}

// ClusterActions returns what the controller of a cluster has done, the last hundred, and has to do, oldest first.
func (s *Server) ClusterActions(clusterID string) ([]ClusterAction, error) {
	list := []ClusterAction{}
	err := s.change(clusterID, func(c *call, r *record) {
		for _, action := range slices.Concat(c.store.list(doneActionsScope(r.ID)), c.store.list(actionsScope(r.ID))) {
			shown := ClusterAction{
				ID: action.ID, CreatedAt: text(action.Doc, "createdAt"), DoneAt: text(action.Doc, "doneAt"), Error: text(action.Doc, "error"),
				Payload: clone(action.Doc).(doc),
			}
			for _, name := range []string{"id", "createdAt", "doneAt", "error"} {
				delete(shown.Payload, name)
			}
			list = append(list, shown)
		}
	})
	return list, err
}

// finish ends an action, and starts what follows from it.
func (s *Server) finish(r, action *record, problem string, now time.Time) {
	s.store.remove(action)
	done := &record{Scope: doneActionsScope(r.ID), ID: action.ID, Doc: merged(action.Doc, doc{"doneAt": instant(now), "error": nil})}
	if problem != "" {
		done.Doc["error"] = problem
	}
	s.store.put(done)
	if kept := s.store.list(done.Scope); len(kept) > keptActions {
		s.store.remove(kept[0])
	}
	s.nextStep(r, action, problem, now)
}

// nextStep takes a node on its way out one step further: it is drained, its Kubernetes object is deleted, and, since
// controllers report success for a node that they could not tell, looked for. Assumed: a node that cannot be drained
// stays, unless by force, and so does one that cannot be deleted.
func (s *Server) nextStep(r, action *record, problem string, now time.Time) {
	node := s.store.get(nodesScope(r.ID), hidden[string](action, hiddenNode))
	if node == nil { // or it went by itself
		s.finishOperation(action, "", now)
		return
	}
	next := ""
	switch {
	case action.Doc["actionDrainNode"] != nil && hidden[bool](action, hiddenDelete) && (problem == "" || hidden[bool](action, hiddenForce)):
		next, problem = "actionDeleteNode", ""
	case problem != "":
	case action.Doc["actionDrainNode"] != nil:
		node.Doc["unschedulable"] = true
		node.hide(hiddenSeen, "cordoned")
	case action.Doc["actionDeleteNode"] != nil:
		next = "actionCheckNodeDeleted"
	case action.Doc["actionCheckNodeDeleted"] == nil: // something else that was asked of the node
		return
	case s.settings.CredentialsRevoked:
		problem = "no access to the cloud: the machine could not be deleted"
	case hidden[bool](node, hiddenStuck):
		problem = "the machine is still there"
	default:
		s.removeNode(node, now)
		s.finishOperation(action, "", now)
		return
	}
	if next == "" {
		s.setPhase(node, "")
		s.finishOperation(action, problem, now)
		return
	}
	s.setPhase(node, "deleting")
	unseen := merged(action.Hidden, doc{})
	delete(unseen, hiddenDelivered)
	if s.alive() {
		delete(unseen, hiddenQueued) // each step takes its time
	}
	s.queue(r, now, next, nodeReference(node), unseen)
}

func nodeReference(node *record) doc {
	return doc{"nodeName": node.ID, "nodeId": text(node.Doc, "id"), "providerId": text(node.Doc, "providerId")}
}

// drain queues the first step of a node's way out.
func (s *Server) drain(r, node *record, now time.Time, timeout float64, force, andDelete bool, operation string) {
	s.setPhase(node, "draining")
	s.queue(r, now, "actionDrainNode", merged(nodeReference(node), doc{"drainTimeoutSeconds": timeout, "force": force}), doc{
		hiddenNode: node.ID, hiddenDelete: andDelete, hiddenForce: force, hiddenOperation: operation,
	})
}

// drainSeconds is how long pods may take to leave a node, unless a request says. Assumed.
const drainSeconds = 1200

// startTeardown queues what a cluster controller has to do at a disconnect; CAST AI's own resources go last.
func (c *call) startTeardown(r *record, deleteNodes, keepResources bool) {
	if deleteNodes {
		for _, node := range c.provisionedNodes(r.ID) {
			c.drain(r, node, c.now, drainSeconds, true, true, "")
		}
	}
	if !keepResources {
		c.queue(r, c.now, "actionDisconnectCluster", doc{}, doc{})
	}
}

// work does what becomes of actions by themselves. Simulated controllers acknowledge all they get, as long after it
// was queued as a disconnect takes. Real ones are waited for until it is time to give up, and not at all when they were
// told to delete themselves. Documented.
func (s *Server) work(r *record, now time.Time) {
	for _, action := range s.store.list(actionsScope(r.ID)) {
		delivered := action.time(hiddenDelivered)
		switch waited := now.Sub(action.time(hiddenQueued)); {
		case s.settings.Agents == Simulated && waited >= max(0, s.settings.DisconnectDelay):
			s.finish(r, action, "", action.time(hiddenQueued).Add(max(0, s.settings.DisconnectDelay)))
			s.work(r, now) // the steps that follow
			return
		case action.Doc["actionDisconnectCluster"] != nil && !delivered.IsZero() && now.Sub(r.time(hiddenPoll)) >= overdue:
			s.finish(r, action, "", now)
		case waited >= s.settings.GiveUp:
			s.giveUp(r, action, now)
		}
	}
}

// giveUp drops an action that no controller has taken. Assumed: the wait ends some day.
func (s *Server) giveUp(r, action *record, now time.Time) {
	s.store.remove(action)
	if node := s.store.get(nodesScope(r.ID), hidden[string](action, hiddenNode)); node != nil {
		s.setPhase(node, "")
	}
	s.finishOperation(action, "the cluster controller did not answer", now)
}

// newOperation is what a call answers that takes time.
func (c *call) newOperation(r *record) *record {
	id := c.newID()
	operation := &record{Scope: operationsScope, ID: id, Doc: doc{"id": id, "createdAt": instant(c.now), "done": false}}
	operation.hide(hiddenCluster, r.ID)
	c.store.put(operation)
	return operation
}

// finishOperation ends the operation that an action belongs to, if it does.
func (s *Server) finishOperation(action *record, problem string, now time.Time) {
	s.endOperation(hidden[string](action, hiddenOperation), problem, now)
}

// endOperation ends an operation, if there is one of that ID.
func (s *Server) endOperation(id, problem string, now time.Time) {
	operation := s.store.get(operationsScope, id)
	if operation == nil {
		return
	}
	operation.Doc["done"], operation.Doc["finishedAt"] = true, instant(now)
	if problem != "" {
		operation.Doc["error"] = doc{"reason": "failed", "details": problem}
	}
	s.store.put(operation)
}

func showOperation(c *call) (*answer, error) {
	operation := c.store.get(operationsScope, c.params["id"])
	if operation == nil || c.cluster(c, hidden[string](operation, hiddenCluster)) == nil {
		return nil, notFound("operation not found: %s", c.params["id"])
	}
	return c.show(operation, "")
}

// cloudEvent takes the news of a spot handler. Assumed: the node shows that its cloud takes it away.
func cloudEvent(c *call, r *record) (*answer, error) {
	in := withoutNulls(c.input()).(doc)
	for _, node := range c.store.list(nodesScope(r.ID)) {
		same := node.Doc["id"] == in["nodeId"] || text(in, "providerId") != "" && node.Doc["providerId"] == in["providerId"]
		if same && in["eventType"] == "interrupted" && hidden[string](node, hiddenPhase) == "" {
			c.setPhase(node, "interrupted")
		}
	}
	return c.reply(doc{})
}

// onNode finds the node of a call, which has to belong to a cluster that CAST AI may change. Assumed: others are refused.
func onNode(h func(*call, *record, *record) (*answer, error)) func(*call, *record) (*answer, error) {
	return func(c *call, r *record) (*answer, error) {
		node := c.node(r.ID, c.params["nodeId"])
		switch {
		case node == nil:
			return nil, notFound("node not found: %s", c.params["nodeId"])
		case archived(r), r.Doc["status"] == statusDeleted, r.Hidden[hiddenDisconnect] != nil:
			return nil, badRequest("cluster %s is disconnected", r.ID)
		case text(r.Doc, "credentialsId") == "":
			return nil, badRequest("cluster %s has no credentials: its nodes are only looked at", r.ID)
		}
		return h(c, r, node)
	}
}

// drainNode has a node drained. Documented.
func drainNode(c *call, r, node *record) (*answer, error) {
	in := c.input()
	seconds := number(in, "timeoutSeconds")
	if seconds <= 0 {
		seconds = drainSeconds
	}
	force, _ := in["force"].(bool)
	return leave(c, r, node, seconds, force, false)
}

// deleteNode has a node drained and deleted. Documented.
func deleteNode(c *call, r, node *record) (*answer, error) {
	seconds := float64(drainSeconds)
	if given := c.query.Get("drainTimeout"); given != "" {
		timeout, err := strconv.ParseUint(strings.TrimSuffix(given, "s"), 10, 31) // assumed: in seconds
		if err != nil {
			return nil, invalid("drainTimeout", "not a number of seconds")
		}
		seconds = float64(timeout)
	}
	return leave(c, r, node, seconds, c.flag("forceDelete"), true)
}

// leave starts an operation on a node, or returns the one that is under way, which goes on to delete the node if that
// is asked now. Assumed.
func leave(c *call, r, node *record, seconds float64, force, andDelete bool) (*answer, error) {
	for _, action := range c.store.list(actionsScope(r.ID)) {
		running := hidden[string](action, hiddenOperation)
		if running == "" || hidden[string](action, hiddenNode) != node.ID {
			continue
		}
		if andDelete {
			action.hide(hiddenDelete, true)
			c.store.put(action)
		}
		return c.reply(doc{"operationId": running})
	}
	operation := c.newOperation(r)
	c.drain(r, node, c.now, seconds, force, andDelete, operation.ID)
	c.advance(r, c.now)
	return c.reply(doc{"operationId": operation.ID})
}
