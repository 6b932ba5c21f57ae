package server_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/tenuto-dev/tenuto/internal/vault"
)

// TestReq_VS06_Reseal: a server that runs brings rows under a new key by itself, says so once, and says which do not open.
func TestReq_VS06_Reseal(t *testing.T) {
	t.Parallel()
	inBubble(t, func(b *bubble) {
		ctx, stop := context.WithCancel(b.t.Context())
		served := make(chan error, 1)
		go func() { served <- b.srv.Serve(ctx, newPipes(), nil) }()
		for _, name := range []string{"alice", "bob"} {
			if _, err := b.db.SignIn(ctx, "tenutotest", name, "", vault.Profile{Name: name}); err != nil {
				b.t.Fatal(err)
			}
		}
		time.Sleep(time.Minute + time.Second) // of the bubble: not when a server looks anyway
		if _, err := b.db.RotateKey(ctx); err != nil {
			b.t.Fatal(err)
		}
		time.Sleep(time.Second)
		status, err := b.db.KeyStatus(ctx, true)
		if err != nil || status.Left() != 0 || status.Data[0].Rows.People != 2 {
			b.t.Errorf("KeyStatus a second after the rotation = %+v, %v, want both people under the new key", status, err)
		}
		if log := b.log.String(); strings.Count(log, `"msg":"keys","resealed":2`) != 1 {
			b.t.Errorf("the log does not tell once of two rows that were sealed anew:\n%s", log)
		}
		stop()
		if err := <-served; err != nil {
			b.t.Errorf("Serve = %v", err)
		}
	})
}
