package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"

	"github.com/tenuto-dev/tenuto/internal/vault/postgres/pgtest"
)

// store is one of the two that a server can have, empty.
type store struct {
	name string
	place
	replicas int // how many servers share it in earnest
}

// stores makes one of each. PostgreSQL waits for the disk at every commit, as SQLite does.
func stores(ctx context.Context) (both []store, done func(), err error) {
	dir, err := os.MkdirTemp("", "tenuto-bench")
	if err != nil {
		return nil, nil, err
	}
	server, err := pgtest.New(ctx, pgtest.Options{Durable: true})
	if err != nil {
		return nil, nil, errors.Join(err, os.RemoveAll(dir))
	}
	done = func() { server.Close(); os.RemoveAll(dir) }
	database, err := server.Database(ctx)
	if err == nil {
		err = os.Mkdir(filepath.Join(dir, "postgres"), 0o700)
	}
	if err != nil {
		done()
		return nil, nil, err
	}
	return []store{
		{"SQLite", place{dir: dir}, 1},
		{"PostgreSQL", place{dir: filepath.Join(dir, "postgres"), database: database}, 4},
	}, done, nil
}

// server are the arguments of a child that is our server on this store.
func (s store) server(upstream string) []string {
	if s.database == "" {
		return []string{s.dir, upstream}
	}
	return []string{s.dir, upstream, s.database}
}

// source is the database itself.
func (s store) source() string {
	if s.database == "" {
		return filepath.Join(s.dir, "tenuto.db")
	}
	return s.database
}
