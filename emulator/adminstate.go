package emulator

import "net/http"

// stateInterface serves what saves and brings back the state.
func (s *Server) stateInterface(mux *http.ServeMux) {
	mux.HandleFunc("GET /_emulator/snapshot", func(w http.ResponseWriter, _ *http.Request) {
		snapshot, err := s.Snapshot()
		if err != nil {
			writeResult(w, err)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		w.Write(snapshot) // a client that went away is no error of ours
	})
	mux.HandleFunc("PUT /_emulator/snapshot", func(w http.ResponseWriter, r *http.Request) {
		takeBody(w, r, s.Restore)
	})
	mux.HandleFunc("POST /_emulator/scenario", func(w http.ResponseWriter, r *http.Request) {
		takeBody(w, r, func(text []byte) error {
			scenario, err := ParseScenario(text)
			if err != nil {
				return badRequest("%v", err)
			}
			if err := s.Load(scenario); err != nil {
				return badRequest("%v", err)
			}
			return nil
		})
	})
	mux.HandleFunc("POST /_emulator/reset", func(w http.ResponseWriter, _ *http.Request) {
		writeResult(w, s.Reset())
	})
}

// takeBody answers with what comes of a body.
func takeBody(w http.ResponseWriter, r *http.Request, take func([]byte) error) {
	body, err := readBody(r)
	if err != nil {
		writeResult(w, badRequest("the body cannot be read: %v", err))
		return
	}
	writeResult(w, take(body))
}
