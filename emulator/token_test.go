package emulator_test

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/tenuto-dev/tenuto/emulator"
)

const verifier = "abcdefghijklmnopqrstuvwxyz-0123456789-ABCDEFGH"

func challengeOf(verifier string) string {
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// tokens is what the token endpoint said, right or wrong.
type tokens struct {
	Status       int
	Body         string
	AccessToken  string  `json:"access_token"`
	TokenType    string  `json:"token_type"`
	ExpiresIn    int     `json:"expires_in"`
	RefreshToken *string `json:"refresh_token"`
	Scope        *string `json:"scope"`
	Error        string  `json:"error"`
	Description  string  `json:"error_description"`
}

// program is an app that talks to the emulator by hand.
type program struct {
	t     testing.TB
	world *emulator.Emulator
	app   emulator.App
}

func newProgram(t testing.TB, c emulator.Config) program {
	world := emulator.New(c)
	return program{t, world, world.App()}
}

// loginURL has the ordinary parameters, changed by pairs of names and values; "-" leaves one out.
func (p program) loginURL(changes ...string) string {
	q := url.Values{
		"client_id": {p.app.ClientID}, "response_type": {"code"}, "redirect_uri": {p.app.RedirectURIs[0]},
		"state": {"state-1"}, "scope": {"user-read-currently-playing"},
	}
	return p.world.AccountsURL() + "/authorize?" + changed(q, changes).Encode()
}

func changed(q url.Values, changes []string) url.Values {
	for i := 0; i < len(changes); i += 2 {
		if changes[i+1] == "-" {
			q.Del(changes[i])
		} else {
			q.Set(changes[i], changes[i+1])
		}
	}
	return q
}

// code is what person's browser brings back after they agreed.
func (p program) code(person string, changes ...string) string {
	p.t.Helper()
	back := p.world.Approve(p.loginURL(changes...), person)
	if back.Query().Get("code") == "" {
		p.t.Fatalf("Approve(…) = %v, want a code", back)
	}
	return back.Query().Get("code")
}

// post sends a form to the token endpoint, with Basic if the form says so.
func (p program) post(form url.Values, basic bool) tokens {
	p.t.Helper()
	r, err := http.NewRequest(http.MethodPost, p.world.AccountsURL()+"/api/token", strings.NewReader(form.Encode()))
	if err != nil {
		p.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if basic {
		r.SetBasicAuth(p.app.ClientID, p.app.ClientSecret)
	}
	return p.send(r)
}

func (p program) send(r *http.Request) tokens {
	p.t.Helper()
	resp, err := p.world.Client().Do(r)
	if err != nil {
		p.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	answer := tokens{Status: resp.StatusCode, Body: string(body)}
	if err := json.Unmarshal(body, &answer); err != nil {
		p.t.Fatalf("%s %s answered %d %q, want JSON", r.Method, r.URL.Path, resp.StatusCode, body)
	}
	return answer
}

func (p program) exchange(code string, changes ...string) tokens {
	p.t.Helper()
	return p.post(changed(url.Values{
		"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {p.app.RedirectURIs[0]},
	}, changes), true)
}

func (p program) refresh(token string, changes ...string) tokens {
	p.t.Helper()
	return p.post(changed(url.Values{"grant_type": {"refresh_token"}, "refresh_token": {token}}, changes), true)
}

func (p program) logIn(person string, changes ...string) tokens {
	p.t.Helper()
	answer := p.exchange(p.code(person, changes...))
	if answer.Status != 200 {
		p.t.Fatalf("exchange = %+v, want tokens", answer)
	}
	return answer
}

func TestCodeGrant(t *testing.T) {
	t.Parallel()
	p := newProgram(t, emulator.Config{})
	got := p.logIn("alice", "scope", "user-read-private user-read-email user-read-private")
	if got.TokenType != "Bearer" || got.ExpiresIn != 3600 || *got.Scope != "user-read-email user-read-private" {
		t.Errorf("answer = %+v, want Bearer, 3600, both scopes", got)
	}
	if !strings.HasPrefix(got.AccessToken, "BQ-emulated-") || !strings.HasPrefix(*got.RefreshToken, "AQ-emulated-") {
		t.Errorf("tokens = %q, %q, want them to begin BQ-emulated-, AQ-emulated-", got.AccessToken, *got.RefreshToken)
	}
	if bare := p.logIn("bob", "scope", "-"); bare.Scope == nil || *bare.Scope != "" {
		t.Errorf("scope without any = %v, want an empty one", bare.Scope)
	}
}

// Every error text of the token endpoint, and what brings it about.
func TestTokenErrors(t *testing.T) {
	t.Parallel()
	p := newProgram(t, emulator.Config{Apps: []emulator.App{{}, {}}})
	other := program{t, p.world, p.app}
	other.app.ClientID, other.app.ClientSecret = "f00", "f00"
	code := func() string { return p.code("alice") }
	pkce := func() string {
		return p.code("alice", "code_challenge", challengeOf(verifier), "code_challenge_method", "S256")
	}
	spent := code()
	p.exchange(spent)
	login := p.logIn("alice")
	for name, test := range map[string]struct {
		got                tokens
		error, description string
	}{
		"no grant type":      {p.exchange(code(), "grant_type", "-"), "unsupported_grant_type", "grant_type parameter is missing"},
		"other grant type":   {p.exchange(code(), "grant_type", "password"), "unsupported_grant_type", "grant_type must be client_credentials, authorization_code or refresh_token"},
		"unknown client":     {other.exchange(code()), "invalid_client", "Failed to get client"},
		"wrong secret":       {p.post(url.Values{"grant_type": {"client_credentials"}, "client_id": {p.app.ClientID}, "client_secret": {"x"}}, false), "invalid_client", "Invalid client secret"},
		"no client":          {p.post(url.Values{"grant_type": {"client_credentials"}}, false), "invalid_client", "Invalid client"},
		"public client":      {p.post(url.Values{"grant_type": {"client_credentials"}, "client_id": {p.app.ClientID}}, false), "invalid_client", "Invalid client"},
		"no code":            {p.exchange(""), "invalid_request", "code must be supplied"},
		"no redirect URI":    {p.exchange(code(), "redirect_uri", "-"), "invalid_request", "redirect_uri must be supplied"},
		"unknown code":       {p.exchange("AQ"), "invalid_grant", "Invalid authorization code"},
		"spent code":         {p.exchange(spent), "invalid_grant", "Invalid authorization code"},
		"other redirect URI": {p.exchange(code(), "redirect_uri", p.app.RedirectURIs[1]), "invalid_grant", "Invalid redirect URI"},
		"no verifier":        {p.exchange(pkce()), "invalid_request", "code_verifier required"},
		"short verifier":     {p.exchange(pkce(), "code_verifier", "short"), "invalid_grant", "code_verifier was invalid"},
		"wrong verifier":     {p.exchange(pkce(), "code_verifier", verifier+"x"), "invalid_grant", "code_verifier was incorrect"},
		"verifier too many":  {p.exchange(code(), "code_verifier", verifier), "invalid_grant", "code_verifier was incorrect"},
		"no refresh token":   {p.refresh(""), "invalid_request", "refresh_token must be supplied"},
		"unknown refresh":    {p.refresh("AQ"), "invalid_grant", "Invalid refresh token"},
		"no secret, no PKCE": {p.post(url.Values{"grant_type": {"refresh_token"}, "refresh_token": {*login.RefreshToken}, "client_id": {p.app.ClientID}}, false), "invalid_client", "Invalid client"},
	} {
		if test.got.Status != 400 || test.got.Error != test.error || test.got.Description != test.description {
			t.Errorf("%s: %d %s %q, want 400 %s %q", name, test.got.Status, test.got.Error, test.got.Description, test.error, test.description)
		}
	}
}

// The ways in which an app says who it is.
func TestClientAuthentication(t *testing.T) {
	t.Parallel()
	p := newProgram(t, emulator.Config{Apps: []emulator.App{{ClientID: "id-1", ClientSecret: "a+b%/c"}}})
	form := url.Values{"grant_type": {"client_credentials"}}
	basic := func(id, secret string) tokens {
		r, _ := http.NewRequest(http.MethodPost, p.world.AccountsURL()+"/api/token/", strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
		r.SetBasicAuth(id, secret)
		return p.send(r)
	}
	for name, got := range map[string]tokens{
		"Basic":                 basic("id-1", "a+b%/c"),
		"Basic percent-encoded": basic(url.QueryEscape("id-1"), url.QueryEscape("a+b%/c")),
		"form":                  p.post(url.Values{"grant_type": {"client_credentials"}, "client_id": {"id-1"}, "client_secret": {"a+b%/c"}}, false),
	} {
		if got.Status != 200 || got.Scope != nil || got.RefreshToken != nil {
			t.Errorf("%s: %s, want an access token without scope and refresh token", name, got.Body)
		}
	}
	if got := basic("id-1", ""); got.Error != "invalid_client" {
		t.Errorf("Basic with an empty secret: %s, want invalid_client", got.Body)
	}
}

// A client library may try one way to authenticate and then the other with the same code.
func TestWrongClientSpendsNoCode(t *testing.T) {
	t.Parallel()
	p := newProgram(t, emulator.Config{})
	code := p.code("alice", "code_challenge", challengeOf(verifier), "code_challenge_method", "S256")
	stranger := p
	stranger.app.ClientSecret = ""
	if got := stranger.exchange(code, "code_verifier", verifier); got.Error != "invalid_client" {
		t.Errorf("empty secret: %s, want invalid_client", got.Body)
	}
	got := p.post(url.Values{
		"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {p.app.RedirectURIs[0]},
		"client_id": {p.app.ClientID}, "code_verifier": {verifier},
	}, false)
	if got.Status != 200 {
		t.Fatalf("public client: %s, want tokens", got.Body)
	}
	again := p.post(url.Values{"grant_type": {"refresh_token"}, "refresh_token": {*got.RefreshToken}, "client_id": {p.app.ClientID}}, false)
	if again.Status != 200 {
		t.Errorf("refresh of a public client: %s, want a token", again.Body)
	}
}

func TestTokenRequestIsNotAForm(t *testing.T) {
	t.Parallel()
	p := newProgram(t, emulator.Config{})
	r, _ := http.NewRequest(http.MethodPost, p.world.AccountsURL()+"/api/token", strings.NewReader(`{"grant_type":"client_credentials"}`))
	r.Header.Set("Content-Type", "application/json")
	r.SetBasicAuth(p.app.ClientID, p.app.ClientSecret)
	if got := p.send(r); got.Status != 400 || got.Description != "grant_type parameter is missing" {
		t.Errorf("JSON: %s, want that the grant_type is missing", got.Body)
	}
}

func TestTokenHeaders(t *testing.T) {
	t.Parallel()
	p := newProgram(t, emulator.Config{})
	for _, method := range []string{http.MethodOptions, http.MethodPost} {
		r, _ := http.NewRequest(method, p.world.AccountsURL()+"/api/token", nil)
		resp, err := p.world.Client().Do(r)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if got := resp.Header.Get("Access-Control-Allow-Origin"); got != "*" {
			t.Errorf("%s: Access-Control-Allow-Origin = %q, want *", method, got)
		}
		if got := resp.Header.Get("Cache-Control"); method == http.MethodPost && got != "no-store" {
			t.Errorf("%s: Cache-Control = %q, want no-store", method, got)
		}
	}
}

func TestCodeExpires(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newProgram(t, emulator.Config{})
		code := p.code("alice")
		time.Sleep(10 * time.Minute)
		if got := p.exchange(code); got.Description != "Authorization code expired" {
			t.Errorf("after ten minutes: %s, want that it expired", got.Body)
		}
	})
}

// What a refresh answers in each mode, and what becomes of the token that was used.
func TestRefreshModes(t *testing.T) {
	t.Parallel()
	const revoked = "Refresh token revoked"
	for _, test := range []struct {
		name        string
		mode        emulator.RefreshTokens
		returns     string // "nothing", "the same", "empty", "new"
		old         string // error of the old one used at once
		oldLater    string // and after eleven seconds
		newAfterOld string // of the new one then
	}{
		{"NoneReturned", emulator.NoneReturned, "nothing", "", "", ""},
		{"SameReturned", emulator.SameReturned, "the same", "", "", ""},
		{"EmptyReturned", emulator.EmptyReturned, "empty", "", "", ""},
		{"Rotated", emulator.Rotated, "new", revoked, revoked, ""},
		{"RotatedFamily", emulator.RotatedFamily, "new", revoked, revoked, revoked},
		{"RotatedGrace", emulator.RotatedGrace, "new", "", revoked, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				p := newProgram(t, emulator.Config{Refresh: test.mode})
				old := *p.logIn("alice").RefreshToken
				first := p.refresh(old)
				newest, returns := old, "nothing"
				if first.RefreshToken != nil {
					switch newest = *first.RefreshToken; newest {
					case old:
						returns = "the same"
					case "":
						newest, returns = old, "empty"
					default:
						returns = "new"
					}
				}
				if first.Status != 200 || returns != test.returns {
					t.Errorf("refresh = %s, want %s returned", first.Body, test.returns)
				}
				if got := p.refresh(old); got.Description != test.old {
					t.Errorf("old token = %q, want %q", got.Description, test.old)
				}
				time.Sleep(11 * time.Second)
				if got := p.refresh(old); got.Description != test.oldLater {
					t.Errorf("old token later = %q, want %q", got.Description, test.oldLater)
				}
				if got := p.refresh(newest); got.Description != test.newAfterOld {
					t.Errorf("new token = %q, want %q", got.Description, test.newAfterOld)
				}
			})
		})
	}
}

func TestConsentExpires(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 8, 31, 12, 0, 0, 0, time.UTC) // six months later there is no 31st
	p := newProgram(t, emulator.Config{Now: func() time.Time { return start }})
	login := p.logIn("alice")
	p.world.AdvanceDate(0, 6, 0)
	p.world.Advance(-time.Second)
	if got := p.refresh(*login.RefreshToken); got.Status != 200 {
		t.Errorf("a second before: %s, want a token", got.Body)
	}
	p.world.Advance(time.Second)
	if want := time.Date(2027, 2, 28, 12, 0, 0, 0, time.UTC); !p.world.Now().Equal(want) {
		t.Fatalf("Now() = %v, want %v", p.world.Now(), want)
	}
	if got := p.refresh(*login.RefreshToken); got.Error != "invalid_grant" || got.Description != "Refresh token expired" {
		t.Errorf("after six months: %s, want that it expired", got.Body)
	}
	for months, want := range map[int]int{-1: 200, 24: 200, 5: 400} {
		p := newProgram(t, emulator.Config{ConsentLifetime: months})
		login := p.logIn("alice")
		p.world.AdvanceDate(1, 0, 0)
		if got := p.refresh(*login.RefreshToken); got.Status != want {
			t.Errorf("ConsentLifetime %d, after a year: %s, want %d", months, got.Body, want)
		}
	}
}

func TestRevoke(t *testing.T) {
	t.Parallel()
	p := newProgram(t, emulator.Config{})
	alice, bob := p.logIn("alice"), p.logIn("bob")
	p.world.Revoke("alice")
	if got := p.refresh(*alice.RefreshToken); got.Description != "Refresh token revoked" {
		t.Errorf("alice: %s, want that it was revoked", got.Body)
	}
	if got := p.refresh(*bob.RefreshToken); got.Status != 200 {
		t.Errorf("bob: %s, want a token", got.Body)
	}
}

// Refreshing widens to all that was ever granted, or it does not.
func TestScopeOfARefresh(t *testing.T) {
	t.Parallel()
	for narrow, want := range map[bool]string{false: "user-read-email user-top-read", true: "user-top-read"} {
		p := newProgram(t, emulator.Config{NarrowOnRefresh: narrow})
		first := p.logIn("alice", "scope", "user-top-read")
		p.logIn("alice", "scope", "user-read-email")
		if got := p.refresh(*first.RefreshToken, "scope", "streaming"); *got.Scope != want {
			t.Errorf("NarrowOnRefresh %v: scope = %q, want %q", narrow, *got.Scope, want)
		}
	}
}
