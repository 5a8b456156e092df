package emulator

import (
	"cmp"
	"net/http"
	"os"
	"strconv"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// metrics are what Prometheus can read at /_emulator/metrics.
type metrics struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	duration *prometheus.HistogramVec
	faults   *prometheus.CounterVec
}

func newMetrics(s *Server) *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "castai_emulator_requests_total", Help: "Calls of the API by operation and status; 0 if the answer was lost.",
		}, []string{"operation", "status"}),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "castai_emulator_request_duration_seconds", Help: "How long calls took, delays by faults included.",
			Buckets: []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10},
		}, []string{"operation"}),
		faults: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "castai_emulator_faults_total", Help: "Faults that struck, by action.",
		}, []string{"action"}),
	}
	m.registry.MustRegister(m.requests, m.duration, m.faults, collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "castai_emulator_documents", Help: "Documents in the state.",
		}, func() float64 {
			s.mu.Lock()
			defer s.mu.Unlock()
			return float64(s.store.size())
		}),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "castai_emulator_state_bytes", Help: "Size of the state file; 0 without one.",
		}, s.stateBytes))
	return m
}

func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{Registry: m.registry})
}

// observe counts a call. Those that the contract does not know count together: their paths have no end.
func (m *metrics) observe(r Request) {
	operation := cmp.Or(r.Operation, "other")
	status := r.Status
	if r.Lost {
		status = 0
	}
	m.requests.WithLabelValues(operation, strconv.Itoa(status)).Inc()
	m.duration.WithLabelValues(operation).Observe(r.Duration.Seconds())
	for _, action := range r.Faults {
		m.faults.WithLabelValues(string(action)).Inc()
	}
}

// size is the number of documents.
func (s *store) size() int {
	n := 0
	for _, in := range s.scopes {
		n += len(in.order)
	}
	return n
}

func (s *Server) stateBytes() float64 {
	bytes := 0.0
	for _, file := range []string{s.options.State, s.options.State + "-wal"} {
		if info, err := os.Stat(file); s.options.State != "" && err == nil {
			bytes += float64(info.Size())
		}
	}
	return bytes
}
