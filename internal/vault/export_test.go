package vault

// RawKeys are the bytes of the keys that db has in memory: canaries that no output may contain.
func RawKeys(db *DB) (raw [][]byte) {
	for _, key := range db.keys.ring.Load().keys {
		raw = append(raw, key.raw)
	}
	return raw
}
