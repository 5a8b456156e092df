// Package world makes the world of an end-to-end test: the real engine with the provider
// as a plugin, and an emulator of the test's own in the place of CAST AI.
package world

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/castai/pulumi-castai/emulator"
	"github.com/castai/pulumi-castai/internal/testengine"
)

// Token is the API token in the environment of a world's programs.
const Token = "token-of-the-world-7c1e94"

// World is an engine and the CAST AI that its programs find.
type World struct {
	*testengine.Engine
	// API is the emulator. Its clusters come online and are disconnected at once.
	API *emulator.Server
	// URL is the emulator's address.
	URL string
}

// New makes a world. Each of the handlers before the emulator gets the next one, and may
// answer in its place.
func New(t *testing.T, before ...func(http.Handler) http.Handler) *World {
	t.Helper()
	return Open(t, "", before...)
}

// Open makes a world whose emulator keeps its state in a file, which may hold that of
// an earlier world.
func Open(t *testing.T, state string, before ...func(http.Handler) http.Handler) *World {
	t.Helper()
	api, err := emulator.New(emulator.Options{Strict: true, State: state, Settings: emulator.Settings{AgentDelay: -1, DisconnectDelay: -1}})
	if err != nil {
		t.Fatal(err)
	}
	var handler http.Handler = api
	for _, wrap := range before {
		handler = wrap(handler)
	}
	web := httptest.NewServer(handler)
	t.Cleanup(func() {
		web.CloseClientConnections()
		web.Close()
		if err := api.Close(); err != nil {
			t.Error("emulator:", err)
		}
	})
	w := &World{Engine: testengine.New(t), API: api, URL: web.URL}
	w.Castai()
	w.Setenv("CASTAI_API_URL", web.URL)
	w.Setenv("CASTAI_API_TOKEN", Token)
	return w
}

// Calls are the requests so far of a method, or of any when it is empty, whose path ends
// in the given one, oldest first.
func (w *World) Calls(method, path string) []emulator.Request {
	return slices.DeleteFunc(w.API.Requests(), func(r emulator.Request) bool {
		return method != "" && r.Method != method || !strings.HasSuffix(r.Path, path)
	})
}
