package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/tenuto-dev/tenuto/internal/vault/postgres"
)

func (p *program) migrate() *cobra.Command {
	var f databaseFlags
	cmd := &cobra.Command{
		Use:   "migrate",
		Short: "Bring the tables of a PostgreSQL database up to date",
		Long: `Makes or changes the tables that this version of Tenuto needs, as "tenuto serve" does when it
starts. For operators whose servers run under an account that may not: run it as the owner of the
tables before you replace the servers. Servers of the version before go on working meanwhile.`,
		Args: arguments(),
		RunE: func(cmd *cobra.Command, _ []string) error { return p.runMigrate(cmd.Context(), &f) },
	}
	f.register(cmd)
	return cmd
}

func (p *program) runMigrate(ctx context.Context, f *databaseFlags) error {
	if f.url == "" {
		return usage("an SQLite database is brought up to date by the server that opens it", "which database? Name it with --database or "+databaseVariable)
	}
	if err := f.check(); err != nil {
		return err
	}
	steps, err := postgres.Migrate(ctx, f.url, f.options()...)
	if err != nil {
		return explainDatabase(err)
	}
	if steps == 0 {
		_, err = fmt.Fprintf(p.out, "The tables of %s are up to date.\n", postgres.Name(f.url))
	} else {
		_, err = fmt.Fprintf(p.out, "The tables of %s are up to date: steps made: %d.\n", postgres.Name(f.url), steps)
	}
	return err
}
