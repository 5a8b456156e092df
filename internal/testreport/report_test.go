package main

import (
	"strings"
	"testing"
	"time"
)

const events = `{"Action":"start","Package":"example.com/tests/seed"}
{"Time":"2030-01-01T00:00:00Z","Action":"run","Package":"example.com/tests/seed","Test":"TestSeed"}
{"Time":"2030-01-01T00:00:00Z","Action":"run","Package":"example.com/tests/seed","Test":"TestSeed/Go"}
{"Time":"2030-01-01T00:00:00Z","Action":"run","Package":"example.com/tests/seed","Test":"TestSeed/C#"}
{"Action":"output","Package":"example.com/tests/seed","Test":"TestSeed/C#","Output":"    seed_test.go:52: dotnet is not on the PATH: C# was left out\n"}
{"Action":"output","Package":"example.com/tests/seed","Test":"TestSeed/C#","Output":"--- SKIP: TestSeed/C# (0.00s)\n"}
{"Action":"skip","Package":"example.com/tests/seed","Test":"TestSeed/C#","Elapsed":0}
{"Time":"2030-01-01T00:00:00Z","Action":"run","Package":"example.com/tests/seed","Test":"TestSeed/YAML"}
{"Time":"2030-01-01T00:00:00Z","Action":"pause","Package":"example.com/tests/seed","Test":"TestSeed/YAML"}
{"Time":"2030-01-01T00:00:00Z","Action":"run","Package":"example.com/tests/seed","Test":"TestSeed/Java"}
{"Time":"2030-01-01T00:00:00Z","Action":"pause","Package":"example.com/tests/seed","Test":"TestSeed/Java"}
{"Time":"2030-01-01T00:00:05Z","Action":"cont","Package":"example.com/tests/seed","Test":"TestSeed/Java"}
`

const ends = `{"Action":"pass","Package":"example.com/tests/seed","Test":"TestSeed/Go","Elapsed":12.34}
{"Action":"output","Package":"example.com/tests/seed","Test":"TestSeed/Java","Output":"    seed_test.go:75: it broke\n"}
{"Action":"fail","Package":"example.com/tests/seed","Test":"TestSeed/Java","Elapsed":3}
{"Action":"pass","Package":"example.com/tests/seed","Test":"TestSeed","Elapsed":12.4}
{"Action":"pass","Package":"example.com/tests/seed","Elapsed":12.5}
not an event
`

func feed(r *report, text string) {
	lines := make(chan event)
	go read(strings.NewReader(text), lines)
	for e := range lines {
		r.add(e)
	}
}

func TestReport(t *testing.T) {
	var out strings.Builder
	r := newReport(&out)
	feed(r, events)
	r.running(time.Date(2030, 1, 1, 0, 0, 9, 0, time.UTC))
	feed(r, ends)
	r.summary()

	const want = `skip  seed/TestSeed/C#: dotnet is not on the PATH: C# was left out
...   seed/TestSeed/Go (9s), seed/TestSeed/Java (4s)
ok    seed/TestSeed/Go (12.3s)
FAIL  seed/TestSeed/Java (3s)
    seed_test.go:75: it broke

not an event

What was checked, by language:
  TypeScript  SDK NOT CHECKED (its test did not run); program of the seed NOT CHECKED (its test did not run)
  Python      SDK NOT CHECKED (its test did not run); program of the seed NOT CHECKED (its test did not run)
  Go          SDK NOT CHECKED (its test did not run); program of the seed taken up, previewed, refreshed and destroyed
  C#          SDK NOT CHECKED (its test did not run); program of the seed NOT CHECKED (dotnet is not on the PATH)
  Java        SDK NOT CHECKED (its test did not run); program of the seed FAILED
  YAML        program of the seed NOT CHECKED (its test did not run)
`
	if got := out.String(); got != want {
		t.Errorf("the report is\n%s\nwant\n%s", got, want)
	}
}
