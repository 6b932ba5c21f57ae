package vault

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// maxKeyFile bounds what is read: a ring of hundreds of keys fits.
const maxKeyFile = 64 << 10

// OpenKeyFile reads the ring in the file at path, written as for ParseKeys. On Unix it refuses (ErrKey) a file
// that others may read or that belongs to somebody else. A missing file is fs.ErrNotExist.
func OpenKeyFile(path string) (*KeyRing, error) {
	info, err := os.Stat(path)
	if err == nil && !info.Mode().IsRegular() { // opening a pipe would wait for somebody to write
		return nil, notRegular(path)
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("vault: key file: %w", err)
	}
	defer file.Close()
	info, err = file.Stat()
	if err != nil {
		return nil, fmt.Errorf("vault: key file: %w", err)
	}
	if err := private(path, info); err != nil {
		return nil, err
	}
	text, err := io.ReadAll(io.LimitReader(file, maxKeyFile+1))
	if err != nil {
		return nil, fmt.Errorf("vault: key file: %w", err)
	}
	if len(text) > maxKeyFile {
		return nil, fmt.Errorf("%w: %s is longer than %d bytes and no key file", ErrKey, path, maxKeyFile)
	}
	keys, err := readKeys(string(text))
	if err != nil { // a new key would open nothing that this one has sealed
		return nil, fmt.Errorf("%s: %w: put the file back from your backup", path, err)
	}
	ring, err := newKeyRing(keys)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return ring, nil
}

func private(path string, info fs.FileInfo) error {
	if !info.Mode().IsRegular() {
		return notRegular(path)
	}
	return ownedAndClosed(path, info)
}

// CreateKeyFile makes a ring of one new key and keeps it in a new file at path, mode 0600, safely on disk when
// it returns. It never overwrites: a file that is there is fs.ErrExist.
//
// A key file belongs to a vault for ever. Make one only where there is no database yet.
func CreateKeyFile(path string) (*KeyRing, error) {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, fmt.Errorf("vault: new key file: %w", err)
	}
	keys := NewKeyRing()
	_, err = file.WriteString(keys.text())
	err = errors.Join(err, file.Sync(), file.Close())
	if err == nil {
		err = syncDirectory(filepath.Dir(path))
	}
	if err != nil {
		os.Remove(path) // half a key file would stop the next start
		return nil, fmt.Errorf("vault: new key file: %w", err)
	}
	return keys, nil
}

func notRegular(path string) error { return fmt.Errorf("%w: %s is not a regular file", ErrKey, path) }
