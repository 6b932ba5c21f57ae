package auth_test

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/emulator"
)

// TestOutcomes: each refresh is told once, as what it was.
func TestOutcomes(t *testing.T) {
	t.Parallel()
	late := emulator.Fault{Operation: tokenRequest, Delay: time.Second}
	for _, test := range []struct {
		name string
		opts []auth.GrantsOption
		do   func(w world, g *auth.Grants, store *downStore)
		want []auth.Outcome
	}{
		{name: "renewed", want: []auth.Outcome{auth.OutcomeRenewed}},
		{name: "dead", do: func(w world, _ *auth.Grants, _ *downStore) { w.Revoke("alice") }, want: []auth.Outcome{auth.OutcomeDead}},
		{name: "spare, then dead", do: func(w world, g *auth.Grants, _ *downStore) {
			w.wantToken(g.For("alice"))
			time.Sleep(time.Hour)
			w.Fail(refusal)
		}, want: []auth.Outcome{auth.OutcomeRenewed, auth.OutcomeSpare, auth.OutcomeDead}},
		{name: "failed", do: func(w world, _ *auth.Grants, _ *downStore) { w.Fail(trouble) }, want: []auth.Outcome{auth.OutcomeFailed}},
		{name: "throttled", do: func(w world, _ *auth.Grants, _ *downStore) {
			w.Fail(emulator.Fault{Operation: tokenRequest, Status: http.StatusTooManyRequests})
		}, want: []auth.Outcome{auth.OutcomeThrottled}},
		{name: "app refused", do: func(w world, _ *auth.Grants, _ *downStore) {
			w.Fail(emulator.Fault{Operation: tokenRequest, OAuthError: "invalid_client"})
		}, want: []auth.Outcome{auth.OutcomeAppRefused}},
		{name: "dropped", do: func(w world, g *auth.Grants, _ *downStore) {
			w.Fail(late)
			time.AfterFunc(500*time.Millisecond, func() { _ = g.Delete(w.t.Context(), "alice") })
		}, want: []auth.Outcome{auth.OutcomeDropped}},
		{name: "unsaved, then recovered", do: func(w world, _ *auth.Grants, store *downStore) {
			w.Fail(late)
			time.AfterFunc(500*time.Millisecond, func() { store.set(true) })
			time.AfterFunc(5*time.Second, func() { store.set(false) })
		}, want: []auth.Outcome{auth.OutcomeUnsaved, auth.OutcomeRecovered}},
		{name: "rescued, then recovered", opts: []auth.GrantsOption{auth.Rescue(slowJournal(0))}, do: func(w world, _ *auth.Grants, store *downStore) {
			w.Fail(late)
			time.AfterFunc(500*time.Millisecond, func() { store.set(true) })
			time.AfterFunc(5*time.Second, func() { store.set(false) })
		}, want: []auth.Outcome{auth.OutcomeRescued, auth.OutcomeRecovered}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			inBubble(t, emulator.Config{Refresh: emulator.Rotated}, func(w world) {
				var heard outcomes
				store := &downStore{Store: &auth.MemoryStore{}}
				g := w.cred.Grants(store, append(test.opts, heard.hear())...)
				w.put(g)
				time.Sleep(time.Hour)
				if test.do != nil {
					test.do(w, g, store)
				}
				before := len(heard.list())
				_, _ = g.For("alice").Token(w.t.Context())
				time.Sleep(10 * time.Minute)
				heard.want(w.t, test.want...)
				for _, e := range heard.events[before:] {
					rotated := e.Outcome == auth.OutcomeRenewed || e.Outcome == auth.OutcomeDropped ||
						e.Outcome == auth.OutcomeUnsaved || e.Outcome == auth.OutcomeRescued || e.Outcome == auth.OutcomeRecovered
					if e.Rotated != rotated || e.Took < 0 || e.Took > 20*time.Second || (e.Reason != "") != (e.Outcome == auth.OutcomeDead) {
						w.t.Errorf("told %+v, want rotated: %t", e, rotated)
					}
				}
				if s := g.State(); s.UnderWay != 0 || s.Queued != 0 || s.Unsaved != 0 {
					w.t.Errorf("State when all is done = %+v", s)
				}
			})
		})
	}
}

// TestStateCountsWhatIsLeft: what is under way, and what could not be saved.
func TestStateCountsWhatIsLeft(t *testing.T) {
	t.Parallel()
	inBubble(t, emulator.Config{Refresh: emulator.Rotated}, func(w world) {
		store := &downStore{Store: &auth.MemoryStore{}}
		g := w.cred.Grants(store)
		w.put(g)
		time.Sleep(time.Hour)
		w.Fail(emulator.Fault{Operation: tokenRequest, Delay: time.Second})
		ctx, cancel := context.WithTimeout(w.t.Context(), 500*time.Millisecond)
		defer cancel()
		if _, err := g.For("alice").Token(ctx); !errors.Is(err, context.DeadlineExceeded) {
			w.t.Fatal(err)
		}
		if s := g.State(); s.UnderWay != 1 || s.Unsaved != 0 {
			w.t.Errorf("State = %+v, want one under way", s)
		}
		store.set(true)
		time.Sleep(900 * time.Millisecond)
		if s := g.State(); s.UnderWay != 0 || s.Unsaved != 1 {
			w.t.Errorf("State = %+v, want one unsaved", s)
		}
		store.set(false)
		time.Sleep(time.Minute)
		if s := g.State(); s.Unsaved != 0 {
			w.t.Errorf("State = %+v, want it saved", s)
		}
	})
}
