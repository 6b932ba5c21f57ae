package auth_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/emulator"
)

// TestDeleteAgainstLateAnswers: whatever is under way, waiting for the store, or in a journal when a login is
// deleted, here or by another replica: nothing comes back, in the store or to anybody who asks.
func TestDeleteAgainstLateAnswers(t *testing.T) {
	t.Parallel()
	for name, mode := range modes {
		for _, elsewhere := range bools {
			for _, down := range bools { // the store when the answer comes
				inBubble(t, emulator.Config{Refresh: mode}, func(w world) {
					store := &downStore{Store: &auth.MemoryStore{}}
					g := w.cred.Grants(store, auth.Rescue(slowJournal(time.Second)))
					end := g
					if elsewhere {
						end = w.cred.Grants(store.Store)
					}
					w.put(g)
					w.overdueRefresh(g, 2*time.Second)
					time.Sleep(time.Second)
					store.set(down)
					if !down {
						w.delete(end)
					}
					time.Sleep(5 * time.Second) // the answer has come
					w.delete(end)
					store.set(false)
					time.Sleep(10 * time.Minute)
					for range 2 {
						w.wantError(g.For("alice"), auth.ErrNotFound)
						if rec, err := store.Load(w.t.Context(), "alice"); !errors.Is(err, auth.ErrNotFound) {
							w.t.Errorf("%s: stored after Delete: %v, %v", name, rec, err)
						}
						time.Sleep(time.Hour)
					}
					w.wantRefreshes(1)
					if s := g.State(); s.Unsaved != 0 {
						w.t.Errorf("%s: State = %+v, want nothing unsaved", name, s)
					}
				})
			}
		}
	}
}

func (w world) delete(g *auth.Grants) {
	w.t.Helper()
	if err := g.Delete(w.t.Context(), "alice"); err != nil {
		w.t.Fatal(err)
	}
}

// stubbornStore does not delete, and does not write, for as long as it is down.
type stubbornStore struct{ downStore }

func (s *stubbornStore) Delete(ctx context.Context, key string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.down {
		return errors.New("store down")
	}
	return s.Store.Delete(ctx, key)
}

// TestDeleteThatFails: a login that was not deleted lives on. What its process and its journal hold may be its only
// valid token.
func TestDeleteThatFails(t *testing.T) {
	t.Parallel()
	for _, journaled := range bools {
		inBubble(t, emulator.Config{Refresh: emulator.Rotated}, func(w world) {
			journal := new(noting)
			if !journaled {
				journal.err = errors.New("full")
			}
			store := &stubbornStore{downStore{Store: &auth.MemoryStore{}}}
			g := w.cred.Grants(store, auth.Rescue(journal))
			w.put(g)
			if token, err := w.answeredWhileDown(g, &store.downStore); (err == nil) != journaled {
				w.t.Fatalf("Token while the store is down = %v, %v, want one: %t", token, err, journaled)
			}
			if err := g.Delete(w.t.Context(), "alice"); err == nil {
				w.t.Error("Delete while the store is down = nil")
			}
			if len(journal.forgot) != 0 || journal.done != 0 {
				w.t.Errorf("the journal forgot %q and %d are done, want it to keep what is not deleted", journal.forgot, journal.done)
			}
			store.set(false)
			time.Sleep(5 * time.Minute)
			w.wantToken(g.For("alice"))
			w.wantRefreshes(1)
			time.Sleep(time.Hour)
			w.wantToken(g.For("alice"))

			journal.err = nil
			w.delete(g)
			if len(journal.forgot) != 1 {
				w.t.Errorf("the journal forgot %q, want alice", journal.forgot)
			}
			w.wantError(g.For("alice"), auth.ErrNotFound)
		})
	}
}

// lateJournal is full at first, and takes its time to forget.
type lateJournal struct{ kept, keptSince atomic.Int64 }

func (j *lateJournal) Keep(context.Context, string, *auth.Answer) (func(), error) {
	if j.kept.Add(1) == 1 {
		return nil, errors.New("full")
	}
	return func() {}, nil
}

func (j *lateJournal) Forget(context.Context, string) error {
	before := j.kept.Load()
	time.Sleep(5 * time.Minute)
	j.keptSince.Store(j.kept.Load() - before)
	return nil
}

// TestDeleteForgetsOnce: when the journal is told to forget, nobody here holds anything any more that would be put
// there again.
func TestDeleteForgetsOnce(t *testing.T) {
	t.Parallel()
	inBubble(t, emulator.Config{Refresh: emulator.Rotated}, func(w world) {
		journal, store := new(lateJournal), &downStore{Store: &auth.MemoryStore{}}
		g := w.cred.Grants(store, auth.Rescue(journal))
		w.put(g)
		if token, err := w.answeredWhileDown(g, store); err == nil {
			w.t.Fatalf("Token = %v though it is safe nowhere", token)
		}
		w.delete(g)
		if n := journal.keptSince.Load(); journal.kept.Load() == 0 || n != 0 {
			w.t.Errorf("%d answers of the deleted login were put into the journal after it was told to forget", n)
		}
	})
}

// orderly is a Journal that notes what happens in which order, and takes its time to keep something.
type orderly struct {
	slow time.Duration
	mu   sync.Mutex
	did  []string
}

func (o *orderly) note(what string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.did = append(o.did, what)
}

func (o *orderly) all() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return strings.Join(o.did, " ")
}

func (o *orderly) Keep(context.Context, string, *auth.Answer) (func(), error) {
	o.note("keep")
	time.Sleep(o.slow)
	o.note("kept")
	return func() {}, nil
}

func (o *orderly) Forget(context.Context, string) error { o.note("forget"); return nil }

// TestDeleteIsTheJournalsLast: an answer that comes after a Delete is not put into the journal, one that is being put
// there is waited for, and one that another process has deleted meanwhile is forgotten like one of ours.
func TestDeleteIsTheJournalsLast(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name      string
		after     time.Duration // since it was asked for, the login is deleted; the answer comes after 2 s
		elsewhere bool
		want      string
	}{
		{"under way", time.Second, false, "forget deleted"},
		{"being kept", 3 * time.Second, false, "keep kept forget deleted"},
		{"under way, elsewhere", time.Second, true, "deleted keep kept forget"},
		{"being kept, elsewhere", 3 * time.Second, true, "keep deleted kept forget"},
	} {
		inBubble(t, emulator.Config{Refresh: emulator.Rotated}, func(w world) {
			journal, store := &orderly{slow: 2 * time.Second}, &auth.MemoryStore{}
			g := w.cred.Grants(store, auth.Rescue(journal))
			end := g
			if test.elsewhere {
				end = w.cred.Grants(store)
			}
			w.put(g)
			w.overdueRefresh(g, 2*time.Second)
			time.Sleep(test.after)
			w.delete(end)
			journal.note("deleted")
			time.Sleep(time.Minute)
			if got := journal.all(); got != test.want {
				w.t.Errorf("%s: the journal did %q, want %q", test.name, got, test.want)
			}
		})
	}
}
