package vault

import "slices"

// RawKeys are the bytes of the keys that db has in memory: canaries that no output may contain.
func RawKeys(db *DB) (raw [][]byte) {
	for _, key := range db.keys.ring.Load().keys {
		raw = append(raw, key.raw)
	}
	return raw
}

// Wiped reports whether all that r's own file let go of is gone from the disk, too.
func Wiped(r *Rescue) bool { return r.mine.wiped() }

// FoundWiped reports, whenever it is called, whether all that was let go of is gone from the disk, in the files of the
// dead that r has now.
func FoundWiped(r *Rescue) (files int, wiped func() bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	found := slices.Clone(r.found)
	return len(found), func() bool {
		return !slices.ContainsFunc(found, func(f *rescueFile) bool { return !f.wiped() })
	}
}
