package server

import (
	"hash/maphash"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"time"
)

// limiter slows down strangers: a token bucket per address in a table that never grows. Two
// addresses that share a slot share a budget, which is generous enough for that.
//
// Loopback and private addresses are not limited: they are the machine's own people or a reverse
// proxy, behind which everybody would share one budget. A proxy limits by itself.
type limiter struct {
	now   func() time.Time
	seed  maphash.Seed
	mu    sync.Mutex
	slots [8192]bucket
}

type bucket struct {
	used float64 // of the burst
	at   time.Time
}

const (
	limitBurst  = 30.0
	limitPerSec = 1.0
)

func newLimiter(now func() time.Time) *limiter {
	return &limiter{now: now, seed: maphash.MakeSeed()}
}

// allow spends one of the address's tokens.
func (l *limiter) allow(r *http.Request) bool {
	key, limited := limitKey(r.RemoteAddr)
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

// limitKey is an address, or the /64 it is in: that is what one household gets of IPv6.
func limitKey(remote string) (netip.Prefix, bool) {
	host, _, err := net.SplitHostPort(remote)
	if err != nil {
		return netip.Prefix{}, false
	}
	addr, err := netip.ParseAddr(host)
	if err != nil {
		return netip.Prefix{}, false
	}
	addr = addr.Unmap().WithZone("")
	if addr.IsLoopback() || addr.IsPrivate() || addr.IsLinkLocalUnicast() {
		return netip.Prefix{}, false
	}
	bits := 32
	if addr.Is6() {
		bits = 64
	}
	prefix, err := addr.Prefix(bits)
	return prefix, err == nil
}
