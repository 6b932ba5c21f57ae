package auth

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"strings"
	"time"
)

// recordOnDisk is what a file holds around the record: enough to notice that it was torn,
// changed, or is another login's.
type recordOnDisk struct {
	Format  int             `json:"format"`
	Key     string          `json:"key_sha256"`
	Written time.Time       `json:"written"`
	Sum     string          `json:"record_sha256"`
	Record  json.RawMessage `json:"record"`
}

const fileFormat = 1

var errDamaged = errors.New("the file is damaged")

func writeRecordFile(key string, rec *Record, now time.Time) ([]byte, error) {
	data, err := rec.MarshalBinary()
	if err != nil {
		return nil, err
	}
	return json.Marshal(recordOnDisk{fileFormat, digestOf(key), now, digestOf(string(data)), data})
}

// readRecordFile reads what writeRecordFile wrote. Its errors quote nothing of it.
func readRecordFile(key string, data []byte) (*Record, error) {
	var f recordOnDisk
	switch err := json.Unmarshal(data, &f); {
	case err != nil:
		return nil, errDamaged
	case f.Format > fileFormat:
		return nil, errors.New("a newer program wrote the file")
	case f.Sum != digestOf(string(f.Record)):
		return nil, errDamaged
	case f.Key != digestOf(key):
		return nil, errors.New("the file is another login's")
	}
	rec := &Record{Written: f.Written}
	if err := rec.UnmarshalBinary(f.Record); err != nil {
		return nil, err
	}
	return rec, nil
}

func digestOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

const longestName = 120 // of the encoded key; file systems end at 255, some encrypted ones at 143

// fileName is where key lives: readable where it can be, and different for different keys also
// where file names know no upper case. What might mean something to a file system is written
// as %xx, and a key that becomes too long by its hash.
func fileName(key string) string {
	const plain = "abcdefghijklmnopqrstuvwxyz0123456789-_"
	const digits = "0123456789abcdef"
	var b strings.Builder
	for i := range len(key) {
		if c := key[i]; strings.IndexByte(plain, c) >= 0 {
			b.WriteByte(c)
		} else {
			b.Write([]byte{'%', digits[c>>4], digits[c&15]})
		}
	}
	if b.Len() > longestName {
		return "hash-" + digestOf(key) + ".json"
	}
	return "key-" + b.String() + ".json"
}
