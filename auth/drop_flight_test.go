package auth_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/emulator"
)

// bools are both, for tables that try everything with everything.
var bools = []bool{false, true}

// TestLogoutKeepsRetries: an answer was lost, and the person logs out. Where Spotify replaces refresh tokens, and takes
// the old one for a moment more, the login goes on only if it is asked once more in time. That brings no access token to
// the store, or to anybody who asks later.
func TestLogoutKeepsRetries(t *testing.T) {
	t.Parallel()
	for _, elsewhere := range bools {
		for _, underWay := range bools { // the logout comes while the request is under way, or after it was lost
			for _, erased := range bools { // nobody was logged in before, either
				for lost := 1; lost <= 2; lost++ {
					t.Run(fmt.Sprintf("elsewhere %t, under way %t, erased %t, lost %d", elsewhere, underWay, erased, lost), func(t *testing.T) {
						t.Parallel()
						inBubble(t, emulator.Config{Refresh: emulator.RotatedGrace}, func(w world) {
							testLogoutKeepsRetries(w, elsewhere, underWay, erased, lost)
						})
					})
				}
			}
		}
	}
}

func testLogoutKeepsRetries(w world, elsewhere, underWay, erased bool, lost int) {
	store := &auth.MemoryStore{}
	g, other := w.cred.Grants(store, auth.CacheFor(time.Hour)), w.cred.Grants(store)
	leave := g
	if elsewhere {
		leave = other
	}
	w.put(g)
	if erased {
		w.drop(g)
	}
	time.Sleep(time.Hour)
	w.Fail(emulator.Fault{Operation: tokenRequest, Reset: emulator.ResetAfter, Delay: 500 * time.Millisecond, Times: lost})
	if underWay {
		time.AfterFunc(100*time.Millisecond, func() { w.drop(leave) })
	}
	if token, err := g.For("alice").Token(w.t.Context()); err == nil {
		w.t.Fatalf("Token = %v though the answer was lost", token)
	}
	if !underWay {
		w.drop(leave)
	}
	time.Sleep(30 * time.Minute)
	w.wantRefreshes(1 + lost)
	if rec := w.stored(store); rec.Generation != 1 || rec.Token.AccessToken != "" {
		w.t.Errorf("stored %v with an access token: %t, want the refresh token that came and no access", rec, rec.Token.AccessToken != "")
	}
	w.wantToken(g.For("alice")) // it asks: nothing was kept in memory
	w.wantRefreshes(2 + lost)
	time.Sleep(time.Hour)
	w.wantToken(other.For("alice"))
}

// oneLostAnswer is two processes with alice's login, of which the first has just lost an answer.
func (w world) oneLostAnswer() (lost, other *auth.Grants) {
	w.t.Helper()
	store := &auth.MemoryStore{}
	lost, other = w.cred.Grants(store), w.cred.Grants(store)
	w.put(lost)
	time.Sleep(time.Hour)
	w.Fail(emulator.Fault{Operation: tokenRequest, Reset: emulator.ResetAfter})
	if token, err := lost.For("alice").Token(w.t.Context()); err == nil {
		w.t.Fatalf("Token = %v though the answer was lost", token)
	}
	return lost, other
}

// TestRetryIsForWhatWasLost: where another process has brought the next refresh token meanwhile, nothing is asked for
// again on behalf of somebody who has logged out.
func TestRetryIsForWhatWasLost(t *testing.T) {
	t.Parallel()
	inBubble(t, emulator.Config{Refresh: emulator.RotatedGrace}, func(w world) {
		_, other := w.oneLostAnswer()
		w.wantToken(other.For("alice"))
		w.drop(other)
		time.Sleep(30 * time.Minute)
		w.wantRefreshes(2)
	})
}

// TestEndEndsRetries: of a login that has ended, or begun anew, nobody asks again.
func TestEndEndsRetries(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(w world, g *auth.Grants){"delete": world.delete, "another login": world.put} {
		for _, elsewhere := range bools {
			inBubble(t, emulator.Config{Refresh: emulator.RotatedGrace}, func(w world) {
				g, other := w.oneLostAnswer()
				if elsewhere {
					end(w, other)
				} else {
					end(w, g)
				}
				time.Sleep(30 * time.Minute)
				if w.wantRefreshes(1); w.t.Failed() {
					w.t.Errorf("after %s, elsewhere: %t", name, elsewhere)
				}
			})
		}
	}
}

// TestRepetitionIsForNobodyLater: the store fails when a repetition is answered after a logout. What waits for the store
// is given to nobody.
func TestRepetitionIsForNobodyLater(t *testing.T) {
	t.Parallel()
	inBubble(t, emulator.Config{Refresh: emulator.RotatedGrace}, func(w world) {
		store := &downStore{Store: &auth.MemoryStore{}}
		g := w.cred.Grants(store, auth.CacheFor(time.Hour), auth.Rescue(slowJournal(0)))
		w.put(g)
		time.Sleep(time.Hour)
		w.Fail(emulator.Fault{Operation: tokenRequest, Reset: emulator.ResetAfter})
		w.Fail(emulator.Fault{Operation: tokenRequest, Delay: 2 * time.Second})
		_, _ = g.For("alice").Token(w.t.Context())
		w.drop(g)
		time.Sleep(2 * time.Second) // it is asked again
		store.set(true)
		time.Sleep(2 * time.Second)
		if s := g.State(); s.Unsaved != 1 {
			w.t.Fatalf("State = %+v, want the repetition's answer waiting for the store", s)
		}
		for range 3 {
			if token, err := g.For("alice").Token(w.t.Context()); err == nil {
				w.t.Errorf("Token = %v of before the logout", token)
			}
			time.Sleep(time.Second)
		}
		store.set(false)
		time.Sleep(2 * time.Minute)
		if rec := w.stored(store); rec.Generation != 1 || rec.Token.AccessToken != "" {
			w.t.Errorf("stored %v, want the refresh token that came and no access", rec)
		}
		w.wantToken(g.For("alice"))
	})
}

// TestLogoutEndsSecondLook: the same for the request that finds out whether a verdict was true.
func TestLogoutEndsSecondLook(t *testing.T) {
	t.Parallel()
	for _, elsewhere := range bools {
		for _, when := range []string{"before", "after"} {
			inBubble(t, emulator.Config{}, func(w world) {
				store := &auth.MemoryStore{}
				g := w.cred.Grants(store)
				leave := g
				if elsewhere {
					leave = w.cred.Grants(store)
				}
				w.put(g)
				if err := g.Put(w.t.Context(), "bob", w.token()); err != nil {
					w.t.Fatal(err)
				}
				time.Sleep(time.Hour)
				spoil := func() { // another request fails: the verdict is doubtful
					w.Fail(trouble)
					_, _ = g.For("bob").Token(w.t.Context())
				}
				if when == "before" {
					spoil()
				}
				w.Fail(refusal)
				w.wantError(g.For("alice"), auth.ErrReauthorize)
				if when == "after" {
					spoil()
				}
				time.Sleep(time.Minute)
				w.drop(leave)
				before := w.refreshes()
				time.Sleep(3 * time.Hour)
				w.wantRefreshes(before)
				w.wantToken(g.For("alice")) // whoever asks finds out
			})
		}
	}
}

// TestLogoutWhileUnderWay: the answer comes after the logout. Its refresh token may be the only valid one, and is
// kept, whatever the store does; its access token is for those who wait, and for nobody else.
func TestLogoutWhileUnderWay(t *testing.T) {
	t.Parallel()
	for _, elsewhere := range bools {
		for _, down := range bools {
			for _, journal := range bools {
				for _, stays := range bools {
					t.Run(fmt.Sprintf("elsewhere %t, store down %t, journal %t, stays %t", elsewhere, down, journal, stays), func(t *testing.T) {
						t.Parallel()
						inBubble(t, emulator.Config{Refresh: emulator.Rotated}, func(w world) {
							testLogoutWhileUnderWay(w, elsewhere, down, journal, stays)
						})
					})
				}
			}
		}
	}
}

func testLogoutWhileUnderWay(w world, elsewhere, down, journal, stays bool) {
	var opts []auth.GrantsOption
	if journal {
		opts = append(opts, auth.Rescue(slowJournal(0)))
	}
	told := new(outcomes)
	store := &downStore{Store: &auth.MemoryStore{}}
	other := w.cred.Grants(store.Store)
	g := w.cred.Grants(store, append(opts, auth.CacheFor(time.Hour), told.hear())...)
	w.put(g)
	old := w.stored(store).Token.RefreshToken
	time.Sleep(time.Hour)
	w.Fail(emulator.Fault{Operation: tokenRequest, Delay: 2 * time.Second})
	time.AfterFunc(500*time.Millisecond, func() {
		if elsewhere {
			w.drop(other)
		} else {
			w.drop(g)
		}
	})
	time.AfterFunc(time.Second, func() { store.set(down) })
	patience := 1500 * time.Millisecond
	if stays {
		patience = time.Minute
	}
	ctx, leave := context.WithTimeout(w.t.Context(), patience)
	defer leave()
	token, err := g.For("alice").Token(ctx)
	if want := stays && (journal || !down); (err == nil) != want {
		w.t.Errorf("Token of who waited = %v, %v, want one: %t", token, err, want)
	}
	time.Sleep(10 * time.Second)
	store.set(false)
	time.Sleep(2 * time.Minute)
	rec := w.stored(store)
	if rec.Generation != 1 || rec.Token.RefreshToken == old {
		w.t.Errorf("stored %v, want the refresh token that came", rec)
	}
	if rec.Token.AccessToken != "" {
		w.t.Error("an access token is stored though the person has logged out")
	}
	w.wantRefreshes(1)
	if down {
		told.want(w.t, map[bool]auth.Outcome{true: auth.OutcomeRescued, false: auth.OutcomeUnsaved}[journal], auth.OutcomeRecovered)
	} else {
		told.want(w.t, auth.OutcomeRenewed)
	}
	w.wantToken(g.For("alice"))
	w.wantToken(other.For("alice"))
	w.wantRefreshes(2)
}

// keeping is a Journal that keeps what it is given, as one on disk does when its process dies.
type keeping struct {
	answers map[string]*auth.Answer
}

func (k *keeping) Keep(_ context.Context, key string, a *auth.Answer) (func(), error) {
	k.answers[key] = a
	return func() {}, nil // no longer needed, and still there: as after a power cut
}

func (k *keeping) Forget(context.Context, string) error { return errors.New("crashed before") }

// TestLogoutBeforeRecovery: what a process that died left in its journal comes home after the logout, and after the
// end of the login: the refresh token for the one, nothing for the other.
func TestLogoutBeforeRecovery(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		end    func(w world, g *auth.Grants) error
		exists bool
		access bool
	}{
		"nothing":    {func(world, *auth.Grants) error { return nil }, true, true},
		"logout":     {func(w world, g *auth.Grants) error { return g.DropAccess(w.t.Context(), "alice") }, true, false},
		"disconnect": {func(w world, g *auth.Grants) error { return g.Delete(w.t.Context(), "alice") }, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inBubble(t, emulator.Config{Refresh: emulator.Rotated}, func(w world) {
				store, journal := &auth.MemoryStore{}, &keeping{map[string]*auth.Answer{}}
				crashing := &crashingStore{Store: store}
				dead, other := w.cred.Grants(crashing, auth.Rescue(journal)), w.cred.Grants(store)
				w.put(dead)
				time.Sleep(time.Hour)
				crashing.after = 1 // the claim is the last thing it writes
				w.wantToken(dead.For("alice"))
				if err := test.end(w, other); err != nil {
					w.t.Fatal(err)
				}
				data, err := journal.answers["alice"].MarshalBinary()
				if err != nil {
					w.t.Fatal(err)
				}
				answer := new(auth.Answer)
				if err := answer.UnmarshalBinary(data); err != nil {
					w.t.Fatal(err)
				}
				for range 2 {
					if err := w.cred.Grants(store).Recover(w.t.Context(), "alice", answer); err != nil {
						w.t.Errorf("Recover = %v", err)
					}
				}
				if !test.exists {
					w.wantError(other.For("alice"), auth.ErrNotFound)
					return
				}
				if rec := w.stored(store); (rec.Token.AccessToken != "") != test.access || rec.Generation != 1 {
					w.t.Errorf("stored %v with access token: %t, want one: %t", rec, rec.Token.AccessToken != "", test.access)
				}
				time.Sleep(time.Minute)
				w.wantToken(other.For("alice"))
				w.wantRefreshes(map[bool]int{true: 1, false: 2}[test.access])
			})
		})
	}
}
