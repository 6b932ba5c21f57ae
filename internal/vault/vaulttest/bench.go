package vaulttest

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/internal/vault"
)

// BenchApp is a client id as long as Spotify's.
const BenchApp = "0123456789abcdef0123456789abcdef"

// Populate makes people with a session and a grant each, of the sizes that Spotify's tokens have, and returns the
// secret ids of the sessions.
func Populate(b *testing.B, db *vault.DB, people int) []string {
	b.Helper()
	ids := make([]string, people)
	todo, failed := make(chan int), make(chan error, 1)
	done := make(chan bool)
	for range 64 {
		go func() {
			defer func() { done <- true }()
			for i := range todo {
				id, err := populateOne(context.Background(), db, i)
				if err != nil {
					select {
					case failed <- err:
					default:
					}
				}
				ids[i] = id
			}
		}()
	}
	for i := range people {
		todo <- i
	}
	close(todo)
	for range 64 {
		<-done
	}
	select {
	case err := <-failed:
		b.Fatal(err)
	default:
	}
	return ids
}

func populateOne(ctx context.Context, db *vault.DB, i int) (string, error) {
	profile := vault.Profile{Name: fmt.Sprintf("Person number %d", i), ImageURL: "https://i.scdn.co/image/ab67616d0000b273" + strings.Repeat("0", 24)}
	user, err := db.SignIn(ctx, BenchApp, fmt.Sprintf("account-%022d", i), "", profile)
	if err != nil {
		return "", err
	}
	if err := db.Grants(BenchApp).Swap(ctx, user, "", benchRecord("v1")); err != nil {
		return "", err
	}
	return db.NewSession(ctx, BenchApp, user, "Firefox on Linux", time.Now().Add(30*24*time.Hour))
}

func benchRecord(version string) *auth.Record {
	return &auth.Record{Version: version, Token: &auth.Token{
		AccessToken: strings.Repeat("a", 250), TokenType: "Bearer", RefreshToken: strings.Repeat("r", 131),
		Scope:     auth.Scopes(auth.ScopeUserReadEmail, auth.ScopeUserReadCurrentlyPlaying, auth.ScopeUserReadPlaybackState),
		ExpiresAt: time.Now().Add(time.Hour), AuthorizedAt: time.Now(),
	}}
}

// ReadSessions is what a server does for each request: b.N of the sessions with these ids.
func ReadSessions(b *testing.B, db *vault.DB, ids []string) {
	b.ReportAllocs()
	ctx, now := context.Background(), time.Now()
	for i := 0; b.Loop(); i++ {
		if _, err := db.Session(ctx, BenchApp, ids[i%len(ids)], now); err != nil {
			b.Fatal(err)
		}
	}
}

// Swap is the durable write of a refreshed grant, by so many callers at once.
func Swap(b *testing.B, db *vault.DB, callers int) {
	store := db.Grants(BenchApp)
	ctx := context.Background()
	work, done := make(chan bool), make(chan error, callers)
	for n := range callers {
		go func() { done <- swapper(ctx, store, fmt.Sprint(n), work) }()
	}
	for b.Loop() {
		work <- true
	}
	close(work)
	for range callers {
		if err := <-done; err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "swaps/s")
}

func swapper(ctx context.Context, store auth.Store, key string, work <-chan bool) error {
	version := ""
	for i := 0; ; i++ {
		if _, more := <-work; !more {
			return nil
		}
		next := benchRecord(fmt.Sprint("v", i))
		if err := store.Swap(ctx, key, version, next); err != nil {
			return err
		}
		version = next.Version
	}
}
