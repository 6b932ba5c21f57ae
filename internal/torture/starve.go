package torture

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// FullDisk fills the disk of the data directory for d, and makes room again. With kill the server ends in the middle
// of it, by kill -9, and is started when there is room.
func (w *World) FullDisk(d time.Duration, kill bool) error {
	ballast := filepath.Join(w.DataDir, "ballast")
	end := w.disturb("", diskFull)
	if err := fill(ballast); err != nil {
		return err
	}
	time.Sleep(d)
	r := w.replicas[0]
	if kill {
		w.kill(r, "on a full disk")
	}
	if err := os.Remove(ballast); err != nil {
		return err
	}
	end()
	if kill {
		return r.start("", 0, false)
	}
	return nil
}

// fill writes until there is no room.
func fill(path string) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	const most = 1 << 30 // a mistake, not a small disk
	block := make([]byte, 4096)
	for written := 0; err == nil; written += len(block) {
		if written > most {
			return errors.Join(fmt.Errorf("%s is on no small disk", path), file.Close(), os.Remove(path))
		}
		_, err = file.Write(block)
	}
	return file.Close()
}
