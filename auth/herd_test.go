package auth_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/emulator"
)

// people keeps so many logins, under "0", "1" ….
func (w world) people(g *auth.Grants, n int) {
	w.t.Helper()
	for i := range n {
		if err := g.Put(w.t.Context(), fmt.Sprint(i), w.token()); err != nil {
			w.t.Fatal(err)
		}
	}
}

// overduePeople keeps so many logins, and waits until their tokens are over.
func (w world) overduePeople(g *auth.Grants, n int) {
	w.t.Helper()
	w.people(g, n)
	time.Sleep(time.Hour)
}

// busiest is the most refresh requests that reached Spotify in one second.
func (w world) busiest() (most int) {
	all := w.Ledger().Of(tokenRequest).Grant("refresh_token")
	first := 0
	for i, e := range all {
		for e.At.Sub(all[first].At) >= time.Second {
			first++
		}
		most = max(most, i-first+1)
	}
	return most
}

// TestHerd: after a long stop everybody's token is over, and three processes start at once. Nothing
// is sent for those who do not come, and for those who all come at once no more than so many requests
// a second; nobody is refused, and all are served as soon as that allows.
func TestHerd(t *testing.T) {
	t.Parallel()
	const people, rate = 300, 50
	inBubble(t, emulator.Config{Refresh: emulator.Rotated}, func(w world) {
		store := &auth.MemoryStore{}
		w.people(w.cred.Grants(store), people)
		time.Sleep(24 * time.Hour)
		var all []*auth.Grants
		for range 3 {
			all = append(all, w.cred.Grants(store, auth.RefreshRate(rate/3), auth.RefreshAhead(5*time.Minute)))
		}
		time.Sleep(time.Hour) // nothing is warmed
		w.wantRefreshes(0)
		began := time.Now()
		var wg sync.WaitGroup
		for i := range people {
			wg.Go(func() { w.wantToken(all[i%3].For(fmt.Sprint(i))) })
		}
		time.Sleep(time.Second)
		if s := all[0].State(); s.Queued < people/3-rate || s.UnderWay < s.Queued {
			w.t.Errorf("State in the herd = %+v, want the rest in the queue", s)
		}
		wg.Wait()
		if took := time.Since(began); took > 1100*time.Millisecond*people/rate {
			w.t.Errorf("the last was served after %v, want %d at %d a second", took, people, rate)
		}
		w.wantRefreshes(people)
		if n := w.busiest(); n > rate+3 {
			w.t.Errorf("%d requests in a second, want %d at most", n, rate)
		}
	})
}

// TestQueueIsBounded: who would wait for longer than half a minute is told at once, and served later.
func TestQueueIsBounded(t *testing.T) {
	t.Parallel()
	inBubble(t, emulator.Config{}, func(w world) {
		const people, rate = 100, 2
		g := w.cred.Grants(&auth.MemoryStore{}, auth.RefreshRate(rate))
		w.people(g, people)
		time.Sleep(2 * time.Hour)
		var wg sync.WaitGroup
		var mu sync.Mutex
		served, refused := 0, 0
		for i := range people {
			wg.Go(func() {
				began := time.Now()
				_, err := g.For(fmt.Sprint(i)).Token(w.t.Context())
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					served++
				} else if refused++; time.Since(began) > 0 || errors.Is(err, auth.ErrReauthorize) {
					w.t.Errorf("Token = %v after %v, want an error that may pass, at once", err, time.Since(began))
				}
			})
		}
		wg.Wait()
		if served != 30*rate+1 || served+refused != people {
			w.t.Errorf("%d served and %d refused, want half a minute's worth served", served, refused)
		}
		for i := range people {
			w.wantToken(g.For(fmt.Sprint(i)))
		}
		w.wantRefreshes(people)
	})
}

// TestRateIsLifted where that is wanted.
func TestRateIsLifted(t *testing.T) {
	t.Parallel()
	inBubble(t, emulator.Config{}, func(w world) {
		g := w.cred.Grants(&auth.MemoryStore{}, auth.RefreshRate(0))
		w.people(g, 500)
		time.Sleep(2 * time.Hour)
		began := time.Now()
		for i := range 500 {
			w.wantToken(g.For(fmt.Sprint(i)))
		}
		if took := time.Since(began); took > 0 {
			w.t.Errorf("all were served after %v, want no queue", took)
		}
	})
}

// TestCloseEmptiesTheQueue: what has not begun does not begin any more, and holds nobody up.
func TestCloseEmptiesTheQueue(t *testing.T) {
	t.Parallel()
	inBubble(t, emulator.Config{}, func(w world) {
		g := w.cred.Grants(&auth.MemoryStore{}, auth.RefreshRate(1))
		w.people(g, 20)
		time.Sleep(2 * time.Hour)
		for i := range 20 {
			go func() { _, _ = g.For(fmt.Sprint(i)).Token(w.t.Context()) }()
		}
		time.Sleep(1500 * time.Millisecond)
		began := time.Now()
		if err := g.Close(w.t.Context()); err != nil {
			w.t.Error(err)
		}
		if took := time.Since(began); took > time.Second {
			w.t.Errorf("Close took %v", took)
		}
		w.wantRefreshes(2)
	})
}

// TestTwelveHourOutage: Spotify answers nothing, or 503, or in other ways no token, for half a day.
// Nobody's login is lost, old tokens serve as long as they live, nobody waits for an answer that
// others have not got, few requests are sent, and afterwards all come back without a rush.
func TestTwelveHourOutage(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]emulator.Fault{
		"503":         {Status: http.StatusServiceUnavailable, RetryAfter: -1},
		"retry after": {Status: http.StatusServiceUnavailable, RetryAfter: 5 * time.Minute},
		"black hole":  {Delay: time.Hour, Reset: emulator.ResetBefore},
		"reset":       {Reset: emulator.ResetBefore},
		"garbage":     {Status: http.StatusOK, Body: "<html>"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inBubble(t, emulator.Config{Refresh: emulator.Rotated}, func(w world) { testOutage(w, fault) })
		})
	}
}

func testOutage(w world, fault emulator.Fault) {
	const people = 15
	g := w.cred.Grants(&auth.MemoryStore{}, auth.RefreshAhead(5*time.Minute))
	w.people(g, people)
	time.Sleep(50 * time.Minute)
	fault.Operation, fault.Times = tokenRequest, -1
	over := w.Fail(fault)
	before := w.refreshes()
	began := time.Now()
	slow := 0
	for time.Since(began) < 12*time.Hour {
		for i := range people {
			ctx, cancel := context.WithTimeout(w.t.Context(), 50*time.Millisecond)
			_, err := g.For(fmt.Sprint(i)).Token(ctx)
			if ctx.Err() != nil {
				slow++
			}
			cancel()
			switch lived := time.Since(began); {
			case errors.Is(err, auth.ErrReauthorize) || errors.Is(err, auth.ErrNotFound):
				w.t.Fatalf("Token of person %d = %v: the login was lost", i, err)
			case lived < 9*time.Minute && err != nil:
				w.t.Fatalf("Token of person %d after %v = %v, want the old one while it lives", i, lived, err)
			case lived > 11*time.Minute && err == nil:
				w.t.Fatalf("Token of person %d = a token after its end", i)
			}
		}
		time.Sleep(2 * time.Minute)
	}
	if most := 360 + people; slow > most { // one finds out each time, and those of the beginning
		w.t.Errorf("%d calls waited for Spotify, want %d at most", slow, most)
	}
	if n, most := w.refreshes()-before, 360+4*people; n > most { // one who finds out each time, and answers that were lost
		w.t.Errorf("%d requests in the outage, want %d at most", n, most)
	}
	if s := g.State(); s.Stopped != auth.OutcomeFailed {
		w.t.Errorf("State = %+v, want it stopped for failures", s)
	}
	over()
	time.Sleep(6 * time.Minute)
	for i := range people {
		w.wantToken(g.For(fmt.Sprint(i)))
	}
	if n := w.busiest(); n > 50+1 {
		w.t.Errorf("%d requests in one second, want 50 at most", n)
	}
}
