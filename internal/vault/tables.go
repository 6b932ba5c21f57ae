package vault

import (
	"context"
	"time"
)

// Tables is what a dialect lends the vault: rows, found by their keys. It knows neither keys nor secrets: what it
// is given is sealed or hashed already. Not for use outside the vault.
//
// Every method is atomic and, where it writes, on disk when it returns nil. A method whose context ends may have
// written all the same; one that returns another error has written nothing, unless the connection was lost.
// "Now" is the database's clock, in whole milliseconds, so that replicas need not agree about the time.
// All methods are safe for concurrent use.
type Tables interface {
	KeyTables
	BudgetTables
	LivingTables
	CensusTables
	UpkeepTables
	RenewTables
	DeletionTables
	PoolTables

	// Meta returns the value under name, nil if there is none. CreateMeta keeps one that is there.
	Meta(ctx context.Context, name string) ([]byte, error)
	CreateMeta(ctx context.Context, name string, value []byte) error

	// Grant returns the grant under key, nil if there is none, and the database's now.
	Grant(ctx context.Context, app, key string) (row *GrantRow, now time.Time, err error)
	// InsertGrant writes a new row; false if there is one. ErrNoPerson if DeletePerson named the key lately.
	InsertGrant(ctx context.Context, row GrantRow) (bool, error)
	// UpdateGrant replaces the row if it has that version; false if not.
	UpdateGrant(ctx context.Context, row GrantRow, version string) (bool, error)
	DeleteGrant(ctx context.Context, app, key string) error

	// PersonOf returns the user id of the account, "" if it has none.
	PersonOf(ctx context.Context, app string, account []byte) (userID string, err error)
	// InsertPerson writes a new row; false if the account has one.
	InsertPerson(ctx context.Context, row PersonRow) (bool, error)
	// UpdatePerson replaces account and profile if the row is still that of account was; false if it is not, or
	// if the new account is another's.
	UpdatePerson(ctx context.Context, row PersonRow, was []byte) (bool, error)
	// MergePerson gives the sessions of one person to another of the same app, and deletes the first.
	MergePerson(ctx context.Context, app, from, into string) error
	// DeletePerson deletes the person, the sessions and the grant under the same key, and for DeletionsKept keeps
	// InsertGrant from writing that key: a login that was under way does not come back.
	DeletePerson(ctx context.Context, app, userID string) error

	// InsertSession writes a new row, its Created and Seen by the database's clock, Created later than that of the
	// person's other sessions, and deletes the least recently seen beyond keep. False if there is no such person.
	InsertSession(ctx context.Context, row SessionRow, keep int) (bool, error)
	// Session returns the session with that hash which ends after now, with what belongs to it; nil if there is none.
	Session(ctx context.Context, app string, id []byte, now time.Time) (*SessionRow, error)
	// Sessions returns those of one person that end after now, newest first.
	Sessions(ctx context.Context, app, userID string, now time.Time) ([]SessionRow, error)
	// TouchSession changes seen and expires of a session that had not ended by seen, and nothing else.
	TouchSession(ctx context.Context, app string, id []byte, seen, expires time.Time) error
	// DeleteSession and DeleteSessionOf delete one, if it is there, and count what its person still has.
	DeleteSession(ctx context.Context, app string, id []byte) (userID string, left int, err error)
	DeleteSessionOf(ctx context.Context, app, userID, handle string) (left int, err error)
	DeleteSessions(ctx context.Context, app, userID string) (ended int, err error)

	// InsertSpent writes a new row; false if there is one.
	InsertSpent(ctx context.Context, app string, state []byte, until time.Time) (bool, error)

	// Exclusive reports whether a lock keeps every other process out of the database.
	Exclusive() bool
	// Sweep deletes what ended by now, and by the database's clock.
	Sweep(ctx context.Context, now time.Time) error
	// Ping reads, writes and commits.
	Ping(ctx context.Context) error
	// Close waits for writes under way, then refuses with ErrClosed.
	Close() error
}

// GrantRow is one row of grants.
type GrantRow struct {
	App, Key string
	Version  string
	Sealed   []byte
	Written  time.Time // by the database's clock; set by Grant

	// Plain, for the sessions of the person whose user id is Key. Grant need not return them.
	Scopes       string
	AuthorizedAt time.Time
	Dead         string // the reason, "" while the grant lives
}

// PersonRow is one row of people.
type PersonRow struct {
	App, UserID string
	Account     []byte // HMAC
	Profile     []byte // sealed
}

// SessionRow is one row of sessions, with what is read beside it.
type SessionRow struct {
	App, UserID, Handle    string
	ID                     []byte // SHA-256; for InsertSession
	Device                 []byte // sealed
	Created, Seen, Expires time.Time

	// From the person and the grant.
	Profile      []byte // sealed
	Scopes       string
	AuthorizedAt time.Time
	Dead         string // auth.ReasonNone if there is no grant
}
