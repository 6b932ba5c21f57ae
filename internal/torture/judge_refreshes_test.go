package torture

import (
	"net/http"
	"strings"
	"testing"
)

// TestJudgeRefusals: each way in which a request for a token fails has its own causes, and is a bug while anything else
// goes on.
func TestJudgeRefusals(t *testing.T) {
	t.Parallel()
	ended := func(status int, broken bool) exchange {
		e := refreshed("one", 1000, "r1", "", "")
		e.status, e.broken = status, broken
		return e
	}
	for name, c := range map[string]struct {
		end  exchange
		from map[string]bool
	}{
		"503":                  {ended(http.StatusServiceUnavailable, false), only(spotifyDown)},
		"500":                  {ended(http.StatusInternalServerError, false), only()},
		"429":                  {ended(http.StatusTooManyRequests, false), only()},
		"refused":              {ended(http.StatusBadRequest, false), only(spotifyLies)},
		"broken before it":     {ended(0, true), only(answersLost, requestsLost, killedAtRandom, killedAt+"after-answer")},
		"broken, and was done": {ended(http.StatusOK, true), only(answersLost, requestsLost, killedAtRandom, killedAt+"after-answer")},
	} {
		for _, kind := range allKinds {
			j := judge{
				exchanges: []exchange{loggedIn(), c.end}, saved: savedAt(map[string]int{"a1": 20}),
				disturbed: []disturbance{{replica: "one", kind: kind, from: at(900), to: at(1100)}},
			}
			want := "a refresh too many"
			if c.from[kind] {
				want = ""
			}
			if got := verdict(j); (got != "") != (want != "") {
				t.Errorf("%s while %q: the judge found %q, want %q", name, kind, got, want)
			}
			j.disturbed[0].replica = "two"
			wantVerdict(t, j, "a refresh too many")
			j.disturbed[0] = disturbance{kind: kind, from: at(3000), to: at(3100)}
			wantVerdict(t, j, "a refresh too many")
		}
	}
}

// TestJudgeUsedUp: a refresh token that was replaced is sent again only by who could not know.
func TestJudgeUsedUp(t *testing.T) {
	t.Parallel()
	refused := refreshed("two", 2500, "r1", "", "")
	refused.status = http.StatusBadRequest
	answered := refreshed("one", 1000, "r1", "r2", "a2")
	for _, kind := range allKinds {
		j := judge{
			exchanges: []exchange{loggedIn(), answered, refused}, saved: savedAt(map[string]int{"a1": 20, "a2": 1020}),
			disturbed: []disturbance{{replica: "one", kind: kind, from: at(1005), to: at(2400)}},
		}
		hidden := only(clockJumped, cutOff, databaseRestarted, killedAtRandom, killedAt+"after-answer")
		if got := verdict(j); (got == "") != hidden[kind] {
			t.Errorf("refused though the answer before was saved, while %q: the judge found %q", kind, got)
		}
		j.disturbed[0].replica = "three"
		wantVerdict(t, j, "a refresh too many")
	}
	asleep := judge{
		exchanges: []exchange{loggedIn(), answered, refreshed("two", 7500, "r1", "", "")}, saved: savedAt(map[string]int{"a1": 20, "a2": 1020}),
		disturbed: []disturbance{{replica: "one", kind: paused, from: at(1005), to: at(7000)}},
	}
	asleep.exchanges[2].status = http.StatusBadRequest
	wantVerdict(t, asleep, "") // for longer than a lease, with the answer in its journal
	asleep.disturbed[0].from = at(3000)
	wantVerdict(t, asleep, "a refresh too many")
	asleep.exchanges[2].asked, asleep.disturbed[0].replica = at(2000), "two"
	wantVerdict(t, asleep, "") // it slept between its look and its request
	wantVerdict(t, judge{      // it died much later: by then the answer was in the database
		exchanges: []exchange{loggedIn(), answered, refused}, saved: savedAt(map[string]int{"a1": 20, "a2": 1020}),
		disturbed: []disturbance{{replica: "one", kind: killedAtRandom, from: at(2300), to: at(2310)}},
	}, "a refresh too many")
	known := refreshed("one", 2200, "r2", "r3", "a3")
	wantVerdict(t, judge{ // what was lost has come since
		exchanges: []exchange{loggedIn(), answered, known, refused}, saved: savedAt(map[string]int{"a1": 20, "a2": 1020, "a3": 2220}),
		disturbed: []disturbance{{replica: "one", kind: cutOff, from: at(1005), to: at(1500)}},
	}, "a refresh too many")
}

// TestJudgeAgain: a second refresh within one life of a token has its cause between the two, at a server that could not
// know, or that had nothing to lose any more.
func TestJudgeAgain(t *testing.T) {
	t.Parallel()
	login := loggedIn()
	first, second := refreshed("one", 1000, "r1", "r2", "a2"), refreshed("two", 1600, "r2", "r3", "a3")
	saved := savedAt(map[string]int{"a1": 20, "a2": 1020, "a3": 1620})
	for name, c := range map[string]struct {
		disturbed []disturbance
		diary     []entry
		want      string
	}{
		"nothing":                    {want: "a refresh too many"},
		"died before it could save":  {disturbed: []disturbance{{replica: "one", kind: killedAtRandom, from: at(1012), to: at(1512)}}},
		"died long after":            {disturbed: []disturbance{{replica: "one", kind: killedAtRandom, from: at(2100), to: at(2200)}}, want: "a refresh too many"},
		"slept for a moment":         {disturbed: []disturbance{{replica: "one", kind: paused, from: at(1012), to: at(1512)}}, want: "a refresh too many"},
		"parted":                     {disturbed: []disturbance{{replica: "two", kind: cutOff, from: at(1012), to: at(1512)}}},
		"logged out":                 {diary: []entry{{At: at(1100), Who: "alice", Did: tryLogout}, {At: at(1200), Who: "alice", Did: didLogout}}},
		"another logged out":         {diary: []entry{{At: at(1100), Who: "bob", Did: tryLogout}}, want: "a refresh too many"},
		"logged out of an older one": {diary: []entry{{At: at(-500), Who: "alice", Did: tryLogout}, {At: at(-400), Who: "alice", Did: didLogout}}, want: "a refresh too many"},
		"logged out of an older one, perhaps later": {diary: []entry{{At: at(-500), Who: "alice", Did: tryLogout}}},
	} {
		second := second
		if name == "died long after" {
			second = refreshed("two", 1700, "r2", "r3", "a3")
			second.in = at(2200)
		}
		j := judge{exchanges: []exchange{login, first, second}, saved: saved, disturbed: c.disturbed, diary: c.diary}
		if got := verdict(j); (got != "") != (c.want != "") || !strings.Contains(got, c.want) {
			t.Errorf("%s: the judge found %q, want %q", name, got, c.want)
		}
	}
}
