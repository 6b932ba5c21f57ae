package auth_test

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/auth/authtest"
)

// openFiles opens handles on a store in a directory of its own.
func openFiles(t *testing.T) func() auth.Store {
	dir := t.TempDir()
	return func() auth.Store { return fileStore(t, dir) }
}

func fileStore(t *testing.T, dir string) *auth.FileStore {
	t.Helper()
	s, err := auth.NewFileStore(dir)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestFileStore(t *testing.T) {
	t.Parallel()
	authtest.RunStoreInBubble(t, shared(openFiles))
}

// oneFile is a store with alice in it, and the path of her file.
func oneFile(t *testing.T) (s *auth.FileStore, rec *auth.Record, path string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "made", "by us")
	s = fileStore(t, dir)
	rec = &auth.Record{Version: "1", Token: &auth.Token{AccessToken: "canary-access", RefreshToken: "canary-refresh"}}
	if err := s.Swap(t.Context(), "alice", "", rec); err != nil {
		t.Fatal(err)
	}
	return s, rec, filepath.Join(dir, "key-alice.json")
}

func TestFileStoreIsPrivate(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("no permission bits here")
	}
	s, _, path := oneFile(t)
	if err := s.Delete(t.Context(), "bob"); err != nil {
		t.Fatal(err)
	}
	err := filepath.WalkDir(filepath.Dir(path), func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		want := fs.FileMode(0o600)
		if d.IsDir() {
			want = 0o700
		}
		if err == nil && info.Mode().Perm() != want {
			t.Errorf("%s has mode %04o, want %04o", path, info.Mode().Perm(), want)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(filepath.Dir(path), 0o777); err != nil { //nolint:gosec // that is the point
		t.Fatal(err)
	}
	if _, err := auth.NewFileStore(filepath.Dir(path)); err == nil || !strings.Contains(err.Error(), "chmod 700") {
		t.Errorf("NewFileStore in a directory that others may write to = %v, want it refused, and what to do", err)
	}
}

// TestFileStoreRefusesOpenFiles: a login that others can read is not used without a word.
func TestFileStoreRefusesOpenFiles(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("no permission bits here")
	}
	s, _, path := oneFile(t)
	for _, mode := range []fs.FileMode{0o644, 0o640, 0o606} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		_, err := s.Load(t.Context(), "alice")
		if err == nil || !strings.Contains(err.Error(), "chmod 600") || !strings.Contains(err.Error(), path) {
			t.Errorf("Load of a file with mode %04o = %v, want it refused, and what to do", mode, err)
		}
	}
	if err := os.Chmod(path, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Load(t.Context(), "alice"); err != nil {
		t.Errorf("Load after chmod 600 = %v", err)
	}
}

// TestFileStoreDamage: whatever happens to a file, it is not taken for "no such login", not
// overwritten, and not quoted.
func TestFileStoreDamage(t *testing.T) {
	t.Parallel()
	s, rec, path := oneFile(t)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	damages := map[string][]byte{
		"empty": {}, "zeros": make([]byte, len(whole)), "text": []byte("hello"), "null": []byte("null"),
		"one letter changed":     bytes.Replace(whole, []byte("canary-refresh"), []byte("canary-refrush"), 1),
		"made by a newer format": bytes.Replace(whole, []byte(`"format":1`), []byte(`"format":9`), 1),
	}
	for n := range whole {
		damages["torn after "+string(whole[:n])] = whole[:n]
	}
	for what, data := range damages {
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := s.Load(t.Context(), "alice")
		if err == nil || errors.Is(err, auth.ErrNotFound) || !strings.Contains(err.Error(), path) || strings.Contains(err.Error(), "canary") {
			t.Errorf("Load of a file that is %.40q = %v, want a clear error", what, err)
		}
		for _, version := range []string{"", "1"} {
			if err := s.Swap(t.Context(), "alice", version, rec); err == nil || errors.Is(err, auth.ErrConflict) {
				t.Errorf("Swap over a file that is %.40q = %v, want an error", what, err)
			}
		}
		if left, err := os.ReadFile(path); err != nil || !bytes.Equal(left, data) {
			t.Errorf("a file that is %.40q was changed", what)
		}
	}
	if err := s.Delete(t.Context(), "alice"); err != nil {
		t.Errorf("Delete of a damaged file = %v, want it gone", err)
	}
	if _, err := s.Load(t.Context(), "alice"); !errors.Is(err, auth.ErrNotFound) {
		t.Errorf("Load after Delete = %v, want ErrNotFound", err)
	}
}

// TestFileStoreForeignFile: a file that was copied over another's is not that other's login.
func TestFileStoreForeignFile(t *testing.T) {
	t.Parallel()
	s, _, path := oneFile(t)
	if err := os.Rename(path, filepath.Join(filepath.Dir(path), "key-bob.json")); err != nil {
		t.Fatal(err)
	}
	if rec, err := s.Load(t.Context(), "bob"); err == nil || errors.Is(err, auth.ErrNotFound) {
		t.Errorf("Load of another's file = %v, %v, want an error", rec, err)
	}
}

// TestFileStoreWhenTheDiskIsFull, or read-only: the error is told and the old login stays.
func TestFileStoreWhenTheDiskIsFull(t *testing.T) {
	t.Parallel()
	s, rec, path := oneFile(t)
	if err := os.MkdirAll(filepath.Join(path+".new", "in the way"), 0o700); err != nil {
		t.Fatal(err)
	}
	next := &auth.Record{Version: "2", Token: rec.Token}
	if err := s.Swap(t.Context(), "alice", "1", next); err == nil || errors.Is(err, auth.ErrConflict) {
		t.Errorf("Swap without room = %v, want the system's error", err)
	}
	if rec, err := s.Load(t.Context(), "alice"); err != nil || rec.Version != "1" {
		t.Errorf("Load = %v, %v, want the old record", rec, err)
	}
}

// FuzzFileStoreKeys: any two keys are two logins, and no key leaves the directory.
func FuzzFileStoreKeys(f *testing.F) {
	f.Add("alice", "Alice")
	f.Add("../../etc/passwd", "..%2f..%2fetc%2fpasswd")
	f.Add("a\x00b", "a")
	f.Add(strings.Repeat("x", 300), strings.Repeat("x", 301))
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, one, other string) {
		if one == "" || other == "" || one == other {
			return
		}
		s := fileStore(t, dir)
		rec := &auth.Record{Version: "1", Token: &auth.Token{AccessToken: "a"}}
		if err := s.Swap(t.Context(), one, "", rec); err != nil {
			t.Fatalf("Swap(%q) = %v", one, err)
		}
		if _, err := s.Load(t.Context(), other); !errors.Is(err, auth.ErrNotFound) {
			t.Errorf("Load(%q) after writing %q = %v, want ErrNotFound", other, one, err)
		}
		if err := s.Delete(t.Context(), one); err != nil {
			t.Fatal(err)
		}
		left, err := filepath.Glob(filepath.Join(dir, "[kh]*"))
		if err != nil || len(left) > 0 {
			t.Errorf("left over of %q: %q, %v", one, left, err)
		}
	})
}
