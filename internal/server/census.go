package server

import (
	"context"
	"errors"
	"time"

	"github.com/tenuto-dev/tenuto/internal/vault"
)

// censusStep is how many entries of an index one statement reads.
const censusStep = 10_000

// takeCensus counts what there is, for all replicas.
func (s *Server) takeCensus(ctx context.Context) error {
	now := s.Now()
	return s.db.TakeCensus(ctx, s.app, now, s.ages(now), censusStep)
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
