package clusters_test

import (
	"strings"
	"testing"

	"github.com/castai/pulumi-castai/emulator"
	"github.com/castai/pulumi-castai/internal/harness"
)

func configurations(id string) string {
	return "/v1/kubernetes/clusters/" + id + "/node-configurations"
}

// configure makes a node configuration from outside, and makes it the default.
func configure(t *testing.T, h *harness.Harness, cluster, body string, isDefault bool) (id string) {
	t.Helper()
	id = outside(t, h, "POST", configurations(cluster), parse(t, body))["id"].(string)
	if isDefault {
		outside(t, h, "POST", configurations(cluster)+"/"+id+"/default", nil)
	}
	return id
}

// configuration reads the only one there is.
func configuration(t *testing.T, h *harness.Harness, cluster string) map[string]any {
	t.Helper()
	items := outside(t, h, "GET", configurations(cluster), nil)["items"].([]any)
	if len(items) != 1 {
		t.Fatalf("there are %d node configurations", len(items))
	}
	return items[0].(map[string]any)
}

var network = harness.Props{"subnets": []any{"subnet-b", "subnet-a"}, "overrideSecurityGroups": []any{"sg-2", "sg-1"}}

func TestNetworkOfTheDefaultConfiguration(t *testing.T) {
	t.Parallel()
	h := harness.New(t)
	c := clouds[0]
	r := h.Resource(c.token, "c")
	up(t, r, c.all(), "create")
	id := configure(t, h, r.ID, `{"name":"mine","minDiskSize":200,"tags":{"a":"b"},"subnets":["subnet-x"],`+
		`"eks":{"instanceProfileArn":"`+profile+`","securityGroups":["sg-x"],"volumeType":"io1","imdsHopLimit":3}}`, true)
	refresh(t, r) // it is not managed yet
	before := configuration(t, h, r.ID)

	inputs := c.all(network)
	up(t, r, inputs, "update")
	if n := count(h, r.ID, "POST ID"); n != 0 {
		t.Error("the credentials were sent again")
	}
	body := h.Body("POST", configurations(r.ID)+"/"+id)
	same(t, "subnets", body["subnets"], network["subnets"])
	same(t, "groups", body["eks"].(map[string]any)["securityGroups"], network["overrideSecurityGroups"])
	after := configuration(t, h, r.ID)
	for _, changed := range []string{"subnets", "subnetDetails", "updatedAt", "version"} {
		delete(before, changed)
		delete(after, changed)
	}
	before["eks"].(map[string]any)["securityGroups"] = []any{"sg-1", "sg-2"}
	same(t, "the rest of the configuration", after, before)

	h.Forget()
	refresh(t, r) // the service has sorted them
	up(t, r, c.all(harness.Props{"subnets": []any{"subnet-a", "subnet-b"}, "overrideSecurityGroups": []any{"sg-1", "sg-2"}}), "same")
	noPosts(t, h)

	outside(t, h, "POST", configurations(r.ID)+"/"+id, parse(t, `{"subnets":["subnet-a","subnet-c"],`+
		`"eks":{"instanceProfileArn":"`+profile+`","securityGroups":["sg-1","sg-2"]}}`))
	refresh(t, r, "subnets[0]")
	up(t, r, inputs, "update")
	refresh(t, r)

	// Taken out of the program, they stay as they are.
	h.Forget()
	up(t, r, c.all(), "update")
	noPosts(t, h)
	refresh(t, r)
}

func TestNetworkWithoutDefaultConfiguration(t *testing.T) {
	t.Parallel()
	h := harness.New(t)
	c := clouds[0]
	r := h.Resource(c.token, "c")
	up(t, r, c.all(network), "create")
	if !h.Warned("no default node configuration yet") || !h.Warned("instanceProfileArn") {
		t.Error("no warning")
	}
	for _, call := range calls(h, r.ID) {
		if strings.HasPrefix(call, "POST /v1/kubernetes/clusters/") {
			t.Error(call)
		}
	}
	refresh(t, r)
	up(t, r, c.all(network), "same")

	// Once there is one, the difference shows.
	configure(t, h, r.ID, `{"name":"console","subnets":["subnet-x"],"eks":{"instanceProfileArn":"`+profile+`"}}`, true)
	if got, err := r.Refresh(); err != nil || len(got.Changes) == 0 {
		t.Errorf("a refresh finds %v, %v", got, err)
	}
	up(t, r, c.all(network), "update")
	refresh(t, r)
	same(t, "the subnets", configuration(t, h, r.ID)["subnets"], []string{"subnet-a", "subnet-b"})
}

func TestNetworkWithInstanceProfile(t *testing.T) {
	t.Parallel()
	c := clouds[0]
	inputs := c.all(network, harness.Props{"instanceProfileArn": profile})
	check := func(t *testing.T, h *harness.Harness, r *harness.Resource, name string) {
		t.Helper()
		made := configuration(t, h, r.ID)
		same(t, "the name", made["name"], name)
		same(t, "whether it is the default", made["default"], true)
		same(t, "the profile", made["eks"].(map[string]any)["instanceProfileArn"], profile)
		same(t, "the subnets", made["subnets"], []string{"subnet-a", "subnet-b"})
		refresh(t, r)
		up(t, r, inputs, "same")
	}
	t.Run("made", func(t *testing.T) {
		t.Parallel()
		h := harness.New(t)
		r := h.Resource(c.token, "c")
		up(t, r, inputs, "create")
		check(t, h, r, "default")
		other := profile + "-2"
		up(t, r, with(inputs, harness.Props{"instanceProfileArn": other}), "update")
		same(t, "the profile", configuration(t, h, r.ID)["eks"].(map[string]any)["instanceProfileArn"], other)
	})
	t.Run("its name is taken", func(t *testing.T) {
		t.Parallel()
		h := harness.New(t)
		r := h.Resource(c.token, "c")
		up(t, r, c.all(), "create")
		configure(t, h, r.ID, `{"name":"default","minDiskSize":200,"eks":{"instanceProfileArn":"`+profile+`"}}`, false)
		up(t, r, inputs, "update")
		check(t, h, r, "default")
		same(t, "minDiskSize", configuration(t, h, r.ID)["minDiskSize"], 200)
	})
	t.Run("fails at creation", func(t *testing.T) {
		t.Parallel()
		h := harness.New(t)
		r := h.Resource(c.token, "c")
		h.Emulator.Fail(emulator.Fault{Method: "POST", Path: "/v1/kubernetes/clusters/**", Status: 400, Body: `{"message":"no such subnet"}`})
		_, err := r.Up(inputs)
		fails(t, err, "default node configuration", "no such subnet", "NodeConfigurationDefault")
		if got, err := r.Refresh(); err != nil || len(got.Changes) == 0 {
			t.Errorf("a refresh finds %v, %v", got, err)
		}
		h.Forget()
		up(t, r, inputs, "update")
		if n := count(h, r.ID, "POST ID", "POST ID/token"); n != 0 {
			t.Error("what was done is done again")
		}
		check(t, h, r, "default")
	})
	t.Run("unreadable", func(t *testing.T) {
		t.Parallel()
		h := harness.New(t)
		r := h.Resource(c.token, "c")
		up(t, r, inputs, "create")
		h.Emulator.Fail(emulator.Fault{Method: "GET", Path: "/v1/kubernetes/clusters/**", Status: 403, Body: `{"message":"no right"}`})
		_, err := r.Refresh()
		fails(t, err, "cannot read cluster "+r.ID, "default node configuration", "no right")
		refresh(t, r)
	})
}
