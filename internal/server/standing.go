package server

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/internal/vault"
	"github.com/tenuto-dev/tenuto/spotify"
)

// standing is how things are at the moment of a scrape: the governor of calls, cool-downs, and the
// latest census. All of it is in memory: a scrape asks the database nothing.
type standing struct{ *Server }

func describe(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("tenuto_"+name, help, labels, nil)
}

var (
	descLimit    = describe("spotify_window_limit", "Calls in 30 seconds that Spotify allows this app, as learned; 0: not known.")
	descUsed     = describe("spotify_window_used", "Calls of the last 30 seconds, and those under way.")
	descWaiting  = describe("spotify_waiting_calls", "Calls that wait for their turn.")
	descWaits    = describe("spotify_waits_total", "Calls that had to wait for their turn, by what for.", "for")
	descWaited   = describe("spotify_wait_seconds_total", "Time that calls waited for their turn, by what for.", "for")
	descCooldown = describe("cooldown_seconds", "Time until Spotify may be asked again; 0: now.", "of")
	descGrants   = describe("grants", "People, by how their login does and how long their consent still lasts, as counted last.", "state", "consent")
	descSessions = describe("sessions", "Browsers signed in, as counted last.")
	descKeys     = describe("data_keys", "Data keys in the database, by state.", "state")
	descKeyTime  = describe("data_key_timestamp_seconds", "When the data key was made that seals.")
	descSealing  = describe("resealing", "Whether rows may lie under older keys than the one that seals: 1 or 0.")
	descResealed = describe("resealed_rows_total", "Rows that this process has brought under a newer key.")
	descCensus   = describe("census_timestamp_seconds", "When grants and sessions were counted last.")
	descConns    = describe("database_connections", "Connections to the database.", "pool", "state")
	descMost     = describe("database_connections_max", "Connections to the database that there may be.", "pool")
	descQueued   = describe("database_waits_total", "Times that a connection had to be waited for.", "pool")
	descQueuing  = describe("database_wait_seconds_total", "Time that connections were waited for.", "pool")
	descRefused  = describe("database_connections_refused_total", "Connections to the database that could not be opened.", "pool")
)

// Describe implements prometheus.Collector.
func (standing) Describe(to chan<- *prometheus.Desc) {
	for _, desc := range []*prometheus.Desc{descLimit, descUsed, descWaiting, descWaits, descWaited, descCooldown, descGrants, descSessions, descCensus,
		descKeys, descKeyTime, descSealing, descResealed, descConns, descMost, descQueued, descQueuing, descRefused} {
		to <- desc
	}
}

// Collect implements prometheus.Collector.
func (s standing) Collect(to chan<- prometheus.Metric) {
	gauge := func(desc *prometheus.Desc, value float64, labels ...string) {
		to <- prometheus.MustNewConstMetric(desc, prometheus.GaugeValue, value, labels...)
	}
	counter := func(desc *prometheus.Desc, value float64, labels ...string) {
		to <- prometheus.MustNewConstMetric(desc, prometheus.CounterValue, value, labels...)
	}
	usage := s.spotify.Governor().Usage()
	gauge(descLimit, float64(usage.Limit))
	gauge(descUsed, float64(usage.Used))
	gauge(descWaiting, float64(usage.Waiting))
	collectWaits(usage, counter)

	now := s.Now()
	rate, quota := usage.RetryAt, time.Time{}
	if usage.Quota {
		rate, quota = quota, rate
	}
	gauge(descCooldown, secondsUntil(rate, now), "api_rate")
	gauge(descCooldown, secondsUntil(quota, now), "api_quota")
	accounts := time.Time{}
	if paused := s.metrics.paused.Load(); paused != nil {
		accounts = *paused
	}
	gauge(descCooldown, secondsUntil(accounts, now), "accounts")

	s.collectPools(gauge, counter)
	s.collectCensus(gauge)
	if keys := s.metrics.keys.Load(); keys != nil {
		collectKeys(keys, gauge)
		counter(descResealed, float64(keys.Resealed))
	}
}

// collectWaits tells apart calls that wait for Spotify's limit, and those that wait to hear how much of it the other
// servers have left.
func collectWaits(usage spotify.Usage, counter func(*prometheus.Desc, float64, ...string)) {
	var all spotify.Counts
	for _, counts := range usage.Operations {
		all.Waits += counts.Waits
		all.Waited += counts.Waited
		all.BudgetWaits += counts.BudgetWaits
		all.BudgetWaited += counts.BudgetWaited
	}
	counter(descWaits, float64(all.Waits-all.BudgetWaits), "limit")
	counter(descWaits, float64(all.BudgetWaits), "budget")
	counter(descWaited, (all.Waited - all.BudgetWaited).Seconds(), "limit")
	counter(descWaited, all.BudgetWaited.Seconds(), "budget")
}

// collectKeys tells how old the key is that seals, and whether something lies under an older one.
func collectKeys(keys *vault.KeyStatus, gauge func(*prometheus.Desc, float64, ...string)) {
	counts := map[vault.KeyState]int{vault.KeyNew: 0, vault.KeyActive: 0, vault.KeyOld: 0}
	sealing := 0.0
	for _, key := range keys.Data {
		counts[key.State]++
		if key.State != vault.KeyActive {
			continue
		}
		gauge(descKeyTime, float64(key.Created.UnixMilli())/1000)
		if key.Resealed == nil && len(keys.Data) > 1 {
			sealing = 1
		}
	}
	for state, n := range counts {
		gauge(descKeys, float64(n), string(state))
	}
	gauge(descSealing, sealing)
}

// collectPools tells how busy the connections to the database are.
func (s standing) collectPools(gauge, counter func(*prometheus.Desc, float64, ...string)) {
	for _, pool := range s.db.Pools() {
		gauge(descConns, float64(pool.InUse), pool.Name, "in_use")
		gauge(descConns, float64(pool.Idle), pool.Name, "idle")
		gauge(descConns, float64(pool.Opening), pool.Name, "opening")
		gauge(descMost, float64(pool.Most), pool.Name)
		counter(descQueued, float64(pool.Waits), pool.Name)
		counter(descQueuing, pool.Waited.Seconds(), pool.Name)
		counter(descRefused, float64(pool.Refused), pool.Name)
	}
}

func (s standing) collectCensus(gauge func(*prometheus.Desc, float64, ...string)) {
	census := s.metrics.census.Load()
	if census == nil {
		return
	}
	counts := map[[2]string]int{}
	for _, c := range census.Grants {
		counts[[2]string{grantState(c.State), grantAge(c.Age)}] += c.Count
	}
	for labels, n := range counts {
		gauge(descGrants, float64(n), labels[0], labels[1])
	}
	gauge(descSessions, float64(census.Sessions))
	gauge(descCensus, float64(census.Taken.UnixMilli())/1000)
}

func secondsUntil(at, now time.Time) float64 {
	if at.IsZero() {
		return 0
	}
	return max(0, at.Sub(now).Seconds())
}

// grantState keeps the label's values few: a newer version may know more reasons.
func grantState(state string) string {
	switch auth.Reason(state) {
	case "":
		return "alive"
	case auth.ReasonExpired, auth.ReasonRevoked, auth.ReasonInvalid, auth.ReasonNone:
		return state
	}
	return "other"
}

func grantAge(age string) string {
	switch age {
	case ageEnded, ageDay, ageWeek, ageMonth, ageLater:
		return age
	}
	return "unknown"
}
