package auth_test

import (
	"errors"
	"testing"
	"time"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/emulator"
)

// TestConsentMonths: how long a consent lasts is the operator's to say; the tokens know it, and so do
// refusals.
func TestConsentMonths(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		months    int
		by        func(at time.Time) time.Time
		afterFive auth.Reason // why a refusal after five months was
	}{
		{0, func(at time.Time) time.Time { return at.AddDate(0, 6, 0) }, auth.ReasonRevoked},
		{3, func(at time.Time) time.Time { return at.AddDate(0, 3, 0) }, auth.ReasonExpired},
		{-1, func(time.Time) time.Time { return time.Time{} }, auth.ReasonRevoked},
	} {
		inBubble(t, emulator.Config{ConsentLifetime: -1}, func(w world) {
			w.cred = w.credentials(func(c *auth.Config) { c.ConsentMonths = test.months })
			store := &auth.MemoryStore{}
			g := w.cred.Grants(store)
			w.put(g)
			token := w.wantToken(g.For("alice"))
			want := test.by(token.AuthorizedAt)
			if got := token.ReauthorizeBy(); !got.Equal(want) {
				w.t.Errorf("%d months: ReauthorizeBy = %v, want %v", test.months, got, want)
			}
			if got := w.cred.ReauthorizeBy(token.AuthorizedAt); !got.Equal(want) {
				w.t.Errorf("%d months: Credentials.ReauthorizeBy = %v, want %v", test.months, got, want)
			}
			time.Sleep(time.Hour)
			if got := w.wantToken(g.For("alice")).ReauthorizeBy(); !got.Equal(want) {
				w.t.Errorf("%d months: ReauthorizeBy after a refresh = %v, want %v", test.months, got, want)
			}
			time.Sleep(150 * 24 * time.Hour) // past it, Spotify is asked all the same: it knows best
			w.wantToken(g.For("alice"))
			time.Sleep(time.Hour)
			w.Fail(refusal)
			_, err := g.For("alice").Token(w.t.Context())
			if gone, ok := errors.AsType[*auth.ReauthorizeError](err); !ok || gone.Reason != test.afterFive {
				w.t.Errorf("%d months: refused after five = %v, want %s", test.months, err, test.afterFive)
			}
		})
	}
}
