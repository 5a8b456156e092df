package emulator_test

import (
	"testing"

	"github.com/castai/pulumi-castai/emulator"
)

func TestPodMutations(t *testing.T) {
	b := newBed(t, emulator.Options{})
	clusters := "/patching-engine/v1beta/organizations/" + emulator.DefaultOrganization.ID + "/clusters/"
	mutations := clusters + b.eks("c") + "/pod-mutations"
	exact := func(value string) doc { return doc{"type": "EXACT", "value": value} }
	created := b.want(200, "POST", mutations, doc{"name": "m", "enabled": true, "labels": doc{"a": "b"},
		"objectFilterV2": doc{"namespaces": []any{exact("b"), exact("a")}, "labels": doc{"operator": "OR", "matchers": []any{
			doc{"key": exact("z")}, doc{"key": exact("y")}}}},
		"distributionGroups": []any{doc{"name": "g", "percentage": 40, "config": doc{}}}})
	b.fields(created, doc{"source": "API", "spotType": "SPOT_TYPE_UNSPECIFIED", "podEviction": doc{"enabled": false},
		"objectFilterV2": doc{"namespaces": []any{exact("a"), exact("b")}, "labels": doc{"operator": "OR", "matchers": []any{
			doc{"key": exact("y")}, doc{"key": exact("z")}}}}})
	mutation := mutations + "/" + created["id"].(string)
	b.same("listed", b.want(200, "GET", mutations+"?enabled=true", nil)["items"], []any{created})
	b.same("not listed", b.want(200, "GET", mutations+"?enabled=false", nil)["items"], []any{})

	changed := b.want(200, "PATCH", mutation, doc{"id": created["id"], "name": "m", "enabled": false, "spotType": "PREFERRED_SPOT", "spotDistributionPercentage": 30})
	b.fields(changed, doc{"id": created["id"], "labels": nil, "objectFilterV2": nil, "distributionGroups": nil, "spotDistributionPercentage": 30, "source": "API"})
	b.same("a share of nothing", b.want(200, "PATCH", mutation, doc{"name": "m", "spotDistributionPercentage": 30})["spotDistributionPercentage"], 0)

	group := func(name string, percentage int) doc { return doc{"name": name, "percentage": percentage} }
	b.refused(400, "add up to 120", "POST", mutations, doc{"name": "n", "distributionGroups": []any{group("a", 60), group("b", 60)}})
	b.refused(400, "given twice", "POST", mutations, doc{"name": "n", "distributionGroups": []any{group("a", 1), group("a", 1)}})
	b.refused(400, "name", "POST", mutations, doc{"name": " "})
	b.fields(b.want(404, "GET", mutations+"/nope", nil), doc{"code": 5, "message": "pod mutation not found: nope", "details": []any{}})
	b.refused(404, "cluster not found", "GET", clusters+"nope/pod-mutations", nil)
	b.same("deleted", b.want(200, "DELETE", mutation, nil), doc{})
	b.refused(404, "pod mutation not found", "DELETE", mutation, nil)
}
