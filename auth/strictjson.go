package auth

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"unicode/utf8"
)

var errNotJSON = errors.New("not a JSON object")

// readObject reads one JSON object and nothing after it. A name that occurs twice is refused
// (two readers would see two different tokens), names match exactly, and errors never quote
// the data. A null counts as absent.
func readObject(data []byte) (map[string]json.RawMessage, error) {
	if !utf8.Valid(data) {
		return nil, errNotJSON
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	if start, err := dec.Token(); err != nil || start != json.Delim('{') {
		return nil, errNotJSON
	}
	seen := map[string]bool{}
	members := map[string]json.RawMessage{}
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			return nil, errNotJSON
		}
		name, _ := key.(string) // a JSON object has no other keys
		var value json.RawMessage
		if dec.Decode(&value) != nil {
			return nil, errNotJSON
		}
		if seen[name] {
			return nil, errors.New("a JSON object with a name twice")
		}
		seen[name] = true
		if !bytes.Equal(value, []byte("null")) {
			members[name] = value
		}
	}
	if _, err := dec.Token(); err != nil { // the closing brace
		return nil, errNotJSON
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("a JSON object with something after it")
	}
	return members, nil
}
