// Package check finds invalid inputs of a resource before any call is made:
// all failures at once, each at its property's path, with what is wrong, what
// is allowed and an example.
//
// A property names its rules in the check tag, separated by commas:
//
//	check:"notblank,maxlen=63"
//	check:"minitems=1,uuid"
//
// The rules minitems and maxitems judge a list or map as a whole. All others
// judge a single value; on a list or map they judge each of its elements.
// Properties of nested objects carry tags of their own. The rules are listed
// in rules.go; known=a|b|c, which warns of other values, makes an enumeration
// and belongs to package shape. A rule that does not exist, or that can never
// fit the type of its property, panics at the first use of the resource.
//
// A property without a value, and a value that is not known yet, breaks no
// rule. Secret values are judged like others but never shown.
package check

import (
	"fmt"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"

	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/property"

	"github.com/castai/pulumi-castai/internal/shape"
)

// Result is what was found: failures stop the deployment, warnings do not.
type Result struct {
	Failures []p.CheckFailure
	Warnings []string
}

func (r *Result) fail(at resource.PropertyPath, reason string) {
	r.Failures = append(r.Failures, p.CheckFailure{Property: at.String(), Reason: reason})
}

func (r *Result) warn(text string) { r.Warnings = append(r.Warnings, text) }

// Run applies the rules in the check tags of s to in. A value that an
// enumeration does not list gives a warning only: the service may know more
// values than this version of the provider. So does a property that is deprecated.
func Run(s *shape.Struct, in property.Map) Result {
	r := runner{rules: rulesOf(s)}
	r.object(s, nil, in, false)
	return r.Result
}

type runner struct {
	Result
	rules map[*shape.Field][]rule
}

func (r *runner) object(s *shape.Struct, at resource.PropertyPath, in property.Map, secret bool) {
	for _, f := range s.Fields {
		if v, ok := in.GetOk(f.Name); ok {
			r.property(f, child(at, f.Name), v, secret || f.Secret)
		}
	}
}

func (r *runner) property(f *shape.Field, at resource.PropertyPath, v property.Value, secret bool) {
	secret = secret || v.Secret()
	if f.Deprecated != "" && !v.IsNull() {
		r.warn(at.String() + " is deprecated. " + f.Deprecated)
	}
	switch {
	case f.List && v.IsArray():
		r.judge(f, true, at, v, secret)
		for i, item := range v.AsArray().All {
			r.value(f, child(at, i), item, secret)
		}
	case f.Map && v.IsMap():
		r.judge(f, true, at, v, secret)
		for key, item := range v.AsMap().AllStable {
			r.value(f, child(at, key), item, secret)
		}
	case !f.List && !f.Map:
		r.value(f, at, v, secret)
	}
}

// value checks a single value: a plain property, or an element of a list or map.
func (r *runner) value(f *shape.Field, at resource.PropertyPath, v property.Value, secret bool) {
	secret = secret || v.Secret()
	if f.Elem != nil {
		if v.IsMap() {
			r.object(f.Elem, at, v.AsMap(), secret)
		}
		return
	}
	r.judge(f, false, at, v, secret)
	if f.Enum != nil && v.IsString() && v.AsString() != "" && !f.Lists(v.AsString()) {
		r.warn(at.String() + ": " + unlisted(f.Enum, v.AsString(), show(v, secret), secret))
	}
}

// judge applies the rules for whole collections, or those for single values.
func (r *runner) judge(f *shape.Field, whole bool, at resource.PropertyPath, v property.Value, secret bool) {
	for _, rule := range r.rules[f] {
		if (rule.on == collections) != whole {
			continue
		}
		wrong := rule.test(v)
		if wrong == "" {
			continue
		}
		if secret {
			wrong = "is not valid"
		}
		r.fail(at, show(v, secret)+" "+wrong+": "+rule.want)
		if v.IsString() && strings.TrimSpace(v.AsString()) == "" {
			return // the other rules would only say the same
		}
	}
}

// rulesOf returns the rules of all properties below s.
func rulesOf(s *shape.Struct) map[*shape.Field][]rule {
	if known, ok := cache.Load(s); ok {
		return known.(map[*shape.Field][]rule)
	}
	rules := map[*shape.Field][]rule{}
	collect(s, rules)
	cache.Store(s, rules)
	return rules
}

var cache sync.Map // *shape.Struct -> map[*shape.Field][]rule

func collect(s *shape.Struct, rules map[*shape.Field][]rule) {
	for _, f := range s.Fields {
		if _, done := rules[f]; done {
			continue // the same object in another place
		}
		rules[f] = nil
		for _, tag := range f.Rules {
			rule, err := newRule(f, tag)
			if err != nil {
				panic(fmt.Sprintf("check: property %q: rule %q: %v", f.Name, tag.Name, err))
			}
			rules[f] = append(rules[f], rule)
		}
		if f.Elem != nil {
			collect(f.Elem, rules)
		}
	}
}

func child(at resource.PropertyPath, key any) resource.PropertyPath {
	return append(at[:len(at):len(at)], key)
}

// show names a value in a sentence, and does not when it is secret.
func show(v property.Value, secret bool) string {
	const longest = 80
	switch {
	case secret:
		return "the secret value"
	case v.IsArray():
		return "the list"
	case v.IsMap():
		return "the map"
	case v.IsNumber():
		return strconv.FormatFloat(v.AsNumber(), 'f', -1, 64)
	case v.IsString():
		text := v.AsString()
		if utf8.RuneCountInString(text) > longest {
			text = string([]rune(text)[:longest]) + "..."
		}
		return strconv.Quote(text)
	default:
		return "the value"
	}
}
