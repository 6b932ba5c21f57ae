package vault

import (
	"context"
	"fmt"
	"time"

	"github.com/tenuto-dev/tenuto/auth"
)

// EachDead calls visit for each person of an app whose grant is dead, until it returns an error. It walks through an
// index, one entry at a time, so that it holds nothing open however many there are; who dies meanwhile may be left
// out. People without a grant are not dead.
func (db *DB) EachDead(ctx context.Context, app string, visit func(user string) error) error {
	for state := ""; ; {
		next, err := db.tables.NextState(ctx, app, state)
		if err != nil {
			return fmt.Errorf("find dead grants: %w", err)
		}
		if state = next; state == "" {
			return nil
		}
		if state == string(auth.ReasonNone) {
			continue
		}
		if err := db.eachIn(ctx, app, state, visit); err != nil {
			return err
		}
	}
}

// eachIn calls visit for each person whose grant is in a state.
func (db *DB) eachIn(ctx context.Context, app, state string, visit func(user string) error) error {
	everybody := time.UnixMilli(1 << 53)
	for place := (GrantPlace{}); ; {
		_, next, more, err := db.tables.CountGrants(ctx, app, state, place, everybody, 1)
		if err != nil {
			return fmt.Errorf("find dead grants: %w", err)
		}
		if !more {
			return nil
		}
		place = next
		if err := visit(place.UserID); err != nil {
			return err
		}
	}
}
