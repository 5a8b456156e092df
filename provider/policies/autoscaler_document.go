package policies

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/castai/pulumi-castai/internal/wire"
)

// document is the policies of a cluster, or a part of them, as JSON has them.
type document = map[string]any

// versionKey holds the version of the default node template, in which the
// service keeps a part of the policies.
const versionKey = "defaultNodeTemplateVersion"

// The parts of the policies that are no settings of the autoscaler.
var (
	// ofService are the service's own: read, and never a difference.
	ofService = []string{versionKey, "unschedulablePods.podPinner.status", "nodeDownscaler.evictor.status"}
	// ofTemplate are settings that the default node template holds as well.
	ofTemplate = []string{"spotInstances", "unschedulablePods.nodeConstraints", "unschedulablePods.customInstancesEnabled"}
)

// wanted is what the program sets, and nothing else.
func (x *AutoscalerArgs) wanted() (document, error) {
	switch {
	case x.AutoscalerSettings != nil:
		return settingsDocument(x.AutoscalerSettings)
	case x.AutoscalerPoliciesJSON != nil:
		doc, err := parseDocument(*x.AutoscalerPoliciesJSON)
		if err != nil {
			return nil, err
		}
		return without(doc, ofService), nil
	default:
		return document{}, nil
	}
}

func parseDocument(text string) (document, error) {
	var doc document
	if err := json.Unmarshal([]byte(text), &doc); err != nil {
		return nil, fmt.Errorf("autoscalerPoliciesJson is not a JSON object: %w", err)
	}
	return doc, nil
}

// settingsDocument is a document of the settings that are given, with the
// types that JSON has.
func settingsDocument(settings *AutoscalerAutoscalerSettings) (document, error) {
	body, err := wire.Create(settings)
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(body)
	if err != nil {
		return nil, err
	}
	var doc document
	err = json.Unmarshal(text, &doc)
	return doc, err
}

// readSettings takes the settings out of the policies.
func readSettings(doc document) (*AutoscalerAutoscalerSettings, error) {
	settings := &AutoscalerAutoscalerSettings{}
	if err := wire.Decode(doc, settings); err != nil {
		return nil, fmt.Errorf("cannot understand the policies: %w", err)
	}
	return settings, nil
}

// checkDocument refuses an answer that is something else than policies: it
// must not be taken for a cluster without any.
func checkDocument(doc document) error {
	for _, key := range []string{"enabled", "unschedulablePods", "clusterLimits", "nodeDownscaler", "spotInstances", "isScopedMode"} {
		if _, ok := doc[key]; ok {
			return nil
		}
	}
	return errors.New("the API's answer holds no autoscaler policies; check that apiUrl is the address of the CAST AI API")
}

// merge returns base with what patch sets, as JSON merge patches do (RFC
// 7396): a null removes, a list replaces.
func merge(base, patch document) document {
	out := maps.Clone(base)
	if out == nil {
		out = document{}
	}
	for key, value := range patch {
		inner, isObject := value.(document)
		switch {
		case value == nil:
			delete(out, key)
		case isObject:
			old, _ := out[key].(document)
			out[key] = merge(old, inner)
		default:
			out[key] = value
		}
	}
	return out
}

// without returns the document without the values at the paths.
func without(doc document, paths []string) document {
	out := maps.Clone(doc)
	for key, value := range out {
		inner, isObject := value.(document)
		switch {
		case slices.Contains(paths, key):
			delete(out, key)
		case isObject:
			out[key] = without(inner, below(paths, key))
		}
	}
	return out
}

// below returns the paths that go on below key.
func below(paths []string, key string) (rest []string) {
	for _, path := range paths {
		if tail, ok := strings.CutPrefix(path, key+"."); ok {
			rest = append(rest, tail)
		}
	}
	return rest
}

// only returns what found says at the keys that named has, and what named
// says where that means the same. Of the paths in skip it takes named's word.
func only(named, found document, skip []string) document {
	out := document{}
	for key, want := range named {
		got := found[key]
		inner, isObject := want.(document)
		gotObject, gotIsObject := got.(document)
		switch {
		case slices.Contains(skip, key) || sameValue(want, got):
			out[key] = want
		case isObject && (gotIsObject || got == nil):
			out[key] = only(inner, gotObject, below(skip, key))
		case got != nil:
			out[key] = got
		}
	}
	return out
}

// sameValue says whether a value of the program is no other than the one
// found. A null asks for nothing, and what is empty may be left out.
func sameValue(want, got any) bool {
	if want == nil || reflect.DeepEqual(want, got) {
		return true
	}
	if got == nil {
		return reflect.ValueOf(want).IsZero()
	}
	a, aIsText := want.(string)
	b, bIsText := got.(string)
	if !aIsText || !bIsText {
		return false
	}
	x, errX := time.ParseDuration(a)
	y, errY := time.ParseDuration(b)
	return errX == nil && errY == nil && x == y
}

// filtered is the policies without what changes by itself and without what
// belongs to the default node template, as JSON text with sorted keys.
func filtered(doc document) (string, error) {
	text, err := json.Marshal(without(without(doc, ofService), ofTemplate))
	return string(text), err
}
