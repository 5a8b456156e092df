package crontab

import "testing"

func TestEqual(t *testing.T) {
	for _, test := range []struct {
		a, b string
		want bool
	}{
		{"0 9 * * 1-5", "0 9 * * MON-FRI", true},
		{"0 9 * * 1-5", " 0  9 * * 1,2,3,4,5 ", true},
		{"0 9 * * *", "0 0 9 * * *", true},
		{"0 9 * * *", "30 0 9 * * *", false},
		{"0 9 * * *", "CRON_TZ=UTC 0 9 * * *", true},
		{"TZ=Europe/Berlin 0 9 * * *", "CRON_TZ=Europe/Berlin   0 9 * * *", true},
		{"0 9 * * *", "CRON_TZ=Europe/Berlin 0 9 * * *", false},
		{"TZ= 0 9 * * *", "0 9 * * *", false},
		{"@daily", "0 0 * * *", true},
		{"@every 1h", "@every 60m", true},
		{"@every 1h", "@every 2h", false},
		{"*/1 * * * *", "* * * * *", true},
		{"0-59 0-23 * 1-12 *", "* * * * *", true},
		// A restricted day of month and a restricted day of week widen each other.
		{"0 9 1-31 * 1", "0 9 * * 1", false},
		{"0 9 * * 0", "0 9 * * 1", false},
	} {
		a, err := Parse(test.a)
		if err != nil {
			t.Fatalf("%q: %v", test.a, err)
		}
		b, err := Parse(test.b)
		if err != nil {
			t.Fatalf("%q: %v", test.b, err)
		}
		if a.Equal(b) != test.want || b.Equal(a) != test.want {
			t.Errorf("%q and %q are the same: %v, want %v", test.a, test.b, !test.want, test.want)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for _, text := range []string{"", " ", "0 3 * *", "0 0 0 3 * * *", "60 * * * *", "@sometimes", "TZ=UTC", " TZ=UTC", "TZ=UTC TZ=UTC", "CRON_TZ=UTC ", "0 3 * * * TZ=UTC"} {
		if _, err := Parse(text); err == nil {
			t.Errorf("%q is taken for a schedule", text)
		}
	}
}
