package spotify

import (
	"context"
	"sync"
	"time"
)

// limits end attempts that take too long. All attempts of a client may take as long, so they
// end in the order in which they began, and one timer does for all of them. A timer for each
// would wake a thread of the runtime each time, which costs a small call more than all else
// that is between it and net/http.
type limits struct {
	each time.Duration

	mu          sync.Mutex
	first, last *limit    // of the attempts under way, in order
	due         time.Time // when the timer fires; zero: there is none
}

// limit is one attempt that is under way.
type limit struct {
	ends           time.Time
	cancel         context.CancelCauseFunc
	before, behind *limit
}

// begin has an attempt cancelled, with errNoAnswer, unless end is called in time.
func (l *limits) begin(attempt *limit, cancel context.CancelCauseFunc) {
	l.mu.Lock()
	defer l.mu.Unlock()
	attempt.ends, attempt.cancel = time.Now().Add(l.each), cancel
	if attempt.before = l.last; l.last != nil {
		l.last.behind = attempt
	} else {
		l.first = attempt
	}
	l.last = attempt
	l.arm()
}

// end forgets an attempt. The timer stays: it finds out by itself.
func (l *limits) end(attempt *limit) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.remove(attempt)
}

func (l *limits) remove(attempt *limit) {
	if attempt.before == nil && l.first != attempt {
		return // it was cancelled
	}
	if attempt.before != nil {
		attempt.before.behind = attempt.behind
	} else {
		l.first = attempt.behind
	}
	if attempt.behind != nil {
		attempt.behind.before = attempt.before
	} else {
		l.last = attempt.before
	}
	attempt.before, attempt.behind = nil, nil
}

// arm sets the timer for the first attempt, unless there is one.
func (l *limits) arm() {
	if l.first != nil && l.due.IsZero() {
		l.due = l.first.ends
		time.AfterFunc(time.Until(l.due), l.fire)
	}
}

// fire cancels what has taken too long.
func (l *limits) fire() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for l.first != nil && !l.first.ends.After(time.Now()) {
		l.first.cancel(errNoAnswer)
		l.remove(l.first)
	}
	l.due = time.Time{}
	l.arm()
}
