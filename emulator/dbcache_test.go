package emulator_test

import (
	"testing"

	"github.com/castai/pulumi-castai/emulator"
)

func TestDatabaseCache(t *testing.T) {
	b := newBed(t, emulator.Options{})
	const path = "/v1/dbo/cache-groups"
	group := b.want(200, "POST", path, doc{
		"name": "g", "protocolType": "MySQL", "directMode": nil, "clusterId": "c", "endpoints": []any{doc{"hostname": "h", "port": 1}}})
	at1 := path + "/" + group["id"].(string)
	b.same("direct mode", group["directMode"], false)
	b.same("suffix", at(group, "endpoints", 0, "suffix"), "")
	b.same("status", group["cacheStatus"], "Pending")
	b.same("list", at(b.want(200, "GET", path, nil), "items", 0, "id"), group["id"])
	b.want(200, "PUT", at1, doc{"name": "g", "protocolType": "MySQL", "directMode": true, "clusterId": "c"})
	changed := b.want(200, "PUT", at1, doc{"name": "g", "protocolType": "MySQL", "directMode": nil})
	b.same("direct mode after null", changed["directMode"], true)
	b.same("cluster after nothing", changed["clusterId"], nil)
	b.same("version", changed["version"], 3)
	b.refused(400, "protocolType", "POST", path, doc{"name": "g", "protocolType": "Oracle"})

	configurations := at1 + "/cache-configurations"
	configuration := b.want(200, "POST", configurations, doc{"databaseName": "shop"})
	b.same("mode", configuration["mode"], "Auto")
	b.want(200, "POST", configurations, doc{"databaseName": "stock", "mode": "Manual"})
	b.want(409, "POST", configurations, doc{"databaseName": "shop"})
	b.refused(400, "databaseName", "POST", configurations, doc{"databaseName": " "})
	b.same("by name", len(b.want(200, "GET", configurations+"?databaseName=stock", nil)["items"].([]any)), 1)
	at2 := configurations + "/" + configuration["id"].(string)
	b.same("changed", b.want(200, "PUT", at2, doc{"databaseName": "shop", "mode": "DontCache"})["mode"], "DontCache")

	rules := at2 + "/rules"
	rule := b.want(200, "POST", rules, doc{"mode": "Manual", "manualTtl": 60, "table": "t", "template": nil, "templateHash": nil})
	b.same("template", rule["templateHash"], nil)
	b.want(409, "POST", rules, doc{"mode": "Auto", "table": "t"})
	b.refused(400, "manualTtl", "POST", rules, doc{"mode": "Manual", "table": "u"})
	b.refused(400, "table", "POST", rules, doc{"mode": "Auto"})
	b.refused(400, "table", "POST", rules, doc{"mode": "Auto", "table": "u", "templateHash": "h"})
	at3 := rules + "/" + rule["id"].(string)
	b.same("ttl", b.want(200, "PUT", at3, doc{"mode": "Auto", "templateHash": "h"})["manualTtl"], nil)
	b.same("by hash", len(b.want(200, "GET", rules+"?templateHash=h", nil)["items"].([]any)), 1)
	b.want(200, "DELETE", at3, nil)
	b.want(404, "DELETE", at3, nil)
	b.want(200, "DELETE", at1, nil)
	b.want(404, "GET", configurations, nil)
	b.want(404, "GET", rules, nil)
}
