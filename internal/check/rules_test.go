package check

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/property"
	"pgregory.net/rapid"

	"github.com/castai/pulumi-castai/internal/shape"
)

// wrong applies one rule to a text.
func wrong(t interface{ Fatal(...any) }, tag, value string) bool {
	name, arg, _ := strings.Cut(tag, "=")
	r, err := newRule(&shape.Field{Type: reflect.TypeFor[string]()}, shape.Rule{Name: name, Arg: arg})
	if err != nil {
		t.Fatal(tag, err)
	}
	return r.test(property.New(value)) != ""
}

func TestTextRules(t *testing.T) {
	const long = "MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDEyMzQ1Njc4\nOTA="
	cases := map[string]struct{ good, bad []string }{
		"notblank":       {good: []string{"a", " a "}, bad: []string{"", " \t\n"}},
		"minlen=2":       {good: []string{"ab", "éé", "abc"}, bad: []string{"", "é"}},
		"maxlen=2":       {good: []string{"", "ab", "éé"}, bad: []string{"abc"}},
		"min=2":          {good: []string{"2", "2.0", "x", ""}, bad: []string{"1.99", "-3"}},
		"max=0.5":        {good: []string{"0.5", "-1"}, bad: []string{"0.51", "1e3"}},
		"prefix=arn:aws": {good: []string{"arn:aws:x"}, bad: []string{"", "xarn:aws", "ARN:aws"}},
		"oneof=a|b":      {good: []string{"a", "b"}, bad: []string{"", "A", "a|b", "c"}},
		"oneoffold=a|b":  {good: []string{"a", "B"}, bad: []string{"", "c"}},
		"uuid": {
			good: []string{id, strings.ToUpper(id)},
			bad:  []string{"", "x", id + "0", "{" + id + "}", "urn:uuid:" + id, strings.ReplaceAll(id, "-", ""), strings.Replace(id, "6", "g", 1)},
		},
		"url": {
			good: []string{"https://example.com", "http://localhost:8080/x?y=z", "s3://bucket/key", "https://[::1]:443"},
			bad:  []string{"", "example.com", "https://", "https:///path", "/path", "https://a b", "mailto:a@b.c", "http://:80"},
		},
		"cidr": {good: []string{"10.0.0.0/16", "10.0.0.1/16", "fd00::/8"}, bad: []string{"", "10.0.0.0", "10.0.0.0/33", "10.0.0/16"}},
		"ip":   {good: []string{"10.0.0.1", "::1", "fd00::a"}, bad: []string{"", "10.0.0", "10.0.0.0/16", "localhost"}},
		"iplist": {
			good: []string{"10.0.0.1", "10.0.0.1,::1", "10.0.0.1, 10.0.0.2"},
			bad:  []string{"", "10.0.0.1,", "10.0.0.1;10.0.0.2"},
		},
		"arn": {
			good: []string{"arn:aws:iam::123456789012:role/x", "arn:aws-us-gov:s3:::bucket", "arn:aws-cn:ec2:cn-north-1:1:security-group/sg-1", "arn:aws:iam::aws:policy/A:b"},
			bad:  []string{"", "arn", "arn:aws:iam::123456789012", "arn:aws:iam::123456789012:", "arn::iam::1:role/x", "arn:aws:::1:role/x", "aws:arn:iam::1:role/x", "arn:aws:iam::1:role/x y", "role/x"},
		},
		"arn=iam": {good: []string{"arn:aws:iam::123456789012:role/x"}, bad: []string{"", "arn:aws:kms:eu-central-1:123456789012:key/x"}},
		"arn=kms": {good: []string{"arn:aws-cn:kms:cn-north-1:123456789012:key/x"}, bad: []string{"arn:aws:iam::123456789012:role/x"}},
		"arn=sqs": {good: []string{"arn:aws:sqs:eu-central-1:123456789012:q"}, bad: []string{"arn:aws:sns:eu-central-1:123456789012:q"}},
		"cron": {
			good: []string{"0 3 * * *", "*/5 8-18 * * MON-FRI", "@daily", "@every 1h", "CRON_TZ=Europe/Berlin 0 3 * * *", "TZ=UTC @weekly", "TZ=UTC   0 3 * * *", "0 0 3 * * *"},
			bad:  []string{"", " ", "0 3 * *", "0 0 0 3 * * *", "60 * * * *", "* * * * 7", "@sometimes", "@every x", "TZ=UTC", "CRON_TZ= 0 3 * * *", "TZ=Nowhere/City 0 3 * * *", "CRON_TZ=UTC ", "*/0 * * * *", "0 3 * * * TZ=UTC"},
		},
		"timezone":   {good: []string{"UTC", "Europe/Berlin", "Etc/UTC"}, bad: []string{"", "Local", "Berlin", "../etc/passwd", "Europe/Berlin "}},
		"json":       {good: []string{"{}", "[1]", "1", ` {"a": "b"} `}, bad: []string{"", "{", "{a: 1}", "{} {}"}},
		"jsonobject": {good: []string{"{}", ` {"a": {"b": []}} `}, bad: []string{"", "[]", "1", "null", `"x"`, "{} {}"}},
		"credentials": {
			good: []string{`{"type": "service_account"}`, "eyJhIjoiYiJ9", " eyJhIjoiYiJ9\n", "eyJh\nIjoiYiJ9"},
			bad:  []string{"", "[]", "key.json", "W10=", "aGVsbG8="},
		},
		"base64":       {good: []string{"", "aGVsbG8=", "aGVsbG8", "_-8=", "+/8", long}, bad: []string{"#!/bin/sh\necho hello", "a", "héé"}},
		"rfc3339":      {good: []string{"2030-01-31T08:00:00Z", "2030-01-31T08:00:00.123456789+02:00"}, bad: []string{"", "2030-01-31", "2030-01-31 08:00:00", "2030-02-31T08:00:00Z"}},
		"rfc3339empty": {good: []string{"", "2030-01-31T08:00:00Z"}, bad: []string{" ", "tomorrow"}},
		"duration":     {good: []string{"90s", "1h30m", "0", "1.5h"}, bad: []string{"", "90", "1d", "1 h"}},
		"seconds":      {good: []string{"0s", "30s"}, bad: []string{"", "30", "1.5s", "-1s", "1m", "1m30s", "30s\n"}},
		"decimal":      {good: []string{"0", "-1", "+0.25", ".5", "1.", "1e-3"}, bad: []string{"", ".", "1/2", "0x10", "1,5", "NaN", "Inf", "1_000", " 1"}},
		"awsregion":    {good: []string{"eu-central-1", "us-gov-west-1", "us-iso-east-1", "eusc-de-east-1"}, bad: []string{"", "eu-central-1a", "eu-central", "EU-CENTRAL-1", "eastus"}},
		"awsaccount":   {good: []string{"123456789012", "000000000001"}, bad: []string{"", "12345678901", "1234567890123", "1.23456789e11"}},
		"gcplocation":  {good: []string{"europe-west4", "europe-west12-a", "us-central1-ai1a"}, bad: []string{"", "europe", "eu-central-1", "europe-west4-", "Europe-west4"}},
		"gcpproject":   {good: []string{"my-project-1", "example.com:proj"}, bad: []string{"", " ", "My Project"}},
		"azureregion":  {good: []string{"westeurope", "eastus2", "usgovvirginia", "WestEurope"}, bad: []string{"", "West Europe", "west-europe"}},
	}
	for tag, c := range cases {
		for _, value := range c.good {
			if wrong(t, tag, value) {
				t.Errorf("%s refuses %q", tag, value)
			}
		}
		for _, value := range c.bad {
			if !wrong(t, tag, value) {
				t.Errorf("%s accepts %q", tag, value)
			}
		}
	}
	for name := range makers {
		tested := strings.HasSuffix(name, "items") // see TestRun
		for tag := range cases {
			tested = tested || tag == name || strings.HasPrefix(tag, name+"=")
		}
		if !tested {
			t.Errorf("the rule %s has no test", name)
		}
	}
}

func TestNumberRules(t *testing.T) {
	for tag, c := range map[string]struct{ good, bad []float64 }{
		"min=0":    {good: []float64{0, 1}, bad: []float64{-1}},
		"max=180":  {good: []float64{180, -5}, bad: []float64{181}},
		"min=0.01": {good: []float64{0.01}, bad: []float64{0.009, 0}},
	} {
		name, arg, _ := strings.Cut(tag, "=")
		r, err := newRule(&shape.Field{Type: reflect.TypeFor[*float64]()}, shape.Rule{Name: name, Arg: arg})
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range c.good {
			if r.test(property.New(n)) != "" {
				t.Errorf("%s refuses %v", tag, n)
			}
		}
		for _, n := range c.bad {
			if r.test(property.New(n)) == "" {
				t.Errorf("%s accepts %v", tag, n)
			}
		}
	}
}

func TestTimeZonesAreTrustedWithoutADatabase(t *testing.T) {
	none := func(string) (*time.Location, error) { return nil, errors.New("no database") }
	for name, want := range map[string]bool{"Nowhere/City": true, "": false, "Local": false} {
		if isZone(name, none) != want {
			t.Errorf("%q: %v", name, !want)
		}
	}
}

func TestNoTextMakesARulePanic(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		value := rapid.OneOf(rapid.String(), rapid.StringMatching(`(CRON_)?TZ=?[A-Za-z/]* ?[@*/0-9 -]*`), rapid.StringMatching(`[0-9eE./+-]*`)).Draw(t, "value")
		for name := range makers {
			arg := map[string]string{"min": "1", "max": "1", "minlen": "1", "maxlen": "1", "prefix": "x", "oneof": "a|b", "oneoffold": "a|b"}[name]
			if !strings.HasSuffix(name, "items") {
				wrong(t, name+"="+arg, value)
			}
		}
	})
}
