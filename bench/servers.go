package main

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/internal/server"
	"github.com/tenuto-dev/tenuto/internal/vault"
	"github.com/tenuto-dev/tenuto/internal/vault/postgres"
	"github.com/tenuto-dev/tenuto/internal/vault/sqlite"
)

const clientID = "0123456789abcdef0123456789abcdef"

// lateServer is our server, made once its address is known.
type lateServer struct {
	http.Handler
	place    place
	upstream string
}

// place is where a server keeps what it knows: an SQLite file in dir, or a PostgreSQL database
// whose key is in dir.
type place struct{ dir, database string }

func tenutoHandler(args []string) (http.Handler, error) {
	l := &lateServer{place: place{dir: args[0]}, upstream: args[1]}
	if len(args) > 2 {
		l.place.database = args[2]
	}
	return l, nil
}

// listen serves as `tenuto serve` does, time-outs and all.
func (l *lateServer) listen(public net.Listener) {
	srv, err := newServer(l.place, l.upstream, "http://"+public.Addr().String())
	if err != nil {
		panic(err)
	}
	operations, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	go srv.Serve(context.Background(), public, operations)
}

func newServer(at place, upstream, base string) (*server.Server, error) {
	db, err := openVault(at)
	if err != nil {
		return nil, err
	}
	return server.New(server.Config{
		App:     &auth.Config{ClientID: clientID, ClientSecret: "bench", RedirectURI: base + "/callback", AccountsURL: upstream},
		BaseURL: base, DB: db, APIURL: upstream + "/v1", Log: slog.New(slog.DiscardHandler),
	})
}

func openVault(at place) (*vault.DB, error) {
	keyFile := filepath.Join(at.dir, "key")
	keys, err := vault.OpenKeyFile(keyFile)
	if err != nil {
		if keys, err = vault.CreateKeyFile(keyFile); err != nil {
			return nil, err
		}
	}
	if at.database != "" {
		return postgres.Open(context.Background(), at.database, keys)
	}
	return sqlite.Open(context.Background(), filepath.Join(at.dir, "tenuto.db"), keys)
}
