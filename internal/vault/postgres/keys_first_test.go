package postgres_test

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/tenuto-dev/tenuto/internal/vault"
	"github.com/tenuto-dev/tenuto/internal/vault/postgres"
	"github.com/tenuto-dev/tenuto/internal/vault/postgres/pgtest"
)

// TestFirstKeyOfAnother: a server that starts finds no data key, and then, because another makes the first one meanwhile
// and serves, rows that lie under one. That is no damage.
func TestFirstKeyOfAnother(t *testing.T) {
	t.Parallel()
	url, keys := pgtest.Database(t), vault.NewKeyRing()
	other, err := postgres.Open(t.Context(), url, keys)
	try(t, err)
	user, err := other.SignIn(t.Context(), app, "alice", "", vault.Profile{})
	try(t, err)
	try(t, other.Close())
	// As it was before the other had made its key; and nobody looks for rows before it is there again.
	execute(t, url, `CREATE TABLE aside AS SELECT * FROM keys; DELETE FROM keys`)
	gate, err := pgx.Connect(t.Context(), url)
	try(t, err)
	defer gate.Close(context.Background()) //nolint:errcheck // nothing was written
	_, err = gate.Exec(t.Context(), `BEGIN; LOCK TABLE grants IN ACCESS EXCLUSIVE MODE`)
	try(t, err)

	type opened struct {
		db  *vault.DB
		err error
	}
	done := make(chan opened, 1)
	go func() {
		db, err := postgres.Open(t.Context(), url, keys)
		done <- opened{db, err}
	}()
	waitForLock(t, url)
	execute(t, url, `INSERT INTO keys SELECT * FROM aside`)
	_, err = gate.Exec(t.Context(), `ROLLBACK`)
	try(t, err)
	o := <-done
	if o.err != nil {
		t.Fatalf("Open beside one that makes the first key = %v, want nil", o.err)
	}
	defer o.db.Close()
	if got, err := o.db.SignIn(t.Context(), app, "alice", "", vault.Profile{}); err != nil || got != user {
		t.Errorf("alice at the second server = %s, %v, want %s", got, err, user)
	}
}
