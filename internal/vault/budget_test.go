package vault

import (
	"fmt"
	"testing"
	"time"
)

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// TestWindow: a place is free again 32 seconds after the half second it was taken in, whatever else is in the row.
func TestWindow(t *testing.T) {
	t.Parallel()
	slot := slotAt(noon)
	for _, c := range []struct {
		name, text string
		after      time.Duration
		left       int // of 10
		opens      time.Duration
	}{
		{"no row", "", 0, 10, windowTime},
		{"taken now", fmt.Sprintf("[[%d,4]]", slot), 0, 6, 32*time.Second + windowSlot},
		{"nearly free", fmt.Sprintf("[[%d,4]]", slot), 32*time.Second + windowSlot - 1, 6, 1},
		{"free", fmt.Sprintf("[[%d,4]]", slot), 32*time.Second + windowSlot, 10, windowTime},
		{"two, one free", fmt.Sprintf("[[%d,4],[%d,5]]", slot, slot+2), 33 * time.Second, 5, 500 * time.Millisecond},
		{"full", fmt.Sprintf("[[%d,10]]", slot), 0, 0, 32*time.Second + windowSlot},
		{"more than the number, which was changed", fmt.Sprintf("[[%d,50]]", slot), 0, 0, 32*time.Second + windowSlot},
		{"another machine's clock is ahead", fmt.Sprintf("[[%d,4]]", slot+20), 0, 6, 42*time.Second + windowSlot},
		{"the clock was set back an hour", fmt.Sprintf("[[%d,10]]", slot+7200), 0, 10, windowTime},
		{"damaged", "[[1,", 0, 10, windowTime},
		{"negative", fmt.Sprintf("[[%d,-4]]", slot), 0, 10, windowTime},
	} {
		now := noon.Add(c.after)
		w := parseWindow(c.text, now)
		var taken int64
		for _, s := range w {
			taken += s.Taken
		}
		if left := max(0, 10-int(taken)); left != c.left {
			t.Errorf("%s: %d places are left, want %d", c.name, left, c.left)
		}
		if opens := w.opensIn(now); opens != c.opens {
			t.Errorf("%s: opens in %v, want %v", c.name, opens, c.opens)
		}
	}
}

// TestWindowGrants: whoever asks for many leaves half of what there is to the others; the last place goes too.
func TestWindowGrants(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ ask, left, want int }{
		{1, 10, 1}, {5, 10, 5}, {6, 10, 5}, {50, 10, 5}, {50, 3, 2}, {50, 1, 1}, {1, 1, 1}, {50, 0, 0}, {50, -7, 0},
	} {
		w := window{{slotAt(noon), int64(100 - c.left)}}
		if got := w.grant(c.ask, 100); got != c.want {
			t.Errorf("grant(%d) of %d = %d, want %d", c.ask, c.left, got, c.want)
		}
	}
}

// TestWindowIsSmall: the row does not grow with what goes through it.
func TestWindowIsSmall(t *testing.T) {
	t.Parallel()
	text, most := "", 0
	for i := range 10_000 {
		now := noon.Add(time.Duration(i) * 50 * time.Millisecond)
		w := parseWindow(text, now).take(1, now)
		text, most = w.String(), max(most, len(w))
		if last := w[len(w)-1]; i%10 == 0 && last.Taken != 1 {
			t.Fatalf("step %d: the slot begins with %d, want 1", i, last.Taken)
		}
	}
	if most > 66 || len(text) > 1200 {
		t.Errorf("the window has had %d slots and %d bytes, want 66 and 1,200 at most", most, len(text))
	}
}

// TestPauses: which of several counts, and what is over.
func TestPauses(t *testing.T) {
	t.Parallel()
	row := func(reason string, since, until time.Duration) string {
		return fmt.Sprintf("%q:{\"since\":%d,\"until\":%d}", reason, noon.Add(since).UnixMilli(), noon.Add(until).UnixMilli())
	}
	hour := time.Hour
	for _, c := range []struct {
		name, text, want string
		until            time.Duration
	}{
		{"no row", "", "", 0},
		{"one", "{" + row("rate", -hour, hour) + "}", "rate", hour},
		{"the longest", "{" + row("rate", -hour, hour) + "," + row("app", -hour, 2*hour) + "}", "app", 2 * hour},
		{"quota first", "{" + row("rate", -hour, 2*hour) + "," + row("quota", -hour, hour) + "}", "quota", hour},
		{"a quota that is over", "{" + row("rate", -hour, hour) + "," + row("quota", -hour, 0) + "}", "rate", hour},
		{"over", "{" + row("rate", -hour, 0) + "}", "", 0},
		{"another machine's clock is ahead", "{" + row("rate", 30*time.Second, hour) + "}", "rate", hour},
		{"the clock was set back", "{" + row("rate", 2*hour, 3*hour) + "}", "", 0},
		{"damaged", "{", "", 0},
	} {
		reason, p := parsePauses(c.text, noon).first()
		if reason != c.want || reason != "" && p.Until != noon.Add(c.until).UnixMilli() {
			t.Errorf("%s: %q until %v, want %q until %v", c.name, reason, time.UnixMilli(p.Until).UTC(), c.want, noon.Add(c.until))
		}
	}
}
