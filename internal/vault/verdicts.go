package vault

import (
	"context"
	"fmt"
	"time"
)

// Verdicts is where the replicas of an app weigh together what Spotify says about people's refresh tokens, over a
// restart of all too. It is an auth.Register. Safe for concurrent use, by any number of processes.
type Verdicts struct {
	db  *DB
	app string
}

// Verdicts are those of an app.
func (db *DB) Verdicts(app string) *Verdicts { return &Verdicts{db, app} }

const verdictsName = "verdicts of the accounts service"

// Load returns what was written last, "" if nothing was, and the database's now. The error is the database's, or
// that of ctx.
func (v *Verdicts) Load(ctx context.Context) (text string, now time.Time, err error) {
	text, now, err = v.db.tables.Shared(ctx, v.app, verdictsName)
	if err != nil {
		return "", time.Time{}, fmt.Errorf("read verdicts: %w", err)
	}
	return text, now, nil
}

// Swap replaces was, "" for nothing, by next; false if it is not was any more. The error is the database's, or that
// of ctx.
func (v *Verdicts) Swap(ctx context.Context, was, next string) (bool, error) {
	won, err := v.db.tables.SwapShared(ctx, v.app, verdictsName, was, next)
	if err != nil {
		return false, fmt.Errorf("write verdicts: %w", err)
	}
	return won, nil
}
