package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"
)

// listen opens addr ("127.0.0.1:5000"); flag is what chose it, for the hint.
func listen(ctx context.Context, flag, addr string) (net.Listener, error) {
	if _, _, err := net.SplitHostPort(addr); err != nil {
		return nil, usage("write it like 127.0.0.1:5000", "--%s: %q is no address with a port", flag, addr)
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", addr)
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, advise(fmt.Errorf("%s is taken by another program, perhaps another tenuto", addr),
			fmt.Sprintf("stop that one, or choose another address with --%s", flag))
	}
	if err != nil {
		return nil, fmt.Errorf("--%s: %w", flag, err)
	}
	return l, nil
}

// listenLoopback opens addr and, if that is 127.0.0.1 or localhost, the same port of [::1] too
// where there is one: localhost means either, depending on the system and the day.
func listenLoopback(ctx context.Context, flag, addr string) ([]net.Listener, error) {
	host, port, err := net.SplitHostPort(addr)
	if err == nil && host == "localhost" {
		host, addr = "127.0.0.1", net.JoinHostPort("127.0.0.1", port)
	}
	first, err := listen(ctx, flag, addr)
	if err != nil || host != "127.0.0.1" {
		return []net.Listener{first}, err
	}
	listeners := []net.Listener{first}
	second, err := listen(ctx, flag, net.JoinHostPort("::1", strconv.Itoa(portOf(first))))
	switch {
	case err == nil:
		listeners = append(listeners, second)
	case port != "0" && hasIPv6(ctx): // somebody else has it, and localhost would reach them
		first.Close()
		return nil, err
	}
	return listeners, nil
}

// hasIPv6 reports whether this machine has [::1].
func hasIPv6(ctx context.Context) bool {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "[::1]:0")
	if err != nil {
		return false
	}
	l.Close()
	return true
}

func portOf(l net.Listener) int { return l.Addr().(*net.TCPAddr).Port }

// isLoopback reports whether host can only be this machine.
func isLoopback(host string) bool {
	if host == "localhost" {
		return true
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.IsLoopback()
}

// parseNetworks reads the values of a flag: networks, or single addresses.
func parseNetworks(flag string, values []string) (networks []netip.Prefix, err error) {
	for _, text := range values {
		network, err := netip.ParsePrefix(text)
		if addr, single := netip.ParseAddr(text); single == nil {
			network, err = netip.PrefixFrom(addr, addr.BitLen()), nil
		}
		const like = "write it like 203.0.113.7, 203.0.113.0/24 or 2001:db8::/32"
		switch {
		case err != nil:
			return nil, usage(like, "--%s: %q is no address and no network", flag, text)
		case network.Addr().Is4In6():
			return nil, usage("write an IPv4 address as one: "+network.Addr().Unmap().String(), "--%s: %q is IPv4 dressed as IPv6", flag, text)
		case network.Masked() != network:
			return nil, usage(fmt.Sprintf("did you mean %s, or %s alone?", network.Masked(), network.Addr()), "--%s: %q is no network", flag, text)
		}
		networks = append(networks, network)
	}
	return networks, nil
}

// serveHTTP answers on all listeners until ctx ends, then finishes what is under way.
func serveHTTP(ctx context.Context, handler http.Handler, listeners ...net.Listener) error {
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 5 * time.Second, IdleTimeout: time.Minute}
	group, ctx := errgroup.WithContext(ctx)
	for _, l := range listeners {
		group.Go(func() error {
			if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
				return err
			}
			return nil
		})
	}
	group.Go(func() error {
		<-ctx.Done()
		limit, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		if err := server.Shutdown(limit); err != nil {
			return server.Close() // whoever is still connected has had their time
		}
		return nil
	})
	return group.Wait()
}
