package vaulttest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/tenuto-dev/tenuto/internal/vault"
)

func (t *keysTest) rotate() {
	db := t.open(rootOne)
	people := t.crowd(db, 250) // more than a chunk
	cookie, err := db.Seal("attempt", nil, []byte("verifier"))
	t.must(err)
	t.rotateKey(db)
	if s := t.status(db); len(s.Data) != 2 || s.Data[0].Number != 2 || s.Left() != 3*250 {
		t.Errorf("status after the rotation = %+v with %d rows left, want two keys and all rows", s, s.Left())
	}
	if done := t.reseal(db); done.Rows != 3*250 || done.Unreadable != 0 {
		t.Errorf("Reseal = %+v, want %d rows", done, 3*250)
	}
	s := t.status(db)
	if s.Left() != 0 || s.Data[0].State != vault.KeyActive || s.Data[0].Resealed == nil || s.Data[1].State != vault.KeyOld {
		t.Errorf("status after resealing = %+v, want 0 rows left and key 2 at work", s)
	}
	if *s.Data[0].Rows != (vault.RowCount{Grants: 250, People: 250, Sessions: 250}) {
		t.Errorf("rows under key 2 = %+v, want all", *s.Data[0].Rows)
	}
	if done := t.reseal(db); done.Rows != 0 {
		t.Errorf("Reseal again = %+v, want nothing done", done)
	}
	db = t.reopen(db, rootOne)
	for name, x := range people {
		t.check(db, name, x)
	}
	if plain, err := db.Open("attempt", nil, cookie); err != nil || string(plain) != "verifier" {
		t.Errorf("Open of a cookie from before = %q, %v", plain, err)
	}
}

// rowsKeepTheirTimes: sealing anew is no change of a grant: its lease must not look younger.
func (t *keysTest) rowsKeepTheirTimes() {
	db := t.open(rootOne)
	x := t.moveIn(db, "alice")
	before, err := db.Grants(keysApp).Load(t.Context(), x.user)
	t.must(err)
	t.rotateKey(db)
	t.reseal(db)
	after, err := db.Grants(keysApp).Load(t.Context(), x.user)
	t.must(err)
	if after.Version != before.Version || !after.Written.Equal(before.Written) || after.Now.Equal(before.Now) {
		t.Errorf("after resealing version %s of %v at %v, want version %s of %v", after.Version, after.Written, after.Now, before.Version, before.Written)
	}
	t.must(db.Grants(keysApp).Swap(t.Context(), x.user, "v1", recordOf("alice", "v2")))
}

// interrupted stops resealing after every so many rows: the next one goes on, and no row is lost.
func (t *keysTest) interrupted() {
	db := t.open(rootOne)
	people := t.crowd(db, 600)
	t.rotateKey(db)
	t.turn(20 * time.Second)
	stops := 0
	for t.resealSome(db) {
		stops++
	}
	if s := t.status(db); s.Left() != 0 || stops == 0 {
		t.Errorf("after %d stops %d rows are left, want some stops, and none left", stops, s.Left())
	}
	db = t.reopen(db, rootOne)
	for name, x := range people {
		t.check(db, name, x)
	}
}

// resealSome begins to reseal and stops when some rows are done; false if it was finished before.
func (t *keysTest) resealSome(db *vault.DB) (stopped bool) {
	ctx, stop := context.WithCancel(t.Context())
	var watching sync.WaitGroup
	watching.Go(func() {
		defer stop()
		for began := -1; ctx.Err() == nil; {
			s, err := db.KeyStatus(ctx, false)
			switch {
			case err != nil:
				return
			case began < 0:
				began = s.Resealed
			case s.Resealed >= began+200:
				return
			}
		}
	})
	_, err := db.Reseal(ctx)
	stop()
	watching.Wait()
	if err != nil && !errors.Is(err, context.Canceled) {
		t.Fatalf("Reseal that was stopped = %v", err)
	}
	return err != nil
}

// whileUsed rotates, again and again, under people who log in, refresh and look: nobody notices.
func (t *keysTest) whileUsed() {
	dbs := []*vault.DB{t.open(rootOne)}
	if t.shared {
		dbs = append(dbs, t.open(rootOne))
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var busy sync.WaitGroup
	var tenants sync.Map
	for n := range 8 {
		busy.Go(func() { t.live(ctx, dbs, n, &tenants) })
	}
	for range 4 {
		t.rotateKey(dbs[0])
		for _, db := range dbs { // three seconds pass before the clock jumps: all have looked
			_, err := db.KeyStatus(t.Context(), false)
			t.must(err)
		}
		t.turn(20 * time.Second)
		var resealing sync.WaitGroup
		for _, db := range dbs {
			resealing.Go(func() {
				if _, err := db.Reseal(t.Context()); err != nil {
					t.Errorf("Reseal: %v", err)
				}
			})
		}
		resealing.Wait()
	}
	stop()
	busy.Wait()
	t.turn(time.Hour)
	t.reseal(dbs[0])
	if s := t.status(dbs[0]); s.Left() != 0 || len(s.Data) != 5 {
		t.Errorf("in the end %d rows are left, with %d keys; want none, 5", s.Left(), len(s.Data))
	}
	n := 0
	tenants.Range(func(name, x any) bool {
		n++
		t.check(dbs[n%len(dbs)], name.(string), x.(tenant))
		return true
	})
	if n < 16 {
		t.Errorf("only %d people lived here meanwhile: this shows nothing", n)
	}
}

// live is what one worker does, at any of the replicas.
func (t *keysTest) live(ctx context.Context, dbs []*vault.DB, worker int, tenants *sync.Map) {
	for i := 0; ctx.Err() == nil; i++ {
		name := fmt.Sprintf("person %d of %d", i, worker)
		x := t.moveIn(dbs[i%len(dbs)], name)
		for j := range 5 {
			db := dbs[(i+j)%len(dbs)]
			next := fmt.Sprint("w", j)
			if err := db.Grants(keysApp).Swap(t.Context(), x.user, x.version, recordOf(name, next)); err != nil {
				t.Errorf("Swap of %s: %v", name, err)
				return
			}
			x.version = next
			cookie, err := db.Seal("attempt", nil, []byte(name))
			if err != nil {
				t.Errorf("Seal: %v", err)
			}
			if plain, err := dbs[j%len(dbs)].Open("attempt", nil, cookie); err != nil || string(plain) != name {
				t.Errorf("Open = %q, %v", plain, err)
			}
			t.check(dbs[j%len(dbs)], name, x)
		}
		tenants.Store(name, x)
	}
}
