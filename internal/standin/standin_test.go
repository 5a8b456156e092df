package standin_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"path/filepath"
	"slices"
	"testing"
	"time"

	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/property"

	"github.com/castai/pulumi-castai/internal/standin"
)

func urn(typ, name string) resource.URN {
	return resource.URN("urn:pulumi:test::program::" + typ + "::" + name)
}

func texts(pairs ...string) property.Map {
	m := property.Map{}
	for i := 0; i+1 < len(pairs); i += 2 {
		m = m.Set(pairs[i], property.New(pairs[i+1]))
	}
	return m
}

func create(t *testing.T, prov p.Provider, u resource.URN, in property.Map) p.CreateResponse {
	t.Helper()
	resp, err := prov.Create(t.Context(), p.CreateRequest{Urn: u, Properties: in})
	if err != nil {
		t.Fatal(err)
	}
	return resp
}

func TestServiceAccountKeyNamesItsAccount(t *testing.T) {
	prov := standin.Provider("gcp", standin.Options{})
	account := create(t, prov, urn("gcp:serviceaccount/account:Account", "account"),
		texts("accountId", "castai", "project", "my-project"))
	if got, want := account.Properties.Get("email").AsString(), "castai@my-project.iam.gserviceaccount.com"; got != want {
		t.Errorf("email = %q, want %q", got, want)
	}

	key := create(t, prov, urn("gcp:serviceaccount/key:Key", "key"),
		property.NewMap(map[string]property.Value{"serviceAccountId": account.Properties.Get("name")}))
	private := key.Properties.Get("privateKey")
	if !private.Secret() {
		t.Error("privateKey is not secret")
	}
	file, err := base64.StdEncoding.DecodeString(private.AsString())
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		Type    string `json:"type"`
		Project string `json:"project_id"`
		Email   string `json:"client_email"`
	}
	if err := json.Unmarshal(file, &got); err != nil {
		t.Fatal(err)
	}
	if got.Type != "service_account" || got.Project != "my-project" || got.Email != "castai@my-project.iam.gserviceaccount.com" {
		t.Errorf("key file = %+v", got)
	}
}

func TestPreviewComputesAndRecordsNothing(t *testing.T) {
	record := filepath.Join(t.TempDir(), "record")
	prov := standin.Provider("gcp", standin.Options{Record: record})
	u := urn("gcp:serviceaccount/account:Account", "account")
	in := texts("accountId", "castai")
	created, err := prov.Create(t.Context(), p.CreateRequest{Urn: u, Properties: in, DryRun: true})
	if err != nil {
		t.Fatal(err)
	}
	if !created.Properties.Equals(in) {
		t.Errorf("a previewed create gives %v, want the inputs alone", created.Properties)
	}
	if _, err := prov.Update(t.Context(), p.UpdateRequest{Urn: u, Inputs: in, DryRun: true}); err != nil {
		t.Fatal(err)
	}
	if entries, err := standin.Read(record); err != nil || len(entries) > 0 {
		t.Errorf("a preview recorded %v, %v", entries, err)
	}
}

func TestUpdateKeepsComputedProperties(t *testing.T) {
	prov := standin.Provider("gcp", standin.Options{})
	u := urn("gcp:serviceaccount/account:Account", "account")
	before := create(t, prov, u, texts("accountId", "castai", "project", "my-project"))
	after, err := prov.Update(t.Context(), p.UpdateRequest{
		Urn: u, Inputs: texts("accountId", "castai", "project", "my-project", "displayName", "new"),
	})
	if err != nil {
		t.Fatal(err)
	}
	if want := before.Properties.Set("displayName", property.New("new")); !after.Properties.Equals(want) {
		t.Errorf("after the update %v, want %v", after.Properties, want)
	}
}

func TestDiff(t *testing.T) {
	prov := standin.Provider("kubernetes", standin.Options{})
	tests := map[string]struct {
		old, new property.Map
		want     map[string]p.DiffKind
	}{
		"same":    {texts("a", "1"), texts("a", "1"), nil},
		"changed": {texts("a", "1", "b", "1"), texts("a", "2", "b", "1"), map[string]p.DiffKind{"a": p.Update}},
		"added":   {texts(), texts("a", "1"), map[string]p.DiffKind{"a": p.Add}},
		"removed": {texts("a", "1"), texts(), map[string]p.DiffKind{"a": p.Delete}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := prov.Diff(t.Context(), p.DiffRequest{OldInputs: tt.old, Inputs: tt.new})
			if err != nil {
				t.Fatal(err)
			}
			if got.HasChanges != (len(tt.want) > 0) || len(got.DetailedDiff) != len(tt.want) {
				t.Errorf("diff = %+v, want %v", got, tt.want)
			}
			for key, kind := range tt.want {
				if got.DetailedDiff[key].Kind != kind {
					t.Errorf("%s: %v, want %v", key, got.DetailedDiff[key].Kind, kind)
				}
			}
		})
	}
}

func TestRecordIsShared(t *testing.T) {
	record := filepath.Join(t.TempDir(), "record")
	gcp := standin.Provider("gcp", standin.Options{Record: record})
	k8s := standin.Provider("kubernetes", standin.Options{Record: record})

	create(t, gcp, urn("gcp:serviceaccount/account:Account", "account"), texts())
	create(t, k8s, urn("kubernetes:core/v1:Namespace", "namespace"), texts())
	if err := k8s.Delete(t.Context(), p.DeleteRequest{Urn: urn("kubernetes:core/v1:Namespace", "namespace")}); err != nil {
		t.Fatal(err)
	}

	entries, err := standin.Read(record)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for i, e := range entries {
		got = append(got, e.Package+" "+e.String())
		if i > 0 && e.Time.Before(entries[i-1].Time) {
			t.Errorf("entry %d is earlier than the one before it", i)
		}
	}
	want := []string{
		"gcp begin create account", "gcp end create account",
		"kubernetes begin create namespace", "kubernetes end create namespace",
		"kubernetes begin delete namespace", "kubernetes end delete namespace",
	}
	if !slices.Equal(got, want) {
		t.Errorf("record = %q, want %q", got, want)
	}
}

// What a stand-in computes is in its schema, and the schema is one that Pulumi accepts.
func TestSchema(t *testing.T) {
	tests := map[string][]string{
		"aws":        nil,
		"gcp":        {"gcp:serviceaccount/account:Account", "gcp:serviceaccount/key:Key", "gcp:projects/iAMMember:IAMMember"},
		"kubernetes": {"kubernetes:core/v1:Namespace", "kubernetes:helm.sh/v3:Release"},
	}
	for pkg, want := range tests {
		t.Run(pkg, func(t *testing.T) {
			prov := standin.Provider(pkg, standin.Options{})
			resp, err := prov.GetSchema(t.Context(), p.GetSchemaRequest{})
			if err != nil {
				t.Fatal(err)
			}
			var spec schema.PackageSpec
			if err := json.Unmarshal([]byte(resp.Schema), &spec); err != nil {
				t.Fatal(err)
			}
			if spec.Name != pkg || spec.Version != standin.Version || len(spec.Resources) != len(want) {
				t.Errorf("schema of %s %s with %d resources, want %s %s with %d", spec.Name, spec.Version, len(spec.Resources), pkg, standin.Version, len(want))
			}
			if _, diags, err := schema.BindSpec(spec, schema.NewNullLoader(), schema.ValidationOptions{}); err != nil || diags.HasErrors() {
				t.Errorf("the schema is not valid: %v %v", err, diags)
			}
			for _, token := range want {
				for key := range create(t, prov, urn(token, "x"), texts()).Properties.All {
					if _, ok := spec.Resources[token].Properties[key]; !ok {
						t.Errorf("%s has no property %s", token, key)
					}
				}
			}
		})
	}
}

func TestDelayEndsWithTheRequest(t *testing.T) {
	record := filepath.Join(t.TempDir(), "record")
	prov := standin.Provider("kubernetes", standin.Options{Record: record, Delay: time.Hour})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := prov.Create(ctx, p.CreateRequest{Urn: urn("kubernetes:core/v1:Namespace", "namespace")})
	if err == nil {
		t.Error("a cancelled create succeeded")
	}
	entries, err := standin.Read(record)
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) != 1 || entries[0].Phase != standin.Begin {
		t.Errorf("record = %v, want the beginning alone", entries)
	}
}
