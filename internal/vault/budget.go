package vault

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"
)

// BudgetTables is the row under a name that all replicas of an app read and replace.
type BudgetTables interface {
	// Shared returns the value under name, "" if there is none, and the database's now.
	Shared(ctx context.Context, app, name string) (value string, now time.Time, err error)
	// SwapShared replaces the value was, "" for none, by another; false if it is not was any more.
	SwapShared(ctx context.Context, app, name, was, value string) (bool, error)
}

// Budget lets all who share the database make so many calls to Spotify's Web API in 30 seconds, and heed what
// Spotify told one of them. It is a spotify.Budget. Safe for concurrent use, by any number of processes.
//
// The window goes by the database's clock. A permit is for one call sent within two seconds, and its place is free
// again 32 seconds after the half second in which it was taken: the window is a list of at most 66 numbers in one
// row, swapped as a whole, so that there is nothing to lock, to count or to sweep.
type Budget struct {
	*Cooldown
	perWindow int
}

// Budget is the budget of an app, perWindow calls in 30 seconds. 0 is for a number that nobody knows: every call is
// permitted, nothing is written for it, and only the pauses are shared.
func (db *DB) Budget(app string, perWindow int) *Budget {
	return &Budget{db.cooldown(app, "pause of the Web API", time.Now), perWindow}
}

const (
	windowName = "window of the Web API"
	windowSlot = 500 * time.Millisecond
	windowTime = 32 * time.Second // 30 s for Spotify to forget a call, 2 s for us to send it
	takeTries  = 3

	clockSlack = time.Minute // how far the clocks of one database may be apart
)

// Take takes up to n permits; less than asked for when they run short, so that something is left for others. If
// none is left, granted is 0 and wait says when to ask again, a little differently each time. The error is the
// database's, or that of ctx.
func (b *Budget) Take(ctx context.Context, n int) (granted int, wait time.Duration, err error) {
	if b.perWindow <= 0 {
		return n, 0, nil
	}
	for range takeTries {
		was, now, err := b.db.tables.Shared(ctx, b.app, windowName)
		if err != nil {
			return 0, 0, fmt.Errorf("take permits: %w", err)
		}
		w := parseWindow(was, now)
		if granted = w.grant(n, b.perWindow); granted == 0 {
			return 0, w.opensIn(now) + rand.N(windowSlot/2), nil
		}
		won, err := b.db.tables.SwapShared(ctx, b.app, windowName, was, w.take(granted, now).String())
		if err != nil {
			return 0, 0, fmt.Errorf("take permits: %w", err)
		}
		if won {
			return granted, 0, nil
		}
	}
	return 0, 10*time.Millisecond + rand.N(100*time.Millisecond), nil // so many replicas, all at once
}

// window is how many permits were taken in each slot of time, the oldest first. A slot has the number of its end,
// counted from 1970.
type window []slot

type slot struct{ End, Taken int64 }

// slotAt is the slot that now is in. Its end is later than now.
func slotAt(now time.Time) int64 { return now.UnixMilli()/windowSlot.Milliseconds() + 1 }

// parseWindow is what String wrote, without what is free again. A slot far ahead is from before the database's clock
// was set back: when it ends nobody can tell, and Spotify says it if we are wrong. What cannot be read is nothing, so
// that the row heals.
func parseWindow(text string, now time.Time) window {
	var w window
	if text != "" && json.Unmarshal([]byte(text), &w) != nil {
		return nil
	}
	return slices.DeleteFunc(w, func(s slot) bool {
		return s.freeIn(now) <= 0 || s.freeIn(now) > windowTime+windowSlot+clockSlack || s.Taken <= 0
	})
}

func (w window) String() string {
	text, _ := json.Marshal(w) // numbers: it cannot fail
	return string(text)
}

// MarshalJSON is [end,taken]: the row is written often.
func (s slot) MarshalJSON() ([]byte, error) { return json.Marshal([2]int64{s.End, s.Taken}) }

// UnmarshalJSON reads what MarshalJSON wrote.
func (s *slot) UnmarshalJSON(text []byte) error {
	var pair [2]int64
	err := json.Unmarshal(text, &pair)
	s.End, s.Taken = pair[0], pair[1]
	return err
}

// freeIn is how long the slot's places are taken yet.
func (s slot) freeIn(now time.Time) time.Duration {
	return time.UnixMilli(s.End * windowSlot.Milliseconds()).Add(windowTime).Sub(now)
}

// grant is how many of n permits may be had: no more than half of what is left, so that whoever asks for many does
// not leave the others without.
func (w window) grant(n, perWindow int) int {
	left := int64(perWindow)
	for _, s := range w {
		left -= s.Taken
	}
	return int(min(int64(n), max(0, left+1)/2))
}

// take is w with n more taken now.
func (w window) take(n int, now time.Time) window {
	if last := len(w) - 1; last >= 0 && w[last].End >= slotAt(now) {
		w[last].Taken += int64(n)
		return w
	}
	return append(w, slot{slotAt(now), int64(n)})
}

// opensIn is how long until the oldest places are free.
func (w window) opensIn(now time.Time) time.Duration {
	if len(w) == 0 {
		return windowTime
	}
	return w[0].freeIn(now)
}
