package spotify

import (
	"bytes"
	"net/http"
	"regexp"
	"strings"
	"unicode"
)

// complaint is what an answer that is no success says. Spotify's own errors are
// {"error": {"status", "message", "reason"}}, those of its accounts service
// {"error": "…", "error_description": "…"}; some are plain text, some HTML, some empty.
// https://developer.spotify.com/documentation/web-api/concepts/api-calls#response-error
type complaint struct {
	message, reason string
	status          int // as the body has it; 0: it does not
}

func (c *complaint) read(d *decoder) {
	for name := range d.members() {
		switch string(name) {
		case "status":
			c.status = d.integer()
		case "error":
			c.readError(d)
		case "error_description", "message":
			c.message = d.text()
		case "reason":
			c.reason = d.text()
		}
	}
}

func (c *complaint) readError(d *decoder) {
	if !d.isObject() {
		if text := d.text(); c.message == "" {
			c.message = text
		}
		return
	}
	c.read(d)
}

// parseComplaint never fails: what it does not understand is left out.
func parseComplaint(body []byte) (c complaint) {
	body = bytes.TrimSpace(body)
	switch {
	case len(body) == 0 || body[0] == '<':
		return c
	case body[0] != '{' && body[0] != '"':
		c.message = string(body) // plain text
	case decode(body, &c) != nil:
		return complaint{}
	}
	return c
}

// envelope is an answer that says it is a success, and may hold a complaint.
type envelope struct {
	complaint
	object bool // the complaint is one of the Web API's: an object, with a status or words
	others bool // there is something else beside it
}

func (e *envelope) read(d *decoder) {
	for name := range d.members() {
		if string(name) != "error" || !d.isObject() {
			e.others = true
			continue
		}
		e.complaint.read(d)
		e.object = e.status != 0 || e.message != ""
	}
}

// refusedInside is a complaint that came as a success: Spotify has answered 200 with
// {"error": {"status": 404, "message": "…"}}.
type refusedInside struct{ said complaint }

func (*refusedInside) Error() string { return "an error where an answer should be" }

// complaintIn is the complaint in the text of a success, as an error; nil if there is none. alone: nothing else may
// be in it, for of what is there we do not know what was wanted.
func complaintIn(text []byte, alone bool) error {
	if alone && !beginsWithError(text) {
		return nil
	}
	var e envelope
	if decode(text, &e) != nil || !e.object || alone && e.others {
		return nil
	}
	return &refusedInside{e.complaint}
}

// beginsWithError reports whether text is an object whose first member is named error. It looks at no more than
// that: answers are long, and hardly one begins so.
func beginsWithError(text []byte) bool {
	inside, object := bytes.CutPrefix(bytes.TrimLeft(text, space), []byte("{"))
	return object && bytes.HasPrefix(bytes.TrimLeft(inside, space), []byte(`"error"`))
}

const space = " \t\r\n"

var (
	reasonCode = regexp.MustCompile(`^[A-Z][A-Z0-9_]{0,49}$`)

	// telling is what could name a person, a thing or a token: URIs, and words longer than any
	// of a sentence.
	telling = regexp.MustCompile(`spotify:\S+|https?://\S+|[A-Za-z0-9_\-.~+/=]{20,}|\S+@\S+`)
)

const maxMessage = 300

// clean makes Spotify's words fit for logs: one line, capped, without what we sent and without
// what could tell somebody.
func (c complaint) clean(sent []string) complaint {
	if !reasonCode.MatchString(c.reason) {
		c.reason = ""
	}
	message := strings.Join(strings.FieldsFunc(strings.ToValidUTF8(c.message, ""), func(r rune) bool {
		return unicode.IsSpace(r) || !unicode.IsPrint(r)
	}), " ")
	for _, value := range sent {
		if len(value) >= 3 {
			message = strings.ReplaceAll(message, value, "…")
		}
	}
	message = telling.ReplaceAllStringFunc(message, func(word string) string {
		if strings.HasPrefix(word, "developer.spotify.com/") { // where the owner adds people
			return word
		}
		return "…"
	})
	if cut := []rune(message); len(cut) > maxMessage {
		message = string(cut[:maxMessage-1]) + "…"
	}
	c.message = message
	return c
}

// kindOf decides which sentinel a complaint is. Decided by Spotify's texts, because nothing
// else tells these cases apart; an unknown text falls back to the status.
func (r *request) kindOf(status int, c complaint) error {
	has := func(text string) bool { return strings.Contains(strings.ToLower(c.message), text) }
	switch status {
	case http.StatusUnauthorized:
		switch {
		case has("permissions missing"), has("insufficient client scope"):
			return ErrMissingScope
		case has("valid user authentication required"):
			return ErrUserRequired
		}
		return ErrUnauthorized
	case http.StatusForbidden:
		return r.kindOfForbidden(c, has)
	case http.StatusNotFound:
		switch {
		case c.reason == "NO_ACTIVE_DEVICE", has("no active device"):
			return ErrNoActiveDevice
		case r.closedHere() && len(r.path) == 0: // Spotify's way of closing /recommendations
			return ErrOperationClosed
		}
		return ErrNotFound
	case http.StatusTooManyRequests:
		if c.reason == "QUOTA_EXCEEDED" {
			return ErrQuotaExceeded
		}
		return ErrRateLimited
	}
	if status >= 500 || status < 400 {
		return ErrServer
	}
	return nil
}

func (r *request) kindOfForbidden(c complaint, has func(string) bool) error {
	switch {
	case has("insufficient client scope"), has("permissions missing"):
		return ErrMissingScope
	case has("required for the owner of the app"):
		return ErrOwnerPremium
	case has("may not be registered"), has("user not registered"):
		return ErrNotAllowlisted
	case c.reason == "PREMIUM_REQUIRED", has("premium required"):
		return ErrPremiumRequired
	case has("for another user"), has("you don't own"), has("do not own"):
		return ErrNotOwner
	case has("restriction violated"), r.op.Tag == "Player" && c.reason != "":
		return ErrRestricted
	case r.closedHere():
		return ErrOperationClosed
	case r.ofPlaylist():
		return ErrNotOwner
	}
	return ErrForbidden
}
