package server_test

import (
	"bytes"
	"cmp"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/tenuto-dev/tenuto/emulator"
	"github.com/tenuto-dev/tenuto/internal/server"
)

// daysVariable says how many days TestWeek takes.
const daysVariable = "TENUTO_TEST_DAYS"

// TestWeek: people come and go, Spotify has bad hours, and a server holds no more at the end than near the beginning:
// within a hundredth for each day, and two at least. It takes one day by itself, for a server has much to do in a week. It does not run
// beside other tests: it counts what the whole process holds.
func TestWeek(t *testing.T) { //nolint:paralleltest // see above
	const people, look, samples = 8, 30 * time.Minute, 7
	days, err := strconv.Atoi(cmp.Or(os.Getenv(daysVariable), "1"))
	if err != nil {
		t.Fatalf("%s: %v", daysVariable, err)
	}
	defer func(rate int) { runtime.MemProfileRate = rate }(runtime.MemProfileRate)
	runtime.MemProfileRate = 512
	inBubble(t, func(b *bubble) {
		defer b.serve()()
		crowd := newCrowd(b, people)
		var held []holding
		for range samples {
			b.badHour()
			for end := time.Now().Add(time.Duration(days) * day / samples); time.Now().Before(end); pass(look) {
				crowd.live()
			}
			held = append(held, b.holds())
		}
		if least := 150 * days; crowd.played < least {
			t.Errorf("the music was seen %d times in %d days, want %d: too little goes on", crowd.played, days, least)
		}
		for i, h := range held {
			t.Logf("after %d of %d parts of %d days: %+v", i+1, samples, days, h)
		}
		first, last := held[1], held[samples-1]
		if last.goroutines > first.goroutines || last.files > first.files {
			t.Errorf("at the end there are %d goroutines and %d open files, near the beginning %d and %d", last.goroutines, last.files, first.goroutines, first.files)
		}
		if limit := first.heap + first.heap/100*int64(max(2, days)); last.heap > limit {
			t.Errorf("at the end %d bytes are in use, near the beginning %d: more than a hundredth more each day", last.heap, first.heap)
		}
	}, func(c *emulator.Config, conf *server.Config) {
		conf.Idle = 400 * day
		for n := range people {
			c.People = append(c.People, emulator.Person{Name: fmt.Sprint("person", n), SavedTracks: -1, Playlists: -1})
		}
	})
}

// crowd are people who do things at random.
type crowd struct {
	*bubble
	random   *rand.Rand
	sessions []string
	played   int // how often somebody saw what plays
}

func newCrowd(b *bubble, people int) *crowd {
	return &crowd{bubble: b, random: rand.New(rand.NewPCG(1, 2)), sessions: make([]string, people)}
}

// live lets each of them do one thing. Few disconnect: logins that nobody uses are remembered until there are a thousand.
func (c *crowd) live() {
	for n, session := range c.sessions {
		name := fmt.Sprint("person", n)
		switch chance := c.random.IntN(1000); {
		case session == "":
			c.sessions[n] = c.tryLogin(name)
			continue
		case chance < 40:
			c.post("/logout", session, "")
		case chance < 44:
			c.post("/account/disconnect", session, "sure=yes")
		case chance < 50:
			c.emu.Revoke(name)
			c.get("/", session)
		default:
			if strings.Contains(c.home(session), "Now playing:") {
				c.played++
			}
			continue
		}
		c.sessions[n] = ""
	}
}

// tryLogin returns no session in a bad hour.
func (c *crowd) tryLogin(name string) string {
	there := c.get("/login", "")
	if there.Code != http.StatusSeeOther {
		return ""
	}
	back := c.emu.Approve(there.Header().Get("Location"), name)
	return sessionOf(c.do(http.MethodGet, back.RequestURI(), "", there.Result().Cookies()...))
}

// badHour is one of Spotify's: it breaks connections, answers with errors, and asks for patience.
func (b *bubble) badHour() {
	for _, f := range []emulator.Fault{
		{Operation: "POST /api/token", Times: 3, Reset: emulator.ResetBefore},
		{Operation: "POST /api/token", After: 3, Times: 5, Status: http.StatusServiceUnavailable},
		{Operation: "GET /me/player/currently-playing", Times: 5, Status: http.StatusBadGateway},
		{Operation: "GET /me/player/currently-playing", After: 5, Times: 2, Status: http.StatusTooManyRequests, RetryAfter: time.Minute},
	} {
		b.emu.Fail(f)
	}
}

// holding is what a process holds.
type holding struct {
	heap              int64 // bytes of the sample that is not Spotify's nor the test's
	goroutines, files int
}

// holds counts it.
func (b *bubble) holds() (h holding) {
	b.log.empty(b.t)
	pass(time.Minute) // what is under way ends
	for range 3 {
		runtime.GC()
	}
	records := make([]runtime.MemProfileRecord, 10_000)
	n, ok := runtime.MemProfile(records, false)
	if !ok {
		b.t.Fatalf("there are %d records of memory", n)
	}
	for _, r := range records[:n] {
		if !notOurs(r.Stack()) {
			h.heap += r.InUseBytes()
		}
	}
	files, _ := os.ReadDir("/proc/self/fd") // none on other systems
	h.goroutines, h.files = runtime.NumGoroutine(), len(files)
	return h
}

// notOurs reports whether Spotify or the test has allocated something, and not the server.
func notOurs(stack []uintptr) bool {
	frames := runtime.CallersFrames(stack)
	for {
		frame, more := frames.Next()
		switch _, name, _ := strings.Cut(frame.Function, "tenuto-dev/tenuto/"); {
		case strings.HasPrefix(name, "emulator."), strings.HasPrefix(name, "internal/server_test."):
			return true
		case name != "":
			return false
		case !more:
			return true // nor of our packages at all: the runtime's and the like
		}
	}
}

// empty forgets what was logged, once it has been looked through for secrets.
func (l *logBuffer) empty(t *testing.T) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if strings.Contains(l.b.String(), canary) {
		t.Errorf("the log holds the client secret:\n%s", l.b.String())
	}
	l.b = bytes.Buffer{}
}
