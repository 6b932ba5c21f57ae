package spotify

import (
	"errors"
	"fmt"
	"strings"
)

// ErrDrift is an answer unlike what this package knows, under WithStrictDecoding.
var ErrDrift = errors.New("spotify: unlike what is documented")

// Drift is something in an answer that this package does not know, or misses.
type Drift struct {
	Operation Operation
	Where     string // "/items/*/track/name", with * for the places of a list
	What      string // "unknown", "missing", "another type", "unknown kind"; an open set
}

// String is "GET /me: unknown /nickname".
func (d Drift) String() string { return fmt.Sprintf("%s: %s %s", d.Operation, d.What, d.Where) }

// WithStrictDecoding makes calls fail with ErrDrift where an answer has members that this
// package does not know, lacks some that should always be there, or has values of another type:
// for a test of yours that tells when Spotify changes. Whatever the call did is done all the
// same. It concerns the types of this package; what Do decodes into others is not looked at.
func WithStrictDecoding() Option {
	return option(func(s *settings) error {
		s.strict = true
		return nil
	})
}

// WithDriftObserver calls f for each such difference, and lets the call succeed: for a program
// that runs on and tells its makers. f sees names of members, never values. It runs on the
// goroutine of the call and must be safe for concurrent use. Looking costs time: about that of
// decoding once more.
func WithDriftObserver(f func(Drift)) Option {
	return option(func(s *settings) error {
		s.drift = f
		return nil
	})
}

// decode reads an answer as strictly as the settings want.
func (r *request) decode(status int, text []byte, out any, s *settings) error {
	m, ours := out.(model)
	if !ours || !s.strict && s.drift == nil {
		return decode(text, out)
	}
	found, err := decodeStrictly(text, m, r.query.Has("fields"))
	if err != nil && !errors.Is(err, errOtherKind) || len(found) == 0 {
		return err
	}
	words := make([]string, len(found))
	for i, odd := range found {
		words[i] = odd.what + " " + odd.where
		if s.drift != nil {
			s.drift(Drift{Operation: r.name, Where: odd.where, What: odd.what})
		}
	}
	if !s.strict {
		return err
	}
	message := strings.Join(words, ", ")
	if len(message) > maxMessage {
		message = message[:maxMessage] + fmt.Sprintf("… (%d in all)", len(found))
	}
	return &Error{Operation: r.name, Status: status, Message: message, kind: ErrDrift}
}
