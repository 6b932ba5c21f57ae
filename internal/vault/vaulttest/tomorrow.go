package vaulttest

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/tenuto-dev/tenuto/internal/vault"
)

// Tomorrow returns databases that the next version of Tenuto has been at: steps that we do not know have added columns,
// tables and indexes. All that holds today must hold there, for versions run beside each other while they are replaced.
func Tomorrow(fresh func(t *testing.T) Database) func(t *testing.T) Database {
	return func(t *testing.T) Database {
		db := fresh(t)
		today := db.Open
		var once sync.Once
		db.Open = func(keys *vault.KeyRing, now func() time.Time) (*vault.DB, error) {
			once.Do(func() {
				first, err := today(keys, now)
				must(t, err)
				must(t, first.Close())
				for _, table := range []string{"people", "grants", "sessions", "spent_states", "forgotten", "keys", "shared", "census", "upkeep"} {
					db.Exec(fmt.Sprintf(`ALTER TABLE %s ADD COLUMN next_year TEXT NOT NULL DEFAULT 'soon'`, table))
				}
				db.Exec(`CREATE TABLE next_year (app TEXT NOT NULL PRIMARY KEY)`)
				db.Exec(`CREATE INDEX next_year_of_people ON people (app, next_year)`)
			})
			return today(keys, now)
		}
		return db
	}
}
