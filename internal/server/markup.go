package server

import (
	"strconv"
	"time"
	"unicode/utf8"
)

// markup writes HTML where the template engine would cost more than everything else on the page.
// It is safe by its types: raw takes a literal, which only a constant becomes without a conversion
// that a reader would see; everything else is escaped.
type markup struct{ page []byte }

// literal is HTML that stands in our own source.
type literal string

func (m *markup) raw(html literal) { m.page = append(m.page, html...) }

// text writes s so that it is text, in an element and in a quoted attribute.
func (m *markup) text(s string) {
	start := 0
	for i := 0; i < len(s); i++ {
		escaped := escapes[s[i]]
		if escaped == "" {
			continue
		}
		m.page = append(append(m.page, s[start:i]...), escaped...)
		start = i + 1
	}
	m.page = append(m.page, s[start:]...)
}

// escapes are those of html/template.
var escapes = [256]string{
	0: string(utf8.RuneError), '"': "&#34;", '\'': "&#39;", '&': "&amp;", '<': "&lt;", '>': "&gt;",
}

// attribute writes name="value", or hidden where there is no value.
func (m *markup) attribute(name literal, value string) {
	if value == "" {
		m.raw(" hidden")
		return
	}
	m.raw(" ")
	m.raw(name)
	m.raw(`="`)
	m.text(value)
	m.raw(`"`)
}

// hiddenUnless hides an element that has nothing to show.
func (m *markup) hiddenUnless(shown bool) {
	if !shown {
		m.raw(" hidden")
	}
}

func (m *markup) number(n int64) { m.page = strconv.AppendInt(m.page, n, 10) }

// clock writes minutes and seconds.
func (m *markup) clock(d time.Duration) {
	seconds := int64(d / time.Second)
	m.number(seconds / 60)
	m.raw(":")
	if seconds%60 < 10 {
		m.raw("0")
	}
	m.number(seconds % 60)
}
