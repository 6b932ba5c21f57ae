package spotify

import (
	"cmp"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// fields are those of an answer's header that decide about keeping it.
type fields struct {
	cacheControl, expires, date, age, etag, lastModified, vary string
}

func fieldsOf(h http.Header) fields {
	first := func(values []string) string {
		if len(values) == 0 {
			return ""
		}
		return values[0]
	}
	return fields{ // with their names as transports write them
		cacheControl: strings.Join(h["Cache-Control"], ","), expires: first(h["Expires"]), date: first(h["Date"]), age: first(h["Age"]),
		etag: first(h["Etag"]), lastModified: first(h["Last-Modified"]), vary: strings.Join(h["Vary"], ","),
	}
}

// neverOfUse reports whether an answer is stale at once, and cannot be asked about either.
func (f fields) neverOfUse() bool {
	is := directives(f.cacheControl)
	return is.noStore || !f.hasValidator() && (is.hasMaxAge && is.maxAge == 0 || !is.hasMaxAge && f.expires == "")
}

// merge is f after a 304 with the fields of newer. RFC 9111, section 3.2. An age is that of
// one answer.
func (f fields) merge(newer fields) fields {
	return fields{
		cacheControl: cmp.Or(newer.cacheControl, f.cacheControl), expires: cmp.Or(newer.expires, f.expires),
		date: newer.date, age: newer.age,
		etag: cmp.Or(newer.etag, f.etag), lastModified: cmp.Or(newer.lastModified, f.lastModified), vary: cmp.Or(newer.vary, f.vary),
	}
}

func (f fields) hasValidator() bool { return f.etag != "" || f.lastModified != "" }

// freshness is how long an answer may be used.
type freshness struct {
	keep           bool // it may be stored
	mustRevalidate bool // it may not be used when it is stale, not even while we cool down
	noCache        bool // it may not be used without asking
	lifetime       time.Duration
	age            time.Duration // at received
	received       time.Time
}

// fresh reports whether an answer may be used without asking.
func (f *freshness) fresh(now time.Time) bool {
	return !f.noCache && f.lifetime > f.age+now.Sub(f.received)
}

// freshness of an answer that was asked for and received at these times. RFC 9111, sections
// 4.2.1 and 4.2.3. Heuristics are not used.
func (f fields) freshness(asked, received time.Time) freshness {
	is := directives(f.cacheControl)
	if is.noStore || strings.Contains(f.vary, "*") {
		return freshness{}
	}
	result := freshness{
		keep: true, mustRevalidate: is.mustRevalidate, noCache: is.noCache,
		age: f.currentAge(asked, received), received: received,
	}
	if is.hasMaxAge {
		result.lifetime = is.maxAge
	} else if f.expires != "" {
		expires, err := http.ParseTime(f.expires) // "0" and other nonsense is the past
		date, noDate := http.ParseTime(f.date)
		if noDate != nil {
			date = received
		}
		if err == nil {
			result.lifetime = max(0, expires.Sub(date))
		}
	}
	return result
}

func (f fields) currentAge(asked, received time.Time) time.Duration {
	age := received.Sub(asked)
	if f.age != "" {
		if seconds, err := strconv.ParseInt(f.age, 10, 64); err == nil && seconds > 0 {
			age += asSeconds(seconds)
		}
	}
	if f.date == "" {
		return age
	}
	if date, err := http.ParseTime(f.date); err == nil {
		age = max(age, received.Sub(date))
	}
	return age
}

// longestAge in seconds; more is the same.
const longestAge = 1 << 31

// deltaSeconds reads the argument of a directive; what is none is 0, so stale.
func deltaSeconds(text string) time.Duration {
	seconds, err := strconv.ParseInt(text, 10, 64)
	switch {
	case err == nil && seconds >= 0:
		return asSeconds(seconds)
	case err != nil && text != "" && strings.Trim(text, "0123456789") == "":
		return asSeconds(longestAge) // too long for an integer
	}
	return 0
}

func asSeconds(n int64) time.Duration { return time.Duration(min(n, longestAge)) * time.Second }

// cacheControl is the directives of a Cache-Control field that matter to us.
type cacheControl struct {
	noStore, noCache, mustRevalidate bool
	hasMaxAge                        bool
	maxAge                           time.Duration
}

// directives parses what RFC 9111, section 5.2 describes. Of two lifetimes the shorter counts.
func directives(text string) (is cacheControl) {
	for text != "" {
		var name, value string
		name, value, text = nextDirective(text)
		switch name = strings.TrimSpace(name); {
		case strings.EqualFold(name, "no-store"):
			is.noStore = true
		case strings.EqualFold(name, "no-cache"): // with or without field names
			is.noCache = true
		case strings.EqualFold(name, "must-revalidate"):
			is.mustRevalidate = true
		case strings.EqualFold(name, "max-age"):
			if age := deltaSeconds(value); !is.hasMaxAge || age < is.maxAge {
				is.hasMaxAge, is.maxAge = true, age
			}
		}
	}
	return is
}

// nextDirective splits off one directive. A quoted value may have commas.
func nextDirective(text string) (name, value, rest string) {
	end := strings.IndexAny(text, ",=")
	if end < 0 {
		return text, "", ""
	}
	name, rest = text[:end], text[end+1:]
	if text[end] == ',' {
		return name, "", rest
	}
	rest = strings.TrimLeft(rest, " \t")
	if quoted, ok := strings.CutPrefix(rest, `"`); ok {
		value, rest, _ = strings.Cut(quoted, `"`)
		_, rest, _ = strings.Cut(rest, ",")
		return name, value, rest
	}
	value, rest, _ = strings.Cut(rest, ",")
	return name, strings.TrimSpace(value), rest
}
