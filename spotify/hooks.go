package spotify

import (
	"context"
	"time"
)

// Call is one HTTP attempt, or a call that was spared one.
type Call struct {
	Operation Operation
	Status    int           // 0: no answer; 304: what the cache had still holds
	Attempt   int           // from 1; 0: nothing was sent, the cache or another call had the answer
	Duration  time.Duration // from sending to the end of the answer
	Waited    time.Duration // before, for its turn: see Governor
	Cached    bool          // the caller got what the cache had, or what another call was answered
	Stale     bool          // and it was over its time: see WithStaleWhileLimited
	Err       error         // as the caller would get it; nil for success
}

// WithObserver calls f after each HTTP attempt, and after each call that was spared one: for
// metrics and logs. It never sees tokens, ids or queries. It runs on the goroutine of the call,
// which may be one of those that fetch pages ahead, so it must be safe for concurrent use.
func WithObserver(f func(Call)) Option {
	return option(func(s *settings) error {
		s.observer = f
		return nil
	})
}

// TraceFunc begins a span, as tracing calls it, for an attempt of op that is about to be sent.
// The attempt carries the context that it returns, and after it end is called; both may be nil.
type TraceFunc func(ctx context.Context, op Operation) (_ context.Context, end func(Call))

// WithTrace calls begin before each HTTP attempt, with the caller's context. As WithObserver it
// runs on the goroutine of the call and must be safe for concurrent use.
func WithTrace(begin TraceFunc) Option {
	return option(func(s *settings) error {
		s.trace = begin
		return nil
	})
}

func (s *settings) begin(ctx context.Context, op Operation) (context.Context, func(Call)) {
	if s.trace == nil {
		return ctx, nil
	}
	traced, end := s.trace(ctx, op)
	if traced == nil {
		traced = ctx
	}
	return traced, end
}

// observe tells those who want to know.
func (x *exchange) observe(end func(Call), call Call) {
	call.Operation, call.Waited = x.request.name, x.waited
	if end != nil {
		end(call)
	}
	if x.settings.observer != nil {
		x.settings.observer(call)
	}
}
