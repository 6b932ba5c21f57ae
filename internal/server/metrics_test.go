package server_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tenuto-dev/tenuto/emulator"
	"github.com/tenuto-dev/tenuto/internal/server"
)

func (b *bubble) metrics() string { return b.ops("/metrics").Body.String() }

func (b *bubble) wantsMetrics(lines ...string) {
	b.t.Helper()
	text := "\n" + strings.Join(regexp.MustCompile(`(?m)^tenuto_.*$`).FindAllString(b.metrics(), -1), "\n") + "\n"
	for _, line := range lines {
		if !strings.Contains(text, "\n"+line+"\n") {
			b.t.Errorf("the metrics lack %q:\n%s", line, text)
		}
	}
}

// TestScrapeAsksTheDatabaseNothing: it is as complete without one.
func TestScrapeAsksTheDatabaseNothing(t *testing.T) {
	t.Parallel()
	inBubble(t, func(b *bubble) {
		session := b.login("alice")
		b.get("/", session)
		pass(2 * time.Hour)
		b.emu.Fail(emulator.Fault{Operation: "POST /api/token", Status: 429, RetryAfter: time.Hour})
		b.get("/", session)
		stop := b.serve()
		pass(2 * time.Minute)
		stop()
		if strings.Contains(b.metrics(), "tenuto_cooldown_seconds{of=\"accounts\"} 0\n") {
			t.Fatal("there is no pause of the accounts service that a scrape could ask about")
		}
		b.metrics() // counts memory and the like for the first time
		before := b.metrics()
		_ = b.db.Close()
		after := b.metrics()
		ours := regexp.MustCompile(`(?m)^tenuto_.*$`)
		if one, two := ours.FindAllString(before, -1), ours.FindAllString(after, -1); len(one) < 30 || !slices.Equal(one, two) {
			t.Errorf("with a database the metrics are\n%s\nwithout\n%s", one, two)
		}
		if !strings.Contains(after, `tenuto_grants{consent="later",state="alive"} 1`) {
			t.Errorf("without a database the metrics lack the census:\n%s", after)
		}
		b.wantsMetrics(`tenuto_database_connections{pool="reads",state="idle"} 8`, `tenuto_database_connections{pool="writes",state="in_use"} 0`,
			`tenuto_database_connections_max{pool="reads"} 8`, `tenuto_database_connections_refused_total{pool="reads"} 0`, `tenuto_spotify_waits_total{for="limit"} 0`)
		if !regexp.MustCompile(`(?m)^tenuto_spotify_waits_total\{for="budget"\} [1-9]`).MatchString(after) {
			t.Errorf("the first call of a server asks for its share, and the metrics lack a wait for that:\n%s", after)
		}
	})
}

// TestCensusOfAnotherReplica: one counts, all show it.
func TestCensusOfAnotherReplica(t *testing.T) {
	t.Parallel()
	inBubble(t, func(b *bubble) {
		for i := range 3 {
			b.emu.AddPerson(emulator.Person{Name: fmt.Sprint("person", i)})
			b.login(fmt.Sprint("person", i))
		}
		taken := time.Now()
		stop := b.serve()
		pass(time.Minute)
		b.wantsMetrics(`tenuto_grants{consent="later",state="alive"} 3`, `tenuto_sessions 3`,
			fmt.Sprint("tenuto_census_timestamp_seconds ", float64(taken.Unix())))
		stop()

		b.emu.AddPerson(emulator.Person{Name: "late"})
		b.login("late")
		other, err := server.New(b.config)
		if err != nil {
			t.Fatal(err)
		}
		b.srv = other
		stop = b.serve()
		pass(time.Minute) // nothing is due: it shows what the first has counted
		b.wantsMetrics(`tenuto_grants{consent="later",state="alive"} 3`, fmt.Sprint("tenuto_census_timestamp_seconds ", float64(taken.Unix())))
		pass(5 * time.Minute)
		b.wantsMetrics(`tenuto_grants{consent="later",state="alive"} 4`, `tenuto_sessions 4`)
		stop()
	})
}

// TestRefreshMetrics: refreshes by outcome, and what holds them back.
func TestRefreshMetrics(t *testing.T) {
	t.Parallel()
	inBubble(t, func(b *bubble) {
		session := b.login("alice")
		pass(2 * time.Hour)
		b.emu.Fail(emulator.Fault{Operation: "POST /api/token", Delay: time.Second, Times: 1})
		b.get("/", session)
		b.wantsMetrics(`tenuto_refreshes_total{outcome="renewed"} 1`, "tenuto_refresh_seconds_sum 1", "tenuto_refresh_seconds_count 1")
		pass(2 * time.Hour)
		b.emu.Fail(emulator.Fault{Operation: "POST /api/token", Status: 429, RetryAfter: 10 * time.Minute, Times: 1})
		b.get("/", session)
		b.wantsMetrics(`tenuto_refreshes_total{outcome="throttled"} 1`, `tenuto_breaker_open{cause="throttled"} 1`,
			`tenuto_breaker_open{cause="app_refused"} 0`, `tenuto_events_total{event="refreshes held back"} 1`)
		stop := b.serve()
		pass(time.Minute)
		left := regexp.MustCompile(`tenuto_cooldown_seconds\{of="accounts"\} (\d+)`).FindStringSubmatch(b.metrics())
		if left == nil || left[1] < "500" || left[1] > "600" {
			t.Errorf("a minute into ten of a cool-down the metrics say %q", left)
		}
		pass(15 * time.Minute)
		b.get("/", session)
		b.wantsMetrics(`tenuto_refreshes_total{outcome="renewed"} 2`, `tenuto_breaker_open{cause="throttled"} 0`,
			`tenuto_events_total{event="refreshes go on"} 1`, `tenuto_cooldown_seconds{of="accounts"} 0`)
		stop()
	})
}
