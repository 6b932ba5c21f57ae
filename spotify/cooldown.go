package spotify

import (
	"errors"
	"math"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// cooldown remembers when Spotify wants to be asked again. Waits are remembered in full; only
// sleeping is capped.
// https://developer.spotify.com/documentation/web-api/concepts/rate-limits
type cooldown struct {
	rate, quota time.Time
	resume      time.Time // when those who waited for rate go on: a little later, and not with other processes
}

// begin remembers a 429. A shorter wait than one that is running changes nothing.
func (c *cooldown) begin(quota bool, until time.Time) {
	switch {
	case quota && until.After(c.quota):
		c.quota = until
	case !quota && until.After(c.rate):
		c.rate = until
		c.resume = time.Now().Add(spread(time.Until(until)))
	}
}

const (
	shortestWait = time.Second         // "Retry-After: 0" must not spin
	defaultWait  = 5 * time.Second     // where Spotify names none
	quotaWait    = time.Minute         // likewise, for a quota
	longestWait  = 30 * 24 * time.Hour // more than this is a mistake, and means a long time
)

// retryAt is when an answer wants to be asked again; zero if it says nothing.
// RFC 9110, section 10.2.3.
func retryAt(header http.Header, now time.Time) time.Time {
	text := strings.TrimSpace(header.Get("Retry-After"))
	seconds, err := strconv.ParseFloat(text, 64) // beyond its range it is infinite
	if err == nil && !math.IsNaN(seconds) || errors.Is(err, strconv.ErrRange) {
		return now.Add(bounded(time.Duration(min(seconds, longestWait.Seconds()) * float64(time.Second))))
	}
	if date, err := http.ParseTime(text); err == nil {
		return now.Add(bounded(date.Sub(now)))
	}
	return time.Time{}
}

func bounded(wait time.Duration) time.Duration { return min(max(wait, shortestWait), longestWait) }

// atLeast is how long a call waits whose n-th 429 in a row this is, whatever Spotify names: who
// is told "at once" again and again must not ask once a second for ever.
func atLeast(n int) time.Duration { return min(shortestWait<<min(n-1, 10), defaultWait) }

// retryAfter429 is when a 429 lets us go on.
func retryAfter429(quota bool, header http.Header, now time.Time) time.Time {
	if at := retryAt(header, now); !at.IsZero() {
		return at
	}
	if quota {
		return now.Add(quotaWait)
	}
	return now.Add(defaultWait)
}

// spread adds a little to a wait, so that those who waited together do not come together.
func spread(d time.Duration) time.Duration {
	return d + rand.N(max(0, min(d/10, time.Second))+1) // d may have passed
}
