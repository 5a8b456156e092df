package standin

import (
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/property"
)

// outputs are, by resource type, the properties that the real provider computes and
// that programs go on to use. They follow from the name and the inputs alone, so that
// an update does not change them. Types that are not listed have their inputs only.
var outputs = map[string]func(name string, in property.Map) map[string]property.Value{
	"gcp:serviceaccount/account:Account": gcpAccount,
	"gcp:serviceaccount/key:Key":         gcpKey,
	"gcp:projects/iAMMember:IAMMember": func(string, property.Map) map[string]property.Value {
		return map[string]property.Value{"etag": property.New("BwYstandIn=")}
	},
	"kubernetes:core/v1:Namespace": func(string, property.Map) map[string]property.Value {
		return map[string]property.Value{"status": object("phase", "Active")}
	},
	"kubernetes:helm.sh/v3:Release": helmRelease,
}

func gcpAccount(_ string, in property.Map) map[string]property.Value {
	email := text(in, "accountId") + "@" + text(in, "project") + ".iam.gserviceaccount.com"
	return map[string]property.Value{
		"email":    property.New(email),
		"member":   property.New("serviceAccount:" + email),
		"name":     property.New("projects/" + text(in, "project") + "/serviceAccounts/" + email),
		"uniqueId": property.New("100000000000000000001"),
	}
}

// gcpKey makes a key file of the right form, in which no key is.
func gcpKey(name string, in property.Map) map[string]property.Value {
	// The account's name is "projects/PROJECT/serviceAccounts/EMAIL".
	account := text(in, "serviceAccountId")
	project, email, _ := strings.Cut(strings.TrimPrefix(account, "projects/"), "/serviceAccounts/")
	file, _ := json.Marshal(map[string]string{ // A map of strings always has a JSON form.
		"type":                        "service_account",
		"project_id":                  project,
		"private_key_id":              name,
		"private_key":                 string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: []byte("stand-in")})),
		"client_email":                email,
		"client_id":                   "100000000000000000001",
		"auth_uri":                    "https://accounts.google.com/o/oauth2/auth",
		"token_uri":                   "https://oauth2.googleapis.com/token",
		"auth_provider_x509_cert_url": "https://www.googleapis.com/oauth2/v1/certs",
		"universe_domain":             "googleapis.com",
	})
	return map[string]property.Value{
		"name":       property.New(account + "/keys/" + name),
		"privateKey": property.New(base64.StdEncoding.EncodeToString(file)).WithSecret(true),
	}
}

func helmRelease(_ string, in property.Map) map[string]property.Value {
	return map[string]property.Value{
		"status": object(
			"name", text(in, "name"),
			"namespace", text(in, "namespace"),
			"chart", text(in, "chart"),
			"version", text(in, "version"),
			"status", "deployed",
		),
	}
}

// object makes an object of texts from keys and values by turns.
func object(pairs ...string) property.Value {
	m := map[string]property.Value{}
	for i := 0; i+1 < len(pairs); i += 2 {
		m[pairs[i]] = property.New(pairs[i+1])
	}
	return property.New(m)
}

// text is a property that is a text; empty when it is unset or something else.
func text(m property.Map, key string) string {
	if v := m.Get(key); v.IsString() {
		return v.AsString()
	}
	return ""
}
