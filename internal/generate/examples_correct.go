package main

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/pulumi/pulumi/pkg/v3/codegen"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
)

// What Pulumi's generators get wrong in programs is put right here. The tests in
// tests/sdk, which compile the examples, tell what is.

var goGetter = regexp.MustCompile(`\bcastai\.Get(\w+?)((?:Output)?(?:\(|Args\{)|Result\b)`)

// goLookups corrects the names of functions in Go. That of getThing is
// LookupThing where there is a resource Thing, whose own getter is GetThing; the
// generator forgets it for the module "index".
func goLookups(convert conversion) conversion {
	return func(x source) (string, error) {
		program, err := convert(x)
		return goGetter.ReplaceAllStringFunc(program, func(call string) string {
			thing := goGetter.FindStringSubmatch(call)[1]
			if _, found := x.pkg.pkg.GetResource("castai:index:" + thing); !found {
				return call
			}
			return strings.Replace(call, ".Get", ".Lookup", 1)
		}), err
	}
}

// javaNames corrects where functions and their arguments come from: the
// generator has them in com.pulumi, whatever the base package is.
func javaNames(convert conversion) conversion {
	return func(x source) (string, error) {
		program, err := convert(x)
		program = strings.ReplaceAll(program, "import com.pulumi.castai.", "import com.castai.castai.")
		return strings.ReplaceAll(program, "(com.castai.castai.inputs.", "("), err
	}
}

var (
	javaOutputs = regexp.MustCompile(`\.(\w+)\(\s*(\w+\.\w+\(\)(?:,\s+\w+\.\w+\(\))*)\)`)
	javaIndex   = regexp.MustCompile(`\(\)\[(\d+)\]`)
)

// javaLists makes an output of a list from a list of outputs: builders do not
// take the latter, which the generator gives them. And it takes elements from
// lists as lists have it, not as arrays.
func javaLists(convert conversion) conversion {
	return func(x source) (string, error) {
		program, err := convert(x)
		program = javaIndex.ReplaceAllString(program, "().get($1)")
		lists := listNames(x.pkg.pkg)
		return javaOutputs.ReplaceAllStringFunc(program, func(call string) string {
			found := javaOutputs.FindStringSubmatch(call)
			if property, outputs := found[1], found[2]; lists[property] {
				return "." + property + "(Output.all(" + strings.Join(strings.Fields(outputs), " ") + "))"
			}
			return call
		}), err
	}
}

var javaBlock = regexp.MustCompile(`(?s)"""\n(.*?) *"""`)

// javaTexts writes texts of several lines so that Java 11 reads them: the
// generator takes the text blocks of later versions, and escapes nothing there.
func javaTexts(convert conversion) conversion {
	return func(x source) (string, error) {
		program, err := convert(x)
		return javaBlock.ReplaceAllStringFunc(program, func(block string) string {
			return strconv.Quote(javaBlock.FindStringSubmatch(block)[1])
		}), err
	}
}

// listNames are the names that only properties with lists have.
func listNames(pkg *schema.Package) map[string]bool {
	lists := map[string]bool{}
	add := func(properties []*schema.Property) {
		for _, p := range properties {
			_, isList := codegen.UnwrapType(p.Type).(*schema.ArrayType)
			before, seen := lists[p.Name]
			lists[p.Name] = isList && (before || !seen)
		}
	}
	for _, r := range pkg.Resources {
		add(r.InputProperties)
	}
	for _, t := range pkg.Types {
		if object, ok := t.(*schema.ObjectType); ok {
			add(object.Properties)
		}
	}
	return lists
}
