package vault

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// reread is how old this process's picture of the table keys may be when something is sealed.
	reread = 3 * time.Second

	// rereadUnknown is how old it must be to look again for a key that something names. Strangers can name any in a
	// cookie, so this bounds what they cost; a key seals only once it is much older, so this hides none.
	rereadUnknown = 100 * time.Millisecond

	// keySettles is how old a data key must be, by the database's clock, before it seals: by then every
	// process that shares the database has read it, or will when it meets it.
	keySettles = 10 * time.Second

	readKeysLimit = time.Second // for one look at the table
)

// dataKeys is what the vault seals with: the data keys in the table, which the operator's root keys open. Processes
// that share the database each look at it every few seconds, when they seal, and whenever they meet a key that they do
// not know, so that rotating fails nobody.
type dataKeys struct {
	tables  KeyTables
	roots   *KeyRing
	settles time.Duration

	ring    atomic.Pointer[ring] // the data keys, the one that seals first; then the root keys, for rows they sealed
	born    time.Time
	checked atomic.Int64 // when the table was last looked at, in ns since born

	mu      sync.Mutex // held while looking
	unknown error      // why a row of the table does not open, or nil

	resealed atomic.Int64 // rows that this process has sealed anew

	rotated chan struct{} // holds one if this process has made a key since somebody looked
}

// openKeys reads the data keys, or makes the first. ErrKeyMissing if roots do not open them all.
func openKeys(ctx context.Context, tables Tables, roots *KeyRing) (*dataKeys, error) {
	k := &dataKeys{tables: tables, roots: roots, settles: keySettles, born: time.Now(), rotated: make(chan struct{}, 1)}
	if tables.Exclusive() {
		k.settles = 0 // there is nobody who would have to know it
	}
	rows, _, err := tables.Keys(ctx)
	if err == nil && len(rows) == 0 {
		err = k.begin(ctx, tables)
	}
	if err == nil {
		_, _, err = k.load(ctx)
	}
	if err != nil {
		return nil, fmt.Errorf("vault: data keys: %w", err)
	}
	return k, nil
}

// begin makes the first data key, unless something lies under one already: the table has lost its rows then.
func (k *dataKeys) begin(ctx context.Context, tables Tables) error {
	for table := range SealedTable(sealedTables) {
		heads, err := tables.SealedHeads(ctx, table, SealedRow{}, 1)
		if err != nil {
			return err
		}
		for _, row := range heads {
			id, _ := sealedBy(row.Sealed)
			if _, root := k.roots.ring().find(id); !root {
				if now, _, err := tables.Keys(ctx); err != nil || len(now) > 0 { // another process was first, and serves
					return err
				}
				return fmt.Errorf("%w: its data keys are gone, and what it keeps lies under one of them (%s): put it back from your backup; nothing was changed", ErrDamaged, id)
			}
		}
	}
	return k.create(ctx, nil)
}

// create makes a data key newer than those of rows, or leaves it at one that another process has made meanwhile.
func (k *dataKeys) create(ctx context.Context, rows []KeyRow) error {
	raw := make([]byte, keySize)
	rand.Read(raw) // never fails: crypto/rand ends the program first
	return k.insert(ctx, newKey(raw, newestOf(rows)+1), rows)
}

// insert keeps a data key beside those of rows, under the same root key as the newest of them: which that is changes
// by Rewrap alone, when everybody has it.
func (k *dataKeys) insert(ctx context.Context, data key, rows []KeyRow) error {
	root := k.roots.ring()
	if len(rows) > 0 {
		id, _ := sealedBy(rows[len(rows)-1].Sealed)
		root = root.beginningWith(id)
	}
	row, err := root.wrap(data)
	if err == nil {
		_, err = k.tables.InsertKey(ctx, row)
	}
	return err
}

func newestOf(rows []KeyRow) (number int) {
	if len(rows) > 0 {
		number = rows[len(rows)-1].Number
	}
	return number
}

// wrap seals a data key under the first root key of the ring.
func (r *ring) wrap(data key) (KeyRow, error) {
	row := KeyRow{Number: data.number, ID: uint32(data.id)}
	sealed, err := r.seal(placeKey, data.raw, row.parts()...)
	row.Sealed = sealed
	return row, err
}

// unwrap opens a data key.
func (r *ring) unwrap(row KeyRow) (key, error) {
	raw, err := r.open(placeKey, row.Sealed, row.parts()...)
	if errors.Is(err, ErrKeyMissing) {
		root, _ := sealedBy(row.Sealed)
		return key{}, fmt.Errorf("data key %d lies under root key %s, which is not given: put it back, behind the newest; nothing was changed: %w", row.Number, root, ErrKeyMissing)
	}
	if err != nil {
		return key{}, fmt.Errorf("data key %d: %w", row.Number, err)
	}
	data := newKey(raw, row.Number)
	if uint32(data.id) != row.ID {
		return key{}, fmt.Errorf("data key %d: %w", row.Number, ErrOpen)
	}
	return data, nil
}

func (r *KeyRow) parts() []string { return []string{strconv.Itoa(r.Number), keyID(r.ID).String()} }

// load looks at the table, whose rows it returns, and keeps the ring that follows from it.
func (k *dataKeys) load(ctx context.Context) (rows []KeyRow, now time.Time, err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.loadLocked(ctx)
}

func (k *dataKeys) loadLocked(ctx context.Context) (rows []KeyRow, now time.Time, err error) {
	began := time.Since(k.born)
	rows, now, err = k.tables.Keys(ctx)
	if err == nil && k.putBack(ctx, rows) {
		rows, now, err = k.tables.Keys(ctx)
	}
	if err != nil {
		k.checked.Store(int64(time.Since(k.born)))
		return nil, now, err
	}
	k.checked.Store(int64(began))
	next, err := k.ringOf(rows, now)
	k.unknown = err
	if err != nil {
		return nil, now, err
	}
	if old := k.ring.Load(); old == nil || !slices.EqualFunc(old.keys, next.keys, func(a, b key) bool { return a.id == b.id }) {
		k.ring.Store(next)
	}
	return rows, now, nil
}

// putBack keeps our keys again if the newest are gone from the table, as after a failover to a standby that was behind:
// what they have sealed would never open. Only older ones are ever removed.
func (k *dataKeys) putBack(ctx context.Context, rows []KeyRow) (done bool) {
	known := k.ring.Load()
	if known == nil {
		return false
	}
	for _, data := range known.keys {
		if data.number > newestOf(rows) {
			done = k.insert(ctx, data, rows) == nil || done // else the next look tries again
		}
	}
	return done
}

// ringOf is the ring of the rows. Keys that are known already are not opened again: whoever has put another root
// key in front may have sealed their rows under it.
func (k *dataKeys) ringOf(rows []KeyRow, now time.Time) (*ring, error) {
	known := k.ring.Load()
	if known == nil {
		known = &ring{}
	}
	next := &ring{}
	for _, row := range slices.Backward(rows) {
		data, ok := known.find(keyID(row.ID))
		if !ok {
			var err error
			if data, err = k.roots.ring().unwrap(row); err != nil {
				return nil, err
			}
		}
		next.keys = append(next.keys, data)
	}
	if len(next.keys) == 0 {
		return nil, fmt.Errorf("%w: the table of its data keys is empty", ErrDamaged)
	}
	active := sealing(rows, now, k.settles)
	i := slices.IndexFunc(next.keys, func(d key) bool { return d.number == active })
	first := next.keys[i]
	next.keys = slices.Insert(slices.Delete(next.keys, i, i+1), 0, first)
	next.keys = append(next.keys, k.roots.ring().keys...)
	return next, nil
}

// sealing is the number of the key that seals: the newest that has settled, else the oldest. rows are not empty.
func sealing(rows []KeyRow, now time.Time, settles time.Duration) int {
	for _, row := range slices.Backward(rows) {
		if now.Sub(row.Created) >= settles {
			return row.Number
		}
	}
	return rows[0].Number
}

// look looks at the table unless that was done, or failed, less than age ago.
func (k *dataKeys) look(age time.Duration) {
	if k.age() < age {
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.age() < age {
		return // somebody else did while we waited
	}
	ctx, cancel := context.WithTimeout(context.Background(), readKeysLimit)
	defer cancel()
	_, _, _ = k.loadLocked(ctx) // what we have is good for what we know; unhealthy tells
}

func (k *dataKeys) age() time.Duration {
	return time.Since(k.born) - time.Duration(k.checked.Load())
}

// current is the ring to seal with.
func (k *dataKeys) current() *ring {
	k.look(reread)
	return k.ring.Load()
}

// seal encrypts plain for one place and row.
func (k *dataKeys) seal(p place, plain []byte, row ...string) ([]byte, error) {
	return k.current().seal(p, plain, row...)
}

// open decrypts what seal made, here or in another process, for the same place and row. See ring.open.
func (k *dataKeys) open(p place, sealed []byte, row ...string) ([]byte, error) {
	plain, err := k.ring.Load().open(p, sealed, row...)
	if !errors.Is(err, ErrKeyMissing) || k.age() < rereadUnknown {
		return plain, err
	}
	k.look(rereadUnknown)
	return k.ring.Load().open(p, sealed, row...)
}

// unhealthy says why this process cannot read what others write: they have a key that it was not given.
func (k *dataKeys) unhealthy() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.unknown
}
