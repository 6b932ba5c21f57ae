package auth

import (
	"context"
	"errors"
	"slices"
	"time"
)

// An accounts service in trouble has been seen to refuse everybody's refresh tokens with
// invalid_grant for hours. Whoever believes that sends all people to sign in again. So verdicts
// are believed one by one, but not in masses: then nothing is written, the latest
// verdicts are undone, and one request now and then finds out whether it is over. A single
// verdict near other trouble is believed too, and looked at once more an hour later.

const (
	doubtWindow   = time.Minute      // what is counted is one to two of them old at most
	doubtCount    = 20               // verdicts in the window that are not yet many
	doubtShare    = 20               // nor are they if they are less than one in so many requests
	doubtLongest  = 12 * time.Hour   // then it is true after all…
	doubtProbes   = 20               // …if so many more were refused: a clock may have jumped
	sentencesMost = 1000             // are remembered
	beliefTime    = 24 * time.Hour   // and for so long nothing is doubted any more
	troubleNear   = 15 * time.Minute // what makes a verdict shaky: other errors so long before or after
)

var errDoubted = errors.New("auth: Spotify refuses unusually many people at once, which is not believed yet: try again later")

// doubt weighs verdicts. Used under breaker's lock; the zero value believes.
type doubt struct {
	counts    [2]outcomes // in this window and in the one before
	window    time.Time   // when this one began
	sentences []sentence
	since     time.Time // in doubt; zero if not
	probes    int       // refused since then
	believe   time.Time // until then whatever comes
	trouble   time.Time // when Spotify last failed in another way
}

// outcomes are how requests ended.
type outcomes struct{ verdicts, successes int }

// sentence is a verdict that was written, how to undo it, and how to have it looked at again.
type sentence struct {
	at             time.Time
	pardon, shaken func()
}

// weigh is err, or errDoubted if err is a verdict that is not to be believed. overdue: by our own
// calendar the consent is over.
func (d *doubt) weigh(err error, overdue bool, now time.Time) error {
	d.follow(now)
	switch {
	case err == nil:
		d.counts[0].successes++
		d.since, d.probes = time.Time{}, 0
		return nil
	case overdue, !errors.Is(err, ErrReauthorize):
		return err
	}
	d.counts[0].verdicts++
	switch {
	case now.Before(d.believe), d.since.IsZero() && !d.many():
		return err
	case d.since.IsZero():
		d.since = now
	case now.Sub(d.since) > doubtLongest && d.probes >= doubtProbes:
		d.since, d.probes, d.believe = time.Time{}, 0, now.Add(beliefTime)
		return err
	}
	d.probes++
	return errDoubted
}

// follow keeps up with the clock, which may have been set back.
func (d *doubt) follow(now time.Time) {
	if age := now.Sub(d.window); age > doubtWindow || age < 0 {
		d.counts, d.window = [2]outcomes{{}, d.counts[0]}, now
	}
	if d.since.After(now) {
		d.since = now
	}
	if d.believe.Sub(now) > beliefTime {
		d.believe = time.Time{}
	}
}

// many reports whether there are more verdicts than a quiet day explains.
func (d *doubt) many() bool {
	verdicts := d.counts[0].verdicts + d.counts[1].verdicts
	all := verdicts + d.counts[0].successes + d.counts[1].successes
	return verdicts > doubtCount && verdicts*doubtShare > all
}

// shaky reports whether Spotify has been in trouble shortly before now.
func (d *doubt) shaky(now time.Time) bool {
	return !d.trouble.IsZero() && now.Sub(d.trouble).Abs() < troubleNear
}

// troubled notes that Spotify failed in another way than by a verdict, and returns the sentences
// of shortly before, once each.
func (d *doubt) troubled(now time.Time) (shaken []func()) {
	d.trouble = now
	d.sentences = d.fresh(now, troubleNear)
	for i, s := range d.sentences {
		if s.shaken != nil {
			shaken = append(shaken, s.shaken)
			d.sentences[i].shaken = nil
		}
	}
	return shaken
}

// sentenced remembers for a while how to undo a verdict that was written, and how to shake it.
func (b *breaker) sentenced(s sentence) {
	b.mu.Lock()
	defer b.mu.Unlock()
	all := append(b.doubt.fresh(s.at, troubleNear), s)
	b.doubt.sentences = all[max(0, len(all)-sentencesMost):]
}

// fresh are the sentences of shortly before now.
func (d *doubt) fresh(now time.Time, most time.Duration) []sentence {
	return slices.DeleteFunc(d.sentences, func(s sentence) bool { return now.Sub(s.at).Abs() > most })
}

// pardon undoes the latest verdicts.
func (b *breaker) pardon(now time.Time) {
	b.mu.Lock()
	sentences := b.doubt.fresh(now, 2*doubtWindow)
	b.doubt.sentences = nil
	b.mu.Unlock()
	for _, s := range sentences {
		s.pardon()
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
