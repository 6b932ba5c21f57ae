package server

import (
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"
)

// maxReturn keeps a login attempt's cookie below the 4 KiB that browsers store.
const maxReturn = 1 << 10

// returnPath turns what a stranger wrote into a local path to come back to, or "" if it is not
// one. It accepts by construction: a path of plain segments, parsed, judged and written anew from
// its parts, never echoed. The fragment is dropped.
func (s *Server) returnPath(text string) string {
	path := localPath(text)
	before, _, _ := strings.Cut(path, "?")
	if before == "/login" || before == s.callbackPath {
		return "" // back into a login is a circle
	}
	return path
}

func localPath(text string) string {
	if len(text) == 0 || len(text) > maxReturn || text[0] != '/' || !utf8.ValidString(text) {
		return ""
	}
	if len(text) > 1 && (text[1] == '/' || text[1] == '\\') {
		return ""
	}
	if strings.ContainsFunc(text, func(c rune) bool { return c <= ' ' || c == 0x7f || c == '\\' }) {
		return ""
	}
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "" || u.Host != "" || u.User != nil || u.Opaque != "" {
		return ""
	}
	if !plainSegments(u) {
		return ""
	}
	query, ok := rewriteQuery(u.RawQuery)
	if !ok {
		return ""
	}
	path := (&url.URL{Path: u.Path}).EscapedPath()
	if path == "" || path[0] != '/' || strings.HasPrefix(path, "//") {
		return ""
	}
	if query != "" {
		path += "?" + query
	}
	return path
}

// plainSegments refuses what a browser, a proxy and we might read differently: encoded slashes, dot
// segments, empty segments, control characters.
func plainSegments(u *url.URL) bool {
	escaped := strings.ToLower(u.EscapedPath())
	if strings.Contains(escaped, "%2f") || strings.Contains(escaped, "%5c") || !utf8.ValidString(u.Path) {
		return false
	}
	if strings.ContainsFunc(u.Path, func(c rune) bool { return c < ' ' || c == 0x7f || c == '\\' }) {
		return false
	}
	segments := strings.Split(u.Path[1:], "/")
	for i, segment := range segments {
		if segment == "." || segment == ".." || segment == "" && i < len(segments)-1 {
			return false
		}
	}
	return true
}

// rewriteQuery decodes and encodes each part, in its order.
func rewriteQuery(raw string) (string, bool) {
	if raw == "" {
		return "", true
	}
	var out strings.Builder
	for i, part := range strings.Split(raw, "&") {
		key, value, assigned := strings.Cut(part, "=")
		key, err := url.QueryUnescape(key)
		if err != nil {
			return "", false
		}
		value, err = url.QueryUnescape(value)
		if err != nil {
			return "", false
		}
		if i > 0 {
			out.WriteByte('&')
		}
		out.WriteString(url.QueryEscape(key))
		if assigned {
			out.WriteByte('=')
			out.WriteString(url.QueryEscape(value))
		}
	}
	return out.String(), true
}

// goTo answers 303 to a local path; anything else goes home. Every redirect inside the site is made
// here: 303 never repeats a body (RFC 9700 section 4.12).
func (s *Server) goTo(w http.ResponseWriter, path string) {
	if path = localPath(path); path == "" {
		path = "/"
	}
	w.Header().Set("Location", path)
	w.WriteHeader(http.StatusSeeOther)
}

// goToSpotify answers 303 to the accounts service, the one place outside that we send people to.
func (s *Server) goToSpotify(w http.ResponseWriter, r *http.Request, address string) {
	u, err := url.Parse(address)
	if err != nil || originOf(u) != s.accounts {
		s.problem(w, r, problemInternal)
		return
	}
	w.Header().Set("Location", address)
	w.WriteHeader(http.StatusSeeOther)
}
