package spotify

import (
	"bytes"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/go-json-experiment/json/jsontext"
)

// number reads a number, or a string that holds one. Spotify sends floats where it documents
// integers; they are cut off.
func (d *decoder) number() (n float64, ok bool) {
	var text []byte
	switch d.next() {
	case jsontext.KindNumber:
		text = d.value()
	case jsontext.KindString:
		text = []byte(d.text())
		d.odd()
	default:
		d.pass()
		return 0, false
	}
	n, err := strconv.ParseFloat(string(text), 64)
	return n, err == nil && !math.IsNaN(n) && !math.IsInf(n, 0)
}

// whole reads a number as an integer.
func (d *decoder) whole() (n int64, ok bool) {
	if d.next() == jsontext.KindNumber { // the usual case, without a float between
		text := d.value()
		if n, err := strconv.ParseInt(string(text), 10, 64); err == nil {
			return n, true
		}
		f, err := strconv.ParseFloat(string(text), 64)
		d.odd()
		return clamp(f), err == nil
	}
	f, ok := d.number()
	return clamp(f), ok
}

// clamp converts without the undefined results of values that do not fit.
func clamp(f float64) int64 {
	const limit = 1 << 53
	return int64(min(max(f, -limit), limit))
}

func (d *decoder) integer() int {
	n, _ := d.whole()
	return int(n)
}

// optionalInteger is nil for null and for what is no number.
func (d *decoder) optionalInteger() *int {
	n, ok := d.whole()
	if !ok {
		return nil
	}
	return new(int(n))
}

func (d *decoder) boolean() bool {
	b := d.optionalBoolean()
	return b != nil && *b
}

// optionalBoolean is nil for null and for what is no boolean.
func (d *decoder) optionalBoolean() *bool {
	switch d.next() {
	case jsontext.KindTrue, jsontext.KindFalse:
		return new(d.value().Kind() == jsontext.KindTrue)
	}
	d.pass()
	return nil
}

// milliseconds reads a length of time. Local files have been seen with an object instead of a
// number: {"totalMilliseconds": n}.
func (d *decoder) milliseconds() time.Duration {
	if d.next() == jsontext.KindBeginObject {
		var length time.Duration
		for name := range d.some() {
			if bytes.Contains(bytes.ToLower(name), []byte("milliseconds")) {
				length = d.milliseconds()
			}
		}
		d.odd()
		return length
	}
	n, _ := d.whole()
	const limit = math.MaxInt64 / int64(time.Millisecond)
	return time.Duration(min(max(n, -limit), limit)) * time.Millisecond
}

// instant reads a time: RFC 3339 text, or Unix milliseconds. The zero time for null, and for
// Spotify's way of saying that it does not know, 1970-01-01.
func (d *decoder) instant() time.Time {
	if d.next() == jsontext.KindString {
		t, err := time.Parse(time.RFC3339Nano, d.text())
		if err != nil || t.Unix() <= 0 {
			return time.Time{}
		}
		return t
	}
	n, _ := d.whole()
	if n <= 0 {
		return time.Time{}
	}
	return time.UnixMilli(n).UTC()
}

// Date is a release date of year, month or day precision. The zero Date is one that Spotify
// does not know, as for local files.
type Date struct {
	Year, Month, Day int // Month and Day may be 0
}

// String is "2024", "2024-03" or "2024-03-09"; "" for the zero Date.
func (d Date) String() string {
	switch {
	case d.Year == 0:
		return ""
	case d.Month == 0:
		return fmt.Sprintf("%04d", d.Year)
	case d.Day == 0:
		return fmt.Sprintf("%04d-%02d", d.Year, d.Month)
	}
	return fmt.Sprintf("%04d-%02d-%02d", d.Year, d.Month, d.Day)
}

// date reads a release date. Its precision is in its length; "0000" is not known.
func (d *decoder) date() (date Date) {
	text, _, _ := strings.Cut(d.text(), "T") // a precision of minutes has been seen
	parts := []*int{&date.Year, &date.Month, &date.Day}
	for i, part := range strings.SplitN(text, "-", len(parts)) {
		n, err := strconv.Atoi(part)
		if err != nil || n <= 0 {
			break
		}
		*parts[i] = n
	}
	return date
}

// textMember reads an object for one of its strings.
func (d *decoder) textMember(wanted string) (text string) {
	for name := range d.some() {
		if string(name) == wanted {
			text = d.text()
		}
	}
	return text
}

// textOr reads a string, or an object for one of its strings.
func (d *decoder) textOr(wanted string) string {
	if d.next() == jsontext.KindBeginObject {
		return d.textMember(wanted)
	}
	return d.text()
}

// total reads an object for the number under "total", as followers have it.
func (d *decoder) total() (total *int) {
	for name := range d.some() {
		if string(name) == "total" {
			total = d.optionalInteger()
		}
	}
	return total
}

// float reads a number; 0 for what is none.
func (d *decoder) float() float64 {
	n, _ := d.number()
	return n
}

// floats reads an array of numbers.
func (d *decoder) floats() (list []float64) {
	for range d.elements() {
		list = append(list, d.float())
	}
	return list
}

// seconds reads a length of time in seconds, with a fraction.
func (d *decoder) seconds() time.Duration {
	const limit = math.MaxInt64 / float64(time.Second)
	return time.Duration(min(max(d.float(), -limit+1), limit-1) * float64(time.Second))
}

// textsUnder reads an array of objects, or of strings, for one string of each.
func (d *decoder) textsUnder(wanted string) (list []string) {
	for range d.elements() {
		if text := d.textOr(wanted); text != "" {
			list = append(list, text)
		}
	}
	return list
}

// lastMarkets remembers the last list of markets: a page repeats the same one for nearly all of its
// tracks and albums, 185 codes each.
type lastMarkets struct {
	text    []byte
	markets Markets
}

// markets reads an array of countries.
func (d *decoder) markets() Markets {
	if d.next() != jsontext.KindBeginArray {
		d.pass()
		return ""
	}
	text := d.value()
	if !bytes.Equal(text, d.seen.text) {
		d.seen.text = append(d.seen.text[:0], text...)
		d.seen.markets = newDecoder(d.seen.text).codes()
	}
	return d.seen.markets
}

// codes reads an array of words of letters and digits, into one string.
func (d *decoder) codes() Markets {
	list := make([]byte, 0, len(d.data))
	for range d.elements() {
		code := d.value()
		if code.Kind() != jsontext.KindString || len(code) <= 2 || bytes.ContainsFunc(code[1:len(code)-1], notInCode) {
			continue
		}
		if len(list) > 0 {
			list = append(list, ' ')
		}
		list = append(list, code[1:len(code)-1]...)
	}
	return Markets(list)
}

func notInCode(r rune) bool {
	return r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r)
}
