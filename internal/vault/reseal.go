package vault

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"
)

const (
	// renewAfter is the age at which the newest data key gets a successor by itself: long before a key could have
	// sealed too much. docs/security.md has the arithmetic.
	renewAfter = 30 * 24 * time.Hour

	// removeAfter is how long a key stays that has nothing left to open in the database: a process that died may have
	// left a journal that it sealed, and disks come back late.
	removeAfter = 90 * 24 * time.Hour

	// everybodySeals is how much later than keySettles every process that lives seals with a new key.
	everybodySeals = reread + 2*time.Second

	resealAtOnce = 200 // rows: what a caller may have to wait behind
	resealPasses = 3   // over all rows, at most, until one finds nothing to do
	removeEvery  = 24 * time.Hour
)

// Resealed is what Reseal did.
type Resealed struct {
	Rows       int   // sealed anew
	Unreadable int   // rows that no key opens: left as they are
	Renewed    int   // the number of the key that was made since the newest had become old, or 0
	Removed    []int // the numbers of keys that nothing needs any more
}

// Reseal does what is due about the keys, and returns when nothing is: once a key has settled it brings all rows
// under it, a chunk at a time with twice as long a rest in between; it gives a data key that is 30 days old a successor,
// and removes those that for 90 days nothing has needed. Where several processes share the database, one of them works.
// A row is written only if it still is as it was read, and keeps its version and times. What was
// interrupted goes on with the next call: rows that were done are only looked at. Call it every few seconds.
func (db *DB) Reseal(ctx context.Context) (done Resealed, err error) {
	rows, now, err := db.keys.load(ctx)
	if err != nil {
		return done, fmt.Errorf("seal anew: %w", err)
	}
	if now.Sub(rows[len(rows)-1].Created) >= renewAfter {
		done.Renewed, err = db.RotateKey(ctx)
		if !errors.Is(err, ErrTooManyKeys) {
			return done, err
		}
	}
	full := err // there is no room for a successor before old keys have gone
	number := sealing(rows, now, db.keys.settlesEverywhere())
	if isResealed(rows, number) {
		return done, cmp.Or(db.removeOld(ctx, rows, now, &done), full)
	}
	_, err = db.Upkeep(ctx, "seal anew", 0, func(ctx context.Context) error {
		clean, _, err := db.resealAll(ctx, &done)
		if err != nil || !clean {
			return err
		}
		if err := db.tables.MarkResealed(ctx, number); err != nil {
			return fmt.Errorf("seal anew: %w", err)
		}
		return nil
	})
	return done, cmp.Or(err, full)
}

func (k *dataKeys) settlesEverywhere() time.Duration {
	if k.settles == 0 {
		return 0
	}
	return k.settles + everybodySeals
}

// isResealed reports whether no row is left under a key older than the one with that number.
func isResealed(rows []KeyRow, number int) bool {
	for _, row := range rows {
		if row.Number >= number && !row.Resealed.IsZero() {
			return true
		}
	}
	return false
}

// removeOld removes keys that have been out of use for long and that nothing lies under. It looks at every row
// first, once a day at most.
func (db *DB) removeOld(ctx context.Context, rows []KeyRow, now time.Time, done *Resealed) error {
	var old []KeyRow
	for _, row := range rows {
		if since, retired := retired(rows, row.Number, db.keys.settles); retired && now.Sub(since) >= removeAfter {
			old = append(old, row)
		}
	}
	if len(old) == 0 {
		return nil
	}
	_, err := db.Upkeep(ctx, "remove old keys", removeEvery, func(ctx context.Context) error {
		clean, unreadable, err := db.resealAll(ctx, done)
		if err != nil || !clean {
			return err
		}
		for _, row := range old {
			if unreadable[keyID(row.ID)] > 0 {
				continue
			}
			if err := db.tables.DeleteKey(ctx, row.Number); err != nil {
				return fmt.Errorf("remove old key: %w", err)
			}
			done.Removed = append(done.Removed, row.Number)
		}
		return nil
	})
	return err
}

// resealAll walks over all rows until it finds none under an older key: only then is it clean. unreadable counts
// those that do not open, by the key they name.
func (db *DB) resealAll(ctx context.Context, done *Resealed) (clean bool, unreadable map[keyID]int, err error) {
	for range resealPasses {
		w := walk{db: db, unreadable: map[keyID]int{}}
		for table := range SealedTable(sealedTables) {
			if err = w.table(ctx, table); err != nil {
				break
			}
		}
		done.Rows += w.resealed
		done.Unreadable = 0
		for _, n := range w.unreadable {
			done.Unreadable += n
		}
		if err != nil || w.older == 0 {
			return err == nil, w.unreadable, err
		}
	}
	return false, nil, nil
}

// walk is one pass over all rows.
type walk struct {
	db         *DB
	older      int // rows that lay under an older key
	resealed   int // those of them that nobody has changed meanwhile
	unreadable map[keyID]int
}

func (w *walk) table(ctx context.Context, table SealedTable) error {
	for after, more := (SealedRow{}), true; more; {
		began := time.Now()
		rows, err := w.db.tables.SealedRows(ctx, table, after, resealAtOnce)
		if err != nil {
			return fmt.Errorf("seal anew: %w", err)
		}
		if more = len(rows) == resealAtOnce; more {
			after = rows[len(rows)-1]
		}
		if err := w.chunk(ctx, table, rows); err != nil {
			return err
		}
		if err := rest(ctx, 2*time.Since(began)); err != nil {
			return err
		}
	}
	return nil
}

// chunk seals those rows anew that lie under an older key.
func (w *walk) chunk(ctx context.Context, table SealedTable, rows []SealedRow) error {
	keys := w.db.keys
	current := keys.current()
	var older []SealedRow
	for _, row := range rows {
		if !current.older(row.Sealed) {
			continue
		}
		place, parts := row.place(table)
		plain, err := keys.open(place, row.Sealed, parts...)
		if err != nil {
			id, _ := sealedBy(row.Sealed)
			w.unreadable[id]++
			continue
		}
		if !keys.ring.Load().older(row.Sealed) {
			continue // another process has made a key since
		}
		if row.Next, err = current.seal(place, plain, parts...); err != nil {
			return err
		}
		older = append(older, row)
	}
	if len(older) == 0 {
		return nil
	}
	n, err := w.db.tables.ReplaceSealed(ctx, table, older)
	if err != nil {
		return fmt.Errorf("seal anew: %w", err)
	}
	w.older += len(older)
	w.resealed += n
	w.db.keys.resealed.Add(int64(n))
	return nil
}

// older reports whether sealed lies under a key older than the one that seals.
func (r *ring) older(sealed []byte) bool {
	id, _ := sealedBy(sealed)
	k, found := r.find(id)
	return !found || k.number < r.keys[0].number
}

func rest(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return fmt.Errorf("seal anew: %w", context.Cause(ctx))
	case <-timer.C:
		return nil
	}
}
