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

type restoreFlags struct {
	databaseFlags
	keyFlags
	dataDir             string
	deletions           []string
	keepSessions, force bool
}

func (p *program) restore() *cobra.Command {
	var f restoreFlags
	cmd := &cobra.Command{
		Use:   "restore FILE",
		Short: "Bring a server's database back from a copy",
		Long: `Makes a copy that "tenuto backup" made the SQLite database of the data directory, while no server runs
on it. The copy is looked through, opened with the root key and brought up to date before it takes the place.

Who has disconnected since the copy was made is deleted again: the list of them is in the data directory, beside the
database, and more can be named with --deletions. All sessions are ended, since those that people have ended would be
back: who logs in again is not asked by Spotify. Who logged in for the first time since the copy is new.

With --database there is no FILE: it does the same, but for the copying, to a PostgreSQL database that pg_restore or
your provider has brought back. See docs/backup.md.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if f.url != "" {
				if len(args) > 0 {
					return usage("leave out FILE once pg_restore or your provider has brought the database back; for an SQLite database "+
						"leave out "+f.urlSource(), "%s names a PostgreSQL database, which is not restored from a file", f.urlSource())
				}
				return p.runComeBack(cmd.Context(), &f)
			}
			if err := arguments("FILE")(cmd, args); err != nil {
				return err
			}
			return p.runRestore(cmd.Context(), &f, args[0])
		},
	}
	f.databaseFlags.register(cmd)
	f.keyFlags.register(cmd)
	flags := cmd.Flags()
	flags.StringVar(&f.dataDir, "data-dir", "", "the `DIRECTORY` of the database (default that of \"tenuto serve\")")
	flags.StringArrayVar(&f.deletions, "deletions", nil, "another `DIRECTORY` that lists who has disconnected; may be repeated")
	flags.BoolVar(&f.keepSessions, "keep-sessions", false, "leave people signed in, also where they have signed out since")
	flags.BoolVar(&f.force, "force", false, "replace a database that is there, which is kept beside; take a copy of any age")
	return cmd
}

// checkLists wants the lists that were named to be there, and to be lists: a mistyped one would bring people back.
func (f *restoreFlags) checkLists() error {
	for _, list := range f.deletions {
		if err := vault.NewDeletions(list).Check(); err != nil {
			return usage("name the directory deletions of a server's data directory, or a copy of it", "--deletions: %w", err)
		}
	}
	return nil
}

func (p *program) runRestore(ctx context.Context, f *restoreFlags, file string) error {
	if err := f.checkLists(); err != nil {
		return err
	}
	dir, err := p.dataDir(f.dataDir, "server")
	if err != nil {
		return err
	}
	keys, _, err := p.keysOf(ctx, &f.keyFlags, dir)
	if err != nil {
		return err
	}
	c, err := sqlite.CheckCopy(ctx, file, keys)
	if err != nil {
		return adviseRestore(err)
	}
	age := time.Since(c.Made)
	if !c.Made.IsZero() && age > vault.DeletionsKept && !f.force {
		return usage("take a newer one; with --force people who have disconnected since may be back",
			"%s is %d days old: nobody knows any more who has disconnected since", file, int(age.Hours()/24))
	}
	var back comeback
	path := filepath.Join(dir, sqlite.DatabaseFile)
	kept, err := sqlite.Restore(ctx, file, path, keys, f.force, func(db *vault.DB) (err error) {
		back, err = f.comeBack(ctx, db, dir)
		return err
	})
	if err != nil {
		return adviseRestore(err)
	}
	made := "at a time it does not say"
	if !c.Made.IsZero() {
		made = fmt.Sprintf("%s, %s", c.Made.Format("2006-01-02 15:04 MST"), ago(age))
	}
	text := fmt.Sprintf("Restored  %s, made %s\n", people(c.People), made) + back.report(f.keepSessions)
	if kept != "" {
		text += fmt.Sprintf("Replaced  the database that was there: it is %s now\n", kept)
	}
	_, err = fmt.Fprint(p.out, text)
	return err
}

// runComeBack is for a database that somebody else has copied.
func (p *program) runComeBack(ctx context.Context, f *restoreFlags) (err error) {
	if err := f.checkLists(); err != nil {
		return err
	}
	dir, err := p.serverDir(f.dataDir)
	if err != nil {
		return err
	}
	keys, err := p.keys(ctx, &f.keyFlags)
	if err != nil {
		return err
	}
	db, name, err := p.openDatabase(ctx, &f.databaseFlags, dir, keys)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	back, err := f.comeBack(ctx, db, dir)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(p.out, "Restored  %s\n%s", name, back.report(f.keepSessions))
	return err
}

// comeback is what was done to a database that came back.
type comeback struct {
	deletions vault.Applied
	sessions  int
}

// comeBack does what a database needs that was somewhere else for a while.
func (f *restoreFlags) comeBack(ctx context.Context, db *vault.DB, dir string) (done comeback, err error) {
	for _, list := range append([]string{filepath.Join(dir, deletionsDir)}, f.deletions...) {
		applied, err := db.ApplyDeletions(ctx, vault.NewDeletions(list))
		if err != nil {
			return done, err
		}
		done.deletions.Listed += applied.Listed
		done.deletions.Again += applied.Again
		done.deletions.Unreadable += applied.Unreadable
	}
	if !f.keepSessions {
		var ended vault.SignedOut
		ended, err = db.EndAllSessions(ctx, nil)
		done.sessions = ended.Sessions
	}
	return done, err
}

func (c *comeback) report(keepSessions bool) string {
	text := fmt.Sprintf("Deleted   %s again, of %d who have disconnected\n", people(c.deletions.Again), c.deletions.Listed)
	if n := c.deletions.Unreadable; n > 0 {
		text += fmt.Sprintf("          %d lines of the list cannot be read: cut short by a crash, or damaged\n", n)
	}
	if keepSessions {
		return text + "Sessions  kept: who has signed out since is signed in again\n"
	}
	return text + fmt.Sprintf("Sessions  %d ended: people log in again, and Spotify does not ask them\n", c.sessions)
}

func adviseRestore(err error) error {
	switch {
	case errors.Is(err, fs.ErrExist):
		return advise(err, "choose another --data-dir, or replace it with --force: it is kept beside")
	case errors.Is(err, vault.ErrInUse):
		return advise(err, "stop the server first: nothing was changed")
	case errors.Is(err, vault.ErrWrongKey), errors.Is(err, vault.ErrKeyMissing):
		return advise(err, "give it the root key of its time, with TENUTO_KEY, --key-file or --key-command; nothing was changed")
	case errors.Is(err, vault.ErrDamaged):
		return advise(err, "take another copy: nothing was changed")
	}
	return err
}
