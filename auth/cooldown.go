package auth

import (
	"context"
	"net/http"
	"time"
)

// PauseRateLimit is why Grants has an app pause: the accounts service answered 429, which counts
// against the app, whichever process asked.
const PauseRateLimit = "rate limit"

// Cooldown is what the processes of one app know together about how long it must not ask the
// accounts service: see ShareCooldown. Safe for concurrent use.
//
// That Spotify refuses the app itself (ErrApp) is not shared: usually one process has the wrong
// secret, and the others need not stop for it.
type Cooldown interface {
	// Pause says that nobody is to ask before until. Where several say so the latest counts.
	Pause(ctx context.Context, reason string, until time.Time) error

	// Paused is until when nobody is to ask, and why. The zero time, or one that has passed, is no
	// pause.
	Paused(ctx context.Context) (reason string, until time.Time, err error)
}

// ShareCooldown makes all processes of an app wait when the accounts service has asked one of them
// to (429, Retry-After). What c answers is remembered for up to 2 s. A c that fails, or takes
// longer than half a second, stops nothing: then everybody goes by what they heard themselves.
// No pause is longer than an hour; one that claims to be is taken for a clock gone wrong.
//
// Only refreshes wait. A login is somebody coming back from Spotify with a code that will not last:
// whether to send people there during a pause is the program's to decide.
func ShareCooldown(c Cooldown) GrantsOption {
	return grantsOption(func(g *Grants) { g.shared = newSharedPause(c) })
}

const (
	pauseKnown = 2 * time.Second        // how long an answer is remembered
	pauseWait  = 500 * time.Millisecond // how long anybody waits for one
	pauseSlack = time.Minute            // clocks may differ so much
)

// sharedPause is this process's view of a Cooldown; nil: there is none.
type sharedPause struct {
	cooldown Cooldown
	turn     chan struct{} // one at a time asks; the rest is its property
	asked    time.Time
	until    time.Time
}

func newSharedPause(c Cooldown) *sharedPause {
	if c == nil {
		return nil
	}
	return &sharedPause{cooldown: c, turn: make(chan struct{}, 1)}
}

// check is nil if the app may ask, else what the process that was told to wait has heard.
func (s *sharedPause) check(ctx context.Context, now time.Time) error {
	if s == nil {
		return nil
	}
	select {
	case s.turn <- struct{}{}:
		defer func() { <-s.turn }()
	case <-ctx.Done():
		return nil // whoever asks next will be stopped
	}
	if s.asked.IsZero() || time.Since(s.asked) >= pauseKnown {
		s.ask(ctx)
	}
	left := s.until.Sub(now)
	if left <= 0 || left > obeyLongest+pauseSlack {
		return nil
	}
	return &Error{
		Op: "refresh", Status: http.StatusTooManyRequests, RetryAfter: left,
		Description: "another process of this app was told to wait",
	}
}

// ask looks again. An error leaves what was known.
func (s *sharedPause) ask(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, pauseWait)
	defer cancel()
	answer := make(chan time.Time, 1)
	go func() {
		if _, until, err := s.cooldown.Paused(ctx); err == nil {
			answer <- until
		}
		close(answer)
	}()
	select {
	case until, ok := <-answer:
		if ok {
			s.until = until
		}
	case <-ctx.Done(): // also if the cooldown does not listen to it
	}
	s.asked = time.Now()
}

// say tells the others. If that fails they will hear it from Spotify.
func (s *sharedPause) say(ctx context.Context, until time.Time) {
	if s == nil || until.IsZero() {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), pauseWait)
	defer cancel()
	said := make(chan struct{})
	go func() {
		defer close(said)
		_ = s.cooldown.Pause(ctx, PauseRateLimit, until)
	}()
	select {
	case <-said:
	case <-ctx.Done():
	}
}
