package server

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"
)

// StopTime is how long Serve takes at most to return once its context has ended, beside Config.DrainDelay.
const StopTime = drainTime + refreshTime

const (
	drainTime   = 20 * time.Second // for what is under way when the server closes its door
	refreshTime = 15 * time.Second // for refreshes then: one takes 10 s at most, and is saved
	maxPublic   = 8192             // connections of the public listener
	maxAddress  = 512              // of them, those of one address; a /64 counts as one
	headerTime  = 5 * time.Second
	requestTime = 15 * time.Second
	answerTime  = 60 * time.Second // a login waits for Spotify
	idleTime    = 60 * time.Second
)

// Serve answers on public, and on operations unless it is nil, until ctx ends or a listener fails.
// Then it stops gracefully: not ready any more, people still served for Config.DrainDelay so that a
// balancer can see it, open pages let go, what is under way finished within 20 seconds, refreshes
// within 15 more. It returns nil after a graceful stop. The vault is the caller's to close. A Server
// serves once.
func (s *Server) Serve(ctx context.Context, public, operations net.Listener) error {
	endRescue := s.rescue(ctx) // before anybody can ask for the tokens
	defer endRescue()
	front := s.httpServer(s.public)
	back := s.httpServer(s.operations)
	failed := make(chan error, 2)
	go func() { failed <- front.Serve(limitListener(public, maxPublic, maxAddress, s.Proxies)) }()
	if operations != nil {
		go func() { failed <- back.Serve(operations) }()
	}
	keeping, endUpkeep := context.WithCancel(context.WithoutCancel(ctx))
	var kept sync.WaitGroup
	kept.Go(func() { s.upkeep(keeping) })
	kept.Go(func() { s.bury(keeping) })
	kept.Go(func() { s.keepSealed(keeping) })

	var cause error
	select {
	case <-ctx.Done():
	case cause = <-failed:
	}
	s.stop.drain()
	s.journal.write(eventStopping, nil)
	if operations != nil && cause == nil {
		cause = s.linger(failed)
	}
	s.stop.stop()
	drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainTime)
	defer cancel()
	err := front.Shutdown(drain)
	if err != nil {
		_ = front.Close()
	}
	// A refresh whose person has left goes on: its answer may hold their only valid token.
	finish, cancelFinish := context.WithTimeout(context.WithoutCancel(ctx), refreshTime)
	defer cancelFinish()
	unfinished := s.grants.Close(finish)
	endUpkeep()
	kept.Wait()
	// Readiness answers to the end, so that it can be seen to fail.
	_ = back.Close()
	if errors.Is(err, context.DeadlineExceeded) {
		err = errors.New("server: some requests were cut off after 20 s")
	}
	return errors.Join(cause, err, unfinished)
}

// httpServer sets every limit that net/http leaves open.
func (s *Server) httpServer(h http.Handler) *http.Server {
	return &http.Server{
		Handler:                      h,
		ReadHeaderTimeout:            headerTime,
		ReadTimeout:                  requestTime,
		WriteTimeout:                 answerTime,
		IdleTimeout:                  idleTime,
		MaxHeaderBytes:               16 << 10,
		DisableGeneralOptionsHandler: true,
		ErrorLog:                     slog.NewLogLogger(s.Log.Handler(), slog.LevelDebug),
	}
}

// linger serves on while balancers find out that they should not send anybody here any more: until a
// listener is closed its connections must not be refused.
func (s *Server) linger(failed <-chan error) error {
	timer := time.NewTimer(s.DrainDelay)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case err := <-failed:
		return err
	}
}
