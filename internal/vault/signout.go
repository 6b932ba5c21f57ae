package vault

import (
	"context"
	"errors"
	"fmt"

	"golang.org/x/sync/errgroup"

	"github.com/tenuto-dev/tenuto/auth"
)

const (
	sessionsAtOnce  = 10_000 // each time all pages of their indexes are written
	signedOutAtOnce = 32     // people: what a database has to take
	signedOutChunk  = 1000   // people
)

// SignedOut is what became of sessions that somebody else ended for their people.
type SignedOut struct {
	Sessions   int `json:"ended"`
	Unreadable int `json:"unreadable,omitempty"` // people whose grant does not open, so that its access token could not be erased
}

// Owner is a person of an app.
type Owner struct{ App, UserID string }

// EndSessions ends all of userID's sessions and counts them.
func (db *DB) EndSessions(ctx context.Context, app, userID string) (ended int, err error) {
	ended, err = db.tables.DeleteSessions(ctx, app, userID)
	if err != nil {
		return 0, fmt.Errorf("end sessions: %w", err)
	}
	return ended, nil
}

// EndAllSessions ends everybody's sessions, of all apps, and counts them. Grants stay: whoever logs in again
// need not be asked by Spotify. Then each is called for everybody who has a grant, some of them at a time; nil: for
// nobody. Its ErrOpen is counted, and keeps nobody else; after any other error, or when ctx ends, do it all again: each
// is called for everybody then, too.
func (db *DB) EndAllSessions(ctx context.Context, each func(context.Context, Owner) error) (done SignedOut, err error) {
	for n := sessionsAtOnce; n == sessionsAtOnce; done.Sessions += n {
		if n, err = db.tables.DeleteAllSessions(ctx, sessionsAtOnce); err != nil {
			return done, fmt.Errorf("end all sessions: %w", err)
		}
	}
	if each == nil {
		return done, nil
	}
	if err := db.tellAll(ctx, &done, each); err != nil {
		return done, fmt.Errorf("all sessions have ended, but not all access tokens are erased: run it again: %w", err)
	}
	return done, nil
}

// tellAll calls each for everybody who has a grant, whoever fails.
func (db *DB) tellAll(ctx context.Context, done *SignedOut, each func(context.Context, Owner) error) (first error) {
	for after := (SealedRow{}); ; {
		rows, err := db.tables.SealedHeads(ctx, SealedGrants, after, signedOutChunk)
		if err != nil || len(rows) == 0 {
			return errors.Join(first, err)
		}
		after = rows[len(rows)-1]
		people := make([]Owner, len(rows))
		for i, row := range rows {
			people[i] = Owner{row.App, row.Key}
		}
		if err := done.tell(ctx, people, each); first == nil {
			first = err
		}
	}
}

// tell calls each for all of these people.
func (s *SignedOut) tell(ctx context.Context, people []Owner, each func(context.Context, Owner) error) error {
	failed := make([]error, len(people))
	var all errgroup.Group
	all.SetLimit(signedOutAtOnce)
	for i, who := range people {
		all.Go(func() error { failed[i] = each(ctx, who); return nil })
	}
	_ = all.Wait() // everybody is told, whoever fails
	var first error
	for _, err := range failed {
		switch {
		case errors.Is(err, ErrOpen):
			s.Unreadable++
		case first == nil:
			first = err
		}
	}
	return first
}

// SignOut ends all sessions of one person, and then has drop erase the stored access token, as the end of the last
// session does anywhere. Doing it twice is fine.
func (db *DB) SignOut(ctx context.Context, who Owner, drop func(context.Context, Owner) error) (done SignedOut, err error) {
	if done.Sessions, err = db.EndSessions(ctx, who.App, who.UserID); err != nil {
		return done, err
	}
	err = done.tell(ctx, []Owner{who}, drop)
	return done, err
}

// DropAccess erases the stored access token of a person's login: auth.Grants.DropAccess, for those who have no Grants
// of that app. ErrOpen if the grant cannot be read.
func (db *DB) DropAccess(ctx context.Context, who Owner) error {
	credentials, err := auth.NewCredentials(&auth.Config{ClientID: who.App})
	if err != nil {
		return err
	}
	return credentials.Grants(db.Grants(who.App)).DropAccess(ctx, who.UserID)
}
