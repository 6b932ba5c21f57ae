package torture

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"github.com/tenuto-dev/tenuto/emulator"
)

// FullDisk fills the disk of the data directory for d, and makes room again. With kill the server ends in the middle
// of it, by kill -9, and is started when there is room.
func (w *World) FullDisk(d time.Duration, kill bool) error {
	ballast := filepath.Join(w.DataDir, "ballast")
	end := w.disturb("", "disk full", true)
	if err := fill(ballast); err != nil {
		return err
	}
	time.Sleep(d)
	r := w.replicas[0]
	if kill {
		r.kill()
		w.killed("on a full disk")
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

// Lie has Spotify refuse every refresh token for d, as if all had been revoked; and waits until nobody is asked to
// log in again, for at most believe.
func (w *World) Lie(d, believe time.Duration) error {
	w.mu.Lock()
	w.liesUntil = time.Now().Add(d + believe)
	w.mu.Unlock()
	end := w.disturb("", "Spotify lies", true)
	stop := w.spotify.Fail(emulator.Fault{Operation: "POST /api/token", OAuthError: "invalid_grant", Times: -1})
	time.Sleep(d)
	stop()
	end()
	for limit := time.Now().Add(believe); !w.believed() && time.Now().Before(limit); {
		time.Sleep(100 * time.Millisecond)
	}
	w.mu.Lock()
	w.liesUntil = time.Time{}
	w.mu.Unlock()
	return nil
}

// believed reports whether everybody who is signed in is so at every server, without having to log in again.
func (w *World) believed() bool {
	var doubted atomic.Int64
	w.each(func(v *visitor) {
		v.mu.Lock()
		defer v.mu.Unlock()
		for _, r := range w.replicas {
			if !v.check(r) {
				doubted.Add(1)
			}
		}
	})
	return doubted.Load() == 0
}
