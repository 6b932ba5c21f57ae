package vault

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"sync"
	"time"
)

// UpkeepTables say who does the work that is to be done once, however many processes share the database.
// All times are by the database's clock.
type UpkeepTables interface {
	// TakeUpkeep gives the work to owner for as long as hold. False if it was done less than every ago, or is
	// somebody else's.
	TakeUpkeep(ctx context.Context, name, owner string, hold, every time.Duration) (bool, error)
	// HoldUpkeep gives it to owner for another hold; false if it is not owner's any more.
	HoldUpkeep(ctx context.Context, name, owner string, hold time.Duration) (bool, error)
	// EndUpkeep takes it from owner, if it is owner's. Done counts from now if it is done.
	EndUpkeep(ctx context.Context, name, owner string, done bool) error
}

const (
	upkeepHold  = time.Minute      // a process that died is waited for so long
	upkeepRenew = 20 * time.Second // how often one that lives says so
	upkeepEnd   = 5 * time.Second  // for giving the work back
)

// ErrTakenOver is the error of work that has become somebody else's: see DB.Upkeep.
var ErrTakenOver = errors.New("another process has taken it over")

// Upkeep does work if it was not done for as long as every, by this process or another that shares the database,
// and nobody is at it; ran says whether it did. Call it again and again. Work that fails, or whose process dies, is
// done again by whoever asks next, so doing it twice must do no harm. Its context ends when it has become
// somebody else's (ErrTakenOver): this process was cut off
// from the database, or stood still.
func (db *DB) Upkeep(ctx context.Context, name string, every time.Duration, work func(context.Context) error) (ran bool, err error) {
	me, free := db.upkeep.begin(name)
	if !free {
		return false, nil
	}
	defer db.upkeep.end(name)
	mine, err := db.tables.TakeUpkeep(ctx, name, me, upkeepHold, every)
	if err != nil || !mine {
		return false, wrapUpkeep(name, err)
	}
	err = db.holding(ctx, name, me, work)
	finish, cancel := context.WithTimeout(context.WithoutCancel(ctx), upkeepEnd)
	defer cancel()
	return true, wrapUpkeep(name, errors.Join(err, db.tables.EndUpkeep(finish, name, me, err == nil)))
}

// holding runs work and tells the database meanwhile that somebody is at it.
func (db *DB) holding(ctx context.Context, name, me string, work func(context.Context) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	held := make(chan struct{})
	go func() {
		defer close(held)
		tick := time.NewTicker(upkeepRenew)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			if mine, err := db.tables.HoldUpkeep(ctx, name, me, upkeepHold); err == nil && !mine {
				cancel(ErrTakenOver)
			}
		}
	}()
	err := work(ctx)
	if context.Cause(ctx) == ErrTakenOver {
		err = errors.Join(ErrTakenOver, err) // whatever it did was not enough
	}
	cancel(nil)
	<-held
	return err
}

func wrapUpkeep(name string, err error) error {
	if err != nil {
		return fmt.Errorf("upkeep: %s: %w", name, err)
	}
	return nil
}

// keeper is what this process is at.
type keeper struct {
	mu   sync.Mutex
	me   string // the name under which it takes work
	busy map[string]bool
}

func (k *keeper) begin(name string) (me string, free bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.busy[name] {
		return "", false
	}
	if k.busy == nil {
		k.me, k.busy = rand.Text(), map[string]bool{}
	}
	k.busy[name] = true
	return k.me, true
}

func (k *keeper) end(name string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.busy, name)
}
