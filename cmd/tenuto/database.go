package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/tenuto-dev/tenuto/internal/vault"
	"github.com/tenuto-dev/tenuto/internal/vault/postgres"
	"github.com/tenuto-dev/tenuto/internal/vault/sqlite"
)

// databaseVariable stands for --database, and may hold a password, which the flag may not.
const databaseVariable = "TENUTO_DATABASE"

// databaseFlags say which PostgreSQL database is meant.
type databaseFlags struct {
	url             string
	allowUnverified bool
	urlSource       func() string // "--database", databaseVariable or ""
}

func (f *databaseFlags) register(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.url, "database", "", "the `URL` of a PostgreSQL database that any number of servers share: postgres://USER@HOST/NAME")
	flags.BoolVar(&f.allowUnverified, "allow-unverified-database", false,
		"the database may be reached over a network without verified TLS: whoever is on the way may read and change everything")
	f.urlSource = func() string { return flagSource(flags.Lookup("database")) }
}

// check refuses a password where everybody on this computer sees it.
func (f *databaseFlags) check() error {
	u, err := url.Parse(f.url)
	if err != nil || f.urlSource() != "--database" {
		return nil //nolint:nilerr // opening it says what is wrong, without the URL
	}
	_, inUser := u.User.Password()
	if query := u.Query(); inUser || query.Has("password") || query.Has("sslpassword") {
		return usage("leave it out of the flag: put the whole URL into "+databaseVariable+", or the password into PGPASSWORD or the file that PGPASSFILE names",
			"--database holds a password: secrets do not belong on a command line")
	}
	return nil
}

func (f *databaseFlags) options() (opts []postgres.Option) {
	if f.allowUnverified {
		opts = append(opts, postgres.AllowUnverified())
	}
	return opts
}

// openDatabase opens the database of the flags, or the one in dir if they name none; name is what to call it. keys
// is nil if none were given.
func (p *program) openDatabase(ctx context.Context, f *databaseFlags, dir string, keys *vault.KeyRing) (db *vault.DB, name string, err error) {
	if f.url == "" {
		db, err := openVault(ctx, dir, keys)
		return db, dir, err
	}
	if err := f.check(); err != nil {
		return nil, "", err
	}
	if keys == nil {
		return nil, "", usage("make one with: openssl rand -base64 32. Keep a copy of it elsewhere, and give it to every server that shares the database, in "+
			keyVariable+" or with --key-file", "--database needs a key: one that is shared is never made here")
	}
	if f.allowUnverified {
		p.note("--allow-unverified-database: whoever is between here and the database may read and change what people keep with you")
	}
	db, err = postgres.Open(ctx, f.url, keys, f.options()...)
	return db, postgres.Name(f.url), explainDatabase(err)
}

// openVault opens the SQLite database in dir with keys, or with the directory's own if that is nil.
func openVault(ctx context.Context, dir string, keys *vault.KeyRing) (db *vault.DB, err error) {
	if keys != nil {
		db, err = sqlite.Open(ctx, filepath.Join(dir, sqlite.DatabaseFile), keys)
	} else {
		db, err = sqlite.OpenDir(ctx, dir)
	}
	if err != nil {
		return nil, explainDatabase(fmt.Errorf("%s: %w", dir, err))
	}
	return db, nil
}

// databaseHints say what to do about what keeps us from a database.
var databaseHints = []struct {
	err  error
	hint string
}{
	{vault.ErrInUse, "another tenuto uses this data directory: stop it, or choose another with --data-dir"},
	{vault.ErrWrongKey, "give it the key it was made with, in TENUTO_KEY or with --key-file or --key-command; nothing was changed"},
	{vault.ErrKeyMissing, "give it all the keys it was used with, the newest first; nothing was changed"},
	{vault.ErrOutdated, "replace this program: servers that share a database may differ by one version"},
	{postgres.ErrNoTLS, "PostgreSQL speaks no TLS there: add ?sslmode=disable to the URL of a database on this machine, and let one elsewhere have a certificate"},
	{postgres.ErrUnreachable, "see whether PostgreSQL runs there and lets this computer connect"},
	{postgres.ErrCrowded, "raise its max_connections, or give each server fewer with ?pool_max_conns="},
	{postgres.ErrRefused, "the password comes from " + databaseVariable + ", from PGPASSWORD or from the file that PGPASSFILE names"},
	{postgres.ErrNoDatabase, "make it first, with createdb, or correct the end of the URL"},
	{postgres.ErrNoTables, `let an account that may make tables bring them up to date with "tenuto migrate"; see docs/server.md`},
	{postgres.ErrElsewhere, "set the search_path of the database, or of the account, back; or name the schema that is meant in the URL, with ?search_path=; nothing was changed"},
	{postgres.ErrForbidden, "its account needs SELECT, INSERT, UPDATE and DELETE on all tables; see docs/server.md"},
}

func explainDatabase(err error) error {
	if errors.Is(err, postgres.ErrURL) || errors.Is(err, postgres.ErrInsecure) {
		return &mistake{err: err, users: true}
	}
	for _, known := range databaseHints {
		if errors.Is(err, known.err) {
			return advise(err, known.hint)
		}
	}
	return err
}
