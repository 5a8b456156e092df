package docs_test

import (
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"github.com/castai/pulumi-castai/emulator"
	"github.com/castai/pulumi-castai/emulator/emulatortest"
	"github.com/castai/pulumi-castai/internal/testengine"
)

const guide = "docs/emulator.md"

// fences are the code blocks of a page in a language.
func fences(page, language string) []string {
	var blocks []string
	for _, m := range regexp.MustCompile("(?s)```"+language+"\n(.*?)```").FindAllStringSubmatch(page, -1) {
		blocks = append(blocks, m[1])
	}
	return blocks
}

// TestEmulatorFlags compares the guide's table of flags with the flags there are.
func TestEmulatorFlags(t *testing.T) {
	t.Parallel()
	_, pages := texts(t)
	program := testengine.New(t).Build("./cmd/castai-emulator")
	help, err := exec.Command(program, "serve", "--help").Output()
	if err != nil {
		t.Fatal(err)
	}
	names := func(pattern, text string) []string {
		var found []string
		for _, m := range regexp.MustCompile(pattern).FindAllStringSubmatch(text, -1) {
			found = append(found, m[1])
		}
		slices.Sort(found)
		return found
	}
	flags := slices.DeleteFunc(names(`(?m)^ +(?:-\w, | *)--([\w-]+)`, string(help)), func(name string) bool { return name == "help" })
	if described := names("(?m)^\\| `--([\\w-]+)` \\|", pages[guide]); !slices.Equal(flags, described) {
		t.Errorf("there are the flags %v, described are %v", flags, described)
	}

	// Every command of the guide has flags that it knows, and every command is in the guide.
	commands := map[string]bool{}
	for _, block := range fences(pages[guide], "sh") {
		for line := range strings.Lines(block) {
			if !strings.HasPrefix(line, "castai-emulator ") {
				continue
			}
			line, _, _ = strings.Cut(line, "#")
			args := strings.Fields(line)[1:]
			commands[args[0]] = true
			if i := slices.Index(args, "--"); i >= 0 {
				args = args[:i]
			}
			if out, err := exec.Command(program, append(args, "--help")...).CombinedOutput(); err != nil {
				t.Errorf("%s: %s", line, out)
			}
		}
	}
	all, err := exec.Command(program, "--help").Output()
	if err != nil {
		t.Fatal(err)
	}
	_, list, _ := strings.Cut(string(all), "Available Commands:\n")
	list, _, _ = strings.Cut(list, "\n\n")
	for _, name := range names(`(?m)^  (\w+)`, list) {
		if !commands[name] && name != "help" && name != "completion" {
			t.Errorf("the guide does not show the command %s", name)
		}
	}
}

// TestEmulatorCalls makes the calls of the guide, and looks whether those of its table are there.
func TestEmulatorCalls(t *testing.T) {
	t.Parallel()
	_, pages := texts(t)
	scenario := filepath.Join(t.TempDir(), "scenario.yaml")
	if err := os.WriteFile(scenario, []byte("clusters: [{name: c, id: c-1, nodes: [n-1], eks: {accountId: '1', region: r}}]"), 0o600); err != nil {
		t.Fatal(err)
	}
	api := emulatortest.Start(t, emulatortest.WithoutEnvironment(), emulatortest.Scenario(scenario))
	call := func(method, path, body string) (int, string) {
		request, err := http.NewRequestWithContext(t.Context(), method, api.URL+"/_emulator/"+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		text, err := io.ReadAll(response.Body)
		if err != nil {
			t.Fatal(err)
		}
		return response.StatusCode, string(text)
	}
	calls := regexp.MustCompile(`(?m)^curl -X (\w+) \$A/(\S+) -d '(.*)'$`).FindAllStringSubmatch(pages[guide], -1)
	if len(calls) < 3 {
		t.Error("the guide shows no calls")
	}
	for _, m := range calls {
		path := strings.NewReplacer("<clusterId>", "c-1", "<name>", "n-1").Replace(m[2])
		if status, text := call(m[1], path, m[3]); status >= 300 {
			t.Errorf("%s: %d %s", m[0], status, text)
		}
	}
	rows := regexp.MustCompile("(?m)^\\| `([A-Z`, ]+ )(\\S+)` \\|").FindAllStringSubmatch(pages[guide], -1)
	if len(rows) < 10 {
		t.Errorf("the guide has a table of %d calls", len(rows))
	}
	for _, m := range rows {
		for _, method := range regexp.MustCompile(`[A-Z]+`).FindAllString(m[1], -1) {
			path := regexp.MustCompile(`{\w+}`).ReplaceAllString(m[2], "c-1")
			if status, text := call(method, path, "{}"); status == http.StatusNotFound && !json.Valid([]byte(text)) || status == http.StatusMethodNotAllowed {
				t.Errorf("%s %s: %d %s", method, m[2], status, text)
			}
		}
	}
}

// TestEmulatorFiles loads the files that the guide shows.
func TestEmulatorFiles(t *testing.T) {
	t.Parallel()
	_, pages := texts(t)
	blocks := fences(pages[guide], "yml")
	if len(blocks) < 2 {
		t.Error("the guide shows no files")
	}
	for _, block := range blocks {
		if strings.Contains(block, "\nfaults:") {
			if _, err := emulator.ParseFaults([]byte(block)); err != nil {
				t.Errorf("%v:\n%s", err, block)
			}
			continue
		}
		scenario, err := emulator.ParseScenario([]byte(block))
		if err == nil {
			var api *emulator.Server
			if api, err = emulator.New(emulator.Options{Scenario: scenario}); err == nil {
				err = api.Close()
			}
		}
		if err != nil {
			t.Errorf("%v:\n%s", err, block)
		}
	}
}

// TestWorkflow looks at the workflow for users' repositories as far as that is possible without running it.
func TestWorkflow(t *testing.T) {
	t.Parallel()
	root, _ := texts(t)
	text, err := os.ReadFile(filepath.Join(root, "examples", "offline-test", "ci", "github-actions.yml"))
	if err != nil {
		t.Fatal(err)
	}
	var workflow struct {
		Name        string
		On          map[string]any
		Permissions map[string]string
		Env         map[string]string
		Jobs        map[string]struct {
			RunsOn  string `yaml:"runs-on"`
			Minutes int    `yaml:"timeout-minutes"`
			Steps   []struct {
				Name, Uses, Run, If string
				With                map[string]any
			}
		}
	}
	decoder := yaml.NewDecoder(strings.NewReader(string(text)))
	decoder.KnownFields(true)
	if err := decoder.Decode(&workflow); err != nil {
		t.Fatal(err)
	}
	program := testengine.New(t).Build("./cmd/castai-emulator")
	runs := 0
	for name, job := range workflow.Jobs {
		if job.RunsOn == "" || job.Minutes == 0 || len(job.Steps) == 0 {
			t.Errorf("%s: %+v", name, job)
		}
		for i, step := range job.Steps {
			if (step.Uses == "") == (step.Run == "") || step.Uses != "" && !regexp.MustCompile(`^[\w./-]+@v\d+$`).MatchString(step.Uses) {
				t.Errorf("%s: step %d has to use a versioned action or to run something: %+v", name, i, step)
			}
			command, isOurs := strings.CutPrefix(step.Run, "castai-emulator ")
			if isOurs {
				runs++
				flags, _, _ := strings.Cut(command, " -- ")
				if out, err := exec.Command(program, append(strings.Fields(flags), "--help")...).CombinedOutput(); err != nil {
					t.Errorf("%s: %s", step.Run, out)
				}
			}
			if step.Run != "" {
				shell := exec.Command("sh", "-n")
				shell.Stdin = strings.NewReader(step.Run)
				if out, err := shell.CombinedOutput(); err != nil {
					t.Errorf("%s: %s", step.Run, out)
				}
			}
		}
	}
	if runs == 0 {
		t.Error("the workflow does not run the emulator")
	}
}

// TestContainerfile looks at the parts of the image: there is nothing here that could build it.
func TestContainerfile(t *testing.T) {
	t.Parallel()
	root, _ := texts(t)
	text, err := os.ReadFile(filepath.Join(root, "cmd", "castai-emulator", "Containerfile"))
	if err != nil {
		t.Fatal(err)
	}
	program := testengine.New(t).Build("./cmd/castai-emulator")
	copied, stages := map[string]bool{}, 0
	var entry, command, health []string
	for line := range strings.Lines(string(text)) {
		instruction, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		args := strings.Fields(rest)
		list := func(into *[]string) {
			if err := json.Unmarshal([]byte(rest), into); err != nil {
				t.Errorf("%s: %v", line, err)
			}
		}
		switch instruction {
		case "FROM":
			stages++
		case "COPY":
			if strings.HasPrefix(args[0], "--from=") {
				continue
			}
			for _, name := range args[:len(args)-1] {
				copied[name] = true
				if _, err := os.Stat(filepath.Join(root, name)); err != nil {
					t.Error(err)
				}
			}
		case "ENTRYPOINT":
			list(&entry)
		case "CMD":
			list(&command)
		case "HEALTHCHECK":
			rest = strings.TrimPrefix(rest, "CMD ")
			list(&health)
		case "RUN", "ARG", "ENV", "WORKDIR", "USER", "VOLUME", "EXPOSE", "#", "":
		default:
			t.Errorf("%q is no instruction that is used here", instruction)
		}
	}
	if stages != 2 || !slices.Equal(entry, []string{"/castai-emulator"}) || len(health) != 2 {
		t.Errorf("%d stages, entry point %q, health check %q", stages, entry, health)
	}
	for _, args := range [][]string{command, health[1:]} {
		if out, err := exec.Command(program, append(args, "--help")...).CombinedOutput(); err != nil {
			t.Errorf("%q: %s", args, out)
		}
	}
	// What the program is made of is all there.
	list := exec.Command("go", "list", "-deps", "-f", "{{if not .Standard}}{{.ImportPath}}{{end}}", "./cmd/castai-emulator")
	list.Dir = root
	list.Env = append(os.Environ(), "CGO_ENABLED=0")
	packages, err := list.Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range strings.Fields(string(packages)) {
		dir, ours := strings.CutPrefix(name, "github.com/castai/pulumi-castai/")
		top, _, _ := strings.Cut(dir, "/")
		if ours && !copied[dir] && !copied[top] {
			t.Errorf("the image lacks %s", name)
		}
	}
}
