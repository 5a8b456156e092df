package clusters_test

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"github.com/castai/pulumi-castai/emulator"
	"github.com/castai/pulumi-castai/internal/harness"
)

// planted are values that must not be seen anywhere but in a secret.
var planted = []string{"PLANTED-private-key", "PLANTED-client-secret", harness.Token}

func TestSecretsStaySecret(t *testing.T) {
	t.Parallel()
	googleKey := `{"type":"service_account","private_key":"-----BEGIN PRIVATE KEY-----\nPLANTED-private-key\n-----END PRIVATE KEY-----\n"}`
	for name, test := range map[string]struct {
		cloud  cloud
		secret harness.Props
		echo   string // what an API might quote of it
	}{
		"key":             {clouds[1], harness.Props{"credentialsJson": googleKey}, googleKey},
		"key in base64":   {clouds[1], harness.Props{"credentialsJson": base64.StdEncoding.EncodeToString([]byte(googleKey))}, googleKey},
		"password":        {clouds[2], harness.Props{"clientSecret": "PLANTED-client-secret"}, "the secret PLANTED-client-secret"},
		"malformed key":   {clouds[1], harness.Props{"credentialsJson": `{"private_key": "PLANTED-private-key"`}, ""},
		"unwanted secret": {clouds[2], harness.Props{"clientSecret": "PLANTED-client-secret", "federationId": "f"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := harness.New(t)
			id := h.Resource("GkeClusterId", "id")
			up(t, id, clouds[1].required, "create")
			r := h.Resource(test.cloud.token, "c")
			r.Timeout = 3 * time.Second
			inputs := test.cloud.all(test.secret)

			var told []string
			tell := func(err error) {
				if err != nil {
					told = append(told, err.Error())
				}
			}
			try := func(inputs harness.Props) {
				t.Helper()
				_, err := r.Up(inputs)
				tell(err)
				shown(t, r.Inputs)
				shown(t, r.Outputs)
			}
			echo, _ := json.Marshal(map[string]any{"message": "bad: " + test.echo})
			for _, fault := range []emulator.Fault{
				{Method: "POST", Path: clusters, Status: 400},
				{Method: "POST", Path: clusters + "/{id}", Status: 400, Body: string(echo)},
				{Method: "POST", Path: clusters + "/{id}", Status: 500, Body: string(echo), ContentType: "text/plain"},
				{Method: "POST", Path: clusters + "/{id}", Action: emulator.Truncate},
			} {
				h.Emulator.Fail(fault)
				try(inputs)
				h.Emulator.ClearFaults()
			}
			try(inputs)
			try(with(inputs, harness.Props{"clusterTokenRotation": "1"}))
			if r.ID != "" {
				_, err := r.Refresh()
				tell(err)
				handOver(t, h, test.cloud, r.ID)
				_, err = r.Refresh()
				tell(err)
				try(inputs)
				imported := h.Resource(test.cloud.token, "imported")
				tell(imported.Import(r.ID))
				shown(t, imported.Inputs)
				shown(t, imported.Outputs)
			}
			hidden := planted
			for _, resource := range []*harness.Resource{r, id} {
				if token, _ := resource.Output("clusterToken").(string); token != "" {
					hidden = append(hidden[:len(hidden):len(hidden)], token)
				}
			}
			if r.ID != "" {
				tell(r.Delete())
			}
			debug := false
			for _, line := range h.Logs() {
				debug = debug || strings.HasPrefix(line, "debug: POST ")
			}
			if !debug {
				t.Fatal("the debug log is off")
			}
			for _, text := range append(told, h.Logs()...) {
				for _, value := range hidden {
					if strings.Contains(text, value) {
						t.Errorf("%s is shown: %s", value, text)
					}
				}
			}
		})
	}
}

// shown looks for planted values that are not marked as secret.
func shown(t *testing.T, props resource.PropertyMap) {
	t.Helper()
	if token, ok := props["clusterToken"]; ok && !token.IsSecret() {
		t.Error("the token is not marked as secret")
	}
	open := props.MapRepl(nil, func(v resource.PropertyValue) (any, bool) {
		if v.IsSecret() {
			return "hidden", true
		}
		return nil, false
	})
	text, err := json.Marshal(open)
	if err != nil {
		t.Fatal(err)
	}
	for _, value := range planted {
		for _, spelling := range []string{value, base64.StdEncoding.EncodeToString([]byte(value))} {
			if strings.Contains(string(text), spelling) {
				t.Errorf("%s is not marked as secret in %s", value, text)
			}
		}
	}
}

func TestTheAPIGoesDownInTheMiddle(t *testing.T) {
	forEach(t, func(t *testing.T, c cloud, h *harness.Harness) {
		r := h.Resource(c.token, "c")
		r.Timeout = 2 * time.Second
		// Registered, and from then on nothing answers.
		h.Emulator.Fail(emulator.Fault{Path: clusters + "/**", Skip: 1, Times: -1, Action: emulator.Refuse})
		_, err := r.Up(c.all())
		fails(t, err, "cannot make a token", "the time allowed for this operation ended")
		if r.ID == "" {
			t.Fatal("the ID is not kept")
		}
		if _, err := r.Up(c.all()); err == nil {
			t.Error("no error")
		}
		if r.ID == "" {
			t.Fatal("the ID is lost")
		}
		h.Emulator.ClearFaults()
		r.Timeout = 0
		up(t, r, c.all(), "update")
		refresh(t, r)
		list := outside(t, h, "GET", clusters, nil)["items"].([]any)
		if len(list) != 1 {
			t.Errorf("there are %d clusters", len(list))
		}
	})
}
