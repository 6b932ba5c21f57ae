package postgres

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/tenuto-dev/tenuto/internal/vault/postgres/pgtest"
)

// TestCensusReadsIndexesOnly: what is counted in the background reads no table, however large it is.
func TestCensusReadsIndexesOnly(t *testing.T) {
	t.Parallel()
	db, err := pgx.Connect(t.Context(), pgtest.Database(t))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close(t.Context())
	if _, err := migrate(t.Context(), db.Config()); err != nil {
		t.Fatal(err)
	}
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

// fill makes tables large enough that reading them whole would be a mistake.
func fill(t *testing.T, db *pgx.Conn) {
	t.Helper()
	for _, statement := range []string{
		`INSERT INTO people (app, user_id, account, profile, created, authorized_at, dead)
		 SELECT 'a' || n % 2, 'u' || n, decode(md5(n::text), 'hex'), decode(md5(n::text), 'hex'), n, n, CASE WHEN n % 10 = 0 THEN 'revoked' ELSE '' END
		 FROM generate_series(1, 6000) n`,
		`INSERT INTO sessions (id, app, user_id, handle, device, created, seen, expires)
		 SELECT decode(md5(n::text), 'hex'), 'a' || n % 2, 'u' || n, 'h' || n, '', n, n, n FROM generate_series(1, 6000) n`,
		`VACUUM ANALYZE people`, `VACUUM ANALYZE sessions`,
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
	values = values[:strings.Count(query, "$")]
	for _, statement := range []string{"SET plan_cache_mode = force_generic_plan", "DEALLOCATE ALL", "PREPARE q AS " + query} {
		if _, err := db.PgConn().Exec(t.Context(), statement).ReadAll(); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
	results, err := db.PgConn().Exec(t.Context(), fmt.Sprintf("EXPLAIN EXECUTE q(%s)", strings.Join(values, ", "))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var plan strings.Builder
	for _, row := range results[0].Rows {
		fmt.Fprintf(&plan, "%s\n", row[0])
	}
	return plan.String()
}
