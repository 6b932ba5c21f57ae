package main

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"syscall"
)

// stopped is why a context ended: a signal asked us to.
type stopped struct{ signal os.Signal }

func (s stopped) Error() string { return "stopped: " + s.signal.String() }

// Is reports that to be stopped is to be cancelled, also where an error tells the cause.
func (s stopped) Is(target error) bool { return target == context.Canceled }

// untilSignal ends when somebody asks us to stop: Ctrl-C, a service manager, a terminal that is
// closed. What was ignored when we started (nohup) stays ignored. A second signal ends us at once.
func untilSignal(parent context.Context) context.Context {
	ctx, cancel := context.WithCancelCause(parent)
	signals := make(chan os.Signal, 1)
	for _, s := range []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP} {
		if !signal.Ignored(s) {
			signal.Notify(signals, s)
		}
	}
	go func() {
		s := <-signals
		signal.Stop(signals)
		cancel(stopped{s})
	}()
	return ctx
}

// signalStatus is the exit status that shells give to a program stopped by the signal that ended
// ctx; 0 if none did.
func signalStatus(ctx context.Context) int {
	if s, ok := errors.AsType[stopped](context.Cause(ctx)); ok {
		if number, ok := s.signal.(syscall.Signal); ok {
			return 128 + int(number)
		}
	}
	return 0
}
