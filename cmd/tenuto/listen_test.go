package main

import (
	"net"
	"strconv"
	"strings"
	"testing"
)

// TestListenLoopback: localhost means 127.0.0.1 or [::1], so an emulator is on both, on one port.
func TestListenLoopback(t *testing.T) {
	t.Parallel()
	for _, host := range []string{"127.0.0.1", "localhost"} {
		listeners, err := listenLoopback(t.Context(), "addr", host+":0")
		if err != nil {
			t.Fatal(err)
		}
		var addresses []string
		for _, l := range listeners {
			defer l.Close()
			addresses = append(addresses, l.Addr().String())
		}
		port := strconv.Itoa(portOf(listeners[0]))
		want := "127.0.0.1:" + port
		if hasIPv6(t.Context()) {
			want += " [::1]:" + port
		}
		if got := strings.Join(addresses, " "); got != want {
			t.Errorf("listenLoopback(%s:0) = %s, want %s", host, got, want)
		}
	}
}

// TestListenTaken: a port that is taken on either address is taken.
func TestListenTaken(t *testing.T) {
	t.Parallel()
	hosts := []string{"127.0.0.1"}
	if hasIPv6(t.Context()) {
		hosts = append(hosts, "::1")
	}
	for _, host := range hosts {
		taken, err := net.Listen("tcp", net.JoinHostPort(host, "0"))
		if err != nil {
			t.Fatal(err)
		}
		defer taken.Close()
		addr := net.JoinHostPort("127.0.0.1", strconv.Itoa(portOf(taken)))
		_, err = listenLoopback(t.Context(), "emulator-addr", addr)
		if err == nil || !strings.Contains(err.Error(), "is taken") || !strings.Contains(hintFor(err), "--emulator-addr") {
			t.Errorf("listenLoopback(%s) with %s taken: %v, want that it is taken and a hint", addr, taken.Addr(), err)
		}
	}
}

func TestIsLoopback(t *testing.T) {
	t.Parallel()
	for host, want := range map[string]bool{
		"127.0.0.1": true, "127.9.9.9": true, "::1": true, "localhost": true,
		"0.0.0.0": false, "::": false, "": false, "192.0.2.1": false, "localhost.example.org": false,
	} {
		if got := isLoopback(host); got != want {
			t.Errorf("isLoopback(%q) = %v, want %v", host, got, want)
		}
	}
}
