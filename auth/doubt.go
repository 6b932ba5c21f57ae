package auth

import (
	"errors"
	"time"
)

// An accounts service in trouble has been seen to refuse everybody's refresh tokens with
// invalid_grant for hours. Whoever believes that sends all people to sign in again. So verdicts
// are believed one by one, but not in masses: then nothing is written, the latest
// verdicts are undone, and one request now and then finds out whether it is over. Whoever was
// refused then, perhaps rightly, leaves the next one to others for some minutes. A single verdict
// near other trouble is believed too, and looked at once more an hour later.
//
// Processes that share a Register weigh together: see doubt_shared.go.

const (
	doubtWindow  = time.Minute      // what is counted is one to two of them old at most
	doubtCount   = 20               // verdicts in the window that are not yet many
	doubtShare   = 20               // nor are they if they are less than one in so many requests
	doubtFirst   = 2 * time.Minute  // from the first verdict that is not believed to the next request…
	doubtRest    = 15 * time.Minute // …growing to this, for every request is a risk
	doubtYield   = 5 * time.Minute  // so long a login that was refused then leaves the next one to others
	doubtLongest = 12 * time.Hour   // then it is true after all…
	doubtProbes  = 20               // …if so many more were refused: a clock may have jumped
	beliefTime   = 24 * time.Hour   // and for so long nothing is doubted any more
	troubleNear  = 15 * time.Minute // what makes a verdict shaky: other errors so long before or after
	troubleTold  = time.Minute      // how often the other processes are told of trouble that goes on

	doubtKnown = pauseKnown + pauseWait // after the beginning of a doubt: then all processes know of it
)

var errDoubted = errors.New("auth: Spotify refuses unusually many people at once, which is not believed yet: try again later")

// doubt weighs verdicts. Used under breaker's lock; the zero value believes.
type doubt struct {
	findings
	own       tally            // of this process
	others    map[string]tally // as the other processes have told
	sentences []sentence

	clock     clock
	news      int  // counts what the others should hear of
	told      int  // of news
	condemned bool // a verdict that was believed is among what they have not heard
}

// findings are what verdicts have led to so far: those of all processes, where they share them.
type findings struct {
	episode
	Believe time.Time `json:"believe,omitzero"` // until then whatever comes
	Trouble time.Time `json:"trouble,omitzero"` // when Spotify last failed in another way
}

// episode is one time of doubt.
type episode struct {
	Number int       `json:"number,omitzero"` // how many there have been
	Over   bool      `json:"over,omitzero"`
	Since  time.Time `json:"since,omitzero"`
	Next   time.Time `json:"next,omitzero"`   // before then Spotify is not asked
	Probes int       `json:"probes,omitzero"` // refused since it began
}

func (e episode) running() bool { return e.Number > 0 && !e.Over }

// tally counts how requests ended lately.
type tally struct {
	Window time.Time   `json:"window"` // when this one began
	Counts [2]outcomes `json:"counts"` // in this window and in the one before
}

// outcomes are how requests ended.
type outcomes struct {
	Verdicts  int `json:"verdicts"`
	Successes int `json:"successes"`
}

// weigh is err, or errDoubted if err is a verdict that is not to be believed. Of the end of a doubt only those
// requests tell that were sent after its beginning: the probes. overdue: by our own calendar the consent is over.
func (d *doubt) weigh(err error, overdue bool, sent, now time.Time) error {
	d.follow(now)
	before := d.running() && sent.Sub(d.Since) < doubtKnown
	switch {
	case err == nil:
		d.own.Counts[0].Successes++
		if !before {
			d.end()
		}
		return nil
	case overdue, !errors.Is(err, ErrReauthorize):
		return err
	}
	d.own.Counts[0].Verdicts++
	if now.Before(d.Believe) {
		return err
	}
	d.news++
	switch {
	case !d.running() && !d.many():
		d.condemned = true
		return err
	case !d.running():
		d.begin(now)
		return errDoubted
	case before:
		return errDoubted
	case now.Sub(d.Since) > doubtLongest && d.Probes >= doubtProbes:
		d.end()
		d.Believe = now.Add(beliefTime)
		return err
	}
	d.Probes++
	d.rest(now)
	return errDoubted
}

// begin begins an episode.
func (d *doubt) begin(now time.Time) {
	d.episode = episode{Number: d.Number + 1, Since: now}
	d.rest(now)
	d.news++
}

// rest puts off the next request, for longer each time.
func (d *doubt) rest(now time.Time) {
	d.Next = now.Add(jitter(min(doubtFirst<<min(d.Probes, 10), doubtRest)))
}

// end ends the one that is running, if there is one.
func (d *doubt) end() {
	if d.running() {
		d.Over = true
		d.news++
	}
}

// follow keeps up with the clock, which may have been set back.
func (d *doubt) follow(now time.Time) {
	d.own.follow(now)
	for who, t := range d.others {
		if t.follow(now); t.verdicts() == 0 {
			delete(d.others, who)
		} else {
			d.others[who] = t
		}
	}
	if d.Since.After(now) {
		d.Since = now
	}
	if d.Next.Sub(now) > doubtRest*5/4+pauseSlack {
		d.Next = now
	}
	if d.Believe.Sub(now) > beliefTime+pauseSlack {
		d.Believe = time.Time{}
	}
	if d.Trouble.Sub(now) > pauseSlack {
		d.Trouble = time.Time{}
	}
}

// follow leaves out what is too old to count, or from before the clock was set back.
func (t *tally) follow(now time.Time) {
	switch age := now.Sub(t.Window); {
	case age > 2*doubtWindow, age < -pauseSlack:
		*t = tally{Window: now}
	case age > doubtWindow:
		t.Counts, t.Window = [2]outcomes{{}, t.Counts[0]}, now
	}
}

func (t tally) verdicts() int  { return t.Counts[0].Verdicts + t.Counts[1].Verdicts }
func (t tally) successes() int { return t.Counts[0].Successes + t.Counts[1].Successes }

// heard is how many verdicts and successes all processes had lately, as far as this one knows.
func (d *doubt) heard() (verdicts, successes int) {
	verdicts, successes = d.own.verdicts(), d.own.successes()
	for _, t := range d.others {
		verdicts += t.verdicts()
		successes += t.successes()
	}
	return verdicts, successes
}

// many reports whether there are more verdicts than a quiet day explains.
func (d *doubt) many() bool {
	verdicts, successes := d.heard()
	return verdicts > doubtCount && verdicts*doubtShare > verdicts+successes
}

// shaky reports whether Spotify has been in trouble shortly before now.
func (d *doubt) shaky(now time.Time) bool {
	return !d.Trouble.IsZero() && now.Sub(d.Trouble).Abs() < troubleNear
}

// troubled notes that Spotify failed in another way than by a verdict.
func (d *doubt) troubled(now time.Time) {
	if now.Sub(d.Trouble).Abs() > troubleTold {
		d.news++
	}
	d.Trouble = now
}
