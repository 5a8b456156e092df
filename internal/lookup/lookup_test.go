package lookup

import "testing"

func TestPropertyName(t *testing.T) {
	for name, want := range map[string]string{
		"NodeTemplates": "nodeTemplates", "SSOConnections": "ssoConnections", "AiOptimizerModelSpecsList": "aiOptimizerModelSpecsList",
	} {
		if got := propertyName(name); got != want {
			t.Errorf("the property of %s is %s, want %s", name, got, want)
		}
	}
}

func TestWords(t *testing.T) {
	for id, want := range map[string]string{
		"clusterId": "a cluster", "edgeLocationId": "an edge location", "organizationId": "an organization",
		"cacheConfigurationId": "a cache configuration",
	} {
		if got := article(words(id)); got != want {
			t.Errorf("%s is %q, want %q", id, got, want)
		}
	}
	for kind, want := range map[string]string{"SSO connection": "an SSO connection", "model specs": "model specs", "hosted model": "a hosted model"} {
		if got := article(kind); got != want {
			t.Errorf("%s is %q, want %q", kind, got, want)
		}
	}
}

// Those who look an object up do not choose its properties.
func TestOutcome(t *testing.T) {
	for about, want := range map[string]string{
		"The size of the disk in GiB: 30 to 65536. Default: 100.":                             "The size of the disk in GiB: 30 to 65536.",
		"The name shown in the console. Left out, it is made of 1.5 parts. Changing it does.": "The name shown in the console.",
		"Settings of Amazon EKS.":  "Settings of Amazon EKS.",
		"Left out, it is nothing.": "Left out, it is nothing.",
		"A network. Exactly one of `aws` and `gcp` is given; the rest is not.": "A network.",
	} {
		if got := outcome(about); got != want {
			t.Errorf("%q becomes %q, want %q", about, got, want)
		}
	}
}
