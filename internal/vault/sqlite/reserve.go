package sqlite

import (
	"errors"
	"fmt"
	"os"
)

// A WAL can fill a disk all by itself: it grows as long as somebody reads, a backup say. To empty it SQLite first makes
// the database longer, and for that there is no room then. So a file beside the database holds some, for nothing else.
const (
	reserved    = ".reserve"
	reserveSize = 1 << 20 // a WAL of 4 MB seldom makes the database longer than that
)

// keepReserve makes the file of the database at path as long as it is to be. Written with zeros, not only reserved.
func keepReserve(path string) (err error) {
	file, err := os.OpenFile(path+reserved, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return fmt.Errorf("vault: reserve: %w", err)
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	if err := handOver(path + reserved); err != nil {
		return err
	}
	info, err := file.Stat()
	if err == nil && info.Size() < reserveSize {
		_, err = file.Write(make([]byte, reserveSize-info.Size()))
	}
	if err != nil {
		return fmt.Errorf("vault: reserve: %w", err)
	}
	return nil
}

// giveReserve gives the room back.
func giveReserve(path string) error { return os.Truncate(path+reserved, 0) }
