package server

import (
	"context"
	"time"

	"github.com/tenuto-dev/tenuto/internal/vault"
)

// lookTime bounds one look at the sessions, so that looks and answers fit in five seconds.
const lookTime = 1500 * time.Millisecond

// living says which sessions there are yet, and how their persons' grants are doing.
func (s *Server) living(ctx context.Context, ids []string) (map[string]vault.Standing, error) {
	living, err := s.db.Living(ctx, s.app, ids, s.Now())
	if err != nil && ctx.Err() == nil {
		s.journal.seldom(eventStore, "streams", "error", err)
	}
	return living, err
}

// post sets a sentry for as long as streams are open: it ends those whose session has ended in another
// replica, or with time, and has Spotify asked anew for people who logged in again at another. It looks
// at the sessions of all streams together: a query or a few, however many people look. The lock is held.
func (w *watchers) post() {
	ctx, cancel := context.WithCancel(context.Background())
	w.dismiss = cancel
	go w.stand(ctx)
}

func (w *watchers) stand(ctx context.Context) {
	tick := time.NewTicker(w.lookEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-w.stopping:
			return
		case <-tick.C:
			w.look(ctx)
		}
	}
}

// look ends the streams of sessions that are gone. A database that does not answer ends none.
func (w *watchers) look(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, lookTime)
	defer cancel()
	asked := w.sessions()
	ids := make([]string, 0, len(asked))
	for id := range asked {
		ids = append(ids, id)
	}
	living, err := w.livingOf(ctx, ids)
	if err != nil {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for id, userID := range asked {
		if stands, lives := living[id]; !lives {
			w.end(userID, func(t *tab) bool { return t.id == id })
		} else if r := w.rooms[userID]; r != nil {
			w.renew(r, stands)
		}
	}
}

// renew has a room's question asked at once if its person's grant is another than before: what was no use
// may be of use now. The lock is held.
func (w *watchers) renew(r *room, stands vault.Standing) {
	if r.stands == stands {
		return
	}
	r.stands, r.stale = stands, true
	select {
	case r.news <- struct{}{}:
	default:
	}
}

// sessions are those of the open streams, and whose they are.
func (w *watchers) sessions() map[string]string {
	w.mu.Lock()
	defer w.mu.Unlock()
	all := make(map[string]string, w.tabs)
	for userID, r := range w.rooms {
		for t := range r.tabs {
			all[t.id] = userID
		}
	}
	return all
}
