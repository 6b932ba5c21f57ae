package torture

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// echo answers each line with itself, at an address of this machine.
func echo(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				for lines := bufio.NewScanner(conn); lines.Scan(); {
					fmt.Fprintln(conn, lines.Text())
				}
			}()
		}
	}()
	return l.Addr().String()
}

// TestProxy passes, holds, slows down, breaks off, and heals.
func TestProxy(t *testing.T) {
	t.Parallel()
	p, err := newProxy(echo(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.close)
	dial := func() (net.Conn, *bufio.Reader) {
		conn, err := net.Dial("tcp", p.addr())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { conn.Close() })
		return conn, bufio.NewReader(conn)
	}
	conn, in := dial()
	hears := func(within time.Duration) string {
		conn.SetReadDeadline(time.Now().Add(within))
		got, _ := in.ReadString('\n')
		return strings.TrimSpace(got)
	}
	says := func(line string, within time.Duration) string {
		fmt.Fprintln(conn, line)
		return hears(within)
	}
	if got := says("one", patience); got != "one" {
		t.Fatalf("passing: %q, want one", got)
	}
	p.hold()
	if got := says("two", 50*time.Millisecond); got != "" {
		t.Errorf("held: %q, want nothing", got)
	}
	p.heal()
	if got := hears(patience); got != "two" {
		t.Errorf("healed: %q, want what was held", got)
	}
	if got := says("three", patience); got != "three" {
		t.Errorf("healed: %q, want three", got)
	}
	p.slow(60 * time.Millisecond)
	began := time.Now()
	if says("five", patience); time.Since(began) < 60*time.Millisecond {
		t.Errorf("slow: answered in %v, want at least 60ms", time.Since(began))
	}
	p.cut()
	if got := says("six", patience); got == "six" {
		t.Error("cut: it still answers")
	}
	conn, in = dial()
	if got := says("seven", patience); got != "" {
		t.Errorf("cut: a new connection answers %q", got)
	}
	p.heal()
	conn, in = dial()
	if got := says("eight", patience); got != "eight" {
		t.Errorf("healed: %q, want eight", got)
	}
}

// TestBalancer sends nobody to a server that is not ready, and nothing twice.
func TestBalancer(t *testing.T) {
	t.Parallel()
	var ready atomic.Bool
	var one, two atomic.Int64
	ready.Store(true)
	replicas := []*replica{}
	for _, served := range []*atomic.Int64{&one, &two} {
		front := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { served.Add(1) }))
		back := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			if served == &two && !ready.Load() {
				w.WriteHeader(http.StatusServiceUnavailable)
			}
		}))
		t.Cleanup(front.Close)
		t.Cleanup(back.Close)
		replicas = append(replicas, &replica{addr: front.Listener.Addr().String(), operations: back.Listener.Addr().String()})
	}
	b, err := newBalancer("127.0.0.1:0", replicas)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.close)
	if !b.await() {
		t.Fatal("not everybody is seen as ready")
	}
	get := func() int {
		answer, err := http.Get("http://" + b.listen.Addr().String() + "/")
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		return answer.StatusCode
	}
	for range 4 {
		get()
	}
	if one.Load() != 2 || two.Load() != 2 {
		t.Errorf("served %d and %d, want two each", one.Load(), two.Load())
	}
	ready.Store(false)
	for limit := time.Now().Add(patience); b.backends[1].ready.Load() && time.Now().Before(limit); {
		time.Sleep(time.Millisecond)
	}
	for range 4 {
		get()
	}
	if one.Load() != 6 || two.Load() != 2 {
		t.Errorf("served %d and %d once the second was not ready, want 6 and 2", one.Load(), two.Load())
	}
	b.backends[0].addr = "127.0.0.1:1" // nobody listens there
	if status := get(); status != http.StatusBadGateway {
		t.Errorf("a refused connection answered %d, want 502", status)
	}
}
