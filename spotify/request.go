package spotify

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strings"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/internal/operations"
)

// Args are the parts of a raw call.
type Args struct {
	Path  map[string]string // replaces {name} in the operation, escaped
	Query url.Values
	Body  any // sent as JSON; nil: none
}

// Do calls any operation of Spotify's table:
//
//	var album struct{ Name, Label string }
//	err := client.Do(ctx, "GET /albums/{id}", &spotify.Args{Path: map[string]string{"id": id}}, &album)
//
// out is decoded as encoding/json would, our own types inside it as the services do. It stays
// as it is where Spotify answers with nothing, and where it answers a change with what is no
// JSON: what it accepted is done. nil: the answer is not read. All else is as in every other
// call: retries, waits, modes, errors.
func (c *Client) Do(ctx context.Context, op Operation, args *Args, out any) error {
	r := request{name: op, mayBeEmpty: true, accepted: !strings.HasPrefix(string(op), http.MethodGet+" ")}
	if args != nil {
		r.path, r.query, r.body = args.Path, maps.Clone(args.Query), args.Body
	}
	return c.call(ctx, &r, out)
}

// request is a call before it is sent, and all its attempts.
type request struct {
	name       Operation
	path       map[string]string
	query      url.Values // ours to change
	body       any
	jpeg       []byte // in base64: sent instead of JSON
	mayBeEmpty bool   // an empty answer is one
	accepted   bool   // a success is one whatever it says: the answer is of use, and not needed
	about      string // what it is about, as operations.ItemScope has it; "": not known
	wrong      string // why it cannot be sent
	idempotent bool   // repeating it changes nothing more, though its operation might

	op      *operations.Operation
	escaped string // the path below the base URL
	encoded string // the query
	json    []byte
}

// call checks, builds and sends r.
func (c *Client) call(ctx context.Context, r *request, out any) error {
	if c.settings.err != nil {
		return c.settings.err
	}
	if err := c.prepare(r); err != nil {
		return err
	}
	source := c.sourceFor(ctx)
	if source == nil {
		return r.refuse("no token source: give one to New, or use As")
	}
	err := c.send(ctx, r, source, out)
	c.learn(r, err)
	return err
}

// prepare finds the operation, refuses what cannot work, and fills in URL and body.
func (c *Client) prepare(r *request) (err error) {
	op, ok := operations.Lookup(string(r.name))
	if !ok {
		return unknownOperation(r.name)
	}
	if r.wrong != "" {
		return r.refuse(r.wrong)
	}
	r.op = op
	if op.State != operations.Active && c.mode() == Development {
		return &Error{Operation: r.name, Replacement: Operation(op.Replacement), kind: ErrOperationClosed}
	}
	if r.escaped, err = r.expand(); err != nil {
		return err
	}
	if op.Market && c.settings.market != "" && !r.query.Has("market") {
		if r.query == nil {
			r.query = url.Values{}
		}
		r.query.Set("market", string(c.settings.market))
	}
	if len(r.query) > 0 {
		r.encoded = r.query.Encode()
	}
	if r.body != nil {
		if r.json, err = encode(r.body); err != nil {
			return r.refuse("the body cannot be written as JSON")
		}
	}
	return nil
}

// expand puts the parameters into the path.
func (r *request) expand() (string, error) {
	_, template, _ := strings.Cut(string(r.name), " ")
	if len(r.path) == 0 && !strings.Contains(template, "{") {
		return template, nil
	}
	segments := strings.Split(template, "/")
	used := 0
	for i, segment := range segments {
		name, isParameter := strings.CutPrefix(segment, "{")
		if !isParameter {
			continue
		}
		name = strings.TrimSuffix(name, "}")
		switch value := r.path[name]; value {
		case "", ".", "..":
			return "", r.refuse(fmt.Sprintf("the parameter {%s} is missing or empty", name))
		default:
			segments[i], used = url.PathEscape(value), used+1
		}
	}
	if used < len(r.path) {
		return "", r.refuse("Path has parameters that the operation has not")
	}
	return strings.Join(segments, "/"), nil
}

// refuse is an error of the caller's; nothing was sent.
func (r *request) refuse(message string) *Error {
	return &Error{Operation: r.name, Message: message, kind: ErrConfig}
}

// repeatable reports whether a repetition changes nothing more: by method, but for the
// operations that reorder a playlist where they do not replace it.
func (r *request) repeatable() bool {
	switch r.op.ID {
	case "reorder-or-replace-playlists-tracks", "reorder-or-replace-playlists-items":
		return r.idempotent
	}
	return r.op.Method != http.MethodPost
}

func (r *request) closedHere() bool { return r.op.State != operations.Active }

func (r *request) ofPlaylist() bool { return strings.HasPrefix(r.op.Path, "/playlists/{id}") }

const userAgent = "tenuto (+https://github.com/tenuto-dev/tenuto)"

// httpRequest is a new one for each attempt: a body is read once, and tokens change.
func (r *request) httpRequest(ctx context.Context, s *settings, token *auth.Token) (*http.Request, error) {
	to, err := r.address(s.base)
	if err != nil {
		return nil, r.refuse("the request cannot be built")
	}
	req := blank.WithContext(ctx)
	req.Method, req.URL, req.Host = r.op.Method, to, to.Host
	req.Header = http.Header{"Authorization": {"Bearer " + token.AccessToken}, "Accept": typeJSON, "User-Agent": ourName}
	if body := r.text(); len(body) > 0 {
		req.ContentLength = int64(len(body))
		req.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
		req.Body, _ = req.GetBody()
	}
	switch {
	case r.jpeg != nil:
		req.Header["Content-Type"] = typeJPEG
	case r.json != nil:
		req.Header["Content-Type"] = typeJSON
	}
	if s.language != "" {
		req.Header.Set("Accept-Language", s.language)
	}
	return req, nil
}

// text is the body; nil: none.
func (r *request) text() []byte {
	if r.jpeg != nil {
		return r.jpeg
	}
	return r.json
}

// blank is what all requests begin as: making one of an address that is parsed already, as
// http.NewRequest cannot, is a good part of what a small call costs.
var blank = &http.Request{Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1}

// address is where the request goes; what is parsed already is not parsed again.
func (r *request) address(base *url.URL) (*url.URL, error) {
	to := *base
	to.RawQuery = r.encoded
	if !strings.Contains(r.escaped, "%") && base.RawPath == "" {
		to.Path += r.escaped
		return &to, nil
	}
	path, err := url.PathUnescape(r.escaped)
	to.RawPath, to.Path = base.EscapedPath()+r.escaped, base.Path+path
	return &to, err
}

// Header values that all requests share: nobody changes them.
var (
	typeJSON = []string{"application/json"}
	typeJPEG = []string{"image/jpeg"}
	ourName  = []string{userAgent}
)

// sent are the values that an error message must not repeat.
func (r *request) sent(token *auth.Token) []string {
	values := []string{token.AccessToken, r.query.Get("q")}
	for _, value := range r.path {
		values = append(values, value, url.PathEscape(value))
	}
	return values
}
