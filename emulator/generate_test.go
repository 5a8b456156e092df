package emulator

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"pgregory.net/rapid"
)

// message is a request as a client may send it.
type message struct{ method, path, query, body string }

func (m message) send(s *Server) *httptest.ResponseRecorder {
	request := httptest.NewRequest(http.MethodGet, "/", strings.NewReader(m.body))
	// Set afterwards, since a server may see what is refused here.
	request.Method = m.method
	request.URL.Path, request.URL.RawPath, request.URL.RawQuery = m.path, "", m.query
	if plain, err := url.PathUnescape(m.path); err == nil {
		request.URL.Path, request.URL.RawPath = plain, m.path
	}
	request.Header.Set("X-API-Key", "x")
	recorder := httptest.NewRecorder()
	s.ServeHTTP(recorder, request)
	return recorder
}

// generator draws requests that mostly fit the contract and what a server holds.
type generator struct {
	t *rapid.T
	s *Server
	// junk is how many of a hundred values do not fit.
	junk int
}

// message draws a request of an operation.
func (g *generator) message(op *operation) message {
	m := message{method: op.method, path: g.path(op)}
	if op.request != nil {
		body, err := json.Marshal(g.value(op.request, "", 0))
		if err != nil {
			g.t.Fatal(err)
		}
		m.body = string(body)
	}
	query := url.Values{}
	rapid.Bool().Draw(g.t, "") // rapid wants something to be drawn, and there may be nothing else
	for _, name := range slices.Sorted(maps.Keys(op.query)) {
		if !g.chance(20) {
			continue
		}
		switch value := g.value(op.query[name], name, 0).(type) {
		case []any:
			for _, item := range value {
				query.Add(name, spelled(item))
			}
		default:
			query.Add(name, spelled(value))
		}
	}
	m.query = query.Encode()
	return m
}

func spelled(value any) string {
	if text, ok := value.(string); ok {
		return text
	}
	text, err := json.Marshal(value)
	if err != nil {
		return ""
	}
	return string(text)
}

// path fills the template, at each step with what there is.
func (g *generator) path(op *operation) string {
	at := ""
	for _, part := range op.segments {
		value := part.before
		if part.param != "" {
			value += url.PathEscape(g.identifier(at, part.param)) + part.after
		}
		at += "/" + value
	}
	return at
}

func (g *generator) identifier(scope, param string) string {
	var known []string
	for _, r := range g.s.store.list(scope) {
		known = append(known, r.ID)
	}
	switch {
	case g.chance(g.junk):
		return g.text() + "x"
	case len(known) > 0:
		return rapid.SampledFrom(known).Draw(g.t, param)
	case param == "organizationId" || param == "enterpriseId":
		return DefaultOrganization.ID
	case param == "clusterId":
		return g.identifier(clustersPath, "")
	default:
		return g.known()
	}
}

// known draws an identifier of anything.
func (g *generator) known() string {
	all := []string{DefaultOrganization.ID}
	for _, r := range g.s.store.records() {
		if r.ID != "" {
			all = append(all, r.ID)
		}
	}
	return rapid.SampledFrom(all).Draw(g.t, "id")
}

func (g *generator) chance(percent int) bool {
	return rapid.IntRange(1, 100).Draw(g.t, "chance") > 100-percent
}

func (g *generator) value(schema *openapi3.Schema, name string, depth int) any {
	if g.chance(g.junk) {
		return rapid.SampledFrom([]any{nil, true, 0.0, -1.0, 1e300, "", "x", []any{}, []any{nil}, []any{doc{}}, doc{}, doc{"": nil}, doc{"x": doc{}}}).Draw(g.t, name)
	}
	if len(schema.Enum) > 0 {
		return rapid.SampledFrom(schema.Enum).Draw(g.t, name)
	}
	known, open := members(schema)
	switch {
	case len(known) > 0:
		return g.object(schema, known, depth)
	case schema.Items != nil:
		list := []any{}
		for range rapid.IntRange(0, 3).Draw(g.t, name) {
			list = append(list, g.value(schema.Items.Value, strings.TrimSuffix(name, "s"), depth+1))
		}
		return list
	case schema.Type.Is("boolean"):
		return rapid.Bool().Draw(g.t, name)
	case schema.Type.Is("integer"):
		return rapid.SampledFrom([]any{0.0, 1.0, 2.0, 10.0, 60.0, 100.0, -1.0, 65536.0, 1e15}).Draw(g.t, name)
	case schema.Type.Is("number"):
		return rapid.SampledFrom([]any{0.0, 0.5, 1.0, 10.0, 100.0, -1.0, 1e300}).Draw(g.t, name)
	case schema.Type.Is("object") && depth < 4:
		return doc{g.text(): g.value(open, "", depth+1)}
	case schema.Type.Is("object"):
		return doc{}
	case schema.Format == "date-time":
		return rapid.SampledFrom([]any{"2025-03-01T12:00:00Z", "2026-01-01T00:00:00.5Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"}).Draw(g.t, name)
	case schema.Format == "byte":
		return base64.StdEncoding.EncodeToString([]byte(g.text()))
	case (strings.HasSuffix(name, "Id") || strings.HasSuffix(name, "ID") || name == "id") && g.chance(80):
		return g.known()
	case strings.Contains(strings.ToLower(name), "cron") && g.chance(80):
		return "30 4 * * *"
	case name == "name" && g.chance(60):
		return rapid.SampledFrom([]string{"first", "second", "third"}).Draw(g.t, name)
	default:
		return g.text()
	}
}

func (g *generator) object(schema *openapi3.Schema, known map[string]*openapi3.Schema, depth int) doc {
	required := slices.Clone(schema.Required)
	for _, part := range schema.AllOf {
		required = append(required, part.Value.Required...)
	}
	out := doc{}
	for _, member := range slices.Sorted(maps.Keys(known)) {
		if slices.Contains(required, member) && !g.chance(g.junk) || depth < 6 && g.chance(70-10*depth) {
			out[member] = g.value(known[member], member, depth+1)
		}
	}
	return out
}

// text draws a string: most often one that means something somewhere.
func (g *generator) text() string {
	if g.chance(20) {
		return rapid.String().Draw(g.t, "text")
	}
	return rapid.SampledFrom([]string{
		"a", "b", "c", "", " ", "a/b c", "ü", "0", "1", "0.8", "10", "30 4 * * *", "Europe/Berlin", "10.0.0.0/8", "300s", "1h", "500m", "2Gi", "a@example.com",
		"https://example.com", "eu-central-1", "123456789012", `{"a":1}`, "true", "null", "default", "%", "..", strings.Repeat("x", 300),
	}).Draw(g.t, "text")
}

// testTime is when all of it happens.
var testTime = time.Date(2025, 3, 1, 12, 0, 0, 0, time.UTC)

// childOrganization is below the default one, which it makes an enterprise.
const childOrganization = "22222222-2222-4222-8222-222222222222"

// agreeing are requests of kinds whose fields have to agree, which random bodies seldom do.
func agreeing(s *Server) []message {
	post := func(path, body string) message {
		return message{http.MethodPost, strings.NewReplacer("{organizationId}", DefaultOrganization.ID, "{clusterId}", uuidOf(1)).Replace(path), "", body}
	}
	const omni = "/omni-provisioner/v1beta/organizations/{organizationId}/clusters/{clusterId}"
	messages := []message{
		post(clustersPath, `{"name":"first","eks":{"accountId":"1","region":"r","clusterName":"first"}}`),
		post(clustersPath, `{"name":"second","gke":{"projectId":"p","location":"l","region":"r","clusterName":"second"}}`),
		post(clustersPath+"/{clusterId}", `{"eks":{"assumeRoleArn":"arn"}}`),
		post(schedules, `{"name":"nights",`+strings.NewReplacer(`"1"`, `"0 20 * * *"`, `"2"`, `"0 6 * * *"`, `"c"`, `"`+uuidOf(1)+`"`).Replace(window)+`}`),
		post(rebalancingSchedulesPath, `{"name":"nights","schedule":{"cron":"30 4 * * *"},"triggerConditions":{"savingsPercentage":15},"launchConfiguration":{}}`),
		post(hostedModelsPath, `{"clusterId":"`+uuidOf(1)+`","modelSpecsId":"`+PredefinedModelSpecs+`","service":"llama","port":8080,"vllmConfig":{"huggingFaceToken":"hf"}}`),
		post(omni+":register", `{}`),
		post(omni+"/edge-locations", `{"name":"l","custom":{}}`),
		post("/v1/invitations", `{"members":[{"user":{"email":"a@example.com"},"userEmail":"a@example.com","role":"member"}]}`),
	}
	for kind, more := range map[string]string{"service-accounts": "", "groups": `,"members":[]`} {
		messages = append(messages, post("/organization-management/v1/enterprises/{organizationId}/"+kind+":batchCreate",
			`{"enterpriseId":"`+DefaultOrganization.ID+`","requests":[{"name":"a","organizationId":"`+childOrganization+`"`+more+`}]}`))
	}
	return messages
}

// populated is what a server holds after a valid request of each operation that makes something: those above, and random
// ones.
var populated = sync.OnceValues(func() ([]*record, error) {
	s, err := newPopulated(Options{}, nil)
	if err != nil {
		return nil, err
	}
	for _, m := range agreeing(s) {
		if answer := m.send(s); answer.Code >= 300 {
			return nil, fmt.Errorf("%s %s: %d %s", m.method, m.path, answer.Code, answer.Body)
		}
	}
	if err := s.AddNode(uuidOf(1), "node-1"); err != nil {
		return nil, err
	}
	if _, err := s.QueueAction(uuidOf(1), doc{"actionDrainNode": doc{"nodeName": "node-1"}}); err != nil {
		return nil, err
	}
	for _, op := range slices.Backward(s.operations.ranked) {
		tries := 60
		if op.method != http.MethodPost && op.method != http.MethodPut || strings.Contains(op.path, "disconnect") {
			tries = 0
		}
		for seed := range tries {
			m := rapid.Custom(func(t *rapid.T) message { return (&generator{t: t, s: s}).message(op) }).Example(seed)
			if m.send(s).Code < 300 {
				break
			}
		}
	}
	return s.store.records(), nil
})

// newPopulated returns a server that holds records.
func newPopulated(o Options, records []*record) (*Server, error) {
	ids := 0
	o.Now = func() time.Time { return testTime }
	o.NewID = func() string { ids++; return uuidOf(ids) }
	o.Settings.AgentDelay, o.Settings.DisconnectDelay = -1, -1
	o.Organizations = []Organization{DefaultOrganization, {ID: childOrganization, Name: "Child"}}
	s, err := New(o)
	if err != nil {
		return nil, err
	}
	for _, r := range records {
		s.store.put(r.copy())
	}
	return s, s.store.commit()
}

func uuidOf(n int) string { return fmt.Sprintf("00000000-0000-4000-8000-%012d", n) }
