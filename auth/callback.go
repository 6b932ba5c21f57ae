package auth

import (
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
)

// Callback is what Spotify sent back through the browser: RFC 6749 sections 4.1.2 and 4.1.2.1.
// The code and the state are secret until the login is finished: like a Token it does not print,
// and refuses to become JSON.
type Callback struct {
	Code, State string
	Error       string // "access_denied" when the person said no
}

// String says what came back, and redacts it.
func (cb Callback) String() string {
	switch {
	case cb.Error != "":
		return "auth.Callback{an error, redacted}" // its text may be a stranger's
	case cb.Code != "":
		return "auth.Callback{a code, redacted}"
	}
	return "auth.Callback{no code}"
}

// GoString is String: %#v redacts too.
func (cb Callback) GoString() string { return cb.String() }

// Format is String whatever the verb: %d and %x redact too.
func (cb Callback) Format(f fmt.State, _ rune) { redact(f, cb) }

// LogValue is String.
func (cb Callback) LogValue() slog.Value { return slog.StringValue(cb.String()) }

// MarshalJSON always fails: a callback is used at once, and not stored.
func (cb Callback) MarshalJSON() ([]byte, error) { return nil, ErrSecret }

// longestParameter is far above what Spotify sends; what is longer counts as absent.
const longestParameter = 2 << 10

// ParseCallback reads a redirect: r.URL in a handler, or the parsed text someone pasted.
// A parameter that occurs twice counts as absent, and in a query that cannot be read all are.
func ParseCallback(redirected *url.URL) Callback {
	if redirected == nil {
		return Callback{}
	}
	q, err := url.ParseQuery(redirected.RawQuery)
	if err != nil {
		return Callback{}
	}
	once := func(name string) string {
		if values := q[name]; len(values) == 1 && len(values[0]) <= longestParameter {
			return values[0]
		}
		return ""
	}
	return Callback{Code: once("code"), State: once("state"), Error: once("error")}
}

// ParseCode reads the code of a redirected URL, as a browser's address bar shows it. A refusal
// is ErrDenied, a URL without a code ErrState; other text is an error that does not repeat it.
// Check the state too, or let UserAuth do it.
func ParseCode(redirected string) (string, error) {
	cb, err := parsePasted(redirected)
	switch {
	case err != nil:
		return "", err
	case cb.Error == "access_denied":
		return "", ErrDenied
	case cb.Code == "":
		return "", fmt.Errorf("%w: there is no code in the URL", ErrState)
	}
	return cb.Code, nil
}

// ParseState reads the state of a redirected URL; one without is ErrState.
func ParseState(redirected string) (string, error) {
	cb, err := parsePasted(redirected)
	if err == nil && cb.State == "" {
		err = fmt.Errorf("%w: there is no state in the URL", ErrState)
	}
	return cb.State, err
}

var errNotURL = errors.New("auth: not the whole address of the page that Spotify sent the browser to")

// parsePasted reads what a person copied from the address bar, with the quotes and spaces that
// come along.
func parsePasted(text string) (Callback, error) {
	u, err := url.Parse(trimPasted(text))
	if err != nil || u.Scheme == "" || u.Host == "" {
		return Callback{}, errNotURL
	}
	return ParseCallback(u), nil
}

func trimPasted(text string) string { return strings.Trim(text, " \t\r\n\"'<>") }
