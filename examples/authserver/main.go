// Authserver lets people log in with Spotify in a browser, any number at once, and shows each
// what they are listening to. It forgets all logins when it ends; the server of this project
// (tenuto serve) does not.
//
//	export SPOTIFY_CLIENT_ID=… SPOTIFY_CLIENT_SECRET=… SPOTIFY_REDIRECT_URI=http://127.0.0.1:5000/callback
//	go run ./examples/authserver
package main

import (
	"context"
	_ "embed"
	"errors"
	"html/template"
	"log"
	"net"
	"net/http"
	"net/url"
	"os"
	"time"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/spotify"
)

//go:embed page.html
var pageText string

// page escapes what strangers named, as the title of a song.
var page = template.Must(template.New("page").Parse(pageText))

var scopes = auth.Scopes(auth.ScopeUserReadCurrentlyPlaying)

// server is everything that handlers share.
type server struct {
	home     *url.URL // where people reach us: the redirect URI without its path
	cred     *auth.Credentials
	spotify  *spotify.Client // one client, many people
	users    *auth.Grants    // person → login; refreshed when used
	attempts auth.Attempts   // logins under way
	sessions sessions
}

func main() {
	conf, err := auth.ConfigFromEnv()
	if err != nil {
		log.Fatal(err)
	}
	conf.AccountsURL = os.Getenv("TENUTO_ACCOUNTS_URL") // the emulator's; empty: Spotify
	s, err := newServer(conf, spotify.WithBaseURL(os.Getenv("TENUTO_API_URL")))
	if err != nil {
		log.Fatal(err)
	}
	listener, err := new(net.ListenConfig).Listen(context.Background(), "tcp", s.home.Host)
	if err != nil {
		log.Fatal(err)
	}
	web := &http.Server{
		Handler: s.routes(), MaxHeaderBytes: 64 << 10,
		ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second, WriteTimeout: 30 * time.Second, IdleTimeout: time.Minute,
	}
	log.Printf("open %v", s.home)
	log.Fatal(web.Serve(listener))
}

func newServer(conf *auth.Config, opts ...spotify.Option) (*server, error) {
	cred, err := auth.NewCredentials(conf) // refuses redirect URIs that Spotify would refuse
	if err != nil {
		return nil, err
	}
	home, err := url.Parse(conf.RedirectURI)
	if err != nil || home.Path != "/callback" {
		return nil, errors.New("SPOTIFY_REDIRECT_URI must end in /callback, as http://127.0.0.1:5000/callback does")
	}
	home.Path = "/"
	return &server{
		home: home, cred: cred, users: cred.Grants(&auth.MemoryStore{}),
		spotify: spotify.New(nil, append(opts, spotify.WithMaxWait(2*time.Second))...), // a person is waiting
	}, nil
}

func (s *server) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", s.showHome)
	mux.HandleFunc("GET /login", s.login)
	mux.HandleFunc("GET /callback", s.callback)
	mux.HandleFunc("POST /logout", s.logout)
	return s.onlyAt(s.home.Host, http.NewCrossOriginProtection().Handler(mux)) // nobody else's page logs people out
}

// onlyAt keeps people at one host, where their cookies are: localhost is not 127.0.0.1.
func (s *server) onlyAt(host string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Host != host {
			http.Redirect(w, r, s.home.String(), http.StatusSeeOther)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func (s *server) showHome(w http.ResponseWriter, r *http.Request) {
	person := s.personOf(r)
	if person == nil {
		s.show(w, http.StatusOK, view{})
		return
	}
	v := view{UserID: person.userID, Name: person.name}
	playing, err := s.spotify.As(s.users.For(person.key)).Player.CurrentlyPlaying(r.Context(), nil)
	switch {
	case errors.Is(err, auth.ErrReauthorize), errors.Is(err, auth.ErrNotFound): // revoked, or half a year is over
		s.end(w, r)
		v = view{Problem: "Spotify ended your login. Please log in again."}
	case errors.Is(err, spotify.ErrMissingScope):
		v.Problem = "You have not allowed us to see what you are listening to. Log in again to change that."
	case err != nil:
		log.Print(err) // no error of ours holds a secret
		v.Problem = "Error in retrieving now playing!"
	case playing.Item == nil:
		v.Playing = "None"
	default:
		v.Playing = playing.Item.String()
	}
	s.show(w, http.StatusOK, v)
}

// login sends the person to Spotify. Only this browser can finish the attempt.
func (s *server) login(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Sec-Fetch-Site") == "cross-site" { // another page may not log people in
		http.Redirect(w, r, s.home.String(), http.StatusSeeOther)
		return
	}
	attempt := s.cred.UserAuth(scopes) // with a PKCE challenge, always
	s.attempts.Add(attempt)
	s.setCookie(w, attemptCookie(attempt.State()), attempt.State(), 10*time.Minute)
	http.Redirect(w, r, attempt.URL(), http.StatusSeeOther)
}

func (s *server) callback(w http.ResponseWriter, r *http.Request) {
	answer := auth.ParseCallback(r.URL)
	name := attemptCookie(answer.State)
	if answer.State == "" || s.cookie(r, name) != answer.State {
		s.refuseState(w, r)
		return
	}
	s.setCookie(w, name, "", -1)
	attempt := s.attempts.Take(answer.State) // works once
	if attempt == nil {
		s.refuseState(w, r)
		return
	}
	token, err := attempt.RequestToken(r.Context(), s.cred, answer)
	if err != nil {
		s.showFailure(w, err)
		return
	}
	if err := s.welcome(w, r, token); err != nil {
		s.showFailure(w, err)
		return
	}
	http.Redirect(w, r, s.home.String(), http.StatusSeeOther)
}

// refuseState answers a callback that is no attempt of this browser's: forged, old or repeated.
func (s *server) refuseState(w http.ResponseWriter, r *http.Request) {
	if s.personOf(r) != nil { // the back button after a login
		http.Redirect(w, r, s.home.String(), http.StatusSeeOther)
		return
	}
	s.show(w, http.StatusBadRequest, view{Problem: "Invalid state! Please log in from this page."})
}

// welcome finds out who logged in and gives the browser a session: a new one each time.
func (s *server) welcome(w http.ResponseWriter, r *http.Request, token *auth.Token) error {
	me, err := s.spotify.As(token).Users.Me(r.Context())
	if err != nil {
		return err
	}
	key := string(me.AccountID)
	if key == "" { // an answer from before May 2026
		key = "id:" + string(me.ID)
	}
	forget := func(key string) { _ = s.users.Delete(r.Context(), key) } // memory cannot fail
	id := s.sessions.begin(key, me.DisplayName, token.ReauthorizeBy(), forget)
	if err := s.users.Put(r.Context(), key, token); err != nil {
		s.sessions.end(id)
		return err
	}
	s.forget(r) // the browser's old session, perhaps another person's
	s.setCookie(w, "session", id, sessionLife)
	return nil
}

func (s *server) logout(w http.ResponseWriter, r *http.Request) {
	s.end(w, r)
	http.Redirect(w, r, s.home.String(), http.StatusSeeOther)
}

func (s *server) end(w http.ResponseWriter, r *http.Request) {
	s.forget(r)
	s.setCookie(w, "session", "", -1)
}

// forget ends this browser's session, and with a person's last one their login.
func (s *server) forget(r *http.Request) {
	if key, last := s.sessions.end(s.cookie(r, "session")); last {
		_ = s.users.Delete(r.Context(), key)
	}
}

func (s *server) personOf(r *http.Request) *person { return s.sessions.find(s.cookie(r, "session")) }

// showFailure says what went wrong with a login, and what to do.
func (s *server) showFailure(w http.ResponseWriter, err error) {
	log.Print(err)
	switch {
	case errors.Is(err, auth.ErrDenied):
		s.show(w, http.StatusForbidden, view{Problem: "You did not agree, so nobody is logged in."})
	case errors.Is(err, spotify.ErrNotAllowlisted):
		s.show(w, http.StatusForbidden, view{Problem: "Ask the owner of this app to add you at developer.spotify.com."})
	case errors.Is(err, spotify.ErrOwnerPremium):
		s.show(w, http.StatusServiceUnavailable, view{Problem: "The owner of this app needs Spotify Premium."})
	default:
		s.show(w, http.StatusBadGateway, view{Problem: "Spotify cannot log you in now. Please try again."})
	}
}
