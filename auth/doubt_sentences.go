package auth

import (
	"context"
	"slices"
	"time"
)

// What was written about a verdict can be undone, for as long as there may be reason to.

const sentencesMost = 1000 // are remembered

// sentence is a verdict that was written, how to undo it, and how to have it looked at again.
type sentence struct {
	at             time.Time
	pardon, shaken func()
}

// sentenced remembers s for a while.
func (b *breaker) sentenced(s sentence, now time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	s.at = b.doubt.clock.time(now)
	b.doubt.forget(s.at)
	all := append(b.doubt.sentences, s)
	b.doubt.sentences = all[max(0, len(all)-sentencesMost):]
}

// forget drops what nobody will come back to.
func (d *doubt) forget(now time.Time) {
	d.sentences = slices.DeleteFunc(d.sentences, func(s sentence) bool { return !s.near(now, troubleNear) })
}

func (s sentence) near(at time.Time, most time.Duration) bool { return at.Sub(s.at).Abs() <= most }

// undecided reports whether there are sentences that may still be undone or shaken.
func (b *breaker) undecided(now time.Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.doubt.forget(b.doubt.clock.time(now))
	return len(b.doubt.sentences) > 0
}

// reconsider takes out what is to be done about the latest sentences: pardons, while there is doubt,
// and a second look at those that fell near other trouble, once each.
func (b *breaker) reconsider() (pardons, shakes []func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	d := &b.doubt
	d.sentences = slices.DeleteFunc(d.sentences, func(s sentence) bool {
		undo := d.running() && d.Since.Sub(s.at) <= 2*doubtWindow
		if undo {
			pardons = append(pardons, s.pardon)
		}
		return undo
	})
	if d.Trouble.IsZero() {
		return pardons, nil
	}
	for i, s := range d.sentences {
		if s.shaken != nil && s.near(d.Trouble, troubleNear) {
			shakes = append(shakes, s.shaken)
			d.sentences[i].shaken = nil
		}
	}
	return pardons, shakes
}

// reconsider does what there is to do about the latest sentences.
func (g *Grants) reconsider() {
	pardons, shakes := g.app.reconsider()
	for _, pardon := range pardons {
		pardon()
	}
	if len(shakes) > 0 {
		go func() { // nobody waits for it
			for _, shake := range shakes {
				shake()
			}
		}()
	}
}

// amend changes the record under key to what next makes of it, if there is one; nil leaves it. If
// the store fails it stays as it is.
func (g *Grants) amend(key string, next func(*Record) *Record) (done bool) {
	ctx, cancel := context.WithTimeout(context.Background(), saveTime)
	defer cancel()
	for {
		rec, err := g.load(ctx, key)
		if err != nil {
			return false
		}
		changed := next(rec)
		if changed == nil {
			return false
		}
		if won, err := swap(ctx, g.store, key, rec.Version, changed.stamped()); won || err != nil {
			return won
		}
	}
}
