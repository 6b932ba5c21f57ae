package sqlite

import (
	"database/sql"
	"errors"
	"testing"

	"github.com/tenuto-dev/tenuto/internal/vault"
)

func TestDiskFull(t *testing.T) {
	t.Parallel()
	tb := newTables(t)
	limit := func(pages string) {
		try(t, tb.writer.do(&write{ctx: t.Context(), between: true, run: func(c *conn) error {
			return c.query(func(*sql.Rows) error { return nil }, `PRAGMA max_page_count = `+pages)
		}}))
	}
	limit("1") // SQLite takes the number of pages that there are
	big := func() error {
		_, err := change(t.Context(), tb.writer, "insert", func(c *conn) (int64, error) {
			return c.exec(`INSERT INTO meta (name, value) VALUES ('big', zeroblob(100000))`)
		})
		return err
	}
	if err := big(); !errors.Is(err, vault.ErrFull) {
		t.Errorf("insert on a full disk = %v, want ErrFull", err)
	}
	limit("1000000")
	if err := big(); err != nil {
		t.Errorf("insert after room was made = %v, want nil", err)
	}
}

func TestReadOnly(t *testing.T) {
	t.Parallel()
	tb := newTables(t)
	queryOnly := func(value string) {
		try(t, tb.writer.do(&write{ctx: t.Context(), between: true, run: func(c *conn) error {
			return c.query(func(*sql.Rows) error { return nil }, `PRAGMA query_only = `+value)
		}}))
	}
	queryOnly("ON")
	if err := tb.Ping(t.Context()); !errors.Is(err, vault.ErrReadOnly) {
		t.Errorf("Ping of a database that cannot be written = %v, want ErrReadOnly", err)
	}
	queryOnly("OFF")
	if err := tb.Ping(t.Context()); err != nil {
		t.Errorf("Ping when it can be written again = %v, want nil", err)
	}
}
