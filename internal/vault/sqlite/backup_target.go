package sqlite

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/tenuto-dev/tenuto/internal/vault"
)

// ErrTaken: a copy was to take the place of a file that a server uses, or that is no copy.
var ErrTaken = errors.New("vault: something else is kept there")

// checkTarget refuses to put a copy where a server on the database at path keeps something, or will, and where one
// of taken is, or in it: by whatever link or spelling.
func checkTarget(path, to string, taken []string) error {
	if samePlace(path, to) {
		return fmt.Errorf("%w: %s", ErrTaken, to)
	}
	dir := filepath.Dir(path)
	if isOurs(filepath.Base(path), filepath.Base(to)) && sameFile(dir, filepath.Dir(to)) {
		return fmt.Errorf("%w: %s", ErrTaken, to)
	}
	entries, _ := os.ReadDir(dir) // whoever cannot read it copies nothing
	for _, entry := range entries {
		if isOurs(filepath.Base(path), entry.Name()) {
			taken = append(taken[:len(taken):len(taken)], filepath.Join(dir, entry.Name()))
		}
	}
	for _, other := range taken {
		if samePlace(other, to) || sameFile(other, filepath.Dir(to)) {
			return fmt.Errorf("%w: %s", ErrTaken, to)
		}
	}
	return nil
}

// isOurs reports whether a name is one that we use beside a database. Some file systems do not tell A from a.
func isOurs(database, name string) bool {
	database, name = strings.ToLower(database), strings.ToLower(name)
	suffix, found := strings.CutPrefix(name, database)
	if !found {
		return name == KeyFile || name == vault.RescueFile || strings.HasPrefix(name, vault.RescueFile+".")
	}
	return slices.Contains(suffixes, suffix) || slices.ContainsFunc([]string{restoring, restored, aside, copying, making}, func(ours string) bool {
		return strings.HasPrefix(suffix, ours)
	})
}

// samePlace reports whether two paths are one file, or would be.
func samePlace(a, b string) bool {
	return sameFile(a, b) || strings.EqualFold(filepath.Base(a), filepath.Base(b)) && sameFile(filepath.Dir(a), filepath.Dir(b))
}

func sameFile(a, b string) bool {
	one, err := os.Stat(a)
	if err != nil {
		return false
	}
	other, err := os.Stat(b)
	return err == nil && os.SameFile(one, other)
}

// checkOlder refuses to replace what no backup has made: a device, a link, another program's file, a database that
// a server uses or has used.
func checkOlder(to string) error {
	for _, beside := range []string{"-wal", ".lock"} {
		if _, err := os.Lstat(to + beside); err == nil {
			return fmt.Errorf("%w: %s is a server's database: %s is beside it", ErrTaken, to, filepath.Base(to)+beside)
		}
	}
	info, err := os.Lstat(to)
	if err != nil {
		return fmt.Errorf("vault: %w", err)
	}
	if !info.Mode().IsRegular() {
		return fmt.Errorf("%w: %s is no regular file", ErrTaken, to)
	}
	file, err := os.Open(to)
	if err != nil {
		return fmt.Errorf("vault: %w", err)
	}
	defer file.Close()
	head := make([]byte, 72)
	n, _ := io.ReadFull(file, head) // a copy is longer
	if n == 0 || bytes.HasPrefix(head, []byte("SQLite format 3\x00")) && binary.BigEndian.Uint32(head[68:]) == applicationID {
		return nil
	}
	return fmt.Errorf("%w: %s is no copy that a backup has made", ErrTaken, to)
}
