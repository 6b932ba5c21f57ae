package auth_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/emulator"
)

// doubtful is an app whose processes doubt Spotify, which refused so many of its people; it does so no more. Bob has
// really taken his consent away.
func (w world) doubtful(replicas, people int) (all []*auth.Grants) {
	w.t.Helper()
	all = w.processes(replicas, auth.ShareVerdicts(&register{}))
	w.putBob(all[0])
	w.overduePeople(all[0], people)
	w.Revoke("bob")
	truth := w.lies()
	for i := range people {
		_, _ = all[0].For(fmt.Sprint(i)).Token(w.t.Context())
	}
	truth()
	if s := all[0].State(); s.Stopped != auth.OutcomeDoubted {
		w.t.Fatalf("State = %+v, want it stopped for doubt", s)
	}
	return all
}

// TestDoubtIsEndedByAnybody: somebody who has really revoked asks at every process all the time, and so would be the
// one who asks Spotify each time that somebody may. Others come now and then, and get to ask.
func TestDoubtIsEndedByAnybody(t *testing.T) {
	t.Parallel()
	for _, replicas := range []int{1, 4} {
		inBubble(t, emulator.Config{}, func(w world) {
			const people = 40
			all := w.doubtful(replicas, people)
			began := time.Now()
			for over := false; !over; time.Sleep(time.Second) {
				for _, g := range all {
					if _, err := g.For("bob").Token(w.t.Context()); err == nil {
						w.t.Fatal("Token of somebody who has revoked = nil error")
					}
				}
				second := int(time.Since(began) / time.Second)
				if second%30 == 0 { // a page that is open asks so often
					_, err := all[second%replicas].For(fmt.Sprint(second % people)).Token(w.t.Context())
					over = err == nil
				}
				if time.Since(began) > time.Hour {
					w.t.Fatalf("%d processes: still in doubt after an hour, though Spotify takes everybody's token but one", replicas)
				}
			}
			if n := w.refreshes(); n > 50 {
				w.t.Errorf("%d processes: %d requests until the doubt was over, want 50 at most", replicas, n)
			}
			w.wantAllBack(all, people)
			w.wantError(all[0].For("bob"), auth.ErrReauthorize)
		})
	}
}

// TestDoubtEndsForOneAlone: where nobody else comes whoever is refused asks again all the same, and is told the truth
// after half a day, not later.
func TestDoubtEndsForOneAlone(t *testing.T) {
	t.Parallel()
	inBubble(t, emulator.Config{}, func(w world) {
		all := w.doubtful(2, 40)
		began := time.Now()
		for {
			_, err := all[int(time.Since(began)/time.Minute)%2].For("bob").Token(w.t.Context())
			if errors.Is(err, auth.ErrReauthorize) {
				break
			}
			if time.Since(began) > 13*time.Hour {
				w.t.Fatalf("Token after 13 hours = %v, want the truth\n%d requests", err, w.refreshes())
			}
			time.Sleep(time.Minute)
		}
		if took := time.Since(began); took < 12*time.Hour {
			w.t.Errorf("believed after %v, want half a day of doubt", took)
		}
	})
}
