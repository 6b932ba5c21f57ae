package server

import (
	"hash/maphash"
	"net/http"
	"sync"
	"time"
)

// limiter slows down strangers: a token bucket per address in a table that never grows. Two
// addresses that share a slot share a budget, which is generous enough for that.
//
// Proxies are not limited: see proxies.
type limiter struct {
	now     func() time.Time
	proxies proxies
	seed    maphash.Seed
	mu      sync.Mutex
	slots   [8192]bucket
}

type bucket struct {
	used float64 // of the burst
	at   time.Time
}

const (
	limitBurst  = 30.0
	limitPerSec = 1.0
)

func newLimiter(now func() time.Time, proxies proxies) *limiter {
	return &limiter{now: now, proxies: proxies, seed: maphash.MakeSeed()}
}

// allow spends one of the address's tokens.
func (l *limiter) allow(r *http.Request) bool {
	key, limited := l.proxies.limited(r.RemoteAddr)
	if !limited {
		return true
	}
	now := l.now()
	l.mu.Lock()
	defer l.mu.Unlock()
	b := &l.slots[maphash.Comparable(l.seed, key)%uint64(len(l.slots))]
	if since := now.Sub(b.at).Seconds(); since > 0 {
		b.used = max(0, b.used-since*limitPerSec)
		b.at = now
	}
	if b.used+1 > limitBurst {
		return false
	}
	b.used++
	return true
}
