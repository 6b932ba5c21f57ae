package auth

import (
	"context"
	"sync"
)

// flights are the refreshes under way in one Grants.
type flights struct {
	mu     sync.Mutex
	under  map[*flight]struct{}
	ending bool
}

func (fs *flights) begun(f *flight) {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	if fs.under == nil {
		fs.under = map[*flight]struct{}{}
	}
	fs.under[f] = struct{}{}
}

func (fs *flights) landed(f *flight) {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	delete(fs.under, f)
}

func (fs *flights) closed() bool {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	return fs.ending
}

// close lets no flight claim a lease any more and waits for those under way.
func (fs *flights) close(ctx context.Context) error {
	fs.mu.Lock()
	fs.ending = true
	var under []*flight
	for f := range fs.under {
		under = append(under, f)
	}
	fs.mu.Unlock()
	for _, f := range under {
		select {
		case <-f.done:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}
