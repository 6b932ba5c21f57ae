package auth

import (
	"os"
	"path/filepath"
	"strconv"
	"sync"
)

// heldLeases shows other processes which leases this one holds: a locked file for each, which the
// operating system unlocks however the process ends. A lease whose file can be locked, or is gone,
// is a dead process's. No name is used twice, so a file may be removed by whoever has its lock.
type heldLeases struct {
	dir string

	mu   sync.Mutex
	held map[string]heldLease // by the login's key
}

type heldLease struct {
	path string
	file *os.File
}

const leasePrefix = "lease-"

// path is the file of rec's lease; "" if nobody holds it.
func (h *heldLeases) path(key string, rec *Record) string {
	s := rec.rule()
	if s.lease.Owner == "" {
		return ""
	}
	name := digestOf(key + "\n" + s.epoch + "\n" + s.lease.Owner + "\n" + strconv.FormatInt(s.lease.Seq, 10))
	return filepath.Join(h.dir, leasePrefix+name[:32])
}

// holdFor holds the lease of a record that is about to be written, if it is ours: that of
// another process is locked already. letGo gives back the one before, once that was written.
func (h *heldLeases) holdFor(key string, next *Record) (letGo func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	path, before := h.path(key, next), h.held[key]
	if path == before.path {
		return func() {}
	}
	delete(h.held, key)
	if path != "" {
		if file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600); err == nil {
			if free, err := tryLockWhole(file); free && err == nil {
				h.held[key] = heldLease{path, file}
			} else {
				_ = file.Close()
			}
		}
	}
	return before.end
}

// drop gives back the lease held for key.
func (h *heldLeases) drop(key string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.held[key].end()
	delete(h.held, key)
}

func (l heldLease) end() {
	if l.file != nil {
		_ = os.Remove(l.path) // on Windows only once it is closed
		_ = l.file.Close()
		_ = os.Remove(l.path)
	}
}

// withoutDead is rec without a lease whose holder is dead.
func (h *heldLeases) withoutDead(key string, rec *Record) *Record {
	path := h.path(key, rec)
	if path == "" {
		return rec
	}
	h.mu.Lock()
	mine := h.held[key].path == path
	h.mu.Unlock()
	if mine || !diedHolding(path) {
		return rec
	}
	state := rec.rule()
	state.lease.Owner = ""
	rec.state = &state
	return rec
}

// diedHolding reports whether the file at path can be locked, or is gone; it is gone afterwards.
// Where that cannot be told the lease has to run out.
func diedHolding(path string) bool {
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return os.IsNotExist(err)
	}
	free, err := tryLockWhole(file)
	if err != nil || !free {
		_ = file.Close()
		return false
	}
	heldLease{path, file}.end()
	return true
}
