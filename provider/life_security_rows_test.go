package provider_test

import (
	"net/http"

	"github.com/castai/pulumi-castai/internal/harness"
	"github.com/castai/pulumi-castai/provider/security"
)

func init() { rows = append(rows, securityRuntimeRuleRow) }

var securityRuntimeRuleRow = &row{
	token: "SecurityRuntimeRule", inputs: security.SecurityRuntimeRuleArgs{}, state: security.SecurityRuntimeRuleState{},
	least: func(*world) props { return props{"severity": "SEVERITY_LOW", "ruleText": "true"} },
	full: func(*world) []props {
		return []props{{
			"name": "shells", "category": "process", "severity": "Severity_High", "enabled": true, "ruleText": "event.type == 'exec' &&  \n\ttrue\n",
			"ruleEngineType": "RULE_ENGINE_TYPE_CEL", "resourceSelector": "resource.namespace == 'shop'", "labels": props{"team": "platform"},
		}}
	},
	unchanged: map[string]string{"ruleEngineType": "there is one"},
	importID:  byID,
	vanish: func(w *world, r *harness.Resource, inputs props) props {
		w.Request(http.MethodPost, "/v1/security/runtime/rules/delete", props{"ids": list(r.ID)})
		return inputs
	},
}
