// Logins in your own SQL database: three statements. The lease, late answers and everything
// else that makes refreshing safe between processes are not your concern: they live inside the
// record. It is a test, because only the vault of this project may import a database.
package store_test

import (
	"context"
	"database/sql"
	"errors"
	"path/filepath"
	"sync"
	"testing"
	"time"

	_ "modernc.org/sqlite" // or the driver you use

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/auth/authtest"
)

// With PostgreSQL: data BYTEA, written TIMESTAMPTZ DEFAULT now(), and now() for the clock.
const (
	schema = `CREATE TABLE IF NOT EXISTS spotify_logins (key TEXT PRIMARY KEY, version TEXT NOT NULL, data BLOB NOT NULL, written INTEGER NOT NULL)`
	clock  = `CAST(unixepoch('subsec') * 1000 AS INTEGER)` // the database's: your replicas' need not agree
)

// sqlStore is an auth.Store. Its data holds refresh tokens: seal it, or guard the database.
type sqlStore struct{ db *sql.DB }

func (s sqlStore) Load(ctx context.Context, key string) (*auth.Record, error) {
	var data []byte
	var written, now int64
	err := s.db.QueryRowContext(ctx, `SELECT data, written, `+clock+` FROM spotify_logins WHERE key = $1`, key).Scan(&data, &written, &now)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, auth.ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	rec := &auth.Record{}
	if err := rec.UnmarshalBinary(data); err != nil {
		return nil, err
	}
	rec.Written, rec.Now = time.UnixMilli(written), time.UnixMilli(now)
	return rec, nil
}

func (s sqlStore) Swap(ctx context.Context, key, version string, next *auth.Record) error {
	data, err := next.MarshalBinary()
	if err != nil {
		return err
	}
	statement := `UPDATE spotify_logins SET version = $2, data = $3, written = ` + clock + ` WHERE key = $1 AND version = $4`
	args := []any{key, next.Version, data, version}
	if version == "" {
		statement = `INSERT INTO spotify_logins (key, version, data, written) VALUES ($1, $2, $3, ` + clock + `) ON CONFLICT DO NOTHING`
		args = args[:3]
	}
	done, err := s.db.ExecContext(ctx, statement, args...)
	if err != nil {
		return err
	}
	if n, err := done.RowsAffected(); err != nil || n == 1 {
		return err
	}
	return auth.ErrConflict
}

func (s sqlStore) Delete(ctx context.Context, key string) error {
	_, err := s.db.ExecContext(ctx, `DELETE FROM spotify_logins WHERE key = $1`, key)
	return err
}

var _ auth.Store = sqlStore{}

// TestStore is what makes it a store: all that can happen between processes.
func TestStore(t *testing.T) {
	t.Parallel()
	var files sync.Map // *testing.T → file: asked twice, it is the same data
	authtest.RunStore(t, func(t *testing.T) auth.Store {
		file, _ := files.LoadOrStore(t, filepath.Join(t.TempDir(), "logins.db"))
		db, err := sql.Open("sqlite", file.(string)+"?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_txlock=immediate")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { db.Close() })
		if _, err := db.ExecContext(t.Context(), schema); err != nil {
			t.Fatal(err)
		}
		return sqlStore{db}
	})
}
