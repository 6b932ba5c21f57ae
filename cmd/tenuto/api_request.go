package main

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/tenuto-dev/tenuto/internal/operations"
	"github.com/tenuto-dev/tenuto/spotify"
)

// apiCall is one call of an operation, ready to be sent.
type apiCall struct {
	op    *operations.Operation
	args  spotify.Args
	cover []byte // JPEG: the one body that is not JSON
}

// coverID is the operation whose body is a picture.
const coverID = "upload-custom-playlist-cover"

// name is the operation as package spotify has it.
func (c *apiCall) name() spotify.Operation { return spotify.Operation(c.op.Name()) }

// readCall makes a call of a target, the words name=value after it and the flags for its body.
func (p *program) readCall(t *target, words, fields []string, body string) (*apiCall, error) {
	call := &apiCall{op: t.op, args: spotify.Args{Path: map[string]string{}, Query: t.query}}
	maps.Copy(call.args.Path, t.path)
	for _, word := range words {
		name, value, ok := strings.Cut(word, "=")
		if !ok || name == "" {
			return nil, usage("parameters are written name=value, fields of the body --field name=value", "what is %q?", word)
		}
		if ours, known := t.alias[name]; known {
			name = ours
		}
		call.set(name, value)
	}
	if err := call.checkPath(); err != nil {
		return nil, err
	}
	if err := call.plainIDs(); err != nil {
		return nil, err
	}
	return call, p.readBody(call, fields, body)
}

// parametersOf are the names in the braces of a path.
func parametersOf(op *operations.Operation) (names []string) {
	for segment := range strings.SplitSeq(op.Path, "/") {
		if name, ok := strings.CutPrefix(segment, "{"); ok {
			names = append(names, strings.TrimSuffix(name, "}"))
		}
	}
	return names
}

// set gives a parameter a value. Given again it becomes a list, as Spotify writes them.
func (c *apiCall) set(name, value string) {
	switch {
	case slices.Contains(parametersOf(c.op), name):
		c.args.Path[name] = value
	case c.args.Query.Has(name):
		c.args.Query.Set(name, c.args.Query.Get(name)+","+value)
	default:
		c.args.Query.Set(name, value)
	}
}

// checkPath asks for every parameter of the path.
func (c *apiCall) checkPath() error {
	for _, name := range parametersOf(c.op) {
		if c.args.Path[name] == "" {
			return usage(fmt.Sprintf("tenuto api %s %s=…", c.op.ID, name), "%s needs %s", c.op.Name(), name)
		}
	}
	return nil
}

// kindOfPath is what the {id} of a path is the ID of.
var kindOfPath = map[string]spotify.Kind{
	"albums": spotify.KindAlbum, "artists": spotify.KindArtist, "audiobooks": spotify.KindAudiobook,
	"chapters": spotify.KindChapter, "episodes": spotify.KindEpisode, "playlists": spotify.KindPlaylist,
	"shows": spotify.KindShow, "tracks": spotify.KindTrack, "users": spotify.KindUser,
	"audio-features": spotify.KindTrack, "audio-analysis": spotify.KindTrack,
}

// plainIDs takes URIs and links where Spotify takes IDs, and links where it takes URIs.
func (c *apiCall) plainIDs() (err error) {
	segments := strings.Split(c.op.Path, "/")
	first, last := segments[1], segments[len(segments)-1]
	if kind, ok := kindOfPath[first]; ok && c.args.Path["id"] != "" {
		if c.args.Path["id"], err = plainID(c.args.Path["id"], kind); err != nil {
			return err
		}
	}
	kind := kindOfPath[last]
	for _, name := range []string{"ids", "uris", "uri"} {
		if c.args.Query.Get(name) == "" {
			continue
		}
		list := strings.Split(c.args.Query.Get(name), ",")
		for i, text := range list {
			if name == "ids" {
				list[i], err = plainID(text, kind)
			} else {
				list[i], err = plainURI(text)
			}
			if err != nil {
				return err
			}
		}
		c.args.Query.Set(name, strings.Join(list, ","))
	}
	return nil
}

// plainID is the ID in a URI or link of a kind ("": any); what is neither stays as it is.
func plainID(text string, want spotify.Kind) (string, error) {
	if !strings.HasPrefix(text, "spotify:") && !strings.Contains(text, "://") {
		return text, nil
	}
	uri, err := spotify.ParseURI(text)
	if err != nil {
		return "", &mistake{err, "", true}
	}
	chapter := want == spotify.KindChapter && uri.Kind() == spotify.KindEpisode // they carry either
	if want != "" && uri.Kind() != want && !chapter {
		return "", usage("name the right one", "this address is that of another kind of thing: %s, not %s", uri.Kind(), want)
	}
	return uri.ID(), nil
}

// plainURI is the URI of a link; what is none stays as it is.
func plainURI(text string) (string, error) {
	if !strings.Contains(text, "://") {
		return text, nil
	}
	uri, err := spotify.ParseURI(text)
	if err != nil {
		return "", &mistake{err, "", true}
	}
	return string(uri), nil
}

// maxInput bounds what is read for a body: Spotify takes 256 KB at most.
const maxInput = 1 << 20

// readBody takes the body from --field or --body.
func (p *program) readBody(call *apiCall, fields []string, file string) error {
	switch {
	case len(fields) > 0 && file != "":
		return usage("give one of them", "--field and --body: which is the body?")
	case call.op.Method == "GET" && len(fields)+len(file) > 0:
		return usage("parameters are written name=value, without --field", "%s takes no body", call.op.Name())
	case file != "":
		return p.readBodyFile(call, file)
	case len(fields) > 0:
		body, err := fieldsBody(fields)
		if err != nil {
			return err
		}
		call.args.Body = body
	case call.op.ID == coverID:
		return usage("--body picture.jpg", "which picture?")
	}
	return nil
}

func (p *program) readBodyFile(call *apiCall, name string) error {
	from := p.in
	if name != "-" {
		file, err := os.Open(name)
		if err != nil {
			return &mistake{fmt.Errorf("--body: %w", err), `"-" is standard input`, true}
		}
		defer file.Close()
		from = file
	}
	text, err := io.ReadAll(io.LimitReader(from, maxInput+1))
	switch {
	case err != nil:
		return fmt.Errorf("--body: %w", err)
	case len(text) > maxInput:
		return usage("Spotify takes 256 KB at most", "--body: this is too long")
	case call.op.ID == coverID:
		call.cover = text
		return nil
	case !json.Valid(text):
		return usage("Spotify takes JSON; --field name=value writes it for you", "--body: this is no JSON")
	}
	call.args.Body = json.RawMessage(text)
	return nil
}

// textFields are text even where their value looks like JSON: there are playlists named 1989.
var textFields = []string{"name", "description"}

// fieldsBody writes a JSON object of fields name=value. A value that is JSON is taken as such,
// anything else as text.
func fieldsBody(fields []string) (json.RawMessage, error) {
	object := map[string]json.RawMessage{}
	for _, field := range fields {
		name, value, ok := strings.Cut(field, "=")
		if !ok || name == "" {
			return nil, usage(`write it like --field name=value; values are JSON (true, 7, ["a"]) or else text`, "--field: what is %q?", field)
		}
		if _, again := object[name]; again {
			return nil, usage(fmt.Sprintf(`a list is written --field '%s=["a","b"]'`, name), "--field: %s is given twice", name)
		}
		if object[name] = json.RawMessage(value); slices.Contains(textFields, name) || !json.Valid(object[name]) {
			text, err := json.Marshal(value)
			if err != nil {
				return nil, err
			}
			object[name] = text
		}
	}
	return json.Marshal(object)
}
