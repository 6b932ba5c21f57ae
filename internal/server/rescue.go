package server

import (
	"context"
	"log/slog"
	"time"
)

const (
	replayFirst = 5 * time.Second // how long a start waits for what an earlier process left behind
	replayRetry = 5 * time.Second // while the database cannot take it
	replayEvery = time.Minute     // in case another process of this machine has died
)

var (
	eventRescued    = event{"refreshes rescued", slog.LevelInfo}
	eventUnreadable = event{"rescue journal damaged", slog.LevelError}
)

// rescue brings home what a process that died left in the rescue journal: first of all, then again
// in the background until stop is called, which waits for it.
func (s *Server) rescue(ctx context.Context) (stop func()) {
	if s.Rescue == nil {
		return func() {}
	}
	first, cancelFirst := context.WithTimeout(ctx, replayFirst)
	done := s.replay(first)
	cancelFirst()
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for {
			pause := replayEvery
			if !done {
				pause = replayRetry
			}
			select {
			case <-ctx.Done():
				return
			case <-time.After(pause):
			}
			done = s.replay(ctx)
		}
	}()
	return func() { cancel(); <-ended }
}

// replay reports whether nothing is left to do.
func (s *Server) replay(ctx context.Context) (done bool) {
	found, err := s.Rescue.Replay(ctx, s.app, s.grants.Recover)
	if found.Settled > 0 || found.Torn > 0 {
		s.journal.write(eventRescued, nil, "settled", found.Settled, "left", found.Left, "never_finished", found.Torn)
	}
	if found.Unreadable > 0 {
		s.journal.seldom(eventUnreadable, "unreadable", "answers", found.Unreadable,
			"hint", "a key that sealed them is not in the ring, or the file was changed")
	}
	if found.Headless > 0 {
		s.journal.seldom(eventUnreadable, "headless", "files", found.Headless,
			"hint", "a file had lost its first block, which is there again, and all else was read: look at the disk")
	}
	if err != nil && ctx.Err() == nil {
		s.journal.seldom(eventStore, "rescue journal", "error", err)
	}
	return err == nil
}
