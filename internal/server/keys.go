package server

import (
	"context"
	"time"

	"github.com/tenuto-dev/tenuto/internal/vault"
)

// resealEvery is how soon a rotation is noticed that another process has made. Looking costs a read of a few rows.
const resealEvery = 10 * time.Second

// keepSealed brings the keys under the root key that is first now, and what is kept under the newest data key, until
// ctx ends.
func (s *Server) keepSealed(ctx context.Context) {
	tick := time.NewTicker(resealEvery)
	defer tick.Stop()
	for rewrapped := false; ; {
		done, err := s.db.Reseal(ctx)
		s.tellResealed(done)
		if err == nil && !rewrapped {
			rewrapped, err = s.db.Rewrap(ctx)
		}
		if err != nil && ctx.Err() == nil {
			s.journal.seldom(eventStore, "keys", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		case <-s.db.Rotated():
		}
	}
}

func (s *Server) tellResealed(done vault.Resealed) {
	if done.Rows > 0 || done.Renewed > 0 || len(done.Removed) > 0 {
		s.journal.write(eventKeys, nil, "resealed", done.Rows, "made", done.Renewed, "removed", done.Removed)
	}
	if done.Unreadable > 0 {
		s.journal.write(eventUnopened, nil, "rows", done.Unreadable)
	}
}
