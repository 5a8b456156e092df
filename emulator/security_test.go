package emulator_test

import (
	"testing"

	"github.com/castai/pulumi-castai/emulator"
)

func TestRuntimeRules(t *testing.T) {
	b := newBed(t, emulator.Options{Settings: emulator.Settings{PageSize: 1}})
	const path = "/v1/security/runtime/rules"
	rule := doc{"name": "Shells", "category": "event", "severity": "SEVERITY_LOW", "ruleText": "a \n\tb\t", "ruleEngineType": "RULE_ENGINE_TYPE_CEL"}
	made := b.want(200, "POST", path, rule)
	b.same("text", made["ruleText"], "a\n\tb")
	b.same("enabled", made["enabled"], false)
	at1 := path + "/" + made["id"].(string)
	rule["name"] = "other"
	other := b.want(200, "POST", path, rule)["id"].(string)

	b.want(200, "PUT", at1, doc{"enabled": true, "severity": "SEVERITY_HIGH", "labels": doc{"a": "b"}, "resourceSelector": "x"})
	b.want(200, "PUT", at1, doc{"enabled": true, "severity": "SEVERITY_HIGH", "labels": doc{}})
	read := b.want(200, "GET", at1, nil)
	b.same("what is left out", at(read, "rule", "resourceSelector"), "x")
	b.same("what is empty", at(read, "rule", "labels"), doc{})
	b.same("name", at(read, "rule", "name"), "Shells")

	list := b.want(200, "GET", path, nil)
	b.same("second page", at(b.want(200, "GET", path+"?page.cursor="+list["nextCursor"].(string), nil), "rules", 0, "id"), other)
	b.same("search", at(b.want(200, "GET", path+"?search=shell", nil), "count"), 1)
	b.same("severity", at(b.want(200, "GET", path+"?severity=SEVERITY_LOW", nil), "rules", 0, "id"), other)
	b.want(200, "POST", path+"/toggle", doc{"enabled": false, "ids": []any{made["id"]}})
	b.same("enabled", at(b.want(200, "GET", at1, nil), "rule", "enabled"), false)
	b.want(404, "POST", path+"/delete", doc{"ids": []any{made["id"], "none"}})
	b.want(200, "POST", path+"/delete", doc{"ids": []any{made["id"]}})
	b.want(404, "GET", at1, nil)
	b.refused(400, "severity", "POST", path, doc{"name": "x", "category": "event", "severity": "severity_low", "ruleText": "a", "ruleEngineType": "RULE_ENGINE_TYPE_CEL"})
	b.refused(400, "ruleText", "POST", path, doc{"name": "x", "category": "event", "severity": "SEVERITY_LOW", "ruleText": " ", "ruleEngineType": "RULE_ENGINE_TYPE_CEL"})
}
