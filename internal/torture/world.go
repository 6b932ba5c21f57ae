package torture

import (
	"cmp"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
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
	over     chan struct{} // closed when people go home
	living   sync.WaitGroup
	closed   chan struct{} // closed at the end of all
	closers  []func()

	mu        sync.Mutex
	tally     Tally
	disturbed []disturbance
	forcedBy  []forcedLogin
	taken     map[string][]time.Time // when somebody took their consent away
	failures  []failure
	lying     bool
}

// NewWorld starts all of it but the visitors. Close it.
func NewWorld(s Setup) (w *World, err error) {
	w = &World{Setup: s, over: make(chan struct{}), closed: make(chan struct{}), rest: s.Rest, tally: newTally(), taken: map[string][]time.Time{}}
	w.random = rand.New(rand.NewPCG(s.Seed, 1))
	go w.watchMachine()
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
	close(w.closed)
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
