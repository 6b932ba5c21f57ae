package sqlite

import (
	"database/sql"
	"regexp"
	"strings"
	"testing"

	"github.com/tenuto-dev/tenuto/internal/vault/vaulttest"
)

// TestCensusReadsIndexesOnly: what is counted in the background reads no table, however large it is.
func TestCensusReadsIndexesOnly(t *testing.T) {
	t.Parallel()
	tb := newTables(t)
	for query, index := range map[string]string{
		lastGrant: "people_by_consent", countGrants: "people_by_consent", nextState: "people_by_consent",
		lastSession: "sessions_of_app", countAllFrom: "sessions_of_app",
	} {
		plan := planOf(t, tb, query)
		want := regexp.MustCompile(`^SEARCH \w+ USING COVERING INDEX ` + index + ` \(app=\?.*>\(?\?`)
		if len(plan) != 1 || !want.MatchString(plan[0]) {
			t.Errorf("plan of%s\n= %q, want one search of the index %s and nothing else", query, plan, index)
		}
	}
	if plan := planOf(t, tb, `SELECT count(*) FROM people WHERE profile > ?`); len(plan) != 1 || !strings.HasPrefix(plan[0], "SCAN") {
		t.Errorf("plan of a scan = %q: this test would not see one", plan)
	}
}

// TestReq_VS12_Statements: every statement is a constant, and none reads a table that grows from end to end.
func TestReq_VS12_Statements(t *testing.T) {
	t.Parallel()
	tb := newTables(t)
	scan := regexp.MustCompile(`^SCAN (people|grants|sessions|spent_states|forgotten|[pgsf])\b`)
	found := vaulttest.Statements(t)
	if len(found) < 50 {
		t.Fatalf("%d statements, want all of them", len(found))
	}
	for _, query := range append(found, `SELECT count(*) FROM people WHERE profile > ?`) {
		bad := false
		for _, step := range planOf(t, tb, query) {
			bad = bad || scan.MatchString(step) && !(strings.Contains(step, " USING ") && strings.Contains(query, "LIMIT"))
		}
		if mustBeBad := strings.Contains(query, "profile > ?"); bad != mustBeBad && !onlyAtStart[query] {
			t.Errorf("plan of%s\n= %q, scans: %v", query, planOf(t, tb, query), bad)
		}
	}
}

// onlyAtStart are asked of a database whose first row is enough, or by an operator's command.
var onlyAtStart = map[string]bool{
	`SELECT EXISTS (SELECT 1 FROM people) OR EXISTS (SELECT 1 FROM grants)`: true,
	`SELECT count(*) FROM people`:                                           true, // of a copy that is being checked
}

// planOf is how SQLite would run the query, a line for each step.
func planOf(t *testing.T, tb *tables, query string) (plan []string) {
	t.Helper()
	_, err := read(t.Context(), tb.readers, "explain", func(c *conn) (any, error) {
		return nil, c.query(func(rows *sql.Rows) error {
			var id, parent, unused int
			var detail string
			err := rows.Scan(&id, &parent, &unused, &detail)
			plan = append(plan, detail)
			return err
		}, statement("EXPLAIN QUERY PLAN "+query), make([]any, strings.Count(query, "?"))...)
	})
	if err != nil {
		t.Fatal(err)
	}
	return plan
}
