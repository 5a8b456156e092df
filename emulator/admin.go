package emulator

import (
	"encoding/json"
	"errors"
	"net/http"
	"time"
)

// adminPrefix is where the emulator itself is talked to.
const adminPrefix = "/_emulator/"

// adminHandler serves the emulator's own interface. It needs no token: the server listens on loopback.
func (s *Server) adminHandler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /_emulator/health", func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, http.StatusOK, doc{"status": "ok"})
	})
	s.requestInterface(mux)
	mux.HandleFunc("GET /_emulator/faults", func(w http.ResponseWriter, _ *http.Request) {
		list := []faultJSON{}
		for _, f := range s.Faults() {
			list = append(list, faultToJSON(f))
		}
		writeJSON(w, http.StatusOK, doc{"seed": s.Seed(), "faults": list})
	})
	mux.HandleFunc("POST /_emulator/faults", func(w http.ResponseWriter, r *http.Request) {
		var f faultJSON
		if !readJSON(w, r, &f) {
			return
		}
		if err := s.Fail(f.fault()); err != nil {
			writeResult(w, badRequest("%v", err))
			return
		}
		w.WriteHeader(http.StatusNoContent)
	})
	mux.HandleFunc("PUT /_emulator/faults", func(w http.ResponseWriter, r *http.Request) {
		takeBody(w, r, func(text []byte) error {
			plan, err := ParseFaults(text)
			if err != nil {
				return badRequest("%v", err)
			}
			return s.SetFaults(plan)
		})
	})
	mux.HandleFunc("DELETE /_emulator/faults", func(w http.ResponseWriter, _ *http.Request) {
		s.ClearFaults()
		w.WriteHeader(http.StatusNoContent)
	})
	mux.HandleFunc("GET /_emulator/settings", func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, http.StatusOK, settingsToJSON(s.Settings()))
	})
	mux.HandleFunc("PATCH /_emulator/settings", func(w http.ResponseWriter, r *http.Request) {
		changed := settingsToJSON(s.Settings())
		if !readJSON(w, r, &changed) {
			return
		}
		s.Configure(func(to *Settings) { *to = changed.settings() })
		writeJSON(w, http.StatusOK, settingsToJSON(s.Settings()))
	})
	mux.HandleFunc("PATCH /_emulator/clusters/{id}", func(w http.ResponseWriter, r *http.Request) {
		var to Override
		if readJSON(w, r, &to) {
			writeResult(w, s.OverrideCluster(r.PathValue("id"), to))
		}
	})
	mux.HandleFunc("POST /_emulator/clusters/{id}/nodes", func(w http.ResponseWriter, r *http.Request) {
		var node struct {
			Name string `json:"name"`
		}
		if readJSON(w, r, &node) {
			writeResult(w, s.AddNode(r.PathValue("id"), node.Name))
		}
	})
	mux.HandleFunc("PATCH /_emulator/clusters/{id}/nodes/{name}", func(w http.ResponseWriter, r *http.Request) {
		var to struct {
			Hold bool `json:"hold"`
		}
		if readJSON(w, r, &to) {
			writeResult(w, s.HoldNode(r.PathValue("id"), r.PathValue("name"), to.Hold))
		}
	})
	mux.HandleFunc("POST /_emulator/clusters/{id}/resync", func(w http.ResponseWriter, r *http.Request) {
		writeResult(w, s.Resync(r.PathValue("id")))
	})
	mux.HandleFunc("GET /_emulator/clusters/{id}/actions", func(w http.ResponseWriter, r *http.Request) {
		list, err := s.ClusterActions(r.PathValue("id"))
		if err != nil {
			writeResult(w, err)
			return
		}
		writeJSON(w, http.StatusOK, doc{"actions": list})
	})
	mux.HandleFunc("POST /_emulator/clusters/{id}/actions", func(w http.ResponseWriter, r *http.Request) {
		var payload doc
		if !readJSON(w, r, &payload) {
			return
		}
		id, err := s.QueueAction(r.PathValue("id"), payload)
		if err != nil {
			writeResult(w, err)
			return
		}
		writeJSON(w, http.StatusOK, doc{"id": id})
	})
	mux.HandleFunc("POST /_emulator/invitations/{email}/accept", func(w http.ResponseWriter, r *http.Request) {
		writeResult(w, s.AcceptInvitation(r.PathValue("email")))
	})
	s.stateInterface(mux)
	s.clockInterface(mux)
	return mux
}

// duration is written as "1.5s" in JSON.
type duration time.Duration

func (d duration) MarshalText() ([]byte, error) { return []byte(time.Duration(d).String()), nil }

func (d *duration) UnmarshalText(text []byte) error {
	parsed, err := time.ParseDuration(string(text))
	*d = duration(parsed)
	return err
}

// settingsJSON is Settings. A zero delay is no delay here.
type settingsJSON struct {
	Agents             Agents   `json:"agents"`
	AgentDelay         duration `json:"agentDelay"`
	DisconnectDelay    duration `json:"disconnectDelay"`
	GiveUp             duration `json:"giveUp"`
	ArchivedNotFound   bool     `json:"archivedNotFound"`
	CredentialsRevoked bool     `json:"credentialsRevoked"`
	Life               bool     `json:"life"`
	NodesFail          bool     `json:"nodesFail"`
	RecreateJobs       bool     `json:"recreateJobs"`
	Latency            latency  `json:"latency"`
	ReadOnly           bool     `json:"readOnly"`
	RateLimit          float64  `json:"rateLimit"`
	PageSize           int      `json:"pageSize"`
}

func settingsToJSON(s Settings) settingsJSON {
	return settingsJSON{
		Agents: s.Agents, AgentDelay: duration(max(0, s.AgentDelay)), DisconnectDelay: duration(max(0, s.DisconnectDelay)),
		GiveUp: duration(s.GiveUp), ArchivedNotFound: s.ArchivedNotFound, CredentialsRevoked: s.CredentialsRevoked,
		Life: s.Life, NodesFail: s.NodesFail, RecreateJobs: s.RecreateJobs,
		Latency: latency{s.Latency, s.Latencies}, ReadOnly: s.ReadOnly, RateLimit: s.RateLimit, PageSize: s.PageSize,
	}
}

func (s settingsJSON) settings() Settings {
	fixed, drawn := s.Latency.split()
	return Settings{
		Agents: s.Agents, AgentDelay: orNone(s.AgentDelay), DisconnectDelay: orNone(s.DisconnectDelay), GiveUp: time.Duration(s.GiveUp),
		ArchivedNotFound: s.ArchivedNotFound, CredentialsRevoked: s.CredentialsRevoked,
		Life: s.Life, NodesFail: s.NodesFail, RecreateJobs: s.RecreateJobs, Latency: fixed, Latencies: drawn,
		ReadOnly: s.ReadOnly, RateLimit: s.RateLimit, PageSize: s.PageSize,
	}
}

// orNone spells "no delay" as Settings does.
func orNone(d duration) time.Duration {
	if d == 0 {
		return -1
	}
	return time.Duration(d)
}

func readJSON(w http.ResponseWriter, r *http.Request, into any) bool {
	decoder := json.NewDecoder(r.Body)
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		writeJSON(w, http.StatusBadRequest, doc{"message": err.Error()})
		return false
	}
	return true
}

func writeResult(w http.ResponseWriter, err error) {
	var failure *Failure
	switch {
	case err == nil:
		w.WriteHeader(http.StatusNoContent)
	case errors.As(err, &failure):
		writeJSON(w, failure.Status, failure.body(true))
	default:
		writeJSON(w, http.StatusInternalServerError, doc{"message": err.Error()})
	}
}

func writeJSON(w http.ResponseWriter, status int, value any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(value) // a client that went away is no error of ours
}
