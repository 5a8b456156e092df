package norm

import (
	"bytes"
	"encoding/base64"
	"encoding/csv"
	"encoding/json"
	"math/big"
	"net/netip"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/property"

	"github.com/castai/pulumi-castai/internal/crontab"
	"github.com/castai/pulumi-castai/internal/shape"
)

// same says whether two plain values mean the same.
func same(kind shape.Kind, a, b property.Value) bool {
	if a.IsString() && b.IsString() {
		return sameText(kind, a.AsString(), b.AsString())
	}
	if kind == shape.Loose {
		x, isText := asText(a)
		y, areTexts := asText(b)
		return isText && areTexts && (x == y || sameText(shape.Decimal, x, y))
	}
	return Bare(a).Equals(Bare(b))
}

func sameText(kind shape.Kind, a, b string) bool {
	if a == b {
		return true
	}
	switch kind {
	case shape.Instant, shape.Loose:
		return equal(a, b, parseInstant, time.Time.Equal)
	case shape.Duration:
		return equal(a, b, time.ParseDuration, func(x, y time.Duration) bool { return x == y })
	case shape.JSON:
		return equal(a, b, parseJSON, func(x, y any) bool { return reflect.DeepEqual(x, y) })
	case shape.Fold:
		return strings.EqualFold(a, b)
	case shape.CIDR:
		return equal(a, b, parseRange, func(x, y netip.Prefix) bool { return x == y })
	case shape.CSV:
		return equal(a, b, parseCSV, func(x, y [][]string) bool { return reflect.DeepEqual(x, y) })
	case shape.Decimal:
		return equal(a, b, parseDecimal, func(x, y *big.Rat) bool { return x.Cmp(y) == 0 })
	case shape.Lines:
		return trimLines(a) == trimLines(b)
	case shape.Cron:
		return equal(a, b, crontab.Parse, crontab.Schedule.Equal)
	default:
		return false
	}
}

// equal parses both texts and compares them; text that does not parse equals
// only itself.
func equal[T any](a, b string, parse func(string) (T, error), eq func(T, T) bool) bool {
	x, err := parse(a)
	if err != nil {
		return false
	}
	y, err := parse(b)
	return err == nil && eq(x, y)
}

// trimLines takes the blanks from the ends of the lines of a text, and the empty
// lines from its end.
func trimLines(s string) string {
	lines := strings.Split(s, "\n")
	for i, line := range lines {
		lines[i] = strings.TrimRight(line, " \t\r")
	}
	return strings.TrimRight(strings.Join(lines, "\n"), "\n")
}

// parseInstant drops the fraction of the second, which the service cuts short.
func parseInstant(s string) (time.Time, error) {
	t, err := time.Parse(time.RFC3339, s)
	return t.Truncate(time.Second), err
}

// parseJSON reads JSON text, or base64 of it.
func parseJSON(s string) (any, error) {
	text := []byte(s)
	if !json.Valid(text) {
		var err error
		if text, err = base64.StdEncoding.DecodeString(strings.TrimSpace(s)); err != nil {
			return nil, err
		}
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var v any
	if err := decoder.Decode(&v); err != nil {
		return nil, err
	}
	if decoder.More() {
		return nil, strconv.ErrSyntax
	}
	return exact(v), nil
}

// exact makes equal numbers of a JSON value equal text, at any length.
func exact(v any) any {
	switch v := v.(type) {
	case []any:
		for i := range v {
			v[i] = exact(v[i])
		}
	case map[string]any:
		for key := range v {
			v[key] = exact(v[key])
		}
	case json.Number:
		if n, err := parseDecimal(v.String()); err == nil {
			return json.Number(n.RatString())
		}
	}
	return v
}

func parseRange(s string) (netip.Prefix, error) {
	p, err := netip.ParsePrefix(s)
	return p.Masked(), err
}

func parseCSV(s string) ([][]string, error) {
	r := csv.NewReader(strings.NewReader(s))
	r.FieldsPerRecord = -1
	r.TrimLeadingSpace = true
	rows, err := r.ReadAll()
	for _, row := range rows {
		for i := range row {
			row[i] = strings.TrimSpace(row[i])
		}
	}
	return rows, err
}

// decimal leaves out fractions and huge exponents, which would take for ever.
var decimal = regexp.MustCompile(`^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?$`)

func parseDecimal(s string) (*big.Rat, error) {
	if !decimal.MatchString(s) {
		return nil, strconv.ErrSyntax
	}
	r, ok := new(big.Rat).SetString(s)
	if !ok {
		return nil, strconv.ErrSyntax
	}
	return r, nil
}

// isDefault says whether a value means the same as leaving the property out:
// it is empty, or what the service fills in.
func isDefault(f *shape.Field, v property.Value) bool {
	if f == nil {
		f = &shape.Field{}
	}
	switch {
	case v.IsNull():
		return true
	case v.IsString() && v.AsString() == "":
		return true
	case v.IsArray():
		return v.AsArray().Len() == 0 || f.Default != "" && isDefaultList(f, v.AsArray())
	case v.IsMap() && (f.Map || f.Elem == nil):
		return v.AsMap().Len() == 0
	case v.IsMap() && f.Present:
		return false
	case v.IsMap():
		for key, value := range v.AsMap().All {
			if !isDefault(f.Elem.Field(key), value) {
				return false
			}
		}
		return true
	case f.Default != "":
		text, ok := asText(v)
		return ok && sameText(f.Kind, text, f.Default)
	case v.IsBool():
		return !v.AsBool()
	case v.IsNumber():
		return v.AsNumber() == 0
	default:
		return false
	}
}

// isDefaultList compares with a default such as "amd64" or "amd64|arm64".
func isDefaultList(f *shape.Field, items property.Array) bool {
	want := make([]property.Value, 0, items.Len())
	for _, text := range strings.Split(f.Default, "|") {
		want = append(want, property.New(text))
	}
	merged := merger{}.list(f, property.NewArray(want), items)
	return Bare(property.New(merged)).Equals(property.New(want))
}

func asText(v property.Value) (string, bool) {
	switch {
	case v.IsString():
		return v.AsString(), true
	case v.IsBool():
		return strconv.FormatBool(v.AsBool()), true
	case v.IsNumber():
		return strconv.FormatFloat(v.AsNumber(), 'f', -1, 64), true
	default:
		return "", false
	}
}
