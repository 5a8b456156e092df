package schedules_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/castai/pulumi-castai/emulator"
	"github.com/castai/pulumi-castai/internal/harness"
)

var fails, list, same = harness.WantError, harness.List, harness.WantJSON

type props = harness.Props

const (
	rebalancing = "/v1/rebalancing-schedules"
	absent      = "6f1c3a52-7d1e-4c1b-9a53-0d2f5b7e8c14"
	second      = "22222222-2222-4222-8222-222222222222"
)

var (
	org          = emulator.DefaultOrganization.ID
	hibernations = "/cluster-autoscaler/v1beta/organizations/" + org + "/hibernation-schedules"
)

type fixture struct{ *harness.Harness }

func setup(t *testing.T, change ...func(*emulator.Options)) *fixture {
	t.Helper()
	return &fixture{harness.New(t, change...)}
}

// make makes an object and returns its ID.
func (f *fixture) make(path string, body props) string {
	f.T.Helper()
	return f.Call(http.MethodPost, path, body)["id"].(string)
}

// with returns a copy with another value at each path; nil drops it.
func with(in, changes props) props {
	var out props
	text, err := json.Marshal(in)
	if err == nil {
		err = json.Unmarshal(text, &out)
	}
	if err != nil {
		panic(err)
	}
	for path, value := range changes {
		object, parts := out, strings.Split(path, ".")
		for _, key := range parts[:len(parts)-1] {
			object = object[key].(props)
		}
		if last := parts[len(parts)-1]; value == nil {
			delete(object, last)
		} else {
			object[last] = value
		}
	}
	return out
}
