package auth_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/emulator"
)

// TestDoubtOutlivesOlderAnswers: requests were under way when the doubt began, and are answered well. They tell nothing
// of the time since: nobody is believed, or asked, before a request has found out that was sent in doubt.
func TestDoubtOutlivesOlderAnswers(t *testing.T) {
	t.Parallel()
	for _, replicas := range []int{1, 4} {
		inBubble(t, emulator.Config{}, func(w world) {
			const people, slow = 60, 10
			all := w.processes(replicas, auth.ShareVerdicts(&register{}))
			w.overduePeople(all[0], people)
			w.Fail(emulator.Fault{Operation: tokenRequest, Delay: 5 * time.Second, Times: slow})
			for i := range slow {
				go func() { _, _ = all[i%replicas].For(fmt.Sprint(i)).Token(w.t.Context()) }()
			}
			time.Sleep(time.Second)
			before, truth := w.refreshes(), w.lies()
			for i := slow; i < people; i++ {
				_, _ = all[0].For(fmt.Sprint(i)).Token(w.t.Context())
			}
			w.wantRefreshes(before + 21)
			time.Sleep(10 * time.Second) // the older answers have come
			for i, g := range all {
				for i := slow; i < people; i++ {
					_, _ = g.For(fmt.Sprint(i)).Token(w.t.Context())
				}
				if s := g.State(); s.Stopped != auth.OutcomeDoubted {
					w.t.Errorf("process %d of %d: State = %+v, want it still stopped for doubt", i, replicas, s)
				}
			}
			w.wantRefreshes(before + 21)
			truth()
			time.Sleep(3 * time.Minute)
			w.wantToken(all[0].For("50"))
			w.wantAllBack(all, people)
		})
	}
}
