package auth

import (
	"slices"
	"time"
)

// Spares are the refresh tokens kept beside the current one. The best is in front, those that were
// refused are behind.

// rotated is t with the first spare's refresh token, and the spares with t's own behind them.
func (t *Token) rotated(spares []spare, now time.Time) (*Token, []spare) {
	next := *t
	next.RefreshToken = spares[0].RefreshToken
	return &next, append(slices.Clone(spares[1:]), spare{t.RefreshToken, now, true})
}

// forgiven is t with the first refresh token that was refused, the newest, and the spares, t's own
// among them, as if none had been.
func (t *Token) forgiven(spares []spare, now time.Time) (*Token, []spare) {
	var refused, untried []spare
	for _, s := range spares {
		if s.Refused {
			refused = append(refused, spare{s.RefreshToken, s.At, false})
		} else {
			untried = append(untried, s)
		}
	}
	if len(refused) == 0 {
		return t, spares
	}
	next := *t
	next.RefreshToken = refused[0].RefreshToken
	return &next, slices.Concat(refused[1:], []spare{{t.RefreshToken, now, false}}, untried)
}

// keeps reports whether refreshToken is in the record already.
func (r *Record) keeps(refreshToken string) bool {
	return r.Token.RefreshToken == refreshToken || slices.ContainsFunc(r.rule().spares, func(s spare) bool {
		return s.RefreshToken == refreshToken
	})
}

// addSpare puts refreshToken before the others.
func addSpare(spares []spare, refreshToken string, now time.Time) []spare {
	if refreshToken == "" {
		return spares
	}
	all := append([]spare{{RefreshToken: refreshToken, At: now}}, unspoilt(spares, now)...)
	return all[:min(len(all), sparesKept)]
}

// unspoilt are the spares that are not too old.
func unspoilt(spares []spare, now time.Time) []spare {
	var kept []spare
	for _, s := range spares {
		if now.Sub(s.At) < spareTime {
			kept = append(kept, s)
		}
	}
	return kept
}
