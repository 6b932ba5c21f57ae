package vault

import (
	"context"
	"fmt"
	"time"
)

// LivingTables looks at many sessions at once.
type LivingTables interface {
	// LivingSessions returns which of ids, no more than LivingMost, are sessions that end after now.
	LivingSessions(ctx context.Context, app string, ids [][]byte, now time.Time) ([][]byte, error)
}

// LivingMost is how many sessions a dialect is asked about at once.
const LivingMost = 256

// Living reports which of the sessions with these secret ids there are yet, in any order: another replica may have
// ended the others, or they have expired by now. An indexed look for each, a few hundred in one query.
func (db *DB) Living(ctx context.Context, app string, ids []string, now time.Time) ([]string, error) {
	living := make([]string, 0, len(ids))
	for len(ids) > 0 {
		some := ids[:min(len(ids), LivingMost)]
		ids = ids[len(some):]
		secret, hashes := map[string]string{}, make([][]byte, 0, len(some))
		for _, id := range some {
			hash := hashed(id)
			secret[string(hash)], hashes = id, append(hashes, hash)
		}
		found, err := db.tables.LivingSessions(ctx, app, hashes, now)
		if err != nil {
			return nil, fmt.Errorf("living sessions: %w", err)
		}
		for _, hash := range found {
			living = append(living, secret[string(hash)])
		}
	}
	return living, nil
}
