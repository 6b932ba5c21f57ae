package server

import (
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"github.com/tenuto-dev/tenuto/spotify"
)

// metrics is what the operator can count. No label ever holds a person, a path or a key: routes are
// patterns, methods and classes come from closed lists.
type metrics struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	duration *prometheus.HistogramVec
	logins   *prometheus.CounterVec
	refused  *prometheus.CounterVec
	upstream *prometheus.CounterVec
	streams  prometheus.Gauge
	panics   prometheus.Counter
}

func newMetrics() *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "tenuto_http_requests_total", Help: "Requests answered.",
		}, []string{"route", "method", "code"}),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "tenuto_http_request_seconds", Help: "Time to answer.",
			Buckets: []float64{.001, .005, .025, .1, .25, .5, 1, 2.5, 10},
		}, []string{"route"}),
		logins: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "tenuto_logins_total", Help: "Login attempts that came back, by outcome.",
		}, []string{"outcome"}),
		refused: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "tenuto_problems_total", Help: "Pages that told somebody what went wrong.",
		}, []string{"problem"}),
		upstream: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "tenuto_spotify_calls_total", Help: "HTTP attempts at Spotify's Web API.",
		}, []string{"operation", "code"}),
		streams: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "tenuto_event_streams", Help: "Browsers looking at what is playing.",
		}),
		panics: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "tenuto_panics_total", Help: "Handlers that panicked.",
		}),
	}
	m.registry.MustRegister(m.requests, m.duration, m.logins, m.refused, m.upstream, m.streams, m.panics,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

func (m *metrics) request(route, method string, code int, took time.Duration) {
	m.requests.WithLabelValues(route, knownMethod(method), codeText(code)).Inc()
	m.duration.WithLabelValues(route).Observe(took.Seconds())
}

// spotifyCall counts what was sent; not what the cache answered or a cool-down refused.
func (m *metrics) spotifyCall(c spotify.Call) {
	if c.Attempt == 0 {
		return
	}
	m.upstream.WithLabelValues(string(c.Operation), codeText(c.Status)).Inc()
}

func knownMethod(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodDelete,
		http.MethodOptions, http.MethodPatch:
		return method
	}
	return "other"
}

// codeText avoids an allocation for the usual ones.
func codeText(code int) string {
	switch code {
	case 0:
		return "none"
	case http.StatusOK:
		return "200"
	case http.StatusNoContent:
		return "204"
	case http.StatusSeeOther:
		return "303"
	}
	return strconv.Itoa(code)
}
