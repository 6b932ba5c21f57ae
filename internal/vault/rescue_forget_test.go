package vault_test

import (
	"testing"

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
