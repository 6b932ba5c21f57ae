package torture

import (
	"cmp"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"github.com/tenuto-dev/tenuto/emulator"
)

// secrets of the app and of the database: nothing may say them.
var (
	clientID     = strings.Repeat("c", 32)
	clientSecret = strings.Repeat("5", 32)
	databaseKey  = "q8VfXr1mJ0m3C6m8wq3Yp0mVtq2p1o7z5sT9k4uWcEg="
)

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
