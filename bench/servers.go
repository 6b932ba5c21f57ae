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
	"github.com/tenuto-dev/tenuto/internal/vault/sqlite"
)

const clientID = "0123456789abcdef0123456789abcdef"

// lateServer is our server, made once its address is known.
type lateServer struct {
	http.Handler
	dir, upstream string
}

func tenutoHandler(dir, upstream string) (http.Handler, error) {
	return &lateServer{dir: dir, upstream: upstream}, nil
}

// listen serves as `tenuto serve` does, time-outs and all.
func (l *lateServer) listen(public net.Listener) {
	srv, err := newServer(l.dir, l.upstream, "http://"+public.Addr().String())
	if err != nil {
		panic(err)
	}
	operations, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	go srv.Serve(context.Background(), public, operations)
}

func newServer(dir, upstream, base string) (*server.Server, error) {
	db, err := openVault(dir)
	if err != nil {
		return nil, err
	}
	return server.New(server.Config{
		App:     &auth.Config{ClientID: clientID, ClientSecret: "bench", RedirectURI: base + "/callback", AccountsURL: upstream},
		BaseURL: base, DB: db, APIURL: upstream + "/v1", Log: slog.New(slog.DiscardHandler),
	})
}

func openVault(dir string) (*vault.DB, error) {
	keyFile := filepath.Join(dir, "key")
	keys, err := vault.OpenKeyFile(keyFile)
	if err != nil {
		if keys, err = vault.CreateKeyFile(keyFile); err != nil {
			return nil, err
		}
	}
	return sqlite.Open(context.Background(), filepath.Join(dir, "tenuto.db"), keys)
}
