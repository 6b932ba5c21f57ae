package vault

import (
	"context"
	"encoding/json"
	"fmt"
	"time"
)

// CensusTables count. No statement reads more than most entries of one index, however many people there are, and
// none waits for a writer or makes one wait.
type CensusTables interface {
	// CountGrants counts an app's people whose grant is in a state ("" lives, else the reason of its death) and was
	// consented to before a time, beginning behind place. It stops after most of them: then more is true, and next is
	// the place to go on behind.
	CountGrants(ctx context.Context, app, state string, place GrantPlace, before time.Time, most int) (n int, next GrantPlace, more bool, err error)
	// NextState is the state of some grant of the app that follows state in the order of their texts; "" is the last.
	NextState(ctx context.Context, app, state string) (string, error)
	// CountSessions is CountGrants for sessions, in the order of their ends.
	CountSessions(ctx context.Context, app string, place SessionPlace, most int) (n int, next SessionPlace, more bool, err error)

	// PutCensus keeps the latest result; Census returns it, nil if there is none, and when it was put.
	PutCensus(ctx context.Context, app string, result []byte) error
	Census(ctx context.Context, app string) (result []byte, put time.Time, err error)
}

// GrantPlace is a place in the order of an app's grants in one state: by consent, then by person.
type GrantPlace struct {
	AuthorizedAt time.Time
	UserID       string
}

// SessionPlace is a place in the order of an app's sessions: by end.
type SessionPlace struct {
	Expires time.Time
	ID      []byte
}

// Census is how many people and sessions an app had at a time.
type Census struct {
	Taken    time.Time    `json:"-"` // by the database's clock
	Grants   []GrantCount `json:"grants"`
	Sessions int          `json:"sessions"`
}

// GrantCount is how many people have a grant in a state, with a consent of an age. Everybody is in one of them.
type GrantCount struct {
	State string `json:"state"` // "" lives; else the reason of its death, auth.ReasonNone if there is no grant
	Age   string `json:"age"`   // the Name of its Age; "" if it is not known when the person consented
	Count int    `json:"count"`
}

// Age names the consents given before a time and not before that of the age ahead of it in a list.
type Age struct {
	Name   string
	Before time.Time
}

// TakeCensus counts an app's people, by the state of their grant and by the ages (oldest first; younger consents
// than the last age's are left out), and its sessions that live on after now, and keeps the result for Census. It
// reads two indexes, at most step entries at a time, and no table.
func (db *DB) TakeCensus(ctx context.Context, app string, now time.Time, ages []Age, step int) (err error) {
	var c Census
	for state, more := "", true; more; more = state != "" {
		if err := db.countGrants(ctx, &c, app, state, ages, step); err != nil {
			return fmt.Errorf("census: %w", err)
		}
		if state, err = db.tables.NextState(ctx, app, state); err != nil {
			return fmt.Errorf("census: %w", err)
		}
	}
	place := SessionPlace{Expires: now.Add(time.Millisecond)}
	for more, n := true, 0; more; c.Sessions += n {
		if n, place, more, err = db.tables.CountSessions(ctx, app, place, step); err != nil {
			return fmt.Errorf("census: %w", err)
		}
	}
	result, err := json.Marshal(c)
	if err == nil {
		err = db.tables.PutCensus(ctx, app, result)
	}
	if err != nil {
		return fmt.Errorf("census: %w", err)
	}
	return nil
}

// countGrants adds the grants in one state: first those of unknown age, which are kept as consented to at no time.
func (db *DB) countGrants(ctx context.Context, c *Census, app, state string, ages []Age, step int) error {
	place := GrantPlace{}
	for _, age := range append([]Age{{Before: time.UnixMilli(1)}}, ages...) {
		total := 0
		for more := true; more; {
			n, next, goOn, err := db.tables.CountGrants(ctx, app, state, place, age.Before, step)
			if err != nil {
				return err
			}
			place, more = next, goOn
			total += n
		}
		if total > 0 {
			c.Grants = append(c.Grants, GrantCount{state, age.Name, total})
		}
		place = GrantPlace{AuthorizedAt: age.Before}
	}
	return nil
}

// Census is the result that was kept last, by whichever process took it: one row is read. nil if there is none.
func (db *DB) Census(ctx context.Context, app string) (*Census, error) {
	result, put, err := db.tables.Census(ctx, app)
	if err != nil || result == nil {
		return nil, err
	}
	c := new(Census)
	if err := json.Unmarshal(result, c); err != nil {
		return nil, fmt.Errorf("census: %w", err)
	}
	c.Taken = put
	return c, nil
}
