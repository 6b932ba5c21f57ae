package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"

	_ "modernc.org/sqlite" // the driver
)

// setting is a PRAGMA that a connection is opened with, and what it must read back as: SQLite leaves one that it
// cannot have (WAL on some file systems) without an error.
type setting struct {
	name         statement // its part of one
	value, reads string
}

// busyTimeout is in ms. Only other programs (a backup, a shell) can make us wait.
const busyTimeout = "5000"

// common are the settings of every connection.
var common = []setting{
	{"busy_timeout", busyTimeout, busyTimeout},
	{"foreign_keys", "ON", "1"},
	{"trusted_schema", "OFF", "0"}, // nothing in the file may call functions
}

// forWriter: a commit survives a power cut (NORMAL would not), deleted rows are overwritten, and the WAL gives
// its space back after a burst.
var forWriter = append([]setting{
	{"journal_mode", "WAL", "wal"},
	{"synchronous", "FULL", "2"},
	{"secure_delete", "ON", "1"},
	{"journal_size_limit", "4194304", "4194304"}, // bytes
	{"wal_autocheckpoint", "1000", "1000"},       // pages of 4 KiB
}, common...)

var forReader = append([]setting{
	{"query_only", "ON", "1"},
}, common...)

// source is the driver's name for the file at path. mode is SQLite's: rwc, rw, ro.
func source(path, mode string, settings []setting) string {
	query := url.Values{"mode": {mode}, "_txlock": {"immediate"}}
	for _, s := range settings {
		query.Add("_pragma", string(s.name)+"("+s.value+")")
	}
	return fileURL(path) + "?" + query.Encode()
}

func fileURL(path string) string {
	path = filepath.ToSlash(path)
	if filepath.IsAbs(path) && !strings.HasPrefix(path, "/") {
		path = "/" + path // C:/data: SQLite wants file:///C:/data
	}
	return "file:" + (&url.URL{Path: path}).EscapedPath()
}

// readBack asserts that the connection has its settings.
func readBack(ctx context.Context, c *sql.Conn, settings []setting) error {
	for _, s := range settings {
		var got string
		if err := c.QueryRowContext(ctx, string("PRAGMA "+s.name)).Scan(&got); err != nil {
			return explain("read setting "+string(s.name), err)
		}
		if got != s.reads {
			return fmt.Errorf("vault: SQLite has %s = %s here, not %s: is the database on a network file system?", s.name, got, s.reads)
		}
	}
	return nil
}
