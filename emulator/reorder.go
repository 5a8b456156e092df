package emulator

import (
	"bytes"
	"encoding/json"
	"maps"
	"math/rand/v2"
	"slices"
)

// reordered returns an answer whose lists are shuffled: that of its items, and those of members named in the fault.
func reordered(a *answer, op *operation, f *Fault, random *rand.Rand) *answer {
	decoder := json.NewDecoder(bytes.NewReader(a.body))
	decoder.UseNumber()
	var content any
	if op == nil || op.answer == nil || decoder.Decode(&content) != nil {
		return a // no JSON, no lists
	}
	if whole, ok := content.([]any); ok {
		shuffle(whole, random)
	}
	items, _ := listMember(op.answer)
	if envelope, ok := content.(doc); ok && items != "" {
		shuffle(envelope[items], random)
	}
	shuffleNamed(content, f.Lists, random)
	body, err := json.Marshal(content)
	if err != nil {
		return a
	}
	return &answer{status: a.status, header: a.header, body: body}
}

func shuffle(list any, random *rand.Rand) {
	if list, ok := list.([]any); ok {
		random.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	}
}

func shuffleNamed(content any, names []string, random *rand.Rand) {
	switch content := content.(type) {
	case doc:
		for _, name := range slices.Sorted(maps.Keys(content)) {
			if slices.Contains(names, name) {
				shuffle(content[name], random)
			}
			shuffleNamed(content[name], names, random)
		}
	case []any:
		for _, item := range content {
			shuffleNamed(item, names, random)
		}
	}
}
