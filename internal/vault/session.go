package vault

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"time"

	"github.com/tenuto-dev/tenuto/auth"
)

const (
	// MaxSessions is how many sessions a person can have. One more ends the least recently used.
	MaxSessions = 10

	sessionBytes = 32 // 256 random bits
)

var sessionLength = base64.RawURLEncoding.EncodedLen(sessionBytes)

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
	AuthorizedAt time.Time     // of the grant; zero if not known
	Dead         auth.Reason   // "" while the grant lives; ReasonNone if there is no grant
}

// NewSession starts a session of userID and returns its secret id, 43 characters; only its hash is kept. device is
// a coarse label for the owner's list ("Firefox on Linux"). ErrNoPerson if userID was forgotten.
func (db *DB) NewSession(ctx context.Context, app, userID, device string, expires time.Time) (id string, err error) {
	secret := make([]byte, sessionBytes)
	rand.Read(secret)
	id = base64.RawURLEncoding.EncodeToString(secret)
	row := SessionRow{App: app, UserID: userID, Handle: rand.Text(), ID: hashed(id), Expires: expires}
	row.Device, err = db.keys.seal(placeDevice, []byte(device), app, row.Handle)
	if err != nil {
		return "", fmt.Errorf("new session: %w", err)
	}
	found, err := db.tables.InsertSession(ctx, row, MaxSessions)
	if err != nil {
		return "", fmt.Errorf("new session: %w", err)
	}
	if !found {
		return "", fmt.Errorf("new session: %w", ErrNoPerson)
	}
	return id, nil
}

// Session reads the session with that secret id; ErrNoSession if there is none or it has expired by now.
func (db *DB) Session(ctx context.Context, app, id string, now time.Time) (*Session, error) {
	if len(id) != sessionLength {
		return nil, ErrNoSession
	}
	row, err := db.tables.Session(ctx, app, hashed(id), now)
	if err != nil {
		return nil, fmt.Errorf("session: %w", err)
	}
	if row == nil {
		return nil, ErrNoSession
	}
	return db.openSession(row)
}

// Sessions lists a person's sessions that live on after now, newest first.
func (db *DB) Sessions(ctx context.Context, app, userID string, now time.Time) ([]Session, error) {
	rows, err := db.tables.Sessions(ctx, app, userID, now)
	if err != nil {
		return nil, fmt.Errorf("sessions: %w", err)
	}
	list := make([]Session, 0, len(rows))
	for i := range rows {
		s, err := db.openSession(&rows[i])
		if err != nil {
			return nil, err
		}
		list = append(list, *s)
	}
	return list, nil
}

func (db *DB) openSession(row *SessionRow) (*Session, error) {
	profile, err := db.openProfile(row.Profile, row.App, row.UserID)
	if err != nil {
		return nil, fmt.Errorf("session: %w", err)
	}
	device, err := db.keys.open(placeDevice, row.Device, row.App, row.Handle)
	if err != nil {
		return nil, fmt.Errorf("session: %w", err)
	}
	return &Session{
		Handle: row.Handle, UserID: row.UserID, Profile: profile, Device: string(device),
		Created: row.Created, Seen: row.Seen, Expires: row.Expires,
		Scopes: auth.ParseScopes(row.Scopes), AuthorizedAt: row.AuthorizedAt, Dead: auth.Reason(row.Dead),
	}, nil
}

// Touch records that the session was used at seen and now lasts until expires. Never revives an ended one: that,
// and an unknown one, is left alone without an error.
func (db *DB) Touch(ctx context.Context, app, id string, seen, expires time.Time) error {
	if err := db.tables.TouchSession(ctx, app, hashed(id), seen, expires); err != nil {
		return fmt.Errorf("touch session: %w", err)
	}
	return nil
}

// EndSession ends one session by its secret id; left is how many its person still has.
// An unknown one is no error: userID is "".
func (db *DB) EndSession(ctx context.Context, app, id string) (userID string, left int, err error) {
	userID, left, err = db.tables.DeleteSession(ctx, app, hashed(id))
	if err != nil {
		return "", 0, fmt.Errorf("end session: %w", err)
	}
	return userID, left, nil
}

// EndSessionOf ends one of userID's sessions by its handle; left is how many are left. An unknown one is no error.
func (db *DB) EndSessionOf(ctx context.Context, app, userID, handle string) (left int, err error) {
	left, err = db.tables.DeleteSessionOf(ctx, app, userID, handle)
	if err != nil {
		return 0, fmt.Errorf("end session: %w", err)
	}
	return left, nil
}
