package server

import (
	"net/http"
	"time"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/internal/failpoint"
	"github.com/tenuto-dev/tenuto/internal/vault"
	"github.com/tenuto-dev/tenuto/spotify"
)

// Server is the authenticating server of one app. Safe for concurrent use.
type Server struct {
	*settings
	app     string // client id: part of every key in the vault
	db      *vault.DB
	cred    *auth.Credentials
	grants  *auth.Grants
	spotify *spotify.Client

	jar      jar
	views    *views
	limits   *limiter
	journal  *journal
	metrics  *metrics
	watchers *watchers
	cooldown cooldown
	stop     *stopper

	public     http.Handler
	operations http.Handler
}

const (
	// grantCache is how long an access token may be served from memory after its record was read.
	// Our own logins, refreshes and deletions are seen at once; a session is read every time, so
	// what another replica ended ends here with its session, not with this.
	grantCache = 30 * time.Second

	// patience is how long a person waits for Spotify before the page says so.
	patience = 8 * time.Second
)

// New makes a server. Every mistake in c is found here.
func New(c Config) (*Server, error) {
	set, err := c.check()
	if err != nil {
		return nil, err
	}
	cred, err := auth.NewCredentials(set.App)
	if err != nil {
		return nil, err
	}
	s := &Server{settings: set, app: set.App.ClientID, db: set.DB, cred: cred}
	s.grants = cred.Grants(s.db.Grants(s.app), s.grantOptions()...)
	s.jar = newJar(set.secure)
	s.limits = newLimiter(set.Now)
	s.journal = newJournal(set.Log, set.Now)
	s.metrics = newMetrics()
	s.stop = newStopper()
	s.watchers = newWatchers(s.ask, set.Now, s.stop.stopping)
	s.spotify = spotify.New(nil, s.spotifyOptions()...)
	if s.views, err = newViews(); err != nil {
		return nil, err
	}
	s.public = s.guard(s.routes())
	s.operations = s.operationRoutes()
	return s, nil
}

// grantOptions: after a crash nobody waits for the leases of the process that died, where the
// database is ours alone.
func (s *Server) grantOptions() []auth.GrantsOption {
	opts := []auth.GrantsOption{auth.CacheFor(grantCache)}
	if s.db.Exclusive() {
		opts = append(opts, auth.Exclusive())
	}
	if lease := failpoint.Lease(); lease > 0 {
		opts = append(opts, auth.LeaseFor(lease))
	}
	return opts
}

// spotifyOptions: a page does not wait out a rate limit, and what people listen to is in no cache.
func (s *Server) spotifyOptions() []spotify.Option {
	opts := []spotify.Option{
		spotify.WithMaxWait(0),
		spotify.WithRetries(1),
		spotify.WithCacheSize(0),
		spotify.WithObserver(s.metrics.spotifyCall),
	}
	switch {
	case s.APIURL == "":
	case s.App.AllowRemoteAccounts:
		opts = append(opts, spotify.WithRemoteEmulator(s.APIURL))
	default:
		opts = append(opts, spotify.WithBaseURL(s.APIURL))
	}
	if s.HTTPClient != nil {
		opts = append(opts, spotify.WithHTTPClient(s.HTTPClient))
	}
	return opts
}

// Handler serves people: pages, login, callback, session, events.
func (s *Server) Handler() http.Handler { return s.public }

// Operations serves the operator: /healthz, /readyz, /metrics. Never put it on a public address.
func (s *Server) Operations() http.Handler { return s.operations }
