package sqlite_test

import (
	"database/sql"
	"testing"
)

// foreignDatabase makes a SQLite file that is not ours.
func foreignDatabase(t *testing.T, path string) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	try(t, err)
	defer db.Close()
	_, err = db.Exec("CREATE TABLE recipes (name TEXT)")
	try(t, err)
}
