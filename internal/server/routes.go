package server

import (
	"net/http"
	"slices"
	"strings"
)

// ours are the paths with a meaning of their own.
var ours = []string{"/", "/login", "/logout", "/account", "/session", "/events", "/favicon.svg", "/robots.txt"}

func isOurs(path string) bool {
	return slices.Contains(ours, path) || strings.HasPrefix(path, "/account/")
}

func (s *Server) routes() *http.ServeMux {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", s.home)
	mux.HandleFunc("GET /login", s.login)
	mux.HandleFunc("GET "+s.callbackPath, s.callback)
	mux.HandleFunc("GET /logout", s.logoutPage)
	mux.HandleFunc("POST /logout", s.logout)
	mux.HandleFunc("GET /account", s.account)
	mux.HandleFunc("POST /account/end", s.endSession)
	mux.HandleFunc("POST /account/end-all", s.endAllSessions)
	mux.HandleFunc("POST /account/disconnect", s.disconnect)
	mux.HandleFunc("POST /account/download", s.download)
	mux.HandleFunc("GET /session", s.session)
	mux.HandleFunc("GET /events", s.events)
	mux.HandleFunc("GET /favicon.svg", s.favicon)
	mux.HandleFunc("GET /robots.txt", s.robots)
	return mux
}
