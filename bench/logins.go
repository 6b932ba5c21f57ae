package main

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
)

// loginsFigure begins a million logins that nobody finishes: memory stays flat.
func loginsFigure(ctx context.Context, s settings) ([]row, error) {
	total := 1_000_000
	if s.quick {
		total = 20_000
	}
	dir, err := os.MkdirTemp("", "tenuto-bench")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	const base = "http://127.0.0.1:5000"
	srv, err := newServer(place{dir: dir}, "http://127.0.0.1:1", base)
	if err != nil {
		return nil, err
	}
	begin := func(n int) error {
		for i := range n {
			r := httptest.NewRequestWithContext(ctx, "GET", base+"/login", nil)
			r.RemoteAddr = fmt.Sprintf("10.%d.%d.%d:1234", i>>16&255, i>>8&255, i&255) // ten thousands of addresses
			w := httptest.NewRecorder()
			srv.Handler().ServeHTTP(w, r)
			if w.Code != http.StatusSeeOther {
				return fmt.Errorf("login %d: %d %s", i, w.Code, w.Body)
			}
		}
		return nil
	}
	if err := begin(total / 100); err != nil { // whatever is made once
		return nil, err
	}
	before := liveHeap()
	if err := begin(total); err != nil {
		return nil, err
	}
	grown := int64(liveHeap()) - int64(before)
	return []row{{what: fmt.Sprintf("memory after %d logins begun and never finished", total),
		ratio: fmt.Sprintf("%+d KiB", grown/1024), target: "flat", detail: fmt.Sprintf("%d KiB before", before/1024)}}, nil
}
