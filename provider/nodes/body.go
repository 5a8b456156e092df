package nodes

// clearZeros makes numbers null that are 0: in these places 0 stands for
// "unset", in programs that come from the bridged provider and in answers, and
// the API would take it for a limit.
func clearZeros(body map[string]any, names ...string) {
	for _, name := range names {
		if n := body[name]; n == 0 || n == 0.0 {
			body[name] = nil
		}
	}
}
