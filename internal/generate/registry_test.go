package main

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/castai/pulumi-castai/internal/toolchain"
)

func TestRegistryPages(t *testing.T) {
	all := generated(t)
	for _, name := range []string{"docs/_index.md", "docs/installation-configuration.md"} {
		text := string(all[name])
		if !strings.HasPrefix(text, "---\ntitle: ") {
			t.Errorf("%s does not start with what the registry needs to know:\n%.200s", name, text)
		}
		for _, l := range languages {
			_, shown, found := strings.Cut(text, "{{% choosable language "+l.name+" %}}\n\n")
			shown, _, ended := strings.Cut(shown, "\n\n{{% /choosable %}}")
			if !found || !ended || shown == "" {
				t.Errorf("%s shows nothing for %s", name, l.title)
			}
		}
	}
	if code := string(all["docs/_index.md"]); !strings.Contains(code, "new castai.GkeCluster(") {
		t.Error("the overview has no example")
	}
	s, err := loadSchema()
	if err != nil {
		t.Fatal(err)
	}
	for name := range s.spec.Config.Variables {
		if !strings.Contains(string(all["docs/installation-configuration.md"]), "| `castai:"+name+"` |") {
			t.Errorf("the configuration page does not describe %s", name)
		}
	}
}

// Links to the repository's own files have to lead somewhere.
func TestRegistryPagesLinkToFiles(t *testing.T) {
	root, err := toolchain.Root()
	if err != nil {
		t.Fatal(err)
	}
	links := regexp.MustCompile(`/blob/main/([^)]*)\)`).FindAllSubmatch(generated(t)["docs/_index.md"], -1)
	if len(links) == 0 {
		t.Fatal("the overview links to no guide")
	}
	for _, link := range links {
		if _, err := os.Stat(root + "/" + string(link[1])); err != nil {
			t.Error(err)
		}
	}
}
