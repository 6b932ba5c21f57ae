package torture

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/tenuto-dev/tenuto/emulator"
)

const (
	// lease is the shortest that auth allows: what a dead server held is free for the others after so long.
	lease = 5 * time.Second

	// margin is how long before its end a server takes an access token for ended.
	margin = time.Minute
)

// Setup says what a World is made of.
type Setup struct {
	Program string // a tenuto built with the tag failpoint
	Dir     string // an empty directory for what the servers keep and say
	Seed    uint64

	Refresh  emulator.RefreshTokens
	Interval time.Duration // how long an access token is used: its life is a minute longer
	Think    time.Duration // between Spotify's decision and its answer
	People   int
	Rest     time.Duration // between two things a visitor does

	Database Database // nil: SQLite, and one server
	Replicas int      // with a Database

	DataDir    string        // of the one server on SQLite, if not below Dir: a small disk
	Balanced   bool          // people come through a balancer, and no request may fail
	DrainDelay time.Duration // how long a server that was told to stop serves on
}

// Database is a PostgreSQL that servers share.
type Database interface {
	// Address is where it listens: host:port, or the path of a Unix socket.
	Address() string
	// URL is what --database is told to reach it at an address of ours.
	URL(address string) string
	// Restart ends it at once, without a checkpoint, and starts it again.
	Restart() error
}

// World is a Spotify, servers, and people who use them.
type World struct {
	Setup
	spotify  *emulator.Emulator
	witness  *witness
	replicas []*replica
	balancer *balancer // nil: people go to the servers themselves
	front    *replica  // the balancer as people see it
	proxies  []*proxy  // of the replicas, to the database
	visitors []*visitor
	diary    *diary
	host     string // what people open
	rest     time.Duration
	random   *rand.Rand
	over     chan struct{}
	living   sync.WaitGroup
	closers  []func()

	mu        sync.Mutex
	tally     Tally
	disturbed []disturbance
	forcedBy  []forcedLogin
	taken     map[string][]time.Time // when somebody took their consent away
	liesUntil time.Time
	badUntil  time.Time // odd answers are no wonder until then
}

// secrets of the app and of the database: nothing may say them.
var (
	clientID     = strings.Repeat("c", 32)
	clientSecret = strings.Repeat("5", 32)
	databaseKey  = "q8VfXr1mJ0m3C6m8wq3Yp0mVtq2p1o7z5sT9k4uWcEg="
)

// NewWorld starts all of it but the visitors. Close it.
func NewWorld(s Setup) (w *World, err error) {
	w = &World{Setup: s, over: make(chan struct{}), rest: s.Rest, tally: newTally(), taken: map[string][]time.Time{}}
	w.random = rand.New(rand.NewPCG(s.Seed, 1))
	defer func() {
		if err != nil {
			w.Close()
		}
	}()
	names := []string{"one"}
	if s.Database != nil {
		names = []string{"one", "two", "three", "four", "five", "six", "seven", "eight"}[:cmp.Or(s.Replicas, 3)]
	}
	if err := w.makeSpotify(); err != nil {
		return w, err
	}
	if w.diary, err = openDiary(filepath.Join(s.Dir, "diary")); err != nil {
		return w, err
	}
	for _, name := range names {
		if err := w.makeReplica(name); err != nil {
			return w, err
		}
	}
	for i := range s.People {
		name := fmt.Sprint("visitor", i)
		w.spotify.AddPerson(emulator.Person{Name: name, SavedTracks: -1, Playlists: -1})
		w.visitors = append(w.visitors, &visitor{w: w, name: name, random: rand.New(rand.NewPCG(s.Seed, uint64(i+2)))})
	}
	return w, nil
}

func (w *World) makeSpotify() error {
	host, err := freeAddress()
	if err != nil {
		return err
	}
	w.host = host
	w.spotify = emulator.New(emulator.Config{
		Apps:          []emulator.App{{ClientID: clientID, ClientSecret: clientSecret, RedirectURIs: []string{"http://" + host + "/callback"}}},
		TokenLifetime: w.Interval + margin, Refresh: w.Refresh, Seed: int64(w.Seed),
	})
	w.witness = newWitness(w.spotify, w.Think)
	return nil
}

// makeReplica prepares a server with its own way to Spotify and to the database.
func (w *World) makeReplica(name string) error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	door := &http.Server{Handler: w.witness.door(name)}
	go door.Serve(l)
	w.closers = append(w.closers, func() { door.Close() })
	spotify := "http://" + l.Addr().String()
	if w.spotify.URL == "" {
		w.spotify.URL = spotify
	}
	r := &replica{name: name, program: w.Program, addr: w.host, dir: filepath.Join(w.Dir, name)}
	if w.Database != nil {
		if r.addr, err = freeAddress(); err != nil {
			return err
		}
	}
	if r.operations, err = freeAddress(); err != nil {
		return err
	}
	if err := os.MkdirAll(r.dir, 0o700); err != nil {
		return err
	}
	r.makeClients()
	r.args = []string{"serve", "--addr", r.addr, "--operations-addr", r.operations, "--base-url", "http://" + w.host,
		"--accounts-url", spotify, "--api-url", spotify + "/v1", "--data-dir", w.dataDir(r),
		"--drain-delay", w.DrainDelay.String()}
	r.env = []string{"HOME=" + r.dir, "SPOTIFY_CLIENT_ID=" + clientID, "SPOTIFY_CLIENT_SECRET=" + clientSecret}
	if w.Database != nil {
		p, err := newProxy(w.Database.Address())
		if err != nil {
			return err
		}
		w.proxies = append(w.proxies, p)
		r.lease = lease
		r.args = append(r.args, "--database", w.Database.URL(p.addr()))
		r.env = append(r.env, "TENUTO_KEY="+databaseKey)
	}
	w.replicas = append(w.replicas, r)
	return nil
}

func (w *World) dataDir(r *replica) string { return cmp.Or(w.DataDir, filepath.Join(r.dir, "data")) }

// freeAddress is one nobody listens at: for a server's own, from then on.
func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

// Start starts the servers, and lets people come.
func (w *World) Start() error {
	for _, r := range w.replicas {
		if err := r.start("", 0, false); err != nil {
			return err
		}
	}
	if w.Balanced {
		var err error
		if w.balancer, err = newBalancer(w.host, w.replicas); err != nil {
			return err
		}
		w.front = &replica{name: "the balancer", addr: w.host}
		w.front.makeClients()
		if !w.balancer.await() {
			return errors.New("not everybody is ready")
		}
	}
	for _, v := range w.visitors {
		w.living.Go(v.live)
	}
	return nil
}

// Stop sends the people home. The servers run on.
func (w *World) Stop() {
	w.mu.Lock()
	select {
	case <-w.over:
	default:
		close(w.over)
	}
	w.mu.Unlock()
	w.living.Wait()
}

// Close ends everything that was started.
func (w *World) Close() {
	if w.front != nil {
		w.Stop() // nobody may be turned away
		w.balancer.close()
	}
	for _, p := range w.proxies {
		p.close()
	}
	for _, r := range w.replicas {
		r.close()
	}
	w.Stop()
	for _, c := range w.closers {
		c()
	}
	if w.diary != nil {
		w.diary.close()
	}
}

func (w *World) going() bool {
	select {
	case <-w.over:
		return false
	default:
		return true
	}
}

// anyReplica is one that people may go to; nil if there is none.
func (w *World) anyReplica() *replica {
	if w.front != nil {
		return w.front
	}
	first := rand.IntN(len(w.replicas))
	for i := range w.replicas {
		if r := w.replicas[(first+i)%len(w.replicas)]; r.up() {
			return r
		}
	}
	return nil
}

// approve is the person at Spotify.
func (w *World) approve(login, person string) (back *url.URL, err error) {
	defer func() {
		if cause := recover(); cause != nil { // how the emulator says that its page shows an error
			err = fmt.Errorf("at Spotify: %v", cause)
		}
	}()
	back = w.spotify.Approve(login, person)
	code := back.Query().Get("code")
	if code == "" {
		return nil, errors.New("Spotify gave no code")
	}
	w.witness.gave(code, person)
	return back, nil
}

// CheckAll holds what every server says against every diary. Whoever is busy checks by themselves.
func (w *World) CheckAll() {
	w.each(func(v *visitor) {
		if !v.mu.TryLock() {
			return
		}
		defer v.mu.Unlock()
		for _, r := range w.replicas {
			if r.up() {
				v.check(r)
			}
		}
	})
}

// Settle has every diary read back from the disk and everybody come once more, at every server, until all is well:
// nobody who is signed in is asked to sign in again, and the music is back. It says who cannot be helped in time.
func (w *World) Settle(limit time.Duration) {
	pages, err := readDiary(filepath.Join(w.Dir, "diary"))
	if err != nil {
		w.broken("the diary cannot be read: %v", err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	w.each(func(v *visitor) {
		v.mu.Lock()
		defer v.mu.Unlock()
		if p := pages[v.name]; p != nil {
			v.page = *p
		}
		for _, r := range w.replicas {
			for v.page.in != "" && !(v.check(r) && v.page.in != "" && v.look(r)) && v.page.in != "" {
				if ctx.Err() != nil {
					w.broken("%s: nothing plays at %s, %v after the last trouble", v.name, r.name, limit)
					return
				}
				pause(ctx.Done(), 50*time.Millisecond)
			}
			if v.page.in == "" {
				v.check(r)
			}
		}
	})
}

// each lets the visitors do something, some at a time.
func (w *World) each(do func(*visitor)) {
	var all sync.WaitGroup
	turn := make(chan struct{}, 8)
	for _, v := range w.visitors {
		all.Go(func() {
			turn <- struct{}{}
			defer func() { <-turn }()
			do(v)
		})
	}
	all.Wait()
}
