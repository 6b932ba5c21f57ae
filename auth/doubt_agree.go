package auth

import (
	"encoding/json"
	"maps"
	"time"
)

// How processes that share a Register come to one opinion. What each of them says only adds to what is
// there, so that it does not matter who says it first, or twice.

// contribution is what a process has to add to a register: nothing if text is empty.
type contribution struct {
	text  string
	news  int  // what of doubt.news is in it
	taken bool // it would probe, and another is at it
}

// bench is what is in a register.
type bench struct {
	findings
	Heard map[string]tally `json:"heard,omitzero"` // by the names of processes
}

// agree takes over what a register holds. now is the register's, local the caller's time.
func (b *breaker) agree(text string, now time.Time, me string, probe bool, local time.Time) (mine contribution) {
	var theirs bench
	if text != "" && (json.Unmarshal([]byte(text), &theirs) != nil || !theirs.plausible()) {
		theirs = bench{} // and so it heals
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	d := &b.doubt
	d.clock = clock{now.Round(0).UTC(), time.Now()}
	now = d.clock.register
	was := d.episode
	d.findings = d.findings.with(theirs.findings)
	delete(theirs.Heard, me)
	d.others = theirs.Heard
	d.follow(now)
	if d.condemned && !d.running() && !now.Before(d.Believe) && d.many() {
		d.begin(now)
	}
	if d.running() && (d.Next.After(now) || !was.running()) {
		b.silence = restFor(errDoubted, d.Next.Sub(now), local)
	}
	agreed := d.findings
	switch {
	case probe && d.running() && d.Next.After(now):
		return contribution{taken: true}
	case probe && d.running():
		agreed.Next = now.Add(probeReserved)
	case d.news == d.told:
		return contribution{}
	}
	heard := maps.Clone(d.others)
	if d.own.verdicts() > 0 {
		if heard == nil {
			heard = map[string]tally{}
		}
		heard[me] = d.own
	}
	next, _ := json.Marshal(bench{agreed, heard}) // times and numbers: it cannot fail
	return contribution{text: string(next), news: d.news}
}

// plausible reports whether processes can have written that.
func (b bench) plausible() bool {
	for _, t := range b.Heard {
		for _, o := range t.Counts {
			if o.Verdicts < 0 || o.Successes < 0 {
				return false
			}
		}
	}
	return b.Number >= 0 && b.Number < 1<<40 && b.Probes >= 0 && !(b.running() && b.Since.IsZero())
}

// with is what two processes have found out together, whoever says it first.
func (f findings) with(o findings) findings {
	switch {
	case o.Number > f.Number:
		f.episode = o.episode
	case o.Number == f.Number:
		f.Over = f.Over || o.Over
		f.Probes = max(f.Probes, o.Probes)
		f.Next = later(f.Next, o.Next)
		if o.Since.Before(f.Since) {
			f.Since = o.Since
		}
	}
	f.Believe, f.Trouble = later(f.Believe, o.Believe), later(f.Trouble, o.Trouble)
	return f
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// hasNews reports whether there is something to tell.
func (b *breaker) hasNews() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.doubt.news != b.doubt.told
}

// hasTold notes what the others can know.
func (b *breaker) hasTold(news int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.doubt.told = news
	if b.doubt.news == news {
		b.doubt.condemned = false
	}
}

// wary reports whether there are so many verdicts that it may soon be too many.
func (b *breaker) wary(now time.Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	verdicts, _ := b.doubt.heard()
	return verdicts > doubtCount/2 && !b.doubt.running() && !b.doubt.clock.time(now).Before(b.doubt.Believe)
}

// clock is a register's: the time it had when it was read, counted on by our own monotonic clock. The
// zero value is the caller's.
type clock struct{ register, read time.Time }

func (c clock) time(local time.Time) time.Time {
	if c.read.IsZero() {
		return local
	}
	return c.register.Add(time.Since(c.read))
}
