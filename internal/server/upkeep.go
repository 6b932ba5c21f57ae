package server

import (
	"context"
	"errors"
	"time"

	"github.com/tenuto-dev/tenuto/internal/vault"
)

const (
	upkeepEvery = time.Minute // how often each replica looks whether something is due
	sweepEvery  = 10 * time.Minute
	censusEvery = 5 * time.Minute
	buryEvery   = 24 * time.Hour
	censusStep  = 10_000 // entries of an index that one statement reads
)

// upkeep does what has to be done now and then, until ctx ends: what concerns the database by one of
// all replicas, and what this one shows by itself.
func (s *Server) upkeep(ctx context.Context) {
	tick := time.NewTicker(upkeepEvery)
	defer tick.Stop()
	for {
		s.upkeepOf(ctx, "sweep", sweepEvery, func(ctx context.Context) error { return s.db.Sweep(ctx, s.Now()) })
		s.upkeepOf(ctx, "census "+s.app, censusEvery, s.takeCensus)
		s.upkeepOf(ctx, "bury "+s.app, buryEvery, s.buryDead)
		s.collectDeletions(ctx)
		s.show(ctx)
		s.ready.check(ctx)
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

// collectDeletions lists beside the database whom other replicas have forgotten: each keeps a list of its own.
func (s *Server) collectDeletions(ctx context.Context) {
	if _, err := s.db.CollectDeletions(ctx); err != nil && ctx.Err() == nil {
		s.journal.write(eventStore, nil, "error", err)
	}
}

func (s *Server) takeCensus(ctx context.Context) error {
	now := s.Now()
	return s.db.TakeCensus(ctx, s.app, now, s.ages(now), censusStep)
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

// show fetches for /metrics what replicas know together.
func (s *Server) show(ctx context.Context) {
	census, err := s.db.Census(ctx, s.app)
	if err == nil {
		s.metrics.census.Store(census)
	}
	_, until, pauseErr := s.cooldown.Paused(ctx)
	if pauseErr == nil {
		s.metrics.paused.Store(&until)
	}
	keys, keysErr := s.db.KeyStatus(ctx, false)
	if keysErr == nil {
		s.metrics.keys.Store(keys)
	}
	if err := errors.Join(err, pauseErr, keysErr); err != nil && ctx.Err() == nil {
		s.journal.write(eventStore, nil, "error", err)
	}
}

// How much time consents have left, as the census tells them apart. Each leaves out those before it.
const (
	ageEnded = "ended"
	ageDay   = "within_1d"
	ageWeek  = "within_7d"
	ageMonth = "within_30d"
	ageLater = "later"
)

func (s *Server) ages(now time.Time) []vault.Age {
	var ages []vault.Age
	for _, left := range []struct {
		name string
		days time.Duration
	}{{ageEnded, 0}, {ageDay, 1}, {ageWeek, 7}, {ageMonth, 30}} {
		ages = append(ages, vault.Age{Name: left.name, Before: s.consentedAfter(now.Add(left.days * day))})
	}
	return append(ages, vault.Age{Name: ageLater, Before: now.Add(366 * day)})
}

// consentedAfter is the earliest time whose consents last longer than until end. Months differ in
// length, so it is found by trying.
func (s *Server) consentedAfter(end time.Time) time.Time {
	if s.consentEnd(end).IsZero() {
		return time.UnixMilli(1) // none of them ends
	}
	low, high := time.UnixMilli(1), end // the consent of low has ended by end, that of high has not
	for high.Sub(low) > time.Millisecond {
		middle := low.Add(high.Sub(low) / 2).Truncate(time.Millisecond)
		if s.consentEnd(middle).After(end) {
			high = middle
		} else {
			low = middle
		}
	}
	return high
}
