package provider_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	rpc "github.com/pulumi/pulumi/sdk/v3/proto/go"

	"github.com/castai/pulumi-castai/internal/harness"
)

// lookupRow is a resource whose objects functions find.
type lookupRow struct {
	// token is the resource, one the function that finds an object, and many the
	// one that lists them; either may be missing.
	token, one, many string
	// by is what an object is found by; the name if empty. value finds it in the
	// outputs of the resource, if it is no output.
	by    string
	value func(x *harness.Resource) any
}

var lookupRows = []*lookupRow{
	{token: "AiOptimizerHostedModel", one: "getAiOptimizerHostedModel", many: "getAiOptimizerHostedModels", by: "service"},
	{
		token: "AiOptimizerModelRegistry", one: "getAiOptimizerModelRegistry", many: "getAiOptimizerModelRegistries",
		by: "bucket", value: func(x *harness.Resource) any {
			for _, kind := range []string{"s3", "gcs"} {
				if bucket, ok := x.Output(kind).(props); ok {
					return bucket["bucket"]
				}
			}
			return nil
		},
	},
	{token: "AiOptimizerModelSpecs", one: "getAiOptimizerModelSpecs", many: "getAiOptimizerModelSpecsList", by: "model"},
	{token: "AllocationGroup", many: "getAllocationGroups"},
	{token: "CacheConfiguration", one: "getCacheConfiguration", many: "getCacheConfigurations", by: "databaseName"},
	{token: "CacheGroup", many: "getCacheGroups"},
	{token: "CacheRule", many: "getCacheRules"},
	{token: "EdgeConfiguration", many: "getEdgeConfigurations"},
	{token: "EdgeLocation", one: "getEdgeLocation", many: "getEdgeLocations"},
	{token: "EnterpriseGroup", one: "getEnterpriseGroup", many: "getEnterpriseGroups"},
	{token: "EnterpriseRoleBinding", one: "getEnterpriseRoleBinding", many: "getEnterpriseRoleBindings"},
	{token: "EnterpriseServiceAccount", one: "getEnterpriseServiceAccount", many: "getEnterpriseServiceAccounts"},
	{token: "HibernationSchedule", many: "getHibernationSchedules"},
	{token: "NodeConfiguration", one: "getNodeConfiguration", many: "getNodeConfigurations"},
	{token: "NodeTemplate", one: "getNodeTemplate", many: "getNodeTemplates"},
	{token: "OmniCluster", many: "getOmniClusters"},
	{token: "PodMutation", one: "getPodMutation", many: "getPodMutations"},
	{token: "RebalancingJob", one: "getRebalancingJob", many: "getRebalancingJobs", by: "rebalancingScheduleId"},
	{token: "RebalancingSchedule", many: "getRebalancingSchedules"},
	{token: "RoleBindings", one: "getRoleBinding", many: "getRoleBindings"},
	{token: "SSOConnection", one: "getSSOConnection", many: "getSSOConnections"},
	{token: "SecurityRuntimeRule", one: "getSecurityRuntimeRule", many: "getSecurityRuntimeRules"},
	{token: "ServiceAccount", one: "getServiceAccount", many: "getServiceAccounts"},
	{token: "ServiceAccountKey", one: "getServiceAccountKey", many: "getServiceAccountKeys"},
	{
		token: "WorkloadCustomMetricsDataSource", one: "getWorkloadCustomMetricsDataSource",
		many: "getWorkloadCustomMetricsDataSources",
	},
	{token: "WorkloadScalingPolicy", one: "getWorkloadScalingPolicy"},
}

// notListed are the resources whose objects no function lists in this way.
var notListed = map[string]string{
	"AksCluster":               "getClusters",
	"ApiObject":                "of no kind in particular",
	"Autoscaler":               "one in each cluster",
	"Commitments":              "one in each organization and cloud",
	"EdgeConfigurationDefault": "one in each location",
	"EksCluster":               "getClusters",
	"EksClusterId":             "getClusters",
	"EksUserArn":               "one in each cluster",
	"EvictorAdvancedConfig":    "one in each cluster",
	"GkeCluster":               "getClusters",
	"GkeClusterId":             "getClusters",
	"NodeConfigurationDefault": "one in each cluster",
	"OrganizationGroup":        "the API has no list of them",
	"OrganizationMembers":      "one in each organization",
	"Reservations":             "one in each organization",
	"WorkloadScalingPolicy":    "getWorkloadScalingPolicies",

	"WorkloadScalingPolicyOrder": "one in each cluster",
}

// TestEveryKindCanBeListed: a new resource gets its functions, or a reason.
func TestEveryKindCanBeListed(t *testing.T) {
	spec, waived := loadSchema(t), maps.Clone(notListed)
	for _, r := range lookupRows {
		for _, name := range []string{r.one, r.many} {
			if _, ok := spec.Functions["castai:index:"+name]; !ok && name != "" {
				t.Errorf("there is no function %s", name)
			}
		}
	}
	for token := range spec.Resources {
		name := strings.TrimPrefix(token, "castai:index:")
		listed := slices.ContainsFunc(lookupRows, func(r *lookupRow) bool { return r.token == name && r.many != "" })
		if _, ok := waived[name]; ok == listed {
			t.Errorf("%s has no function that lists its objects, or has one and a reason not to", name)
		}
		delete(waived, name)
	}
	for name := range waived {
		t.Errorf("there is no resource %s", name)
	}
}

// found is an object in a world, and how to ask for it.
type found struct {
	*world
	r    *lookupRow
	x    *harness.Resource
	args props // of the list
	key  props // what tells the object apart there
}

// eachLookup makes an object of each kind, with each of its full inputs.
func eachLookup(t *testing.T, test func(f *found)) { eachLookupOf(t, math.MaxInt, test) }

// eachLookupOf does so with that many of the full inputs.
func eachLookupOf(t *testing.T, most int, test func(f *found)) {
	t.Parallel()
	spec := loadSchema(t)
	for _, r := range lookupRows {
		life := rows[slices.IndexFunc(rows, func(life *row) bool { return life.token == r.token })]
		for i := range min(most, life.fulls(t)) {
			t.Run(fmt.Sprintf("%s/%d", r.token, i), func(t *testing.T) {
				t.Parallel()
				w := newWorld(t, life)
				f := &found{world: w, r: r, x: w.Resource(r.token, "x"), args: props{}, key: props{}}
				w.up("create", f.x, life.full(w)[i], "create")
				w.fresh() // or lists from before would be used
				name := r.many
				if name == "" {
					name = r.one
				}
				by := r.by
				if by == "" {
					by = "name"
				}
				for arg := range spec.Functions["castai:index:"+name].Inputs.Properties {
					if arg != by || r.many != "" {
						f.args[arg] = f.x.Output(arg)
					}
				}
				if f.key[by] = f.x.Output(by); r.value != nil {
					f.key[by] = r.value(f.x)
				}
				test(f)
			})
		}
	}
}

// one looks the object up.
func (f *found) one(changes props) (props, error) {
	args := with(f.args, f.key)
	maps.Copy(args, changes)
	return f.Invoke(f.r.one, args)
}

// all lists the objects.
func (f *found) all() ([]any, error) {
	got, err := f.Invoke(f.r.many, f.args)
	for name, value := range got {
		if items, ok := value.([]any); ok {
			return items, err
		}
		if want, asked := f.args[name]; asked && value != want {
			f.t.Errorf("%s tells %s as %v, and was asked for %v", f.r.many, name, value, want)
		}
	}
	return nil, err
}

// listed is the object among all.
func (f *found) listed() props {
	f.t.Helper()
	items, err := f.all()
	if err != nil {
		f.t.Fatal(err)
	}
	i := slices.IndexFunc(items, func(item any) bool { return item.(props)["id"] == f.x.ID })
	if i < 0 {
		f.t.Fatalf("%s is not among %v", f.x.ID, items)
	}
	return items[i].(props)
}

// TestLookups: both functions tell of an object what an import does.
func TestLookups(t *testing.T) {
	spec := loadSchema(t)
	eachLookup(t, func(f *found) {
		life := rows[slices.IndexFunc(rows, func(life *row) bool { return life.token == f.r.token })]
		y := f.Resource(f.r.token, "y")
		if err := y.Import(life.importID(f.world, f.x)); err != nil {
			f.t.Fatal(err)
		}
		want := props{"id": f.x.ID}
		for name := range y.Outputs {
			want[string(name)] = y.Output(string(name))
		}
		check := func(function string, got props, told map[string]bool) {
			f.t.Helper()
			for name := range want {
				if !told[name] {
					delete(want, name)
				}
			}
			if !reflect.DeepEqual(got, want) {
				f.t.Errorf("%s tells\n%v\nand an import\n%v", function, got, want)
			}
		}
		if f.r.one != "" {
			f.fresh()
			got, err := f.one(nil)
			if err != nil {
				f.t.Fatal(err)
			}
			told := map[string]bool{}
			for name := range spec.Functions["castai:index:"+f.r.one].ReturnType.ObjectTypeSpec.Properties {
				told[name] = true
			}
			check(f.r.one, got, told)
		}
		if f.r.many != "" {
			f.fresh()
			told := map[string]bool{}
			for name, property := range spec.Functions["castai:index:"+f.r.many].ReturnType.ObjectTypeSpec.Properties {
				if property.Items == nil {
					continue
				}
				if !strings.HasPrefix(name, strings.ToLower(f.r.many[3:4])) && !strings.HasPrefix(name, "sso") {
					f.t.Errorf("%s has its objects in %s", f.r.many, name)
				}
				for name := range spec.Types[strings.TrimPrefix(property.Items.Ref, "#/types/")].Properties {
					told[name] = true
				}
			}
			check(f.r.many, f.listed(), told)
		}
	})
}

// TestLookupsFindNothingElse: what is not there, or twice, is an error that says
// what is there instead.
func TestLookupsFindNothingElse(t *testing.T) {
	eachLookup(t, func(f *found) {
		if f.r.one == "" {
			return
		}
		for by, value := range f.key {
			other := fmt.Sprint(value, "2")
			_, err := f.one(props{by: other})
			f.fails("another one", err, "there is no ", fmt.Sprintf("%q", other), fmt.Sprintf("%q", value), f.x.ID)
			if len(other) > 2 {
				f.fails("another one", err, "Did you mean")
			}
			_, err = f.one(props{by: " "})
			f.fails("a blank", err, by, "is blank")

			f.web.change(func(req *http.Request, body []byte) []byte { return twice(body, f.x.ID) })
			f.fresh()
			_, err = f.one(nil)
			f.fails("two of them", err, "2 ", fmt.Sprintf("%q", value), f.x.ID, f.r.many)
			f.web.change(func(req *http.Request, body []byte) []byte { return without(body, f.x.ID) })
			f.fresh()
			if _, err = f.one(nil); err == nil || !strings.Contains(err.Error(), "there is no ") {
				f.t.Errorf("without it, the error is %v", err)
			}
		}
	})
}

// TestLookupsReadAllPages: an object may be on any page of its list.
func TestLookupsReadAllPages(t *testing.T) {
	eachLookup(t, func(f *found) {
		second, api := 0, f.web.inner
		f.web.inner = http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
			req = req.Clone(req.Context())
			req.URL.RawQuery = "" // what has no pages knows no cursors
			api.ServeHTTP(w, req)
		})
		f.web.change(func(req *http.Request, body []byte) []byte {
			doc, items, member := itemsOf(body)
			switch {
			case items == nil || member == "organizations":
			case req.URL.Query().Get("page.cursor") == "":
				doc[member] = []any{} // the first page has none of them
				doc["nextPageCursor"] = "second"
				return rewritten(doc, body)
			default:
				second++
			}
			return body
		})
		if f.r.one != "" {
			f.fresh()
			if _, err := f.one(nil); err != nil {
				f.t.Error(err)
			}
		}
		if f.r.many != "" {
			f.fresh()
			f.listed()
		}
		if second == 0 {
			f.t.Error("no second page was read")
		}
	})
}

// TestLookupsWithoutOrganization: left out, it is the configured one, or the
// enterprise; it is never guessed.
func TestLookupsWithoutOrganization(t *testing.T) {
	eachLookupOf(t, 1, func(f *found) {
		organization, enterprise := f.args["organizationId"], f.args["enterpriseId"]
		if organization == nil {
			return
		}
		delete(f.args, "organizationId")
		look := func() error {
			if f.r.one != "" {
				_, err := f.one(nil)
				return err
			}
			_, err := f.all()
			return err
		}
		f.fresh()
		switch err := look(); {
		case enterprise == nil:
			f.fails("several organizations", err, "2 organizations", "organizationId")
			f.Provider(map[string]any{"apiToken": harness.Token, "apiUrl": f.URL, "organizationId": organization})
			if err := look(); err != nil {
				f.t.Error(err)
			}
		case enterprise != organization: // that is where it is, and not asked for
			f.fails("another organization", err, "there is no ", fmt.Sprint("the organization ", enterprise, " has none at all"))
		}
	})
}

// TestLookupsKeepSecrets: what a program sets as a secret is one in a list, too.
func TestLookupsKeepSecrets(t *testing.T) {
	eachLookup(t, func(f *found) {
		for name, value := range f.x.Inputs {
			if !value.ContainsSecrets() {
				continue
			}
			if f.r.many == "" {
				f.t.Fatalf("%s is secret: try %s as well", name, f.r.one)
			}
			args, err := plugin.MarshalProperties(resource.NewPropertyMapFromMap(f.args), plugin.MarshalOptions{})
			if err != nil {
				f.t.Fatal(err)
			}
			resp, err := f.Server().Invoke(f.t.Context(), &rpc.InvokeRequest{Tok: "castai:index:" + f.r.many, Args: args})
			if err != nil {
				f.t.Fatal(err)
			}
			got, err := plugin.UnmarshalProperties(resp.Return, plugin.MarshalOptions{KeepSecrets: true})
			if err != nil {
				f.t.Fatal(err)
			}
			for _, secret := range secretTexts(value, false) {
				if strings.Contains(open(f.t, got), secret) {
					f.t.Errorf("%s shows the secret %s", f.r.many, name)
				}
			}
		}
	})
}

// secretTexts are the texts in a value that are secret.
func secretTexts(v resource.PropertyValue, secret bool) (all []string) {
	switch {
	case v.IsSecret():
		return secretTexts(v.SecretValue().Element, true)
	case v.IsString() && secret:
		return []string{v.StringValue()}
	case v.IsArray():
		for _, item := range v.ArrayValue() {
			all = append(all, secretTexts(item, secret)...)
		}
	case v.IsObject():
		for _, item := range v.ObjectValue() {
			all = append(all, secretTexts(item, secret)...)
		}
	}
	return all
}

// TestLookupErrors: a function tells what it could not list, and why.
func TestLookupErrors(t *testing.T) {
	eachLookup(t, func(f *found) {
		f.Provider(map[string]any{"apiToken": "invalid", "apiUrl": f.URL})
		if f.r.one != "" {
			_, err := f.one(nil)
			f.fails(f.r.one, err, "cannot list the ", "401")
		}
		if f.r.many != "" {
			_, err := f.all()
			f.fails(f.r.many, err, "cannot list the ", "401")
		}
	})
}

// TestLookupsTakeAnyAnswer: whatever an answer leaves out, a function gives a
// value or an error.
func TestLookupsTakeAnyAnswer(t *testing.T) {
	eachLookupOf(t, 1, func(f *found) {
		// TestAnswersThatLackAMember is for what is deep in an object.
		f.takesAnyAnswer(4, func() {
			if f.r.one != "" {
				_, _ = f.one(nil)
			}
			if f.r.many != "" {
				_, _ = f.all()
			}
		})
	})
}

func (f *found) fails(what string, err error, words ...string) {
	f.t.Helper()
	for _, word := range words {
		if err == nil || !strings.Contains(err.Error(), word) {
			f.t.Errorf("%s: the error does not say %q: %v", what, word, err)
		}
	}
}

// itemsOf finds the list of objects in an answer.
func itemsOf(body []byte) (doc props, items []any, member string) {
	if json.Unmarshal(body, &doc) != nil {
		return nil, nil, ""
	}
	for name, value := range doc {
		if list, ok := value.([]any); ok && len(list) > 0 {
			if _, ok := list[0].(props); ok {
				return doc, list, name
			}
		}
	}
	return doc, nil, ""
}

// isItem says whether an item of a list is the object.
func isItem(item any, id string) bool {
	text, _ := json.Marshal(item)
	object, _ := item.(props)
	template, _ := object["template"].(props)
	return object["id"] == id || template["name"] == id || object["name"] == id && len(text) > 0
}

// twice has another object just like it in a list.
func twice(body []byte, id string) []byte {
	doc, items, member := itemsOf(body)
	for _, item := range items {
		if isItem(item, id) {
			other := cloned(item).(props)
			if other["id"] != nil {
				other["id"] = uuidTwo
			}
			doc[member] = append(items, other)
		}
	}
	return rewritten(doc, body)
}

// without takes it out of a list.
func without(body []byte, id string) []byte {
	doc, items, member := itemsOf(body)
	if items != nil {
		doc[member] = slices.DeleteFunc(slices.Clone(items), func(item any) bool { return isItem(item, id) })
	}
	return rewritten(doc, body)
}

func rewritten(doc props, or []byte) []byte {
	text, err := json.Marshal(doc)
	if doc == nil || err != nil {
		return or
	}
	return text
}
