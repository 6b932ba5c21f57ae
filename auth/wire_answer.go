package auth

import (
	"encoding/json"
	"errors"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
)

const (
	longestAccess = time.Hour        // what Spotify gives; an answer that promises more is not believed
	silentAccess  = 59 * time.Minute // an answer that does not say
)

// answer is a token as the wire gave it. What was absent stays nil or empty: who asked knows
// what to keep.
type answer struct {
	accessToken  string
	refreshToken string    // "" if absent or empty: keep the old one
	scope        *ScopeSet // nil if absent
	expiresIn    time.Duration
}

// parseAnswer reads RFC 6749 section 5.1, strictly except for expires_in, where services are
// known to differ. Its errors quote nothing.
func parseAnswer(body []byte) (answer, error) {
	members, err := readObject(body)
	if err != nil {
		return answer{}, errors.New("the answer is " + err.Error())
	}
	text := map[string]string{}
	for _, name := range []string{"access_token", "token_type", "refresh_token", "scope"} {
		var s string
		if raw, ok := members[name]; ok && json.Unmarshal(raw, &s) != nil {
			return answer{}, errors.New("the answer's " + name + " is not text")
		}
		text[name] = s
	}
	switch {
	case text["access_token"] == "" || !visible(text["access_token"]):
		return answer{}, errors.New("the answer has no usable access_token")
	case !visible(text["refresh_token"]):
		return answer{}, errors.New("the answer has no usable refresh_token")
	case !strings.EqualFold(text["token_type"], "Bearer"):
		return answer{}, errors.New("the answer's token_type is not Bearer")
	}
	a := answer{accessToken: text["access_token"], refreshToken: text["refresh_token"], expiresIn: lifetime(members["expires_in"])}
	if _, ok := members["scope"]; ok {
		a.scope = new(ParseScopes(text["scope"]))
	}
	return a, nil
}

// visible reports whether s can stand in a header: visible ASCII only (RFC 6750 section 2.1).
func visible(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' })
}

// lifetime reads expires_in: a number, a number in quotes, absent, absurd. It is never longer
// than an hour and never for ever.
func lifetime(raw json.RawMessage) time.Duration {
	seconds, err := strconv.ParseFloat(strings.Trim(string(raw), `" `), 64)
	if err != nil || math.IsNaN(seconds) {
		return silentAccess
	}
	seconds = min(max(seconds, 0), longestAccess.Seconds())
	return time.Duration(seconds) * time.Second
}

// parseRefusal reads RFC 6749 section 5.2. Whatever is not exactly that has no code, and is
// nobody's verdict.
func parseRefusal(body []byte, secrets []string) *Error {
	members, err := readObject(body)
	if err != nil {
		return &Error{}
	}
	var code, description string
	if json.Unmarshal(members["error"], &code) != nil || !isCode(code) {
		return &Error{}
	}
	_ = json.Unmarshal(members["error_description"], &description) // anything but text is no description
	return &Error{Code: code, Description: clean(description, secrets)}
}

// isCode reports whether s looks like an error code: RFC 6749's are words with underscores.
func isCode(s string) bool {
	return s != "" && len(s) <= 64 && !strings.ContainsFunc(s, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '_' || r == '-' || r == '.')
	})
}

const longestDescription = 200

// clean makes a stranger's words fit for a log line: one line, capped, our secrets struck out.
func clean(text string, secrets []string) string {
	// The longest first: a secret may be part of another's encoding.
	secrets = slices.SortedFunc(slices.Values(secrets), func(a, b string) int { return len(b) - len(a) })
	for _, secret := range secrets {
		if len(secret) > 3 { // shorter ones are no secrets, and would riddle the text
			text = strings.ReplaceAll(text, secret, "[redacted]")
		}
	}
	text = strings.Join(strings.FieldsFunc(text, func(r rune) bool {
		return unicode.IsSpace(r) || !unicode.IsGraphic(r)
	}), " ")
	if runes := []rune(text); len(runes) > longestDescription {
		text = string(runes[:longestDescription]) + "…"
	}
	return text
}

const longestRetryAfter = 365 * 24 * time.Hour // beyond that it is nonsense, and would overflow

// retryAfter reads seconds, or a date relative to the server's own: RFC 9110 section 10.2.3.
func retryAfter(h http.Header) time.Duration {
	value := strings.TrimSpace(h.Get("Retry-After"))
	if seconds, err := strconv.ParseFloat(value, 64); err == nil && !math.IsNaN(seconds) {
		return time.Duration(min(max(seconds, 0), longestRetryAfter.Seconds())) * time.Second
	}
	at, err := http.ParseTime(value)
	if err != nil {
		return 0
	}
	from, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		from = time.Now()
	}
	return min(max(at.Sub(from), 0), longestRetryAfter)
}
