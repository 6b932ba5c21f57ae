package server

import (
	"cmp"
	"net/http"
	"runtime"
	"runtime/debug"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"github.com/tenuto-dev/tenuto/internal/vault"
	"github.com/tenuto-dev/tenuto/spotify"
)

// metrics is what the operator can count. No label ever holds a person, a path or a key: routes are
// patterns, methods and classes come from closed lists.
type metrics struct {
	registry  *prometheus.Registry
	requests  *prometheus.CounterVec
	duration  *prometheus.HistogramVec
	logins    *prometheus.CounterVec
	refused   *prometheus.CounterVec
	upstream  *prometheus.CounterVec
	answered  *prometheus.HistogramVec
	refreshes *prometheus.CounterVec
	refresh   prometheus.Histogram
	events    *prometheus.CounterVec
	probes    prometheus.Histogram
	ready     prometheus.Gauge
	streams   prometheus.Gauge
	panics    prometheus.Counter
	breaker   *prometheus.GaugeVec
	build     prometheus.Collector
	census    atomic.Pointer[vault.Census]
	keys      atomic.Pointer[vault.KeyStatus]
	paused    atomic.Pointer[time.Time] // until when the accounts service is left alone, as replicas know
}

var (
	shortTimes = []float64{.001, .005, .025, .1, .25, .5, 1, 2.5, 10}
	longTimes  = []float64{.05, .1, .25, .5, 1, 2.5, 5, 10, 25}
)

func newMetrics() *metrics {
	m := &metrics{
		registry:  prometheus.NewRegistry(),
		requests:  counters("http_requests_total", "Requests answered.", "route", "method", "code"),
		duration:  histograms("http_request_seconds", "Time to answer.", shortTimes, "route"),
		logins:    counters("logins_total", "Login attempts that came back, by outcome.", "outcome"),
		refused:   counters("problems_total", "Pages that told somebody what went wrong.", "problem"),
		upstream:  counters("spotify_calls_total", "HTTP attempts at Spotify's Web API.", "operation", "code"),
		answered:  histograms("spotify_call_seconds", "Time to Spotify's answer.", longTimes, "operation"),
		refreshes: counters("refreshes_total", "Refreshes of people's logins, by outcome.", "outcome"),
		refresh:   histogram("refresh_seconds", "Time a refresh took, the lease and the store included.", longTimes),
		build:     buildInfo(),
		breaker:   gauges("breaker_open", "Whether refreshes of the whole app are held back, by cause: 1 or 0.", "cause"),
		events:    counters("events_total", "Things that happened, as in the log; those that were not written too.", "event"),
		probes:    histogram("database_probe_seconds", "Time of one small write and its commit, for /readyz.", shortTimes),
		ready:     gauge("ready", "Whether people should be sent here, as far as the database goes: 1 or 0."),
		streams:   gauge("event_streams", "Browsers looking at what is playing."),
		panics: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "tenuto_panics_total", Help: "Handlers that panicked.",
		}),
	}
	for _, cause := range holdingCauses {
		m.breaker.WithLabelValues(string(cause)) // 0, and there before anything happens
	}
	m.registry.MustRegister(m.ours()...)
	m.registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// ours are those that are counted as things happen; standing has the others.
func (m *metrics) ours() []prometheus.Collector {
	return []prometheus.Collector{
		m.requests, m.duration, m.logins, m.refused, m.upstream, m.answered, m.refreshes, m.refresh,
		m.breaker, m.events, m.probes, m.ready, m.streams, m.panics, m.build,
	}
}

func counters(name, help string, labels ...string) *prometheus.CounterVec {
	return prometheus.NewCounterVec(prometheus.CounterOpts{Name: "tenuto_" + name, Help: help}, labels)
}

func histograms(name, help string, buckets []float64, labels ...string) *prometheus.HistogramVec {
	return prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "tenuto_" + name, Help: help, Buckets: buckets}, labels)
}

func histogram(name, help string, buckets []float64) prometheus.Histogram {
	return prometheus.NewHistogram(prometheus.HistogramOpts{Name: "tenuto_" + name, Help: help, Buckets: buckets})
}

func gauges(name, help string, labels ...string) *prometheus.GaugeVec {
	return prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "tenuto_" + name, Help: help}, labels)
}

func gauge(name, help string) prometheus.Gauge {
	return prometheus.NewGauge(prometheus.GaugeOpts{Name: "tenuto_" + name, Help: help})
}

// buildInfo is 1, and says which program this is.
func buildInfo() prometheus.Collector {
	version, revision := "unknown", "unknown"
	if info, ok := debug.ReadBuildInfo(); ok {
		version = cmp.Or(info.Main.Version, version)
		for _, setting := range info.Settings {
			if setting.Key == "vcs.revision" {
				revision = setting.Value
			}
		}
	}
	info := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "tenuto_build_info", Help: "Always 1: the labels say which program this is.",
		ConstLabels: prometheus.Labels{"version": version, "revision": revision, "goversion": runtime.Version()},
	})
	info.Set(1)
	return info
}

func (m *metrics) request(route, method string, code int, took time.Duration) {
	m.requests.WithLabelValues(route, knownMethod(method), codeText(code)).Inc()
	m.duration.WithLabelValues(route).Observe(took.Seconds())
}

// spotifyCall counts what was sent.
func (m *metrics) spotifyCall(c spotify.Call) {
	m.answered.WithLabelValues(string(c.Operation)).Observe(c.Duration.Seconds())
	m.upstream.WithLabelValues(string(c.Operation), codeText(c.Status)).Inc()
}

func (m *metrics) event(name string) { m.events.WithLabelValues(name).Inc() }

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
