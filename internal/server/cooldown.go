package server

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/tenuto-dev/tenuto/auth"
)

// What one replica hears from Spotify all heed, those too that start later: the pauses are in the
// database. Those of the Web API are the governor's, here are those of the accounts service.

const (
	// obeyLongest is how long a Retry-After of the accounts service is obeyed, as in package auth.
	obeyLongest = time.Hour

	// shortWait is a cool-down that is over, or nearly, when somebody comes back from Spotify: what
	// is left of it is waited for there.
	shortWait = 10 * time.Second

	// pauseTime is how long the database may take to say something about a pause.
	pauseTime = time.Second
)

// askedToWait is how long the accounts service wants to be left alone, if err is its 429.
func askedToWait(err error) (time.Duration, bool) {
	e, answered := errors.AsType[*auth.Error](err)
	if !answered || e.Status != http.StatusTooManyRequests {
		return 0, false
	}
	return min(max(e.RetryAfter, time.Second), obeyLongest), true
}

// pauseAfter is until when to wait if err is a 429 of the accounts service, and tells all replicas. The same
// error comes back to everybody until then, so what counts is the pause that is running.
func (s *Server) pauseAfter(ctx context.Context, err error) time.Time {
	wait, asked := askedToWait(err)
	if !asked {
		return time.Time{}
	}
	if until := s.accountsPause(ctx); !until.IsZero() {
		return until
	}
	until := s.Now().Add(wait)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), pauseTime)
	defer cancel()
	if err := s.cooldown.Pause(ctx, auth.PauseRateLimit, until); err != nil {
		s.journal.seldom(eventStore, "cool-down", "error", err)
	}
	return until
}

// accountsPause is until when the accounts service wants to be left alone; zero if it does not, or
// if the database does not say.
func (s *Server) accountsPause(ctx context.Context) time.Time {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), pauseTime)
	defer cancel()
	_, until, err := s.cooldown.Paused(ctx)
	if err != nil {
		return time.Time{}
	}
	return until
}

// webAPIPause is the same for the Web API, of which this replica's governor may know by itself.
func (s *Server) webAPIPause(ctx context.Context) time.Time {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), pauseTime)
	defer cancel()
	heard := s.spotify.Governor().Usage().RetryAt
	if _, until, err := s.budget.Paused(ctx); err == nil && until.After(heard) {
		return until
	}
	return heard
}

// coolUntil is when a login can be finished again, if Spotify has said that it will not be before:
// better known before somebody consents than after.
func (s *Server) coolUntil(ctx context.Context) time.Time {
	until := s.accountsPause(ctx)
	if api := s.webAPIPause(ctx); api.After(until) {
		until = api
	}
	if until.Sub(s.Now()) <= shortWait {
		return time.Time{}
	}
	return until
}

// waitForTurn waits out what is left of a short pause of the accounts service.
func (s *Server) waitForTurn(ctx context.Context) {
	left := s.accountsPause(ctx).Sub(s.Now())
	if left <= 0 || left > shortWait+time.Second {
		return
	}
	select {
	case <-time.After(left):
	case <-ctx.Done():
	}
}
