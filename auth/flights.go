package auth

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
)

// flights are the refreshes under way, and the logins with an answer that could not be saved yet:
// what must be finished before a program ends.
type flights struct {
	mu      sync.Mutex
	under   map[*flight]struct{}
	unsaved map[*login]struct{}
	ended   chan struct{} // closed when no lease is to be claimed any more
	ending  bool
}

func newFlights() *flights {
	return &flights{under: map[*flight]struct{}{}, unsaved: map[*login]struct{}{}, ended: make(chan struct{})}
}

func (fs *flights) begun(f *flight) {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	fs.under[f] = struct{}{}
}

func (fs *flights) landed(f *flight) {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	delete(fs.under, f)
}

// holds notes whether l has something left to save.
func (fs *flights) holds(l *login, something bool) {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	if something {
		fs.unsaved[l] = struct{}{}
	} else {
		delete(fs.unsaved, l)
	}
}

func (fs *flights) count() (under, unsaved int) {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	return len(fs.under), len(fs.unsaved)
}

func (fs *flights) closed() bool {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	return fs.ending
}

// close lets no flight claim a lease any more, waits for those under way, and makes a last attempt
// at saving what is only in memory.
func (fs *flights) close(ctx context.Context) error {
	fs.mu.Lock()
	if !fs.ending {
		fs.ending = true
		close(fs.ended)
	}
	under := slices.Collect(maps.Keys(fs.under))
	fs.mu.Unlock()
	for _, f := range under {
		if !f.lands(ctx) {
			return fmt.Errorf("auth: refreshes are still under way: %w", ctx.Err())
		}
	}
	fs.mu.Lock()
	unsaved := slices.Collect(maps.Keys(fs.unsaved))
	fs.mu.Unlock()
	var errs []error
	for _, l := range unsaved {
		errs = append(errs, l.keepLast(ctx))
	}
	return errors.Join(errs...)
}

// lands waits for f's end, and reports whether it came before ctx's.
func (f *flight) lands(ctx context.Context) bool {
	select {
	case <-f.done:
		return true
	case <-ctx.Done():
		return false
	}
}
