// Package docs_test holds the texts for people to what is there: their links lead
// somewhere, and their YAML programs run.
package docs_test

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/castai/pulumi-castai/internal/toolchain"
	"github.com/castai/pulumi-castai/tests/internal/world"
)

// texts returns the hand-written pages by their path below the root of the checkout.
func texts(t *testing.T) (root string, pages map[string]string) {
	t.Helper()
	root, err := toolchain.Root()
	if err != nil {
		t.Fatal(err)
	}
	pages = map[string]string{}
	for _, pattern := range []string{"*.md", "docs/*.md"} {
		files, err := filepath.Glob(filepath.Join(root, filepath.FromSlash(pattern)))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			name, err := filepath.Rel(root, file)
			if err != nil {
				t.Fatal(err)
			}
			pages[filepath.ToSlash(name)] = string(text)
		}
	}
	if len(pages) == 0 {
		t.Fatal("there are no pages")
	}
	return root, pages
}

var (
	link    = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	heading = regexp.MustCompile(`(?m)^#+ (.+)$`)
	code    = regexp.MustCompile("(?s)```.*?```")
)

// anchors are the headings of a page as links name them.
func anchors(page string) map[string]bool {
	found := map[string]bool{}
	for _, m := range heading.FindAllStringSubmatch(code.ReplaceAllString(page, ""), -1) {
		name := strings.ReplaceAll(strings.ToLower(m[1]), " ", "-")
		found[regexp.MustCompile(`[^\w-]`).ReplaceAllString(name, "")] = true
	}
	return found
}

func TestLinks(t *testing.T) {
	t.Parallel()
	root, pages := texts(t)
	for name, page := range pages {
		for _, m := range link.FindAllStringSubmatch(code.ReplaceAllString(page, ""), -1) {
			to, anchor, _ := strings.Cut(m[1], "#")
			if strings.Contains(to, "://") {
				continue
			}
			target := name
			if to != "" {
				target = filepath.ToSlash(filepath.Join(filepath.Dir(name), to))
			}
			text, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(target)))
			if info, failed := os.Stat(filepath.Join(root, filepath.FromSlash(target))); failed != nil {
				t.Errorf("%s: the link %s leads nowhere", name, m[1])
			} else if anchor != "" && !info.IsDir() && (err != nil || !anchors(string(text))[anchor]) {
				t.Errorf("%s: %s has no heading for the link %s", name, target, m[1])
			}
		}
	}
}

// TestStatus compares the table of the README with the schema.
func TestStatus(t *testing.T) {
	t.Parallel()
	root, pages := texts(t)
	text, err := os.ReadFile(filepath.Join(root, "cmd", "pulumi-resource-castai", "schema.json"))
	if err != nil {
		t.Fatal(err)
	}
	var schema struct{ Resources, Functions map[string]any }
	if err := json.Unmarshal(text, &schema); err != nil {
		t.Fatal(err)
	}
	_, status, _ := strings.Cut(pages["README.md"], "\n## Status\n")
	status, _, _ = strings.Cut(status, "\n## ")
	named := 0
	for row := range strings.Lines(status) {
		if !strings.HasPrefix(row, "|") {
			continue
		}
		for _, m := range regexp.MustCompile("`(\\w+)`").FindAllStringSubmatch(row, -1) {
			token := "castai:index:" + m[1]
			if schema.Resources[token] == nil && schema.Functions[token] == nil {
				t.Errorf("the README names %s, which is not in the schema", m[1])
			}
			named++
		}
	}
	if named == 0 {
		t.Error("the README has no status table")
	}
}

// TestPrograms brings up every YAML program of the pages, and takes it down again.
func TestPrograms(t *testing.T) {
	t.Parallel()
	_, pages := texts(t)
	delete(pages, "docs/_index.md") // generated: its program is one of the examples, which have a test of their own
	programs := 0
	for name, page := range pages {
		for _, m := range regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllStringSubmatch(page, -1) {
			if !strings.Contains(m[1], "runtime: yaml") {
				t.Errorf("%s: a YAML program lacks its name and runtime, so that nobody can run it:\n%s", name, m[1])
				continue
			}
			programs++
			t.Run(name+"/"+strings.TrimPrefix(strings.SplitN(m[1], "\n", 2)[0], "name: "), func(t *testing.T) {
				t.Parallel()
				run(t, m[1])
			})
		}
	}
	if programs == 0 {
		t.Error("the pages have no programs")
	}
}

func run(t *testing.T, program string) {
	w := world.New(t)
	w.StandIn("kubernetes", "gcp")
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "Pulumi.yaml"), []byte(program), 0o644); err != nil {
		t.Fatal(err)
	}
	s := w.Stack(dir)
	for _, secret := range []string{"castaiKey", "clientSecret"} {
		if strings.Contains(program, secret+":\n    type: string\n    secret: true") {
			s.SetSecret(secret, "of-the-user")
		}
	}
	registerAKS(t, w)
	s.Up()
	s.WantNoChanges()
	s.Destroy()
}

// registerAKS does what the agent of the AKS cluster would: no chart is installed here.
func registerAKS(t *testing.T, w *world.World) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.URL+"/v1/kubernetes/external-clusters",
		strings.NewReader(`{"name": "billing", "aks": {"region": "westeurope", "nodeResourceGroup": "MC_billing_billing_westeurope",
			"subscriptionId": "00000000-0000-0000-0000-000000000001"}}`))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("X-API-Key", world.Token)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		t.Fatalf("registering the cluster: %s", response.Status)
	}
}
