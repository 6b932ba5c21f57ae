// Package vault is what the server remembers and must not leak: people's grants, sessions, which login attempts
// were used, and the keys that seal it all.
//
//	db, err := sqlite.OpenDir(ctx, dataDir)
//	grants := credentials.Grants(db.Grants(clientID)) // an auth.Store that seals
//	userID, err := db.SignIn(ctx, clientID, account, "", profile)
//	secret, err := db.NewSession(ctx, clientID, userID, "Firefox on Linux", expires)
//
// DB decides what is sealed, hashed, random and how long it lives. A dialect (package sqlite) keeps rows of bytes
// that it cannot read. seal.go says what is encrypted, and how. Everything is kept per app, by its client id.
package vault

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"
)

var (
	ErrNoSession = errors.New("vault: no such session")
	ErrNoPerson  = errors.New("vault: no such person") // never signed in, or forgotten since
	ErrSpent     = errors.New("vault: this login attempt was used already")
	ErrWrongKey  = errors.New("vault: the database was sealed with another key")
	ErrOpen      = errors.New("vault: cannot be opened") // tampered, or sealed for another place or key

	// ErrKeyMissing is with ErrOpen where what does not open names a key that is not in the ring.
	ErrKeyMissing = errors.New("vault: the key that sealed it is not in the ring: put it back, behind the newest")

	ErrInUse    = errors.New("vault: the database is in use by another process")
	ErrStore    = errors.New("vault: the database failed") // whatever the cause: with every error of an auth.Store of ours
	ErrFull     = errors.New("vault: the disk is full")
	ErrReadOnly = errors.New("vault: the database cannot be written")
	ErrDamaged  = errors.New("vault: the database is damaged")
	ErrClosed   = errors.New("vault: closed")
)

// DB is the vault. Made by a dialect's Open. Safe for concurrent use.
type DB struct {
	tables Tables
	keys   *dataKeys
	index  index
	upkeep keeper

	deletions atomic.Pointer[Deletions] // set by KeepDeletions
}

// New is for dialects: it puts the vault on top of their tables. The first time it makes the index key and a data key;
// later it returns ErrWrongKey or ErrKeyMissing, having written nothing, if keys are not those of the database, or not
// all.
func New(ctx context.Context, tables Tables, keys *KeyRing) (*DB, error) {
	tables = stoppable(tables)
	sealed, err := tables.Meta(ctx, metaIndex)
	if err == nil && sealed == nil {
		sealed, err = createIndex(ctx, tables, keys)
	}
	if err != nil {
		return nil, fmt.Errorf("vault: check row: %w", err)
	}
	index, err := openIndex(keys, sealed)
	if err != nil {
		return nil, err
	}
	data, err := openKeys(ctx, tables, keys)
	if err != nil {
		return nil, err
	}
	return &DB{tables: tables, keys: data, index: index}, nil
}

// createIndex writes a new index key and returns the one that counts: another replica may have been faster.
func createIndex(ctx context.Context, tables Tables, keys *KeyRing) ([]byte, error) {
	sealed, err := newIndex(keys)
	if err != nil {
		return nil, err
	}
	if err := tables.CreateMeta(ctx, metaIndex, sealed); err != nil {
		return nil, err
	}
	return tables.Meta(ctx, metaIndex)
}

// MetaCheck is the name of the row of meta that CheckKeys wants.
const MetaCheck = metaIndex

// CheckKeys is for dialects that look before they open for writing: it returns ErrWrongKey if keys do not open the row
// MetaCheck, ErrKeyMissing if they do not open all data keys, and ErrOpen for a damaged row.
func CheckKeys(keys *KeyRing, row []byte, data ...KeyRow) error {
	if _, err := openIndex(keys, row); err != nil {
		return err
	}
	for _, row := range data {
		if _, err := keys.ring().unwrap(row); err != nil {
			return fmt.Errorf("vault: %w", err)
		}
	}
	return nil
}

// Seal encrypts small things that travel outside the database: cookies. purpose is a constant of the caller's,
// one per kind of thing; aad is bound but not contained. What one purpose or aad sealed no other opens.
func (db *DB) Seal(purpose string, aad, plain []byte) ([]byte, error) {
	return db.keys.seal(placeCookie+place(purpose), plain, string(aad))
}

// Open decrypts what Seal made, or returns ErrOpen.
func (db *DB) Open(purpose string, aad, sealed []byte) ([]byte, error) {
	return db.keys.open(placeCookie+place(purpose), sealed, string(aad))
}

// SpendState records that a login attempt's state was used; ErrSpent the second time. It is kept, as a hash, until
// its time: later than the attempt itself can live. After any other error the attempt must not go on.
func (db *DB) SpendState(ctx context.Context, app, state string, until time.Time) error {
	fresh, err := db.tables.InsertSpent(ctx, app, hashed(state), until)
	if err != nil {
		return fmt.Errorf("spend state: %w", err)
	}
	if !fresh {
		return ErrSpent
	}
	return nil
}

// Sweep deletes what has expired by now: sessions, spent states, marks of the forgotten. Call it every few minutes.
// What lives by the database's clock stays: that of the caller may run ahead.
func (db *DB) Sweep(ctx context.Context, now time.Time) error {
	if err := db.tables.Sweep(ctx, now); err != nil {
		return fmt.Errorf("sweep: %w", err)
	}
	return nil
}

// Ping reports whether the database answers and can be written: it does write, and commits. ErrKeyMissing if other
// processes seal with a key that this one was not given.
func (db *DB) Ping(ctx context.Context) error {
	if err := db.keys.unhealthy(); err != nil {
		return fmt.Errorf("ping: data keys: %w", err)
	}
	if err := db.tables.Ping(ctx); err != nil {
		return fmt.Errorf("ping: %w", err)
	}
	return nil
}

// Exclusive reports whether a lock keeps every other process out of the database: what a dead
// predecessor left half done is then nobody else's.
func (db *DB) Exclusive() bool { return db.tables.Exclusive() }

// Close waits for writes under way and closes the database. Afterwards everything returns ErrClosed.
func (db *DB) Close() error { return db.tables.Close() }
