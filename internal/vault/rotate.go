package vault

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// maxKeys bounds the ring: each key in it costs every process a little memory for each purpose.
const maxKeys = 64

// ErrTooManyKeys is the error of RotateKey if nobody ever removed an old one.
var ErrTooManyKeys = fmt.Errorf("vault: there are %d data keys already: remove old ones first", maxKeys)

// RotateKey makes a new data key and returns its number. It seals once every process that shares the database knows it,
// ten seconds later, and from then on Reseal brings all rows under it. Two at the same moment make one key.
func (db *DB) RotateKey(ctx context.Context) (number int, err error) {
	k := db.keys
	rows, _, err := k.load(ctx)
	switch {
	case err != nil:
		return 0, fmt.Errorf("rotate key: %w", err)
	case len(rows) >= maxKeys:
		return 0, fmt.Errorf("rotate key: %w", ErrTooManyKeys)
	}
	if err := k.create(ctx, rows); err != nil {
		return 0, fmt.Errorf("rotate key: %w", err)
	}
	if rows, _, err = k.load(ctx); err != nil {
		return 0, fmt.Errorf("rotate key: %w", err)
	}
	select {
	case k.rotated <- struct{}{}:
	default: // nobody has looked since the last one
	}
	return newestOf(rows), nil
}

// Rotated receives when this process has made a data key: there may be something for Reseal to do at once.
func (db *DB) Rotated() <-chan struct{} { return db.keys.rotated }

// ErrKeyInUse is the error of RemoveKey for a key that something may lie under.
var ErrKeyInUse = errors.New("vault: the key is in use")

// outOfUse is how long a key must not have sealed before it may be removed by hand: cookies that it sealed have ended,
// and writes that were under way.
const outOfUse = 15 * time.Minute

// RemoveKey removes a data key that nothing lies under: ErrKeyInUse if a row does, or if it sealed less than a
// quarter of an hour ago. It looks at every row. Removed keys do not come back: what else they sealed, such as
// journals of processes that died, is lost. An unknown one is no error.
func (db *DB) RemoveKey(ctx context.Context, number int) error {
	rows, now, err := db.keys.load(ctx)
	if err != nil {
		return fmt.Errorf("remove key: %w", err)
	}
	since, old := retired(rows, number, db.keys.settles)
	switch {
	case !old:
		return fmt.Errorf("remove key %d: %w: there is no newer one", number, ErrKeyInUse)
	case now.Sub(since) < outOfUse:
		return fmt.Errorf("remove key %d: %w: it sealed cookies until %s, which live for minutes: try again at %s", number, ErrKeyInUse,
			since.Format(time.TimeOnly), since.Add(outOfUse).Format(time.TimeOnly))
	}
	counts, err := db.countRows(ctx)
	if err != nil {
		return err
	}
	for _, row := range rows {
		if left := counts[keyID(row.ID)].total(); row.Number == number && left > 0 {
			return fmt.Errorf("remove key %d: %w: %d rows lie under it", number, ErrKeyInUse, left)
		}
	}
	if err := db.tables.DeleteKey(ctx, number); err != nil {
		return fmt.Errorf("remove key: %w", err)
	}
	return nil
}

// retired is since when the key with that number does not seal any more; not old if it is the newest.
func retired(rows []KeyRow, number int, settles time.Duration) (since time.Time, old bool) {
	for _, row := range rows {
		if row.Number > number {
			return row.Created.Add(settles), true
		}
	}
	return time.Time{}, false
}
