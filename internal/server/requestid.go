package server

import (
	"crypto/rand"
	"net/http"
)

// headerRequestID names the request in answers, on problem pages and in the log. We make it: one that
// came from outside could be chosen to look like another's, or hold anything. A proxy that wants to
// log it finds it in our answer.
const headerRequestID = "Request-Id"

// nameRequest gives the request its id, in place of any that came with it.
func nameRequest(w http.ResponseWriter, r *http.Request) {
	id := []string{rand.Text()[:16]}
	r.Header[headerRequestID], w.Header()[headerRequestID] = id, id
}

// requestID is the id of a request that passed the guard, "" of any other.
func requestID(r *http.Request) string { return r.Header.Get(headerRequestID) }
