package emulator

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"gopkg.in/yaml.v3"
)

// lineError is what is wrong with a file that a user wrote, and where.
type lineError struct {
	line int
	err  error
}

func (e *lineError) Error() string { return fmt.Sprintf("line %d: %v", e.line, e.err) }
func (e *lineError) Unwrap() error { return e.err }

// atLine says in which line something is wrong, unless the error knows better.
func atLine(node *yaml.Node, err error) error {
	var known *lineError
	if err == nil || errors.As(err, &known) {
		return err
	}
	return &lineError{node.Line, err}
}

// parseYAML returns the mapping that a document is; nil for an empty one. JSON is YAML, too.
func parseYAML(text []byte) (*yaml.Node, error) {
	var document yaml.Node
	if err := yaml.Unmarshal(text, &document); err != nil {
		return nil, errors.New(strings.TrimPrefix(err.Error(), "yaml: "))
	}
	if len(document.Content) == 0 {
		return nil, nil
	}
	if root := document.Content[0]; root.Kind != yaml.MappingNode {
		return nil, &lineError{root.Line, errors.New("not a mapping of names to values")}
	}
	return document.Content[0], nil
}

// decodeYAML reads a node into a value as its JSON would be. Unknown names are mistakes.
func decodeYAML(node *yaml.Node, into any) error {
	text, err := toJSON(node)
	if err != nil {
		return atLine(node, err)
	}
	if err = decodeStrict(text, into); err == nil || node.Kind != yaml.MappingNode {
		return atLine(node, err)
	}
	for i := 0; i+1 < len(node.Content); i += 2 { // the member that fails alone is at fault
		member := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map", Content: node.Content[i : i+2]}
		if text, failed := toJSON(member); failed == nil && decodeStrict(text, into) != nil {
			return &lineError{node.Content[i].Line, err}
		}
	}
	return atLine(node, err)
}

func toJSON(node *yaml.Node) ([]byte, error) {
	keepTimes(node)
	var value any
	if err := node.Decode(&value); err != nil {
		return nil, err
	}
	return json.Marshal(value)
}

// keepTimes makes times texts, as they are in JSON, in the user's spelling.
func keepTimes(node *yaml.Node) {
	if node.Tag == "!!timestamp" {
		node.Tag = "!!str"
	}
	for _, inner := range node.Content {
		keepTimes(inner)
	}
}

func decodeStrict(text []byte, into any) error {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	err := decoder.Decode(into)
	var mistyped *json.UnmarshalTypeError
	if errors.As(err, &mistyped) {
		first := min(1, len(mistyped.Field)) // the names of fields without a tag begin with a capital
		return fmt.Errorf("%s cannot be a %s", strings.ToLower(mistyped.Field[:first])+mistyped.Field[first:], mistyped.Value)
	}
	if err != nil {
		return errors.New(strings.TrimPrefix(err.Error(), "json: "))
	}
	return nil
}
