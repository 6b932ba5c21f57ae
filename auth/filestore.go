package auth

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"time"
)

// FileStore keeps a 0600 file per key in a directory, safe between processes of one machine and
// between goroutines. A write is whole or not at all, also when the process is killed or the
// power fails. A damaged file is an error and stays as it is, so that it can be restored: only
// Delete removes it. Not for network file systems, where locks may be a fiction.
//
// The files hold refresh tokens in clear, protected by the file system alone: one that others may
// read is refused.
//
// A process that dies in the middle of a refresh holds nobody up: the system gives back the lock
// that shows it to be alive, and its lease is taken over at once.
type FileStore struct {
	dir    string
	leases *heldLeases
	turns  [fileLocks]chan struct{} // one goroutine of this process at a time waits for a file lock
}

const fileLocks = 16 // keys share lock files: a lock file must never be removed

// NewFileStore is the store in dir, which is made (0700) if it does not exist. A directory that
// others may write to is refused; any other error is the file system's. Any number of stores, in
// any number of processes, may be in one directory.
func NewFileStore(dir string) (*FileStore, error) {
	if dir == "" {
		return nil, errors.New("auth: file store: name a directory")
	}
	abs, err := filepath.Abs(dir) // the program may change its working directory
	if err != nil {
		return nil, fmt.Errorf("auth: file store: %w", err)
	}
	if err := os.MkdirAll(abs, 0o700); err != nil {
		return nil, fmt.Errorf("auth: file store: %w", err)
	}
	_ = syncDir(filepath.Dir(abs)) // the new name; a parent that may not be read is an old one
	info, err := os.Stat(abs)
	if err != nil {
		return nil, fmt.Errorf("auth: file store: %w", err)
	}
	if runtime.GOOS != "windows" && info.Mode().Perm()&0o022 != 0 {
		return nil, fmt.Errorf("auth: file store: others may write to %s (%04o): chmod 700 it", abs, info.Mode().Perm())
	}
	s := &FileStore{dir: abs, leases: &heldLeases{dir: abs, held: map[string]heldLease{}}}
	for i := range s.turns {
		s.turns[i] = make(chan struct{}, 1)
	}
	return s, nil
}

// Load returns the record under key, or ErrNotFound. Written and Now are this machine's time.
func (s *FileStore) Load(ctx context.Context, key string) (*Record, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if readsNeedLock {
		unlock, err := s.lock(ctx, key)
		if err != nil {
			return nil, err
		}
		defer unlock()
	}
	return s.read(key)
}

// Swap writes next if the version is right, else ErrConflict.
func (s *FileStore) Swap(ctx context.Context, key, version string, next *Record) error {
	data, err := writeRecordFile(key, next, time.Now())
	if err != nil {
		return err
	}
	unlock, err := s.lock(ctx, key)
	if err != nil {
		return err
	}
	defer unlock()
	stored := ""
	switch rec, err := s.read(key); {
	case err == nil:
		stored = rec.Version
	case !errors.Is(err, ErrNotFound):
		return err
	}
	if stored != version {
		return ErrConflict
	}
	letGo := s.leases.holdFor(key, next)
	if err := s.replace(key, data); err != nil {
		return err // what is held for a record that was not written harms nobody
	}
	letGo()
	return nil
}

// Delete removes the file under key, damaged or not. Absent is not an error.
func (s *FileStore) Delete(ctx context.Context, key string) error {
	unlock, err := s.lock(ctx, key)
	if err != nil {
		return err
	}
	defer unlock()
	s.leases.drop(key)
	path := s.path(key)
	for _, name := range []string{path + temporary, path} {
		if err := os.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("auth: file store: %w", err)
		}
	}
	return syncDir(s.dir)
}

func (s *FileStore) path(key string) string { return filepath.Join(s.dir, fileName(key)) }

// read is the record under key as it stands in its file.
func (s *FileStore) read(key string) (*Record, error) {
	data, err := readPrivate(s.path(key))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("auth: file store: %w", err)
	}
	rec, err := readRecordFile(key, data)
	if err != nil {
		return nil, fmt.Errorf("auth: file store: %s: %w: restore it, or delete it and log in again", s.path(key), err)
	}
	rec.Now = time.Now()
	return s.leases.withoutDead(key, rec), nil
}

// readPrivate reads a file that nobody but its owner can read: others may have copied the refresh
// token in any other.
func readPrivate(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	if perm := info.Mode().Perm(); runtime.GOOS != "windows" && perm&0o077 != 0 {
		return nil, fmt.Errorf("others may use the login in %s (mode %04o): chmod 600 it, and log in again if somebody may have read it", path, perm)
	}
	return io.ReadAll(file)
}

// temporary ends the name of a file that is being written. There is one name per key, for only
// the lock's holder writes: what a killed process left behind is overwritten, and piles up
// nowhere.
const temporary = ".new"

// replace puts data in the place of key's file, in one step that survives a crash: the data
// reach the disk before the name does, and the name before anyone is told.
func (s *FileStore) replace(key string, data []byte) error {
	path := s.path(key)
	if err := writeNew(path+temporary, data); err != nil {
		_ = os.Remove(path + temporary)
		return fmt.Errorf("auth: file store: %w", err)
	}
	if err := os.Rename(path+temporary, path); err != nil {
		return fmt.Errorf("auth: file store: %w", err)
	}
	return syncDir(s.dir)
}

// writeNew makes the file, which must not be anybody else's, and brings it to the disk.
func writeNew(name string, data []byte) error {
	if err := os.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	return errors.Join(err, f.Sync(), f.Close())
}

// lock waits for the lock that key shares with some others, or for the end of ctx.
func (s *FileStore) lock(ctx context.Context, key string) (unlock func(), err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if key == "" {
		return nil, errNoKey
	}
	hash := fnv.New32a()
	_, _ = hash.Write([]byte(key))
	n := int(hash.Sum32() % fileLocks)
	select {
	case s.turns[n] <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	file, err := s.lockFile(ctx, n)
	if err != nil {
		<-s.turns[n]
		return nil, err
	}
	return func() {
		_ = file.Close() // gives the lock back
		<-s.turns[n]
	}, nil
}

// lockFile opens the nth lock file and waits for its lock. The operating system gives it back
// however the process ends. Its wait cannot be called off: if ctx ends first, the lock is given
// back as soon as it comes.
func (s *FileStore) lockFile(ctx context.Context, n int) (*os.File, error) {
	file, err := os.OpenFile(filepath.Join(s.dir, "lock-"+strconv.Itoa(n)), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("auth: file store: %w", err)
	}
	locked := make(chan error, 1)
	go func() { locked <- lockWhole(file) }()
	select {
	case err = <-locked:
		if err == nil {
			return file, nil
		}
		_ = file.Close()
		return nil, fmt.Errorf("auth: file store: lock: %w", err)
	case <-ctx.Done():
		go func() {
			<-locked
			_ = file.Close()
		}()
		return nil, ctx.Err()
	}
}
