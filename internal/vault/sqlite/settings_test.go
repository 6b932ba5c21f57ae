package sqlite

import (
	"database/sql"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// A connection that has other settings than it should is not used.
func TestSettingsAreReadBack(t *testing.T) {
	t.Parallel()
	wrong := map[string]string{
		"journal_mode": "DELETE", "synchronous": "NORMAL", "secure_delete": "OFF", "journal_size_limit": "-1",
		"wal_autocheckpoint": "0", "busy_timeout": "0", "foreign_keys": "OFF", "trusted_schema": "ON",
	}
	for i, s := range forWriter {
		given := slices.Clone(forWriter)
		given[i].value = wrong[string(s.name)]
		db, err := sql.Open("sqlite", source(filepath.Join(t.TempDir(), "db"), "rwc", given))
		try(t, err)
		_, err = newConn(t.Context(), db, forWriter)
		if err == nil || !strings.Contains(err.Error(), string(s.name)+" = ") {
			t.Errorf("connection with %s = %q: %v, want an error that names it", s.name, given[i].value, err)
		}
		try(t, db.Close())
	}
}
