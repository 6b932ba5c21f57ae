package vault

import (
	"context"
	"errors"
	"fmt"

	"github.com/tenuto-dev/tenuto/auth"
)

// Grants is the auth.Store of one app: records sealed, bound to app, key and version. Any number of them may be
// used on one DB. The key is the person's user ID: Forget deletes the record under it.
func (db *DB) Grants(app string) auth.Store { return stoppableStore(&grants{db: db, app: app}) }

type grants struct {
	db  *DB
	app string
}

// Load implements auth.Store. ErrOpen if the row was tampered with, ErrStore if it cannot be read.
func (g *grants) Load(ctx context.Context, key string) (*auth.Record, error) {
	row, now, err := g.db.tables.Grant(ctx, g.app, key)
	if err != nil {
		return nil, failed("load grant", err)
	}
	if row == nil {
		return nil, auth.ErrNotFound
	}
	plain, err := g.db.keys.open(placeGrant, row.Sealed, g.app, key, row.Version)
	if err != nil {
		return nil, fmt.Errorf("load grant: %w", err)
	}
	record := new(auth.Record)
	if err := record.UnmarshalBinary(plain); err != nil {
		return nil, fmt.Errorf("load grant: %w", err)
	}
	record.Version, record.Written, record.Now = row.Version, row.Written, now
	return record, nil
}

// Swap implements auth.Store. ErrNoPerson if the person was forgotten since the login began, ErrStore if it
// cannot be written.
func (g *grants) Swap(ctx context.Context, key, version string, next *auth.Record) error {
	if next.Version == "" || next.Version == version {
		return errors.New("swap grant: the record has no version of its own")
	}
	row, err := g.row(key, next)
	if err != nil {
		return fmt.Errorf("swap grant: %w", err)
	}
	var done bool
	if version == "" {
		done, err = g.db.tables.InsertGrant(ctx, row)
	} else {
		done, err = g.db.tables.UpdateGrant(ctx, row, version)
	}
	if err != nil {
		return failed("swap grant", err)
	}
	if !done {
		return auth.ErrConflict
	}
	return nil
}

func (g *grants) row(key string, next *auth.Record) (GrantRow, error) {
	row := GrantRow{App: g.app, Key: key, Version: next.Version}
	plain, err := next.MarshalBinary()
	if err != nil {
		return row, err
	}
	row.Sealed, err = g.db.keys.seal(placeGrant, plain, g.app, key, next.Version)
	if err != nil {
		return row, err
	}
	if next.Token != nil {
		row.Scopes, row.AuthorizedAt = next.Token.Scope.String(), next.Token.AuthorizedAt
	}
	if next.Dead != nil {
		row.Dead = string(next.Dead.Reason)
	}
	return row, nil
}

// Delete implements auth.Store.
func (g *grants) Delete(ctx context.Context, key string) error {
	if err := g.db.tables.DeleteGrant(ctx, g.app, key); err != nil {
		return failed("delete grant", err)
	}
	return nil
}

// failed marks an error of the database: whoever gets it back through a refresh must not take it for
// Spotify's. That a person is gone, or the caller, is no failure.
func failed(doing string, err error) error {
	if errors.Is(err, ErrNoPerson) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("%s: %w", doing, err)
	}
	return fmt.Errorf("%w: %s: %w", ErrStore, doing, err)
}
