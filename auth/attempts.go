package auth

import (
	"container/list"
	"sync"
	"time"
)

const (
	attemptLife  = 10 * time.Minute
	mostAttempts = 10_000
)

// Attempts keeps login attempts between /login and /callback of one process: ten minutes
// each, taken out once, 10,000 at most (the oldest go first). The zero value is ready; safe
// for concurrent use; not to be copied.
type Attempts struct {
	mu      sync.Mutex
	byState map[string]*list.Element
	oldest  list.List // of attempt, in the order they came
}

type attempt struct {
	auth  *UserAuth
	until time.Time
}

// Add keeps u until it is taken or ten minutes have passed.
func (a *Attempts) Add(u *UserAuth) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.byState == nil {
		a.byState = map[string]*list.Element{}
	}
	now := time.Now()
	a.remove(u.State())
	a.sweep(now)
	a.byState[u.State()] = a.oldest.PushBack(attempt{u, now.Add(attemptLife)})
}

// Take removes and returns the attempt with that state; nil if there is none, or no more.
func (a *Attempts) Take(state string) *UserAuth {
	a.mu.Lock()
	defer a.mu.Unlock()
	found, ok := a.remove(state)
	if !ok || !time.Now().Before(found.until) {
		return nil
	}
	return found.auth
}

func (a *Attempts) remove(state string) (attempt, bool) {
	e, ok := a.byState[state]
	if !ok {
		return attempt{}, false
	}
	delete(a.byState, state)
	return a.oldest.Remove(e).(attempt), true
}

// sweep makes room for one: what is over goes, and the oldest if there are too many.
func (a *Attempts) sweep(now time.Time) {
	for e := a.oldest.Front(); e != nil; e = a.oldest.Front() {
		old := e.Value.(attempt)
		if now.Before(old.until) && a.oldest.Len() < mostAttempts {
			return
		}
		a.remove(old.auth.State())
	}
}
