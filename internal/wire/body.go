package wire

// Text returns a member of a body that is a text, or "".
func Text(body map[string]any, name string) string {
	text, _ := body[name].(string)
	return text
}

// Object returns a member of a body that is an object, or nil.
func Object(body map[string]any, name string) map[string]any {
	object, _ := body[name].(map[string]any)
	return object
}

// Value returns what an optional property is set to, or its zero value.
func Value[T any](p *T) T {
	if p == nil {
		var zero T
		return zero
	}
	return *p
}
