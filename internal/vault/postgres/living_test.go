package postgres

import (
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/tenuto-dev/tenuto/internal/vault/postgres/pgtest"
)

// TestLivingReadsByIndex: sessions are looked up one by one, also before PostgreSQL has counted them.
func TestLivingReadsByIndex(t *testing.T) {
	t.Parallel()
	db, err := pgx.Connect(t.Context(), pgtest.Database(t))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close(t.Context())
	if _, err := migrate(t.Context(), db.Config()); err != nil {
		t.Fatal(err)
	}
	plan := func(query string) string {
		results, err := db.PgConn().Exec(t.Context(), `DEALLOCATE ALL; SET plan_cache_mode = force_generic_plan; PREPARE q AS `+query+`;
			EXPLAIN EXECUTE q(ARRAY[''::bytea], 'a', 1)`).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		var text strings.Builder
		for _, row := range results[len(results)-1].Rows {
			text.Write(row[0])
			text.WriteByte('\n')
		}
		return text.String()
	}
	for _, statement := range []string{
		`INSERT INTO people (app, user_id, account, profile, created) VALUES ('a', 'u', '', '', 0)`,
		`ALTER TABLE sessions SET (autovacuum_enabled = false)`,
		`INSERT INTO sessions (id, app, user_id, handle, device, created, seen, expires)
		 SELECT decode(md5(n::text), 'hex'), 'a', 'u', 'h' || n, '', n, n, n FROM generate_series(1, 6000) n`,
	} {
		if _, err := db.Exec(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
		if got := plan(livingSessions); !strings.Contains(got, "Index Scan using sessions_pkey") || !strings.Contains(got, "Index Scan using people_pkey") || strings.Contains(got, "Seq Scan") {
			t.Errorf("plan of%s\n= %s\nwant sessions_pkey and people_pkey", livingSessions, got)
		}
	}
}
