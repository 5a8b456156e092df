// Command drift compares the wire contract with the description of the API that CAST AI publishes: it tells what
// clients of the contract would stumble over and what is new. It is a module of its own, so that the provider and the
// emulator do without its dependencies.
//
//	drift [-contract contract/openapi.json] [-all] FILE|URL
//
// It ends with 1 if an operation or a field of the contract is gone or has become another, and with 2 if a
// description cannot be read.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/oasdiff/oasdiff/checker"
	"github.com/oasdiff/oasdiff/diff"
	"github.com/oasdiff/oasdiff/load"
)

func main() {
	contract := flag.String("contract", "contract/openapi.json", "the wire contract")
	all := flag.Bool("all", false, "list the operations that the contract does not have, too")
	flag.Parse()
	if flag.NArg() != 1 || flag.Arg(0) == "" {
		fmt.Fprintln(os.Stderr, "drift: name the published description, a file or a URL: make api-drift SPEC=openapi.json")
		os.Exit(2)
	}
	found, err := compare(*contract, flag.Arg(0))
	if err != nil {
		fmt.Fprintln(os.Stderr, "drift:", err)
		os.Exit(2)
	}
	found.print(os.Stdout, *all)
	if len(found.breaking) > 0 {
		os.Exit(1)
	}
}

// drift is how a published description differs from the contract. Each line names an operation.
type drift struct {
	breaking []string // gone, or another
	added    []string // new in an operation that the contract has
	unknown  []string // operations that the contract does not have
}

func compare(contract, published string) (*drift, error) {
	from, err := read(contract)
	if err != nil {
		return nil, err
	}
	to, err := read(published)
	if err != nil {
		return nil, err
	}
	differences, sources, err := diff.GetWithOperationsSourcesMap(diff.NewConfig(), from, to)
	if err != nil {
		return nil, fmt.Errorf("compare %s with %s: %w", contract, published, err)
	}
	found, text := &drift{}, checker.NewDefaultLocalizer()
	changes := checker.CheckBackwardCompatibilityUntilLevel(checker.NewConfig(checker.GetAllChecks()), differences, sources, checker.INFO)
	for _, change := range changes {
		line := strings.TrimSpace(change.GetOperation()+" "+change.GetPath()) + ": " + change.GetUncolorizedText(text)
		switch {
		case change.GetId() == checker.EndpointAddedId:
			found.unknown = append(found.unknown, change.GetOperation()+" "+change.GetPath())
		case onlyNames(change.GetId()):
		case change.GetLevel() == checker.INFO:
			found.added = append(found.added, line)
		default:
			found.breaking = append(found.breaking, line)
		}
	}
	for _, lines := range []*[]string{&found.breaking, &found.added, &found.unknown} {
		slices.Sort(*lines)
		*lines = slices.Compact(*lines)
	}
	return found, nil
}

// onlyNames tells changes that no client sees on the wire: names of schemas, tags, and identifiers of operations, which
// the contract spells in its own way.
func onlyNames(id string) bool {
	for _, prefix := range []string{"api-schema-", "api-tag-", "api-operation-id-"} {
		if strings.HasPrefix(id, prefix) {
			return true
		}
	}
	return false
}

func read(source string) (*load.SpecInfo, error) {
	info, err := load.NewSpecInfo(openapi3.NewLoader(), load.NewSource(source))
	if err != nil {
		return nil, fmt.Errorf("%s is not an OpenAPI 3 description that can be read: %w", source, err)
	}
	if info.Spec.Paths.Len() == 0 {
		return nil, fmt.Errorf("%s describes no operation of OpenAPI 3", source)
	}
	return info, nil
}

func (d *drift) print(out io.Writer, all bool) {
	section := func(title string, lines []string, show bool) {
		fmt.Fprintf(out, "%s: %d\n", title, len(lines))
		for _, line := range lines {
			if show {
				fmt.Fprintln(out, "  "+line)
			}
		}
	}
	section("Gone, or become another", d.breaking, true)
	section("New in operations of the contract", d.added, true)
	section("Operations that the contract does not have", d.unknown, all)
}
