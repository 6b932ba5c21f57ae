package emulator

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
)

// caller is whose token came with a request.
type caller struct {
	app    *App
	person *person // nil: an application token
	scopes map[string]bool
	token  string // its name in the ledger: "access 3 of alice"
}

// authenticate finds the token of a request to the Web API. Call it with mu held.
func (e *Emulator) authenticate(r *http.Request) (caller, *apiError) {
	header := r.Header.Get("Authorization")
	if header == "" {
		return caller{}, &apiError{Status: http.StatusUnauthorized, Message: "No token provided"}
	}
	value, ok := bearer(header)
	if !ok {
		return caller{}, &apiError{Status: http.StatusBadRequest, Message: "Only valid bearer authentication supported"}
	}
	token := e.st.Access.get(value)
	if token == nil {
		return caller{}, &apiError{Status: http.StatusUnauthorized, Message: "Invalid access token"}
	}
	if !e.now().Before(token.Expires) {
		return caller{}, &apiError{Status: http.StatusUnauthorized, Message: "The access token expired"}
	}
	c := caller{app: e.st.app(token.App), token: token.String(), scopes: map[string]bool{}}
	for _, scope := range token.Scopes {
		c.scopes[scope] = true
	}
	if token.Person != "" {
		c.person = e.personNamed(token.Person)
	}
	if c.app == nil || (token.Person != "" && c.person == nil) {
		return caller{}, &apiError{Status: http.StatusUnauthorized, Message: "Invalid access token"}
	}
	return c, nil
}

func bearer(header string) (token string, ok bool) {
	scheme, token, _ := strings.Cut(header, " ")
	token = strings.TrimSpace(token)
	return token, strings.EqualFold(scheme, "Bearer") && token != ""
}

// needed notes the scopes without which a request would not have worked, for Ledger.Scopes.
// Without a call the ledger takes those that the operation lists.
func (e *Emulator) needed(r *http.Request, scopes ...string) {
	if x, ok := r.Context().Value(exchangeKey{}).(*exchange); ok {
		e.entries.needs(x.entry, scopes)
	}
}

// enter writes a request into the ledger: who sent it, as far as can be told, and what for.
func (e *Emulator) enter(x *exchange) {
	entry := &Entry{At: e.now(), Operation: x.name, operation: x.operation}
	e.mu.Lock()
	e.identify(x, entry)
	entry.Query = e.st.maskValues(x.r.URL.Query())
	entry.Body = e.st.maskBody(x)
	e.mu.Unlock()
	x.entry = entry
	e.entries.add(entry)
}

// identify finds whose request it is, valid or not. Call it with mu held.
func (e *Emulator) identify(x *exchange, entry *Entry) {
	switch {
	case strings.HasSuffix(x.name, " /api/token"):
		entry.ClientID, _, _ = clientParameters(x)
		entry.Grant = x.form.Get("grant_type")
		if c := e.st.Codes.get(x.form.Get("code")); c != nil {
			entry.Person, entry.Token = c.Person, c.String()
		} else if t := e.st.Refresh.get(x.form.Get("refresh_token")); t != nil {
			entry.Person, entry.Token = t.Person, t.String()
		} else if x.form.Has("code") || x.form.Has("refresh_token") {
			entry.Token = "unknown"
		}
	case strings.HasSuffix(x.name, " /authorize"):
		entry.ClientID = x.r.URL.Query().Get("client_id")
		if p := e.visitor(x); p != nil {
			entry.Person = p.Name
		}
	default:
		value, ok := bearer(x.r.Header.Get("Authorization"))
		if !ok {
			return
		}
		entry.Token = "unknown"
		if t := e.st.Access.get(value); t != nil {
			entry.ClientID, entry.Person, entry.Token = t.App, t.Person, t.String()
		}
	}
}

// clientParameters are the client id and secret of a token request: from the Basic header, plain
// or percent-encoded, or from the form. secret is nil if there is none.
func clientParameters(x *exchange) (id string, secret []string, ok bool) {
	scheme, encoded, _ := strings.Cut(x.r.Header.Get("Authorization"), " ")
	if strings.EqualFold(scheme, "Basic") {
		pair, err := base64.StdEncoding.DecodeString(strings.TrimSpace(encoded))
		id, plain, found := strings.Cut(string(pair), ":")
		if err != nil || !found {
			return "", nil, false
		}
		secret = append(secret, plain)
		if decoded, err := url.QueryUnescape(plain); err == nil {
			secret = append(secret, decoded)
		}
		if decoded, err := url.QueryUnescape(id); err == nil {
			id = decoded
		}
		return id, secret, true
	}
	if s := x.form.Get("client_secret"); s != "" {
		secret = []string{s}
	}
	id = x.form.Get("client_id")
	return id, secret, id != ""
}
