//go:build !failpoint

package failpoint

import "time"

// Enabled says whether this program can be stopped: it cannot.
const Enabled = false

// Setup does nothing.
func Setup(string) error { return nil }

// Hit does nothing.
func Hit(Point) {}

// Trace does nothing.
func Trace(string, string) {}

// Lease is the usual.
func Lease(usual time.Duration) time.Duration { return usual }

// Ahead is the usual.
func Ahead(usual time.Duration) time.Duration { return usual }

// Now is time.Now.
func Now() time.Time { return time.Now() }
