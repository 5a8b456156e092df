package provider_test

import (
	"fmt"
	"net/http"
	"net/url"

	"github.com/castai/pulumi-castai/internal/harness"
	"github.com/castai/pulumi-castai/provider/object"
)

func init() { rows = append(rows, objectRow) }

const (
	authTokens = "/v1/auth/tokens"
	handling   = "says how the object is handled, and is no property of it"
)

// tokenOf are the least inputs of an API token.
func tokenOf(name string) props {
	return props{"path": authTokens, "body": props{"name": name, "readonly": true}}
}

// plainObject takes all away that says how an object is handled, and makes it an
// API token.
func plainObject() props {
	out := tokenOf("plain")
	for _, name := range []string{
		"singleton", "idField", "keyField", "createWrapper", "updateWrapper", "answerWrapper", "readPath", "listItems", "updateMethod",
		"updatePath", "updateFields", "deleteMethod", "deletePath", "ignoreFields", "unorderedLists", "secretFields",
	} {
		out[name] = nil
	}
	return out
}

var objectRow = &row{
	token: "ApiObject", inputs: object.APIObjectArgs{}, state: object.APIObjectState{},
	world: func(w *world) {
		accounts := "/v1/organizations/" + w.organization + "/service-accounts"
		w.made["keys"] = accounts + "/" + w.Request(http.MethodPost, accounts, props{"name": "ci"})["id"].(string) + "/keys"
		w.made["accounts"] = accounts
	},
	least: func(*world) props { return tokenOf("least") },
	full: func(w *world) []props {
		const one = authTokens + "/{id}"
		return []props{
			{
				"path": authTokens, "body": props{"name": "all", "readonly": true, "active": true, "expiresAt": "2040-01-01T02:00:00+02:00"},
				"idField": "id", "keyField": "name", "listItems": "items", "readPath": one,
				"updateMethod": "POST", "updatePath": one, "updateFields": list("active"), "deleteMethod": "DELETE", "deletePath": one,
				"ignoreFields": list("lastUsedAt"), "unorderedLists": list("scopes"), "secretFields": list("token"),
			},
			{
				"path": w.made["keys"], "body": props{"name": "k", "active": true}, "createWrapper": "key", "answerWrapper": "key",
				"updateMethod": "PATCH", "updateFields": list("active"),
			},
			{
				"path": w.made["accounts"], "body": props{"name": "a", "description": "d"}, "updateMethod": "PATCH",
				"updateWrapper": "serviceAccount", "answerWrapper": "serviceAccount",
			},
			{
				"path": w.under("evictor-advanced-config"), "singleton": true, "updateMethod": "POST",
				"body": props{"evictionConfig": list(
					props{"podSelector": props{"namespace": "jobs", "kind": "Job"}, "settings": props{"aggressive": props{"enabled": true}}},
				)},
			},
		}
	},
	changes: func(w *world) map[string]props {
		return map[string]props{
			"path": with(plainObject(), props{
				"path": w.made["accounts"], "body": props{"name": "other"}, "answerWrapper": "serviceAccount",
			}),
			"singleton":      plainObject(),
			"body":           {"body": props{"name": "all", "readonly": true, "active": false, "expiresAt": "2040-01-01T00:00:00Z"}},
			"keyField":       {"keyField": "expiresAt"},
			"answerWrapper":  {"answerWrapper": "other", "listItems": "keys"},
			"readPath":       {"readPath": nil},
			"updateMethod":   {"updateMethod": "PUT"},
			"updatePath":     {"updatePath": authTokens + "/by-id/{id}"},
			"deleteMethod":   {"deleteMethod": "none"},
			"deletePath":     {"deletePath": authTokens + "/by-id/{id}"},
			"unorderedLists": {"unorderedLists": list("scopes", "tags")},
		}
	},
	drops: map[string]props{
		"listItems":     {"keyField": nil},
		"singleton":     plainObject(),
		"answerWrapper": {"listItems": "keys"},
	},
	importID: func(_ *world, r *harness.Resource) string {
		options := url.Values{}
		for _, name := range []string{"singleton", "answerWrapper", "readPath", "updateMethod"} {
			if value := r.Output(name); value != nil {
				options.Set(name, fmt.Sprint(value))
			}
		}
		return fmt.Sprint(r.Output("path"), "?", options.Encode(), "#", r.ID)
	},
	notImported: map[string]string{
		"idField": handling, "keyField": handling, "createWrapper": handling, "updateWrapper": handling, "updatePath": handling,
		"updateFields": handling, "deleteMethod": handling, "deletePath": handling, "ignoreFields": handling,
		"unorderedLists": handling, "secretFields": handling, "listItems": handling,
	},
	vanish: func(w *world, r *harness.Resource, inputs props) props {
		w.Request(http.MethodDelete, authTokens+"/"+r.ID, nil)
		return inputs
	},
}
