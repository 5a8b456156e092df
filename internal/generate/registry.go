package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// overviewExample is the example that the overview shows.
const overviewExample = "GkeCluster"

// registryPages are the pages that the Pulumi Registry shows beside the
// reference, which it makes from the schema by itself.
func registryPages(s *packageSchema) files {
	return files{
		"_index.md":                     s.overviewPage(),
		"installation-configuration.md": s.installationPage(),
	}
}

func (s *packageSchema) overviewPage() []byte {
	p := &page{schema: s}
	p.head("CAST AI", s.spec.Description, "package")
	p.line("The CAST AI provider for Pulumi connects Kubernetes clusters (EKS, GKE, AKS) to CAST AI, keeps their node " +
		"configurations, node templates and policies as code, and takes a cluster away again without leaving nodes behind.")
	p.line("## Installation order")
	p.line("CAST AI acts on a cluster only while its agent and its cluster controller run there. Install them before the " +
		"connection is made, and let the connection depend on them:")
	p.line("1. A registration (`GkeClusterId`, `EksClusterId`), which gives the ID of the cluster and a token for the charts.\n" +
		"2. The chart `castai-agent`, then the chart `castai-cluster-controller`.\n" +
		"3. The role or service account in the cloud that CAST AI is to use.\n" +
		"4. The connection (`GkeCluster`, `EksCluster`, `AksCluster`), with `dependsOn` for 2 and 3.\n" +
		"5. Node configurations, node templates and policies.")
	p.line("A connection that finds no agent online warns; with `waitUntilReady` it waits until the cluster is ready. Whole "+
		"programs for each cloud, with the charts: [installation order](%s/blob/main/docs/installation-order.md).", s.spec.Repository)
	x := s.examples[overviewExample]
	p.line("## Example")
	p.line("%s", x.about)
	p.chooser(func(l language) string { return x.block(l.name) })
	p.line("## Without an account")
	p.line("`castai-emulator` is a local CAST AI API: `castai-emulator exec -- pulumi up` runs a program against it. "+
		"[More](%s/blob/main/docs/emulator.md)", s.spec.Repository)
	return p.text()
}

// packages say how the SDK of a language is installed.
var packages = map[string]string{
	"typescript": "```sh\nnpm install @castai/pulumi\n```",
	"python":     "```sh\npip install pulumi_castai\n```",
	"csharp":     "```sh\ndotnet add package Pulumi.CastAI\n```",
	"go":         "```sh\ngo get github.com/castai/pulumi-castai/sdk/go/castai\n```",
	"java":       "In Maven, the artifact `castai` of the group `com.castai`; in Gradle, `implementation(\"com.castai:castai:<version>\")`.",
	"yaml":       "Nothing: the plugin is all that a YAML program needs.",
}

func (s *packageSchema) installationPage() []byte {
	p := &page{schema: s}
	p.head("CAST AI: Installation and configuration", "How to install the CAST AI provider for Pulumi, and how to tell it whom to talk to.",
		"package")
	p.line("## Installation")
	p.chooser(func(l language) string { return packages[l.name] })
	p.line("Pulumi downloads the plugin that belongs to the SDK by itself. By hand:")
	p.line("```sh\npulumi plugin install resource %s --server %s\n```", s.spec.Name, s.spec.PluginDownloadURL)
	p.line("## Configuration")
	p.line("The provider needs an API token, from the CAST AI console under User, API keys. Taken from the environment it never " +
		"gets into the state of a stack:")
	p.line("```sh\nexport CASTAI_API_TOKEN=...\n```")
	p.line("or, encrypted, in the configuration of the stack:")
	p.line("```sh\npulumi config set --secret castai:apiToken\n```")
	p.line("All that can be set, in the configuration or on a `Provider` resource. No change of it replaces a resource.")
	p.tableHead("Name", "Type", "Description")
	for _, name := range slices.Sorted(maps.Keys(s.spec.Config.Variables)) {
		p.property("castai:"+name, s.spec.Config.Variables[name], false, true)
	}
	return p.text()
}

// head starts a page of the registry.
func (p *page) head(title, about, layout string) {
	fmt.Fprintf(&p.b, "---\ntitle: %q\nmeta_desc: %q\nlayout: %s\n---\n\n", title, about, layout)
}

// chooser shows one language at a time.
func (p *page) chooser(write func(language) string) {
	var names []string
	for _, l := range languages {
		names = append(names, l.name)
	}
	p.line(`{{< chooser language %q >}}`, strings.Join(names, ","))
	for _, l := range languages {
		p.line("{{%% choosable language %s %%}}\n\n%s\n\n{{%% /choosable %%}}", l.name, strings.TrimSpace(write(l)))
	}
	p.line("{{< /chooser >}}")
}
