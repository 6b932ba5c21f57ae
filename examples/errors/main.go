// Errors starts the music of one person, and says what to do when that goes wrong. It asks for
// no more than it needs: the first time that is nothing, and Spotify's refusal says the rest.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net"
	"net/http"
	"net/url"
	"os"
	"time"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/spotify"
)

// explain answers a failed call. ask sends the person to Spotify for these scopes.
func explain(w http.ResponseWriter, err error, ask func(auth.ScopeSet)) {
	if gone, ok := errors.AsType[*auth.ReauthorizeError](err); ok {
		http.Error(w, fmt.Sprintf("Spotify ended your login (%s): open /login", gone.Reason), http.StatusUnauthorized)
		return
	}
	if errors.Is(err, auth.ErrNotFound) {
		http.Error(w, "Nobody is logged in: open /login", http.StatusUnauthorized)
		return
	}
	call, ok := errors.AsType[*spotify.Error](err)
	if !ok {
		http.Error(w, "Spotify cannot be reached", http.StatusBadGateway) // network, context
		return
	}
	switch {
	case errors.Is(err, spotify.ErrMissingScope):
		ask(call.Consent()) // what they granted before, and what this needs
	case errors.Is(err, spotify.ErrRateLimited): // longer than WithMaxWait, or it would have waited
		w.Header().Set("Retry-After", call.RetryAt.UTC().Format(http.TimeFormat))
		http.Error(w, "Spotify is busy", http.StatusServiceUnavailable)
	case errors.Is(err, spotify.ErrQuotaExceeded):
		http.Error(w, "No more today; back "+call.RetryAt.Format(time.Kitchen), http.StatusServiceUnavailable)
	case errors.Is(err, spotify.ErrOperationClosed): // nothing was sent
		http.Error(w, fmt.Sprintf("%s is closed to this app: use %s", call.Operation, call.Replacement), http.StatusNotImplemented)
	case errors.Is(err, spotify.ErrNoActiveDevice):
		http.Error(w, "Open Spotify somewhere first", http.StatusConflict)
	case errors.Is(err, spotify.ErrRestricted):
		http.Error(w, "Not now: it plays already", http.StatusConflict)
	case errors.Is(err, spotify.ErrPremiumRequired):
		http.Error(w, "This needs Spotify Premium", http.StatusPaymentRequired)
	case errors.Is(err, spotify.ErrNotAllowlisted):
		http.Error(w, "Ask the app's owner to add you", http.StatusForbidden)
	default:
		http.Error(w, call.Error(), http.StatusBadGateway)
	}
}

// player is the one person's. See authserver for many, and for what a real site needs besides.
type player struct {
	cred     *auth.Credentials
	users    *auth.Grants
	client   *spotify.Client
	attempts auth.Attempts
}

func (p *player) play(w http.ResponseWriter, r *http.Request) {
	if err := p.client.Player.Play(r.Context(), nil); err != nil {
		explain(w, err, func(scopes auth.ScopeSet) { p.ask(w, r, scopes) })
		return
	}
	fmt.Fprintln(w, "Playing.")
}

func (p *player) ask(w http.ResponseWriter, r *http.Request, scopes auth.ScopeSet) {
	login := p.cred.UserAuth(scopes)
	p.attempts.Add(login)
	http.SetCookie(w, &http.Cookie{Name: "login", Value: login.State(), Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode})
	http.Redirect(w, r, login.URL(), http.StatusSeeOther)
}

func (p *player) callback(w http.ResponseWriter, r *http.Request) {
	answer := auth.ParseCallback(r.URL)
	login, cookie := p.attempts.Take(answer.State), ""
	if c, err := r.Cookie("login"); err == nil {
		cookie = c.Value
	}
	if login == nil || cookie != answer.State {
		http.Error(w, "Invalid state!", http.StatusBadRequest)
		return
	}
	token, err := login.RequestToken(r.Context(), p.cred, answer)
	if err == nil {
		err = p.users.Put(r.Context(), "me", token)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway) // no error of ours holds a secret
		return
	}
	fmt.Fprintln(w, "Logged in. POST /play starts the music.")
}

func main() {
	conf, err := auth.ConfigFromEnv()
	if err != nil {
		log.Fatal(err)
	}
	conf.AccountsURL = os.Getenv("TENUTO_ACCOUNTS_URL") // the emulator's; empty: Spotify
	cred, err := auth.NewCredentials(conf)
	if err != nil {
		log.Fatal(err)
	}
	users := cred.Grants(&auth.MemoryStore{})
	client := spotify.New(users.For("me"), spotify.WithMaxWait(2*time.Second), spotify.WithBaseURL(os.Getenv("TENUTO_API_URL")))
	p := &player{cred: cred, users: users, client: client}

	mux := http.NewServeMux()
	mux.HandleFunc("GET /login", func(w http.ResponseWriter, r *http.Request) { p.ask(w, r, auth.ScopeSet{}) })
	mux.HandleFunc("GET /callback", p.callback)
	mux.HandleFunc("POST /play", p.play)
	home, err := url.Parse(conf.RedirectURI)
	if err != nil {
		log.Fatal(err)
	}
	listener, err := new(net.ListenConfig).Listen(context.Background(), "tcp", home.Host)
	if err != nil {
		log.Fatal(err)
	}
	log.Printf("open http://%v/login", listener.Addr())
	web := &http.Server{Handler: http.NewCrossOriginProtection().Handler(mux), ReadHeaderTimeout: 5 * time.Second, WriteTimeout: 30 * time.Second}
	log.Fatal(web.Serve(listener))
}
