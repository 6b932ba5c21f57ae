package torture

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// Tally is what came of one or many worlds.
type Tally struct {
	Rounds   int
	Took     time.Duration
	Kills    map[string]int // by failpoint, or "at random"
	Troubles map[string]int // everything else that was done to the servers
	Did      map[string]int // acknowledged, by what a diary calls it
	Broken   []string       // promises that were not kept
	Odd      int            // answers that were failures: 502, 503
	Silent   int            // pages on which nothing played
	Failed   map[string]int // both, by what explains them

	Unanswered int // requests to servers that were killed or stopped meanwhile

	Refreshes   int            // requests with a refresh token
	Expiries    int            // access tokens that had to be replaced
	Extra       map[string]int // requests beyond one per expiry, by what explains them
	Forced      map[string]int // people who had to log in again, by what explains it
	LostAnswers int            // that rotated a token and reached no server that lived to save it, by kills at random
	Expected    float64        // as many were to be expected
	SaveTime    time.Duration  // from Spotify's decision to a durable write, on average
	Saves       int
}

func newTally() Tally {
	return Tally{Kills: map[string]int{}, Troubles: map[string]int{}, Did: map[string]int{}, Extra: map[string]int{}, Forced: map[string]int{}, Failed: map[string]int{}}
}

// Add adds another world's.
func (t *Tally) Add(o Tally) {
	t.Rounds += o.Rounds
	t.Took += o.Took
	for _, m := range []struct{ to, from map[string]int }{
		{t.Kills, o.Kills}, {t.Troubles, o.Troubles}, {t.Did, o.Did}, {t.Extra, o.Extra}, {t.Forced, o.Forced}, {t.Failed, o.Failed},
	} {
		for k, n := range m.from {
			m.to[k] += n
		}
	}
	t.Broken = append(t.Broken, o.Broken...)
	t.Odd += o.Odd
	t.Silent += o.Silent
	t.Unanswered += o.Unanswered
	t.Refreshes += o.Refreshes
	t.Expiries += o.Expiries
	t.LostAnswers += o.LostAnswers
	t.Expected += o.Expected
	if n := t.Saves + o.Saves; n > 0 {
		t.SaveTime = (t.SaveTime*time.Duration(t.Saves) + o.SaveTime*time.Duration(o.Saves)) / time.Duration(n)
		t.Saves = n
	}
}

// Acknowledged counts what must not be lost.
func (t *Tally) Acknowledged() int {
	return t.Did[didLogin] + t.Did[didSee] + t.Did[didLogout] + t.Did[didDisconnect]
}

// String is the report.
func (t *Tally) String() string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "rounds\t%d\tin %v\n", t.Rounds, t.Took.Round(time.Second))
	fmt.Fprintf(w, "kill -9\t%d\t%s\n", total(t.Kills), listed(t.Kills))
	fmt.Fprintf(w, "other troubles\t%d\t%s\n", total(t.Troubles), listed(t.Troubles))
	fmt.Fprintf(w, "acknowledged\t%d\tlogins %d, pages %d, logouts %d, disconnects %d\n", t.Acknowledged(),
		t.Did[didLogin], t.Did[didSee], t.Did[didLogout], t.Did[didDisconnect])
	fmt.Fprintf(w, "promises broken\t%d\t\n", len(t.Broken))
	fmt.Fprintf(w, "refresh requests\t%d\tfor %d expiries; beyond one each: %d, explained by %s\n",
		t.Refreshes, t.Expiries, total(t.Extra), listed(t.Extra))
	fmt.Fprintf(w, "forced sign-ins\t%d\t%s\n", total(t.Forced), listed(t.Forced))
	fmt.Fprintf(w, "answers lost by kills at random\t%d\texpected A × R / I × kills = %.1f, with R = %v\n",
		t.LostAnswers, t.Expected, t.SaveTime.Round(100*time.Microsecond))
	fmt.Fprintf(w, "failed answers\t%d\t%d pages without music, %d failures, explained by %s\n", t.Silent+t.Odd, t.Silent, t.Odd, listed(t.Failed))
	fmt.Fprintf(w, "no answer at all\t%d\tfrom servers that were killed or told to stop just then\n", t.Unanswered)
	_ = w.Flush() // into memory
	for _, broken := range t.Broken {
		fmt.Fprintf(&b, "BROKEN: %s\n", broken)
	}
	return b.String()
}

func total(m map[string]int) (n int) {
	for _, count := range m {
		n += count
	}
	return n
}

func listed(m map[string]int) string {
	if len(m) == 0 {
		return "nothing"
	}
	var parts []string
	for _, k := range slices.Sorted(maps.Keys(m)) {
		parts = append(parts, fmt.Sprintf("%s %d", k, m[k]))
	}
	return strings.Join(parts, ", ")
}
