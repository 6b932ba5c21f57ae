package main

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"

	"github.com/jackc/pgx/v5/pgxpool"
	_ "modernc.org/sqlite"
)

// sessionFigure is GET /session against a handler that does one indexed read on the same store.
func sessionFigure(ctx context.Context, s settings) ([]row, error) {
	stores, done, err := stores(ctx)
	if err != nil {
		return nil, err
	}
	defer done()
	var rows []row
	for _, store := range stores {
		r, err := sessionOn(ctx, s, store)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", store.name, err)
		}
		rows = append(rows, r)
	}
	return rows, nil
}

func sessionOn(ctx context.Context, s settings, store store) (row, error) {
	up, err := startUpstream(playing(false), 0)
	if err != nil {
		return row{}, err
	}
	defer up.close()
	ours, err := start(ctx, "tenuto", store.server(up.url)...)
	if err != nil {
		return row{}, err
	}
	defer ours.stop()
	browser, err := signIn(ours.addr)
	if err != nil {
		return row{}, err
	}
	answer, err := fetch(browser, ours.addr+"/session")
	if err != nil {
		return row{}, err
	}
	theirs, err := start(ctx, "read", store.source(), strconv.Itoa(len(answer)))
	if err != nil {
		return row{}, err
	}
	defer theirs.stop()
	// The same cookie for both: the peer hashes it and reads one row by primary key.
	at, err := url.Parse(theirs.addr)
	if err != nil {
		return row{}, err
	}
	from, err := url.Parse(ours.addr)
	if err != nil {
		return row{}, err
	}
	browser.Jar.SetCookies(at, browser.Jar.Cookies(from))

	n := 10_000
	if s.quick {
		n /= 10
	}
	a, b, err := compare(s.rounds, n, side{ours, browser, ours.addr + "/session"}, side{theirs, browser, theirs.addr + "/"})
	if err != nil {
		return row{}, err
	}
	_, text := ratio(a, b)
	return row{what: "GET /session, CPU against one indexed read on " + store.name, ratio: text, target: "≤ 1.6 ×",
		detail: fmt.Sprintf("%.0f µs and %.0f µs, %d bytes", median(a), median(b), len(answer))}, nil
}

var sink atomic.Int64

// readHandler answers with size bytes after one read by primary key on the same database.
func readHandler(source string, size int) (http.Handler, error) {
	read, err := readOn(source)
	if err != nil {
		return nil, err
	}
	filler := []byte(`{"` + strings.Repeat("x", size-6) + `":1}`)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id, err := r.Cookie("tenuto")
		if err != nil {
			http.Error(w, err.Error(), http.StatusUnauthorized)
			return
		}
		hash := sha256.Sum256([]byte(id.Value))
		sink.Store(int64(hash[0])) // hashed as it would have to be; how ours is stored is not the peer's affair
		if err := read(r.Context()); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Cache-Control", "no-store")
		w.Write(filler)
	}), nil
}

// readOn reads the only session there is, ours, by its key, with the driver that our server uses.
func readOn(source string) (read func(context.Context) error, err error) {
	var row []byte
	if strings.HasPrefix(source, "postgres:") {
		pool, err := pgxpool.New(context.Background(), source)
		if err != nil {
			return nil, err
		}
		err = pool.QueryRow(context.Background(), `SELECT id FROM sessions`).Scan(&row)
		return func(ctx context.Context) error {
			var user string
			return pool.QueryRow(ctx, `SELECT user_id FROM sessions WHERE id = $1`, row).Scan(&user)
		}, err
	}
	db, err := sql.Open("sqlite", "file:"+source+"?mode=ro")
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(8)
	db.SetMaxIdleConns(8)
	if err := db.QueryRow(`SELECT id FROM sessions`).Scan(&row); err != nil {
		return nil, err
	}
	byID, err := db.Prepare(`SELECT user_id FROM sessions WHERE id = ?`)
	return func(ctx context.Context) error {
		var user string
		return byID.QueryRowContext(ctx, row).Scan(&user)
	}, err
}
