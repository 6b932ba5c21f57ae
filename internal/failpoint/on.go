//go:build failpoint

package failpoint

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Enabled says that this program can be stopped.
const Enabled = true

// plan is what Setup was told. It does not change afterwards.
type plan struct {
	point Point
	ask   string // a Unix socket; "": kill
	after int64
	clock string
	lease time.Duration
	ahead *time.Duration
}

var (
	current plan
	passed  atomic.Int64

	tracing sync.Mutex
	trace   *os.File
)

// Setup reads what is to happen. Call it once, before anything else; no words: nothing.
func Setup(words string) error {
	for _, word := range strings.Fields(words) {
		name, value, _ := strings.Cut(word, "=")
		var err error
		switch name {
		case "point":
			current.point = Point(value)
		case "ask":
			current.ask = value
		case "after":
			current.after, err = strconv.ParseInt(value, 10, 64)
		case "clock":
			current.clock = value
		case "lease":
			current.lease, err = time.ParseDuration(value)
		case "ahead":
			current.ahead = new(time.Duration)
			*current.ahead, err = time.ParseDuration(value)
		case "trace":
			trace, err = os.OpenFile(value, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
		default:
			err = fmt.Errorf("there is no such word")
		}
		if err != nil {
			return fmt.Errorf("failpoint: %s: %w", word, err)
		}
	}
	return nil
}

// Hit is called where p is.
func Hit(p Point) {
	if p == "" || p != current.point || passed.Add(1) != max(1, current.after) {
		return
	}
	if current.ask == "" {
		Trace(Killed, string(p))
		die()
	}
	Trace(Asked, string(p))
	conn, err := net.Dial("unix", current.ask)
	if err != nil {
		return
	}
	defer conn.Close()
	fmt.Fprintln(conn, p)
	_, _ = bufio.NewReader(conn).ReadString('\n')
}

// die is kill -9, and returns to nobody.
func die() {
	self, err := os.FindProcess(os.Getpid())
	if err == nil {
		err = self.Kill()
	}
	if err != nil {
		panic(err)
	}
	select {}
}

// Trace writes a line that outlives the process: what happened, and to what, by Name.
func Trace(event, what string) {
	if trace == nil {
		return
	}
	tracing.Lock()
	defer tracing.Unlock()
	fmt.Fprintf(trace, "%d %d %s %s\n", time.Now().UnixNano(), os.Getpid(), event, what)
}

// Lease is how long a lease is to be, instead of the usual.
func Lease(usual time.Duration) time.Duration {
	if current.lease == 0 {
		return usual
	}
	return current.lease
}

// Ahead is how long before its end a token is to be refreshed, instead of the usual.
func Ahead(usual time.Duration) time.Duration {
	if current.ahead == nil {
		return usual
	}
	return *current.ahead
}

// Now is the time, off by what the clock's file says: a duration, "-10m". Without the file it is time.Now.
func Now() time.Time {
	now := time.Now()
	if current.clock == "" {
		return now
	}
	text, err := os.ReadFile(current.clock)
	if err != nil {
		return now
	}
	ahead, _ := time.ParseDuration(strings.TrimSpace(string(text)))
	return now.Add(ahead)
}
