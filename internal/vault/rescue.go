package vault

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"github.com/tenuto-dev/tenuto/auth"
)

// RescueFile is the name of the rescue journal in a data directory. A second process in the same directory has one of
// its own, with a number behind it.
const RescueFile = "tenuto.rescue"

// ErrRescueFull: so many answers wait for the database that the journal cannot take another.
var ErrRescueFull = errors.New("vault: the rescue journal is full")

// ErrForgotten: the login ended while its answer was written; nothing of it is kept.
var ErrForgotten = errors.New("vault: the login ended meanwhile")

// Rescue is the rescue journal: a file on this machine, beside the database and independent of it, where an answer of
// Spotify is on disk before the database is asked to take it. Neither a crash, nor a database that is down, nor a
// full disk then loses a refresh token that may be the only valid one. Answers are sealed with the vault's keys.
//
// The file is as long as it will ever be from the beginning, and nobody else's while this process lives. What a
// process left behind is found by the next one in the same directory: see Replay. Safe for concurrent use.
type Rescue struct {
	db  *DB
	dir string

	mu    sync.Mutex
	mine  *rescueFile
	found []*rescueFile // of processes that died: until what is in them is settled
	stats Replayed      // what was found and could not be used, until somebody asks
}

// rescued is what is in a slot: an answer, or (nil) one that does not open.
type rescued struct {
	app, key string
	answer   *auth.Answer
	found    bool // left by a process that died, to be replayed
}

// Replayed is what Replay found since the last time.
type Replayed struct {
	Settled    int // answers that are in the store, or have no place there any more
	Left       int // answers that the store could not take yet
	Torn       int // slots that were being written when the process died; nobody was promised anything
	Headless   int // files whose first block was lost: it is written again, and all else was read
	Unreadable int // answers that do not open: a key is missing, or the file was changed. Told once, and left until there is no other room
}

// OpenRescue opens the journal in dir, or makes it there.
func (db *DB) OpenRescue(dir string) (*Rescue, error) {
	r := &Rescue{db: db, dir: dir}
	var err error
	if r.mine, err = openOwnRescue(dir); err != nil {
		return nil, fmt.Errorf("vault: rescue journal: %w", err)
	}
	r.inspect(r.mine)
	return r, nil
}

// For is the journal of one app's grants.
func (r *Rescue) For(app string) auth.Journal { return &appRescue{r, app} }

type appRescue struct {
	*Rescue
	app string
}

const sealRescue = "rescue"

// Keep implements auth.Journal. ErrRescueFull if there is no room, ErrForgotten if Forget comes in between.
func (r *appRescue) Keep(ctx context.Context, key string, a *auth.Answer) (done func(), err error) {
	block, err := r.seal(r.app, key, a)
	if err != nil {
		return nil, fmt.Errorf("rescue: %w", err)
	}
	e := &rescued{app: r.app, key: key, answer: a}
	slot, ok := r.mine.take(e)
	if !ok {
		return nil, ErrRescueFull
	}
	if err = r.mine.write(slot, e, block); err == nil {
		err = r.mine.sync(ctx)
	}
	if err != nil {
		r.mine.free(slot, e)
		return nil, fmt.Errorf("rescue: %w", err)
	}
	stopJournaled(a)
	return func() { r.mine.free(slot, e) }, nil
}

// Forget implements auth.Journal: when it returns nil the bytes are gone from the disk, also those of answers that
// were done a moment ago.
func (r *appRescue) Forget(ctx context.Context, key string) error {
	r.mu.Lock()
	files := append([]*rescueFile{r.mine}, r.found...)
	r.mu.Unlock()
	for _, f := range files {
		for slot, e := range f.of(func(e *rescued) bool { return e.app == r.app && e.key == key }) {
			f.free(slot, e)
		}
		if err := f.wipe(ctx); err != nil {
			return fmt.Errorf("rescue: forget: %w", err)
		}
	}
	return nil
}

// seal is an answer as it stands in a slot.
func (r *Rescue) seal(app, key string, a *auth.Answer) ([]byte, error) {
	data, err := a.MarshalBinary()
	if err != nil {
		return nil, err
	}
	sealed, err := r.db.Seal(sealRescue, []byte(app), append(appendPart(nil, key), data...))
	if err != nil {
		return nil, err
	}
	return encodeSlot(append(appendPart(nil, app), sealed...))
}

// open reads what seal made. An entry without answer does not open.
func (r *Rescue) open(content []byte) *rescued {
	e := &rescued{found: true}
	app, sealed, err := cutPart(content)
	if err != nil {
		return e
	}
	e.app = app
	plain, err := r.db.Open(sealRescue, []byte(app), sealed)
	if err != nil {
		return e
	}
	key, data, err := cutPart(plain)
	if err != nil {
		return e
	}
	a := new(auth.Answer)
	if a.UnmarshalBinary([]byte(data)) == nil {
		e.key, e.answer = key, a
	}
	return e
}

// inspect reads what a dead process left in f.
func (r *Rescue) inspect(f *rescueFile) {
	torn := f.read(r.open)
	unreadable := len(f.of(func(e *rescued) bool { return e.answer == nil }))
	r.mu.Lock()
	defer r.mu.Unlock()
	r.stats.Torn += torn
	if f.headless {
		r.stats.Headless++
	}
	r.stats.Unreadable += unreadable
}

// Replay settles what processes that died in this directory left of app, through recover, which is auth's
// Grants.Recover and is called many times at once: people wait until it is done. Call it before the grants are used, and
// now and then: for what the store could not take, and because another process of this machine may have died. The error
// is the first of all; it stops none of the others.
func (r *Rescue) Replay(ctx context.Context, app string, recover func(context.Context, string, *auth.Answer) error) (Replayed, error) {
	r.adopt()
	r.mu.Lock()
	files := append([]*rescueFile{r.mine}, r.found...)
	result := r.stats
	r.stats = Replayed{}
	r.mu.Unlock()
	var settled, left atomic.Int64
	var all errgroup.Group
	all.SetLimit(replayedAtOnce)
	for _, f := range files {
		for slot, e := range f.of(func(e *rescued) bool { return e.found && e.app == app && e.answer != nil }) {
			all.Go(func() error {
				err := ctx.Err()
				if err == nil {
					err = recover(ctx, e.key, e.answer)
				}
				if err != nil {
					left.Add(1)
					return err
				}
				f.free(slot, e)
				settled.Add(1)
				return nil
			})
		}
	}
	err := all.Wait()
	result.Settled += int(settled.Load())
	result.Left += int(left.Load())
	r.letGo(ctx)
	if err != nil {
		return result, fmt.Errorf("rescue: replay: %w", err)
	}
	return result, nil
}

// replayedAtOnce bounds what a database has to take.
const replayedAtOnce = 32

// adopt takes the files of other processes of this machine that died.
func (r *Rescue) adopt() {
	for _, f := range openDeadRescues(r.dir) {
		r.inspect(f)
		r.mu.Lock()
		r.found = append(r.found, f)
		r.mu.Unlock()
	}
}

// letGo closes the files of the dead in which nothing is left, not even on the disk, so that a new process may have them:
// nobody here could wipe them afterwards. What does not open is kept hold of, or it would be found again each time.
func (r *Rescue) letGo(ctx context.Context) {
	r.mu.Lock()
	found := slices.Clone(r.found)
	r.mu.Unlock()
	for _, f := range found {
		if len(f.of(func(*rescued) bool { return true })) > 0 || f.wipe(ctx) != nil {
			continue
		}
		r.mu.Lock()
		if i := slices.Index(r.found, f); i >= 0 {
			r.found = slices.Delete(r.found, i, i+1)
			f.close()
		}
		r.mu.Unlock()
	}
}

// Close ends the use of the journal. What is in it stays for the next process.
func (r *Rescue) Close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	var err error
	for _, f := range append(r.found, r.mine) {
		err = errors.Join(err, f.close())
	}
	r.found = nil
	return err
}
