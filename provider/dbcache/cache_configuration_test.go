package dbcache_test

import (
	"net/http"
	"testing"

	"github.com/castai/pulumi-castai/emulator"
	"github.com/castai/pulumi-castai/internal/harness"
)

func configurations(group string) string { return groups + "/" + group + "/cache-configurations" }

func configuration(group string, change props) props {
	return with(props{"cacheGroupId": group, "databaseName": "shop", "mode": "Auto"}, change)
}

func TestCacheConfigurationBodies(t *testing.T) {
	h := harness.New(t)
	g := group(h, "g")
	r := h.Resource("CacheConfiguration", "x")
	r.WantUp("create", configuration(g, nil))
	wantJSON(t, "created with", h.Body("POST", configurations(g)), props{"databaseName": "shop", "mode": "Auto"})
	h.Call(http.MethodPut, configurations(g)+"/"+r.ID, props{
		"databaseName": "shop", "mode": "Auto", "connectionString": "mysql://one", "connectionStrings": list("mysql://one")})
	r.WantUp("update", configuration(g, props{"mode": "DontCache"}))
	wantJSON(t, "updated with", h.Body("PUT", r.ID), props{
		"databaseName": "shop", "mode": "DontCache", "connectionString": "mysql://one", "connectionStrings": list("mysql://one")})
	r.WantDrift()
	r.WantUp("replace", configuration(g, props{"databaseName": "stock"}))
	r.WantDrift()
}

// CAST AI makes configurations by itself. One is taken over only if it is of
// exactly the database of the program.
func TestCacheConfigurationTakesOverItsOwnDatabase(t *testing.T) {
	for mode, calls := range map[string]int{"Auto": 0, "Manual": 1} {
		h := harness.New(t)
		g := group(h, "g")
		path := configurations(g)
		made(h, path, props{"databaseName": "shop2"})
		made(h, path, props{"databaseName": "Shop"})
		found := made(h, path, props{"databaseName": "shop"})
		h.Forget()
		r := h.Resource("CacheConfiguration", "x")
		r.WantUp("create", configuration(g, props{"mode": mode}))
		if r.ID != found || len(h.Writes()) != calls {
			t.Errorf("%s: %s was taken over by %v, want %s", mode, r.ID, h.Writes(), found)
		}
		if !h.Warned(`The database "shop" of cache group ` + g + ` has a configuration already: it was taken over`) {
			t.Errorf("no warning among %v", h.Logs())
		}
		r.WantDrift()
	}
}

func TestCacheConfigurationTakesOverNoOther(t *testing.T) {
	h := harness.New(t)
	g := group(h, "g")
	// A service whose filter is loose, or that has none.
	for _, name := range []string{"shop_old", "SHOP", "shop "} {
		made(h, configurations(g), props{"databaseName": name})
	}
	r := h.Resource("CacheConfiguration", "x")
	r.WantUp("create", configuration(g, nil))
	if len(h.Call(http.MethodGet, configurations(g), nil)["items"].([]any)) != 4 || h.Warned("taken over") {
		t.Errorf("no configuration was made: %v", h.Calls())
	}
}

func TestCacheConfigurationOfAListThatCannotBeRead(t *testing.T) {
	h := harness.New(t)
	g := group(h, "g")
	h.Emulator.Fail(emulator.Fault{Method: "GET", Status: 403})
	_, err := h.Resource("CacheConfiguration", "x").Up(configuration(g, nil))
	wantError(t, err, `cannot see whether the database "shop" has one`, "403")
	if made := h.Writes(); len(made) > 1 { // the group
		t.Errorf("there were the calls %v", made)
	}
}

// Two resources of one database would undo each other's changes for ever.
func TestCacheConfigurationTwiceInAProgram(t *testing.T) {
	h := harness.New(t)
	g := group(h, "g")
	r, twin := h.Resource("CacheConfiguration", "x"), h.Resource("CacheConfiguration", "twin")
	r.WantUp("create", configuration(g, nil))
	_, err := twin.Up(configuration(g, props{"mode": "Manual"}))
	wantError(t, err, `another resource of the database "shop"`, r.ID)
	if twin.ID != "" {
		t.Error("the second one is in the state, so its failure would delete the first")
	}
	if err := r.Delete(); err != nil {
		t.Fatal(err)
	}
	twin.WantUp("create", configuration(g, nil))
}

// A resource that gets another name in the program is created before the old
// one is deleted.
func TestCacheConfigurationThatIsRenamedInTheProgram(t *testing.T) {
	h := harness.New(t)
	g := group(h, "g")
	before, after := h.Resource("CacheConfiguration", "before"), h.Resource("CacheConfiguration", "after")
	before.WantUp("create", configuration(g, nil))
	h.Reopen()
	after.WantUp("create", configuration(g, props{"mode": "Manual"}))
	if err := before.DeleteReplaced(); err != nil {
		t.Fatal(err)
	}
	if !h.Warned(`"shop" was left in place`) {
		t.Errorf("no warning among %v", h.Logs())
	}
	h.Reopen()
	after.WantDrift()
	if err := after.Delete(); err != nil {
		t.Fatal(err)
	}
	if left := h.Call(http.MethodGet, configurations(g), nil)["items"].([]any); len(left) > 0 {
		t.Errorf("there is %v left", left)
	}
}

// When the update of what is taken over fails, nothing is in the state that a
// later clean-up would delete.
func TestCacheConfigurationThatCannotBeTakenOver(t *testing.T) {
	h := harness.New(t)
	g := group(h, "g")
	made(h, configurations(g), props{"databaseName": "shop"})
	h.Emulator.Fail(emulator.Fault{Method: "PUT", Status: 403})
	r := h.Resource("CacheConfiguration", "x")
	_, err := r.Up(configuration(g, props{"mode": "Manual"}))
	wantError(t, err, "403")
	if r.ID != "" {
		t.Errorf("%s is in the state", r.ID)
	}
	r.WantUp("create", configuration(g, props{"mode": "Manual"}))
}

func TestCacheConfigurationIsImportedByItsDatabase(t *testing.T) {
	h := harness.New(t)
	g := group(h, "g")
	id := made(h, configurations(g), props{"databaseName": "team/shop", "mode": "Manual"})
	for _, by := range []string{id, "team/shop"} {
		r := h.Resource("CacheConfiguration", by)
		if err := r.Import(g + "/" + by); err != nil || r.ID != id || r.Input("databaseName") != "team/shop" || r.Input("mode") != "Manual" {
			t.Errorf("imported by %s as %s with %v: %v", by, r.ID, r.Inputs, err)
		}
	}
	wantError(t, h.Resource("CacheConfiguration", "x").Import(g+"/none"), `has no cache configuration of a database named "none"`)
	wantError(t, h.Resource("CacheConfiguration", "x").Import(id), "is not a valid import ID", "`<cacheGroupId>/<cacheConfigurationId>`")
}

func TestCacheConfigurationsShareAList(t *testing.T) {
	h := harness.New(t)
	g := group(h, "g")
	var all []*harness.Resource
	for _, name := range []string{"a", "b", "c"} {
		r := h.Resource("CacheConfiguration", name)
		r.WantUp("create", configuration(g, props{"databaseName": name}))
		all = append(all, r)
	}
	h.Reopen()
	h.Forget()
	for _, r := range all {
		r.WantDrift()
	}
	if calls := h.Calls(); len(calls) != 1 {
		t.Errorf("three refreshes make the calls %v", calls)
	}
}
