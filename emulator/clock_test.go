package emulator_test

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/castai/pulumi-castai/emulator"
)

const clockPath = "/_emulator/clock"

func TestClock(t *testing.T) {
	b := newBed(t, emulator.Options{})
	clock := func(change doc, now string, rate float64) {
		t.Helper()
		b.same("moved", b.want(200, "PATCH", clockPath, change), doc{"now": now, "rate": rate})
	}
	b.same("at first", b.want(200, "GET", clockPath, nil), doc{"now": "2025-03-01T12:00:00Z", "rate": 1})
	clock(doc{"set": "2020-01-01T00:00:00Z"}, "2020-01-01T00:00:00Z", 1) // there is nothing yet
	cluster := b.eks("c")
	b.same("made", b.want(200, "GET", clusters+"/"+cluster, nil)["createdAt"], "2020-01-01T00:00:00Z")
	clock(doc{"advance": "24h"}, "2020-01-02T00:00:00Z", 1)
	b.pass(time.Hour)
	clock(doc{"freeze": true}, "2020-01-02T01:00:00Z", 0)
	b.pass(time.Hour)
	clock(doc{"advance": "1m"}, "2020-01-02T01:01:00Z", 0)
	clock(doc{"rate": 60}, "2020-01-02T01:01:00Z", 60)
	b.pass(time.Minute)
	clock(doc{"set": "2020-01-03T00:00:00Z", "advance": "1h"}, "2020-01-03T01:00:00Z", 60)
	b.same("now", b.srv.Clock(), doc{"now": "2020-01-03T01:00:00Z", "rate": 60})

	for words, change := range map[string]doc{
		"only forward": {"set": "2020-01-01T00:00:00Z"}, "only forward,": {"advance": "-1s"}, "beyond the year 9999": {"set": "9999-12-31T23:00:00Z", "advance": "2h"},
		"between 0 and": {"rate": -1}, "between 0 and 1e+06": {"rate": 1e7}, "parsing time": {"set": "tomorrow"}, "duration": {"advance": "a day"},
	} {
		b.refused(400, words, "PATCH", clockPath, change)
	}
	b.want(204, "POST", "/_emulator/reset", nil)
	b.same("after a reset", b.want(200, "GET", clockPath, nil), doc{"now": "2025-03-01T14:01:00Z", "rate": 1})
}

// What the clock was goes on after a restart, as if it had run meanwhile.
func TestClockSurvivesARestart(t *testing.T) {
	file := filepath.Join(t.TempDir(), "state.db")
	now := func(rate float64, want string) {
		b := newBed(t, emulator.Options{State: file})
		b.pass(time.Hour)
		b.same("now", b.want(200, "GET", clockPath, nil)["now"], want)
		b.want(200, "PATCH", clockPath, doc{"rate": rate})
		b.web.Close()
		if err := b.srv.Close(); err != nil {
			t.Fatal(err)
		}
	}
	first := newBed(t, emulator.Options{State: file})
	first.want(200, "PATCH", clockPath, doc{"advance": "24h"})
	first.web.Close()
	if err := first.srv.Close(); err != nil {
		t.Fatal(err)
	}
	now(0, "2025-03-02T13:00:00Z")
	now(0, "2025-03-02T13:00:00Z")
}

func TestExpiry(t *testing.T) {
	b := newBed(t, emulator.Options{})
	b.want(200, "POST", "/v1/invitations", doc{"members": []any{doc{"userEmail": "a@example.com", "roleBindings": []any{}}}})
	b.want(200, "POST", commitments+"/import/azure/reservation", []any{azure("a", doc{"expirationDate": "2025-03-20T00:00:00Z"})})
	keys := serviceAccounts + "/" + b.want(201, "POST", serviceAccounts, doc{"name": "ci"})["id"].(string) + "/keys"
	token := b.want(201, "POST", keys, doc{"key": doc{"name": "k", "expiresAt": "2025-03-15T00:00:00Z"}})["token"].(string)
	status := func() int {
		b.header.Set("X-Api-Key", token)
		defer b.header.Set("X-Api-Key", "secret-token")
		return b.send("GET", clusters, nil).status
	}
	check := func(when string, invitations, tokenStatus int, state string) {
		t.Helper()
		b.want(200, "PATCH", clockPath, doc{"set": when})
		b.same("invitations", len(b.want(200, "GET", "/v1/invitations", nil)["invitations"].([]any)), invitations)
		b.same("with the token", status(), tokenStatus)
		b.same("the commitment", at(b.want(200, "GET", commitments, nil), "commitments", 0, "state"), state)
	}
	check("2025-03-14T23:59:59Z", 1, 200, "STATE_ACTIVE")
	check("2025-03-15T00:00:00Z", 1, 401, "STATE_ACTIVE")
	check("2025-03-20T00:00:00Z", 1, 401, "STATE_EXPIRED")
	check("2025-04-01T00:00:00Z", 0, 401, "STATE_EXPIRED")
}

// The clock is a part of the state that a snapshot brings back.
func TestClockInSnapshots(t *testing.T) {
	b := newBed(t, emulator.Options{})
	cluster := b.eks("c")
	b.want(200, "PATCH", clockPath, doc{"advance": "24h", "freeze": true})
	snapshot := b.send("GET", "/_emulator/snapshot", nil).text
	b.want(200, "PATCH", clockPath, doc{"advance": "24h"})
	b.want(204, "PUT", "/_emulator/snapshot", snapshot)
	b.same("as it was", b.want(200, "GET", clockPath, nil), doc{"now": "2025-03-02T12:00:00Z", "rate": 0})
	b.want(200, "GET", clusters+"/"+cluster, nil)
	b.want(204, "PUT", "/_emulator/snapshot", `{"kind": "castai-emulator snapshot", "version": 1, "documents": []}`)
	b.same("never moved", b.want(200, "GET", clockPath, nil), doc{"now": "2025-03-01T12:00:00Z", "rate": 1})
}
