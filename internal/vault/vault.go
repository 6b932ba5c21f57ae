// Package vault is what the server remembers and must not leak.
package vault

import (
	"context"
	"errors"
	"time"

	"github.com/tenuto-dev/tenuto/auth"
)

var (
	ErrNoSession = errors.New("vault: no such session")
	ErrSpent     = errors.New("vault: this login attempt was used already")
	ErrWrongKey  = errors.New("vault: the database was sealed with another key")
	ErrOpen      = errors.New("vault: cannot be opened") // tampered, or sealed for another place or key
)

// DB is the vault. Safe for concurrent use.
type DB struct{}

// Grants is the auth.Store of one app: records sealed, bound to app and key.
func (db *DB) Grants(app string) auth.Store { return nil }

// Profile is what we keep of a person beside the grant. Sealed.
type Profile struct{ Name, ImageURL string }

// SignIn finds or makes the person behind account ("id:…" when Spotify gave no account id) and returns
// their user ID: random, stable until Forget. alias, if not "", is an older account key to migrate from.
func (db *DB) SignIn(ctx context.Context, app, account, alias string, p Profile) (userID string, err error) {
	return "", nil
}

// NewSession starts a session of userID and returns its secret id; only its hash is kept.
func (db *DB) NewSession(ctx context.Context, app, userID, device string, expires time.Time) (id string, err error) {
	return "", nil
}

// Session is one browser signed in. One indexed read.
type Session struct {
	Handle       string // names the session to its owner without being its secret
	UserID       string
	Profile      Profile
	Device       string
	Created      time.Time
	Seen         time.Time
	Expires      time.Time
	Scopes       auth.ScopeSet // of the grant, as the latest answer had them
	AuthorizedAt time.Time     // of the grant
	Dead         auth.Reason   // "" while the grant lives
}

// Session reads the session with that secret id; ErrNoSession if there is none or it has expired by now.
func (db *DB) Session(ctx context.Context, app, id string, now time.Time) (*Session, error) {
	return nil, nil
}

// Touch records that the session was used. Never revives an ended one.
func (db *DB) Touch(ctx context.Context, app, id string, seen, expires time.Time) error { return nil }

// EndSession ends one session by its secret id; left is how many its person still has.
// An unknown one is no error: userID is "".
func (db *DB) EndSession(ctx context.Context, app, id string) (userID string, left int, err error) {
	return "", 0, nil
}

// Sessions lists a person's sessions, newest first.
func (db *DB) Sessions(ctx context.Context, app, userID string, now time.Time) ([]Session, error) {
	return nil, nil
}

// EndSessionOf ends one of userID's sessions by its handle; EndSessions ends all of them.
func (db *DB) EndSessionOf(ctx context.Context, app, userID, handle string) (left int, err error) {
	return 0, nil
}
func (db *DB) EndSessions(ctx context.Context, app, userID string) error { return nil }

// Forget removes the person, all sessions and the grant in one transaction.
func (db *DB) Forget(ctx context.Context, app, userID string) error { return nil }

// SpendState records that a login attempt's state was used; ErrSpent the second time. Kept until its time.
func (db *DB) SpendState(ctx context.Context, app, state string, until time.Time) error { return nil }

// Seal and Open encrypt small things that travel outside the database: cookies.
func (db *DB) Seal(purpose string, aad, plain []byte) ([]byte, error)  { return nil, nil }
func (db *DB) Open(purpose string, aad, sealed []byte) ([]byte, error) { return nil, nil }

// Sweep deletes what has expired: sessions, spent states.
func (db *DB) Sweep(ctx context.Context, now time.Time) error { return nil }

// Ping reports whether the database answers and can be written.
func (db *DB) Ping(ctx context.Context) error { return nil }

func (db *DB) Close() error { return nil }
