package vault

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// DeletionTables say who was forgotten: what DeletePerson and MergePerson leave behind.
type DeletionTables interface {
	// Deletions returns at most limit of them that come behind after, in the order of time, app and user ID.
	Deletions(ctx context.Context, after Deletion, limit int) ([]Deletion, error)
	// DeleteAgain deletes what is there of the people on the list, in the way of DeletePerson, and counts those
	// of whom there was something. Who is not there and known to be forgotten costs a read.
	DeleteAgain(ctx context.Context, list []Deletion) (int, error)
	// DeleteAllSessions deletes at most limit sessions of whichever app and person, and counts them.
	DeleteAllSessions(ctx context.Context, limit int) (int, error)
}

const (
	// DeletionsKept is how long it is known that somebody was forgotten. A backup that is older holds no grant
	// that still lives: consents end after six months.
	DeletionsKept = 200 * 24 * time.Hour

	deletionsAtOnce = 500
)

// Deletion is a person who was forgotten. A user ID is random and is never given twice: with everything else
// about the person deleted it names nobody.
type Deletion struct {
	App, UserID string
	At          time.Time // whole milliseconds by the database's clock; whole seconds on a list
}

// Applied is what a list of deletions did to a database.
type Applied struct {
	Listed     int // people on the list
	Again      int // of whom there was something, and is no longer
	Unreadable int // lines that say nothing: cut short by a crash before they counted, or damaged
}

// ApplyDeletions deletes whoever is on the list: the database may have come back from a backup that knows
// them. Doing it again changes nothing.
func (db *DB) ApplyDeletions(ctx context.Context, list *Deletions) (done Applied, err error) {
	kept := time.Now().Add(-DeletionsKept)
	done.Unreadable, err = list.each(func(part []Deletion) error {
		part = slices.DeleteFunc(part, func(d Deletion) bool { return d.At.Before(kept) })
		again, err := db.tables.DeleteAgain(ctx, part)
		done.Listed += len(part)
		done.Again += again
		return err
	})
	if err != nil {
		return done, fmt.Errorf("delete again: %w", err)
	}
	return done, nil
}

// KeepDeletions applies the list, adds to it what only the database knows, and makes it the place where
// Forget writes before it returns. Call it before anybody is served, and CollectDeletions every minute after.
func (db *DB) KeepDeletions(ctx context.Context, list *Deletions) (Applied, error) {
	list.startAnew()
	db.deletions.Store(list)
	return db.CollectDeletions(ctx)
}

// CollectDeletions adds to the list whom other processes have forgotten since, and what could not be written
// when it should have been; and lets go of what is older than DeletionsKept. Once an hour it applies the list too: the
// database may have gone back while we used it. Without a list it does nothing.
func (db *DB) CollectDeletions(ctx context.Context) (done Applied, err error) {
	list := db.deletions.Load()
	if list == nil {
		return done, nil
	}
	after, whole, err := list.begin(time.Now())
	if whole && err == nil {
		done, err = db.ApplyDeletions(ctx, list)
	}
	for more := err == nil; more; {
		var part []Deletion
		if part, err = db.tables.Deletions(ctx, after, deletionsAtOnce); err == nil {
			err = list.add(part...)
		}
		if more = err == nil && len(part) == deletionsAtOnce; len(part) > 0 {
			after = part[len(part)-1]
		}
	}
	if err != nil {
		list.startAnew()
		return done, fmt.Errorf("collect deletions: %w", err)
	}
	return done, list.end(after.At, time.Now())
}

// listDeletion writes down, safely on disk, that the person was forgotten.
func (db *DB) listDeletion(app, userID string) error {
	list := db.deletions.Load()
	if list == nil {
		return nil
	}
	if err := list.add(Deletion{app, userID, time.Now()}); err != nil {
		return fmt.Errorf("%w: %w", ErrStore, err)
	}
	return nil
}
