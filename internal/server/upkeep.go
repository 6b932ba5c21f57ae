package server

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/tenuto-dev/tenuto/internal/vault"
)

const (
	upkeepEvery = time.Minute // how often each replica looks whether something is due
	sweepEvery  = 10 * time.Minute
	censusEvery = 5 * time.Minute
	buryEvery   = 24 * time.Hour
)

var (
	eventDeletedAgain        = event{"deleted again", slog.LevelWarn}
	eventDeletionsUnreadable = event{"deletions unreadable", slog.LevelWarn}
)

// upkeep does what has to be done now and then, until ctx ends: what concerns the database by one of
// all replicas, and what this one shows by itself.
func (s *Server) upkeep(ctx context.Context) {
	tick := time.NewTicker(upkeepEvery)
	defer tick.Stop()
	for {
		s.upkeepOf(ctx, "sweep", sweepEvery, func(ctx context.Context) error { return s.db.Sweep(ctx, s.Now()) })
		s.upkeepOf(ctx, "census "+s.app, censusEvery, s.takeCensus)
		s.collectDeletions(ctx)
		s.showHolding()
		s.show(ctx)
		s.ready.check(ctx)
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// bury looks as often whether the dead are due. It has a loop of its own: among many dead one pass takes minutes.
func (s *Server) bury(ctx context.Context) {
	tick := time.NewTicker(upkeepEvery)
	defer tick.Stop()
	for {
		s.upkeepOf(ctx, "bury "+s.app, buryEvery, s.buryDead)
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// upkeepOf does work if it is due and no other replica is at it.
func (s *Server) upkeepOf(ctx context.Context, name string, every time.Duration, work func(context.Context) error) {
	if _, err := s.db.Upkeep(ctx, name, every, work); err != nil && ctx.Err() == nil {
		s.journal.write(eventStore, nil, "error", err)
	}
}

// collectDeletions lists beside the database whom other replicas have forgotten: each keeps a list of its own. That
// somebody had to be deleted again says that the database has gone back.
func (s *Server) collectDeletions(ctx context.Context) {
	done, err := s.db.CollectDeletions(ctx)
	if err != nil && ctx.Err() == nil {
		s.journal.write(eventStore, nil, "error", err)
	}
	if done.Again > 0 {
		s.journal.write(eventDeletedAgain, nil, "people", done.Again, "listed", done.Listed)
	}
	if done.Unreadable > 0 {
		s.journal.seldom(eventDeletionsUnreadable, "deletions", "lines", done.Unreadable)
	}
}

// buryDead destroys what is left of the tokens of logins that died a week ago and whose people never came back.
func (s *Server) buryDead(ctx context.Context) error {
	return s.db.EachDead(ctx, s.app, func(user string) error {
		err := s.grants.Bury(ctx, user)
		if errors.Is(err, vault.ErrOpen) { // nor will it open tomorrow: the others are not to wait for it
			s.journal.seldom(eventStore, "bury", "error", err)
			return nil
		}
		return err
	})
}
