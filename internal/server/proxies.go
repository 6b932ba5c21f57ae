package server

import (
	"fmt"
	"net"
	"net/netip"
)

// proxies are the networks of reverse proxies that the operator has named. Behind one everybody has
// its address and would share one budget, so a proxy limits by itself.
//
// Loopback, private and shared (RFC 6598) addresses need no naming: no stranger on the internet has
// one. They are the machine's own people, a proxy or a load balancer.
type proxies []netip.Prefix

// sharedAddresses is what clouds and providers number their own machines from, load balancers among
// them: https://www.rfc-editor.org/rfc/rfc6598.
var sharedAddresses = netip.MustParsePrefix("100.64.0.0/10")

// check refuses a network that holds everybody: nobody would be limited any more.
func (p proxies) check() error {
	for _, network := range p {
		if !network.IsValid() || network.Bits() == 0 {
			return fmt.Errorf("server: proxy %s is everybody: name the networks that your proxies are in", network)
		}
	}
	return nil
}

// limited is the address that a connection's limits count for, or the /64 it is in: that is what one
// household gets of IPv6. False for those that have no limits.
func (p proxies) limited(remote string) (netip.Prefix, bool) {
	host, _, err := net.SplitHostPort(remote)
	if err != nil {
		return netip.Prefix{}, false
	}
	addr, err := netip.ParseAddr(host)
	if err != nil {
		return netip.Prefix{}, false
	}
	addr = addr.Unmap().WithZone("")
	if addr.IsLoopback() || addr.IsPrivate() || addr.IsLinkLocalUnicast() || sharedAddresses.Contains(addr) {
		return netip.Prefix{}, false
	}
	for _, network := range p {
		if network.Contains(addr) {
			return netip.Prefix{}, false
		}
	}
	bits := 32
	if addr.Is6() {
		bits = 64
	}
	prefix, err := addr.Prefix(bits)
	return prefix, err == nil
}
