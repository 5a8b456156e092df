package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/castai/pulumi-castai/emulator"
)

type object = map[string]any

// soakKind is a kind of object that carries a value.
type soakKind struct {
	path   string // of the collection, with CLUSTER for a cluster's id
	items  string // the member of the list
	paged  bool
	named  bool   // the name is the id
	change string // the method
	body   func(name, value string) object
	// unnamed leaves the name out of changes, and wrapper puts them into a member.
	unnamed bool
	wrapper string
	value   func(object) any
}

var clusterKind = &soakKind{path: "/v1/kubernetes/external-clusters", items: "items"}

var ofOrganization = []*soakKind{
	{
		path: "/v1/organizations/" + emulator.DefaultOrganization.ID + "/service-accounts", items: "serviceAccounts", paged: true,
		change: "PATCH", wrapper: "serviceAccount",
		body:  func(name, value string) object { return object{"name": name, "description": value} },
		value: func(d object) any { return d["description"] },
	},
	{
		path: "/v1/cost-reports/allocation-groups", items: "items", change: "PUT",
		body: func(name, value string) object {
			return object{"name": name, "filter": object{"namespaces": []string{value}}}
		},
		value: func(d object) any { return d["filter"].(object)["namespaces"].([]any)[0] },
	},
}

var ofCluster = []*soakKind{
	{
		path: "/v1/kubernetes/clusters/CLUSTER/node-templates", items: "items", named: true, change: "PUT", unnamed: true,
		body:  func(name, value string) object { return object{"name": name, "customLabels": object{"v": value}} },
		value: func(d object) any { return d["customLabels"].(object)["v"] },
	},
	{
		path: "/v1/kubernetes/clusters/CLUSTER/node-configurations", items: "items", change: "POST", unnamed: true,
		body:  func(name, value string) object { return object{"name": name, "tags": object{"v": value}} },
		value: func(d object) any { return d["tags"].(object)["v"] },
	},
	{
		path:  "/patching-engine/v1beta/organizations/" + emulator.DefaultOrganization.ID + "/clusters/CLUSTER/pod-mutations",
		items: "items", paged: true, change: "PATCH",
		body: func(name, value string) object {
			return object{"name": name, "enabled": true, "labels": object{"v": value},
				"objectFilterV2": object{"namespaces": []any{object{"type": "EXACT", "value": "a"}}}}
		},
		value: func(d object) any { return d["labels"].(object)["v"] },
	},
}

// soakPlace is a cluster, or the organization, and what a client has made there.
type soakPlace struct {
	id, name string // of the cluster
	may      []bool // be there; more than one is possible after a lost answer
	objects  []*soakObject
}

// soakObject is an object and what its value can be, as far as the client can know: gone if it may not be there, more
// than one after lost answers.
type soakObject struct {
	kind *soakKind
	path string // of the collection
	id   string // "" if unknown since the answer was lost
	name string
	may  []string
}

const gone = ""

// soakClient does one request after the other, on objects that nobody else touches.
type soakClient struct {
	t                *testing.T
	api              *soaked
	name             string
	random           *rand.Rand
	count            int
	places           []*soakPlace // the first is the organization
	sent, unanswered int
}

func newSoakClient(t *testing.T, i int) *soakClient {
	return &soakClient{
		t: t, name: fmt.Sprintf("client-%d", i), random: rand.New(rand.NewPCG(1, uint64(i))),
		places: []*soakPlace{{may: []bool{true}}},
	}
}

// next returns a name or a value that was not there before.
func (c *soakClient) next() string {
	c.count++
	return fmt.Sprintf("%s-%d", c.name, c.count)
}

// try sends a request. The status is 0 if what came of it is unknown.
func (c *soakClient) try(method, path string, body any) (int, object) {
	c.sent++
	status, answer, err := c.api.send(method, path, body)
	var d object
	if err == nil && len(answer) > 0 {
		err = json.Unmarshal(answer, &d)
	}
	if err != nil {
		c.unanswered++
		return 0, nil
	}
	if status == http.StatusInternalServerError {
		c.t.Errorf("%s %s: %d %s", method, path, status, answer)
	}
	return status, d
}

// step does one thing, more often in clusters than elsewhere.
func (c *soakClient) step() {
	live := slices.DeleteFunc(slices.Clone(c.places), func(p *soakPlace) bool { return !slices.Contains(p.may, true) || p.id == "" && p.name != "" })
	place := live[c.random.IntN(len(live))]
	kinds := ofCluster
	if place.name == "" {
		kinds = ofOrganization
	}
	known := slices.DeleteFunc(slices.Clone(place.objects), func(o *soakObject) bool { return o.id == "" || slices.Equal(o.may, []string{gone}) })
	switch chance := c.random.IntN(100); {
	case chance < 4 || len(c.places) == 1:
		c.register()
	case chance < 6 && place.name != "":
		c.archive(place)
	case chance < 45 || len(known) == 0:
		c.make(place, kinds[c.random.IntN(len(kinds))])
	case chance < 70:
		c.change(known[c.random.IntN(len(known))])
	case chance < 85:
		c.remove(known[c.random.IntN(len(known))])
	default:
		c.look(place, kinds[c.random.IntN(len(kinds))])
	}
}

func (c *soakClient) register() {
	p := &soakPlace{name: c.next(), may: []bool{true}}
	status, d := c.try("POST", clusterKind.path, object{"name": p.name, "eks": object{"accountId": "1", "region": "r", "clusterName": p.name}})
	switch {
	case status == 0:
		p.may = []bool{false, true}
	case status >= 300:
		p.may = []bool{false}
	default:
		p.id = d["id"].(string)
	}
	c.places = append(c.places, p)
}

func (c *soakClient) archive(p *soakPlace) {
	switch status, _ := c.try("DELETE", clusterKind.path+"/"+p.id, nil); {
	case status == 0:
		p.may = []bool{false, true}
	case status < 300:
		p.may = []bool{false}
	}
}

func (c *soakClient) make(p *soakPlace, k *soakKind) {
	o := &soakObject{kind: k, path: strings.Replace(k.path, "CLUSTER", p.id, 1), name: c.next()}
	value := c.next()
	status, d := c.try("POST", o.path, k.body(o.name, value))
	switch {
	case status == 0:
		o.may = []string{gone, value}
	case status >= 300:
		o.may = []string{gone}
	default:
		o.may = []string{value}
		o.id, _ = d["id"].(string)
	}
	if k.named {
		o.id = o.name
	}
	p.objects = append(p.objects, o)
}

func (c *soakClient) change(o *soakObject) {
	value := c.next()
	body := o.kind.body(o.name, value)
	if o.kind.unnamed {
		delete(body, "name")
	}
	if o.kind.wrapper != "" {
		body = object{o.kind.wrapper: body}
	}
	status, _ := c.try(o.kind.change, o.path+"/"+o.id, body)
	o.learn(status, value)
}

func (c *soakClient) remove(o *soakObject) {
	status, _ := c.try("DELETE", o.path+"/"+o.id, nil)
	o.learn(status, gone)
}

// learn takes note of what a change to a value has come to. A cluster that is gone answers 404 too.
func (o *soakObject) learn(status int, value string) {
	switch {
	case status == 0:
		o.may = append(o.may, value)
	case status < 300:
		o.may = []string{value}
	case status == http.StatusNotFound:
		o.may = []string{gone}
	}
}

// look reads a list while others change theirs, and compares what is this client's.
func (c *soakClient) look(p *soakPlace, k *soakKind) {
	path := strings.Replace(k.path, "CLUSTER", p.id, 1)
	status, d := c.try("GET", path, nil)
	if status != http.StatusOK || k.paged {
		return // a page need not hold it
	}
	items, _ := d[k.items].([]any)
	c.compare(p, k, path, items)
}

func (c *soakClient) compare(p *soakPlace, k *soakKind, path string, items []any) {
	found := map[string]object{}
	for _, item := range items {
		d := item.(object)
		if inner, ok := d["template"].(object); ok {
			d = inner
		}
		name := d["name"].(string)
		if found[name] != nil {
			c.t.Errorf("%s: %s is there twice", path, name)
		}
		found[name] = d
	}
	for _, o := range p.objects {
		if o.kind != k {
			continue
		}
		value := gone
		if d := found[o.name]; d != nil {
			value = k.value(d).(string)
		}
		if !slices.Contains(o.may, value) {
			c.t.Errorf("%s: %s is %q, want one of %q", path, o.name, value, o.may)
		}
		delete(found, o.name)
	}
	if p.name != "" && len(found) > 0 {
		c.t.Errorf("%s: nobody has made %q", path, slices.Sorted(maps.Keys(found)))
	}
}

// verify compares all that the client knows with what there is, in lists and item by item.
func (c *soakClient) verify() {
	live := map[string]bool{}
	for _, item := range c.api.items(c.t, clusterKind, clusterKind.path) {
		live[item["name"].(string)] = true
	}
	for _, p := range c.places {
		if p.name != "" && !slices.Contains(p.may, live[p.name]) {
			c.t.Errorf("cluster %s: there is %v, want one of %v", p.name, live[p.name], p.may)
		}
		kinds := ofCluster
		if p.name == "" {
			kinds = ofOrganization
		} else if p.id == "" {
			continue
		}
		for _, k := range kinds {
			path := strings.Replace(k.path, "CLUSTER", p.id, 1)
			if p.name != "" && !live[p.name] {
				if status, _ := c.try("GET", path, nil); status != http.StatusNotFound {
					c.t.Errorf("%s is still there (%d), and its cluster is not", path, status)
				}
				continue
			}
			var items []any
			for _, item := range c.api.items(c.t, k, path) {
				items = append(items, item)
				if k.named {
					continue // there is no call to read one
				}
				var single object
				if err := json.Unmarshal(c.api.must(c.t, "GET", path+"/"+item["id"].(string), nil), &single); err != nil {
					c.t.Fatal(err)
				}
				if inner, ok := single[k.wrapper].(object); ok {
					single = inner
				}
				if fmt.Sprint(k.value(single)) != fmt.Sprint(k.value(item)) {
					c.t.Errorf("%s: listed as %v, read as %v", path, item, single)
				}
			}
			c.compare(p, k, path, items)
		}
	}
}
