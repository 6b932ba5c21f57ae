package vault

// RawKeys are the bytes of the keys that db has in memory: canaries that no output may contain.
func RawKeys(db *DB) (raw [][]byte) {
	for _, key := range db.keys.ring.Load().keys {
		raw = append(raw, key.raw)
	}
	return raw
}

// Wiped reports whether all that r's own file let go of is gone from the disk, too.
func Wiped(r *Rescue) bool { return r.mine.wiped() }
