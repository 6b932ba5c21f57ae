package auth_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/emulator"
)

// BenchmarkValidToken is the path of every call: at most 1.25 × a call of time.Now, without
// allocation, however many goroutines.
func BenchmarkValidToken(b *testing.B) {
	e := emulator.New(emulator.Config{})
	app := e.App()
	cred, err := auth.NewCredentials(&auth.Config{ClientID: app.ClientID, ClientSecret: app.ClientSecret, HTTPClient: e.Client()})
	if err != nil {
		b.Fatal(err)
	}
	login, err := cred.Refreshing(nil).RequestClientToken(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	b.Run("time.Now", func(b *testing.B) {
		for b.Loop() {
			_ = time.Now()
		}
	})
	b.Run("Token", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := login.Token(b.Context()); err != nil {
				b.Fatal(err)
			}
		}
	})
	for _, goroutines := range []int{1, 8, 64} {
		b.Run(fmt.Sprintf("time.Now/parallel%d", goroutines), func(b *testing.B) {
			b.SetParallelism(goroutines)
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					_ = time.Now()
				}
			})
		})
		b.Run(fmt.Sprintf("Token/parallel%d", goroutines), func(b *testing.B) {
			ctx := b.Context()
			b.SetParallelism(goroutines)
			b.ReportAllocs()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					if _, err := login.Token(ctx); err != nil {
						b.Error(err)
					}
				}
			})
		})
	}
}

// TestValidTokenAllocatesNothing holds what can be told without a clock.
func TestValidTokenAllocatesNothing(t *testing.T) {
	w := newWorld(t, emulator.Config{})
	grants := w.cred.Grants(&auth.MemoryStore{}, auth.CacheFor(time.Hour))
	w.put(grants)
	for name, login := range map[string]*auth.RefreshingToken{
		"own": w.cred.Refreshing(nil).FromToken(w.token()), "cached": grants.For("alice"),
	} {
		w.wantToken(login)
		ctx := t.Context()
		if n := testing.AllocsPerRun(1000, func() { _, _ = login.Token(ctx) }); n != 0 {
			t.Errorf("%s: Token allocates %v times, want 0", name, n)
		}
	}
}
