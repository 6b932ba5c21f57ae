package sqlite_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/tenuto-dev/tenuto/internal/vault"
	"github.com/tenuto-dev/tenuto/internal/vault/sqlite"
)

// keysOf are those that OpenDir has made in dir.
func keysOf(t testing.TB, dir string) *vault.KeyRing {
	t.Helper()
	keys, err := vault.OpenKeyFile(filepath.Join(dir, sqlite.KeyFile))
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

func backup(t testing.TB, dir, to string) {
	t.Helper()
	if _, err := sqlite.Backup(context.Background(), filepath.Join(dir, sqlite.DatabaseFile), to, keysOf(t, dir), false); err != nil {
		t.Fatalf("Backup: %v", err)
	}
}

// TestBackupUnderLoad: while people sign in as fast as they can, a copy holds everybody who came before it began,
// and of those who came meanwhile the first so many, without a gap.
func TestBackupUnderLoad(t *testing.T) {
	t.Parallel()
	dir, to := t.TempDir(), filepath.Join(t.TempDir(), "copy.db")
	db := open(t, dir)
	var signedIn atomic.Int64
	warm, more, stopped := make(chan struct{}), make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for i := 0; ; i++ {
			select {
			case <-more:
				return
			default:
			}
			if _, err := db.SignIn(context.Background(), app, fmt.Sprint("account ", i), "", vault.Profile{}); err != nil {
				t.Errorf("SignIn beside a backup: %v", err)
				return
			}
			if signedIn.Store(int64(i + 1)); i == 50 {
				close(warm)
			}
		}
	}()
	select {
	case <-warm:
	case <-stopped:
		t.FailNow()
	}
	before := int(signedIn.Load())
	backup(t, dir, to)
	after := int(signedIn.Load()) + 1 // one may be in, and not counted yet
	close(more)
	<-stopped

	c, err := sqlite.CheckCopy(t.Context(), to, keysOf(t, dir))
	if err != nil || c.People < before || c.People > after {
		t.Fatalf("CheckCopy = %+v, %v, want between %d and %d people", c, err, before, after)
	}
	if age := time.Since(c.Made); age < 0 || age > time.Hour {
		t.Errorf("the copy says that it was made at %v", c.Made)
	}
	info, err := os.Stat(to)
	if err != nil || info.Mode().Perm() != 0o600 || info.Size() != c.Size {
		t.Errorf("the copy is %v, %v, want a file for us alone with %d bytes", info, err, c.Size)
	}
	restored := t.TempDir()
	restore(t, to, restored, keysOf(t, dir))
	again, err := sqlite.Open(t.Context(), filepath.Join(restored, sqlite.DatabaseFile), keysOf(t, dir))
	if err != nil {
		t.Fatal(err)
	}
	defer closeDB(t, again)
	for i := range c.People {
		account := fmt.Sprint("account ", i)
		want := signIn(t, db, account)
		if got := signIn(t, again, account); got != want {
			t.Fatalf("%s of %d is %s in the copy, want %s", account, c.People, got, want)
		}
	}
}

// TestBackupsTogether: of several onto one file each makes a good copy, or says that another is at it.
func TestBackupsTogether(t *testing.T) {
	t.Parallel()
	dir, place := t.TempDir(), t.TempDir()
	signIn(t, open(t, dir), "alice")
	full, to := filepath.Join(dir, sqlite.DatabaseFile), filepath.Join(place, "copy.db")
	backup(t, dir, to)
	for range 5 {
		var together sync.WaitGroup
		var made atomic.Int64
		for range 4 {
			together.Go(func() {
				_, err := sqlite.Backup(t.Context(), full, to, keysOf(t, dir), true)
				if err == nil {
					made.Add(1)
				} else if !errors.Is(err, vault.ErrInUse) {
					t.Errorf("Backup beside others = %v, want nil or ErrInUse", err)
				}
			})
		}
		together.Wait()
		if c, err := sqlite.CheckCopy(t.Context(), to, keysOf(t, dir)); err != nil || c.People != 1 || made.Load() == 0 {
			t.Fatalf("CheckCopy after %d of 4 = %+v, %v, want a good copy", made.Load(), c, err)
		}
	}
	if left, err := os.ReadDir(place); err != nil || len(left) != 1 {
		t.Errorf("beside the copy are %v, %v, want nothing", left, err)
	}
}

// TestBackupHoldsNothingDeleted: not even sealed, and nothing beside the copy.
func TestBackupHoldsNothingDeleted(t *testing.T) {
	t.Parallel()
	dir, to := t.TempDir(), t.TempDir()
	db := open(t, dir)
	signIn(t, db, "bob")
	alice := signIn(t, db, "alice")
	put(t, db.Grants(app), alice, "", "v1")
	var sealed []byte
	try(t, raw(t, dir).QueryRow("SELECT sealed FROM grants").Scan(&sealed))
	backup(t, dir, filepath.Join(to, "with.db"))
	try(t, db.Forget(t.Context(), app, alice))
	backup(t, dir, filepath.Join(to, "without.db"))
	files := snapshot(t, to)
	if !strings.Contains(files["with.db"], string(sealed[:16])) {
		t.Error("what is to be forgotten is not in the first copy: this test shows nothing")
	}
	if strings.Contains(files["without.db"], string(sealed[:16])) {
		t.Error("the copy holds what was deleted")
	}
	if len(files) != 2 {
		t.Errorf("beside the copies there is more: %d files", len(files))
	}
}

// TestBackupOfStopped: also of a server that was killed, whose latest writes are in the WAL.
func TestBackupOfStopped(t *testing.T) {
	t.Parallel()
	dir, killed, to := t.TempDir(), t.TempDir(), t.TempDir()
	db := open(t, dir)
	user := signIn(t, db, "alice")
	for name, data := range snapshot(t, dir) { // as the disk is after a kill -9 now
		try(t, os.WriteFile(filepath.Join(killed, name), []byte(data), 0o600))
	}
	backup(t, killed, filepath.Join(to, "killed.db"))
	if c, err := sqlite.CheckCopy(t.Context(), filepath.Join(to, "killed.db"), keysOf(t, dir)); err != nil || c.People != 1 {
		t.Errorf("CheckCopy = %+v, %v, want alice", c, err)
	}
	restore(t, filepath.Join(to, "killed.db"), to, keysOf(t, dir))
	again, err := sqlite.Open(t.Context(), filepath.Join(to, sqlite.DatabaseFile), keysOf(t, dir))
	try(t, err)
	defer closeDB(t, again)
	if got := signIn(t, again, "alice"); got != user {
		t.Errorf("alice is %s after all that, want %s", got, user)
	}
}

func TestBackupErrors(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	open(t, dir)
	full := filepath.Join(dir, sqlite.DatabaseFile)
	foreign, there := filepath.Join(t.TempDir(), "recipes.db"), filepath.Join(t.TempDir(), "there")
	foreignDatabase(t, foreign)
	try(t, os.WriteFile(there, []byte("precious"), 0o600))
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	for _, tc := range []struct {
		name string
		ctx  context.Context
		from string
		to   string
		want error // nil: any
	}{
		{"no database", t.Context(), filepath.Join(dir, "none.db"), filepath.Join(dir, "a"), fs.ErrNotExist},
		{"a file in the way", t.Context(), full, there, fs.ErrExist},
		{"no such directory", t.Context(), full, filepath.Join(dir, "none", "a"), fs.ErrNotExist},
		{"another program's", t.Context(), foreign, filepath.Join(dir, "b"), nil},
		{"no database at all", t.Context(), there, filepath.Join(dir, "c"), vault.ErrDamaged},
		{"given up", ended, full, filepath.Join(dir, "d"), context.Canceled},
	} {
		_, err := sqlite.Backup(tc.ctx, tc.from, tc.to, keysOf(t, dir), false)
		if err == nil || tc.want != nil && !errors.Is(err, tc.want) {
			t.Errorf("%s: Backup = %v, want %v", tc.name, err, tc.want)
		}
		if _, err := os.Stat(tc.to); tc.to != there && !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: a file is left: %v", tc.name, err)
		}
	}
	if _, err := sqlite.Backup(t.Context(), full, filepath.Join(dir, "e"), vault.NewKeyRing(), false); !errors.Is(err, vault.ErrWrongKey) {
		t.Errorf("Backup with another key = %v, want ErrWrongKey", err)
	}
	if left, err := filepath.Glob(filepath.Join(dir, "*.part*")); err != nil || len(left) > 0 {
		t.Errorf("%q is left of copies that failed (%v)", left, err)
	}
	if text, err := os.ReadFile(there); err != nil || string(text) != "precious" {
		t.Errorf("the file that was in the way is %q, %v now", text, err)
	}
	neighbour := filepath.Join(t.TempDir(), sqlite.DatabaseFile)
	try(t, open(t, filepath.Dir(neighbour)).Close()) // a server of its own, not running just now
	kept := full + ".before-20261122T000000Z"
	try(t, os.WriteFile(kept, readAll(t, neighbour), 0o600))          // by a restore
	for _, other := range []string{there, foreign, neighbour, kept} { // no copies, which alone are replaced
		before := readAll(t, other)
		if _, err := sqlite.Backup(t.Context(), full, other, keysOf(t, dir), true); !errors.Is(err, sqlite.ErrTaken) || !bytes.Equal(readAll(t, other), before) {
			t.Errorf("Backup with replace onto %s = %v, want ErrTaken, and the file as it was", other, err)
		}
	}
	try(t, os.WriteFile(there, nil, 0o600))
	for range 2 { // in the place of an empty file, then of a copy
		if _, err := sqlite.Backup(t.Context(), full, there, keysOf(t, dir), true); err != nil {
			t.Errorf("Backup with replace = %v, want nil", err)
		}
	}
	if _, err := sqlite.CheckCopy(t.Context(), there, keysOf(t, dir)); err != nil {
		t.Errorf("CheckCopy of what replaced the file = %v, want nil", err)
	}
}

// TestCheckCopyFindsDamage: cut short anywhere, overwritten, or not ours.
func TestCheckCopyFindsDamage(t *testing.T) {
	t.Parallel()
	dir, to := t.TempDir(), filepath.Join(t.TempDir(), "copy.db")
	db := open(t, dir)
	for i := range 40 {
		user := signIn(t, db, fmt.Sprint(i))
		put(t, db.Grants(app), user, "", "v1")
	}
	backup(t, dir, to)
	keys := keysOf(t, dir)
	whole, err := os.ReadFile(to)
	try(t, err)
	check := func(what string, data []byte, want error) {
		t.Helper()
		path := filepath.Join(t.TempDir(), "damaged.db")
		try(t, os.WriteFile(path, data, 0o600))
		if c, err := sqlite.CheckCopy(t.Context(), path, keys); !errors.Is(err, want) {
			t.Errorf("CheckCopy of %s = %+v, %v, want %v", what, c, err, want)
		}
	}
	check("the copy as it is", whole, nil)
	const page = 4096
	for cut := 0; cut < len(whole); cut += page / 2 {
		check(fmt.Sprintf("the first %d bytes of %d", cut, len(whole)), whole[:cut], vault.ErrDamaged)
	}
	wiped := 0
	for at := page; at+page <= len(whole); at += page { // the first page says what the file is
		damaged := bytes.Clone(whole)
		clear(damaged[at : at+page])
		check(fmt.Sprintf("a copy without its page %d", at/page+1), damaged, vault.ErrDamaged)
		wiped++
	}
	if wiped < 10 {
		t.Errorf("the copy has %d pages: too few to show anything", wiped)
	}
	if _, err := sqlite.CheckCopy(t.Context(), to, vault.NewKeyRing()); !errors.Is(err, vault.ErrWrongKey) {
		t.Errorf("CheckCopy with another key = %v, want ErrWrongKey", err)
	}
	if _, err := sqlite.CheckCopy(t.Context(), to, nil); err != nil {
		t.Errorf("CheckCopy without keys = %v, want nil", err)
	}
}
