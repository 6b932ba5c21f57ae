package server

import "net/http"

// homePage is the page of somebody signed in. It is the one that is opened again and again, so it
// is written by hand; web/live.js changes the elements that have an id.
type homePage struct {
	chrome
	Consent consentWords
	Playing playing
	Scopes  []scopeView
	Missing []scopeView
	Fix     string // where to allow what is missing
}

func (v *views) home(w http.ResponseWriter, p homePage) {
	m := v.markups.Get().(*markup)
	defer v.markups.Put(m)
	m.page = append(m.page[:0], v.frame.head...)
	m.text(p.Playing.Line)
	m.raw(" · Tenuto")
	m.page = append(m.page, v.frame.middle...)
	m.notices(&p)
	m.player(&p.Playing)
	m.raw("\n<div class=\"pair\">")
	m.you(&p)
	m.allowed(&p)
	m.raw("\n</div>\n<script>")
	m.page = append(m.page, v.script...)
	m.raw("</script>\n")
	m.page = append(m.page, v.frame.foot...)
	writeHTML(w, http.StatusOK, m.page)
}

// notices are what somebody should know before the music.
func (m *markup) notices(p *homePage) {
	if p.Notice != "" {
		m.raw("\n<p class=\"notice good\" role=\"status\">")
		m.text(p.Notice)
		m.raw("</p>")
	}
	if p.Consent.Warning != "" {
		m.raw("\n<p class=\"notice ")
		m.text(string(p.Consent.Urgency))
		m.raw("\" role=\"")
		m.text(p.Consent.Role())
		m.raw("\"><span>")
		m.text(p.Consent.Warning)
		m.raw("</span> <a class=\"button\" href=\"/login\">Renew</a></p>")
	}
	if len(p.Missing) > 0 {
		m.raw("\n<div class=\"notice warn\"><div><p>You have not allowed everything this page needs:</p>")
		m.scopes(p.Missing)
		m.raw("</div> <a class=\"button\"")
		m.attribute("href", p.Fix)
		m.raw(">Allow it at Spotify</a></div>")
	}
}

func (m *markup) player(p *playing) {
	m.raw("\n<section id=\"playing\" class=\"player\" aria-label=\"Player\" data-kind=\"")
	m.text(p.Kind)
	m.raw("\" data-playing=\"")
	if p.Playing {
		m.raw("true")
	} else {
		m.raw("false")
	}
	m.raw("\" data-progress=\"")
	m.number(p.Progress.Milliseconds())
	m.raw("\" data-duration=\"")
	m.number(p.Duration.Milliseconds())
	m.raw("\">\n<img class=\"glow\" id=\"glow\" alt=\"\" aria-hidden=\"true\"")
	m.attribute("src", p.Cover)
	m.raw(">\n<div class=\"sleeve\"><img id=\"cover\" alt=\"\" width=\"320\" height=\"320\"")
	m.attribute("src", p.Cover)
	m.raw(">" + noteSVG + "</div>\n<div class=\"track\">\n<p class=\"state\" id=\"state\">")
	m.text(p.state())
	m.raw("</p>\n<div aria-live=\"polite\" aria-atomic=\"true\">\n<h1 id=\"line\">")
	m.text(p.Line)
	m.raw("</h1>")
	m.paragraph("by", p.By)
	m.raw("\n</div>")
	m.paragraph("from", p.From)
	m.time(p)
	m.paragraph("note", p.Note)
	m.raw("\n<p class=\"note\" id=\"stale\" role=\"status\" hidden>Not live just now: this page catches up by itself.</p>")
	m.raw("\n<p class=\"links\"><a class=\"button\" id=\"fix\"")
	m.attribute("href", p.Fix)
	m.raw(">")
	m.text(p.FixLabel)
	m.raw("</a> <a id=\"link\" rel=\"noreferrer\"")
	m.attribute("href", p.Link)
	m.raw(">Open in Spotify</a> <noscript><a href=\"/\">Refresh</a></noscript></p>\n</div>\n</section>")
}

// noteSVG is shown where there is no cover: a note with a tenuto mark.
const noteSVG = `<svg viewBox="0 0 32 32" aria-hidden="true" focusable="false"><path d="M9 9h14" stroke="currentColor" stroke-width="2" stroke-linecap="round"/>` +
	`<ellipse cx="14.5" cy="21" rx="4.4" ry="3.4" transform="rotate(-18 14.5 21)" fill="currentColor"/><path d="M18.4 20v-7" stroke="currentColor" stroke-width="1.7" stroke-linecap="round"/></svg>`

// paragraph is one of the lines under the title; its id is its class.
func (m *markup) paragraph(id literal, text string) {
	m.raw("\n<p class=\"")
	m.raw(id)
	m.raw("\" id=\"")
	m.raw(id)
	m.raw("\"")
	m.hiddenUnless(text != "")
	m.raw(">")
	m.text(text)
	m.raw("</p>")
}

func (m *markup) time(p *playing) {
	m.raw("\n<div class=\"time\" id=\"time\"")
	m.hiddenUnless(p.Duration > 0)
	m.raw(">\n<progress id=\"progress\" aria-label=\"Position\" value=\"")
	m.number(p.Progress.Milliseconds())
	m.raw("\" max=\"")
	m.number(max(1, p.Duration.Milliseconds()))
	m.raw("\"></progress>\n<span id=\"elapsed\">")
	m.clock(p.Progress)
	m.raw("</span><span id=\"length\">")
	m.clock(p.Duration)
	m.raw("</span>\n</div>")
}

func (m *markup) you(p *homePage) {
	m.raw("\n<section class=\"panel\" aria-labelledby=\"you\">\n<h2 id=\"you\">You</h2>\n<div class=\"person\">")
	if p.Image != "" {
		m.raw("<img alt=\"\" width=\"48\" height=\"48\"")
		m.attribute("src", p.Image)
		m.raw(">")
	}
	m.raw("<div><p class=\"name\">")
	m.text(p.Name)
	m.raw("</p><p class=\"who\">User ID: ")
	m.text(p.UserID)
	m.raw("</p></div></div>\n<p class=\"small\">Not you? <a href=\"/login?switch=1\">Use another Spotify account</a></p>\n</section>")
}

func (m *markup) allowed(p *homePage) {
	m.raw("\n<section class=\"panel\" aria-labelledby=\"allowed\">\n<h2 id=\"allowed\">What you allowed</h2>")
	m.scopes(p.Scopes)
	m.raw("\n<p class=\"small\">")
	m.text(p.Consent.Sentence)
	m.raw("</p>\n</section>")
}

func (m *markup) scopes(list []scopeView) {
	m.raw("\n<ul class=\"scopes\">")
	for _, scope := range list {
		m.raw("\n<li><span>")
		m.text(scope.Words)
		m.raw("</span> <code>")
		m.text(scope.Name)
		m.raw("</code></li>")
	}
	if len(list) == 0 {
		m.raw("\n<li>Nothing beyond your public profile.</li>")
	}
	m.raw("\n</ul>")
}
