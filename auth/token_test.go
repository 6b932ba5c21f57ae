package auth_test

import (
	"encoding/json"
	"errors"
	"reflect"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/oauth2"

	"github.com/tenuto-dev/tenuto/auth"
)

func TestTokenRoundTrip(t *testing.T) {
	t.Parallel()
	want := &auth.Token{
		AccessToken: "access", TokenType: "Bearer", RefreshToken: "refresh",
		Scope:     auth.Scopes(auth.ScopeUserReadEmail, auth.ScopeStreaming),
		ExpiresAt: time.Date(2026, 11, 21, 9, 30, 0, 123, time.UTC), AuthorizedAt: time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC),
		UsesPKCE: true, Subject: "user:1",
	}
	data, err := want.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	// These bytes lie in people's files: a change here loses their logins.
	const stored = `{"access_token":"access","token_type":"Bearer","refresh_token":"refresh","expiry":"2026-11-21T09:30:00.000000123Z",` +
		`"scope":"streaming user-read-email","authorized_at":"2026-06-01T00:00:00Z","uses_pkce":true,"subject":"user:1"}`
	if string(data) != stored {
		t.Errorf("MarshalBinary = %s\nwant %s", data, stored)
	}
	var got auth.Token
	if err := got.UnmarshalBinary(data); err != nil || !reflect.DeepEqual(&got, want) {
		t.Errorf("read back: equal %v, error %v", reflect.DeepEqual(&got, want), err)
	}
}

func TestTokenReadsOAuth2Files(t *testing.T) {
	t.Parallel()
	theirs := &oauth2.Token{AccessToken: "access", TokenType: "bearer", RefreshToken: "refresh", Expiry: time.Date(2026, 11, 21, 9, 30, 0, 0, time.UTC)}
	data, err := json.Marshal(theirs)
	if err != nil {
		t.Fatal(err)
	}
	var got auth.Token
	if err := got.UnmarshalBinary(data); err != nil {
		t.Fatal(err)
	}
	if got.AccessToken != "access" || got.RefreshToken != "refresh" || !got.ExpiresAt.Equal(theirs.Expiry) {
		t.Errorf("an x/oauth2 file reads wrongly")
	}
	// And the other way round: who leaves us takes the file along.
	ours, _ := got.MarshalBinary()
	var back oauth2.Token
	if err := json.Unmarshal(ours, &back); err != nil || back.RefreshToken != "refresh" || !back.Expiry.Equal(theirs.Expiry) {
		t.Errorf("x/oauth2 cannot read our file: %v", err)
	}
}

func TestTokenRefusesWhatIsNone(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		``, `null`, `[]`, `{}`, `"x"`, `{"access_token":""}`, `{"access_token":1}`, `{"access_token":"a"} x`,
		`{"access_token":"a","access_token":"b"}`, `{"access_token":"a","expiry":"soon"}`, `{"Access_Token":"a"}`,
		"{\"access_token\":\"\xff\"}", `{"access_token":"a"`,
	} {
		token := auth.Token{AccessToken: "kept"}
		if err := token.UnmarshalBinary([]byte(text)); err == nil || token.AccessToken != "kept" {
			t.Errorf("UnmarshalBinary(%s) = %v and changed the token: %v", text, err, token.AccessToken != "kept")
		}
	}
}

func TestTokenTimes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) { // the clock stands still
		now := time.Now()
		for _, test := range []struct {
			name     string
			token    auth.Token
			left     time.Duration
			expiring bool
			usable   bool
		}{
			{"an hour left", auth.Token{AccessToken: "a", ExpiresAt: now.Add(time.Hour)}, time.Hour, false, true},
			{"a minute left", auth.Token{AccessToken: "a", ExpiresAt: now.Add(time.Minute)}, time.Minute, false, true},
			{"a little less", auth.Token{AccessToken: "a", ExpiresAt: now.Add(time.Minute - 1)}, time.Minute - 1, true, true},
			{"over", auth.Token{AccessToken: "a", ExpiresAt: now}, 0, true, false},
			{"long over", auth.Token{AccessToken: "a", ExpiresAt: now.Add(-time.Hour)}, 0, true, false},
			{"end not known", auth.Token{AccessToken: "a"}, 0, false, true},
			{"end not known, refreshable", auth.Token{AccessToken: "a", RefreshToken: "r"}, 0, true, true},
			{"no access", auth.Token{RefreshToken: "r", ExpiresAt: now.Add(time.Hour)}, time.Hour, true, false},
		} {
			if got := test.token.ExpiresIn(); got != test.left {
				t.Errorf("%s: ExpiresIn() = %v, want %v", test.name, got, test.left)
			}
			if got := test.token.IsExpiring(); got != test.expiring {
				t.Errorf("%s: IsExpiring() = %v, want %v", test.name, got, test.expiring)
			}
			got, err := test.token.Token(t.Context())
			if test.usable && (got != &test.token || err != nil) || !test.usable && !errors.Is(err, auth.ErrExpired) {
				t.Errorf("%s: Token() = itself %v, %v; want usable %v", test.name, got == &test.token, err, test.usable)
			}
		}
	})
}

func TestReauthorizeBy(t *testing.T) {
	t.Parallel()
	day := func(text string) time.Time {
		d, err := time.Parse(time.DateOnly, text)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	for consent, want := range map[string]string{
		"2026-05-21": "2026-11-21", "2026-11-30": "2027-05-30",
		"2026-08-31": "2027-02-28", "2027-08-31": "2028-02-29", "2026-03-31": "2026-09-30",
	} {
		token := auth.Token{AuthorizedAt: day(consent)}
		if got := token.ReauthorizeBy(); !got.Equal(day(want)) {
			t.Errorf("consent on %s: ReauthorizeBy() = %s, want %s", consent, got.Format(time.DateOnly), want)
		}
	}
	if got := auth.StaticToken("a").ReauthorizeBy(); !got.IsZero() {
		t.Errorf("without a time of consent: %v, want zero", got)
	}
}

func FuzzTokenUnmarshalBinary(f *testing.F) {
	f.Add([]byte(`{"access_token":"a","expiry":"2026-11-21T09:30:00Z","scope":"b a"}`))
	f.Add([]byte(`{"refresh_token":"r","uses_pkce":true,"subject":"s","authorized_at":"2026-11-21T09:30:00+01:00"}`))
	f.Add([]byte(`{"access_token":null,"refresh_token":"\u0000"}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var token auth.Token
		if token.UnmarshalBinary(data) != nil {
			return
		}
		once, err := token.MarshalBinary()
		if err != nil {
			t.Fatalf("what was read cannot be stored: %v", err)
		}
		var again auth.Token
		if err := again.UnmarshalBinary(once); err != nil {
			t.Fatalf("what was stored cannot be read: %v", err)
		}
		if twice, _ := again.MarshalBinary(); string(twice) != string(once) {
			t.Errorf("stored twice: %q, then %q", once, twice)
		}
	})
}
