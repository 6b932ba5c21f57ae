package main

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"
)

// rekey changes the data key and brings every row under the new one, while sessions are read and logins
// are refreshed: a thousand reads and twenty refreshes a second, as far as the machine can.
func (m *million) rekey(ctx context.Context, size int) ([]row, error) {
	db, _, grants, err := m.open()
	if err != nil {
		return nil, err
	}
	defer db.Close()
	if _, err := db.RotateKey(ctx); err != nil {
		return nil, err
	}
	over, stop := context.WithCancel(ctx)
	defer stop()
	var reads, refreshes atomic.Int64
	var g errgroup.Group
	g.Go(func() error {
		return every(over, time.Millisecond, func(i int) error {
			reads.Add(1)
			_, err := db.Session(ctx, clientID, m.sessions.at((i*7919)%m.sessions.len()), time.Now())
			return err
		})
	})
	g.Go(func() error {
		return every(over, 50*time.Millisecond, func(i int) error {
			refreshes.Add(1)
			user := m.people.at((i*7919 + 1) % m.people.len())
			if err := grants.DropAccess(ctx, user); err != nil {
				return err
			}
			_, err := grants.For(user).Token(ctx)
			return err
		})
	})
	began := time.Now()
	done, err := db.Reseal(ctx)
	took := time.Since(began)
	stop()
	if failed := g.Wait(); failed != nil {
		return nil, failed
	}
	if err != nil {
		return nil, err
	}
	status, err := db.KeyStatus(ctx, true)
	if err != nil {
		return nil, err
	}
	if status.Left() > 0 {
		return nil, fmt.Errorf("%d rows are left under the old key", status.Left())
	}
	return []row{{
		what:   fmt.Sprintf("re-sealing all rows of %d grants under a new key, while they are used", size),
		ratio:  fmt.Sprintf("%.1f min", took.Minutes()),
		target: "< 10 min",
		detail: fmt.Sprintf("%d rows, 0 left; %.0f session reads and %.0f refreshes a second beside it, none failed",
			done.Rows, float64(reads.Load())/took.Seconds(), float64(refreshes.Load())/took.Seconds()),
	}}, nil
}

// every calls do at most once in each interval, one call after the other, until ctx is over.
func every(ctx context.Context, interval time.Duration, do func(i int) error) error {
	tick := time.NewTicker(interval)
	defer tick.Stop()
	for i := 0; ; i++ {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		if err := do(i); err != nil {
			return err
		}
	}
}
