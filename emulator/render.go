package emulator

import (
	"bytes"
	"encoding/json"
	"strconv"
	"time"
	"unicode/utf8"
)

// doc is JSON being written, appended field by field: a full currently-playing answer costs a
// few microseconds, where maps and reflection cost a hundred. Every value is written with a
// comma behind it; end, endList and bytes put right the last one.
type doc struct {
	view
	buf []byte
}

// view is what one answer may show, and how.
type view struct {
	origin   string // "http://127.0.0.1:5010": what links begin with
	extended bool   // the app is in extended quota mode: no field is withheld
	market   string // asked for; "" shows where things are available instead
	country  string // whose catalogue counts: of the person, else the market
	episodes bool   // the client knows of episodes: additional_types
	quirks   quirks
	names    map[string]string // by their English form; nil: that

	heard func(id string) time.Duration // how far into an episode or chapter; nil: not to be told
}

// bytes is what has been written.
func (d *doc) bytes() []byte { return bytes.TrimSuffix(d.buf, []byte(",")) }

func (d *doc) key(key string) {
	if key == "" {
		return // a member of a list
	}
	d.buf = append(d.buf, '"')
	d.buf = append(d.buf, key...)
	d.buf = append(d.buf, '"', ':')
}

func (d *doc) begin(key string) { d.key(key); d.buf = append(d.buf, '{') }
func (d *doc) list(key string)  { d.key(key); d.buf = append(d.buf, '[') }
func (d *doc) endList()         { d.close(']') }

func (d *doc) end() {
	if d.quirks.unknownFields {
		d.str("x_experiment", "b")
	}
	d.close('}')
}

func (d *doc) close(bracket byte) {
	if last := len(d.buf) - 1; d.buf[last] == ',' {
		d.buf[last] = bracket
	} else {
		d.buf = append(d.buf, bracket)
	}
	d.buf = append(d.buf, ',')
}

// raw writes a value that is JSON already.
func (d *doc) raw(key string, value []byte) {
	d.key(key)
	d.buf = append(d.buf, value...)
	d.buf = append(d.buf, ',')
}

func (d *doc) null(key string) { d.key(key); d.buf = append(d.buf, "null,"...) }

func (d *doc) bool(key string, v bool) {
	d.key(key)
	d.buf = append(strconv.AppendBool(d.buf, v), ',')
}

// int writes a number that Spotify always sends as an integer.
func (d *doc) int(key string, v int64) {
	d.key(key)
	d.buf = append(strconv.AppendInt(d.buf, v, 10), ',')
}

// num writes a number documented as an integer that has been seen as a float.
func (d *doc) num(key string, v int64) {
	d.key(key)
	d.buf = strconv.AppendInt(d.buf, v, 10)
	if d.quirks.floats {
		d.buf = append(d.buf, ".0"...)
	}
	d.buf = append(d.buf, ',')
}

func (d *doc) float(key string, v float64, digits int) {
	d.key(key)
	d.buf = append(strconv.AppendFloat(d.buf, v, 'f', digits, 64), ',')
}

func (d *doc) millis(key string, v time.Duration) { d.num(key, v.Milliseconds()) }

// time writes a moment to the second; the zero time is null.
func (d *doc) time(key string, t time.Time) {
	if t.IsZero() {
		d.null(key)
		return
	}
	d.key(key)
	d.buf = append(d.buf, '"')
	d.buf = t.UTC().AppendFormat(d.buf, "2006-01-02T15:04:05Z")
	d.buf = append(d.buf, '"', ',')
}

func (d *doc) str(key, v string) {
	d.key(key)
	d.buf = append(appendString(d.buf, v), ',')
}

// str3 writes a string put together from parts that need no escaping.
func (d *doc) str3(key, a, b, c string) {
	d.key(key)
	d.buf = append(d.buf, '"')
	d.buf = append(d.buf, a...)
	d.buf = append(d.buf, b...)
	d.buf = append(d.buf, c...)
	d.buf = append(d.buf, '"', ',')
}

func (d *doc) strs(key string, values []string) {
	d.list(key)
	for _, v := range values {
		d.str("", v)
	}
	d.endList()
}

// link writes "href": a link to /v1/kind/id below the address we were asked by.
func (d *doc) link(kind, id string) {
	d.buf = append(d.buf, `"href":"`...)
	d.buf = append(d.buf, d.origin...)
	d.buf = append(d.buf, "/v1/"...)
	d.buf = append(d.buf, kind...)
	d.buf = append(d.buf, 's', '/')
	d.buf = append(d.buf, id...)
	d.buf = append(d.buf, '"', ',')
}

// identity writes what every object begins with: links, id, type and URI.
func (d *doc) identity(kind, id string) {
	d.buf = append(d.buf, `"external_urls":{"spotify":"https://open.spotify.com/`...)
	d.buf = append(d.buf, kind...)
	d.buf = append(d.buf, '/')
	d.buf = append(d.buf, id...)
	d.buf = append(d.buf, `"},`...)
	d.link(kind, id)
	d.str3("id", id, "", "")
	d.str3("type", kind, "", "")
	d.str3("uri", "spotify:", kind+":", id)
}

// markets writes available_markets, which only extended mode shows and only without a market.
func (d *doc) markets(set *marketSet) {
	if d.extended && d.market == "" {
		d.raw("available_markets", set.json)
	}
}

// appendString appends v quoted as JSON. Nearly all names need no escaping.
func appendString(buf []byte, v string) []byte {
	if !plain(v) {
		quoted, _ := json.Marshal(v) // a string always marshals
		return append(buf, quoted...)
	}
	buf = append(buf, '"')
	buf = append(buf, v...)
	return append(buf, '"')
}

// plain reports whether v may stand in JSON as it is.
func plain(v string) bool {
	ascii := true
	for i := range len(v) {
		c := v[i]
		if c < ' ' || c == '"' || c == '\\' {
			return false
		}
		ascii = ascii && c < utf8.RuneSelf
	}
	return ascii || utf8.ValidString(v)
}
