// Command tidy makes contract/openapi.json: it takes API descriptions, keeps the facts (paths, parameters, field
// names, types, statuses), drops all extensions and foreign wording, and lays contract/additions.json on top.
//
//	go run ./contract/tidy -additions contract/additions.json [-also FULL.json -operations id,id] DESCRIPTION.json > contract/openapi.json
//
// The first description is taken whole; of the one named by -also only the operations listed, with the schemas they need.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
)

// object is a JSON object; encoding/json writes its keys in alphabetical order, so the result is stable.
type object = map[string]any

func main() {
	additions := flag.String("additions", "", "JSON merge patch laid over the result")
	also := flag.String("also", "", "second description to take operations from")
	operations := flag.String("operations", "", "comma-separated operation ids to take from the second description")
	flag.Parse()
	if err := run(flag.Arg(0), *also, strings.Split(*operations, ","), *additions); err != nil {
		fmt.Fprintln(os.Stderr, "tidy:", err)
		os.Exit(1)
	}
}

func run(main, also string, operations []string, additions string) error {
	doc, err := read(main)
	if err != nil {
		return err
	}
	if also != "" {
		second, err := read(also)
		if err != nil {
			return err
		}
		borrow(doc, second, operations)
	}
	eachOperation(doc, func(_, _ string, op object) { statuses(op) })
	tidied := strip(doc).(object)
	tidied["info"] = object{"title": "CAST AI API", "version": "1"}
	eachOperation(tidied, func(_, _ string, op object) { answers(op) })
	if additions != "" {
		patch, err := read(additions)
		if err != nil {
			return err
		}
		merge(tidied, patch)
	}
	eachOperation(tidied, func(_, _ string, op object) { errors(op) })
	out := json.NewEncoder(os.Stdout)
	out.SetEscapeHTML(false)
	out.SetIndent("", " ")
	return out.Encode(tidied)
}

func read(file string) (object, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var doc object
	if err := json.Unmarshal(text, &doc); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return doc, nil
}

func eachOperation(doc object, visit func(method, path string, op object)) {
	for path, item := range doc["paths"].(object) {
		for method, op := range item.(object) {
			if op, ok := op.(object); ok && op["responses"] != nil {
				visit(method, path, op)
			}
		}
	}
}

// borrow copies the named operations, and every schema they reach, from another description.
func borrow(doc, from object, operations []string) {
	schemas, source := doc["components"].(object)["schemas"].(object), from["components"].(object)["schemas"].(object)
	var follow func(any)
	follow = func(x any) {
		switch x := x.(type) {
		case object:
			if ref, ok := x["$ref"].(string); ok {
				name := ref[strings.LastIndex(ref, "/")+1:]
				if schemas[name] == nil {
					schemas[name] = source[name]
					follow(source[name])
				}
			}
			for _, member := range x {
				follow(member)
			}
		case []any:
			for _, member := range x {
				follow(member)
			}
		}
	}
	eachOperation(from, func(method, path string, op object) {
		if !slices.Contains(operations, op["operationId"].(string)) {
			return
		}
		paths := doc["paths"].(object)
		if paths[path] == nil {
			paths[path] = object{}
		}
		paths[path].(object)[method] = op
		follow(op)
	})
}

// statuses keeps, of several declared successes, those that clients are known to accept.
func statuses(op object) {
	accepted, _ := op["x-provider-success-status"].([]any)
	responses := op["responses"].(object)
	if _, ok := responses["204"]; ok && accepted == nil {
		accepted = []any{204.0}
	}
	kept := func(status string) bool {
		return slices.ContainsFunc(accepted, func(code any) bool { return strconv.Itoa(int(code.(float64))) == status })
	}
	for status := range responses {
		if strings.HasPrefix(status, "2") && len(accepted) > 0 && !kept(status) {
			delete(responses, status)
		}
	}
}

// strip drops extensions, and turns "deprecated in the description" into plain deprecation.
func strip(x any) any {
	switch x := x.(type) {
	case object:
		if x["x-deprecated-in-text"] == true && x["$ref"] == nil {
			x["deprecated"] = true
		}
		for key, member := range x {
			if strings.HasPrefix(key, "x-") {
				delete(x, key)
			} else {
				x[key] = strip(member)
			}
		}
	case []any:
		for i := range x {
			x[i] = strip(x[i])
		}
	}
	return x
}

// answers gives every success with a body a schema: clients decode the empty object where none is declared.
func answers(op object) {
	for status, response := range op["responses"].(object) {
		response := response.(object)
		if status != "204" && response["content"] == nil {
			response["content"] = object{"application/json": object{"schema": object{"type": "object"}}}
		}
	}
}

// errors declares the error body of the main API; the other APIs declare theirs.
func errors(op object) {
	responses := op["responses"].(object)
	if responses["default"] == nil {
		responses["default"] = object{
			"description": "Error.",
			"content":     object{"application/json": object{"schema": object{"$ref": "#/components/schemas/Error"}}},
		}
	}
}

// merge applies a JSON merge patch (RFC 7396).
func merge(target, patch object) {
	for key, value := range patch {
		into, isObject := target[key].(object)
		from, fromObject := value.(object)
		switch {
		case value == nil:
			delete(target, key)
		case isObject && fromObject:
			merge(into, from)
		default:
			target[key] = value
		}
	}
}
