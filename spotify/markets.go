package spotify

import (
	"iter"
	"strings"
)

// Market is a country in which Spotify can be had, ISO 3166-1 alpha-2: "FI".
// https://developer.spotify.com/documentation/web-api/concepts/track-relinking
type Market string

// Markets are the countries in which something can be had: "AD AE AG …", in Spotify's order.
// "" where Spotify does not say: to apps in development mode, when asked for a market, and of
// what can be had nowhere.
type Markets string

// Has reports whether m is one of them.
func (ms Markets) Has(m Market) bool {
	return m != "" && strings.Contains(" "+string(ms)+" ", " "+string(m)+" ")
}

// All walks them.
func (ms Markets) All() iter.Seq[Market] {
	return func(yield func(Market) bool) {
		for code := range strings.FieldsSeq(string(ms)) {
			if !yield(Market(code)) {
				return
			}
		}
	}
}
