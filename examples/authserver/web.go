package main

import (
	"log"
	"net/http"
	"time"
)

// view is what the page shows.
type view struct{ UserID, Name, Playing, Problem string }

func (s *server) show(w http.ResponseWriter, status int, v view) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	if err := page.Execute(w, v); err != nil {
		log.Print(err)
	}
}

// attemptCookie names the cookie of a login attempt, so that two tabs can log in at once.
func attemptCookie(state string) string { return "login-" + state[:min(8, len(state))] }

// cookieName keeps other hosts and plain http from planting cookies: browsers enforce __Host-.
func (s *server) cookieName(name string) string {
	if s.home.Scheme == "https" {
		return "__Host-" + name
	}
	return name
}

func (s *server) cookie(r *http.Request, name string) string {
	if c, err := r.Cookie(s.cookieName(name)); err == nil {
		return c.Value
	}
	return ""
}

func (s *server) setCookie(w http.ResponseWriter, name, value string, life time.Duration) {
	http.SetCookie(w, &http.Cookie{
		Name: s.cookieName(name), Value: value, Path: "/", MaxAge: int(life.Seconds()),
		HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: s.home.Scheme == "https",
	})
}
