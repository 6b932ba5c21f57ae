package server

import (
	"context"
	"sync"
	"time"

	"github.com/tenuto-dev/tenuto/internal/vault"
)

const (
	askEvery  = 30 * time.Second       // while somebody looks
	askSlower = 2 * time.Minute        // while Spotify fails
	trackEnd  = 700 * time.Millisecond // after a track's end the next one is known
	linger    = 20 * time.Second       // what a page showed is kept for the stream that it opens
	sameTabs  = 16                     // streams of one person
	allTabs   = 4096                   // streams of one server
	allRooms  = 16384                  // people remembered at a time
	tabBuffer = 8                      // messages a slow browser may be behind
)

// watchers are the people whose pages are open. Each has one room however many tabs: Spotify is
// asked once for all of them, when a track ends or every 30 seconds, and only while there are any.
type watchers struct {
	askFor    func(ctx context.Context, userID string) playing
	livingOf  func(ctx context.Context, ids []string) (map[string]vault.Standing, error) // see sentry.go
	lookEvery time.Duration
	now       func() time.Time
	stopping  <-chan struct{}

	mu      sync.Mutex
	rooms   map[string]*room
	tabs    int
	dismiss context.CancelFunc // of the sentry
}

// room is one person's tabs and what was last heard.
type room struct {
	tabs   map[*tab]struct{}
	last   playing
	known  bool
	stands vault.Standing // of the person's grant, when last looked at
	stale  bool           // the grant is another now: ask at once
	fails  int
	news   chan struct{} // something else heard first: look at the clock again
	cancel context.CancelFunc
	expiry *time.Timer
}

// tab is one open stream.
type tab struct {
	handle  string       // of its session
	id      string       // the session's secret
	updates chan playing // closed when the tab is too slow or the session ends
	ended   bool         // the session: set before updates is closed
}

func (s *Server) newWatchers() *watchers {
	every := lookEveryAlone
	if s.shared() {
		every = lookEvery
	}
	return &watchers{
		askFor: s.ask, livingOf: s.living, lookEvery: every,
		now: s.Now, stopping: s.stop.stopping, rooms: map[string]*room{},
	}
}

// heard notes what a page has just asked, so that open tabs show it too and the stream that this
// page opens need not ask again.
func (w *watchers) heard(userID string, p playing) {
	w.mu.Lock()
	defer w.mu.Unlock()
	r := w.rooms[userID]
	if r == nil {
		if len(w.rooms) >= allRooms {
			return
		}
		r = w.open(userID)
	}
	w.tell(userID, r, p)
	if len(r.tabs) == 0 {
		w.expire(userID, r)
		return
	}
	select {
	case r.news <- struct{}{}:
	default:
	}
}

// open makes an empty room. The lock is held.
func (w *watchers) open(userID string) *room {
	r := &room{tabs: map[*tab]struct{}{}, news: make(chan struct{}, 1)}
	w.rooms[userID] = r
	return r
}

// expire removes an empty room after a while. The lock is held.
func (w *watchers) expire(userID string, r *room) {
	if r.expiry != nil {
		r.expiry.Reset(linger)
		return
	}
	r.expiry = time.AfterFunc(linger, func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		if w.rooms[userID] == r && len(r.tabs) == 0 {
			delete(w.rooms, userID)
		}
	})
}

// join opens a stream of a session; nil if there are too many. The first tab of a room starts its
// asking.
func (w *watchers) join(userID, handle, id string, stands vault.Standing) *tab {
	w.mu.Lock()
	defer w.mu.Unlock()
	r := w.rooms[userID]
	if r == nil {
		r = w.open(userID)
	}
	if len(r.tabs) >= sameTabs || w.tabs >= allTabs {
		if len(r.tabs) == 0 {
			delete(w.rooms, userID)
		}
		return nil
	}
	t := &tab{handle: handle, id: id, updates: make(chan playing, tabBuffer)}
	r.tabs[t] = struct{}{}
	w.tabs++
	if w.tabs == 1 {
		w.post()
	}
	if r.known {
		t.updates <- r.last
	}
	if len(r.tabs) > 1 {
		w.renew(r, stands)
	} else {
		r.stands = stands
		if r.expiry != nil {
			r.expiry.Stop()
		}
		ctx, cancel := context.WithCancel(context.Background())
		r.cancel = cancel
		go w.follow(ctx, userID, r)
	}
	return t
}

// leave closes a stream. The last tab of a room ends its asking.
func (w *watchers) leave(userID string, t *tab) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if r := w.rooms[userID]; r != nil {
		w.drop(userID, r, t, false)
	}
}

// drop takes a tab out. The lock is held.
func (w *watchers) drop(userID string, r *room, t *tab, ended bool) {
	if _, in := r.tabs[t]; !in {
		return
	}
	delete(r.tabs, t)
	w.tabs--
	if w.tabs == 0 {
		w.dismiss()
	}
	t.ended = ended
	close(t.updates)
	if len(r.tabs) == 0 {
		r.cancel()
		w.expire(userID, r)
	}
}

// endSession closes the streams of one session, endPerson those of all.
func (w *watchers) endSession(userID, handle string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.end(userID, func(t *tab) bool { return t.handle == handle })
}

func (w *watchers) endPerson(userID string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.end(userID, func(*tab) bool { return true })
}

// end closes a person's streams that match. When none is left, what the person listened to is
// forgotten too. The lock is held.
func (w *watchers) end(userID string, match func(*tab) bool) {
	r := w.rooms[userID]
	if r == nil {
		return
	}
	for t := range r.tabs {
		if match(t) {
			w.drop(userID, r, t, true)
		}
	}
	if len(r.tabs) == 0 {
		delete(w.rooms, userID)
	}
}

// tell hands p to every tab; one that is too far behind is let go, and comes back by itself. The
// lock is held.
func (w *watchers) tell(userID string, r *room, p playing) {
	r.last, r.known = p, true
	if p.Kind == "failed" {
		r.fails++
	} else {
		r.fails = 0
	}
	for t := range r.tabs {
		select {
		case t.updates <- p:
		default:
			w.drop(userID, r, t, false)
		}
	}
}

// follow asks for one person as long as ctx says that somebody looks.
func (w *watchers) follow(ctx context.Context, userID string, r *room) {
	for ctx.Err() == nil {
		w.mu.Lock()
		wait, ask := r.due(w.now())
		w.mu.Unlock()
		var timer <-chan time.Time
		if ask && wait > 0 {
			timer = time.After(wait)
		}
		if !ask || wait > 0 {
			select {
			case <-ctx.Done():
				return
			case <-w.stopping:
				return
			case <-r.news:
			case <-timer:
			}
			continue
		}
		w.mu.Lock()
		r.stale = false
		w.mu.Unlock()
		p := w.askFor(ctx, userID)
		w.mu.Lock()
		if ctx.Err() == nil {
			w.tell(userID, r, p)
		}
		w.mu.Unlock()
	}
}

// due is how long until Spotify is to be asked; ask is false when it is no use.
func (r *room) due(now time.Time) (wait time.Duration, ask bool) {
	if !r.known || r.stale {
		return 0, true
	}
	p := r.last
	if p.over {
		return 0, false
	}
	every := askEvery
	if p.Kind == "failed" {
		every = min(askEvery<<min(r.fails-1, 2), askSlower)
	}
	next := p.Asked.Add(every)
	if p.again.After(next) {
		next = p.again
	}
	if left := p.Duration - p.Progress; p.Playing && left < every {
		next = p.Asked.Add(max(left, 0) + trackEnd)
	}
	return next.Sub(now), true
}
