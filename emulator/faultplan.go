package emulator

import (
	"encoding/json"
	"strconv"
	"time"

	"gopkg.in/yaml.v3"
)

// FaultPlan is a set of faults, as a file describes it. ParseFaults makes one.
type FaultPlan struct {
	// Seed is what chance goes by; left as it is when 0.
	Seed uint64
	// Faults are in the order in which they are tried.
	Faults []Fault

	change func(*Settings)
}

// ParseFaults reads a file of faults, in YAML or JSON. An error says in which line what is wrong.
func ParseFaults(text []byte) (*FaultPlan, error) {
	known, err := loadOperations()
	if err != nil {
		return nil, err
	}
	root, err := parseYAML(text)
	if err != nil {
		return nil, err
	}
	var file struct {
		Seed      uint64
		Latency   *latency
		RateLimit *float64
		ReadOnly  *bool
		Faults    []json.RawMessage
	}
	if root == nil {
		return &FaultPlan{}, nil
	}
	if err := decodeYAML(root, &file); err != nil {
		return nil, err
	}
	plan := &FaultPlan{Seed: file.Seed}
	plan.change = func(s *Settings) {
		if file.Latency != nil {
			s.Latency, s.Latencies = file.Latency.split()
		}
		if file.RateLimit != nil {
			s.RateLimit = *file.RateLimit
		}
		if file.ReadOnly != nil {
			s.ReadOnly = *file.ReadOnly
		}
	}
	if len(file.Faults) == 0 {
		return plan, nil
	}
	for _, node := range member(root, "faults").Content {
		var one faultJSON
		if err := decodeYAML(node, &one); err != nil {
			return nil, err
		}
		f := one.fault().withDefaults()
		if err := f.check(known); err != nil {
			return nil, atLine(node, err)
		}
		plan.Faults = append(plan.Faults, f)
	}
	return plan, nil
}

// member returns the value of a mapping's member, which is there.
func member(node *yaml.Node, name string) *yaml.Node {
	for i := 0; i+1 < len(node.Content); i += 2 {
		if node.Content[i].Value == name {
			return node.Content[i+1]
		}
	}
	return node
}

// SetFaults replaces all faults by those of a plan, and changes the settings that the plan names. Chance begins anew.
func (s *Server) SetFaults(plan *FaultPlan) error {
	s.ClearFaults()
	if plan.Seed != 0 {
		s.faults.mu.Lock()
		s.faults.seed = plan.Seed
		s.faults.mu.Unlock()
	}
	if plan.change != nil {
		s.Configure(plan.change)
	}
	for _, f := range plan.Faults {
		if err := s.Fail(f); err != nil {
			return err
		}
	}
	return nil
}

// faultJSON is a Fault.
type faultJSON struct {
	Operation   string   `json:"operation,omitempty"`
	Method      string   `json:"method,omitempty"`
	Path        string   `json:"path,omitempty"`
	Skip        int      `json:"skip,omitempty"`
	Times       int      `json:"times,omitempty"`
	Chance      float64  `json:"chance,omitempty"`
	Action      Action   `json:"action,omitempty"`
	Delay       latency  `json:"delay,omitzero"`
	Status      int      `json:"status,omitempty"`
	Body        content  `json:"body,omitempty"`
	ContentType string   `json:"contentType,omitempty"`
	RetryAfter  content  `json:"retryAfter,omitempty"`
	Reset       bool     `json:"reset,omitempty"`
	Writes      int      `json:"writes,omitempty"`
	Age         duration `json:"age,omitempty"`
	Lists       []string `json:"lists,omitempty"`
	Rate        float64  `json:"rate,omitempty"`
}

func (f faultJSON) fault() Fault {
	delay, delays := f.Delay.split()
	return Fault{
		Operation: f.Operation, Method: f.Method, Path: f.Path, Skip: f.Skip, Times: f.Times, Chance: f.Chance, Action: f.Action,
		Delay: delay, Delays: delays, Status: f.Status, Body: string(f.Body), ContentType: f.ContentType,
		RetryAfter: string(f.RetryAfter), Reset: f.Reset, Writes: f.Writes, Age: time.Duration(f.Age), Lists: f.Lists, Rate: f.Rate,
	}
}

func faultToJSON(f Fault) faultJSON {
	return faultJSON{
		Operation: f.Operation, Method: f.Method, Path: f.Path, Skip: f.Skip, Times: f.Times, Chance: f.Chance, Action: f.Action,
		Delay: latency{f.Delay, f.Delays}, Status: f.Status, Body: content(f.Body), ContentType: f.ContentType,
		RetryAfter: content(f.RetryAfter), Reset: f.Reset, Writes: f.Writes, Age: duration(f.Age), Lists: f.Lists, Rate: f.Rate,
	}
}

// latency is written as one text, whether it is always the same or drawn.
type latency struct {
	fixed time.Duration
	drawn *Distribution
}

func readLatency(text string) (latency, error) {
	drawn, err := ParseDistribution(text)
	if err != nil {
		return latency{}, err
	}
	if fixed, err := time.ParseDuration(text); err == nil {
		return latency{fixed: fixed}, nil
	}
	return latency{drawn: drawn}, nil
}

func (l latency) split() (time.Duration, *Distribution) { return l.fixed, l.drawn }

func (l latency) MarshalText() ([]byte, error) {
	if l.drawn != nil {
		return []byte(l.drawn.String()), nil
	}
	return []byte(l.fixed.String()), nil
}

func (l *latency) UnmarshalText(text []byte) (err error) {
	*l, err = readLatency(string(text))
	return err
}

// content is text. Whatever else is given in its place, a number or an object, is taken as its JSON.
type content string

func (c *content) UnmarshalJSON(text []byte) error {
	var plain string
	if json.Unmarshal(text, &plain) == nil {
		*c = content(plain)
		return nil
	}
	if number, err := strconv.ParseFloat(string(text), 64); err == nil {
		*c = content(strconv.FormatFloat(number, 'f', -1, 64))
		return nil
	}
	*c = content(text)
	return nil
}
