package auth

import (
	"testing"
	"time"
)

// someFindings are what a process can have found out, in small.
func someFindings() (all []findings) {
	noon := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	times := []time.Time{{}, noon, noon.Add(time.Minute)}
	for number := range 3 {
		for _, over := range []bool{false, true} {
			for _, next := range times[1:] {
				for probes := range 2 {
					for _, trouble := range times {
						f := findings{Trouble: trouble, Believe: times[(number+probes)%3]}
						if number > 0 {
							f.episode = episode{Number: number, Over: over, Since: noon.Add(-next.Sub(noon)), Next: next, Probes: probes}
						}
						all = append(all, f)
					}
				}
			}
		}
	}
	return all
}

// TestFindingsAgree: in whatever order processes hear of each other, and how often, they find out the same.
func TestFindingsAgree(t *testing.T) {
	t.Parallel()
	all := someFindings()
	for _, a := range all {
		if got := a.with(a); got != a {
			t.Fatalf("%+v heard twice is %+v", a, got)
		}
		for _, b := range all {
			ab := a.with(b)
			if ba := b.with(a); ab != ba {
				t.Fatalf("%+v and %+v find out %+v, the other way round %+v", a, b, ab, ba)
			}
			if got := ab.with(b); got != ab {
				t.Fatalf("%+v, who has heard %+v already, finds out %+v", ab, b, got)
			}
			for _, c := range all[:len(all):len(all)] {
				if one, other := ab.with(c), a.with(b.with(c)); one != other {
					t.Fatalf("%+v, %+v, %+v: %+v or %+v", a, b, c, one, other)
				}
			}
		}
	}
}

// TestTallyForgets: what counts is one to two minutes old at most, however seldom somebody asks.
func TestTallyForgets(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		after time.Duration
		want  int
	}{
		{0, 3}, {59 * time.Second, 3}, {61 * time.Second, 3}, {2*time.Minute + time.Second, 0},
		{3 * time.Hour, 0}, {-30 * time.Second, 3}, {-time.Hour, 0},
	} {
		tally := tally{Window: noon, Counts: [2]outcomes{{Verdicts: 3}, {}}}
		if tally.follow(noon.Add(c.after)); tally.verdicts() != c.want {
			t.Errorf("%v later %d verdicts count, want %d", c.after, tally.verdicts(), c.want)
		}
	}
}

// TestRegisterHeals: what cannot be true, or cannot be read, stops nobody for long.
func TestRegisterHeals(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	for name, text := range map[string]string{
		"damaged":                 `{"number":1,`,
		"another kind":            `[1,2]`,
		"empty":                   `{}`,
		"the clock was set back":  `{"number":7,"since":"2026-11-25T12:00:00Z","next":"2026-11-25T12:02:00Z","probes":3}`,
		"belief without end":      `{"number":7,"over":true,"believe":"2036-01-01T00:00:00Z"}`,
		"counts without end":      `{"heard":{"one":{"window":"2026-11-25T12:00:00Z","counts":[{"verdicts":900,"successes":0},{}]}}}`,
		"counts of yesterday":     `{"heard":{"one":{"window":"2026-11-20T12:00:00Z","counts":[{"verdicts":900,"successes":0},{}]}}}`,
		"a number without end":    `{"number":9223372036854775807,"over":true}`,
		"never begun":             `{"number":8,"probes":20}`,
		"less than nothing":       `{"heard":{"one":{"window":"2026-11-21T12:00:00Z","counts":[{"verdicts":-900,"successes":0},{}]}}}`,
		"trouble that is to come": `{"trouble":"2026-11-25T12:00:00Z"}`,
	} {
		b := &breaker{}
		if mine := b.agree(text, now, "me", false, now); mine.text != "" {
			t.Errorf("%s: writes %s, want nothing while there is nothing to tell", name, mine.text)
		}
		if err := b.resting(now, asker{}); err != nil {
			t.Errorf("%s: nobody may ask: %v", name, err)
		}
		if b.wary(now) || b.doubt.shaky(now) || now.Before(b.doubt.Believe) {
			t.Errorf("%s: is heeded: %+v", name, b.doubt.findings)
		}
		if heard, _ := b.doubt.heard(); heard < 0 || b.doubt.Number > 1<<40 {
			t.Errorf("%s: is heeded: %d verdicts, %+v", name, heard, b.doubt.findings)
		}
	}
}
