package postgres

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"github.com/tenuto-dev/tenuto/internal/failpoint"
	"github.com/tenuto-dev/tenuto/internal/vault"
)

//go:embed migrations
var embedded embed.FS

// ErrNoTables: the tables are missing or older than this program, and the account may not make them.
var ErrNoTables = errors.New("vault: the database's tables are not up to date")

// Migrate brings the tables of the database at url up to date, as Open does, for operators whose servers run under an
// account that may not. It needs no keys and returns how many steps it made. ErrOutdated if the tables need a newer
// program, ErrNoTables if this account may not either; the other errors are those of Open.
func Migrate(ctx context.Context, url string, opts ...Option) (steps int, err error) {
	config, err := configure(url, optionsOf(opts).allowUnverified)
	if err != nil {
		return 0, err
	}
	return migrate(ctx, config.ConnConfig)
}

// lockTable holds one row: which starting server is migrating. It is goose's lock that needs no advisory locks, which
// distributed databases do not have. A server that dies holding it delays the others for half a minute.
const lockTable = "goose_lock"

// migrate makes the steps that are missing, each in a transaction, once however many servers start together. There is
// no way back. Steps that we do not know are a newer program's, and no reason not to go on, unless they say so: see
// ../version.go. An account that may not make tables is fine as long as nothing is missing.
func migrate(ctx context.Context, config *pgx.ConnConfig) (made int, err error) {
	files, err := fs.Sub(embedded, "migrations")
	if err != nil {
		return 0, err
	}
	return migrateWith(ctx, config, files)
}

func migrateWith(ctx context.Context, config *pgx.ConnConfig, files fs.FS) (made int, err error) {
	steps, db, err := openSteps(config, files, false)
	if err != nil {
		return 0, err
	}
	defer db.Close() //nolint:errcheck // nothing was done with it
	missing, err := missingSteps(ctx, config, steps.ListSources())
	if err != nil || len(missing) == 0 {
		return 0, err
	}
	failpoint.Hit(failpoint.BeforeMigration)
	for _, s := range stagesOf(files, missing) {
		done := 0
		done, err = s.make(ctx, config, files)
		if made += done; err != nil {
			break
		}
	}
	failpoint.Hit(failpoint.AfterMigration)
	if err = explain(ctx, "migrate", err); errors.Is(err, ErrForbidden) {
		err = fmt.Errorf("%w: %w", ErrNoTables, err)
	}
	return made, err
}

// openSteps prepares to make steps: no connection is open yet. givesWay ends their waiting for a table.
func openSteps(config *pgx.ConnConfig, files fs.FS, givesWay bool) (*goose.Provider, *sql.DB, error) {
	patient := config.Copy()
	for _, name := range []string{"statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"} {
		delete(patient.RuntimeParams, name)
	}
	if givesWay {
		patient.RuntimeParams["lock_timeout"] = stepLockTimeout
	}
	locker, err := lock.NewPostgresTableLocker(lock.WithTableName(lockTable), lock.WithTableLockTimeout(time.Second, 120))
	if err != nil {
		return nil, nil, fmt.Errorf("vault: migrations: %w", err)
	}
	db := stdlib.OpenDB(*patient)
	steps, err := goose.NewProvider(goose.DialectPostgres, db, files, goose.WithDisableGlobalRegistry(true), goose.WithAllowOutofOrder(true), goose.WithLocker(locker))
	if err != nil {
		return nil, nil, errors.Join(fmt.Errorf("vault: migrations: %w", err), db.Close())
	}
	return steps, db, nil
}

// While a step waits for a table that a dump reads, say, everybody else waits behind it for that table. So it waits
// less than they would, gives way, and tries again. A step outside of a transaction, which builds an index beside
// them, keeps nobody waiting and would have to begin anew: it waits for as long as it takes.
const (
	stepLockTimeout = "300" // milliseconds, less than sessionSettings have
	stepPause       = 2 * time.Second
	stepTries       = 150
)

// stage is steps that follow each other and are made in the same way.
type stage struct {
	last     int64 // the number of the last of them
	givesWay bool
}

func stagesOf(files fs.FS, steps []*goose.Source) (stages []stage) {
	for _, step := range steps {
		s := stage{step.Version, inTransaction(files, step)}
		if n := len(stages); n > 0 && stages[n-1].givesWay == s.givesWay {
			stages[n-1] = s
		} else {
			stages = append(stages, s)
		}
	}
	return stages
}

// inTransaction reports whether the step is made in a transaction.
func inTransaction(files fs.FS, step *goose.Source) bool {
	text, err := fs.ReadFile(files, path.Base(step.Path))
	return err == nil && !strings.Contains(string(text), "+goose NO TRANSACTION")
}

// make makes what is missing up to the stage's end.
func (s stage) make(ctx context.Context, config *pgx.ConnConfig, files fs.FS) (made int, err error) {
	steps, db, err := openSteps(config, files, s.givesWay)
	if err != nil {
		return 0, err
	}
	defer db.Close() //nolint:errcheck // what it did is committed
	for range stepTries {
		var done []*goose.MigrationResult
		done, err = steps.UpTo(ctx, s.last)
		if partly, ok := errors.AsType[*goose.PartialError](err); ok {
			done = partly.Applied
		}
		made += len(done)
		if codeOf(err) != lockNotAvailable {
			return made, err
		}
		select {
		case <-time.After(stepPause):
		case <-ctx.Done():
			return made, ctx.Err()
		}
	}
	return made, err
}

// latestStep is the number of the last step that this program knows.
var latestStep = sync.OnceValue(func() (latest int64) {
	files, _ := fs.Glob(embedded, "migrations/*.sql") // the pattern is right
	for _, file := range files {
		if number, err := goose.NumericComponent(file); err == nil {
			latest = max(latest, number)
		}
	}
	return latest
})

const (
	selectSteps = `
SELECT version_id FROM goose_db_version WHERE is_applied`

	mayCreate = `
SELECT coalesce(has_schema_privilege(current_schema(), 'CREATE'), false)`
)

// missingSteps are those that the tables have not seen. ErrOutdated if they have seen too much; ErrNoTables
// if some are missing and the account may not make tables, or not see them.
func missingSteps(ctx context.Context, config *pgx.ConnConfig, known []*goose.Source) (missing []*goose.Source, err error) {
	raw, err := pgx.ConnectConfig(ctx, config.Copy())
	if err != nil {
		return nil, explain(ctx, "open the database", err)
	}
	defer raw.Close(context.WithoutCancel(ctx)) //nolint:errcheck // it was only read
	c := &conn{ctx, raw}
	made := map[int64]bool{}
	err = c.query(func(rows pgx.Rows) error {
		var version int64
		err := rows.Scan(&version)
		made[version] = true
		return err
	}, selectSteps)
	if err != nil && codeOf(err) != undefinedTable {
		return nil, explain(ctx, "read the tables' version", err)
	}
	for _, step := range known {
		if !made[step.Version] {
			missing = append(missing, step)
		}
	}
	var oldest []byte
	if _, err := c.one(selectMeta, []any{vault.MetaOldest}, &oldest); err != nil && codeOf(err) != undefinedTable {
		return nil, explain(ctx, "read the tables' version", err)
	}
	if err := vault.CheckVersion(oldest, latestStep()); err != nil || len(missing) == 0 {
		return nil, err
	}
	if len(made) == 0 {
		if err := notElsewhere(c, config); err != nil {
			return nil, err
		}
	}
	var may bool
	if _, err := c.one(mayCreate, nil, &may); err != nil {
		return nil, explain(ctx, "read the account's rights", err)
	}
	if !may {
		return nil, fmt.Errorf("%w: %w: %s may not make them", ErrNoTables, ErrForbidden, config.User)
	}
	return missing, nil
}
