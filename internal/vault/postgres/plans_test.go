package postgres

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/tenuto-dev/tenuto/internal/vault/postgres/pgtest"
	"github.com/tenuto-dev/tenuto/internal/vault/vaulttest"
)

// TestCensusReadsIndexesOnly: what is counted in the background reads no table, however large it is.
func TestCensusReadsIndexesOnly(t *testing.T) {
	t.Parallel()
	db := migrated(t)
	fill(t, db)
	for query, want := range map[string]string{
		lastGrant:    `Index Only Scan using people_by_consent`,
		countGrants:  `Index Only Scan using people_by_consent`,
		nextState:    `Index Only Scan using people_by_consent`,
		lastSession:  `Index Only Scan using sessions_of_app`,
		countAllFrom: `Index Only Scan using sessions_of_app`,
	} {
		plan := planOf(t, db, query)
		scans := regexp.MustCompile(`(?:Index Only|Index|Seq|Bitmap \w+) Scan[^(]*`).FindAllString(plan, -1)
		if len(scans) != 1 || !strings.HasPrefix(scans[0], want) || !strings.Contains(plan, "Index Cond: ((app = ") {
			t.Errorf("plan of%s\n= %s\nwant one %s and nothing else", query, plan, want)
		}
	}
	if plan := planOf(t, db, `SELECT count(*) FROM people WHERE profile > $1`); !strings.Contains(plan, "Seq Scan") {
		t.Errorf("plan of a scan = %s: this test would not see one", plan)
	}
}

// TestReq_VS12_Statements: every statement is a constant, and none reads a table that grows from end to end.
func TestReq_VS12_Statements(t *testing.T) {
	t.Parallel()
	db := migrated(t)
	fill(t, db)
	found := vaulttest.Statements(t)
	if len(found) < 50 {
		t.Fatalf("%d statements, want all of them", len(found))
	}
	scan := regexp.MustCompile(`Seq Scan on (people|grants|sessions|spent_states|forgotten)\b`)
	whole := regexp.MustCompile(`Index (?:Only )?Scan.*\n +(?:[^I ]|I[^n])`) // no Index Cond below it
	for _, query := range append(found, `SELECT count(*) FROM people WHERE profile > $1`, `SELECT count(*) FROM people WHERE profile > $1 OR app = $2`) {
		plan := planWithout(t, db, query)
		bad := scan.MatchString(plan) || whole.MatchString(plan) && !strings.Contains(query, "LIMIT")
		if mustBeBad := strings.Contains(query, "profile > $1"); bad != mustBeBad {
			t.Errorf("plan of%s\n= %s\nscans: %v", query, plan, bad)
		}
	}
}

// TestLivingReadsByIndex: sessions are looked up one by one, also before PostgreSQL has counted them.
func TestLivingReadsByIndex(t *testing.T) {
	t.Parallel()
	db := migrated(t)
	for _, statement := range []string{
		`INSERT INTO people (app, user_id, account, profile, created) VALUES ('a', 'u', '', '', 0)`,
		`ALTER TABLE sessions SET (autovacuum_enabled = false)`,
		`INSERT INTO sessions (id, app, user_id, handle, device, created, seen, expires)
		 SELECT decode(md5(n::text), 'hex'), 'a', 'u', 'h' || n, '', n, n, n FROM generate_series(1, 6000) n`,
	} {
		if _, err := db.Exec(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
		got := planOn(t, db, livingSessions, "ARRAY[''::bytea], 'a', 1")
		if !strings.Contains(got, "Index Scan using sessions_pkey") || !strings.Contains(got, "Index Scan using people_pkey") || strings.Contains(got, "Seq Scan") {
			t.Errorf("plan of%s\n= %s\nwant sessions_pkey and people_pkey", livingSessions, got)
		}
	}
}

// migrated is an empty database with our tables, until the test ends.
func migrated(t *testing.T) *pgx.Conn {
	t.Helper()
	db, err := pgx.Connect(t.Context(), pgtest.Database(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close(context.Background()) })
	if _, err := migrate(t.Context(), db.Config()); err != nil {
		t.Fatal(err)
	}
	return db
}

// planOn is how PostgreSQL runs the query, whatever the values are, after settings.
func planOn(t *testing.T, db *pgx.Conn, query, values string, settings ...string) string {
	t.Helper()
	if values != "" {
		values = "(" + values + ")"
	}
	script := append([]string{"DEALLOCATE ALL", "SET plan_cache_mode = force_generic_plan"}, settings...)
	script = append(script, "PREPARE q AS "+query, "EXPLAIN EXECUTE q"+values)
	results, err := db.PgConn().Exec(t.Context(), strings.Join(script, ";\n")).ReadAll()
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	var plan strings.Builder
	for _, row := range results[len(results)-1].Rows {
		fmt.Fprintf(&plan, "%s\n", row[0])
	}
	return plan.String()
}

var parameter = regexp.MustCompile(`\$\d`)

// planWithout is how PostgreSQL runs the query if it uses an index wherever there is one.
func planWithout(t *testing.T, db *pgx.Conn, query string) string {
	t.Helper()
	seen := map[string]bool{}
	for _, p := range parameter.FindAllString(query, -1) {
		seen[p] = true
	}
	values := strings.TrimSuffix(strings.Repeat("NULL, ", len(seen)), ", ")
	return planOn(t, db, query, values, "SET enable_seqscan = off")
}

// fill makes tables large enough that reading them whole would be a mistake.
func fill(t *testing.T, db *pgx.Conn) {
	t.Helper()
	for _, statement := range []string{
		`INSERT INTO people (app, user_id, account, profile, created, authorized_at, dead)
		 SELECT 'a' || n % 2, 'u' || n, decode(md5(n::text), 'hex'), decode(md5(n::text), 'hex'), n, n, CASE WHEN n % 10 = 0 THEN 'revoked' ELSE '' END
		 FROM generate_series(1, 6000) n`,
		`INSERT INTO sessions (id, app, user_id, handle, device, created, seen, expires)
		 SELECT decode(md5(n::text), 'hex'), 'a' || n % 2, 'u' || n, 'h' || n, '', n, n, n FROM generate_series(1, 6000) n`,
		`INSERT INTO grants (app, key, version, sealed, written) SELECT 'a' || n % 2, 'u' || n, 'v', '', n FROM generate_series(1, 6000) n`,
		`INSERT INTO spent_states (app, state, until) SELECT 'a', decode(md5(n::text), 'hex'), n FROM generate_series(1, 6000) n`,
		`INSERT INTO forgotten (app, user_id, until, at) SELECT 'a', 'f' || n, n, n FROM generate_series(1, 6000) n`,
		`VACUUM ANALYZE`, //nolint:misspell // its name
	} {
		if _, err := db.Exec(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
}

// planOf is how PostgreSQL runs the query, whatever the values are.
func planOf(t *testing.T, db *pgx.Conn, query string) string {
	t.Helper()
	values := []string{"'a1'", "''", "500", "''", "5000", "99"}
	switch {
	case strings.Contains(query, "sessions"):
		values = []string{"'a1'", "500", `'\x00'`, "99"}
	case strings.Contains(query, "profile"):
		values = []string{`'\x00'`}
	}
	return planOn(t, db, query, strings.Join(values[:strings.Count(query, "$")], ", "))
}
