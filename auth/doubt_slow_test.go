package auth_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/emulator"
)

// waryProcess is one that looks closely, because so many of the first of its people were refused lately, over a
// register that takes its time; and so many others, whose tokens are over.
func (w world) waryProcess(slow time.Duration, others int) (g *auth.Grants, people []string) {
	w.t.Helper()
	const refused = 12
	g = w.processes(1, auth.ShareVerdicts(&register{slow: slow}))[0]
	w.overduePeople(g, refused+others)
	for i := range refused {
		w.Fail(refusal)
		w.wantError(g.For(fmt.Sprint(i)), auth.ErrReauthorize)
	}
	time.Sleep(3 * time.Second) // what was known is old
	for i := range others {
		people = append(people, fmt.Sprint(refused+i))
	}
	return g, people
}

// TestSlowRegisterIsLookedAtTogether: where the register is slow, and looked at before each request, nobody waits for
// the looks of all who came before.
func TestSlowRegisterIsLookedAtTogether(t *testing.T) {
	t.Parallel()
	inBubble(t, emulator.Config{}, func(w world) {
		const slow = 200 * time.Millisecond
		g, people := w.waryProcess(slow, 30)
		began := time.Now()
		var wg sync.WaitGroup
		for _, key := range people {
			wg.Go(func() { w.wantToken(g.For(key)) })
		}
		wg.Wait()
		if took := time.Since(began); took > 4*slow {
			w.t.Errorf("%d people at once were served after %v, want a few looks at the register at most, of %v each", len(people), took, slow)
		}
	})
}

// TestCloseWaitsForNoLook: who waits for a look at the register when these grants close lets it be, and sends nothing.
func TestCloseWaitsForNoLook(t *testing.T) {
	t.Parallel()
	inBubble(t, emulator.Config{}, func(w world) {
		g, people := w.waryProcess(200*time.Millisecond, 30)
		before := w.refreshes()
		for _, key := range people {
			go func() { _, _ = g.For(key).Token(w.t.Context()) }()
		}
		time.Sleep(100 * time.Millisecond)
		began := time.Now()
		if err := g.Close(w.t.Context()); err != nil {
			w.t.Errorf("Close = %v", err)
		}
		if took := time.Since(began); took > 0 {
			w.t.Errorf("Close took %v, want it to wait for nobody's look", took)
		}
		time.Sleep(2 * time.Second) // the look that was under way has ended
		w.wantRefreshes(before)
	})
}
