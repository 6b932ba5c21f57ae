package vault

import (
	"context"
	"time"
)

// KeyTables is where data keys are kept, sealed, and how rows come under another one.
type KeyTables interface {
	// Keys returns all rows, the oldest first, and the database's now.
	Keys(ctx context.Context) (rows []KeyRow, now time.Time, err error)
	// InsertKey writes a new row, Created by the database's clock; false if its number or id is taken.
	InsertKey(ctx context.Context, row KeyRow) (bool, error)
	// RewrapKey replaces what is sealed if it still is was; false if not.
	RewrapKey(ctx context.Context, number int, was, sealed []byte) (bool, error)
	// MarkResealed notes the time, by the database's clock, at a row that has none.
	MarkResealed(ctx context.Context, number int) error
	// DeleteKey deletes a row, if it is there and not the newest.
	DeleteKey(ctx context.Context, number int) error
	// ReplaceMeta replaces a value if it still is was; false if not.
	ReplaceMeta(ctx context.Context, name string, was, value []byte) (bool, error)

	// SealedRows returns the rows of a table that come after one of it by primary key, in its order, no more than
	// limit; from the first after a zero row. SealedHeads does the same with only the first 5 bytes of Sealed.
	SealedRows(ctx context.Context, table SealedTable, after SealedRow, limit int) ([]SealedRow, error)
	SealedHeads(ctx context.Context, table SealedTable, after SealedRow, limit int) ([]SealedRow, error)
	// ReplaceSealed writes Next over each row that is still as it was read, and nothing else, and counts them.
	// The rows are in the order of the primary key.
	ReplaceSealed(ctx context.Context, table SealedTable, rows []SealedRow) (int, error)
}

// KeyRow is one row of keys.
type KeyRow struct {
	Number   int    // counts up from 1: the newest is the greatest
	ID       uint32 // in front of all that the key has sealed
	Sealed   []byte
	Created  time.Time
	Resealed time.Time // when no row was left under an older key; zero: some may be
}

// SealedTable is a table with a sealed column.
type SealedTable int

// The tables that have one: grants.sealed, people.profile, sessions.device.
const (
	SealedGrants SealedTable = iota
	SealedPeople
	SealedSessions

	sealedTables = 3
)

// SealedRow is what is sealed in a row, and what it takes to find and open it.
type SealedRow struct {
	App     string
	Key     string // grants.key, people.user_id, sessions.handle
	ID      []byte // sessions.id, their primary key; the others' is App and Key
	Version string // grants.version
	Sealed  []byte
	Next    []byte // for ReplaceSealed
}

// place is where in the vault the sealed bytes belong.
func (r *SealedRow) place(table SealedTable) (place, []string) {
	switch table {
	case SealedGrants:
		return placeGrant, []string{r.App, r.Key, r.Version}
	case SealedPeople:
		return placeProfile, []string{r.App, r.Key}
	default:
		return placeDevice, []string{r.App, r.Key}
	}
}
