package vault

import (
	"context"
	"fmt"
	"time"

	"github.com/tenuto-dev/tenuto/auth"
)

// LivingTables looks at many sessions at once.
type LivingTables interface {
	// LivingSessions returns those of ids, no more than LivingMost, that are sessions which end after now.
	LivingSessions(ctx context.Context, app string, ids [][]byte, now time.Time) ([]LivingRow, error)
}

// LivingMost is how many sessions a dialect is asked about at once.
const LivingMost = 256

// LivingRow is a session that lives, with how its person's grant is doing.
type LivingRow struct {
	ID           []byte // SHA-256
	Scopes       string
	AuthorizedAt time.Time
	Dead         string
}

// Standing is how a person's grant is doing. Two are the same (==) as long as nobody logged in anew and it lives on.
type Standing struct {
	Scopes       string
	AuthorizedAt time.Time
	Dead         auth.Reason
}

// Standing is how the grant of the session's person was doing when the session was read.
func (s *Session) Standing() Standing {
	return standing(s.Scopes.String(), s.AuthorizedAt, string(s.Dead))
}

func standing(scopes string, authorizedAt time.Time, dead string) Standing {
	return Standing{auth.ParseScopes(scopes).String(), authorizedAt, auth.Reason(dead)}
}

// Living is which of the sessions with these secret ids there are yet, and how their persons' grants are doing: another
// replica may have ended the others, or they have expired by now. An indexed look for each, a few hundred in one query.
func (db *DB) Living(ctx context.Context, app string, ids []string, now time.Time) (map[string]Standing, error) {
	living := make(map[string]Standing, len(ids))
	for len(ids) > 0 {
		some := ids[:min(len(ids), LivingMost)]
		ids = ids[len(some):]
		secret, hashes := map[string]string{}, make([][]byte, 0, len(some))
		for _, id := range some {
			hash := hashed(id)
			secret[string(hash)], hashes = id, append(hashes, hash)
		}
		rows, err := db.tables.LivingSessions(ctx, app, hashes, now)
		if err != nil {
			return nil, fmt.Errorf("living sessions: %w", err)
		}
		for _, row := range rows {
			living[secret[string(row.ID)]] = standing(row.Scopes, row.AuthorizedAt, row.Dead)
		}
	}
	return living, nil
}
