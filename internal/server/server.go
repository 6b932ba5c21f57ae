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
	ready    *readiness
	holding  holding
	watchers *watchers
	budget   *vault.Budget   // of the Web API
	cooldown *vault.Cooldown // of the accounts service
	stop     *stopper

	public     http.Handler
	operations http.Handler
}

// Replicas that share the database are one server: what one of them ends, or hears from Spotify, the
// others heed within five seconds. A session is read for every request; this is what is remembered.
const (
	// grantCache is how long an access token may be served from memory after its record was read.
	// Our own logins, refreshes and deletions are seen at once; those of other replicas after this.
	grantCache      = 3 * time.Second
	grantCacheAlone = 30 * time.Second

	// lookEvery is how often the sessions of open streams are looked at. Alone, only time ends one
	// that we do not hear of.
	lookEvery      = 3 * time.Second
	lookEveryAlone = 20 * time.Second

	// refreshAhead is how long before its end a token in use is refreshed, while nobody has to wait.
	refreshAhead = 5 * time.Minute

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
	s.budget = s.db.Budget(s.app, set.RateLimit)
	s.cooldown = s.db.Cooldown(s.app, set.Now)
	s.grants = cred.Grants(s.db.Grants(s.app), s.grantOptions()...)
	s.jar = newJar(set.secure)
	s.limits = newLimiter(set.Now, set.Proxies)
	s.metrics = newMetrics()
	s.journal = newJournal(set.Log, set.Now, s.metrics.event)
	s.ready = &readiness{probe: s.db.Ping, heard: s.probed}
	s.stop = newStopper()
	s.watchers = s.newWatchers()
	s.spotify = spotify.New(nil, s.spotifyOptions()...)
	if s.views, err = newViews(); err != nil {
		return nil, err
	}
	s.public = s.guard(s.routes())
	s.metrics.registry.MustRegister(standing{s})
	s.operations = s.operationRoutes()
	return s, nil
}

// shared reports whether other servers may use the database.
func (s *Server) shared() bool { return s.Replicas || !s.db.Exclusive() }

// grantOptions: after a crash nobody waits for the leases of the process that died, where the
// database is ours alone.
func (s *Server) grantOptions() []auth.GrantsOption {
	opts := []auth.GrantsOption{auth.CacheFor(grantCacheAlone), auth.Exclusive()}
	if s.shared() {
		opts = []auth.GrantsOption{auth.CacheFor(grantCache)}
	}
	opts = append(opts, auth.OnRefresh(s.refreshed))
	opts = append(opts, auth.RefreshAhead(failpoint.Ahead(refreshAhead)))
	opts = append(opts, auth.ShareCooldown(s.cooldown), auth.ShareVerdicts(s.db.Verdicts(s.app)))
	if s.Rescue != nil {
		opts = append(opts, auth.Rescue(s.Rescue.For(s.app)))
	}
	if lease := failpoint.Lease(0); lease > 0 {
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
		spotify.WithGovernor(spotify.NewGovernor(s.RateLimit, s.budget)),
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
