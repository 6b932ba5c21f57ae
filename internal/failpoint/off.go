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

// Name does nothing.
func Name(string) string { return "" }

// Lease is 0: as ever.
func Lease() time.Duration { return 0 }

// Now is time.Now.
func Now() time.Time { return time.Now() }
