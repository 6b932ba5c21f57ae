package server

import (
	"net/http"
	"strings"
)

// headerSet is the headers every answer carries, made once. The slices are shared between answers:
// they have no room to append to, so adding to one copies it.
type headerSet []struct {
	name  string
	value []string
}

func (h headerSet) set(header http.Header) {
	for _, entry := range h {
		header[entry.name] = entry.value
	}
}

// securityHeaders is RFC 9700 section 4.16 and what browsers offer besides: the page may load our
// own embedded style and script, covers from Spotify's hosts, and nothing else; may be framed by
// nobody; and tells nobody where it was.
func (s *Server) securityHeaders() headerSet {
	csp := strings.Join([]string{
		"default-src 'none'",
		"script-src '" + s.views.scriptHash + "'",
		"style-src '" + s.views.styleHash + "'",
		"img-src 'self' " + strings.Join(s.covers, " "),
		"connect-src 'self'",
		// A form's answer may redirect: the login button's goes to Spotify.
		"form-action 'self' " + s.accounts,
		"frame-ancestors 'none'",
		"base-uri 'none'",
		"object-src 'none'",
	}, "; ")
	set := headerSet{}
	add := func(name, value string) {
		set = append(set, struct {
			name  string
			value []string
		}{name, []string{value}})
	}
	add("Cache-Control", "no-store")
	add("Content-Security-Policy", csp)
	add("Cross-Origin-Opener-Policy", "same-origin")
	add("Cross-Origin-Resource-Policy", "same-origin")
	add("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()")
	add("Referrer-Policy", "no-referrer")
	add("X-Content-Type-Options", "nosniff")
	add("X-Frame-Options", "DENY")
	if s.secure {
		add("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
	}
	return set
}
