package torture

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/tenuto-dev/tenuto/emulator"
)

// at is a moment of the histories below, in milliseconds.
func at(ms int) time.Time {
	return time.Unix(1_800_000_000, 0).Add(time.Duration(ms) * time.Millisecond)
}

// refreshed is a refresh of alice's that worked, at one server.
func refreshed(replica string, ms int, consumed, refresh, access string) exchange {
	return exchange{replica: replica, person: "alice", status: http.StatusOK, consumed: consumed, refresh: refresh,
		access: access, asked: at(ms), in: at(ms), done: at(ms + 5), out: at(ms + 10)}
}

// loggedIn is how all of them begin.
func loggedIn() exchange {
	e := refreshed("one", 0, "code", "r1", "a1")
	e.login = true
	return e
}

func savedAt(ms map[string]int) map[string]time.Time {
	saved := map[string]time.Time{}
	for name, n := range ms {
		saved[name] = at(n)
	}
	return saved
}

// TestJudge shows the judge histories in which a promise was broken, and others that look alike.
func TestJudge(t *testing.T) {
	t.Parallel()
	killed := disturbance{replica: "one", kind: killedAtRandom, from: at(1008), to: at(1508)}
	lost := refreshed("one", 1000, "r1", "r2", "a2")
	refused := refreshed("two", 2500, "r1", "", "")
	refused.status = http.StatusBadRequest
	broken := lost
	broken.broken = true
	loggedInAgain := refreshed("one", 2200, "code", "r9", "a9")
	loggedInAgain.login = true
	for name, c := range map[string]struct {
		j      judge
		broken string // what it complains about; "": nothing
		forced int    // explained
	}{
		"one each": {judge{
			exchanges: []exchange{loggedIn(), refreshed("one", 1000, "r1", "r2", "a2"), refreshed("two", 2001, "r2", "r3", "a3")},
			saved:     savedAt(map[string]int{"a1": 20, "a2": 1020, "a3": 2020})}, "", 0},
		"two at once": {judge{
			exchanges: []exchange{loggedIn(), refreshed("one", 1000, "r1", "r2", "a2"), refreshed("two", 1100, "r2", "r3", "a3")},
			saved:     savedAt(map[string]int{"a1": 20, "a2": 1020, "a3": 1120})}, "a refresh too many", 0},
		"two at once, for one died": {judge{
			exchanges: []exchange{loggedIn(), lost, refreshed("two", 1100, "r2", "r3", "a3")},
			saved:     savedAt(map[string]int{"a1": 20, "a3": 1120}), disturbed: []disturbance{killed}}, "", 0},
		"two at once, and another died": {judge{
			exchanges: []exchange{loggedIn(), lost, refreshed("two", 1100, "r2", "r3", "a3")},
			saved:     savedAt(map[string]int{"a1": 20, "a3": 1120}),
			disturbed: []disturbance{{replica: "three", kind: killedAtRandom, from: at(1008), to: at(1508)}}}, "a refresh too many", 0},
		"two at once, and Spotify was down": {judge{
			exchanges: []exchange{loggedIn(), refreshed("one", 1000, "r1", "r2", "a2"), refreshed("two", 1100, "r2", "r3", "a3")},
			saved:     savedAt(map[string]int{"a1": 20, "a2": 1020, "a3": 1120}),
			disturbed: []disturbance{{kind: spotifyDown, from: at(500), to: at(1500)}}}, "a refresh too many", 0},
		"two at once, for one was parted": {judge{
			exchanges: []exchange{loggedIn(), refreshed("one", 1000, "r1", "r2", "a2"), refreshed("two", 1100, "r2", "r3", "a3")},
			saved:     savedAt(map[string]int{"a1": 20, "a2": 1020, "a3": 1120}),
			disturbed: []disturbance{{replica: "one", kind: cutOff, from: at(500), to: at(1500)}}}, "", 0},
		"lost in a crash": {judge{
			exchanges: []exchange{loggedIn(), lost, refused}, saved: savedAt(map[string]int{"a1": 20}),
			disturbed: []disturbance{killed}, forced: []forcedLogin{{At: at(2600), Person: "alice"}}}, "", 1},
		"lost though it was saved": {judge{
			exchanges: []exchange{loggedIn(), lost, refused}, saved: savedAt(map[string]int{"a1": 20, "a2": 1007}),
			disturbed: []disturbance{killed}, forced: []forcedLogin{{At: at(2600), Person: "alice"}}}, "had to log in again", 0},
		"lost though nobody died": {judge{
			exchanges: []exchange{loggedIn(), lost, refused}, saved: savedAt(map[string]int{"a1": 20}),
			forced: []forcedLogin{{At: at(2600), Person: "alice"}}}, "had to log in again", 0},
		"lost long before the crash": {judge{
			exchanges: []exchange{loggedIn(), lost, refused}, saved: savedAt(map[string]int{"a1": 20}),
			disturbed: []disturbance{{replica: "one", kind: killedAtRandom, from: at(2200), to: at(2300)}},
			forced:    []forcedLogin{{At: at(2600), Person: "alice"}}}, "had to log in again", 0},
		"lost though nothing rotates": {judge{
			refresh:   emulator.NoneReturned,
			exchanges: []exchange{loggedIn(), lost, refused}, saved: savedAt(map[string]int{"a1": 20}),
			disturbed: []disturbance{killed}, forced: []forcedLogin{{At: at(2600), Person: "alice"}}}, "had to log in again", 0},
		"broken by Spotify": {judge{
			exchanges: []exchange{loggedIn(), broken, refused}, saved: savedAt(map[string]int{"a1": 20}),
			disturbed: []disturbance{{kind: answersLost, from: at(900), to: at(1200)}},
			forced:    []forcedLogin{{At: at(2600), Person: "alice"}}}, "", 1},
		"their own doing": {judge{
			exchanges: []exchange{loggedIn(), refused}, saved: savedAt(map[string]int{"a1": 20}),
			taken: map[string][]time.Time{"alice": {at(2000)}}, forced: []forcedLogin{{At: at(2600), Person: "alice", Own: true}}}, "", 1},
		"their own doing, twice": {judge{
			exchanges: []exchange{loggedIn(), refused}, saved: savedAt(map[string]int{"a1": 20}),
			taken: map[string][]time.Time{"alice": {at(2000), at(9000)}}}, "", 0},
		"refused after another consent": {judge{
			exchanges: []exchange{loggedIn(), loggedInAgain, refused}, saved: savedAt(map[string]int{"a1": 20, "a9": 2220}),
			taken: map[string][]time.Time{"alice": {at(2000)}}}, "a refresh too many", 0},
		"another's answer was lost": {judge{
			exchanges: []exchange{loggedIn(), func() exchange { e := lost; e.person, e.consumed = "bob", "b1"; return e }(), refused},
			saved:     savedAt(map[string]int{"a1": 20}),
			disturbed: []disturbance{killed}, forced: []forcedLogin{{At: at(2600), Person: "alice"}}}, "had to log in again", 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tally := newTally()
			c.j.interval = time.Second
			if c.j.refresh == 0 && name != "lost though nothing rotates" {
				c.j.refresh = emulator.Rotated
			}
			c.j.decide(&tally)
			all := strings.Join(tally.Broken, "\n")
			if (all != "") != (c.broken != "") || !strings.Contains(all, c.broken) || total(tally.Forced) != c.forced {
				t.Errorf("the judge found %q and explained %v, want %q and %d", all, tally.Forced, c.broken, c.forced)
			}
		})
	}
}

// TestFormula: with a hundred people who refresh once a second and a tenth of a second to save, each crash takes ten.
func TestFormula(t *testing.T) {
	t.Parallel()
	j := judge{interval: time.Second, saved: map[string]time.Time{}}
	for n := range 1000 {
		e := refreshed("one", 10*n, "r", "r", string(rune('a'))+at(n).String())
		j.exchanges = append(j.exchanges, e)
		j.saved[e.access] = e.in.Add(100 * time.Millisecond)
	}
	j.disturbed = []disturbance{{replica: "one", kind: killedAtRandom, from: at(5000), to: at(5000)}}
	tally := newTally()
	j.compare(&tally)
	if tally.Expected < 9 || tally.Expected > 11 {
		t.Errorf("expected losses = %.1f, want 10", tally.Expected)
	}
}

// TestDiary: what a diary adds up to, with its last line torn.
func TestDiary(t *testing.T) {
	t.Parallel()
	path := t.TempDir() + "/diary"
	d, err := openDiary(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range []entry{
		{Who: "alice", Did: didLogin, Session: "s1"}, {Who: "alice", Did: didSee, User: "u1"},
		{Who: "alice", Did: tryLogout, Session: "s1"}, {Who: "alice", Did: didLogout, Session: "s1"},
		{Who: "alice", Did: didLogin, Session: "s2"},
		{Who: "bob", Did: didLogin, Session: "s3"}, {Who: "bob", Did: didSee, User: "u2"}, {Who: "bob", Did: tryDisconnect, Session: "s3", User: "u2"},
	} {
		if err := d.write(e); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := d.file.WriteString(`{"Who":"alice","Did":"logged`); err != nil {
		t.Fatal(err)
	}
	pages, err := readDiary(path)
	if err != nil {
		t.Fatal(err)
	}
	alice, bob := pages["alice"], pages["bob"]
	if alice.in != "s2" || alice.user != "u1" || len(alice.out) != 1 || alice.out[0] != "s1" {
		t.Errorf("alice = %+v, want s2 in, s1 out, user u1", alice)
	}
	if bob.in != "" || bob.user != "" || len(bob.out) != 0 {
		t.Errorf("bob = %+v, want that nothing is certain", bob)
	}
}

// TestCampaign: what was done is there when it is opened again, and counted once.
func TestCampaign(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for range 2 {
		c, err := OpenCampaign(dir)
		if err != nil {
			t.Fatal(err)
		}
		tally := newTally()
		tally.Rounds, tally.Broken, tally.Kills["at random"] = 50, []string{"a promise"}, 40
		if err := c.Add(Episode{Store: "sqlite", Provider: "none", Tally: tally}); err != nil {
			t.Fatal(err)
		}
	}
	c, err := OpenCampaign(dir)
	if err != nil || c.Rounds("sqlite", "") != 100 || c.Rounds("sqlite", "rotate") != 0 || c.Episodes() != 2 || c.Kills("sqlite") != 80 {
		t.Errorf("after two runs: %d rounds with %d kills in %d episodes, %v; want 100 with 80 in 2", c.Rounds("", ""), c.Kills(""), c.Episodes(), err)
	}
	report := c.Report()
	if n := strings.Count(report, "BROKEN: a promise"); n != 2 || strings.Count(report, "promises broken") != 2 {
		t.Errorf("the report tells %d broken promises, want 2, once each:\n%s", n, report)
	}
}
