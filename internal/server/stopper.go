package server

import "sync"

// stopper says once that the server is going: readiness fails, event streams end.
type stopper struct {
	once     sync.Once
	stopping chan struct{}
}

func newStopper() *stopper { return &stopper{stopping: make(chan struct{})} }

func (s *stopper) stop() { s.once.Do(func() { close(s.stopping) }) }

func (s *stopper) stopped() bool {
	select {
	case <-s.stopping:
		return true
	default:
		return false
	}
}
