package postgres

import (
	"errors"
	"fmt"
	"net"
	"net/url"

	"github.com/jackc/pgx/v5/pgconn"
)

// ErrInsecure: the URL asks for a connection to another machine that others could read or take over.
var ErrInsecure = errors.New("vault: the connection to the database would not be safe")

// withVerifiedTLS makes sslmode=verify-full the default, whatever the environment says: encrypted, to a server whose
// certificate is of a known authority (the system's, or sslrootcert) and names the host. A Unix socket needs no TLS,
// and pgx uses none there.
func withVerifiedTLS(u *url.URL) *url.URL {
	query := u.Query()
	if query.Has("sslmode") || query.Has("ssl") {
		return u
	}
	query.Set("sslmode", "verify-full")
	verified := *u
	verified.RawQuery = query.Encode()
	return &verified
}

// checkTLS refuses what does not verify, however it was asked for, except on this machine.
func checkTLS(config *pgconn.Config) error {
	places := append([]*pgconn.FallbackConfig{{Host: config.Host, Port: config.Port, TLSConfig: config.TLSConfig}}, config.Fallbacks...)
	for _, place := range places {
		verified := place.TLSConfig != nil && !place.TLSConfig.InsecureSkipVerify
		if !verified && !isLocal(place.Host, place.Port) {
			return fmt.Errorf("%w: %s is another machine, and only sslmode=verify-full proves who answers there: leave sslmode "+
				"out of the URL, and name your certificate authority with sslrootcert=FILE if it is not one of the system's", ErrInsecure, place.Host)
		}
	}
	return nil
}

func isLocal(host string, port uint16) bool {
	if network, _ := pgconn.NetworkAddress(host, port); network == "unix" || host == "localhost" {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}
