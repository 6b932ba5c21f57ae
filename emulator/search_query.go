package emulator

import (
	"slices"
	"strings"
	"time"
)

// query is a search: words that all must occur, and filters.
type query struct {
	whole string   // without the filters
	words []string // of whole

	album, artist, track, upc, isrc, genre, tag, years string
	from, to                                           int // of years; 0: any
}

// parseQuery takes apart what stands in q. A filter's value goes on to the next filter, as in
// track:Doxy artist:Miles Davis, or to its closing quote.
func parseQuery(text string) query {
	var q query
	text = foldKeepingQuotes(text)
	var free []string
	for text != "" {
		name, value, rest := cutFilter(text)
		switch name {
		case "":
			free = append(free, value)
		case "album":
			q.album = value
		case "artist":
			q.artist = value
		case "track":
			q.track = value
		case "upc":
			q.upc = value
		case "isrc":
			q.isrc = value
		case "genre":
			q.genre = strings.ReplaceAll(value, "-", " ")
		case "tag":
			q.tag = value
		case "year":
			q.years = value
			first, last, isRange := strings.Cut(value, "-")
			if !isRange {
				last = first
			}
			q.from, q.to = atoiOr(first, 9999), atoiOr(last, 9999)
		}
		text = rest
	}
	q.whole = strings.ReplaceAll(strings.Join(free, " "), `"`, "")
	q.words = strings.Fields(q.whole)
	return q
}

var filterNames = []string{"album:", "artist:", "track:", "year:", "upc:", "isrc:", "genre:", "tag:"}

// cutFilter cuts off the first filter of text, or, with the name "", the words before it.
func cutFilter(text string) (name, value, rest string) {
	text = strings.TrimSpace(text)
	for _, filter := range filterNames {
		after, ok := strings.CutPrefix(text, filter)
		if !ok {
			continue
		}
		name = strings.TrimSuffix(filter, ":")
		if quoted, ok := strings.CutPrefix(after, `"`); ok {
			value, rest, _ = strings.Cut(quoted, `"`)
			return name, strings.TrimSpace(value), rest
		}
		end := nextFilter(after)
		if name == "year" || name == "tag" || name == "upc" || name == "isrc" { // one word
			if space := strings.IndexByte(after, ' '); space >= 0 {
				end = min(end, space)
			}
		}
		return name, strings.TrimSpace(strings.ReplaceAll(after[:end], `"`, "")), after[end:]
	}
	end := nextFilter(text)
	return "", strings.TrimSpace(text[:end]), text[end:]
}

// nextFilter is where the next filter of text begins, or its end.
func nextFilter(text string) int {
	end := len(text)
	for _, filter := range filterNames {
		if at := strings.Index(text, " "+filter); at >= 0 {
			end = min(end, at)
		}
	}
	return end
}

// anything reports whether the query asks for anything that things of a kind have: filters
// they do not have are passed over.
func (q query) anything(filters ...string) bool {
	return len(q.words) > 0 || slices.ContainsFunc(filters, func(value string) bool { return value != "" })
}

// occur reports whether every word begins a word of one of the texts or names.
func (q query) occur(artists []*artist, texts ...string) bool {
	for _, word := range q.words {
		if !slices.ContainsFunc(texts, func(text string) bool { return begins(text, word) }) && (artists == nil || !byOne(artists, word)) {
			return false
		}
	}
	return true
}

// begins reports whether part stands in text at the beginning of a word.
func begins(text, part string) bool {
	for from := 0; ; {
		at := strings.Index(text[from:], part)
		if at < 0 {
			return false
		}
		if at += from; at == 0 || !isLetter(text[at-1]) {
			return true
		}
		from = at + 1
	}
}

// isLetter knows what fold leaves; a byte above ASCII is part of a letter.
func isLetter(c byte) bool { return 'a' <= c && c <= 'z' || '0' <= c && c <= '9' || c >= 0x80 }

func (q query) fitsYear(released string) bool {
	if q.from == 0 {
		return true
	}
	year := atoiOr(released[:4], 0)
	return q.from <= year && year <= q.to
}

func byOne(artists []*artist, name string) bool {
	return name == "" || slices.ContainsFunc(artists, func(a *artist) bool { return begins(a.lower, name) })
}

func ofGenre(artists []*artist, genre string) bool {
	return genre == "" || slices.ContainsFunc(artists, func(a *artist) bool { return slices.Contains(a.Genres, genre) })
}

func (q query) fitsTrack(t *track) bool {
	return q.anything(q.track, q.artist, q.album, q.isrc, q.genre, q.years) &&
		begins(t.lower, q.track) && begins(t.Album.lower, q.album) && byOne(t.Artists, q.artist) &&
		(q.isrc == "" || strings.EqualFold(q.isrc, t.ISRC)) && ofGenre(t.Artists, q.genre) && q.fitsYear(t.Album.Released) &&
		q.occur(t.Artists, t.lower, t.Album.lower)
}

func (q query) fitsArtist(a *artist) bool {
	return q.anything(q.artist, q.genre) && begins(a.lower, q.artist) && ofGenre([]*artist{a}, q.genre) && q.occur(nil, a.lower)
}

func (q query) fitsAlbum(a *album, newest string) bool {
	return q.anything(q.album, q.artist, q.upc, q.tag, q.years) &&
		begins(a.lower, q.album) && byOne(a.Artists, q.artist) && (q.upc == "" || q.upc == a.UPC) &&
		q.fitsYear(a.Released) && q.fitsTag(a, newest) && q.occur(a.Artists, a.lower)
}

// fitsTag knows tag:new, the last two weeks of the catalogue, and tag:hipster, what hardly
// anybody listens to.
func (q query) fitsTag(a *album, newest string) bool {
	switch q.tag {
	case "":
		return true
	case "new":
		last, err := time.Parse(time.DateOnly, newest)
		return err == nil && a.Precision == "day" && a.Released > last.AddDate(0, 0, -14).Format(time.DateOnly)
	case "hipster":
		return a.Popularity < 10
	}
	return false
}

func (q query) fitsPlaylist(l listed) bool {
	return q.anything() && q.occur(nil, l.name, l.description)
}

func (q query) fitsShow(s *show) bool {
	return q.anything() && q.occur(nil, s.lower, fold(s.Publisher))
}

func (q query) fitsEpisode(e *episode) bool {
	return q.anything() && q.occur(nil, e.lower, e.Show.lower)
}

func (q query) fitsAudiobook(b *audiobook) bool {
	return q.anything() && q.occur(nil, b.lower, fold(b.Authors[0]))
}

// fold is what names are compared by: small letters without accents and double quotes.
func fold(s string) string { return strings.ReplaceAll(foldKeepingQuotes(s), `"`, "") }

func foldKeepingQuotes(s string) string { return withoutAccents.Replace(strings.ToLower(s)) }

var withoutAccents = strings.NewReplacer("á", "a", "à", "a", "â", "a", "ä", "a", "å", "a", "ã", "a", "ç", "c", "č", "c",
	"é", "e", "è", "e", "ê", "e", "ë", "e", "í", "i", "ì", "i", "î", "i", "ï", "i", "ñ", "n", "ó", "o", "ò", "o", "ô", "o",
	"ö", "o", "ø", "o", "õ", "o", "ř", "r", "š", "s", "ß", "ss", "ú", "u", "ù", "u", "û", "u", "ü", "u", "ý", "y", "ž", "z",
	"“", "\"", "”", "\"", "’", "'")
