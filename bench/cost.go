package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

// cost is what a session read, a refresh and a login cost, spread over everybody, in a process that has
// just opened the database. The limit for the first is the driver's own read of the same rows.
func (m *million) cost(ctx context.Context) (string, error) {
	db, _, grants, err := m.open()
	if err != nil {
		return "", err
	}
	defer db.Close()
	runtime.GC()
	read, done, err := bareReads(m.dir)
	if err != nil {
		return "", err
	}
	defer done()
	step := func(i int) string { return m.people.at((i*7919 + 1) % m.people.len()) }
	operations := []struct {
		name  string
		times int
		run   func(i int) error
	}{
		{"bare read", 20_000, func(i int) error { return read(i * 7919) }},
		{"session", 20_000, func(i int) error {
			_, err := db.Session(ctx, clientID, m.sessions.at((i*7919)%m.sessions.len()), time.Now())
			return err
		}},
		{"refresh", 3000, func(i int) error {
			user := step(i)
			if err := grants.DropAccess(ctx, user); err != nil {
				return err
			}
			_, err := grants.For(user).Token(ctx)
			return err
		}},
		{"login", 3000, func(i int) error {
			user, err := m.signIn(ctx, db, grants, (i*7919+1)%m.people.len())
			if err == nil {
				_, err = db.NewSession(ctx, clientID, user, "Firefox on Linux", time.Now().Add(time.Hour))
			}
			return err
		}},
	}
	var parts []string
	for n, op := range operations {
		var before time.Duration
		warm := op.times / 10
		for i := range warm + op.times {
			if i == warm {
				before = cpuNow()
			}
			if err := op.run(i); err != nil {
				return "", fmt.Errorf("%s: %w", op.name, err)
			}
		}
		us := float64((cpuNow() - before).Microseconds()) / float64(op.times)
		if len(m.first) <= n {
			m.first = append(m.first, us)
		}
		parts = append(parts, fmt.Sprintf("%s %.0f µs (%.2f ×)", op.name, us, us/m.first[n]))
	}
	return strings.Join(parts, ", "), nil
}

// bareReads reads sessions with whom they belong to, each by its key, with the driver and a prepared statement and
// nothing else: what a session costs at least in a database of this size.
func bareReads(dir string) (read func(i int) error, done func(), err error) {
	db, err := sql.Open("sqlite", "file:"+filepath.Join(dir, "tenuto.db")+"?mode=ro")
	if err != nil {
		return nil, nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, db.Close())
		}
	}()
	db.SetMaxOpenConns(1)
	keys, err := sessionKeys(db)
	if err != nil {
		return nil, nil, err
	}
	query, err := db.Prepare(`SELECT s.device, s.expires, p.profile, p.dead
FROM sessions s JOIN people p ON p.app = s.app AND p.user_id = s.user_id WHERE s.id = ?`)
	if err != nil {
		return nil, nil, err
	}
	return func(i int) error {
		var device, profile []byte
		var expires int64
		var dead string
		return query.QueryRow([]byte(keys.at(i%keys.len()))).Scan(&device, &expires, &profile, &dead)
	}, func() { db.Close() }, nil
}

// sessionKeys are the keys of all rows of sessions, in an order that is not theirs.
func sessionKeys(db *sql.DB) (*ids, error) {
	rows, err := db.Query(`SELECT id FROM sessions ORDER BY handle`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all ids
	for rows.Next() {
		var id []byte
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		all.add([]string{string(id)})
	}
	return &all, rows.Err()
}
