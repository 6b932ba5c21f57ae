package torture

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/tenuto-dev/tenuto/emulator"
)

// verdict is what the judge finds in a history in which everybody's refresh tokens are replaced at every use.
func verdict(j judge) string {
	tally := newTally()
	j.interval, j.refresh = time.Second, emulator.Rotated
	j.decide(&tally)
	return strings.Join(tally.Broken, "\n")
}

// wantVerdict fails the test unless the judge complains about want, or about nothing.
func wantVerdict(t *testing.T, j judge, want string) {
	t.Helper()
	if got := verdict(j); (got != "") != (want != "") || !strings.Contains(got, want) {
		t.Errorf("the judge found %q, want %q", got, want)
	}
}

// allKinds of disturbance, so that none is forgotten below.
var allKinds = []string{
	killedAtRandom, killedAt + "after-answer", toldToStop, paused, clockJumped, cutOff, databaseSlow, databaseRestarted,
	diskFull, spotifyDown, spotifySlow, spotifyLies, answersLost, requestsLost, stalled,
}

// only are the kinds among allKinds that are to explain something.
func only(kinds ...string) map[string]bool {
	is := map[string]bool{}
	for _, kind := range kinds {
		is[kind] = true
	}
	return is
}

// TestJudgeDropped: a server that lives saves what it gets, or somebody has ended the login.
func TestJudgeDropped(t *testing.T) {
	t.Parallel()
	got := refreshed("one", 1000, "r1", "r2", "a2")
	again := refreshed("one", 1050, "code", "r9", "a9")
	again.login = true
	older := refreshed("one", -900, "code0", "r0", "a0")
	older.login = true
	next := refreshed("one", 2500, "r2", "r3", "a3")
	twin := refreshed("two", 1001, "r1", "r2b", "a2b")
	for name, c := range map[string]struct {
		with  []exchange
		diary []entry
		saved map[string]int
		want  string
	}{
		"saved":                     {saved: map[string]int{"a2": 1020}},
		"not saved":                 {want: "an answer was dropped"},
		"logged out":                {diary: []entry{{At: at(1005), Who: "alice", Did: tryLogout}}, want: "an answer was dropped"},
		"disconnected":              {diary: []entry{{At: at(1005), Who: "alice", Did: tryDisconnect}}},
		"another did":               {diary: []entry{{At: at(1005), Who: "bob", Did: tryDisconnect}}, want: "an answer was dropped"},
		"later":                     {diary: []entry{{At: at(9000), Who: "alice", Did: tryDisconnect}}, want: "an answer was dropped"},
		"disconnected an older one": {diary: []entry{{At: at(-500), Who: "alice", Did: tryDisconnect}, {At: at(-400), Who: "alice", Did: didDisconnect}}, want: "an answer was dropped"},
		"disconnected an older one, perhaps later": {diary: []entry{{At: at(-500), Who: "alice", Did: tryDisconnect}}},
		"the login before":                         {with: []exchange{older}, saved: map[string]int{"a0": -880}, diary: []entry{{At: at(-850), Who: "alice", Did: didLogin}}, want: "an answer was dropped"},
		"the login before, perhaps late":           {with: []exchange{older}, saved: map[string]int{"a0": -880}},
		"logged in anew":                           {with: []exchange{again}, saved: map[string]int{"a9": 1100}},
		"a spare, tried":                           {with: []exchange{next}, saved: map[string]int{"a3": 2520}},
		"another was faster":                       {with: []exchange{twin}, saved: map[string]int{"a2b": 1020}},
	} {
		saved := savedAt(c.saved)
		saved["a1"] = at(20)
		found := verdict(judge{exchanges: append([]exchange{loggedIn(), got}, c.with...), saved: saved, diary: c.diary})
		if dropped := strings.Contains(found, "an answer was dropped"); dropped != (c.want != "") {
			t.Errorf("%s: the judge found %q, want %q", name, found, c.want)
		}
	}
	for _, kind := range allKinds {
		found := verdict(judge{exchanges: []exchange{loggedIn(), got}, saved: savedAt(map[string]int{"a1": 20}),
			disturbed: []disturbance{{replica: "one", kind: kind, from: at(1005), to: at(1300)}}})
		if died := only(killedAtRandom, killedAt+"after-answer"); (found == "") != died[kind] {
			t.Errorf("not saved, while %q: the judge found %q", kind, found)
		}
	}
	wantVerdict(t, judge{exchanges: []exchange{loggedIn(), got}, saved: savedAt(map[string]int{"a1": 20}), // others may have taken over
		disturbed: []disturbance{{replica: "one", kind: paused, from: at(1005), to: at(6100)}}}, "")
}

// TestJudgeSlowDisk: who waits for a slow disk and dies has dropped nothing; who lives so long and has not asked the
// disk has.
func TestJudgeSlowDisk(t *testing.T) {
	t.Parallel()
	bob := refreshed("one", 900, "b1", "b2", "ab2")
	bob.person = "bob"
	got := refreshed("one", 1000, "r1", "r2", "a2")
	killed := []disturbance{{replica: "one", kind: killedAtRandom, from: at(3500), to: at(3600)}}
	slow := judge{exchanges: []exchange{loggedIn(), bob, got}, saved: savedAt(map[string]int{"a1": 20, "ab2": 2900}), disturbed: killed}
	wantVerdict(t, slow, "")
	slow.saved = savedAt(map[string]int{"a1": 20, "ab2": 920})
	wantVerdict(t, slow, "an answer was dropped")
	arriving := refreshed("one", 2000, "r1", "r2", "a2") // the request of a server that was dead when Spotify read it
	arriving.asked = at(990)
	killed[0] = disturbance{replica: "one", kind: killedAtRandom, from: at(1000), to: at(1010)}
	wantVerdict(t, judge{exchanges: []exchange{loggedIn(), arriving}, saved: savedAt(map[string]int{"a1": 20}), disturbed: killed}, "")
}

// TestJudgeFailures: a page that fails, or is without music, has its cause at that server and at that time.
func TestJudgeFailures(t *testing.T) {
	t.Parallel()
	j := judge{exchanges: []exchange{loggedIn()}, saved: savedAt(map[string]int{"a1": 20})}
	for _, f := range []failure{
		{asked: at(1000), at: at(1050), replica: "one", person: "alice", text: "GET / = 503"},
		{asked: at(1000), at: at(1050), replica: "one", person: "alice", kind: noMusic, text: "Error in retrieving"},
		{asked: at(1000), at: at(1050), replica: "one", person: "alice", kind: nobody, text: "GET /: EOF"},
	} {
		causes := only(paused, clockJumped, cutOff, databaseRestarted, diskFull, spotifyDown, spotifyLies, answersLost, requestsLost, stalled)
		switch f.kind {
		case noMusic:
			causes = only(paused, clockJumped, cutOff, databaseRestarted, spotifyDown, answersLost, stalled)
		case nobody:
			causes = only(killedAtRandom, killedAt+"after-answer", toldToStop)
		}
		j.failures, j.disturbed = []failure{f}, nil
		wantVerdict(t, j, "out of the blue: at one "+f.text)
		for _, kind := range allKinds {
			j.disturbed = []disturbance{{replica: "one", kind: kind, from: at(900), to: at(1010)}}
			if got := verdict(j); (got == "") != causes[kind] {
				t.Errorf("%s while %q: the judge found %q", f.text, kind, got)
			}
			j.disturbed[0].replica = "two"
			wantVerdict(t, j, "out of the blue")
			j.disturbed[0] = disturbance{replica: "one", kind: kind, from: at(1051), to: at(1100)}
			wantVerdict(t, j, "out of the blue")
			j.disturbed[0] = disturbance{replica: "one", kind: kind, from: at(-20_000), to: at(-19_000)}
			wantVerdict(t, j, "out of the blue")
		}
	}
	without := failure{asked: at(1000), at: at(1050), replica: "one", person: "alice", kind: noMusic, text: "Error in retrieving"}
	j.disturbed, j.taken = nil, map[string][]time.Time{"alice": {at(900)}}
	j.failures = []failure{without}
	wantVerdict(t, j, "")
	j.failures[0].kind = anError
	wantVerdict(t, j, "out of the blue")
	j.failures[0] = without
	j.taken["alice"][0] = at(-100) // before this login
	wantVerdict(t, j, "out of the blue")
	j.taken = nil
	lost, refused := refreshed("one", 900, "r1", "r2", "a2"), refreshed("one", 950, "r1", "", "")
	refused.status = http.StatusBadRequest
	j.exchanges = append(j.exchanges, lost, refused)
	wantVerdict(t, j, "out of the blue") // nor is the refusal explained
	j.disturbed = []disturbance{{replica: "one", kind: killedAtRandom, from: at(905), to: at(940)}}
	wantVerdict(t, j, "")
	again := refreshed("one", 970, "code2", "r9", "a9")
	again.login = true
	j.exchanges = append(j.exchanges, again)
	wantVerdict(t, j, "out of the blue")
	j.exchanges, j.disturbed = j.exchanges[:1], nil
	j.failures = make([]failure, 100)
	if got := strings.Count(verdict(j), "out of the blue"); got != mostTold+1 {
		t.Errorf("a hundred failures are told in %d lines, want %d", got, mostTold+1)
	}
}

// TestJudgeFamily: where a used token that comes back ends them all, a server that was parted from the database for
// longer than a lease costs a login. For a shorter time, or in the dark about nothing, it does not.
func TestJudgeFamily(t *testing.T) {
	t.Parallel()
	const longer = 6000 // ms: than a lease
	for name, c := range map[string]struct {
		kind    string
		again   int // when the old token comes back
		refresh emulator.RefreshTokens
		want    string
	}{
		"parted":             {cutOff, 1000 + longer, emulator.RotatedFamily, ""},
		"asleep":             {paused, 1000 + longer, emulator.RotatedFamily, ""},
		"another clock":      {clockJumped, 2000, emulator.RotatedFamily, ""},
		"too soon":           {cutOff, 4000, emulator.RotatedFamily, "had to log in again"},
		"Spotify was slow":   {spotifySlow, 1000 + longer, emulator.RotatedFamily, "had to log in again"},
		"only that one ends": {cutOff, 1000 + longer, emulator.Rotated, "had to log in again"},
	} {
		old := refreshed("two", c.again, "r1", "", "")
		latest := refreshed("one", c.again+2000, "r2", "", "")
		old.status, latest.status = http.StatusBadRequest, http.StatusBadRequest
		tally := newTally()
		j := judge{
			interval: time.Second, refresh: c.refresh,
			exchanges: []exchange{loggedIn(), refreshed("one", 1000, "r1", "r2", "a2"), old, latest},
			saved:     savedAt(map[string]int{"a1": 20, "a2": 1020}),
			disturbed: []disturbance{{replica: "one", kind: c.kind, from: at(1012), to: at(c.again + 100)}},
			forced:    []forcedLogin{{Person: "alice", At: at(c.again + 3000)}},
		}
		j.decide(&tally)
		broken := strings.Join(tally.Broken, "\n")
		if (broken != "") != (c.want != "") || !strings.Contains(broken, c.want) {
			t.Errorf("%s: the judge found %q, want %q", name, broken, c.want)
		}
	}
}
