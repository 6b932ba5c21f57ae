package auth_test

import (
	"testing"
	"time"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/emulator"
)

// TestExclusive: after a crash in the middle of a refresh, whoever has the store to himself
// takes over at once; whoever shares it waits for the lease.
func TestExclusive(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		opts []auth.GrantsOption
		long bool
	}{
		{"exclusive", []auth.GrantsOption{auth.Exclusive()}, false},
		{"shared", nil, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			inBubble(t, emulator.Config{}, func(w world) {
				store := &auth.MemoryStore{}
				dead := w.cred.Grants(store)
				if err := dead.Put(w.t.Context(), "alice", w.token()); err != nil {
					w.t.Fatal(err)
				}
				time.Sleep(time.Hour)
				stop := w.Fail(emulator.Fault{Operation: tokenRequest, Reset: emulator.ResetBefore, Delay: 9 * time.Second})
				go dead.For("alice").Token(w.t.Context()) // claims the lease, and nothing comes of it
				time.Sleep(time.Second)
				stop()

				began := time.Now()
				w.wantToken(w.cred.Grants(store, c.opts...).For("alice"))
				took := time.Since(began)
				time.Sleep(time.Minute) // the dead one may land
				if (took > time.Second) != c.long {
					t.Errorf("Token took %v, want more than a second: %v", took, c.long)
				}
			})
		})
	}
}
