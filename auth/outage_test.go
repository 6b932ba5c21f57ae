package auth_test

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/emulator"
)

const tokenRequest = "POST /api/token"

// TestOutageBacksOff: callers that ask all the time cannot hammer, and all is well afterwards.
func TestOutageBacksOff(t *testing.T) {
	t.Parallel()
	inBubble(t, emulator.Config{Refresh: emulator.Rotated}, func(w world) {
		login := w.cred.Refreshing(nil).FromToken(w.token())
		time.Sleep(time.Hour)
		over := w.Fail(emulator.Fault{Operation: tokenRequest, Times: -1, Status: http.StatusServiceUnavailable, RetryAfter: -1})
		for range 100 * 60 { // ten minutes, ten times a second
			_, err := login.Token(w.t.Context())
			if e, ok := errors.AsType[*auth.Error](err); !ok || e.Status != http.StatusServiceUnavailable {
				w.t.Fatalf("Token = %v, want Spotify's 503", err)
			}
			time.Sleep(100 * time.Millisecond)
		}
		if n := w.refreshes(); n < 10 || n > 25 { // 1, 2, 4 … 60 s, give or take a quarter
			w.t.Errorf("%d requests in ten minutes of outage, want 1, 2, 4 … 60 s between them", n)
		}
		over()
		time.Sleep(75 * time.Second)
		w.wantToken(login)
	})
}

// TestRetryAfterIsObeyed, by all logins of the app: the limit is the app's.
func TestRetryAfterIsObeyed(t *testing.T) {
	t.Parallel()
	inBubble(t, emulator.Config{}, func(w world) {
		grants := w.cred.Grants(&auth.MemoryStore{})
		for _, key := range []string{"one", "two"} {
			if err := grants.Put(w.t.Context(), key, w.token()); err != nil {
				w.t.Fatal(err)
			}
		}
		time.Sleep(time.Hour)
		w.Fail(emulator.Fault{Operation: tokenRequest, Status: http.StatusTooManyRequests, RetryAfter: 10 * time.Minute})
		for range 9 {
			for _, key := range []string{"one", "two"} {
				_, err := grants.For(key).Token(w.t.Context())
				if e, ok := errors.AsType[*auth.Error](err); !ok || e.RetryAfter != 10*time.Minute {
					w.t.Fatalf("Token of %s = %v, want Spotify's 429", key, err)
				}
			}
			time.Sleep(time.Minute)
		}
		w.wantRefreshes(1)
		time.Sleep(time.Minute)
		w.wantToken(grants.For("two"))
		w.wantToken(grants.For("one"))
	})
}

// TestAppRefused: a wrong secret is nobody's fault among the people. Nothing is changed, and
// all of them together ask rarely.
func TestAppRefused(t *testing.T) {
	t.Parallel()
	inBubble(t, emulator.Config{Refresh: emulator.Rotated}, func(w world) {
		store := &auth.MemoryStore{}
		wrong := w.credentials(func(c *auth.Config) { c.ClientSecret = "wrong" }).Grants(store)
		keys := []string{"1", "2", "3", "4", "5", "6", "7", "8"}
		for _, key := range keys {
			if err := wrong.Put(w.t.Context(), key, w.token()); err != nil {
				w.t.Fatal(err)
			}
		}
		time.Sleep(time.Hour)
		for range 60 {
			for _, key := range keys {
				w.wantError(wrong.For(key), auth.ErrApp)
			}
			time.Sleep(time.Second)
		}
		if n := len(w.Ledger().Of(tokenRequest).Where(func(e emulator.Entry) bool { return e.Status == http.StatusBadRequest })); n < 3 || n > 10 {
			w.t.Errorf("%d requests in a minute with a wrong secret, want a handful\n%v", n, w.Ledger())
		}
		right := w.cred.Grants(store)
		for _, key := range keys {
			w.wantToken(right.For(key))
		}
	})
}

// TestOldTokenWhileItLives: as long as the old token can be used nobody has to wait or hear of
// a failure.
func TestOldTokenWhileItLives(t *testing.T) {
	t.Parallel()
	faults := map[string]emulator.Fault{
		"slow":   {Operation: tokenRequest, Delay: 8 * time.Second},
		"failed": {Operation: tokenRequest, Status: http.StatusBadGateway, Times: -1},
		"lost":   {Operation: tokenRequest, Reset: emulator.ResetBefore, Times: -1},
	}
	for name, fault := range faults {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inBubble(t, emulator.Config{}, func(w world) {
				login := w.cred.Refreshing(nil).FromToken(w.token())
				old := w.wantToken(login)
				time.Sleep(time.Hour - 50*time.Second)
				stop := w.Fail(fault)
				for range 4 {
					began := time.Now()
					if token, err := login.Token(w.t.Context()); err != nil || token.AccessToken != old.AccessToken && name != "slow" {
						w.t.Fatalf("Token = %v, %v, want the old one", token, err)
					}
					if took := time.Since(began); took > 1100*time.Millisecond {
						w.t.Errorf("waited %v for a refresh though the old token lives", took)
					}
					time.Sleep(5 * time.Second)
				}
				stop()
				time.Sleep(time.Minute)
				w.wantToken(login)
			})
		})
	}
}

// TestWaitersOfAnotherProcess use the old token while it lives, and the new one afterwards.
func TestWaitersOfAnotherProcess(t *testing.T) {
	t.Parallel()
	inBubble(t, emulator.Config{Refresh: emulator.Rotated}, func(w world) {
		store := &auth.MemoryStore{}
		one, other := w.cred.Grants(store), w.cred.Grants(store)
		if err := one.Put(w.t.Context(), "alice", w.token()); err != nil {
			w.t.Fatal(err)
		}
		old := w.wantToken(one.For("alice"))
		time.Sleep(time.Hour - 30*time.Second)
		w.Fail(emulator.Fault{Operation: tokenRequest, Delay: 8 * time.Second})
		var wg sync.WaitGroup
		wg.Go(func() { _, _ = one.For("alice").Token(w.t.Context()) })
		time.Sleep(100 * time.Millisecond)
		began := time.Now()
		if token, err := other.For("alice").Token(w.t.Context()); err != nil || token.AccessToken != old.AccessToken {
			w.t.Errorf("Token while another process refreshes = %v, %v, want the old one", token, err)
		}
		if took := time.Since(began); took > 100*time.Millisecond {
			w.t.Errorf("waited %v for another process though the old token lives", took)
		}
		wg.Wait()
		time.Sleep(10 * time.Second)
		if token := w.wantToken(other.For("alice")); token.AccessToken == old.AccessToken {
			w.t.Error("Token after the refresh = the old one")
		}
		w.wantRefreshes(1)
	})
}

// TestLostAnswerIsHealed: where a provider with a grace period has rotated and the answer was
// lost, the old token is tried again before the period ends, even if nobody asks.
func TestLostAnswerIsHealed(t *testing.T) {
	t.Parallel()
	for _, reset := range []emulator.Reset{emulator.ResetAfter, emulator.ResetHalfway} {
		inBubble(t, emulator.Config{Refresh: emulator.RotatedGrace}, func(w world) {
			login := w.cred.Refreshing(nil).FromToken(w.token())
			time.Sleep(time.Hour)
			w.Fail(emulator.Fault{Operation: tokenRequest, Reset: reset, Times: 2})
			if token, err := login.Token(w.t.Context()); err == nil {
				w.t.Errorf("Token = %v though the answer was lost", token)
			}
			time.Sleep(30 * time.Minute)
			w.wantRefreshes(3)
			w.wantToken(login)
			time.Sleep(time.Hour)
			w.wantToken(login)
		})
	}
}

// TestUnreadableAnswers end no login.
func TestUnreadableAnswers(t *testing.T) {
	t.Parallel()
	for _, body := range []string{"", "<html>Bad gateway", `{"access_token":`, `{"error":"invalid_grant"}`, `{}`, `null`} {
		inBubble(t, emulator.Config{}, func(w world) {
			login := w.cred.Refreshing(nil).FromToken(w.token())
			time.Sleep(time.Hour)
			w.Fail(emulator.Fault{Operation: tokenRequest, Status: http.StatusInternalServerError, Body: body + " "})
			if token, err := login.Token(w.t.Context()); err == nil || errors.Is(err, auth.ErrReauthorize) {
				w.t.Errorf("answer %q: Token = %v, %v, want an error that may pass", body, token, err)
			}
			time.Sleep(2 * time.Second)
			w.wantToken(login)
		})
	}
}

// TestSaveFails: the token is not given out unsaved, and not asked for twice.
func TestSaveFails(t *testing.T) {
	t.Parallel()
	broken := errors.New("disk full")
	for _, at := range []string{"request", "refresh"} {
		inBubble(t, emulator.Config{Refresh: emulator.Rotated}, func(w world) {
			var saved []string
			failures := 0
			rc := w.cred.Refreshing(func(ctx context.Context, t *auth.Token) error {
				if deadline, ok := ctx.Deadline(); !ok || time.Until(deadline) > 10*time.Second {
					w.t.Errorf("save has until %v, want 10 s", deadline)
				}
				if failures > 0 {
					failures--
					return broken
				}
				saved = append(saved, t.RefreshToken)
				return nil
			})
			first := w.token()
			if at == "request" {
				failures = 3 // once when it comes, then for each call
			}
			ctx, cancel := context.WithCancel(w.t.Context())
			login, err := rc.RefreshUserToken(ctx, first.RefreshToken)
			cancel()
			if err != nil {
				w.t.Fatal(err)
			}
			if at == "refresh" {
				w.wantToken(login)
				time.Sleep(time.Hour)
				failures, saved = 2, nil
			}
			requests := w.refreshes()
			for range 2 {
				w.wantError(login, broken)
			}
			token := w.wantToken(login)
			if at == "refresh" {
				requests++
			}
			w.wantRefreshes(requests)
			if len(saved) != 1 || saved[0] != token.RefreshToken {
				w.t.Errorf("%s: saved %d tokens, want the one that is used", at, len(saved))
			}
		})
	}
}
