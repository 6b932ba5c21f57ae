package sqlite

import (
	"database/sql"
	"regexp"
	"strings"
	"testing"
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
		}, "EXPLAIN QUERY PLAN "+query, make([]any, strings.Count(query, "?"))...)
	})
	if err != nil {
		t.Fatal(err)
	}
	return plan
}
