package provider_test

import (
	"net/http"

	"github.com/castai/pulumi-castai/internal/harness"
	"github.com/castai/pulumi-castai/provider/dbcache"
)

func init() { rows = append(rows, cacheGroupRow, cacheConfigurationRow, cacheRuleRow) }

const cacheGroups = "/v1/dbo/cache-groups"

// caches makes two cache groups, the first with two databases.
func caches(w *world) {
	make := func(name, path string, body props) {
		w.made[name] = w.Request(http.MethodPost, path, body)["id"].(string)
	}
	make("group", cacheGroups, props{"name": "one", "protocolType": "MySQL"})
	make("other group", cacheGroups, props{"name": "two", "protocolType": "MySQL"})
	configurations := cacheGroups + "/" + w.made["group"] + "/cache-configurations"
	make("configuration", configurations, props{"databaseName": "shop", "mode": "Auto"})
	make("other configuration", configurations, props{"databaseName": "stock", "mode": "Auto"})
	make("another group's", cacheGroups+"/"+w.made["other group"]+"/cache-configurations", props{"databaseName": "shop", "mode": "Auto"})
}

var cacheGroupRow = &row{
	token: "CacheGroup", inputs: dbcache.CacheGroupArgs{}, state: dbcache.CacheGroupState{},
	least: func(*world) props { return props{"protocolType": "MySQL"} },
	full: func(*world) []props {
		return []props{{
			"protocolType": "PostgreSQL", "name": "shop", "directMode": true, "endpoints": list(
				props{"hostname": "db.example.com", "port": 5432, "name": "primary"}, props{"hostname": "ro.example.com", "port": 5433, "name": ""}),
		}}
	},
	stays:    map[string]string{"endpoints": "what connects by them would lose its database"},
	importID: byID,
	vanish: func(w *world, r *harness.Resource, inputs props) props {
		w.Request(http.MethodDelete, cacheGroups+"/"+r.ID, nil)
		return inputs
	},
}

func cacheConfigurations(w *world) string {
	return cacheGroups + "/" + w.made["group"] + "/cache-configurations"
}

var cacheConfigurationRow = &row{
	token: "CacheConfiguration", inputs: dbcache.CacheConfigurationArgs{}, state: dbcache.CacheConfigurationState{},
	world: caches,
	least: func(w *world) props {
		return props{"cacheGroupId": w.made["group"], "databaseName": "app", "mode": "Auto"}
	},
	full: func(w *world) []props {
		return []props{{"cacheGroupId": w.made["group"], "databaseName": "app", "mode": "DontCache"}}
	},
	changes: func(w *world) map[string]props {
		return map[string]props{"cacheGroupId": {"cacheGroupId": w.made["other group"]}}
	},
	importID: func(w *world, r *harness.Resource) string { return w.made["group"] + "/" + r.ID },
	vanish: func(w *world, r *harness.Resource, inputs props) props {
		w.Request(http.MethodDelete, cacheConfigurations(w)+"/"+r.ID, nil)
		return inputs
	},
}

var cacheRuleRow = &row{
	token: "CacheRule", inputs: dbcache.CacheRuleArgs{}, state: dbcache.CacheRuleState{},
	world: caches,
	least: func(w *world) props {
		return props{"cacheGroupId": w.made["group"], "cacheConfigurationId": w.made["configuration"], "mode": "Auto", "table": "users"}
	},
	full: func(w *world) []props {
		at := props{"cacheGroupId": w.made["group"], "cacheConfigurationId": w.made["configuration"]}
		return []props{
			with(at, props{"mode": "Manual", "manualTtl": 60, "table": "users"}),
			with(at, props{"mode": "DontCache", "manualTtl": 60, "templateHash": "4711"}),
		}
	},
	changes: func(w *world) map[string]props {
		return map[string]props{
			"cacheGroupId":         {"cacheGroupId": w.made["other group"], "cacheConfigurationId": w.made["another group's"]},
			"cacheConfigurationId": {"cacheConfigurationId": w.made["other configuration"]},
		}
	},
	drops: map[string]props{
		"manualTtl":    {"mode": "Auto"},
		"table":        {"templateHash": "4712"},
		"templateHash": {"table": "orders"},
	},
	importID: func(w *world, r *harness.Resource) string {
		return w.made["group"] + "/" + w.made["configuration"] + "/" + r.ID
	},
	vanish: func(w *world, r *harness.Resource, inputs props) props {
		w.Request(http.MethodDelete, cacheConfigurations(w)+"/"+w.made["configuration"]+"/rules/"+r.ID, nil)
		return inputs
	},
}
