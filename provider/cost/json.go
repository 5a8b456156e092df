package cost

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
)

// node is a JSON value and where it is in its file.
type node struct {
	file   *string
	offset int
	raw    json.RawMessage
}

func (n node) at() position { return place(*n.file, n.offset) }

// place is the position of a byte of a text.
func place(text string, offset int) position {
	before := text[:min(offset, len(text))]
	return position{strings.Count(before, "\n") + 1, len(before) - strings.LastIndex(before, "\n")}
}

func (n node) null() bool { return string(n.raw) == "null" }

// readJSON reads a text that holds one value.
func readJSON(text string) (n node, found mistakes) {
	decoder := json.NewDecoder(strings.NewReader(text))
	n.file = &text
	err := decoder.Decode(&n.raw)
	if err == nil {
		end := int(decoder.InputOffset())
		n.offset = end - len(n.raw)
		if rest := strings.TrimLeft(text[end:], " \t\r\n"); rest != "" {
			found.add(place(text, len(text)-len(rest)), "there is text after the end of the list")
		}
		return n, found
	}
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &syntax):
		found.add(place(text, max(int(syntax.Offset)-1, 0)), "not JSON: %v", syntax)
	case strings.TrimSpace(text) == "":
		found.add(position{1, 1}, "the file is empty: give a JSON list")
	default:
		found.add(place(text, len(text)), "not JSON: it ends too early")
	}
	return n, found
}

// elements are those of a list; ok only if it is one.
func (n node) elements() (list []node, ok bool) {
	decoder := n.open('[')
	if decoder == nil {
		return nil, false
	}
	for decoder.More() {
		list = append(list, n.next(decoder))
	}
	return list, true
}

// members are those of an object; ok only if it is one.
func (n node) members() (members map[string]node, ok bool) {
	decoder := n.open('{')
	if decoder == nil {
		return nil, false
	}
	members = map[string]node{}
	for decoder.More() {
		key, _ := decoder.Token() // the value was read once before: it has no fault
		name, _ := key.(string)
		members[name] = n.next(decoder)
	}
	return members, true
}

// open returns a decoder behind the first token of a value that begins so.
func (n node) open(with json.Delim) *json.Decoder {
	decoder := json.NewDecoder(bytes.NewReader(n.raw))
	if token, err := decoder.Token(); err != nil || token != with {
		return nil
	}
	return decoder
}

// next reads the next value of a decoder of n.
func (n node) next(decoder *json.Decoder) node {
	inner := node{file: n.file}
	_ = decoder.Decode(&inner.raw) // the value was read once before: it has no fault
	inner.offset = n.offset + int(decoder.InputOffset()) - len(inner.raw)
	return inner
}

// text returns the text that a value is.
func (n node) text() (text string, ok bool) {
	return text, json.Unmarshal(n.raw, &text) == nil && !n.null()
}
