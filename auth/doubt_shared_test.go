package auth_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/emulator"
)

// register is a Register in memory.
type register struct {
	mu          sync.Mutex
	text        string
	reads, took int
	fast        time.Duration // how far its clock is ahead of everybody's
	err         error
	slow        time.Duration // takes so long, and does not listen to ctx
}

func (r *register) Load(context.Context) (string, time.Time, error) {
	time.Sleep(r.slow)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.reads++
	return r.text, time.Now().Add(r.fast), r.err
}

func (r *register) Swap(_ context.Context, was, next string) (bool, error) {
	time.Sleep(r.slow)
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.err != nil || r.text != was {
		return false, r.err
	}
	r.text = next
	r.took++
	return true, nil
}

func (r *register) counts() (reads, took int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.reads, r.took
}

// processes are so many of one app, on one store.
func (w world) processes(n int, opts ...auth.GrantsOption) (all []*auth.Grants) {
	store := &auth.MemoryStore{}
	for range n {
		all = append(all, w.cred.Grants(store, append([]auth.GrantsOption{auth.RefreshRate(0)}, opts...)...))
	}
	return all
}

// lies has Spotify refuse everybody until truth is called.
func (w world) lies() (truth func()) {
	always := refusal
	always.Times = -1
	return w.Fail(always)
}

// wantDoubt: since then Spotify was asked often enough to be doubted, and not more often than it may be.
func (w world) wantDoubt(before int) {
	w.t.Helper()
	if n := w.refreshes() - before; n > 50 || n <= 20 {
		w.t.Errorf("%d requests while Spotify refused everybody, want more than 20 and 50 at most", n)
	}
}

// wantAllBack: one of them has just found out that the doubt is over, and all people are served by all processes.
func (w world) wantAllBack(all []*auth.Grants, people int) {
	w.t.Helper()
	time.Sleep(3 * time.Second)
	for i := range people {
		w.wantToken(all[i%len(all)].For(fmt.Sprint(i)))
	}
}

// TestLyingSpotifyToManyProcesses: together they are refused no more often than one of them would be, nobody loses a
// login, and who had really revoked is found out afterwards.
func TestLyingSpotifyToManyProcesses(t *testing.T) {
	t.Parallel()
	for name, mode := range modes {
		for _, lie := range []time.Duration{10 * time.Minute, 6 * time.Hour} {
			t.Run(fmt.Sprint(name, " ", lie), func(t *testing.T) {
				t.Parallel()
				inBubble(t, emulator.Config{Refresh: mode}, func(w world) {
					const people, replicas, rounds = 90, 4, 60
					all := w.processes(replicas, auth.ShareVerdicts(&register{fast: 50 * 24 * time.Hour}))
					w.people(all[0], people)
					w.putBob(all[0])
					for range 2 { // in rotating modes everybody has spares now
						time.Sleep(time.Hour)
						for i := range people {
							w.wantToken(all[i%replicas].For(fmt.Sprint(i)))
						}
						w.wantToken(all[0].For("bob"))
					}
					time.Sleep(time.Hour)
					w.Revoke("bob")
					before, truth := w.refreshes(), w.lies()
					for round := range rounds {
						for i := range people {
							if token, err := all[(i+round)%replicas].For(fmt.Sprint(i)).Token(w.t.Context()); err == nil {
								w.t.Fatalf("Token = %v while Spotify refuses everybody", token)
							}
						}
						time.Sleep(lie / rounds)
					}
					w.wantDoubt(before)
					for i, g := range all {
						if s := g.State(); s.Stopped != auth.OutcomeDoubted || s.Until.IsZero() {
							w.t.Errorf("process %d: State = %+v, want it stopped for doubt", i, s)
						}
					}
					truth()
					time.Sleep(25 * time.Minute)
					w.wantToken(all[1].For("0"))
					w.wantAllBack(all, people)
					w.wantError(all[2].For("bob"), auth.ErrReauthorize)
					for i, g := range all {
						if s := g.State(); s.Stopped != "" || !s.Until.IsZero() {
							w.t.Errorf("process %d: State = %+v after the lie, want nothing held back", i, s)
						}
					}
				})
			})
		}
	}
}

// TestLieToACrowd: everybody comes to every process in the same moment, and answers take time.
func TestLieToACrowd(t *testing.T) {
	t.Parallel()
	for _, slow := range []time.Duration{0, time.Millisecond, 5 * time.Millisecond, 20 * time.Millisecond} {
		inBubble(t, emulator.Config{Refresh: emulator.Rotated}, func(w world) {
			const people, replicas = 400, 4
			all := w.processes(replicas, auth.ShareVerdicts(&register{slow: slow}), auth.RefreshRate(50))
			w.overduePeople(all[0], people)
			slowly := refusal
			slowly.Times, slowly.Delay = -1, 20*time.Millisecond
			before, truth := w.refreshes(), w.Fail(slowly)
			var wg sync.WaitGroup
			for i := range people {
				wg.Go(func() { _, _ = all[i%replicas].For(fmt.Sprint(i)).Token(w.t.Context()) })
			}
			wg.Wait()
			if w.wantDoubt(before); w.t.Failed() {
				w.t.Logf("the register takes %v", slow)
			}
			truth()
			time.Sleep(3 * time.Minute)
			w.wantToken(all[0].For("0"))
			w.wantAllBack(all, people)
		})
	}
}

// TestDoubtIsLearned within five seconds: who has heard nothing asks nothing, what others had sentenced before is
// undone though nobody asks, a process that starts later knows, and the end of it is known as soon.
func TestDoubtIsLearned(t *testing.T) {
	t.Parallel()
	inBubble(t, emulator.Config{}, func(w world) {
		const people = 60
		shared := &register{}
		store := &auth.MemoryStore{}
		begin := func() *auth.Grants { return w.cred.Grants(store, auth.ShareVerdicts(shared), auth.RefreshRate(0)) }
		one, other, quiet := begin(), begin(), begin()
		w.overduePeople(one, people)
		truth := w.lies()
		for i := range 3 {
			w.wantError(other.For(fmt.Sprint(i)), auth.ErrReauthorize)
		}
		for i := 3; i < 40; i++ {
			_, _ = one.For(fmt.Sprint(i)).Token(w.t.Context())
		}
		if s := one.State(); s.Stopped != auth.OutcomeDoubted {
			w.t.Fatalf("State = %+v, want it stopped for doubt", s)
		}
		w.wantRefreshes(21)
		time.Sleep(5 * time.Second)
		for i := range 3 {
			if rec, err := store.Load(w.t.Context(), fmt.Sprint(i)); err != nil || rec.Dead != nil {
				w.t.Errorf("person %d, sentenced by another process: %v, %v, want a pardon", i, rec, err)
			}
		}
		late := begin()
		for _, g := range []*auth.Grants{other, quiet, late} {
			for i := range people {
				if _, err := g.For(fmt.Sprint(i)).Token(w.t.Context()); err == nil || errors.Is(err, auth.ErrReauthorize) {
					w.t.Errorf("person %d: Token = %v, want an error that may pass", i, err)
				}
			}
		}
		w.wantRefreshes(21)
		time.Sleep(3 * time.Minute)
		var wg sync.WaitGroup
		for i, g := range []*auth.Grants{one, other, quiet, late} { // all at once, and one of them finds out
			wg.Go(func() { _, _ = g.For(fmt.Sprint(i)).Token(w.t.Context()) })
		}
		wg.Wait()
		w.wantRefreshes(22)
		truth()
		time.Sleep(6 * time.Minute)
		w.wantToken(quiet.For("7"))
		w.wantAllBack([]*auth.Grants{one, other, late}, people)
	})
}

// TestQuietRegister: where nobody is refused it is read once in two seconds and never written; a verdict is acted on
// as without it, and told once; and those that the calendar knew of are nobody's concern.
func TestQuietRegister(t *testing.T) {
	t.Parallel()
	inBubble(t, emulator.Config{}, func(w world) {
		const people = 50
		shared := &register{}
		g := w.processes(1, auth.ShareVerdicts(shared))[0]
		w.overduePeople(g, people)
		for i := range people {
			w.wantToken(g.For(fmt.Sprint(i)))
		}
		if reads, took := shared.counts(); reads != 1 || took != 0 {
			w.t.Errorf("%d refreshes read the register %d times and wrote %d times, want 1 and 0", people, reads, took)
		}
		time.Sleep(time.Hour)
		w.Fail(refusal)
		w.wantError(g.For("0"), auth.ErrReauthorize)
		if reads, took := shared.counts(); reads != 3 || took != 1 {
			w.t.Errorf("a verdict: %d reads and %d writes, want 3 and 1", reads, took)
		}
		time.Sleep(time.Hour)
		reads, took := shared.counts()
		if took != 1 || reads > 3+1+15*60/4 {
			w.t.Errorf("an hour later: %d reads and %d writes, want it looked after for a quarter of an hour", reads, took)
		}
		time.Sleep(200 * 24 * time.Hour)
		for i := range people {
			w.wantError(g.For(fmt.Sprint(i)), auth.ErrReauthorize)
		}
		if _, after := shared.counts(); after != took {
			w.t.Errorf("%d consents that have ended: the register was written %d times, want never", people, after-took)
		}
	})
}

// TestRegisterStopsNothing: one that fails, or is slow, leaves each process as careful as it is alone.
func TestRegisterStopsNothing(t *testing.T) {
	t.Parallel()
	for name, shared := range map[string]*register{
		"failing": {err: errors.New("down")},
		"slow":    {slow: time.Minute},
		"damaged": {text: `{"number":`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inBubble(t, emulator.Config{}, func(w world) {
				const people = 60
				all := w.processes(2, auth.ShareVerdicts(shared))
				w.overduePeople(all[0], people)
				began := time.Now()
				w.wantToken(all[0].For("0"))
				if took := time.Since(began); took > 600*time.Millisecond {
					w.t.Errorf("waited %v, want half a second at most", took)
				}
				time.Sleep(time.Hour)
				w.Fail(refusal)
				w.wantError(all[0].For("0"), auth.ErrReauthorize)
				time.Sleep(10 * time.Minute)
				before, truth := w.refreshes(), w.lies()
				for i := 1; i < people; i++ {
					_, _ = all[i%2].For(fmt.Sprint(i)).Token(w.t.Context())
				}
				if n := w.refreshes() - before; n > 2*21 {
					w.t.Errorf("%d requests, want %d at most: as many as two processes that know nothing of each other", n, 2*21)
				}
				truth()
				time.Sleep(20 * time.Minute)
				for i := 1; i < people; i++ {
					_, _ = all[i%2].For(fmt.Sprint(i)).Token(w.t.Context())
				}
				time.Sleep(20 * time.Minute)
				for i := 1; i < people; i++ {
					w.wantToken(all[i%2].For(fmt.Sprint(i)))
				}
			})
		})
	}
}

// TestRegisterWithoutALease: nobody waits for a lease because its holder asks around.
func TestRegisterWithoutALease(t *testing.T) {
	t.Parallel()
	inBubble(t, emulator.Config{Refresh: emulator.Rotated}, func(w world) {
		store := &watching{Store: &auth.MemoryStore{}}
		g := w.cred.Grants(store, auth.ShareVerdicts(guarded{&register{}, lookout{w.t, store}}))
		w.put(g)
		for _, fault := range []emulator.Fault{refusal, trouble} {
			time.Sleep(time.Hour)
			w.Fail(fault)
			_, _ = g.For("alice").Token(w.t.Context())
			time.Sleep(2 * time.Minute)
		}
	})
}

type guarded struct {
	*register
	lookout
}

func (g guarded) Load(ctx context.Context) (string, time.Time, error) {
	g.check("Load")
	return g.register.Load(ctx)
}

func (g guarded) Swap(ctx context.Context, was, next string) (bool, error) {
	g.check("Swap")
	return g.register.Swap(ctx, was, next)
}

// TestTroubleOfAnotherProcess makes a verdict shaky, before and after it: it is looked at once more.
func TestTroubleOfAnotherProcess(t *testing.T) {
	t.Parallel()
	for _, when := range []string{"before", "after"} {
		inBubble(t, emulator.Config{}, func(w world) {
			all := w.processes(2, auth.ShareVerdicts(&register{}))
			w.overduePeople(all[0], 2)
			inTrouble := func() {
				w.Fail(trouble)
				_, _ = all[0].For("0").Token(w.t.Context())
				time.Sleep(10 * time.Minute)
			}
			if when == "before" {
				inTrouble()
			}
			w.Fail(refusal) // a lie
			w.wantError(all[1].For("1"), auth.ErrReauthorize)
			if when == "after" {
				time.Sleep(10 * time.Minute)
				inTrouble()
			}
			time.Sleep(30 * time.Minute)
			w.wantError(all[1].For("1"), auth.ErrReauthorize)
			time.Sleep(time.Hour) // nobody asks
			w.wantRefreshes(3)
			w.wantToken(all[1].For("1"))
		})
	}
}

// TestSharedDoubtAndClocks: the clock of one process jumps while nobody is believed: neither does it believe, nor does
// it ask more often, nor do the others.
func TestSharedDoubtAndClocks(t *testing.T) {
	t.Parallel()
	for _, jump := range []time.Duration{time.Hour, 100 * 24 * time.Hour, -time.Hour, -100 * 24 * time.Hour} {
		inBubble(t, emulator.Config{}, func(w world) {
			var ahead atomic.Int64
			jumping := w.credentials(func(c *auth.Config) {
				c.Now = func() time.Time { return w.Now().Add(time.Duration(ahead.Load())) }
			})
			const people = 60
			store, shared := &auth.MemoryStore{}, auth.ShareVerdicts(&register{})
			all := []*auth.Grants{w.cred.Grants(store, shared), jumping.Grants(store, shared)}
			w.overduePeople(all[0], people)
			before, truth := w.refreshes(), w.lies()
			for minute := range 120 {
				if minute == 60 {
					ahead.Store(int64(jump))
				}
				for i := range people {
					_, _ = all[i%2].For(fmt.Sprint(i)).Token(w.t.Context())
				}
				time.Sleep(time.Minute)
			}
			if n := w.refreshes() - before; n > 21+15 {
				w.t.Errorf("jump of %v: %d requests in two hours, want a dozen after the first 21", jump, n)
			}
			truth()
			ahead.Store(0)
			time.Sleep(25 * time.Minute)
			w.wantToken(all[1].For("0"))
			w.wantAllBack(all, people)
		})
	}
}
