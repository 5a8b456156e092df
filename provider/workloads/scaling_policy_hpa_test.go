package workloads_test

import (
	"net/http"
	"slices"
	"testing"

	"github.com/castai/pulumi-castai/internal/harness"
)

func hpa(spec props) props {
	return props{"managementOption": "READ_ONLY", "takeOwnership": false, "nativeHpaSpec": with(props{
		"minReplicas": 0, "maxReplicas": 3, "metrics": list(),
	}, spec)}
}

// What is required is sent, also where it is false, 0 or empty; what is left
// out is not sent at all.
func TestHpaBodies(t *testing.T) {
	f := setup(t)
	target := props{"type": "AverageValue", "value": "1"}
	for name, test := range map[string]struct{ spec, body props }{
		"the least": {props{}, props{"minReplicas": 0, "maxReplicas": 3, "metrics": list()}},
		"no windows": {
			props{"behavior": props{"scaleUp": props{"stabilizationWindowSeconds": 0}, "scaleDown": props{"policies": list()}}},
			props{"minReplicas": 0, "maxReplicas": 3, "metrics": list(), "behavior": props{
				"scaleUp": props{"stabilizationWindowSeconds": 0}, "scaleDown": props{"policies": list()}}},
		},
		"the names of Kubernetes": {
			props{
				"metrics": list(
					props{"type": "resource", "resource": props{"name": "cpu", "target": props{"type": "utilization", "value": "80"}}},
					props{"type": "Pods", "pods": props{"metric": props{"name": "m"}, "target": target}},
					props{"type": "External", "external": props{"metric": props{"name": "m", "selector": props{"a": "b"}}, "target": target}},
				),
				"behavior": props{"scaleDown": props{"selectPolicy": "Disabled", "policies": list(
					props{"type": "Percent", "value": 10, "periodSeconds": 60})}},
			},
			props{
				"minReplicas": 0, "maxReplicas": 3,
				"metrics": list(
					props{"type": "RESOURCE", "resource": props{"name": "cpu", "target": props{"type": "UTILIZATION", "value": "80"}}},
					props{"type": "PODS", "pods": props{
						"metric": props{"name": "m", "selector": props{}}, "target": props{"type": "AVERAGE_VALUE", "value": "1"}}},
					props{"type": "EXTERNAL", "external": props{
						"metric": props{"name": "m", "selector": props{"a": "b"}}, "target": props{"type": "AVERAGE_VALUE", "value": "1"}}},
				),
				"behavior": props{"scaleDown": props{"selectPolicy": "DISABLED_POLICY_SELECT", "policies": list(
					props{"type": "PERCENT_SCALING_POLICY", "value": 10, "periodSeconds": 60})}},
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := f.Resource("WorkloadScalingPolicy", "p")
			inputs := with(f.least("pp"), props{"hpaSettings": hpa(test.spec), "gpu": props{"managementOption": "READ_ONLY"},
				"anomalyDetection": props{"infiniteMemoryScaling": props{"enabled": false}}})
			r.WantUp("create", inputs)
			body := f.Body("POST", "policies")
			same(t, "the settings", at(body, "hpaSettings"), props{"managementOption": "READ_ONLY", "takeOwnership": false, "nativeHpaSpec": test.body})
			same(t, "the GPUs", at(body, "recommendationPolicies", "gpu"), props{"managementOption": "READ_ONLY"})
			same(t, "the anomalies", at(body, "recommendationPolicies", "anomalyDetection"), props{"infiniteMemoryScaling": props{"enabled": false}})
			f.settled(r, inputs)
			if err := r.Delete(); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// On and off again: false is not taken for what was there.
func TestHpaOwnershipTurnsOff(t *testing.T) {
	f := setup(t)
	r := f.Resource("WorkloadScalingPolicy", "p")
	on := with(f.least("pp"), props{
		"hpaSettings":      with(hpa(props{"minReplicas": 2}), props{"takeOwnership": true}),
		"anomalyDetection": props{"infiniteMemoryScaling": props{"enabled": true}},
	})
	off := with(f.least("pp"), props{"hpaSettings": hpa(props{}), "anomalyDetection": props{"infiniteMemoryScaling": props{"enabled": false}}})
	r.WantUp("create", on)
	r.WantUp("update", off)
	body := f.Body("PUT", r.ID)
	same(t, "ownership", at(body, "hpaSettings", "takeOwnership"), false)
	same(t, "replicas", at(body, "hpaSettings", "nativeHpaSpec", "minReplicas"), 0)
	same(t, "anomalies", at(body, "recommendationPolicies", "anomalyDetection", "infiniteMemoryScaling", "enabled"), false)
	f.settled(r, off)
}

// What the program drops goes; what only others have set stays, also when the
// state does not know of it.
func TestHpaOfOthers(t *testing.T) {
	f := setup(t)
	r := f.Resource("WorkloadScalingPolicy", "p")
	ours := with(f.least("pp"), props{"hpaSettings": hpa(props{}), "gpu": props{"managementOption": "MANAGED"},
		"anomalyDetection": props{"infiniteMemoryScaling": props{"enabled": true}}})
	r.WantUp("create", ours)
	r.WantUp("update", f.least("pp"))
	body := f.Body("PUT", r.ID)
	same(t, "what was dropped", list(at(body, "hpaSettings"), at(body, "recommendationPolicies", "gpu"),
		at(body, "recommendationPolicies", "anomalyDetection", "infiniteMemoryScaling")), list(nil, nil, nil))
	if _, sent := body["hpaSettings"]; sent {
		t.Error("null was sent, which the API does not know")
	}
	f.settled(r, f.least("pp"))

	found := f.Call(http.MethodGet, f.path("policies", r.ID), nil)
	theirs := props{"managementOption": "MANAGED", "takeOwnership": true, "nativeHpaSpec": props{"minReplicas": 1, "maxReplicas": 2, "metrics": list()}}
	f.Call(http.MethodPut, f.path("policies", r.ID), props{
		"name": "pp", "applyType": "IMMEDIATE", "recommendationPolicies": found["recommendationPolicies"], "hpaSettings": theirs,
	})
	r.WantUp("update", with(f.least("pp"), props{"jvm": props{"autoInstrument": true}}))
	same(t, "what others have set", at(f.Body("PUT", r.ID), "hpaSettings"), theirs)
}

func TestHpaChecks(t *testing.T) {
	f := setup(t)
	resource := props{"name": "cpu", "target": props{"type": "Utilization", "value": "80"}}
	const spec = "hpaSettings.nativeHpaSpec."
	for name, test := range map[string]struct {
		spec   props
		failed []any
	}{
		"more than the most":    {props{"minReplicas": 4}, list(spec + "maxReplicas")},
		"a source too few":      {props{"metrics": list(props{"type": "Resource"})}, list(spec + "metrics[0].resource")},
		"a source too many":     {props{"metrics": list(props{"type": "Resource", "resource": resource, "pods": harness.Unknown})}, list(spec + "metrics[0].pods")},
		"another source":        {props{"metrics": list(props{"type": "PODS", "resource": resource})}, list(spec+"metrics[0].pods", spec+"metrics[0].resource")},
		"a type that is coming": {props{"metrics": list(props{"type": harness.Unknown, "resource": resource})}, list()},
		"all at once": {
			props{"minReplicas": -1, "maxReplicas": 0, "behavior": props{"scaleUp": props{"stabilizationWindowSeconds": -1, "policies": list(
				props{"type": "Pods", "value": 0, "periodSeconds": 0})}}},
			list(spec+"behavior.scaleUp.policies[0].periodSeconds", spec+"behavior.scaleUp.policies[0].value",
				spec+"behavior.scaleUp.stabilizationWindowSeconds", spec+"maxReplicas", spec+"minReplicas"),
		},
	} {
		_, failures := f.Resource("WorkloadScalingPolicy", "p").Check(with(f.least("pp"), props{"hpaSettings": hpa(test.spec)}))
		failed := []string{}
		for _, failure := range failures {
			failed = append(failed, failure.Property)
		}
		slices.Sort(failed)
		same(t, name, failed, test.failed)
	}
}
