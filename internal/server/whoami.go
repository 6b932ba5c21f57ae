package server

import (
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"github.com/tenuto-dev/tenuto/auth"
)

// userJSON is a person as front ends see one.
type userJSON struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Image string `json:"image,omitempty"`
}

func userOf(v *visitor) userJSON {
	return userJSON{ID: v.UserID, Name: v.Profile.Name, Image: v.Profile.ImageURL}
}

// sessionJSON is the answer of GET /session.
type sessionJSON struct {
	User          userJSON   `json:"user"`
	Scopes        []string   `json:"scopes"`
	AuthorizedAt  *time.Time `json:"authorized_at,omitempty"`
	ReauthorizeBy *time.Time `json:"reauthorize_by,omitempty"`
	Reauthorize   bool       `json:"reauthorize"`               // the consent has ended: log in again
	Warning       warning    `json:"consent_warning,omitempty"` // month, week, day or ended
}

var signedOutJSON = []byte("{\"user\":null}\n")

// session tells a front end who is signed in. One indexed read; never a token.
func (s *Server) session(w http.ResponseWriter, r *http.Request) {
	v, err := s.visitor(w, r)
	if err != nil {
		s.storeFailed(w, r, err)
		return
	}
	if v == nil {
		writeJSON(w, http.StatusUnauthorized, signedOutJSON)
		return
	}
	c := s.consentOf(v)
	answer := sessionJSON{User: userOf(v), Scopes: scopeList(v.Scopes), Reauthorize: c.ended(), Warning: c.warning()}
	if !c.until.IsZero() {
		from, until := v.AuthorizedAt.UTC(), c.until.UTC()
		answer.AuthorizedAt, answer.ReauthorizeBy = &from, &until
	}
	body, err := json.Marshal(answer)
	if err != nil {
		s.storeFailed(w, r, err)
		return
	}
	writeJSON(w, http.StatusOK, append(body, '\n'))
}

var jsonType = []string{"application/json; charset=utf-8"}

func writeJSON(w http.ResponseWriter, status int, body []byte) {
	w.Header()["Content-Type"] = jsonType
	w.Header()["Content-Length"] = []string{strconv.Itoa(len(body))}
	w.WriteHeader(status)
	_, _ = w.Write(body)
}

func scopeList(scopes auth.ScopeSet) []string {
	list := make([]string, 0, scopes.Len())
	for scope := range scopes.All() {
		list = append(list, string(scope))
	}
	return list
}
