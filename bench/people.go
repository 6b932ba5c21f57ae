package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/internal/vault"
)

// peopleFigure is what one more person costs: bytes of database and of memory.
func peopleFigure(ctx context.Context, s settings) ([]row, error) {
	var rows []row
	for _, people := range []int{1_000, 10_000, 100_000} {
		if s.quick && people > 1_000 {
			break
		}
		disk, heap, took, err := people1(ctx, people)
		if err != nil {
			return nil, err
		}
		rows = append(rows, row{
			what:   fmt.Sprintf("%d people, each with a grant and a session: bytes per person", people),
			ratio:  fmt.Sprintf("%.0f in the database, %.0f of memory", disk/float64(people), heap/float64(people)),
			detail: fmt.Sprintf("%.0f sign-ins a second, each durable", float64(people)/took.Seconds()),
		})
	}
	return rows, nil
}

// people1 signs so many people in, uses every login once, and weighs the result.
func people1(ctx context.Context, people int) (disk, heap float64, took time.Duration, err error) {
	dir, err := os.MkdirTemp("", "tenuto-bench")
	if err != nil {
		return 0, 0, 0, err
	}
	defer os.RemoveAll(dir)
	db, err := openVault(place{dir: dir})
	if err != nil {
		return 0, 0, 0, err
	}
	cred, err := auth.NewCredentials(&auth.Config{ClientID: clientID, ClientSecret: "bench"})
	if err != nil {
		return 0, 0, 0, err
	}
	users := cred.Grants(db.Grants(clientID), auth.CacheFor(time.Minute))
	before, started := liveHeap(), time.Now()
	var g errgroup.Group
	g.SetLimit(64)
	for i := range people {
		g.Go(func() error { return signInDirectly(ctx, db, users, i) })
	}
	if err := g.Wait(); err != nil {
		return 0, 0, 0, err
	}
	took = time.Since(started)
	heap = float64(liveHeap()) - float64(before)
	runtime.KeepAlive(users)
	if err := db.Close(); err != nil {
		return 0, 0, 0, err
	}
	files, err := filepath.Glob(filepath.Join(dir, "tenuto.db*"))
	for _, file := range files {
		info, statErr := os.Stat(file)
		if statErr != nil {
			return 0, 0, 0, statErr
		}
		disk += float64(info.Size())
	}
	return disk, heap, took, err
}

func signInDirectly(ctx context.Context, db *vault.DB, users *auth.Grants, i int) error {
	user, err := db.SignIn(ctx, clientID, fmt.Sprint("acc-", i), "", vault.Profile{Name: fmt.Sprint("Person ", i)})
	if err != nil {
		return err
	}
	now := time.Now()
	if err := users.Put(ctx, user, &auth.Token{
		AccessToken: fmt.Sprintf("BQ%0150d", i), TokenType: "Bearer", RefreshToken: fmt.Sprintf("AQ%0129d", i),
		Scope: auth.Scopes(auth.ScopeUserReadCurrentlyPlaying), ExpiresAt: now.Add(time.Hour), AuthorizedAt: now,
	}); err != nil {
		return err
	}
	if _, err := db.NewSession(ctx, clientID, user, "Firefox on Linux", now.Add(30*24*time.Hour)); err != nil {
		return err
	}
	_, err = users.For(user).Token(ctx)
	return err
}

// liveHeap is the memory that is still in use after a collection.
func liveHeap() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
