package api

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"maps"
	"math"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode"
)

const (
	mask       = "[redacted]"
	minSecret  = 4    // shorter secret values are not searched for: they would blacken ordinary words
	maxExcerpt = 300  // characters of a body that is no API error
	maxMessage = 2000 // characters of a message of the API
	maxLogBody = 2048 // bytes of a body in the debug log
	maxDepth   = 100  // levels of a body that are looked into
)

// secretWords are the words that make a JSON key a secret one, in lower case without separators.
var secretWords = []string{
	"token", "secret", "password", "passwd", "passphrase", "credential", "privatekey", "apikey", "accesskey",
	"authorization", "cookie", "connectionstring", "userdata",
}

// openEndings are the endings of keys that only point at a secret or describe one.
var openEndings = []string{"id", "name", "prefix"}

// separators are left out of keys before they are compared. Making a replacer takes longer than using it.
var separators = strings.NewReplacer("_", "", "-", "", ".", "")

// IsSecretKey reports whether the value of a JSON key is, going by the name, to be kept out of logs and errors.
func IsSecretKey(key string) bool {
	key = separators.Replace(strings.ToLower(key))
	for _, e := range openEndings {
		if strings.HasSuffix(key, e) {
			return false
		}
	}
	// Onboarding scripts hold tokens. (Not a word of the list: "description" contains it.)
	return strings.HasSuffix(key, "script") ||
		slices.ContainsFunc(secretWords, func(w string) bool { return strings.Contains(key, w) })
}

// Redact returns text with the values of secret JSON keys, authorization headers and private keys masked. It is meant
// for text of unknown origin; values that merely happen to be secret cannot be recognised by it.
func Redact(text string) string {
	if t := strings.TrimSpace(text); strings.HasPrefix(t, "{") || strings.HasPrefix(t, "[") {
		if out, whole := redactJSON([]byte(t), math.MaxInt); whole {
			return out
		}
	}
	for _, p := range patterns() {
		text = p.re.ReplaceAllStringFunc(text, func(match string) string {
			m := p.re.FindStringSubmatch(match)
			if p.key && !IsSecretKey(m[2]) {
				return match
			}
			return m[1] + mask
		})
	}
	return text
}

// pattern finds a secret in text. Group 1 is what stays before the secret; with key set, group 2 is the JSON key.
type pattern struct {
	re  *regexp.Regexp
	key bool
}

var patterns = sync.OnceValue(func() []pattern {
	return []pattern{
		{regexp.MustCompile(`("([\w.-]{1,64})"\s*:\s*")(?:[^"\\]|\\.)*`), true},
		{regexp.MustCompile(`(\\"([\w.-]{1,64})\\"\s*:\s*\\")(?:[^"\\]|\\[^"])*`), true},
		{regexp.MustCompile(`(?i)(\b(?:authorization|x-api-key|api-key|cookie)["']?\s*[:=]\s*["']?(?:bearer\s+|basic\s+)?)[^\s"',;]+`), false},
		{regexp.MustCompile(`(?i)(\bbearer\s+)[\w.~+/=-]{8,}`), false},
		{regexp.MustCompile(`(?s)(-----BEGIN [A-Z ]*PRIVATE KEY-----).*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)`), false},
	}
})

// replacer masks known secret values wherever they stand, also in their spelling inside JSON text.
func replacer(secrets []string) *strings.Replacer {
	all := map[string]bool{}
	add := func(s string) {
		if len(s) < minSecret {
			return
		}
		all[s] = true
		quoted, err := json.Marshal(s)
		if err == nil {
			all[string(quoted[1:len(quoted)-1])] = true
		}
	}
	for _, s := range secrets {
		add(s)
		// A server may quote one line of a key only.
		if strings.Contains(s, "\n") {
			for line := range strings.Lines(s) {
				if line = strings.TrimSpace(line); len(line) >= 16 && !strings.HasPrefix(line, "-----") {
					add(line)
				}
			}
		}
	}
	// The longest first: one secret may contain another.
	list := slices.SortedFunc(maps.Keys(all), func(a, b string) int {
		return cmp.Or(cmp.Compare(len(b), len(a)), strings.Compare(a, b))
	})
	pairs := make([]string, 0, 2*len(list))
	for _, s := range list {
		pairs = append(pairs, s, mask)
	}
	return strings.NewReplacer(pairs...)
}

// secretValues returns the strings under secret keys of a JSON document, also of documents embedded as text.
func secretValues(body []byte) []string {
	var doc any
	if json.Unmarshal(body, &doc) != nil {
		return nil
	}
	var out []string
	var walk func(v any, secret bool, depth int)
	walk = func(v any, secret bool, depth int) {
		if depth > maxDepth {
			return
		}
		switch v := v.(type) {
		case string:
			if secret {
				out = append(out, v)
			}
			var inner any
			if strings.HasPrefix(strings.TrimSpace(v), "{") && json.Unmarshal([]byte(v), &inner) == nil {
				walk(inner, false, depth+1)
			}
		case []any:
			for _, e := range v {
				walk(e, secret, depth+1)
			}
		case map[string]any:
			for k, e := range v {
				walk(e, secret || IsSecretKey(k), depth+1)
			}
		}
	}
	walk(doc, false, 0)
	return out
}

// redactJSON copies a JSON document without its secret values, up to about limit bytes. A document that is cut short
// or damaged is copied as far as it goes; whole tells whether all of it was.
func redactJSON(body []byte, limit int) (out string, whole bool) {
	r := redactor{dec: json.NewDecoder(bytes.NewReader(body)), limit: limit}
	r.dec.UseNumber()
	if err := r.value(false, 0); err != nil {
		return r.out.String() + "...", false
	}
	return r.out.String(), !r.dec.More()
}

type redactor struct {
	dec   *json.Decoder
	out   strings.Builder
	limit int
	muted int // depth of secret values that are read and not copied
}

var errEnough = errors.New("enough")

func (r *redactor) write(s string) {
	if r.muted == 0 {
		r.out.WriteString(s)
	}
}

func (r *redactor) value(secret bool, depth int) error {
	tok, err := r.dec.Token()
	if err != nil {
		return err
	}
	if r.out.Len() > r.limit || depth > maxDepth {
		return errEnough
	}
	switch t := tok.(type) {
	case json.Delim:
		if secret {
			r.write(`"` + mask + `"`)
			r.muted++
			defer func() { r.muted-- }()
		}
		r.write(t.String())
		for n := 0; r.dec.More(); n++ {
			if n > 0 {
				r.write(",")
			}
			inner := false
			if t == '{' {
				key, err := r.dec.Token()
				if err != nil {
					return err
				}
				name, _ := key.(string)
				inner = IsSecretKey(name)
				r.write(quote(name) + ":")
			}
			if err := r.value(inner, depth+1); err != nil {
				return err
			}
		}
		end, err := r.dec.Token()
		if err != nil {
			return err
		}
		if d, ok := end.(json.Delim); ok {
			r.write(d.String())
		}
	case string:
		switch {
		case secret && t != "":
			t = mask
		case strings.HasPrefix(strings.TrimSpace(t), "{"):
			t, _ = redactJSON([]byte(t), r.limit)
		}
		r.write(quote(t))
	case json.Number:
		r.write(t.String())
	case bool:
		if t {
			r.write("true")
		} else {
			r.write("false")
		}
	case nil:
		r.write("null")
	}
	return nil
}

func quote(s string) string {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(s) // a string always encodes
	return strings.TrimSuffix(b.String(), "\n")
}

var markup = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?is)<(script|style)\b.*?</(script|style)>|<[^>]*>`)
})

// excerpt makes a body that is no API error presentable: without markup, in one line, short.
func excerpt(body string) string {
	if strings.HasPrefix(strings.TrimSpace(body), "<") {
		body = markup().ReplaceAllString(body, " ")
	}
	return cut(clean(body), maxExcerpt)
}

// clean puts text from outside in one line without control characters.
func clean(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case !unicode.IsPrint(r):
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
	return cut(strings.Join(strings.Fields(s), " "), maxMessage)
}

func cut(s string, limit int) string {
	if r := []rune(s); len(r) > limit {
		return string(r[:limit]) + "..."
	}
	return s
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
