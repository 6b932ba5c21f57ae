package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/tenuto-dev/tenuto/internal/vault"
)

// Copy is what is to be known about a copy of a database.
type Copy struct {
	Made   time.Time // when it was the database; zero for a file that Backup did not make
	People int
	Size   int64 // bytes
}

// Backup writes a copy of the database at path, as it is at one moment, into a file that nobody else may read.
// The database may be in use, by this process or another, and nobody waits: SQLite's VACUUM INTO holds one read
// transaction and no lock, so that the WAL keeps meanwhile what is written meanwhile. What was deleted is not in the
// copy, nor are root keys. The copy is made under another name, and has that of to once it is on disk and CheckCopy
// has found it good; with replace instead of an older copy that is there, which is fs.ErrExist without.
// fs.ErrNotExist if there is no database. ErrTaken, with replace too, if to is no older copy, or the database itself, or a
// file that a server has or will have beside it, or one of taken, or in one: more that is not to be replaced.
func Backup(ctx context.Context, path, to string, keys *vault.KeyRing, replace bool, taken ...string) (c Copy, err error) {
	if err := checkTarget(path, to, taken); err != nil {
		return c, err
	}
	there, err := exists(to)
	if err == nil && there && !replace {
		err = fs.ErrExist
	}
	if err != nil {
		return c, fmt.Errorf("vault: %s: %w", to, err)
	}
	if there {
		if err := checkOlder(to); err != nil {
			return c, err
		}
	}
	return makeCopy(ctx, path, to, keys)
}

// makeCopy is Backup once to is known to be a good place.
func makeCopy(ctx context.Context, path, to string, keys *vault.KeyRing) (c Copy, err error) {
	part := to + ".part"
	alone, err := acquireBriefly(part + ".alone")
	if err != nil {
		return c, err
	}
	defer alone()
	removeDatabase(part) // of one that was killed
	defer removeDatabase(part)
	made := time.Now()
	if err := newCopy(ctx, path, part, `INSERT INTO meta (name, value) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET value = ?2`,
		metaBackup, []byte(made.UTC().Format(time.RFC3339))); err != nil {
		return c, err
	}
	if c, err = CheckCopy(ctx, part, keys); err != nil {
		return c, err
	}
	if err := os.Rename(part, to); err != nil {
		return c, fmt.Errorf("vault: %w", err)
	}
	return c, syncDirectory(filepath.Dir(to))
}

const metaBackup = "backup" // the row of meta that says when a copy was made

// newCopy copies the database and runs one statement on the copy.
func newCopy(ctx context.Context, path, to string, then statement, args ...any) (err error) {
	switch info, err := os.Stat(path); {
	case err != nil:
		return fmt.Errorf("vault: %w", err)
	case !info.Mode().IsRegular(): // a pipe would be waited for
		return fmt.Errorf("vault: %s is not a regular file", path)
	}
	file, err := os.OpenFile(to, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600) // SQLite would let others read it
	if err != nil {
		return fmt.Errorf("vault: %w", err)
	}
	defer func() {
		if err = errors.Join(err, file.Close()); err != nil {
			removeDatabase(to)
		}
	}()
	if err := withFile(ctx, path, "ro", func(db *sql.DB) error {
		_, err := db.ExecContext(ctx, `VACUUM INTO ?`, to)
		return err
	}); err != nil {
		return err
	}
	if err := withFile(ctx, to, "rw", func(db *sql.DB) error {
		_, err := db.ExecContext(ctx, string(then), args...)
		return err
	}); err != nil {
		return err
	}
	if err := file.Sync(); err != nil { // VACUUM INTO leaves that to us
		return fmt.Errorf("vault: %w", err)
	}
	return syncDirectory(filepath.Dir(to))
}

// withFile opens a database of ours, and no other, on one connection of its own.
func withFile(ctx context.Context, path, mode string, use func(*sql.DB) error) (err error) {
	db, err := sql.Open("sqlite", source(path, mode, append(common[:len(common):len(common)], setting{"secure_delete", "ON", "1"})))
	if err != nil {
		return explain("open the database", err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	db.SetMaxOpenConns(1)
	var id int
	if err := db.QueryRowContext(ctx, "PRAGMA application_id").Scan(&id); err != nil {
		return explain("look at the database", err)
	}
	if id != applicationID {
		return fmt.Errorf("vault: %s is no database of Tenuto's", path)
	}
	return explain("copy the database", use(db))
}

// CheckCopy looks a copy through, page by page and index by index, and makes sure that keys open it, unless they
// are nil. vault.ErrDamaged, vault.ErrWrongKey, or an error that says what else the file is.
func CheckCopy(ctx context.Context, path string, keys *vault.KeyRing) (c Copy, err error) {
	info, err := os.Stat(path)
	if err != nil {
		return c, fmt.Errorf("vault: %w", err)
	}
	if c.Size = info.Size(); c.Size == 0 {
		return c, fmt.Errorf("%w: %s is empty", vault.ErrDamaged, path)
	}
	if err := withFile(ctx, path, "ro", func(db *sql.DB) error { return c.read(ctx, db, path) }); err != nil {
		return c, err
	}
	if keys == nil {
		return c, nil
	}
	_, err = unlock(ctx, path, func(bool) (*vault.KeyRing, error) { return keys, nil })
	return c, err
}

func (c *Copy) read(ctx context.Context, db *sql.DB, path string) error {
	var verdict string
	if err := db.QueryRowContext(ctx, "PRAGMA integrity_check(1)").Scan(&verdict); err != nil {
		return err
	}
	if verdict != "ok" {
		return fmt.Errorf("%w: %s: %s", vault.ErrDamaged, path, verdict)
	}
	if err := db.QueryRowContext(ctx, "SELECT count(*) FROM people").Scan(&c.People); err != nil {
		return err
	}
	var made string
	switch err := db.QueryRowContext(ctx, "SELECT value FROM meta WHERE name = ?", metaBackup).Scan(&made); {
	case errors.Is(err, sql.ErrNoRows):
		return nil
	case err != nil:
		return err
	}
	var err error
	if c.Made, err = time.Parse(time.RFC3339, made); err != nil {
		return fmt.Errorf("%w: %s says that it was made at %q", vault.ErrDamaged, path, made)
	}
	return nil
}

// suffixes are those of a database's files: its own, SQLite's and ours beside it.
var suffixes = []string{"", "-wal", "-shm", "-journal", ".lock", reserved}

// removeDatabase removes a file of ours that nobody uses, and what SQLite and we keep beside it.
func removeDatabase(path string) {
	for _, suffix := range suffixes {
		os.Remove(path + suffix)
	}
}

func exists(path string) (bool, error) {
	_, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}

// syncDirectory makes new names in the directory survive a power cut. Windows cannot.
func syncDirectory(path string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	dir, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("vault: %w", err)
	}
	return errors.Join(dir.Sync(), dir.Close())
}

// acquireBriefly takes a lock whose file goes with it: whoever took one in that moment took no lock.
func acquireBriefly(path string) (release func(), err error) {
	lock, err := acquire(path)
	if err != nil {
		if !errors.Is(err, vault.ErrInUse) {
			os.Remove(path) // on a full disk it is there, and nobody's
		}
		return nil, err
	}
	mine, err := lock.Stat()
	if err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	if there, err := os.Lstat(path); runtime.GOOS != "windows" && (err != nil || !os.SameFile(mine, there)) {
		return nil, errors.Join(fmt.Errorf("%w (%s)", vault.ErrInUse, path), lock.Close())
	}
	return func() {
		os.Remove(path) // on Windows it stays
		lock.Close()
	}, nil
}
