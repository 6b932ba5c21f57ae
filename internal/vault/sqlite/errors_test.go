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
	limit := func(pragma statement) {
		try(t, tb.writer.do(&write{ctx: t.Context(), between: true, run: func(c *conn) error {
			return c.query(func(*sql.Rows) error { return nil }, pragma)
		}}))
	}
	limit(`PRAGMA max_page_count = 1`) // SQLite takes the number of pages that there are
	big := func() error {
		_, err := change(t.Context(), tb.writer, "insert", func(c *conn) (int64, error) {
			return c.exec(`INSERT INTO meta (name, value) VALUES ('big', zeroblob(100000))`)
		})
		return err
	}
	if err := big(); !errors.Is(err, vault.ErrFull) {
		t.Errorf("insert on a full disk = %v, want ErrFull", err)
	}
	limit(`PRAGMA max_page_count = 1000000`)
	if err := big(); err != nil {
		t.Errorf("insert after room was made = %v, want nil", err)
	}
}

func TestReadOnly(t *testing.T) {
	t.Parallel()
	tb := newTables(t)
	queryOnly := func(pragma statement) {
		try(t, tb.writer.do(&write{ctx: t.Context(), between: true, run: func(c *conn) error {
			return c.query(func(*sql.Rows) error { return nil }, pragma)
		}}))
	}
	queryOnly(`PRAGMA query_only = ON`)
	if err := tb.Ping(t.Context()); !errors.Is(err, vault.ErrReadOnly) {
		t.Errorf("Ping of a database that cannot be written = %v, want ErrReadOnly", err)
	}
	queryOnly(`PRAGMA query_only = OFF`)
	if err := tb.Ping(t.Context()); err != nil {
		t.Errorf("Ping when it can be written again = %v, want nil", err)
	}
}
