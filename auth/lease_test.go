package auth_test

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/emulator"
)

// pausingStore is a store whose process is stopped for a while after its nth write.
type pausingStore struct {
	auth.Store
	nth    int64
	pause  time.Duration
	writes atomic.Int64
}

func (s *pausingStore) Swap(ctx context.Context, key, version string, next *auth.Record) error {
	err := s.Store.Swap(ctx, key, version, next)
	if s.writes.Add(1) == s.nth {
		time.Sleep(s.pause)
	}
	return err
}

// TestPausedHolderDoesNotSend: whoever slept on a lease may have been taken over, and looks
// again before anything is sent.
func TestPausedHolderDoesNotSend(t *testing.T) {
	t.Parallel()
	inBubble(t, emulator.Config{Refresh: emulator.RotatedFamily}, func(w world) {
		store := &auth.MemoryStore{}
		awake, asleep := w.cred.Grants(store), w.cred.Grants(&pausingStore{Store: store, nth: 1, pause: 30 * time.Second})
		w.put(awake)
		time.Sleep(time.Hour)
		var wg sync.WaitGroup
		wg.Go(func() { w.wantToken(asleep.For("alice")) })
		time.Sleep(time.Millisecond)
		w.wantToken(awake.For("alice"))
		wg.Wait()
		w.wantRefreshes(1)
		w.wantToken(asleep.For("alice"))
	})
}

// TestNewLoginInTheSameProcess: what an older flight brings is not for those who come after the
// new login, neither from the flight nor from the cache.
func TestNewLoginInTheSameProcess(t *testing.T) {
	t.Parallel()
	inBubble(t, emulator.Config{Refresh: emulator.Rotated}, func(w world) {
		g := w.cred.Grants(&pausingStore{Store: &auth.MemoryStore{}, nth: 7, pause: time.Second}, auth.CacheFor(time.Hour))
		for _, delay := range []time.Duration{5 * time.Second, 0} { // the answer takes long; the write does
			w.put(g)
			time.Sleep(time.Hour)
			w.Fail(emulator.Fault{Operation: tokenRequest, Delay: delay + time.Millisecond})
			var wg sync.WaitGroup
			wg.Go(func() { _, _ = g.For("alice").Token(w.t.Context()) })
			time.Sleep(500 * time.Millisecond)
			login := w.token()
			if err := g.Put(w.t.Context(), "alice", login); err != nil {
				w.t.Fatal(err)
			}
			began := time.Now()
			for range 2 {
				if token := w.wantToken(g.For("alice")); token.AccessToken != login.AccessToken {
					w.t.Error("Token after a new login = the older login's")
				}
				if took := time.Since(began); took > 0 {
					w.t.Errorf("waited %v for an older login's flight", took)
				}
				wg.Wait()
				began = time.Now()
			}
		}
	})
}

// silent never answers.
type silent struct{}

func (silent) RoundTrip(r *http.Request) (*http.Response, error) {
	<-r.Context().Done()
	return nil, r.Context().Err()
}

// TestTakeoverByTheStoresClock: a lease that is two leases old is over at the first look, or
// else nobody would take over where processes live shortly.
func TestTakeoverByTheStoresClock(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ age, least, most time.Duration }{
		{10 * time.Second, 25 * time.Second, 26 * time.Second}, // watched for a lease
		{51 * time.Second, 0, 0},                               // taken at once
	} {
		inBubble(t, emulator.Config{Refresh: emulator.Rotated}, func(w world) {
			store := &auth.MemoryStore{}
			w.claimedByTheDead(store)
			time.Sleep(test.age - time.Second)
			began := time.Now()
			w.wantToken(w.cred.Grants(store).For("alice"))
			if took := time.Since(began); took < test.least || took > test.most {
				w.t.Errorf("a lease %v old was taken over after %v, want %v to %v", test.age, took, test.least, test.most)
			}
			w.wantRefreshes(1)
		})
	}
}

// TestCloseGivesBackWhatWaits: a verdict that waits, because somebody who died may have had an answer, is left to the
// others at a graceful stop. They need not wait for a lease first.
func TestCloseGivesBackWhatWaits(t *testing.T) {
	t.Parallel()
	inBubble(t, emulator.Config{Refresh: emulator.Rotated}, func(w world) {
		store := &auth.MemoryStore{}
		w.claimedByTheDead(store)
		w.Revoke("alice")
		time.Sleep(time.Minute)
		stopping := w.cred.Grants(store)
		go func() { _, _ = stopping.For("alice").Token(w.t.Context()) }()
		time.Sleep(5 * time.Second) // it has heard that the login has ended, and waits
		if err := stopping.Close(w.t.Context()); err != nil {
			w.t.Errorf("Close = %v", err)
		}
		began := time.Now()
		w.wantError(w.cred.Grants(store).For("alice"), auth.ErrReauthorize)
		if took := time.Since(began); took > 25*time.Second {
			w.t.Errorf("the verdict came %v after the stop, want no more than the 25 s for which it waits", took)
		}
		w.wantRefreshes(2)
	})
}

// claimedByTheDead leaves alice's login, whose token has run out, with the lease of a process that has died.
func (w world) claimedByTheDead(store auth.Store) {
	w.t.Helper()
	crashed := &crashingStore{Store: store}
	dead := w.credentials(func(c *auth.Config) { c.HTTPClient = &http.Client{Transport: silent{}} }).Grants(crashed)
	w.put(dead)
	time.Sleep(time.Hour)
	crashed.after = 1 // the claim is the last thing it writes
	ctx, cancel := context.WithTimeout(w.t.Context(), time.Second)
	defer cancel()
	_, _ = dead.For("alice").Token(ctx)
}

// crashingStore writes so many times more (0: for ever), as a process that dies does.
type crashingStore struct {
	auth.Store
	mu    sync.Mutex
	after int
}

func (s *crashingStore) Swap(ctx context.Context, key, version string, next *auth.Record) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch s.after {
	case 0:
	case 1:
		s.after = -1
	case -1:
		return errors.New("dead")
	default:
		s.after--
	}
	return s.Store.Swap(ctx, key, version, next)
}

// TestLateAnswerRevives: a login that was declared dead lives again when an answer arrives that
// was under way all the time.
func TestLateAnswerRevives(t *testing.T) {
	t.Parallel()
	inBubble(t, emulator.Config{Refresh: emulator.Rotated}, func(w world) {
		store := &auth.MemoryStore{}
		slow := w.cred.Grants(store, auth.LeaseFor(5*time.Second),
			auth.Rescue(slowJournal(9*time.Second)))
		hasty := w.cred.Grants(store, auth.LeaseFor(5*time.Second))
		w.put(slow)
		time.Sleep(time.Hour)
		w.Fail(emulator.Fault{Operation: tokenRequest, Delay: 8 * time.Second})
		var wg sync.WaitGroup
		wg.Go(func() { w.wantToken(slow.For("alice")) })
		time.Sleep(time.Millisecond)
		w.wantError(hasty.For("alice"), auth.ErrReauthorize)
		wg.Wait()
		w.wantToken(hasty.For("alice"))
		time.Sleep(time.Hour)
		w.wantToken(hasty.For("alice"))
		w.wantRefreshes(3)
	})
}

// slowJournal takes so long to keep what it then does not remember.
type slowJournal time.Duration

func (j slowJournal) Keep(context.Context, string, *auth.Answer) (func(), error) {
	time.Sleep(time.Duration(j))
	return func() {}, nil
}

func (slowJournal) Forget(context.Context, string) error { return nil }

// downStore fails on demand.
type downStore struct {
	auth.Store
	mu   sync.Mutex
	down bool
}

func (s *downStore) set(down bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.down = down
}

func (s *downStore) Swap(ctx context.Context, key, version string, next *auth.Record) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.down {
		return errors.New("store down")
	}
	return s.Store.Swap(ctx, key, version, next)
}

// answeredWhileDown asks for alice's token when it is over. The claim is written, and when the answer comes the store is
// down.
func (w world) answeredWhileDown(g *auth.Grants, store *downStore) (*auth.Token, error) {
	w.t.Helper()
	time.Sleep(time.Hour)
	w.Fail(emulator.Fault{Operation: tokenRequest, Delay: time.Second})
	time.AfterFunc(500*time.Millisecond, func() { store.set(true) })
	return g.For("alice").Token(w.t.Context())
}

// TestCloseSavesWhatIsLeft, or says that it could not.
func TestCloseSavesWhatIsLeft(t *testing.T) {
	t.Parallel()
	journal := auth.Rescue(slowJournal(0))
	for _, test := range []struct {
		name              string
		opts              []auth.GrantsOption
		served            bool // though the store is down
		recovers, success bool
	}{
		{name: "store comes back", recovers: true, success: true},
		{name: "store stays down"},
		{name: "journal, store comes back", opts: []auth.GrantsOption{journal}, served: true, recovers: true, success: true},
		{name: "journal, store stays down", opts: []auth.GrantsOption{journal}, served: true, success: true},
	} {
		inBubble(t, emulator.Config{Refresh: emulator.Rotated}, func(w world) {
			store := &downStore{Store: &auth.MemoryStore{}}
			g := w.cred.Grants(store, test.opts...)
			w.put(g)
			if token, err := w.answeredWhileDown(g, store); (err == nil) != test.served {
				w.t.Errorf("%s: Token = %v, %v, want it served: %t", test.name, token, err, test.served)
			}
			store.set(!test.recovers)
			if err := g.Close(w.t.Context()); (err == nil) != test.success {
				w.t.Errorf("%s: Close = %v, want success: %t", test.name, err, test.success)
			}
			if rec := w.stored(store); (rec.Generation == 1) != test.recovers {
				w.t.Errorf("%s: stored %v after Close, want the token saved: %t", test.name, rec, test.recovers)
			}
			w.wantRefreshes(1)
			store.set(false) // the attempts nobody asked for end
		})
	}
}

// TestWrittenAfterAll: an error of the store does not mean that nothing was written, and what
// was written is not written again.
func TestWrittenAfterAll(t *testing.T) {
	t.Parallel()
	inBubble(t, emulator.Config{Refresh: emulator.Rotated}, func(w world) {
		store := &deafStore{Store: &auth.MemoryStore{}}
		g := w.cred.Grants(store)
		w.put(g)
		time.Sleep(time.Hour)
		w.wantToken(g.For("alice"))
		if n := store.writes.Load(); n != 3 { // the login, the claim, the answer
			w.t.Errorf("%d writes, want 3", n)
		}
		w.wantRefreshes(1)
	})
}

// deafStore writes, and never hears that it was written.
type deafStore struct {
	auth.Store
	writes atomic.Int64
}

func (s *deafStore) Swap(ctx context.Context, key, version string, next *auth.Record) error {
	s.writes.Add(1)
	if err := s.Store.Swap(ctx, key, version, next); err != nil {
		return err
	}
	return errors.New("connection lost")
}
