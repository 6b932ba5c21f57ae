package emulator

import (
	"bytes"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// masked stands where a secret stood.
const masked = "***"

// secretFields are the parameters whose values the ledger does not repeat.
var secretFields = []string{"access_token", "client_secret", "code", "code_verifier", "password", "proof", "refresh_token"}

var tokenPattern = regexp.MustCompile(`[AB]Q-emulated-[A-Za-z0-9_-]*`)

// jsonSecrets finds them in JSON.
var jsonSecrets = regexp.MustCompile(`(?i)("(?:` + strings.Join(secretFields, "|") + `)"\s*:\s*)"[^"]*"`)

// maskText replaces codes and tokens by their names, and the secrets of apps.
func (s *state) maskText(text string) string {
	if strings.Contains(text, "Q-emulated-") {
		text = tokenPattern.ReplaceAllStringFunc(text, s.maskToken)
	}
	for _, a := range s.Apps {
		text = strings.ReplaceAll(text, a.ClientSecret, masked)
	}
	if strings.Contains(text, `"`) {
		text = jsonSecrets.ReplaceAllString(text, `$1"`+masked+`"`)
	}
	return text
}

// maskToken is the name of a code or token: "[access 3 of alice]".
func (s *state) maskToken(value string) string {
	var l *label
	if c := s.Codes.get(value); c != nil {
		l = &c.label
	} else if t := s.Refresh.get(value); t != nil {
		l = &t.label
	} else if t := s.Access.get(value); t != nil {
		l = &t.label
	}
	if l == nil {
		return masked
	}
	return "[" + l.String() + "]"
}

// maskValues is a copy of parameters without secrets, be they in values or names.
func (s *state) maskValues(values url.Values) url.Values {
	clean := make(url.Values, len(values))
	for key, list := range values {
		mask := s.maskText
		if slices.Contains(secretFields, strings.ToLower(key)) {
			mask = s.maskToken
		}
		key = s.maskText(key)
		for _, value := range list {
			clean[key] = append(clean[key], mask(value))
		}
	}
	return clean
}

func (s *state) maskBody(x *exchange) []byte {
	switch {
	case len(x.body) == 0:
		return nil
	case x.form != nil:
		return limited([]byte(s.maskValues(x.form).Encode()))
	case strings.HasSuffix(x.name, " /api/token"):
		return fmt.Appendf(nil, "(%d bytes that are not a form)", len(x.body))
	}
	return limited([]byte(s.maskText(string(limited(x.body)))))
}

func limited(body []byte) []byte {
	return bytes.Clone(body[:min(len(body), longestBody)])
}
