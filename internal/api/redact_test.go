package api

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
)

func TestIsSecretKey(t *testing.T) {
	for _, key := range []string{
		"token", "clusterToken", "huggingFaceToken", "clientSecret", "client_secret", "credentials", "secretAccessKey", "privateKeyBase64",
		"private_key", "apiKey", "X-API-Key", "Authorization", "password", "connectionString", "connectionStrings", "script", "initScript",
	} {
		if !IsSecretKey(key) {
			t.Errorf("%s is not secret", key)
		}
	}
	for _, key := range []string{
		"credentialsId", "accessKeyId", "secretName", "tokenPrefix", "name", "description", "key", "sshPublicKey", "subscriptionId", "",
		"page.cursor", "private",
	} {
		if IsSecretKey(key) {
			t.Errorf("%s is secret", key)
		}
	}
}

func TestRedact(t *testing.T) {
	for in, want := range map[string]string{
		`{"token":"s3cret","name":"n","count":12345678901234567890}`:                  `{"token":"[redacted]","name":"n","count":12345678901234567890}`,
		`{"credentials":{"a":["s3cret"]},"x":[true,null,{"password":"s3cret"}]}`:      `{"credentials":"[redacted]","x":[true,null,{"password":"[redacted]"}]}`,
		`{"data":"{\"client_secret\":\"s3cret\"}"}`:                                   `{"data":"{\"client_secret\":\"[redacted]\"}"}`,
		`{"token":null,"tokensPerSecond":5,"secret":""}`:                              `{"token":null,"tokensPerSecond":5,"secret":""}`,
		`bad body {"token": "s3\"cret", "name":"n"}`:                                  `bad body {"token": "[redacted]", "name":"n"}`,
		`{"name":"n","token":"s3cre`:                                                  `{"name":"n","token":"[redacted]`,
		`echo: {\"clientSecret\":\"s3cret\",\"a\":\"b\"}`:                             `echo: {\"clientSecret\":\"[redacted]\",\"a\":\"b\"}`,
		`X-API-Key: s3cret, Authorization: Bearer s3cret`:                             `X-API-Key: [redacted], Authorization: Bearer [redacted]`,
		`sent bearer abcdefgh1234 twice`:                                              `sent bearer [redacted] twice`,
		"key -----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY----- end": "key -----BEGIN RSA PRIVATE KEY-----[redacted] end",
		`invalid token: it has expired; credentials: permission denied`:               `invalid token: it has expired; credentials: permission denied`,
		``: ``,
	} {
		if got := Redact(in); got != want {
			t.Errorf("Redact(%s)\n got %s\nwant %s", in, got, want)
		}
	}
}

func TestRedactJSONIsBounded(t *testing.T) {
	deep := strings.Repeat(`[`, 1_000_000)
	if out, whole := redactJSON([]byte(deep), maxLogBody); whole || len(out) > maxLogBody+10 {
		t.Errorf("%d bytes, whole %t", len(out), whole)
	}
	if secretValues([]byte(deep)) != nil {
		t.Error("secrets in brackets")
	}
	long := `{"a":"` + strings.Repeat("x", 3*maxLogBody) + `","b":1}`
	if got := logged([]byte(long)); len(got) > maxLogBody+10 {
		t.Errorf("%d bytes in the log", len(got))
	}
}

// TestSecretsStayInside plants secrets wherever they can be and looks for them in the log and in the errors.
func TestSecretsStayInside(t *testing.T) {
	const pem = "-----BEGIN PRIVATE KEY-----\nplanted-pem-line-one\nplanted-pem-line-two\n-----END PRIVATE KEY-----\n"
	account, err := json.Marshal(map[string]string{"client_email": "a@b", "private_key": pem})
	if err != nil {
		t.Fatal(err)
	}
	body := map[string]any{
		"name":        "visible-name",
		"credentials": string(account),
		"aks":         map[string]any{"clientSecret": `planted-"quoted"-secret`},
		"list":        []any{map[string]any{"password": "planted-password"}},
	}
	echo := func(wrap func(sent string) string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			answer(400, wrap("key="+r.Header.Get("X-API-Key")))(w, r)
		}
	}
	message := func(s string) string {
		out, err := json.Marshal(map[string]any{"message": s, "fieldViolations": []FieldViolation{{"credentials", s}}})
		if err != nil {
			t.Error(err)
		}
		return string(out)
	}
	sent, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	for name, step := range map[string]http.HandlerFunc{
		"the token":               echo(message),
		"the token in garbage":    echo(func(s string) string { return "<html>" + s + "</html>" }),
		"the request":             answer(400, message("cannot use "+string(sent))),
		"the request in garbage":  answer(400, "cannot use "+string(sent)),
		"a quoted value":          answer(400, message(`bad planted-"quoted"-secret and planted-password`)),
		"a line of the key":       answer(400, message(`cannot parse planted-pem-line-two`)),
		"the service account":     answer(400, message(`cannot parse `+string(account))),
		"other secrets of theirs": answer(500, `{"why":{"token":"planted-theirs"}}`),
		"damaged success":         answer(200, `{"name":"visible-name","token":"planted-theirs`),
		"success":                 answer(200, `{"name":"visible-name","token":"planted-theirs","x":{"apiKey":"planted-theirs"}}`),
		"garbage success":         answer(200, `token=`+testToken),
	} {
		t.Run(name, func(t *testing.T) {
			var mu sync.Mutex
			var lines []string
			b := serve(t, step)
			c, _ := newClient(t, b, func(o *Options) {
				o.Log = func(_ context.Context, line string) {
					mu.Lock()
					defer mu.Unlock()
					lines = append(lines, line)
				}
			})
			_, err := c.Do(context.Background(), Call{Method: http.MethodPost, Path: "/v1/x", Body: body,
				Query: url.Values{"token": {"planted-query"}, "page.limit": {"5"}}})
			text := strings.Join(lines, "\n")
			wantText(t, text, "POST /v1/x?", "page.limit=5", "attempt 1", "visible-name")
			if err != nil {
				text += err.Error()
			}
			wantNoText(t, text, "planted", testToken)
		})
	}
}

func TestLogLine(t *testing.T) {
	var lines []string
	b := serve(t, answer(503, "<html>busy</html>", "X-Request-Id", "req-9"), answer(200, `{"ok":true}`))
	c, _ := newClient(t, b, func(o *Options) {
		o.Log = func(_ context.Context, line string) { lines = append(lines, line) }
	})
	if _, err := c.Put(context.Background(), "/v1/x", map[string]any{"a": 1}); err != nil {
		t.Fatal(err)
	}
	if len(lines) != 2 {
		t.Fatalf("got %d lines for two attempts", len(lines))
	}
	wantText(t, lines[0], "PUT /v1/x -> 503", "attempt 1", "sent 7 B", "received 17 B", "req-9", `{"a":1}`, "busy")
	wantText(t, lines[1], "-> 200", "attempt 2", `{"ok":true}`)
}

// TestQuiet: what is known to be secret is masked whatever it is called, and a quiet call shows no body.
func TestQuiet(t *testing.T) {
	var lines []string
	b := serve(t, answer(400, `{"message":"the value planted-one is taken"}`), answer(200, `{"items":[{"value":"planted-two"}]}`))
	c, _ := newClient(t, b, func(o *Options) {
		o.Log = func(_ context.Context, line string) { lines = append(lines, line) }
	})
	_, err := c.Do(context.Background(), Call{Method: http.MethodPost, Path: "/v1/x", Body: map[string]any{"value": "planted-one"},
		Secrets: []string{"planted-one"}, Quiet: true})
	text := failed(t, err).Error()
	wantText(t, text, "the value [redacted] is taken")
	if _, err := c.Collection(context.Background(), "/v1/x", nil, "items", ListOptions{Quiet: true}); err != nil {
		t.Fatal(err)
	}
	text += strings.Join(lines, "\n")
	wantText(t, text, "POST /v1/x -> 400", "GET /v1/x -> 200")
	wantNoText(t, text, "planted", "value\":", "items")
}
