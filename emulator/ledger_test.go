package emulator_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/tenuto-dev/tenuto/emulator"
)

func TestLedger(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 11, 21, 18, 0, 0, 0, time.UTC)
	p := newProgram(t, emulator.Config{Now: func() time.Time { return start }})
	alice, bob := p.logIn("alice", "scope", "-"), p.logIn("bob")
	p.call(alice.AccessToken, "/me")
	p.call(alice.AccessToken, "/me/?x=1")
	p.call(alice.AccessToken, "/nowhere")
	p.call("rubbish", "/albums/4aawyAB9vmqN3uQ7FjRGTy")
	p.world.Advance(time.Hour)
	p.refresh(*bob.RefreshToken)
	p.call(alice.AccessToken, "/me")

	l := p.world.Ledger()
	for name, test := range map[string]struct {
		got  emulator.Ledger
		want int
	}{
		"all":             {l, 12},
		"GET /authorize":  {l.Of("GET /authorize"), 2},
		"POST /authorize": {l.Of("POST /authorize"), 2},
		"POST /api/token": {l.Of("POST /api/token"), 3},
		"refreshes":       {l.Grant("refresh_token"), 1},
		"of bob":          {l.By("bob").Grant("refresh_token"), 1},
		"codes of alice":  {l.By("alice").Grant("authorization_code"), 1},
		"GET /me":         {l.Of("GET /me"), 3},
		"parameters":      {l.Of("GET /albums/{whatever}"), 1},
		"unknown path":    {l.Of("GET /nowhere"), 1},
		"later":           {l.Since(start.Add(time.Hour)), 2},
		"refused":         {l.Where(func(e emulator.Entry) bool { return e.Status >= 400 }), 3},
	} {
		if len(test.got) != test.want {
			t.Errorf("%s: %d entries, want %d:\n%v", name, len(test.got), test.want, test.got)
		}
	}
	for _, test := range []struct{ got, want string }{
		{fmt.Sprint(l.By("alice").Of("GET /me")[1].Query), "map[x:[1]]"},
		{l.By("alice").Of("GET /me")[0].Token, "access 1 of alice"},
		{l.By("alice").Of("GET /me")[0].ClientID, p.app.ClientID},
		{l.Grant("refresh_token")[0].Token, "refresh 1 of bob"},
		{l.Grant("authorization_code")[0].Token, "code 1 of alice"},
		{l.Of("GET /albums/{id}")[0].Token, "unknown"},
	} {
		if test.got != test.want {
			t.Errorf("got %q, want %q", test.got, test.want)
		}
	}
	if text := l.String(); strings.Count(text, "\n") != len(l)+1 || !strings.Contains(text, "refresh 1 of bob") {
		t.Errorf("String() = %s, want a line for each entry", text)
	}
}

// The least consent with which a run would have worked, whether it did or not.
func TestLedgerScopes(t *testing.T) {
	t.Parallel()
	p := newProgram(t, emulator.Config{})
	login := p.logIn("alice", "scope", "-")
	for _, path := range []string{"/me", "/me/player", "/me/player/queue", "/me/tracks", "/nowhere"} {
		p.call(login.AccessToken, path)
	}
	if got, want := p.world.Ledger().Scopes(), "user-library-read user-read-playback-state"; got != want {
		t.Errorf("Scopes() = %q, want %q", got, want)
	}
}

// No secret of any kind is in the ledger, wherever it was put.
func TestLedgerHoldsNoSecrets(t *testing.T) {
	t.Parallel()
	const canary = "s3cr3t-canary-of-the-app"
	p := newProgram(t, emulator.Config{Apps: []emulator.App{{ClientSecret: canary}}})
	code := p.code("alice", "code_challenge", challengeOf(verifier), "code_challenge_method", "S256")
	login := p.exchange(code, "code_verifier", verifier, "client_secret", canary)
	p.refresh(*login.RefreshToken)
	p.refresh("not-ours-" + verifier)
	secrets := []string{canary, code, login.AccessToken, *login.RefreshToken}
	p.call(login.AccessToken, "/me?access_token="+login.AccessToken+"&q="+*login.RefreshToken+"&client_secret="+canary)
	for _, kind := range []string{"application/json", "text/plain", "application/x-www-form-urlencoded", ""} {
		for _, address := range []string{p.world.AccountsURL() + "/api/token", p.world.APIURL() + "/me/player/play"} {
			body, _ := json.Marshal(map[string]any{"code": code, "code_verifier": verifier, "tokens": secrets})
			r, _ := http.NewRequest(http.MethodPost, address, strings.NewReader(string(body)))
			r.Header.Set("Content-Type", kind)
			get(p.world.Client(), r)
		}
	}
	l := p.world.Ledger()
	everything := fmt.Sprintf("%+v\n%s", l, l)
	for _, e := range l {
		everything += string(e.Body) + e.Query.Encode()
	}
	for i, secret := range append(secrets, verifier, base64.StdEncoding.EncodeToString([]byte(p.app.ClientID+":"+canary))) {
		if strings.Contains(everything, secret) {
			t.Errorf("secret %d is in the ledger:\n%s", i, everything)
		}
	}
}
