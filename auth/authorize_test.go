package auth_test

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/url"
	"regexp"
	"testing"

	"github.com/tenuto-dev/tenuto/auth"
)

// s256 is RFC 7636 section 4.2, written out again: a test that asks the code proves nothing.
func s256(verifier string) string {
	sum := sha256.Sum256([]byte(verifier))
	return base64.URLEncoding.WithPadding(base64.NoPadding).EncodeToString(sum[:])
}

func query(t *testing.T, rawURL string) url.Values {
	t.Helper()
	u, err := url.Parse(rawURL)
	if err != nil {
		t.Fatal(err)
	}
	return u.Query()
}

func replaceParameter(t *testing.T, rawURL, name, value string) string {
	t.Helper()
	u, err := url.Parse(rawURL)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	q.Set(name, value)
	u.RawQuery = q.Encode()
	return u.String()
}

func TestAuthorizationURL(t *testing.T) {
	t.Parallel()
	cred := credentials(t, nil)
	scopes := auth.Scopes(auth.ScopeUserTopRead, auth.ScopeStreaming)
	plain := url.Values{
		"client_id": {"id"}, "response_type": {"code"}, "redirect_uri": {"http://127.0.0.1:5000/callback"}, "state": {"s"},
		"scope": {"streaming user-top-read"},
	}
	if got := query(t, cred.AuthorizationURL(scopes, "s")); got.Encode() != plain.Encode() {
		t.Errorf("AuthorizationURL asks %v, want %v", got, plain)
	}
	got := query(t, cred.AuthorizationURL(auth.ScopeSet{}, "s", auth.ShowDialog, auth.RedirectTo("https://example.com/cb")))
	if got.Has("scope") || got.Get("show_dialog") != "true" || got.Get("redirect_uri") != "https://example.com/cb" {
		t.Errorf("with options: %v", got)
	}
	raw, verifier := cred.PKCEAuthorizationURL(scopes, "s")
	got = query(t, raw)
	if got.Get("code_challenge_method") != "S256" || got.Get("code_challenge") != s256(verifier) {
		t.Errorf("PKCEAuthorizationURL: challenge %q, want that of %q", got.Get("code_challenge"), verifier)
	}
	if !regexp.MustCompile(`^[A-Za-z0-9._~-]{43,128}$`).MatchString(verifier) {
		t.Errorf("verifier %q is not RFC 7636's", verifier)
	}
	if _, again := cred.PKCEAuthorizationURL(scopes, "s"); again == verifier {
		t.Errorf("the same verifier twice")
	}
}

func TestS256OfTheStandard(t *testing.T) {
	t.Parallel()
	// RFC 7636 appendix B; UserAuth refuses a verifier that does not belong to its URL.
	login := `{"url":"https://accounts.spotify.com/authorize?state=s&redirect_uri=https%3A%2F%2Fx&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM","verifier":"dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"}`
	if err := new(auth.UserAuth).UnmarshalBinary([]byte(login)); err != nil {
		t.Errorf("the vector of RFC 7636 appendix B: %v", err)
	}
}

func TestALoginNeedsStateAndRedirectURI(t *testing.T) {
	t.Parallel()
	bare, err := auth.NewCredentials(&auth.Config{ClientID: "id"})
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		do   func()
		want error
	}{
		"no state":                   {func() { credentials(t, nil).AuthorizationURL(auth.ScopeSet{}, "") }, auth.ErrState},
		"no redirect URI":            {func() { bare.AuthorizationURL(auth.ScopeSet{}, "s") }, auth.ErrConfig},
		"no redirect URI, UserAuth":  {func() { bare.UserAuth(auth.ScopeSet{}) }, auth.ErrConfig},
		"no redirect URI, with PKCE": {func() { bare.PKCEAuthorizationURL(auth.ScopeSet{}, "s") }, auth.ErrConfig},
	} {
		func() {
			defer func() {
				if err, _ := recover().(error); !errors.Is(err, test.want) {
					t.Errorf("%s: panics with %v, want %v", name, err, test.want)
				}
			}()
			test.do()
		}()
	}
	if login := bare.UserAuth(auth.ScopeSet{}, auth.RedirectTo("https://example.com/cb")); login.URL() == "" {
		t.Errorf("RedirectTo does not do instead of Config.RedirectURI")
	}
}

func TestGenerateState(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for range 1000 {
		state := auth.GenerateState()
		bits, err := base64.RawURLEncoding.DecodeString(state)
		if err != nil || len(bits) != 32 || seen[state] {
			t.Fatalf("GenerateState() = %q, want 256 new bits in base64url", state)
		}
		seen[state] = true
	}
}
