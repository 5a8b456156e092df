package dbcache_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	rpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/castai/pulumi-castai/emulator"
	"github.com/castai/pulumi-castai/internal/harness"
)

func endpoint(host, name string) props { return props{"hostname": host, "port": 3306, "name": name} }

func TestCacheGroupBodies(t *testing.T) {
	h := harness.New(t)
	r := h.Resource("CacheGroup", "x")
	inputs := props{"name": "shop", "protocolType": "MySQL"}
	r.WantUp("create", inputs)
	wantJSON(t, "created with", h.Body("POST", groups), inputs)
	r.WantUp("update", with(inputs, props{"directMode": true, "endpoints": list(endpoint("db.example.com", "primary"), endpoint("ro.example.com", ""))}))
	wantJSON(t, "updated with", h.Body("PUT", r.ID), with(inputs, props{"directMode": true, "roxy": false, "endpoints": list(
		props{"hostname": "db.example.com", "port": 3306, "suffix": "primary"}, props{"hostname": "ro.example.com", "port": 3306, "suffix": ""})}))
	r.WantDrift()
	r.WantUp("replace", props{"name": "shop", "protocolType": "PostgreSQL"})
}

// Direct mode is switched off by an explicit false: null leaves it on.
func TestCacheGroupDirectModeIsSwitchedOff(t *testing.T) {
	for name, off := range map[string]props{"false": {"directMode": false}, "left out": {"directMode": nil}} {
		h := harness.New(t)
		r := h.Resource("CacheGroup", "x")
		inputs := props{"name": "shop", "protocolType": "MySQL", "directMode": true}
		r.WantUp("create", inputs)
		r.WantUp("update", with(inputs, off))
		if sent := h.Body("PUT", r.ID)["directMode"]; sent != false {
			t.Errorf("%s: the update sends %v", name, sent)
		}
		r.WantDrift()
		if now := h.Call(http.MethodGet, groups+"/"+r.ID, nil)["directMode"]; now != false {
			t.Errorf("%s: direct mode is %v", name, now)
		}
	}
}

// What a deployed group has got of the service is not taken away by an update.
func TestCacheGroupStaysDeployed(t *testing.T) {
	h := harness.New(t)
	r := h.Resource("CacheGroup", "x")
	inputs := props{"name": "shop", "protocolType": "MySQL", "endpoints": list(endpoint("db.example.com", "primary"))}
	r.WantUp("create", inputs)
	const text = "mysql://user:hush@castai-dbo-primary:3306"
	h.Call(http.MethodPut, groups+"/"+r.ID, props{
		"name": "shop", "protocolType": "MySQL", "clusterId": absent, "instanceId": another, "helmChartVersion": "1.2.3", "roxy": true,
		"endpoints": list(props{"hostname": "db.example.com", "port": 3306, "suffix": "primary", "connectionString": text}),
	})
	r.WantDrift()
	deployed := func(what string, endpoints int) {
		t.Helper()
		now := h.Call(http.MethodGet, groups+"/"+r.ID, nil)
		for name, want := range map[string]any{"clusterId": absent, "instanceId": another, "helmChartVersion": "1.2.3", "roxy": true} {
			if now[name] != want {
				t.Errorf("%s: %s is %v", what, name, now[name])
			}
		}
		if list := now["endpoints"].([]any); len(list) != endpoints || list[len(list)-1].(props)["connectionString"] != text {
			t.Errorf("%s: the endpoints are %v", what, list)
		}
	}
	r.WantUp("update", with(inputs, props{"name": "store"}))
	deployed("another name", 1)
	r.WantUp("update", with(inputs, props{"endpoints": list(endpoint("new.example.com", ""), endpoint("db.example.com", "primary"))}))
	deployed("another endpoint", 2)
	r.WantUp("update", with(inputs, props{"endpoints": nil}))
	deployed("no endpoints in the program", 2)
	r.WantDrift()
}

func TestCacheGroupCheck(t *testing.T) {
	h := harness.New(t)
	for want, inputs := range map[string]props{
		`endpoints: the list has too few elements`:                       {"endpoints": list()},
		`endpoints[0].port: 0 is too small`:                              {"endpoints": list(props{"hostname": "h", "port": 0, "name": ""})},
		`endpoints[0].port: 65536 is too large`:                          {"endpoints": list(props{"hostname": "h", "port": 65536, "name": ""})},
		`endpoints[0].hostname: "" is blank`:                             {"endpoints": list(endpoint("", "a"))},
		`protocolType: "" is blank: give at least one visible character`: {"protocolType": ""},
	} {
		_, failures := h.Resource("CacheGroup", "x").Check(with(props{"protocolType": "MySQL"}, inputs))
		wantError(t, harness.CheckError(failures), want)
	}
	if _, failures := h.Resource("CacheGroup", "x").Check(props{"protocolType": "Oracle"}); len(failures) > 0 || !h.Warned("Oracle") {
		t.Errorf("an unknown protocol gives %v and the log %v", failures, h.Logs())
	}
}

func TestCacheGroupIsFoundAfterALostAnswer(t *testing.T) {
	h := harness.New(t)
	h.Emulator.Fail(emulator.Fault{Method: "POST", Action: emulator.Drop})
	r := h.Resource("CacheGroup", "x")
	r.WantUp("create", props{"name": "shop", "protocolType": "MySQL"})
	if made := h.Writes(); len(made) != 1 {
		t.Errorf("there were the calls %v", made)
	}
	r.WantDrift()
}

func TestGetCacheGroup(t *testing.T) {
	h := harness.New(t)
	id := made(h, groups, props{"name": "shop", "protocolType": "MySQL", "endpoints": list(
		props{"hostname": "db.example.com", "port": 3306, "suffix": "primary", "connectionString": "mysql://hush"},
		props{"hostname": "ro.example.com", "port": 3306},
	)})
	made(h, groups, props{"name": "twice", "protocolType": "MySQL"})
	made(h, groups, props{"name": "twice", "protocolType": "MySQL"})
	want := props{"id": id, "name": "shop", "protocolType": "MySQL", "directMode": false, "endpoints": list(
		props{"hostname": "db.example.com", "port": 3306, "name": "primary", "connectionString": "mysql://hush"},
		props{"hostname": "ro.example.com", "port": 3306, "name": "", "connectionString": ""},
	)}
	for _, by := range []string{id, "shop"} {
		got, err := h.Invoke("getCacheGroup", props{"id": by})
		if err != nil {
			t.Fatal(err)
		}
		wantJSON(t, by, got, want)
	}
	raw, err := h.Server().Invoke(t.Context(), &rpc.InvokeRequest{
		Tok: "castai:index:getCacheGroup", Args: &structpb.Struct{Fields: map[string]*structpb.Value{"id": structpb.NewStringValue(id)}},
	})
	if err != nil {
		t.Fatal(err)
	}
	first := raw.Return.Fields["endpoints"].GetListValue().Values[0].GetStructValue()
	if first.Fields["connectionString"].GetStructValue().Fields[resource.SigKey].GetStringValue() != resource.SecretSig {
		t.Errorf("the connection string is not secret: %v", first)
	}
	for by, words := range map[string]string{
		absent: "cannot read cache group " + absent, "nobody": `there is no cache group named "nobody"`,
		"twice": `2 cache groups are named "twice"`, " ": "is blank",
	} {
		_, err := h.Invoke("getCacheGroup", props{"id": by})
		wantError(t, err, words)
	}
	for _, line := range h.Logs() {
		if strings.Contains(line, "mysql://hush") {
			t.Errorf("the log shows the connection string: %s", line)
		}
	}
}
