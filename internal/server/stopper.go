package server

import "sync"

// stopper says in two steps that the server is going: first it is not ready any more, and balancers
// send people elsewhere; then event streams end, and nobody is let in.
type stopper struct {
	first, second     sync.Once
	drained, stopping chan struct{}
}

func newStopper() *stopper {
	return &stopper{drained: make(chan struct{}), stopping: make(chan struct{})}
}

func (s *stopper) drain() { s.first.Do(func() { close(s.drained) }) }

func (s *stopper) stop() {
	s.drain()
	s.second.Do(func() { close(s.stopping) })
}

// stopped reports whether both steps are done.
func (s *stopper) stopped() bool {
	select {
	case <-s.stopping:
		return true
	default:
		return false
	}
}

// draining reports whether either step is done.
func (s *stopper) draining() bool {
	select {
	case <-s.drained:
		return true
	default:
		return false
	}
}
