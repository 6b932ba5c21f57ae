package vault

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
)

// Profile is what we keep of a person beside the grant. Sealed.
type Profile struct{ Name, ImageURL string }

// signInTries bounds how often SignIn starts again because somebody else was faster. Once is rare.
const signInTries = 10

// SignIn finds or makes the person behind account ("id:…" when Spotify gave no account id) and returns
// their user ID: random, stable until Forget. alias, if not "", is an older account key of the same person to
// migrate from; should both be known, alias' sessions go over to account's person and the rest of it is deleted.
// The profile replaces the one that was there.
func (db *DB) SignIn(ctx context.Context, app, account, alias string, p Profile) (userID string, err error) {
	if app == "" || account == "" {
		return "", errors.New("sign in: app or account is missing")
	}
	if alias == account {
		alias = ""
	}
	for range signInTries {
		userID, done, err := db.signIn(ctx, app, account, alias, p)
		if err != nil {
			return "", fmt.Errorf("sign in: %w", err)
		}
		if done {
			return userID, nil
		}
	}
	return "", errors.New("sign in: the person changes all the time")
}

// signIn tries once. It is not done if the row it read was changed before it could write.
func (db *DB) signIn(ctx context.Context, app, account, alias string, p Profile) (userID string, done bool, err error) {
	key := db.index(app, account)
	userID, err = db.tables.PersonOf(ctx, app, key)
	if err != nil {
		return "", false, err
	}
	was := key
	if alias != "" {
		older := db.index(app, alias)
		other, err := db.tables.PersonOf(ctx, app, older)
		switch {
		case err != nil:
			return "", false, err
		case other == "" || other == userID:
		case userID == "":
			userID, was = other, older
		default:
			if err := db.tables.MergePerson(ctx, app, other, userID); err != nil {
				return "", false, err
			}
		}
	}
	isNew := userID == ""
	if isNew {
		userID = rand.Text()
	}
	profile, err := db.sealProfile(p, app, userID)
	if err != nil {
		return "", false, err
	}
	row := PersonRow{App: app, UserID: userID, Account: key, Profile: profile}
	if isNew {
		done, err = db.tables.InsertPerson(ctx, row)
	} else {
		done, err = db.tables.UpdatePerson(ctx, row, was)
	}
	return userID, done, err
}

func (db *DB) sealProfile(p Profile, app, userID string) ([]byte, error) {
	plain := appendPart(appendPart(nil, p.Name), p.ImageURL)
	return db.keys.seal(placeProfile, plain, app, userID)
}

// openProfile ignores what comes after the parts it knows: room for a later version's.
func (db *DB) openProfile(sealed []byte, app, userID string) (p Profile, err error) {
	plain, err := db.keys.open(placeProfile, sealed, app, userID)
	if err != nil {
		return p, err
	}
	for _, field := range []*string{&p.Name, &p.ImageURL} {
		if *field, plain, err = cutPart(plain); err != nil {
			return Profile{}, fmt.Errorf("profile: %w", err)
		}
	}
	return p, nil
}

// Forget removes the person, all sessions and the grant in one transaction. A login or refresh that was under way
// cannot bring them back, nor a backup once KeepDeletions has a list: then the user ID is on it, on disk, when Forget
// returns nil. Whoever it was gets a new user ID at the next login. Absent is not an error.
func (db *DB) Forget(ctx context.Context, app, userID string) error {
	err := db.tables.DeletePerson(ctx, app, userID)
	if err == nil {
		err = db.listDeletion(app, userID)
	}
	if err != nil {
		return fmt.Errorf("forget: %w", err)
	}
	return nil
}
