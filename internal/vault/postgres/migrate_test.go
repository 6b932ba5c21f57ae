package postgres_test

import (
	"errors"
	"sync"
	"testing"

	"github.com/tenuto-dev/tenuto/internal/vault"
	"github.com/tenuto-dev/tenuto/internal/vault/postgres"
	"github.com/tenuto-dev/tenuto/internal/vault/postgres/pgtest"
)

// TestServersStartTogether: the tables are made once, and all of them have the same keys.
func TestServersStartTogether(t *testing.T) {
	t.Parallel()
	url, keys := pgtest.Database(t), vault.NewKeyRing()
	users := make([]string, 4)
	var group sync.WaitGroup
	for i := range users {
		group.Go(func() {
			db, err := postgres.Open(t.Context(), url, keys)
			if err != nil {
				t.Errorf("Open %d: %v", i, err)
				return
			}
			defer db.Close()
			if users[i], err = db.SignIn(t.Context(), app, "alice", "", vault.Profile{}); err != nil {
				t.Errorf("SignIn at %d: %v", i, err)
			}
		})
	}
	group.Wait()
	for i, user := range users {
		if user != users[0] {
			t.Errorf("alice is %q at server %d, %q at the first", user, i, users[0])
		}
	}
	execute(t, url, `DO $$ BEGIN IF (SELECT count(*) <> count(DISTINCT version_id) FROM goose_db_version) THEN RAISE 'a step was made twice'; END IF; END $$`)
}

// TestMissingStep: one that was left out is made, though later ones are there already.
func TestMissingStep(t *testing.T) {
	t.Parallel()
	url, keys := pgtest.Database(t), vault.NewKeyRing()
	open(t, url, keys)
	execute(t, url, `DROP TABLE shared; DELETE FROM goose_db_version WHERE version_id = 3`)
	if steps, err := postgres.Migrate(t.Context(), url); steps != 1 || err != nil {
		t.Errorf("Migrate = %d, %v, want one step", steps, err)
	}
	if steps, err := postgres.Migrate(t.Context(), url); steps != 0 || err != nil {
		t.Errorf("Migrate again = %d, %v, want none", steps, err)
	}
	execute(t, url, `SELECT * FROM shared`)
	execute(t, url, `INSERT INTO meta (name, value) VALUES ('`+vault.MetaOldest+`', '9999')`)
	if _, err := postgres.Migrate(t.Context(), url); !errors.Is(err, vault.ErrOutdated) {
		t.Errorf("Migrate by a program that is too old = %v, want ErrOutdated", err)
	}
}

// TestWrongKeyMakesNoTables: whoever has the wrong key changes nothing, not even what is missing.
func TestWrongKeyMakesNoTables(t *testing.T) {
	t.Parallel()
	url := pgtest.Database(t)
	open(t, url, vault.NewKeyRing())
	execute(t, url, `DROP TABLE shared; DELETE FROM goose_db_version WHERE version_id = 3`)
	if _, err := postgres.Open(t.Context(), url, vault.NewKeyRing()); !errors.Is(err, vault.ErrWrongKey) {
		t.Errorf("Open with another key = %v, want ErrWrongKey", err)
	}
	execute(t, url, `DO $$ BEGIN IF to_regclass('shared') IS NOT NULL THEN RAISE 'tables were made'; END IF; END $$`)
}
