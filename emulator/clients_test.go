package emulator_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/castai/pulumi-castai/emulator"
)

// kube is a Kubernetes cluster, as far as agents and controllers of CAST AI need one.
type kube struct {
	objects map[string]doc // by kind and name
	changes []doc          // since an agent last got them
}

func newKube() *kube { return &kube{objects: map[string]doc{}} }

func event(what, kind string, object doc) doc {
	return doc{"event": what, "kind": kind, "data": object, "createdAt": "2025-03-01T12:00:00.123456789Z"}
}

func (k *kube) set(kind string, object doc) {
	key, what := kind+"/"+fmt.Sprint(at(object, "metadata", "name")), "update"
	if k.objects[key] == nil {
		what = "add"
	}
	k.objects[key] = object
	k.changes = append(k.changes, event(what, kind, object))
}

func (k *kube) remove(kind, name string) {
	if object := k.objects[kind+"/"+name]; object != nil {
		delete(k.objects, kind+"/"+name)
		k.changes = append(k.changes, event("delete", kind, object))
	}
}

// machine is a node; one that CAST AI made has an id.
func machine(name, id string) doc {
	labels := doc{"node.kubernetes.io/instance-type": "m5.large", "topology.kubernetes.io/zone": "eu-central-1a"}
	if id != "" {
		labels["provisioner.cast.ai/node-id"] = id
	}
	return doc{
		"metadata": doc{"name": name, "uid": "uid-" + name, "labels": labels, "creationTimestamp": "2025-03-01T11:00:00Z"},
		"spec":     doc{"providerID": "aws:///" + name},
		"status":   doc{"conditions": []any{doc{"type": "Ready", "status": "True"}}},
	}
}

// agent behaves as castai-agent does.
type agent struct {
	t       *testing.T
	url     string
	key     string
	name    string // user agent
	id      string // of the cluster
	kube    *kube
	token   string // continuity
	full    bool   // what is sent next
	sent    bool   // a full snapshot ever was
	version string
}

func (b *bed) agent(k *kube) *agent {
	return &agent{t: b.t, url: b.web.URL, key: "secret-token", name: "castai-agent/v0.123.1", kube: k, full: true, version: "1.31.4"}
}

// post sends a body as agents do and returns the answer, or an error for any status above 399.
func (a *agent) post(path string, body any, header http.Header) (reply, error) {
	a.t.Helper()
	content, err := json.Marshal(body)
	if err != nil {
		a.t.Fatal(err)
	}
	return a.send("POST", path, bytes.NewReader(content), header)
}

func (a *agent) send(method, path string, body io.Reader, header http.Header) (reply, error) {
	a.t.Helper()
	request, err := http.NewRequest(method, a.url+path, body)
	if err != nil {
		a.t.Fatal(err)
	}
	for name, values := range header {
		request.Header[name] = values
	}
	request.Header.Set("X-Api-Key", a.key)
	request.Header.Set("User-Agent", a.name)
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return reply{}, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return reply{}, err
	}
	r := reply{status: response.StatusCode, header: response.Header, text: string(text)}
	if response.StatusCode > 399 {
		return r, fmt.Errorf("%s %s: %d (request %s): %s", method, path, r.status, r.header.Get("X-Castai-Request-Id"), text)
	}
	if strings.Contains(r.header.Get("Content-Type"), "json") { // what is not called JSON is not read
		if err := json.Unmarshal(text, &r.body); err != nil {
			return r, err
		}
	}
	return r, nil
}

// nobody is the id that agents send when they have none.
const nobody = "00000000-0000-0000-0000-000000000000"

// register is what an agent does first; with an error it would exit.
func (a *agent) register(provider string, params doc) error {
	a.t.Helper()
	body := doc{"id": nobody, "name": params["clusterName"]}
	if body["name"] == nil {
		body["name"] = ""
	}
	for _, key := range []string{"eks", "gke", "kops", "aks", "openshift", "anywhere", "self_hosted_with_ec2_nodes"} {
		body[key] = nil
	}
	body[provider] = params
	r, err := a.post(clusters, body, nil)
	if err != nil {
		return err
	}
	if a.id, _ = r.body["id"].(string); a.id == "" {
		return fmt.Errorf("empty cluster ID")
	}
	return nil
}

func (a *agent) path(operation string) string {
	return "/v1/kubernetes/clusters/" + a.id + "/" + operation
}

// configure asks what to do, and tells whether to send a full snapshot.
func (a *agent) configure() bool {
	a.t.Helper()
	r, err := a.post(a.path("agent-config"), doc{"agentVersion": "v0.123.1", "gitCommit": "abc"}, nil)
	if err != nil {
		a.t.Fatal(err)
	}
	if _, ok := r.body["intervalSeconds"].(string); !ok {
		a.t.Errorf("intervalSeconds %v cannot be read", r.body["intervalSeconds"])
	}
	resync, _ := r.body["resync"].(bool)
	a.full = a.full || resync && a.sent
	return resync
}

// tick sends what changed, zipped and of unknown length. What is refused is sent again the next time.
func (a *agent) tick() (reply, error) {
	a.t.Helper()
	items := a.kube.changes
	if a.full {
		items = nil
		for key, object := range a.kube.objects {
			kind, _, _ := strings.Cut(key, "/")
			items = append(items, event("add", kind, object))
		}
	}
	if items == nil {
		items = []doc{}
	}
	read, write := io.Pipe()
	go func() {
		zip := gzip.NewWriter(write)
		err := json.NewEncoder(zip).Encode(doc{
			"clusterId": a.id, "clusterVersion": a.version, "agentVersion": "v0.123.1", "fullSnapshot": a.full, "items": items, "continuityToken": "",
		})
		if err == nil {
			err = zip.Close()
		}
		write.CloseWithError(err)
	}()
	r, err := a.send("POST", a.path("agent-deltas"), read, http.Header{"Content-Encoding": {"gzip"}, "Continuity-Token": {a.token}})
	read.Close()
	switch {
	case err == nil:
		a.token, a.kube.changes, a.sent = r.header.Get("Continuity-Token"), nil, true
		a.full = false
	case strings.Contains(r.text, "invalid continuity token"):
		a.full = true
	}
	return r, err
}

// report is a tick that must work.
func (a *agent) report() {
	a.t.Helper()
	r, err := a.tick()
	if err != nil {
		a.t.Fatal(err)
	}
	if r.status != http.StatusNoContent || r.text != "" || r.header.Get("Continuity-Token") == "" {
		a.t.Errorf("answer to a delta: %d %q, continuity token %q", r.status, r.text, r.header.Get("Continuity-Token"))
	}
}

// controller behaves as castai-cluster-controller does.
type controller struct {
	agent
	seen map[string]bool // what it has begun
	runs []string        // what it ran, in order
	mute bool            // it gets actions and never acknowledges
}

func (a *agent) controller() *controller {
	c := &controller{agent: *a, seen: map[string]bool{}}
	c.name = "castai-cluster-controller/v0.62.1"
	return c
}

// poll asks for actions, runs those it does not know yet and acknowledges them.
func (c *controller) poll() []doc {
	c.t.Helper()
	r, err := c.send("GET", c.path("actions"), nil, http.Header{"X-K8s-Version": {"1.31"}})
	if err != nil {
		c.t.Fatal(err)
	}
	if r.body == nil {
		c.t.Errorf("an answer that is not read: %q of type %q", r.text, r.header.Get("Content-Type"))
	}
	var actions []doc
	items, _ := r.body["items"].([]any)
	for _, item := range items {
		action := item.(doc)
		actions = append(actions, action)
		if id := action["id"].(string); !c.seen[id] && !c.mute {
			c.seen[id] = true
			if err := c.acknowledge(id, c.run(action)); err != nil {
				c.t.Error(err)
			}
		}
	}
	return actions
}

// acknowledge tries three times.
func (c *controller) acknowledge(id string, problem any) error {
	c.t.Helper()
	var err error
	for range 3 {
		if _, err = c.post(c.path("actions/"+id+"/ack"), doc{"error": problem}, nil); err == nil {
			return nil
		}
	}
	return err
}

// run does an action and returns its error, or nil.
func (c *controller) run(action doc) any {
	if at, err := time.Parse(time.RFC3339, fmt.Sprint(action["createdAt"])); err != nil || at.IsZero() {
		c.t.Errorf("createdAt: %v", action["createdAt"])
	}
	kind, payload := "", doc{}
	for name, content := range action {
		if strings.HasPrefix(name, "action") {
			kind, payload = name, content.(doc)
		}
	}
	name, _ := payload["nodeName"].(string)
	c.runs = append(c.runs, strings.TrimSpace(strings.TrimPrefix(kind, "action")+" "+name))
	node := c.kube.objects["Node/"+name]
	mine := node != nil && (at(node, "metadata", "labels", "provisioner.cast.ai/node-id") == payload["nodeId"] || at(node, "spec", "providerID") == payload["providerId"])
	switch kind {
	case "actionDrainNode":
		if mine {
			node["spec"] = doc{"providerID": at(node, "spec", "providerID"), "unschedulable": true}
			c.kube.set("Node", node)
		}
	case "actionDeleteNode":
		if mine {
			c.kube.remove("Node", name)
		}
	case "actionCheckNodeDeleted":
		if node != nil {
			return "node is not deleted"
		}
	case "":
		return "invalid action, check data or controller version"
	}
	return nil
}

// settle polls until there is nothing to do.
func (c *controller) settle() {
	c.t.Helper()
	for range 10 {
		if len(c.poll()) == 0 {
			return
		}
	}
	c.t.Error("there is always something to do")
}

// install starts an agent and a controller for a new cluster of one own node and some of CAST AI.
func (b *bed) install(castNodes ...string) (*agent, *controller) {
	b.t.Helper()
	k := newKube()
	k.set("Node", machine("own", ""))
	for _, name := range castNodes {
		k.set("Node", machine(name, "id-"+name))
	}
	a := b.agent(k)
	if err := a.register("eks", doc{"accountId": "123456789012", "region": "eu-central-1", "clusterName": "c"}); err != nil {
		b.t.Fatal(err)
	}
	a.report()
	c := a.controller()
	c.poll()
	return a, c
}

// connect gives the cluster credentials.
func (b *bed) connect(cluster string) {
	b.t.Helper()
	b.want(200, "POST", clusters+"/"+cluster, doc{"eks": doc{"assumeRoleArn": "arn"}})
	b.states(cluster, "ready", "online")
}

// shown lists the nodes that the API shows, with their phases.
func (b *bed) shown(cluster, query string) (nodes []string) {
	b.t.Helper()
	items, _ := b.want(200, "GET", clusters+"/"+cluster+"/nodes"+query, nil)["items"].([]any)
	for _, item := range items {
		nodes = append(nodes, fmt.Sprint(at(item, "name"), " ", at(item, "state", "phase")))
	}
	slices.Sort(nodes) // agents send objects in any order
	return nodes
}

func realBed(t *testing.T) *bed {
	return newBed(t, emulator.Options{Settings: emulator.Settings{Agents: emulator.Real}})
}
