package postgres

import (
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

// TestReq_VS12_Statements: every statement is a constant, and none reads a table that grows from end to end.
func TestReq_VS12_Statements(t *testing.T) {
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

var parameter = regexp.MustCompile(`\$\d`)

// planWithout is how PostgreSQL runs the query if it uses an index wherever there is one.
func planWithout(t *testing.T, db *pgx.Conn, query string) string {
	t.Helper()
	seen := map[string]bool{}
	for _, p := range parameter.FindAllString(query, -1) {
		seen[p] = true
	}
	values := strings.TrimSuffix(strings.Repeat("NULL, ", len(seen)), ", ")
	if values != "" {
		values = "(" + values + ")"
	}
	script := "DEALLOCATE ALL; SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off; PREPARE q AS " + query + "; EXPLAIN EXECUTE q" + values
	results, err := db.PgConn().Exec(t.Context(), script).ReadAll()
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	var plan strings.Builder
	for _, row := range results[len(results)-1].Rows {
		fmt.Fprintf(&plan, "%s\n", row[0])
	}
	return plan.String()
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
