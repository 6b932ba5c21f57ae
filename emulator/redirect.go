package emulator

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
)

// registered tells whether an app may have browsers sent back to uri: it is one of the
// registered ones byte for byte, or one on loopback that was registered without a port.
// https://developer.spotify.com/documentation/web-api/concepts/redirect_uri
func (a *App) registered(uri string) bool {
	for _, known := range a.RedirectURIs {
		if uri == known || sameButPort(known, uri) {
			return true
		}
	}
	return false
}

var loopbackPattern = regexp.MustCompile(`^(https?://(?:127\.0\.0\.1|\[::1\]))(:[0-9]{1,5})?([/?].*)?$`)

func sameButPort(known, uri string) bool {
	k, u := loopbackPattern.FindStringSubmatch(known), loopbackPattern.FindStringSubmatch(uri)
	return k != nil && u != nil && k[2] == "" && k[1] == u[1] && k[3] == u[3]
}

// insecure tells whether Spotify refuses a redirect URI even if it is registered: http is only
// for loopback addresses, and localhost is not one.
func insecure(uri string) bool {
	u, err := url.Parse(uri)
	return err != nil || u.Scheme == "http" && u.Hostname() != "127.0.0.1" && u.Hostname() != "::1"
}

// sendBack redirects a browser to the app with what became of its request.
func sendBack(w http.ResponseWriter, r *http.Request, uri string, result url.Values) {
	joint := "?"
	if strings.Contains(uri, "?") {
		joint = "&"
	}
	status := http.StatusFound
	if r.Method == http.MethodPost {
		status = http.StatusSeeOther // a POST is not to be repeated over there
	}
	w.Header().Set("Location", uri+joint+result.Encode())
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
}
