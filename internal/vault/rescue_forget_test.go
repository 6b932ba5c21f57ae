package vault_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/tenuto-dev/tenuto/auth"

	"github.com/tenuto-dev/tenuto/internal/vault"
)

// TestRescueForgetsWhatWasDone: an answer that the database has is let go of without waiting for the disk. When its
// person disconnects a moment later, it is gone from there, too, before that is answered.
func TestRescueForgetsWhatWasDone(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	r := openRescue(t, openWith(t, dir, ring(t, keyOne)), dir)
	r.keep(t, "alice", 1)()
	if vault.Wiped(r.Rescue) {
		t.Fatal("an answer that was done is on the disk already: this test would show nothing")
	}
	try(t, r.Forget(t.Context(), "alice"))
	if !vault.Wiped(r.Rescue) {
		t.Error("Forget has answered, and bytes of what was done may still be on the disk")
	}
}

// TestRescueWipesWhatItLetsGo: when the file of a dead neighbour is given back nothing of what was settled may come back
// by a power cut: nobody who is told to forget it would find it there.
func TestRescueWipesWhatItLetsGo(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	db := openWith(t, dir, ring(t, keyOne))
	died, r := openRescue(t, db, dir), openRescue(t, db, dir)
	died.keep(t, "alice", 1)
	try(t, died.Close())
	files, wiped := 0, func() bool { return false }
	_, err := r.Replay(t.Context(), rescueApp, func(context.Context, string, *auth.Answer) error {
		files, wiped = vault.FoundWiped(r.Rescue)
		return nil
	})
	if err != nil || files != 1 {
		t.Fatalf("Replay = %v over %d files of the dead, want one", err, files)
	}
	if left, _ := vault.FoundWiped(r.Rescue); left != 0 {
		t.Errorf("%d files of the dead are still held, want none", left)
	}
	if !wiped() {
		t.Error("a file was let go of, and bytes of what was settled may still be on the disk")
	}
}

// TestRescueForgetsAsItLetsGo: while the files of dead neighbours are taken and given back, whoever is to be forgotten is.
func TestRescueForgetsAsItLetsGo(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	db := openWith(t, dir, ring(t, keyOne))
	dies, r := openRescue(t, db, dir), openRescue(t, db, dir)
	for round := range 40 {
		for n := range 3 {
			dies.keep(t, fmt.Sprint("person ", n), 1)
		}
		try(t, dies.Close())
		over := make(chan struct{})
		var forgetting sync.WaitGroup
		for n := range 4 {
			forgetting.Go(func() {
				for {
					select {
					case <-over:
						return
					default:
						if err := r.Forget(t.Context(), fmt.Sprint("person ", n)); err != nil {
							t.Errorf("round %d: Forget = %v", round, err)
							return
						}
					}
				}
			})
		}
		r.replayed(t)
		close(over)
		forgetting.Wait()
		if t.Failed() {
			return
		}
		dies = openRescue(t, db, dir)
	}
}
