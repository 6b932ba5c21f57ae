package vault

import (
	"context"
	"fmt"
	"math"
	"time"
)

// RenewTables are for a person who consented again.
type RenewTables interface {
	// ProlongSessions moves the end of those of the person's sessions that have not ended by now to idle after they
	// were last seen, or to until (milliseconds) if that is earlier; never to an earlier time than it was.
	ProlongSessions(ctx context.Context, app, userID string, now time.Time, idle time.Duration, until int64) error
}

// ProlongSessions is for a person who consented again: sessions that were to end with the consent go on until idle
// after their last use, or until the new consent's end (zero: it has none). What has ended by now stays so.
func (db *DB) ProlongSessions(ctx context.Context, app, userID string, now time.Time, idle time.Duration, end time.Time) error {
	until := int64(math.MaxInt64)
	if !end.IsZero() {
		until = end.UnixMilli()
	}
	if err := db.tables.ProlongSessions(ctx, app, userID, now, idle, until); err != nil {
		return fmt.Errorf("prolong sessions: %w", err)
	}
	return nil
}
