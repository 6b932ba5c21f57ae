package main

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"

	_ "modernc.org/sqlite"
)

// sessionFigure is GET /session against a handler that does one indexed read on the same store.
func sessionFigure(ctx context.Context, s settings) ([]row, error) {
	up, err := startUpstream(playing(false), 0)
	if err != nil {
		return nil, err
	}
	defer up.close()
	dir, err := os.MkdirTemp("", "tenuto-bench")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	ours, err := start(ctx, "tenuto", dir, up.url)
	if err != nil {
		return nil, err
	}
	defer ours.stop()
	browser, err := signIn(ours.addr)
	if err != nil {
		return nil, err
	}
	answer, err := fetch(browser, ours.addr+"/session")
	if err != nil {
		return nil, err
	}
	theirs, err := start(ctx, "read", filepath.Join(dir, "tenuto.db"), strconv.Itoa(len(answer)))
	if err != nil {
		return nil, err
	}
	defer theirs.stop()
	// The same cookie for both: the peer hashes it and reads one row by primary key.
	at, err := url.Parse(theirs.addr)
	if err != nil {
		return nil, err
	}
	from, err := url.Parse(ours.addr)
	if err != nil {
		return nil, err
	}
	browser.Jar.SetCookies(at, browser.Jar.Cookies(from))

	n := 10_000
	if s.quick {
		n /= 10
	}
	a, b, err := compare(s.rounds, n, side{ours, browser, ours.addr + "/session"}, side{theirs, browser, theirs.addr + "/"})
	if err != nil {
		return nil, err
	}
	_, text := ratio(a, b)
	return []row{{what: "GET /session, CPU against one indexed read", ratio: text, target: "≤ 1.6 ×",
		detail: fmt.Sprintf("%.0f µs and %.0f µs, %d bytes", median(a), median(b), len(answer))}}, nil
}

var sink atomic.Int64

// readHandler answers with size bytes after one read by primary key on the same database.
func readHandler(path string, size int) (http.Handler, error) {
	db, err := sql.Open("sqlite", "file:"+path+"?mode=ro")
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(8)
	db.SetMaxIdleConns(8)
	var row []byte // there is one session: ours
	if err := db.QueryRow(`SELECT id FROM sessions`).Scan(&row); err != nil {
		return nil, err
	}
	read, err := db.Prepare(`SELECT user_id FROM sessions WHERE id = ?`)
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
		var user string
		if err := read.QueryRowContext(r.Context(), row).Scan(&user); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Cache-Control", "no-store")
		w.Write(filler)
	}), nil
}
