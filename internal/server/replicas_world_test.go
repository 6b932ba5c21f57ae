package server_test

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/emulator"
	"github.com/tenuto-dev/tenuto/internal/server"
	"github.com/tenuto-dev/tenuto/internal/vault"
	"github.com/tenuto-dev/tenuto/internal/vault/postgres"
	"github.com/tenuto-dev/tenuto/internal/vault/postgres/pgtest"
	"github.com/tenuto-dev/tenuto/internal/vault/sqlite"
)

// cluster is several servers of one app on one database, and their Spotify.
type cluster struct {
	*testing.T
	emu      *emulator.Emulator
	replicas []*bubble
	change   []func(*emulator.Config, *server.Config)
	conf     server.Config
	open     func() *vault.DB // the database, as one more replica opens it
	ahead    *clock           // nil in a bubble, where time passes by itself

	mu   sync.Mutex
	turn int
}

// onReplicas tells a story of n servers twice: on SQLite, where they share the file's only opener and time
// is virtual, and on PostgreSQL, where each has its own, and time is real but for what passes through later.
func onReplicas(t *testing.T, n int, story func(c *cluster), change ...func(*emulator.Config, *server.Config)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		inCluster(t, n, story, change...)
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		onPostgres(t, n, story, func(*clock) []postgres.Option { return nil }, change...)
	})
}

// onPostgres tells a story of n servers that share a PostgreSQL database. opts are for each of them to open it with;
// it is given the servers' clock, for stories in which the database's must pass as fast.
func onPostgres(t *testing.T, n int, story func(c *cluster), opts func(*clock) []postgres.Option, change ...func(*emulator.Config, *server.Config)) {
	t.Helper()
	url := pgtest.Database(t)
	keys := newKeys()
	c := &cluster{T: t, ahead: &clock{}, change: change}
	c.open = func() *vault.DB {
		ring, err := vault.ParseKeys(keys)
		if err != nil {
			t.Fatal(err)
		}
		db, err := postgres.Open(context.Background(), url, ring, opts(c.ahead)...)
		if err != nil {
			t.Fatal(err)
		}
		return db
	}
	c.start(n)
	story(c)
	c.stop()
}

// inCluster tells a story on SQLite alone, for one that needs hours.
func inCluster(t *testing.T, n int, story func(c *cluster), change ...func(*emulator.Config, *server.Config)) {
	t.Helper()
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		c := &cluster{T: t, change: change}
		var db *vault.DB
		c.open = func() *vault.DB {
			if db == nil || db.Ping(context.Background()) != nil {
				var err error
				if db, err = sqlite.OpenDir(context.Background(), dir); err != nil {
					t.Fatal(err)
				}
			}
			return db
		}
		c.start(n)
		story(c)
		c.stop()
	})
}

func newKeys() string {
	key := make([]byte, 32)
	rand.Read(key)
	return base64.StdEncoding.EncodeToString(key)
}

// start starts Spotify and n servers.
func (c *cluster) start(n int) {
	econf := emulator.Config{Apps: []emulator.App{{ClientID: "tenutotest", ClientSecret: canary, RedirectURIs: []string{bubbleBase + "/callback"}}}}
	c.conf = server.Config{
		App: &auth.Config{ClientID: "tenutotest", ClientSecret: canary}, BaseURL: bubbleBase, Replicas: true,
	}
	if c.ahead != nil {
		c.conf.Now, econf.Now = c.ahead.Now, c.ahead.Now
	}
	for _, f := range c.change {
		f(&econf, &c.conf)
	}
	c.emu = emulator.New(econf)
	c.conf.App.HTTPClient, c.conf.HTTPClient = c.emu.Client(), c.emu.Client()
	for range n {
		c.join()
	}
}

// join starts one more server.
func (c *cluster) join() {
	c.Helper()
	b := &bubble{t: c.T, emu: c.emu, db: c.open(), log: &logBuffer{}}
	conf := c.conf
	conf.DB, conf.Log = b.db, slog.New(slog.NewJSONHandler(b.log, nil))
	var err error
	if b.srv, err = server.New(conf); err != nil {
		c.Fatal(err)
	}
	b.config = conf
	c.replicas = append(c.replicas, b)
}

// stop ends all servers and closes the database.
func (c *cluster) stop() {
	c.Helper()
	closed := map[*vault.DB]bool{}
	for _, b := range c.replicas {
		if strings.Contains(b.log.String(), canary) {
			c.Errorf("a log holds the client secret:\n%s", b.log)
		}
		c.Log(b.log)
		if !closed[b.db] {
			closed[b.db] = true
			if err := b.db.Close(); err != nil {
				c.Errorf("db.Close() = %v", err)
			}
		}
	}
	c.replicas = nil
}

// next is the replica whose turn it is: a balancer that never sends anybody to the same one twice.
func (c *cluster) next() *bubble {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.turn++
	return c.replicas[c.turn%len(c.replicas)]
}

func (c *cluster) get(target, session string) *httptest.ResponseRecorder {
	return c.next().get(target, session)
}

// home is the page of somebody, without what every page has.
func (b *bubble) home(session string) string {
	return answer{body: b.get("/", session).Body.String()}.text()
}

// said is what a page says about the music.
func said(page string) string {
	_, line, _ := strings.Cut(page, `id="line">`)
	line, _, _ = strings.Cut(line, "<")
	_, note, _ := strings.Cut(page, `id="note"`)
	note, _, _ = strings.Cut(note, "</p>")
	return line + " " + note
}

func (c *cluster) home(session string) string { return c.next().home(session) }

func (c *cluster) userID(page string) string { return answer{body: page}.userID(c.T) }

// post sends a form.
func (b *bubble) post(target, session, form string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, bubbleBase+target, strings.NewReader(form))
	r.RemoteAddr = "127.0.0.1:4000"
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.AddCookie(&http.Cookie{Name: "tenuto", Value: session})
	rec := httptest.NewRecorder()
	b.srv.Handler().ServeHTTP(rec, r)
	return rec
}

// login takes a person through the balancer: what one replica begins another finishes.
func (c *cluster) login(person string) (session string) {
	c.Helper()
	return logIn(c.T, person, c.next(), c.next())
}

// later lets time pass.
func (c *cluster) later(d time.Duration) {
	if c.ahead != nil {
		c.ahead.advance(d)
		return
	}
	pass(d)
}

// watch opens a stream at a replica and waits for its first words.
func (c *cluster) watch(b *bubble, session string) *stream {
	c.Helper()
	s := b.stream(session, nil)
	c.until(time.Second, func() bool { return strings.Contains(s.text(), "event: playing") })
	return s
}

// until waits for something to become true: for less than limit, or the test fails. Where time is real, a busy
// machine may take three times as long.
func (c *cluster) until(limit time.Duration, true func() bool) {
	c.Helper()
	if c.ahead != nil {
		limit *= 3
	}
	for end := time.Now().Add(limit); !true(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			c.Fatalf("not within %v", limit)
		}
	}
}

// ends waits for the end of a stream.
func (c *cluster) ends(s *stream, limit time.Duration) {
	c.Helper()
	began := time.Now()
	c.until(limit, s.ended)
	if !strings.Contains(s.text(), "event: signed-out") {
		c.Errorf("the stream ended after %v and says %q, want signed-out", time.Since(began), s.text())
	}
}

// asked is how often Spotify was asked what plays.
func (c *cluster) asked() int {
	return len(c.emu.Ledger().Of("GET /me/player/currently-playing"))
}

// refreshes is how often a token was refreshed.
func (c *cluster) refreshes() int {
	return len(c.emu.Ledger().Of("POST /api/token").Grant("refresh_token"))
}
