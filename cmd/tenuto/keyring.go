package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"github.com/tenuto-dev/tenuto/internal/vault"
	"github.com/tenuto-dev/tenuto/internal/vault/sqlite"
)

// dataKeys are what the commands are about: those of a vault that we have opened, or of a server that runs.
type dataKeys interface {
	KeyStatus(ctx context.Context, count bool) (*vault.KeyStatus, error)
	RotateKey(ctx context.Context) (number int, err error)
	RemoveKey(ctx context.Context, number int) error
}

type keyringFlags struct {
	databaseFlags
	keyFlags
	dataDir string
	json    bool
	wait    bool
}

func (p *program) keyring() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "keyring",
		Short: "The keys of a server: which there are, and making a new one while it runs",
		Long: `What a server keeps lies under data keys, which are in its database; they lie under root keys, which
you gave it. These commands are about data keys, and need no restart. Root keys are changed where they
are kept: see docs/security.md.

They find an SQLite server in its data directory, whether it runs or not, and servers that share a
PostgreSQL database through --database, with the same root keys.`,
		Args: commandsOnly,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(p.keyringStatus(), p.keyringRotate(), p.keyringRemove())
	return cmd
}

func (f *keyringFlags) register(cmd *cobra.Command) {
	f.databaseFlags.register(cmd)
	f.keyFlags.register(cmd)
	flags := cmd.Flags()
	flags.StringVar(&f.dataDir, "data-dir", "", "the `DIRECTORY` of the database (default that of \"tenuto serve\")")
	flags.BoolVar(&f.json, "json", false, "print JSON")
}

func (p *program) keyringStatus() *cobra.Command {
	var f keyringFlags
	cmd := &cobra.Command{
		Use:   "status",
		Short: "Which keys there are, and how many rows lie under each",
		Long:  "Looks at every row: that takes seconds for a million. No key is ever shown, only its id.",
		Args:  arguments(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return p.withKeys(cmd.Context(), &f, func(k dataKeys) error {
				status, err := k.KeyStatus(cmd.Context(), true)
				if err != nil {
					return err
				}
				return p.printKeys(f.json, status)
			})
		},
	}
	f.register(cmd)
	return cmd
}

func (p *program) keyringRotate() *cobra.Command {
	var f keyringFlags
	cmd := &cobra.Command{
		Use:   "rotate",
		Short: "Make a new data key; all servers change to it, and what is kept follows",
		Long: `Makes a data key. Once every server that shares the database knows it, 10 seconds later, it seals all
that is new; in the background the servers bring what there is under it, too. Nobody notices.`,
		Args: arguments(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return p.withKeys(cmd.Context(), &f, func(k dataKeys) error { return p.rotateKey(cmd.Context(), &f, k) })
		},
	}
	f.register(cmd)
	cmd.Flags().BoolVar(&f.wait, "wait", false, "wait until no row is left under an older key, and do it where no server runs")
	return cmd
}

func (p *program) keyringRemove() *cobra.Command {
	var f keyringFlags
	cmd := &cobra.Command{
		Use:   "remove NUMBER",
		Short: "Destroy an old data key that nothing lies under",
		Long: `Old data keys go by themselves 90 days after they have sealed for the last time. This does it at once,
if no row lies under the key and it has not sealed for a quarter of an hour. What else it sealed does
not open any more: the rescue journal of a server that died and did not come back, say.`,
		Args: arguments("NUMBER"),
		RunE: func(cmd *cobra.Command, args []string) error {
			number, err := strconv.Atoi(args[0])
			if err != nil {
				return usage(`"tenuto keyring status" shows the numbers`, "%q is not the number of a key", args[0])
			}
			return p.withKeys(cmd.Context(), &f, func(k dataKeys) error { return p.removeKey(cmd.Context(), &f, k, number) })
		},
	}
	f.register(cmd)
	return cmd
}

// withKeys finds the keys that the flags mean.
func (p *program) withKeys(ctx context.Context, f *keyringFlags, use func(dataKeys) error) error {
	if err := p.stoppable(); err != nil {
		return err
	}
	if f.url != "" {
		return p.withOwnVault(ctx, f, "", use)
	}
	dir := f.dataDir
	if dir == "" {
		var err error
		if dir, err = p.stateDir("server"); err != nil {
			return err
		}
	}
	if _, err := os.Stat(filepath.Join(dir, sqlite.DatabaseFile)); errors.Is(err, fs.ErrNotExist) {
		return advise(fmt.Errorf("%s: there is no database", dir), "name the directory of a server with --data-dir, or a PostgreSQL database with --database")
	}
	limit := time.Now().Add(startTime)
	for {
		server, err := dialOperator(ctx, dir, answerTime)
		if err == nil {
			return use(server)
		}
		if !errors.Is(err, errNoServer) {
			return fmt.Errorf("%s: %w", dir, err)
		}
		err = p.withOwnVault(ctx, f, dir, use)
		switch {
		case !errors.Is(err, vault.ErrInUse):
			return err
		case time.Now().After(limit):
			return advise(err, "a program uses the database and answers no operators: an older tenuto, or one that stands still. Stop it, and try again")
		}
		if err := pauseFor(ctx, 50*time.Millisecond); err != nil { // it is starting, or stopping
			return err
		}
	}
}

// startTime is how long a server may take between opening its database and its socket.
const startTime = 15 * time.Second

// withOwnVault opens the database itself.
func (p *program) withOwnVault(ctx context.Context, f *keyringFlags, dir string, use func(dataKeys) error) (err error) {
	keys, err := p.keys(ctx, &f.keyFlags)
	if err != nil {
		return err
	}
	db, _, err := p.openDatabase(ctx, &f.databaseFlags, dir, keys)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	return use(db)
}

func pauseFor(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
