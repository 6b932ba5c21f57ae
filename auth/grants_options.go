package auth

import "time"

// GrantsOption configures Grants. The set is closed.
type GrantsOption interface{ grants(g *Grants) }

type grantsOption func(*Grants)

func (o grantsOption) grants(g *Grants) { o(g) }

// CacheFor answers from memory for up to d after the record was read (0, as without this
// option: read it every time). Another process's Delete or Put is seen that much later.
func CacheFor(d time.Duration) GrantsOption {
	return grantsOption(func(g *Grants) { g.cacheFor = max(0, d) })
}

// Exclusive says that nothing else reaches the store while this Grants is in use: a lock keeps
// other processes out. A lease it finds there is then a dead predecessor's, and is taken over
// at once: after a crash nobody waits for it to run out. Without such a lock it loses logins.
func Exclusive() GrantsOption {
	return grantsOption(func(g *Grants) { g.exclusive = true })
}

// RefreshAhead refreshes a token that is used when less than d is left of it, a quarter more or
// less (0, as without this option: a minute before its end). Nobody waits for it, so that Spotify
// may be slow, or down for some minutes, and nobody notices. For programs that call Close: a
// refresh under way when a program ends can take a login with it.
func RefreshAhead(d time.Duration) GrantsOption {
	return grantsOption(func(g *Grants) { g.ahead = max(0, min(d, longestAccess/2)) })
}

// LeaseFor changes how long one process may take for a refresh before another does it again
// (25 s; at least 5 s). All processes of a store should agree. A request to Spotify may take
// 10 s: under a shorter lease a slow answer costs a second request.
func LeaseFor(d time.Duration) GrantsOption {
	return grantsOption(func(g *Grants) { g.lease = max(leaseTimeLeast, d) })
}
