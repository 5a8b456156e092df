package workloads

import "github.com/castai/pulumi-castai/internal/wire"

// each calls fn for every object in a member that is a list.
func each(body map[string]any, name string, fn func(item map[string]any)) {
	list, _ := body[name].([]any)
	for _, item := range list {
		if item, ok := item.(map[string]any); ok {
			fn(item)
		}
	}
}

// dropZeros leaves numbers out that are 0: in these places 0 stands for
// "unset", in programs and states that come from the bridged provider.
func dropZeros(body map[string]any, names ...string) {
	for _, name := range names {
		if n := body[name]; n == 0 || n == 0.0 {
			delete(body, name)
		}
	}
}

// dropEmpty leaves out members that are empty objects, or hold nothing else.
func dropEmpty(body map[string]any) {
	for name := range body {
		if inner := wire.Object(body, name); inner != nil {
			if dropEmpty(inner); len(inner) == 0 {
				delete(body, name)
			}
		}
	}
}
