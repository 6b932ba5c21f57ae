package auth

import (
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"
)

// checkRedirect applies Spotify's rules for redirect URIs, in force for all apps since November
// 2025, and says what to write instead. The rules: https, or http on the loopback addresses
// 127.0.0.1 and [::1]; never localhost; no fragment.
// https://developer.spotify.com/documentation/web-api/concepts/redirect_uri
func checkRedirect(uri string) error {
	refuse := func(why, instead string) error {
		return fmt.Errorf("%w: redirect URI %q %s: %s, here and in the app's settings at Spotify", ErrConfig, uri, why, instead)
	}
	const example = `write one like "http://127.0.0.1:5000/callback"`

	u, err := url.Parse(uri)
	if err != nil || strings.ContainsFunc(uri, func(r rune) bool { return r <= ' ' || r == 0x7f || r == '\\' || r == '*' }) {
		return refuse("is not a URL", example)
	}
	if u.User != nil {
		// Without the URI: there may be a password in it.
		return fmt.Errorf("%w: the redirect URI holds a user name: %s", ErrConfig, example)
	}
	if u.Host == "" || u.Opaque != "" {
		return refuse("is not absolute", example)
	}
	if strings.Contains(uri, "#") {
		before, _, _ := strings.Cut(uri, "#")
		return refuse("has a fragment", fmt.Sprintf("write %q", before))
	}
	if bad := reservedParameter(u); bad != "" {
		return refuse("has "+bad+" in its query, which Spotify's answer uses", "leave it out")
	}
	if strings.HasSuffix(u.Host, ":") || !validPort(u.Port()) {
		return refuse("has no valid port", example)
	}
	return checkOrigin(u, refuse)
}

// checkOrigin is the rule for scheme and host.
func checkOrigin(u *url.URL, refuse func(why, instead string) error) error {
	fixed := *u
	host := strings.ToLower(strings.TrimSuffix(u.Hostname(), "."))
	switch ip := net.ParseIP(host); {
	case host == "localhost" || strings.HasSuffix(host, ".localhost"):
		fixed.Scheme, fixed.Host = "http", withPort("127.0.0.1", u.Port())
		return refuse("uses localhost, which Spotify refuses", fmt.Sprintf("write %q", fixed.String()))
	case u.Scheme == "https":
		return nil
	case u.Scheme != "http":
		return refuse("is neither https nor http", `use an https address, or "http://127.0.0.1:5000/callback" on this computer`)
	case u.Hostname() == "127.0.0.1" || u.Hostname() == "::1":
		return nil
	case ip != nil && ip.IsLoopback():
		literal := "127.0.0.1"
		if ip.To4() == nil {
			literal = "::1"
		}
		fixed.Host = withPort(literal, u.Port())
		return refuse("uses http on an address that Spotify does not count as this computer", fmt.Sprintf("write %q", fixed.String()))
	}
	fixed.Scheme = "https"
	return refuse("uses http", fmt.Sprintf(`write %q, or "http://127.0.0.1:5000/callback" on this computer`, fixed.String()))
}

// reservedParameter names a parameter of u's query that the answer will have too; "" if none.
func reservedParameter(u *url.URL) string {
	q, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return "something unreadable"
	}
	for _, name := range []string{"code", "state", "error", "iss"} {
		if q.Has(name) {
			return strconv.Quote(name)
		}
	}
	return ""
}

func validPort(port string) bool {
	if port == "" {
		return true
	}
	n, err := strconv.ParseUint(port, 10, 16)
	return err == nil && n > 0
}

// withPort joins host and port; "" leaves the port out.
func withPort(host, port string) string {
	if port == "" && strings.Contains(host, ":") {
		return "[" + host + "]"
	}
	if port == "" {
		return host
	}
	return net.JoinHostPort(host, port)
}

// isLoopback reports whether host is this computer by one of the three usual names.
func isLoopback(host string) bool {
	return host == "127.0.0.1" || host == "::1" || strings.EqualFold(host, "localhost")
}
