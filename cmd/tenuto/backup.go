package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/tenuto-dev/tenuto/internal/vault"
	"github.com/tenuto-dev/tenuto/internal/vault/sqlite"
)

type backupFlags struct {
	keyFlags
	dataDir string
	force   bool
}

func (p *program) backup() *cobra.Command {
	var f backupFlags
	cmd := &cobra.Command{
		Use:   "backup FILE",
		Short: "Copy a server's database, while it runs or not",
		Long: `Writes a copy of the SQLite database in the data directory, as it is at one moment, into FILE, which
nobody else may read; "-" is standard output. A server that uses the database goes on, and nobody waits. The copy counts
once it is on disk and was looked through, and opens with the root key if that is here: until then FILE is what it was.

The root key is not in the copy. Keep that too, and somewhere else. PostgreSQL has programs of its own:
see docs/backup.md.`,
		Args: arguments("FILE"),
		RunE: func(cmd *cobra.Command, args []string) error { return p.runBackup(cmd.Context(), &f, args[0]) },
	}
	f.keyFlags.register(cmd)
	flags := cmd.Flags()
	flags.StringVar(&f.dataDir, "data-dir", "", "the `DIRECTORY` of the database (default that of \"tenuto serve\")")
	flags.BoolVar(&f.force, "force", false, "replace FILE if it is an older copy")
	return cmd
}

func (p *program) runBackup(ctx context.Context, f *backupFlags, file string) error {
	if text, _ := p.lookup(databaseVariable); text != "" {
		return usage("PostgreSQL is copied with pg_dump, see docs/backup.md; for an SQLite database leave out "+databaseVariable,
			"%s is set: the servers keep nothing in the data directory that a copy could bring back", databaseVariable)
	}
	dir, err := p.serverDir(f.dataDir)
	if err != nil {
		return err
	}
	keys, from, err := p.keysOf(ctx, &f.keyFlags, dir)
	if errors.Is(err, fs.ErrNotExist) && f.keyFile == "" { // whoever makes copies need not have it
		keys, from, err = nil, "not here either, so whether it opens the copy was not tried", nil
	}
	if err != nil {
		return err
	}
	if file == "-" {
		return p.backupToOutput(ctx, dir, keys)
	}
	taken := []string{filepath.Join(dir, operatorSocket), filepath.Join(dir, deletionsDir)}
	if f.keyFile != "" {
		taken = append(taken, f.keyFile)
	}
	c, err := sqlite.Backup(ctx, filepath.Join(dir, sqlite.DatabaseFile), file, keys, f.force, taken...)
	if err != nil {
		return adviseBackup(err)
	}
	_, err = fmt.Fprintf(p.out, "Copied   %s: %s, %d bytes\nThe key  is not in it. It is %s: keep that somewhere else, for without it the copy opens nothing\n",
		file, people(c.People), c.Size, from)
	return err
}

func adviseBackup(err error) error {
	switch {
	case errors.Is(err, vault.ErrInUse):
		return advise(err, "another copy is on its way to the same place: wait until it is there, or name another file")
	case errors.Is(err, sqlite.ErrTaken):
		return &mistake{err, "name a file of its own for the copy; nothing was changed", true}
	case errors.Is(err, fs.ErrExist):
		return advise(err, "name another file, or replace it with --force")
	case errors.Is(err, fs.ErrNotExist):
		return advise(err, "name the directory of a server with --data-dir, and one that is there for the copy")
	case errors.Is(err, vault.ErrWrongKey), errors.Is(err, vault.ErrKeyMissing):
		return advise(err, "the copy would not open with this root key, so there is none")
	}
	return err
}

// backupToOutput wants somebody who can take a copy.
func (p *program) backupToOutput(ctx context.Context, dir string, keys *vault.KeyRing) error {
	if p.onTerminal() {
		return usage("name a file, or send it to another program", "a copy of the database is not for a terminal")
	}
	err := sqlite.BackupTo(ctx, filepath.Join(dir, sqlite.DatabaseFile), p.out, keys)
	if errors.Is(err, vault.ErrInUse) {
		return advise(err, "another copy is on its way: wait until it has arrived, or name a file")
	}
	return adviseBackup(err)
}

// serverDir is the data directory of a server that has one already.
func (p *program) serverDir(flag string) (string, error) {
	if flag != "" {
		return flag, nil
	}
	return p.stateDir("server")
}

// keysOf are the root keys of the server in dir, and where they are.
func (p *program) keysOf(ctx context.Context, f *keyFlags, dir string) (keys *vault.KeyRing, from string, err error) {
	if keys, err = p.keys(ctx, f); err != nil {
		return nil, "", err
	}
	switch {
	case f.keyFile != "":
		return keys, "in " + f.keyFile, nil
	case f.keyCommand != "":
		return keys, "what " + f.keyProgram() + " prints", nil
	case keys != nil:
		return keys, "in " + keyVariable, nil
	}
	path := filepath.Join(dir, sqlite.KeyFile)
	keys, err = vault.OpenKeyFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		err = advise(err, "put the root key there that the database was made with, or give it with TENUTO_KEY, --key-file or --key-command; another --data-dir, perhaps?")
	}
	return keys, "in " + path, err
}

func people(n int) string {
	if n == 1 {
		return "1 person"
	}
	return fmt.Sprintf("%d people", n)
}

// ago is how long before now something was, as people say it.
func ago(d time.Duration) string {
	switch {
	case d < 2*time.Minute:
		return "just now"
	case d < 2*time.Hour:
		return fmt.Sprintf("%d minutes ago", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%d hours ago", int(d.Hours()))
	}
	return fmt.Sprintf("%d days ago", int(d.Hours()/24))
}
