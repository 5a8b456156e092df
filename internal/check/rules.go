package check

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/pulumi/pulumi/sdk/v3/go/property"

	"github.com/castai/pulumi-castai/internal/crontab"
	"github.com/castai/pulumi-castai/internal/shape"
)

// target is what a rule judges. Values of other types are none of its business.
type target int

const (
	texts target = iota
	numbers
	collections
)

// rule is one entry of a check tag, ready for use.
type rule struct {
	on   target
	want string // what is allowed, with an example
	// test says what is wrong with a value, nothing if it is fine.
	test func(property.Value) (wrong string)
}

// makers lists every rule by its name in the check tag. A maker gets what
// follows "=" in the tag.
var makers = map[string]func(arg string) (rule, error){
	// Numbers, inclusive. Text holding a number is compared as a number.
	"min": bound("is too small", "at least", func(n, limit float64) bool { return n >= limit }),
	"max": bound("is too large", "at most", func(n, limit float64) bool { return n <= limit }),

	// Characters of a text, inclusive.
	"minlen": length("is too short", "at least", func(n, limit int) bool { return n >= limit }),
	"maxlen": length("is too long", "at most", func(n, limit int) bool { return n <= limit }),

	// Elements of a list or map, inclusive.
	"minitems": size("has too few elements", "at least", func(n, limit int) bool { return n >= limit }),
	"maxitems": size("has too many elements", "at most", func(n, limit int) bool { return n <= limit }),

	"notblank":  text("is blank", "give at least one visible character", func(s string) bool { return strings.TrimSpace(s) != "" }),
	"prefix":    prefix,
	"oneof":     oneOf(func(a, b string) bool { return a == b }, ""),
	"oneoffold": oneOf(strings.EqualFold, " (in any letter case)"),

	"uuid":    text("is not a UUID", `give one such as "6f1c3a52-7d1e-4c1b-9a53-0d2f5b7e8c14"`, isUUID),
	"url":     text("is not a URL", `give scheme and host, such as "https://example.com/path"`, isURL),
	"cidr":    text("is not an address range", `give an address and a prefix length, such as "10.0.0.0/16"`, parses(netip.ParsePrefix)),
	"ip":      text("is not an IP address", `give one such as "10.0.0.10" or "fd00::a"`, parses(netip.ParseAddr)),
	"iplist":  text("is not a list of IP addresses", `give addresses separated by commas, such as "10.0.0.10,10.0.0.11"`, isIPList),
	"decimal": text("is not a number", `give a number as text, such as "0.25"`, matches(`[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?`)),

	"json":        text("is not JSON", `give JSON text, such as "{\"key\": 1}"`, func(s string) bool { return json.Valid([]byte(s)) }),
	"jsonobject":  text("is not a JSON object", `give the JSON text of an object, such as "{\"key\": 1}"`, isJSONObject),
	"credentials": text("is neither a JSON object nor base64 of one", "give the content of the key file, as it is or base64 encoded", isCredentials),
	"base64":      text("is not base64", `give base64 text, such as "aGVsbG8="`, isBase64),

	"rfc3339":      text("is not an RFC 3339 time", `give one such as "2030-01-31T08:00:00Z"`, isInstant),
	"rfc3339empty": text("is not an RFC 3339 time", `give one such as "2030-01-31T08:00:00Z", or an empty text`, func(s string) bool { return s == "" || isInstant(s) }),
	"duration":     text("is not a duration", `give numbers with units (h, m, s), such as "1h30m"`, parses(time.ParseDuration)),
	"seconds":      text("is not a number of seconds", `give whole seconds, such as "30s"`, matches(`\d+s`)),
	"timezone":     text("is not a known time zone", `give an IANA name, such as "Europe/Berlin" or "UTC"`, isTimeZone),
	"cron":         cronRule,

	"arn":         arn,
	"awsregion":   text("is not an AWS region", `give one such as "eu-central-1"`, matches(`[a-z]+(-[a-z]+)+-\d+`)),
	"awsaccount":  text("is not an AWS account ID", `give its 12 digits as text, such as "123456789012"`, matches(`\d{12}`)),
	"gcplocation": text("is not a Google Cloud region or zone", `give one such as "europe-west4" or "europe-west4-a"`, matches(`[a-z]+-[a-z]+\d+(-[a-z0-9]+)?`)),
	"gcpproject":  text("is not a Google Cloud project ID", `give one such as "my-project-123"`, matches(`\S+`)),
	"azureregion": text("is not an Azure region", `give its short name, such as "westeurope"`, matches(`[A-Za-z]+\d*`)),
}

// newRule makes the rule that tag names for f.
func newRule(f *shape.Field, tag shape.Rule) (rule, error) {
	maker, ok := makers[tag.Name]
	if !ok {
		return rule{}, errors.New("there is no such rule")
	}
	r, err := maker(tag.Arg)
	if err == nil && !r.fits(f) {
		err = fmt.Errorf("it can never apply to a %s", f.Type)
	}
	return r, err
}

func (r rule) fits(f *shape.Field) bool {
	if r.on == collections {
		return f.List || f.Map
	}
	t := shape.Deref(f.Type)
	if f.List || f.Map {
		t = shape.Deref(t.Elem())
	}
	zero := reflect.Zero(t)
	return t.Kind() == reflect.String || r.on == numbers && (zero.CanInt() || zero.CanFloat())
}

func text(wrong, want string, ok func(string) bool) func(string) (rule, error) {
	return func(arg string) (rule, error) {
		if arg != "" {
			return rule{}, errors.New("it takes no argument")
		}
		return onText(wrong, want, ok), nil
	}
}

func onText(wrong, want string, ok func(string) bool) rule {
	return rule{on: texts, want: want, test: func(v property.Value) string {
		if !v.IsString() || ok(v.AsString()) {
			return ""
		}
		return wrong
	}}
}

func bound(wrong, want string, ok func(n, limit float64) bool) func(string) (rule, error) {
	return func(arg string) (rule, error) {
		limit, err := strconv.ParseFloat(arg, 64)
		return rule{on: numbers, want: want + " " + arg, test: func(v property.Value) string {
			n, isNumber := number(v)
			if !isNumber || ok(n, limit) {
				return ""
			}
			return wrong
		}}, err
	}
}

func number(v property.Value) (float64, bool) {
	switch {
	case v.IsNumber():
		return v.AsNumber(), true
	case v.IsString():
		n, err := strconv.ParseFloat(v.AsString(), 64)
		return n, err == nil
	default:
		return 0, false
	}
}

func length(wrong, want string, ok func(n, limit int) bool) func(string) (rule, error) {
	return func(arg string) (rule, error) {
		limit, err := strconv.Atoi(arg)
		return onText(wrong, want+" "+arg+" characters", func(s string) bool {
			return ok(utf8.RuneCountInString(s), limit)
		}), err
	}
}

func size(wrong, want string, ok func(n, limit int) bool) func(string) (rule, error) {
	return func(arg string) (rule, error) {
		limit, err := strconv.Atoi(arg)
		return rule{on: collections, want: want + " " + arg, test: func(v property.Value) string {
			n, isCollection := count(v)
			if !isCollection || ok(n, limit) {
				return ""
			}
			return fmt.Sprintf("%s (%d)", wrong, n)
		}}, err
	}
}

func count(v property.Value) (int, bool) {
	switch {
	case v.IsArray():
		return v.AsArray().Len(), true
	case v.IsMap():
		return v.AsMap().Len(), true
	default:
		return 0, false
	}
}

func prefix(arg string) (rule, error) {
	if arg == "" {
		return rule{}, errors.New("it needs the text to start with")
	}
	return onText("has another beginning", fmt.Sprintf("it must start with %q", arg), func(s string) bool {
		return strings.HasPrefix(s, arg)
	}), nil
}

func oneOf(equal func(a, b string) bool, note string) func(string) (rule, error) {
	return func(arg string) (rule, error) {
		if arg == "" {
			return rule{}, errors.New("it needs the allowed values, separated by |")
		}
		values := strings.Split(arg, "|")
		want := fmt.Sprintf("give one of %q%s", values, note)
		return onText("is not allowed", want, func(s string) bool {
			return slices.ContainsFunc(values, func(value string) bool { return equal(s, value) })
		}), nil
	}
}

func parses[T any](parse func(string) (T, error)) func(string) bool {
	return func(s string) bool {
		_, err := parse(s)
		return err == nil
	}
}

func matches(pattern string) func(string) bool {
	return regexp.MustCompile(`^(?:` + pattern + `)$`).MatchString
}

// isUUID accepts the usual form with dashes only: the parser also takes
// braces and URNs, which the service does not.
func isUUID(s string) bool { return len(s) == 36 && uuid.Validate(s) == nil }

func isURL(s string) bool {
	u, err := url.Parse(s)
	return err == nil && u.Scheme != "" && u.Hostname() != ""
}

func isIPList(s string) bool {
	for _, part := range strings.Split(s, ",") {
		if _, err := netip.ParseAddr(strings.TrimSpace(part)); err != nil {
			return false
		}
	}
	return true
}

func isJSONObject(s string) bool {
	var object map[string]json.RawMessage
	return json.Unmarshal([]byte(s), &object) == nil && object != nil
}

func isCredentials(s string) bool {
	if isJSONObject(s) {
		return true
	}
	raw, err := base64.StdEncoding.DecodeString(strings.TrimSpace(s))
	return err == nil && isJSONObject(string(raw))
}

// isBase64 accepts both alphabets, with and without padding, as the service does.
func isBase64(s string) bool {
	standard := strings.NewReplacer("-", "+", "_", "/").Replace(strings.TrimRight(s, "="))
	_, err := base64.RawStdEncoding.DecodeString(standard)
	return err == nil
}

func isInstant(s string) bool {
	_, err := time.Parse(time.RFC3339, s)
	return err == nil
}

func isTimeZone(s string) bool { return isZone(s, time.LoadLocation) }

// isZone trusts any name where the machine has no time zone database.
func isZone(s string, load func(string) (*time.Location, error)) bool {
	if s == "" || s == "Local" {
		return false
	}
	if _, err := load(s); err == nil {
		return true
	}
	_, err := load("Europe/Berlin")
	return err != nil
}

// cronRule accepts what [crontab.Parse] reads, in a time zone that exists.
func cronRule(arg string) (rule, error) {
	if arg != "" {
		return rule{}, errors.New("it takes no argument")
	}
	const want = `give minute, hour, day of month, month and day of week, such as "30 8 * * 1-5", optionally after "CRON_TZ=Europe/Berlin "`
	return rule{on: texts, want: want, test: func(v property.Value) string {
		if !v.IsString() {
			return ""
		}
		schedule, err := crontab.Parse(v.AsString())
		switch {
		case schedule.Zoned && !isTimeZone(schedule.Zone):
			return fmt.Sprintf("names the unknown time zone %q", schedule.Zone)
		case err != nil:
			return fmt.Sprintf("is not a cron schedule (%v)", err)
		default:
			return ""
		}
	}}, nil
}

// arn accepts any ARN, or with an argument any ARN of that service.
func arn(service string) (rule, error) {
	wrong, want := "is not an ARN", `give one such as "arn:aws:iam::123456789012:role/my-role"`
	switch service {
	case "", "iam":
	case "kms":
		want = `give one such as "arn:aws:kms:eu-central-1:123456789012:key/6f1c3a52-7d1e-4c1b-9a53-0d2f5b7e8c14"`
	default:
		want = fmt.Sprintf("give one that starts with %q", "arn:aws:"+service+":")
	}
	if service != "" {
		wrong = "is not an ARN of the service " + service
	}
	return onText(wrong, want, func(s string) bool {
		parts := strings.SplitN(s, ":", 6) // arn, partition, service, region, account, resource
		return len(parts) == 6 && parts[0] == "arn" && parts[1] != "" && parts[2] != "" && parts[5] != "" &&
			!strings.ContainsAny(s, " \t\r\n") && (service == "" || parts[2] == service)
	}), nil
}
