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
// verdicts are undone, and one request now and then finds out whether it is over.

const (
	doubtWindow  = time.Minute    // what is counted is one to two of them old at most
	doubtCount   = 20             // verdicts in the window that are not yet many
	doubtShare   = 20             // nor are they if they are less than one in so many requests
	doubtLongest = 12 * time.Hour // then it is true after all
	beliefTime   = 24 * time.Hour // and for so long nothing is doubted any more
)

var errDoubted = errors.New("auth: Spotify refuses unusually many people at once, which is not believed yet: try again later")

// doubt weighs verdicts. Used under breaker's lock; the zero value believes.
type doubt struct {
	counts    [2]outcomes // in this window and in the one before
	window    time.Time   // when this one began
	sentences []sentence
	since     time.Time // in doubt; zero if not
	believe   time.Time // until then whatever comes
}

// outcomes are how requests ended.
type outcomes struct{ verdicts, successes int }

// sentence is a verdict that was written, and how to undo it.
type sentence struct {
	at     time.Time
	pardon func()
}

// weigh is err, or errDoubted if err is a verdict that is not to be believed.
func (d *doubt) weigh(err error) error {
	now := time.Now()
	if now.Sub(d.window) > doubtWindow {
		d.counts, d.window = [2]outcomes{{}, d.counts[0]}, now
	}
	switch gone, verdict := errors.AsType[*ReauthorizeError](err); {
	case err == nil:
		d.counts[0].successes++
		d.since = time.Time{}
		return nil
	case !verdict, gone.Reason == ReasonExpired, gone.Reason == ReasonNone: // true by our own calendar
		return err
	}
	d.counts[0].verdicts++
	switch {
	case now.Before(d.believe), d.since.IsZero() && !d.many():
		return err
	case d.since.IsZero():
		d.since = now
	case now.Sub(d.since) > doubtLongest:
		d.since, d.believe = time.Time{}, now.Add(beliefTime)
		return err
	}
	return errDoubted
}

// many reports whether there are more verdicts than a quiet day explains.
func (d *doubt) many() bool {
	verdicts := d.counts[0].verdicts + d.counts[1].verdicts
	all := verdicts + d.counts[0].successes + d.counts[1].successes
	return verdicts > doubtCount && verdicts*doubtShare > all
}

// sentenced remembers for a while how to undo a verdict that was written.
func (b *breaker) sentenced(pardon func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.doubt.sentences = append(b.doubt.fresh(), sentence{time.Now(), pardon})
}

func (d *doubt) fresh() []sentence {
	return slices.DeleteFunc(d.sentences, func(s sentence) bool { return time.Since(s.at) > 2*doubtWindow })
}

// pardon undoes the latest verdicts.
func (b *breaker) pardon() {
	b.mu.Lock()
	sentences := b.doubt.fresh()
	b.doubt.sentences = nil
	b.mu.Unlock()
	for _, s := range sentences {
		s.pardon()
	}
}

// reprieve undoes the verdict that was written as dead, if nothing has happened since.
func (g *Grants) reprieve(key string, dead *Record) {
	ctx, cancel := context.WithTimeout(context.Background(), saveTime)
	defer cancel()
	for {
		rec, err := g.load(ctx, key)
		if err != nil {
			return
		}
		next := rec.reprieved(dead, g.now())
		if next == nil {
			return
		}
		if won, err := swap(ctx, g.store, key, rec.Version, next.stamped()); won || err != nil {
			return
		}
	}
}
