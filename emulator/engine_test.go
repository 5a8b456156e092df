package emulator

import (
	"cmp"
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// schedules is a collection of another API, with another style of pages and errors.
const schedules = "/cluster-autoscaler/v1beta/organizations/{organizationId}/hibernation-schedules"

const (
	assignments = `"clusterAssignments":{"items":[{"clusterId":"c"}]}`
	pause       = `"pauseConfig":{"enabled":true,"schedule":{"cronExpression":"1"}}`
	resume      = `"resumeConfig":{"enabled":true,"jobConfig":{"nodeConfig":{"instanceType":"i"}},"schedule":{"cronExpression":"2"}}`
	window      = `"enabled":true,` + assignments + `,` + pause + `,` + resume
)

// engineServer is a strict server whose clock stands still.
func engineServer(t *testing.T, o Options) *Server {
	t.Helper()
	o.Now = func() time.Time { return time.Date(2025, 3, 1, 12, 0, 0, 0, time.UTC) }
	s, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// ask sends a request and returns status and body.
func ask(t *testing.T, s *Server, method, path, body string) (int, string) {
	t.Helper()
	request := httptest.NewRequest(method, path, strings.NewReader(body))
	request.Header.Set("X-API-Key", "x")
	recorder := httptest.NewRecorder()
	s.ServeHTTP(recorder, request)
	return recorder.Code, recorder.Body.String()
}

// The three styles of pages, each on a kind that is nothing but a collection.
func TestPages(t *testing.T) {
	const organization = "/v1/organizations/{organizationId}"
	const rule = `"category":"c","ruleText":"r","ruleEngineType":"RULE_ENGINE_TYPE_CEL","severity":"SEVERITY_LOW"`
	tests := []struct {
		kind collection
		body string // beside the name
		next string // how the next cursor reads
		all  string // how the number of all items reads
	}{
		{collection{kind: "hibernation schedule", path: schedules}, window, `"nextPageCursor":"%s"`, `"totalCount":5`},
		{collection{kind: "runtime rule", path: "/v1/security/runtime/rules", wrapper: "rule"}, rule, `"nextCursor":"%s"`, `"count":5`},
		{collection{kind: "service account", path: organization + "/service-accounts", wrapper: "serviceAccount"}, `"description":""`, `"nextPage":{"cursor":"%s","limit":"2"}`, `"totalCount":"5"`},
	}
	for _, test := range tests {
		t.Run(test.kind.kind, func(t *testing.T) {
			s := engineServer(t, Options{Settings: Settings{PageSize: 2}})
			s.collect(test.kind)
			path := fill(test.kind.path, map[string]string{"organizationId": DefaultOrganization.ID})
			for i := range 5 {
				if status, body := ask(t, s, "POST", path, fmt.Sprintf(`{"name":"%d",%s}`, i, test.body)); status >= 300 {
					t.Fatal(body)
				}
			}
			if len(s.defects) > 0 {
				t.Fatal(s.defects)
			}
			var shown []string
			next := ""
			for len(shown) < 5 {
				status, body := ask(t, s, "GET", path+"?page.limit=9&page.cursor="+next, "")
				names := regexp.MustCompile(`"name":"(\d)"`).FindAllStringSubmatch(body, -1)
				if status != 200 || len(names) == 0 || !strings.Contains(body, test.all) {
					t.Fatalf("%d %s", status, body)
				}
				for _, name := range names {
					shown = append(shown, name[1])
				}
				next = cursor(len(shown))
				if more := strings.Contains(body, fmt.Sprintf(test.next, next)); more != (len(shown) < 5) {
					t.Errorf("a next page is announced: %t, in %s", more, body)
				}
			}
			if !slices.Equal(shown, []string{"0", "1", "2", "3", "4"}) {
				t.Errorf("shown: %v", shown)
			}
			if status, _ := ask(t, s, "GET", path+"?page.cursor=%21", ""); status != 400 {
				t.Errorf("a wrong cursor: %d", status)
			}
			if status, body := ask(t, s, "GET", path+"?page.limit=1", ""); strings.Count(body, `"name"`) != 1 {
				t.Errorf("a small page: %d %s", status, body)
			}
		})
	}
}

func TestFiltersAndOrder(t *testing.T) {
	s := engineServer(t, Options{})
	const rules = "/v1/security/runtime/rules"
	s.collect(collection{kind: "runtime rule", path: rules, wrapper: "rule", defaults: doc{"enabled": true}})
	rule := func(name, category, severity string) string {
		return fmt.Sprintf(`{"name":%q,"category":%q,"severity":%q,"ruleText":"r","ruleEngineType":"RULE_ENGINE_TYPE_CEL"}`, name, category, severity)
	}
	for _, body := range []string{
		rule("b", "x", "SEVERITY_HIGH"), rule("c", "y", "SEVERITY_LOW"), rule("a", "x", "SEVERITY_LOW"),
	} {
		if status, answer := ask(t, s, "POST", rules, body); status != 200 {
			t.Fatal(answer)
		}
	}
	for query, want := range map[string]string{
		"": "bca", "category=x": "ba", "severity=SEVERITY_LOW&category=x": "a", "severity=SEVERITY_LOW&severity=SEVERITY_HIGH": "bca", "enabled=false": "",
		"sort.field=name": "abc", "sort.field=name&sort.order=DESC": "cba",
	} {
		_, body := ask(t, s, "GET", rules+"?"+query, "")
		got := ""
		for _, name := range regexp.MustCompile(`"name":"(.)"`).FindAllStringSubmatch(body, -1) {
			got += name[1]
		}
		if got != want {
			t.Errorf("%s: %s, want %s", query, got, want)
		}
	}
}

func TestCollection(t *testing.T) {
	s := engineServer(t, Options{NewID: func() string { return "i-1" }})
	s.collect(collection{
		kind: "hibernation schedule", path: schedules, unique: "name",
		rules: func(_ *call, r *record, old doc) error {
			if old != nil && r.Doc["enabled"] == false {
				return invalid("enabled", "cannot be switched off")
			}
			return nil
		},
	})
	path := fill(schedules, map[string]string{"organizationId": DefaultOrganization.ID})
	made := `{` + assignments + `,"createTime":"2025-03-01T12:00:00Z","enabled":true,"id":"i-1","name":"n","organizationId":"` + DefaultOrganization.ID + `",` +
		pause + `,` + resume + `,"updateTime":"2025-03-01T12:00:00Z"}`
	const paused = `"pauseConfig":{"enabled":false,"schedule":{"cronExpression":"3"}}`
	patched := strings.Replace(made, pause, paused, 1)
	steps := []struct {
		method, path, body string
		status             int
		answer             string // a part of it
	}{
		{"POST", path, `{"name":"n",` + window + `}`, 200, made},
		{"POST", path, `{"name":"n",` + window + `}`, 409, `"code":6`},
		{"GET", path + "/i-1", "", 200, made},
		{"PATCH", path + "/i-1", `{` + paused + `}`, 200, patched},
		{"PATCH", path + "/i-1", `{"enabled":false}`, 400, `"code":3`},
		{"GET", path + "/i-1", "", 200, patched},
		{"PATCH", path + "/i-2", `{}`, 404, `hibernation schedule not found: i-2`},
		{"DELETE", path + "/i-1", "", 200, `{}`},
		{"DELETE", path + "/i-1", "", 404, `"code":5`},
		{"GET", path, "", 200, `{"items":[],"nextPageCursor":"","totalCount":0}`},
	}
	for _, step := range steps {
		if status, body := ask(t, s, step.method, step.path, step.body); status != step.status || !strings.Contains(body, step.answer) {
			t.Errorf("%s %s: %d %s\nwant %d %s", step.method, step.path, status, body, step.status, step.answer)
		}
	}
}

func TestPutReplaces(t *testing.T) {
	s := engineServer(t, Options{})
	const groups = "/v1/cost-reports/allocation-groups"
	s.collect(collection{kind: "allocation group", path: groups, defaults: doc{"filter": doc{"labelsOperator": "OR"}}})
	status, body := ask(t, s, "POST", groups, `{"name":"n","filter":{"clusterIds":["c"]}}`)
	id := regexp.MustCompile(`"id":"([^"]+)"`).FindStringSubmatch(body)
	if status != 200 || len(id) != 2 || !strings.Contains(body, `"labelsOperator":"OR"`) {
		t.Fatalf("%d %s", status, body)
	}
	if _, body = ask(t, s, "PUT", groups+"/"+id[1], `{"name":"m"}`); body != `{"id":"`+id[1]+`","name":"m","updatedAt":"2025-03-01T12:00:00Z"}` {
		t.Error(body)
	}
}

// The contract calls the group {id} in one path and {groupId} in the next.
func TestNestedCollections(t *testing.T) {
	ids := []string{"g-1", "g/2", "c-1"}
	s := engineServer(t, Options{NewID: func() string {
		id := ids[0]
		ids = ids[1:]
		return id
	}})
	const groups = "/v1/dbo/cache-groups"
	s.collect(collection{kind: "cache group", path: groups})
	s.collect(collection{kind: "cache configuration", path: groups + "/{groupId}/cache-configurations"})
	const group = `{"name":"n","protocolType":"PostgreSQL","endpoints":[]}`
	for _, step := range []struct {
		method, path, body string
		status             int
	}{
		{"POST", groups, group, 200},
		{"POST", groups, group, 200},
		{"POST", groups + "/g%2F2/cache-configurations", `{"databaseName":"d"}`, 200},
		{"POST", groups + "/g-3/cache-configurations", `{"databaseName":"d"}`, 404},
		{"PUT", groups + "/g%2F2/cache-configurations/c-1", `{"databaseName":"d"}`, 200},
		{"PUT", groups + "/g-1/cache-configurations/c-1", `{"databaseName":"d"}`, 404},
		{"DELETE", groups + "/g%2F2", "", 200},
		{"GET", groups + "/g%2F2/cache-configurations", "", 404},
	} {
		if status, body := ask(t, s, step.method, step.path, step.body); status != step.status {
			t.Errorf("%s %s: %d %s, want %d", step.method, step.path, status, body, step.status)
		}
	}
	if left := s.store.list(groups + "/g%2F2/cache-configurations"); len(left) != 0 {
		t.Errorf("%d configurations outlived their group", len(left))
	}
}

// An answer that breaks the contract is a defect of the emulator, and must not go unnoticed.
func TestAnswersAreChecked(t *testing.T) {
	s := engineServer(t, Options{})
	for want, value := range map[string]doc{
		"colour":          {"organizations": []any{doc{"name": "n", "colour": "red"}}},
		"name":            {"organizations": []any{doc{"id": "i"}}},
		"organizations.0": {"organizations": []any{1.0}},
	} {
		s.handle("UsersAPIListOrganizations", func(c *call) (*answer, error) { return c.reply(value) })
		status, body := ask(t, s, "GET", "/v1/organizations", "")
		if status != http.StatusInternalServerError || !strings.Contains(body, want) || !strings.Contains(body, "breaks the contract") {
			t.Errorf("%d %s, want %s in it", status, body, want)
		}
	}
	s.collect(collection{kind: "allocation group", path: "/v1/cost-reports/allocation-groups", defaults: doc{"colour": "red"}})
	if status, body := ask(t, s, "POST", "/v1/cost-reports/allocation-groups", `{"name":"n"}`); status != 500 || !strings.Contains(body, "colour") {
		t.Errorf("%d %s", status, body)
	}
}

func TestMistakesInAreas(t *testing.T) {
	s := engineServer(t, Options{})
	s.handle("NoSuchOperation", nil)
	s.collect(collection{kind: "thing", path: "/v1/no-such-path"})
	if len(s.defects) != 2 {
		t.Errorf("%v", s.defects)
	}
}

func TestFind(t *testing.T) {
	all, err := loadOperations()
	if err != nil {
		t.Fatal(err)
	}
	for request, want := range map[string]string{
		"GET /v1/kubernetes/external-clusters/a%2Fb":                          "ExternalClusterAPIGetCluster a/b",
		"POST /v1/kubernetes/external-clusters/impersonation-service-account": "ExternalClusterAPIImpersonationServiceAccount ",
		"POST /omni-provisioner/v1beta/organizations/o/clusters/c:register":   "ClustersAPIRegisterCluster c",
		"POST /organization-management/v1/enterprises/e/groups:batchCreate":   "EnterpriseAPIBatchCreateEnterpriseGroups e",
		"PUT /v1/workload-autoscaling/clusters/c/policies/order":              "WorkloadOptimizationAPISetScalingPoliciesOrder c",
		"PUT /v1/workload-autoscaling/clusters/c/policies/other":              "WorkloadOptimizationAPIUpdateWorkloadScalingPolicy c",
		"GET /v1/kubernetes/external-clusters/":                               "",
		"GET /v1/kubernetes/external-clusters/a/":                             "",
		"PATCH /v1/kubernetes/external-clusters/a":                            "",
		"POST /v1/kubernetes/clusters/c/actions/logs":                         "ClusterActionsAPISendLogs c",
		"POST /v1/kubernetes/clusters/c/actions/a/ack":                        "ClusterActionsAPIAckAction c",
	} {
		method, path, _ := strings.Cut(request, " ")
		got := ""
		if op, params := all.find(method, path); op != nil {
			got = op.id + " " + cmp.Or(params["clusterId"], params["enterpriseId"], params["id"])
		}
		if got != want {
			t.Errorf("%s: %q, want %q", request, got, want)
		}
	}
}
