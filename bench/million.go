package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/internal/vault"
)

// usedShare is how many people there are to one who has been here in the last day.
const usedShare = 10

// millionFigure fills one SQLite database up to a million grants and asks on the way what things
// cost; then how long a server takes to start on it, how much memory it needs once everybody who
// came in the last day has been back, how fast their logins are refreshed, and how long a change of keys takes.
func millionFigure(ctx context.Context, s settings) ([]row, error) {
	sizes := []int{1_000, 10_000, 100_000, 1_000_000}
	if s.quick {
		sizes = sizes[:2]
	}
	at, err := newScene(playing(false))
	if err != nil {
		return nil, err
	}
	defer at.close()
	m := &million{scene: at}
	var rows []row
	for _, size := range sizes {
		if err := m.grow(ctx, size); err != nil {
			return nil, err
		}
		cost, err := m.cost(ctx)
		if err != nil {
			return nil, err
		}
		rows = append(rows, row{what: fmt.Sprintf("CPU per operation with %d grants", size), target: "flat", ratio: cost})
	}
	last := sizes[len(sizes)-1]
	refreshed, err := m.refreshAll(ctx, last)
	if err != nil {
		return nil, err
	}
	served, err := m.serve(ctx, last)
	if err != nil {
		return nil, err
	}
	rekeyed, err := m.rekey(ctx, last)
	return slices.Concat(rows, refreshed, served, rekeyed), err
}

// million is a database that grows, and who is in it.
type million struct {
	*scene
	people   ids       // users
	sessions ids       // of those who were here in the last day
	first    []float64 // what each operation cost with the fewest people
}

// ids are of one length, kept in one piece: a million strings would have our own collector's work charged
// to what is measured.
type ids struct {
	text []byte
	each int
}

func (l *ids) add(more []string) {
	for _, id := range more {
		l.each = len(id)
		l.text = append(l.text, id...)
	}
}

func (l *ids) len() int { return len(l.text) / max(1, l.each) }

func (l *ids) at(i int) string { return string(l.text[i*l.each : (i+1)*l.each]) }

// open opens the database for the length of one measurement.
func (m *million) open() (*vault.DB, *countingStore, *auth.Grants, error) {
	db, err := openVault(place{dir: m.dir})
	if err != nil {
		return nil, nil, nil, err
	}
	cred, err := auth.NewCredentials(&auth.Config{ClientID: clientID, ClientSecret: "bench", AccountsURL: m.upstream.url})
	if err != nil {
		return nil, nil, nil, errors.Join(err, db.Close())
	}
	store := &countingStore{Store: db.Grants(clientID)}
	return db, store, cred.Grants(store, auth.Exclusive(), auth.RefreshRate(0)), nil
}

// countingStore counts the writes that were made.
type countingStore struct {
	auth.Store
	writes atomic.Int64
}

func (c *countingStore) Swap(ctx context.Context, key, version string, next *auth.Record) error {
	err := c.Store.Swap(ctx, key, version, next)
	if err == nil {
		c.writes.Add(1)
	}
	return err
}

// grow fills the database up to size people.
func (m *million) grow(ctx context.Context, size int) error {
	db, _, grants, err := m.open()
	if err != nil {
		return err
	}
	defer db.Close()
	grown := m.people.len()
	added := make([]string, size-grown)
	sessions := make([]string, len(added))
	var g errgroup.Group
	g.SetLimit(256)
	for i := range added {
		g.Go(func() (err error) {
			added[i], err = m.signIn(ctx, db, grants, grown+i)
			if err == nil && i%usedShare == 0 {
				sessions[i], err = db.NewSession(ctx, clientID, added[i], "Firefox on Linux", time.Now().Add(30*24*time.Hour))
			}
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	m.people.add(added)
	m.sessions.add(slices.DeleteFunc(sessions, func(s string) bool { return s == "" }))
	return nil
}

// signIn keeps a person whose access token has run out.
func (m *million) signIn(ctx context.Context, db *vault.DB, grants *auth.Grants, i int) (string, error) {
	user, err := db.SignIn(ctx, clientID, fmt.Sprint("acc-", i), "", vault.Profile{Name: fmt.Sprint("Person ", i)})
	if err != nil {
		return "", err
	}
	return user, grants.Put(ctx, user, &auth.Token{
		AccessToken: fmt.Sprintf("BQ%0150d", i), TokenType: "Bearer", RefreshToken: fmt.Sprintf("AQ%0129d", i),
		Scope:     auth.Scopes(auth.ScopeUserReadCurrentlyPlaying),
		ExpiresAt: time.Now().Add(-time.Minute), AuthorizedAt: time.Now().Add(-time.Duration(i%180) * 24 * time.Hour),
	})
}

// refreshAll refreshes everybody who came in the last day, as fast as two cores can.
func (m *million) refreshAll(ctx context.Context, size int) ([]row, error) {
	db, store, grants, err := m.open()
	if err != nil {
		return nil, err
	}
	defer db.Close()
	due := size / usedShare
	for i := range due { // those that the figures above have refreshed are due again
		if err := grants.DropAccess(ctx, m.people.at(i*usedShare)); err != nil {
			return nil, err
		}
	}
	store.writes.Store(0)
	requests, began := m.upstream.refreshes.Load(), time.Now()
	written, err := diskWrites()
	if err != nil {
		return nil, err
	}
	var g errgroup.Group
	g.SetLimit(128)
	for i := range due {
		g.Go(func() error {
			_, err := grants.For(m.people.at(i * usedShare)).Token(ctx)
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	took := time.Since(began)
	after, err := diskWrites()
	if err != nil {
		return nil, err
	}
	return []row{{
		what:   fmt.Sprintf("%d due refreshes among %d grants", due, size),
		ratio:  fmt.Sprintf("%.0f a second", float64(due)/took.Seconds()),
		target: "≥ 300 a second",
		detail: fmt.Sprintf("%.2f durable writes and %.1f KiB to the disk each; %d requests",
			float64(store.writes.Load())/float64(due), float64(after-written)/1024/float64(due), m.upstream.refreshes.Load()-requests),
	}}, nil
}

// serve starts a server on the database and lets everybody of the last day come back.
func (m *million) serve(ctx context.Context, size int) ([]row, error) {
	var starts []float64
	for range 3 {
		began := time.Now()
		p, err := start(ctx, "tenuto", m.dir, m.upstream.url)
		if err != nil {
			return nil, err
		}
		starts = append(starts, time.Since(began).Seconds())
		p.stop()
	}
	p, err := start(ctx, "tenuto", m.dir, m.upstream.url)
	if err != nil {
		return nil, err
	}
	defer p.stop()
	atStart, err := p.memory()
	if err != nil {
		return nil, err
	}
	if err := comeBack(p.addr, &m.sessions); err != nil {
		return nil, err
	}
	used, err := p.memory()
	return []row{
		{what: fmt.Sprintf("start on %d grants, from exec to listening", size), target: "< 2 s",
			ratio: fmt.Sprintf("%.2f s", median(starts)), detail: fmt.Sprintf("slowest of three %.2f s", slices.Max(starts))},
		{what: fmt.Sprintf("memory (resident) after %d people have opened their page", m.sessions.len()), target: "< 200 MB",
			ratio: fmt.Sprintf("%d MB", used>>20), detail: fmt.Sprintf("%d MB after the start", atStart>>20)},
	}, err
}
