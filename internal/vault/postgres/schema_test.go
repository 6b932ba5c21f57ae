package postgres_test

import (
	"errors"
	"net/url"
	"strings"
	"testing"

	"github.com/tenuto-dev/tenuto/internal/vault"
	"github.com/tenuto-dev/tenuto/internal/vault/postgres"
	"github.com/tenuto-dev/tenuto/internal/vault/postgres/pgtest"
)

// TestTablesElsewhere: a search_path that is changed makes no new vault beside the old one, except for whoever asks for it.
func TestTablesElsewhere(t *testing.T) {
	t.Parallel()
	address, keys := pgtest.Database(t), vault.NewKeyRing()
	u, err := url.Parse(address)
	try(t, err)
	alter := `ALTER DATABASE "` + strings.TrimPrefix(u.Path, "/") + `" `
	db := open(t, address, keys)
	user, err := db.SignIn(t.Context(), app, "alice", "", vault.Profile{})
	try(t, err)
	execute(t, address, `CREATE SCHEMA other`)
	for _, path := range []string{"other", "nowhere", "''"} {
		execute(t, address, alter+`SET search_path = `+path)
		if _, err := postgres.Open(t.Context(), address, keys); !errors.Is(err, postgres.ErrElsewhere) || !strings.Contains(err.Error(), `"public"`) {
			t.Errorf("Open with search_path %s = %v, want ErrElsewhere and where they are", path, err)
		}
		if _, err := postgres.Migrate(t.Context(), address); !errors.Is(err, postgres.ErrElsewhere) {
			t.Errorf("Migrate with search_path %s = %v, want ErrElsewhere", path, err)
		}
	}
	execute(t, address, `DO $$ BEGIN IF to_regclass('other.meta') IS NOT NULL OR to_regclass('other.goose_db_version') IS NOT NULL THEN RAISE 'tables were made'; END IF; END $$`)
	q := u.Query()
	for schema, same := range map[string]bool{"public": true, "other": false} {
		q.Set("search_path", schema)
		u.RawQuery = q.Encode()
		if got, err := open(t, u.String(), keys).SignIn(t.Context(), app, "alice", "", vault.Profile{}); err != nil || (got == user) != same {
			t.Errorf("alice in the schema %s that the URL names = %s, %v, was %s, want the same: %v", schema, got, err, user, same)
		}
	}
	execute(t, address, alter+`RESET search_path`)
	if got, err := open(t, address, keys).SignIn(t.Context(), app, "alice", "", vault.Profile{}); err != nil || got != user {
		t.Errorf("alice with the search_path as it was = %s, %v, want %s", got, err, user)
	}
}
