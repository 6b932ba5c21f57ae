package authtest

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/tenuto-dev/tenuto/auth"
)

// concurrencyTests are the rules for many callers at once, over two handles.
var concurrencyTests = []storeTest{
	{"one creates", testOneCreates},
	{"no lost updates", testNoLostUpdates},
	{"reads go forward", testReadsGoForward},
	{"deleted stays deleted", testDeletedStaysDeleted},
}

// testOneCreates: of many who create a record at once, one does.
func testOneCreates(t *testing.T, newStore func(t *testing.T) auth.Store) {
	const writers = 32
	handles := [2]auth.Store{newStore(t), newStore(t)}
	var wg sync.WaitGroup
	var winner atomic.Pointer[auth.Record]
	for i := range writers {
		wg.Go(func() {
			rec := record(int64(i))
			switch err := handles[i%2].Swap(t.Context(), "alice", "", rec); {
			case err == nil && !winner.CompareAndSwap(nil, rec):
				t.Error("two writers created the same record")
			case err != nil && !errors.Is(err, auth.ErrConflict):
				t.Errorf("Swap = %v, want ErrConflict for all but one", err)
			}
		})
	}
	wg.Wait()
	if winner.Load() == nil {
		t.Fatal("nobody created the record")
	}
	want(t, handles[0], "alice", winner.Load())
}

// testNoLostUpdates: a hundred count to a hundred. Whoever was not the fastest looks again.
func testNoLostUpdates(t *testing.T, newStore func(t *testing.T) auth.Store) {
	const writers = 100
	handles := [2]auth.Store{newStore(t), newStore(t)}
	put(t, handles[0], "alice", "", record(0))
	var wg sync.WaitGroup
	var written [writers + 1]atomic.Int32
	for i := range writers {
		wg.Go(func() {
			s := handles[i%2]
			for {
				rec, err := s.Load(t.Context(), "alice")
				if err != nil {
					t.Errorf("Load = %v", err)
					return
				}
				next := record(rec.Generation + 1)
				switch err := s.Swap(t.Context(), "alice", rec.Version, next); {
				case err == nil:
					written[min(next.Generation, writers)].Add(1)
					return
				case !errors.Is(err, auth.ErrConflict):
					t.Errorf("Swap = %v, want nil or ErrConflict", err)
					return
				}
			}
		})
	}
	wg.Wait()
	for i := 1; i <= writers; i++ {
		if n := written[i].Load(); n != 1 {
			t.Errorf("generation %d was written %d times, want once", i, n)
		}
	}
	if rec, err := handles[1].Load(t.Context(), "alice"); err != nil || rec.Generation != writers {
		t.Errorf("Load after %d increments = %v, %v", writers, rec, err)
	}
}

// testReadsGoForward: nobody sees an older record after a newer one, on whichever handle.
func testReadsGoForward(t *testing.T, newStore func(t *testing.T) auth.Store) {
	const writes = 50
	handles := [2]auth.Store{newStore(t), newStore(t)}
	rec := record(0)
	put(t, handles[0], "alice", "", rec)
	done := make(chan struct{})
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for seen, turn := int64(0), 0; ; turn++ {
				select {
				case <-done:
					return
				default:
				}
				rec, err := handles[turn%2].Load(t.Context(), "alice")
				if err != nil || rec.Generation < seen {
					t.Errorf("Load = %v, %v after generation %d", rec, err, seen)
					return
				}
				seen = rec.Generation
			}
		})
	}
	for i := range int64(writes) {
		next := record(i + 1)
		put(t, handles[i%2], "alice", rec.Version, next)
		rec = next
	}
	close(done)
	wg.Wait()
}

// testDeletedStaysDeleted: writers who replace, and never create, do not bring a record back.
func testDeletedStaysDeleted(t *testing.T, newStore func(t *testing.T) auth.Store) {
	handles := [2]auth.Store{newStore(t), newStore(t)}
	put(t, handles[0], "alice", "", record(0))
	started := make(chan struct{}, 8)
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			s := handles[i%2]
			started <- struct{}{}
			for {
				rec, err := s.Load(t.Context(), "alice")
				if errors.Is(err, auth.ErrNotFound) {
					return
				}
				if err != nil {
					t.Errorf("Load = %v", err)
					return
				}
				err = s.Swap(t.Context(), "alice", rec.Version, record(rec.Generation+1))
				if err != nil && !errors.Is(err, auth.ErrConflict) {
					t.Errorf("Swap = %v, want nil or ErrConflict", err)
					return
				}
			}
		})
	}
	for range cap(started) {
		<-started
	}
	if err := handles[0].Delete(t.Context(), "alice"); err != nil {
		t.Fatal(err)
	}
	wg.Wait()
	want(t, handles[1], "alice", nil)
}
