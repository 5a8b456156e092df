package emulator

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"gopkg.in/yaml.v3"
)

// Scenario is what an emulator begins with, as a file describes it. ParseScenario makes one.
type Scenario struct {
	// Organizations and Accounts are those of the file, and take the place of those of the Options.
	Organizations []Organization
	Accounts      Accounts
	// Name is that of the file, which errors tell; "scenario" if empty.
	Name string

	steps        []step
	organization string // of the steps that are being read
}

// step makes one object.
type step struct {
	line         int
	organization string // its name or ID; the first one when empty
	run          func(*stage) error
}

// age is how old what a scenario makes is, so that agents that are simulated have had the time to connect.
const age = time.Hour

// stage is where a scenario is played: a server of its own, so that one that fails leaves nothing behind.
type stage struct {
	*Server
	made         map[string]doc // what has been made, by the names that later steps use
	id           string         // the identifier for what is made next, if that is given
	organization string         // the ID of the one that is acted in
}

// Load adds what a scenario describes to the state: all of it or, with an error that names the line, nothing.
func (s *Server) Load(scenario *Scenario) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.load(scenario)
}

func (s *Server) load(scenario *Scenario) error {
	after := &Server{options: s.options}
	after.options.give(scenario)
	if err := after.loadAccounts(); err != nil {
		return fmt.Errorf("accounts: %w", err)
	}
	at, err := s.stage(after.options)
	if err != nil {
		return err
	}
	for _, step := range scenario.steps {
		if err := at.play(step); err != nil {
			return &lineError{step.line, err}
		}
	}
	if err := s.store.replace(at.store.records()); err != nil {
		return err
	}
	s.unsettle()
	s.options.Organizations, s.options.Accounts = after.options.Organizations, after.options.Accounts
	return nil
}

// give puts a scenario's organizations and accounts in the place of others.
func (o *Options) give(scenario *Scenario) {
	if len(scenario.Organizations) > 0 {
		o.Organizations = scenario.Organizations
	}
	if len(scenario.Accounts.Users) > 0 {
		o.Accounts.Users = scenario.Accounts.Users
	}
	if len(scenario.Accounts.Tokens) > 0 {
		o.Accounts.Tokens = scenario.Accounts.Tokens
	}
}

// stage makes a server with a copy of the state, on which each organization has a token.
func (s *Server) stage(options Options) (*stage, error) {
	at := &stage{made: map[string]doc{}}
	options.Strict, options.Forbid, options.Log = true, nil, nil
	options.Now = func() time.Time { return s.now().Add(-age) }
	options.NewID = func() string {
		id := cmp.Or(at.id, s.options.NewID())
		at.id = ""
		return id
	}
	options.Accounts.Tokens = nil
	for _, o := range options.Organizations {
		options.Accounts.Tokens = append(options.Accounts.Tokens, Token{Secret: o.ID, User: ownerOf(options, o.ID), Organizations: []string{o.ID}})
	}
	var err error
	at.Server, err = build(options)
	if err != nil {
		return nil, err
	}
	at.settings, at.store = s.settings, storeOf(s.store.records())
	at.settings.Life = false // what is made lives where it gets to
	return at, nil
}

// ownerOf is the address of the first user who may change an organization.
func ownerOf(options Options, organization string) string {
	for _, u := range options.Accounts.Users {
		if u.Role != Viewer && slices.Contains(u.Organizations, organization) {
			return u.Email
		}
	}
	return ""
}

func (at *stage) play(step step) error {
	i := slices.IndexFunc(at.options.Organizations, func(o Organization) bool {
		return step.organization == "" || step.organization == o.ID || step.organization == o.Name
	})
	if i < 0 {
		return fmt.Errorf("there is no organization %q", step.organization)
	}
	at.organization = at.options.Organizations[i].ID
	at.made["organization"] = doc{"id": at.organization}
	return step.run(at)
}

// Tokens are those that are accepted, beside what the API gives out; none if any is.
func (s *Server) Tokens() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var secrets []string
	for _, t := range s.options.Accounts.Tokens {
		secrets = append(secrets, t.Secret)
	}
	return secrets
}

// begin loads the scenario of the options into an empty state. Into another go only its organizations and tokens.
func (s *Server) begin() error {
	scenario := s.options.Scenario
	if scenario == nil {
		return nil
	}
	if !s.pristine() {
		scenario = &Scenario{Name: scenario.Name, Organizations: scenario.Organizations, Accounts: scenario.Accounts}
	}
	if err := s.Load(scenario); err != nil {
		return fmt.Errorf("%s: %w", cmp.Or(scenario.Name, "scenario"), err)
	}
	return nil
}

// call makes a request of the API and returns the object it answers with.
func (at *stage) call(method, path string, body any) (doc, error) {
	var content []byte
	if body != nil {
		var err error
		if content, err = json.Marshal(body); err != nil {
			return nil, err
		}
	}
	request, err := http.NewRequest(method, path, bytes.NewReader(content))
	if err != nil {
		return nil, err
	}
	request.Header.Set("X-API-Key", at.organization)
	op, params := at.operations.find(method, request.URL.EscapedPath())
	a := at.process(request, op, params, content, nil)
	var answered any
	if len(a.body) > 0 {
		if err := json.Unmarshal(a.body, &answered); err != nil {
			return nil, err
		}
	}
	made, _ := answered.(doc)
	if a.status >= 300 {
		return nil, fmt.Errorf("%s %s: %d: %s", method, path, a.status, text(made, "message"))
	}
	return made, nil
}

// create makes an object whose identifier may be given.
func (at *stage) create(id, method, path string, body any) (doc, error) {
	at.id = id
	made, err := at.call(method, path, body)
	if err == nil && at.id != "" {
		err = fmt.Errorf("%s %s makes nothing whose id can be given", method, path)
	}
	at.id = ""
	return made, err
}

// request is a step in its generic form.
type request struct {
	Method string `json:"method"`
	Path   string `json:"path"`
	Body   any    `json:"body"`
	As     string `json:"as"`
	ID     string `json:"id"`
}

func (scenario *Scenario) request(node *yaml.Node) error {
	var r request
	if err := decodeYAML(node, &r); err != nil {
		return err
	}
	if r.Path == "" {
		return atLine(node, errors.New("a request needs a path"))
	}
	r.Method = cmp.Or(r.Method, http.MethodPost)
	scenario.add(node, func(at *stage) error {
		path, err := at.fillPath(r.Path)
		if err != nil {
			return err
		}
		body, err := at.fill(r.Body)
		if err != nil {
			return err
		}
		made, err := at.create(r.ID, r.Method, path, body)
		if err == nil && r.As != "" {
			at.made[r.As] = made
		}
		return err
	})
	return nil
}

func (scenario *Scenario) add(node *yaml.Node, run func(*stage) error) {
	scenario.steps = append(scenario.steps, step{node.Line, scenario.organization, run})
}
