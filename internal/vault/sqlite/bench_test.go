package sqlite_test

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/internal/vault"
	"github.com/tenuto-dev/tenuto/internal/vault/sqlite"
)

// benchClient is a client id as long as Spotify's.
const benchClient = "0123456789abcdef0123456789abcdef"

// populate makes people with a session and a grant each, of the sizes that Spotify's tokens have, and returns the
// secret ids of the sessions.
func populate(b *testing.B, db *vault.DB, people int) []string {
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
	user, err := db.SignIn(ctx, benchClient, fmt.Sprintf("account-%022d", i), "", profile)
	if err != nil {
		return "", err
	}
	if err := db.Grants(benchClient).Swap(ctx, user, "", benchRecord("v1")); err != nil {
		return "", err
	}
	return db.NewSession(ctx, benchClient, user, "Firefox on Linux", time.Now().Add(30*24*time.Hour))
}

func benchRecord(version string) *auth.Record {
	return &auth.Record{Version: version, Token: &auth.Token{
		AccessToken: strings.Repeat("a", 250), TokenType: "Bearer", RefreshToken: strings.Repeat("r", 131),
		Scope:     auth.Scopes(auth.ScopeUserReadEmail, auth.ScopeUserReadCurrentlyPlaying, auth.ScopeUserReadPlaybackState),
		ExpiresAt: time.Now().Add(time.Hour), AuthorizedAt: time.Now(),
	}}
}

// BenchmarkRead compares Session with what any server must do: one indexed read of a session row, bare.
func BenchmarkRead(b *testing.B) {
	dir := b.TempDir()
	db := open(b, dir)
	ids := populate(b, db, 10_000)
	ctx, now := context.Background(), time.Now()

	b.Run("session", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			if _, err := db.Session(ctx, benchClient, ids[i%len(ids)], now); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("bare", func(b *testing.B) {
		disk, err := sql.Open("sqlite", filepath.Join(dir, sqlite.DatabaseFile)+"?mode=ro")
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { disk.Close() })
		query, err := disk.Prepare("SELECT user_id, handle, created, seen, expires FROM sessions WHERE id = ?")
		if err != nil {
			b.Fatal(err)
		}
		defer query.Close()
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			id := sha256.Sum256([]byte(ids[i%len(ids)]))
			var user, handle string
			var created, seen, expires int64
			if err := query.QueryRowContext(ctx, id[:]).Scan(&user, &handle, &created, &seen, &expires); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkSwap is the durable write of a refreshed grant; with 16 callers they share commits.
func BenchmarkSwap(b *testing.B) {
	for _, callers := range []int{1, 16} {
		b.Run(fmt.Sprintf("callers=%d", callers), func(b *testing.B) {
			db := open(b, b.TempDir())
			store := db.Grants(benchClient)
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
		})
	}
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

// BenchmarkSize reports what one person takes on disk: person, grant and session with their indexes.
func BenchmarkSize(b *testing.B) {
	for _, people := range []int{1_000, 10_000} {
		b.Run(fmt.Sprintf("people=%d", people), func(b *testing.B) {
			for b.Loop() {
				dir := b.TempDir()
				db := open(b, dir)
				populate(b, db, people)
				if err := db.Sweep(context.Background(), time.Now()); err != nil { // empties the WAL
					b.Fatal(err)
				}
				info, err := os.Stat(filepath.Join(dir, sqlite.DatabaseFile))
				if err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(float64(info.Size())/float64(people), "bytes/person")
			}
		})
	}
}
