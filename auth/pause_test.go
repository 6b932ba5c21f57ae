package auth_test

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/emulator"
)

// stoppedStore is that of a process which is stopped (SIGSTOP) once: before or after its nth write.
type stoppedStore struct {
	auth.Store
	nth    int64
	before bool
	pause  time.Duration
	writes atomic.Int64
}

func (s *stoppedStore) Swap(ctx context.Context, key, version string, next *auth.Record) error {
	stop := s.writes.Add(1) == s.nth
	if stop && s.before {
		time.Sleep(s.pause)
	}
	err := s.Store.Swap(context.WithoutCancel(ctx), key, version, next)
	if stop && !s.before {
		time.Sleep(s.pause)
	}
	return err
}

// TestStopped: a process is stopped for a while at any step of a refresh. Others are served within two
// leases, where Spotify lets them; what the stopped one brings late is not lost; and in the end
// the login lives.
func TestStopped(t *testing.T) {
	t.Parallel()
	const lease = 25 * time.Second
	for name, mode := range modes {
		for _, step := range []struct {
			nth    int64
			before bool
		}{
			{1, true}, {1, false}, // the claim
			{2, true}, {2, false}, // the answer
		} {
			for _, pause := range []time.Duration{time.Second, 12 * time.Second, 30 * time.Second, 2 * time.Minute, 10 * time.Minute} {
				if mode == emulator.RotatedFamily && step.nth == 2 && step.before && pause > lease {
					continue // the provider ends the login of whoever uses a token twice: nobody can help it
				}
				t.Run(fmt.Sprint(name, " write ", step.nth, " before ", step.before, " ", pause), func(t *testing.T) {
					t.Parallel()
					inBubble(t, emulator.Config{Refresh: mode}, func(w world) {
						store := &auth.MemoryStore{}
						stopped := w.cred.Grants(&stoppedStore{Store: store, nth: step.nth, before: step.before, pause: pause})
						other := w.cred.Grants(store)
						w.put(other)
						time.Sleep(time.Hour)
						heard := make(chan error, 1)
						go func() {
							_, err := stopped.For("alice").Token(w.t.Context())
							heard <- err
						}()
						time.Sleep(100 * time.Millisecond)
						began := time.Now()
						_, err := other.For("alice").Token(w.t.Context())
						took := time.Since(began)
						usedUp := step.nth == 2 && step.before && pause > lease && (mode == emulator.Rotated || mode == emulator.RotatedGrace)
						if !usedUp && (err != nil || took > 2*lease+time.Second) {
							w.t.Errorf("Token of another = %v after %v, want it within two leases", err, took)
						}
						if err := <-heard; errors.Is(err, auth.ErrReauthorize) || err != nil && pause < lease {
							w.t.Errorf("Token of the stopped = %v", err) // after long it may be told to try again
						}
						time.Sleep(2 * time.Minute)
						for range 3 {
							w.wantToken(other.For("alice"))
							w.wantToken(stopped.For("alice"))
							time.Sleep(time.Hour)
						}
						if most := 1 + 4 + 1; w.refreshes() > most {
							w.t.Errorf("%d requests, want one for each expiry, and one for the takeover", w.refreshes())
						}
					})
				})
			}
		}
	}
}
