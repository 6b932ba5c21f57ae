package torture

import (
	"context"
	"path/filepath"
	"sync"
	"time"
)

// CheckAll holds what every server says against every diary. Whoever is busy checks by themselves.
func (w *World) CheckAll() {
	w.each(func(v *visitor) {
		if !v.mu.TryLock() {
			return
		}
		defer v.mu.Unlock()
		for _, r := range w.replicas {
			if r.up() {
				v.check(r)
			}
		}
	})
}

// Settle has every diary read back from the disk and everybody come once more, at every server, until all is well:
// nobody who is signed in is asked to sign in again, and the music is back. It says who cannot be helped in time.
func (w *World) Settle(limit time.Duration) {
	pages, err := readDiary(filepath.Join(w.Dir, "diary"))
	if err != nil {
		w.broken("the diary cannot be read: %v", err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	w.each(func(v *visitor) {
		v.mu.Lock()
		defer v.mu.Unlock()
		if p := pages[v.name]; p != nil {
			v.page = *p
		}
		for _, r := range w.replicas {
			for v.page.in != "" && !(v.check(r) && v.page.in != "" && v.look(r)) && v.page.in != "" {
				if ctx.Err() != nil {
					w.broken("%s: nothing plays at %s, %v after the last trouble", v.name, r.name, limit)
					return
				}
				pause(ctx.Done(), 50*time.Millisecond)
			}
			if v.page.in == "" {
				v.check(r)
			}
		}
	})
}

// each lets the visitors do something, some at a time.
func (w *World) each(do func(*visitor)) {
	var all sync.WaitGroup
	turn := make(chan struct{}, 8)
	for _, v := range w.visitors {
		all.Go(func() {
			turn <- struct{}{}
			defer func() { <-turn }()
			do(v)
		})
	}
	all.Wait()
}
