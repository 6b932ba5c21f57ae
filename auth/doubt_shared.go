package auth

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// Register is one short text that the processes of an app read and replace: see ShareVerdicts. It
// names nobody and holds no secret. Safe for concurrent use.
type Register interface {
	// Load returns the text, "" if there is none yet, and the time by the register's own clock, so
	// that the processes' clocks need not agree.
	Load(ctx context.Context) (text string, now time.Time, err error)

	// Swap replaces was, "" for none, by next; false if it is not was any more. An error may mean
	// that it was replaced.
	Swap(ctx context.Context, was, next string) (bool, error)
}

// ShareVerdicts makes all processes of an app weigh Spotify's verdicts together: refusals in masses
// are counted over all of them, what one of them does not believe none does, one request at a time
// finds out for all whether it is over, and trouble that one of them sees makes the verdicts of the
// others shaky too. Without it every process has to be refused so often itself.
//
// Verdicts are acted upon as without it; what they add up to is told afterwards, and no lease is held
// meanwhile. What r says is remembered for up to 2 s, and looked at more closely only while verdicts
// are unusually many. An r that fails, or takes longer than half a second, stops nothing: then each
// process goes by what it has heard itself.
func ShareVerdicts(r Register) GrantsOption {
	return grantsOption(func(g *Grants) { g.jury = newJury(r, g) })
}

// juryEvery is how often a process looks at the register though nobody asks for anything, while a verdict
// of its own may have to be undone.
const juryEvery = 2 * pauseKnown

// jury is this process's seat among those that weigh verdicts together; nil: it is alone.
type jury struct {
	register Register
	grants   *Grants
	watching atomic.Bool
	turn     chan struct{} // one at a time confers; the rest is its property
	failed   bool

	mu    sync.Mutex
	asked time.Time
	next  *look // the one that is to begin; nil: nobody waits for it
}

// look is one look at the register, and all who wait for it.
type look struct {
	most time.Duration // it is needed by somebody who wants to know no older than this
	over chan struct{}
}

func newJury(r Register, g *Grants) *jury {
	if r == nil {
		return nil
	}
	return &jury{register: r, grants: g, turn: make(chan struct{}, 1)}
}

// look hears what the others have found out, unless that is known from less than most ago. All who come while one
// looks share the next, and nobody waits any more when these grants are closed.
func (j *jury) look(ctx context.Context, most time.Duration) {
	if j == nil || j.knows(most) {
		return
	}
	select {
	case <-j.begun(most).over:
	case <-j.grants.flights.ended:
	case <-ctx.Done():
	}
}

// knows reports whether the register was looked at less than most ago.
func (j *jury) knows(most time.Duration) bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	return !j.asked.IsZero() && time.Since(j.asked) < most
}

// begun is a look that begins from now on.
func (j *jury) begun(most time.Duration) *look {
	j.mu.Lock()
	defer j.mu.Unlock()
	if l := j.next; l != nil {
		l.most = min(l.most, most)
		return l
	}
	l := &look{most, make(chan struct{})}
	j.next = l
	go func() {
		defer close(l.over)
		j.confer(context.Background(), false, func() bool {
			j.mu.Lock()
			j.next = nil // who comes from now on is too late for this one
			j.mu.Unlock()
			return !j.knows(l.most) && !j.grants.flights.closed()
		})
	}()
	return l
}

// beWary looks more closely while there are many verdicts.
func (g *Grants) beWary(ctx context.Context) {
	if g.app.wary(g.now()) {
		g.jury.look(ctx, 0)
	}
}

// admit is the breaker's; and where there is doubt only one of all processes asks.
func (g *Grants) admit(ctx context.Context, who asker) error {
	probe, err := g.app.admit(g.now(), who)
	if probe && g.jury.taken(ctx) {
		return errDoubted
	}
	return err
}

// taken reports whether another process is at finding out whether the doubt is over. Else this one is.
func (j *jury) taken(ctx context.Context) bool {
	return j != nil && j.confer(ctx, true, func() bool { return true })
}

// weighed tells the others what has been heard, if it concerns them, and does what there is to do
// about verdicts that were written. No lease is held.
func (g *Grants) weighed(ctx context.Context) {
	if g.jury != nil && g.app.hasNews() {
		g.jury.confer(context.WithoutCancel(ctx), false, g.app.hasNews)
	}
	g.reconsider()
	g.jury.watch()
}

// watch looks now and then for as long as there is a sentence that may have to be undone.
func (j *jury) watch() {
	if j == nil || !j.grants.app.undecided(j.grants.now()) || j.watching.Swap(true) {
		return
	}
	time.AfterFunc(juryEvery, func() {
		j.watching.Store(false)
		if !j.grants.flights.closed() {
			j.look(context.Background(), pauseKnown)
			j.watch()
		}
	})
}

// confer exchanges what is known with the others, if that is still needed when it is this caller's turn. A
// register that failed is left alone for a while. taken: this process would probe, and another is at it.
func (j *jury) confer(ctx context.Context, probe bool, needed func() bool) (taken bool) {
	select {
	case j.turn <- struct{}{}:
	case <-ctx.Done():
		return false
	}
	asking := needed() && !(j.failed && j.knows(pauseKnown))
	if asking {
		var ok bool
		taken, ok = j.exchange(ctx, probe)
		j.failed = !ok
		j.mu.Lock()
		j.asked = time.Now()
		j.mu.Unlock()
	}
	<-j.turn
	if asking {
		j.grants.reconsider()
	}
	return taken
}

// exchange waits for half a second at most.
func (j *jury) exchange(ctx context.Context, probe bool) (taken, ok bool) {
	ctx, cancel := context.WithTimeout(ctx, pauseWait)
	defer cancel()
	answer := make(chan bool, 1)
	go func() {
		if taken, err := j.swap(ctx, probe); err == nil {
			answer <- taken
		}
		close(answer)
	}()
	select {
	case taken, ok = <-answer:
	case <-ctx.Done(): // also if the register does not listen to it
	}
	return taken, ok
}

// swap reads the register, and writes what this process has to add, however often another is faster.
func (j *jury) swap(ctx context.Context, probe bool) (taken bool, err error) {
	for {
		was, now, err := j.register.Load(ctx)
		if err != nil {
			return false, err
		}
		if ctx.Err() != nil { // what comes too late has the wrong time
			return false, ctx.Err()
		}
		mine := j.grants.app.agree(was, now, j.grants.me, probe, j.grants.now())
		if mine.text == "" {
			return mine.taken, nil
		}
		won, err := j.register.Swap(ctx, was, mine.text)
		if err != nil {
			return false, err
		}
		if won {
			j.grants.app.hasTold(mine.news)
			return false, nil
		}
	}
}
