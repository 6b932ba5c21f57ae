package emulator

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"
)

// oauthError is an error answer of the token endpoint. Unlike those of the Web API it is flat.
type oauthError struct {
	Code        string `json:"error"`
	Description string `json:"error_description,omitempty"`
}

// tokenAnswer has its fields in Spotify's order.
type tokenAnswer struct {
	AccessToken  string  `json:"access_token"`
	TokenType    string  `json:"token_type"`
	ExpiresIn    int     `json:"expires_in"`
	RefreshToken *string `json:"refresh_token,omitempty"`
	Scope        *string `json:"scope,omitempty"`
}

var (
	invalidClient  = &oauthError{"invalid_client", "Invalid client"}
	invalidCode    = &oauthError{"invalid_grant", "Invalid authorization code"}
	invalidRefresh = &oauthError{"invalid_grant", "Invalid refresh token"}
	revokedRefresh = &oauthError{"invalid_grant", "Refresh token revoked"}
)

// serveToken is POST /api/token.
func (e *Emulator) serveToken(w http.ResponseWriter, x *exchange) {
	if !allowCrossOrigin(w, x.r) {
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Pragma", "no-cache")
	if x.r.Method != http.MethodPost {
		w.Header().Set("Allow", "POST, OPTIONS")
		http.Error(w, "Method not allowed", http.StatusMethodNotAllowed)
		return
	}
	e.mu.Lock()
	answer, refused := e.grantToken(x)
	e.mu.Unlock()
	if refused != nil {
		writeJSON(w, http.StatusBadRequest, refused)
		return
	}
	writeJSON(w, http.StatusOK, answer)
}

func writeJSON(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // whoever hung up hears nothing
}

func (e *Emulator) grantToken(x *exchange) (*tokenAnswer, *oauthError) {
	grants := map[string]func(*exchange, *App, bool) (*tokenAnswer, *oauthError){
		"authorization_code": e.grantCode,
		"refresh_token":      e.grantRefresh,
		"client_credentials": e.grantClient,
	}
	kind := x.form.Get("grant_type")
	if kind == "" {
		return nil, &oauthError{"unsupported_grant_type", "grant_type parameter is missing"}
	}
	grant, ok := grants[kind]
	if !ok {
		return nil, &oauthError{"unsupported_grant_type", "grant_type must be client_credentials, authorization_code or refresh_token"}
	}
	app, public, refused := e.client(x)
	if refused != nil {
		return nil, refused
	}
	return grant(x, app, public)
}

// client authenticates the app. public means that it gave no secret.
func (e *Emulator) client(x *exchange) (app *App, public bool, refused *oauthError) {
	id, secrets, ok := clientParameters(x)
	if !ok {
		return nil, false, invalidClient
	}
	if app = e.st.app(id); app == nil {
		return nil, false, &oauthError{"invalid_client", "Failed to get client"}
	}
	if secrets != nil && !slices.Contains(secrets, app.ClientSecret) {
		return nil, false, &oauthError{"invalid_client", "Invalid client secret"}
	}
	return app, secrets == nil, nil
}

// grantCode exchanges a code. Only success spends it.
func (e *Emulator) grantCode(x *exchange, app *App, public bool) (*tokenAnswer, *oauthError) {
	value, redirectURI := x.form.Get("code"), x.form.Get("redirect_uri")
	if value == "" {
		return nil, &oauthError{"invalid_request", "code must be supplied"}
	}
	if redirectURI == "" {
		return nil, &oauthError{"invalid_request", "redirect_uri must be supplied"}
	}
	c := e.st.Codes.get(value)
	if c == nil {
		return nil, invalidCode
	}
	g := e.st.Grants.get(c.Grant)
	switch {
	case c.Spent || g == nil || g.App != app.ClientID || g.Revoked:
		return nil, invalidCode
	case !e.now().Before(c.Expires):
		return nil, &oauthError{"invalid_grant", "Authorization code expired"}
	case redirectURI != c.RedirectURI:
		return nil, &oauthError{"invalid_grant", "Invalid redirect URI"}
	case public && c.Challenge == "":
		return nil, invalidClient
	}
	if refused := checkVerifier(c.Challenge, x.form.Get("code_verifier")); refused != nil {
		return nil, refused
	}
	spent := *c
	spent.Spent = true
	e.st.Codes.put(value, &spent)
	answer := e.userToken(g, c.Grant, g.Scopes)
	refresh := e.st.newRefresh(c.Grant)
	answer.RefreshToken = &refresh
	return answer, nil
}

var verifierPattern = regexp.MustCompile(`^[A-Za-z0-9._~-]{43,128}$`)

// checkVerifier is RFC 7636, 4.6. A verifier for a code without a challenge is refused too
// (RFC 9700, 2.1.1): somebody may have taken the challenge away.
func checkVerifier(challenge, verifier string) *oauthError {
	sum := sha256.Sum256([]byte(verifier))
	switch {
	case challenge == "" && verifier == "":
		return nil
	case verifier == "":
		return &oauthError{"invalid_request", "code_verifier required"}
	case !verifierPattern.MatchString(verifier):
		return &oauthError{"invalid_grant", "code_verifier was invalid"}
	case base64.RawURLEncoding.EncodeToString(sum[:]) != challenge:
		return &oauthError{"invalid_grant", "code_verifier was incorrect"}
	}
	return nil
}

func (e *Emulator) grantRefresh(x *exchange, app *App, public bool) (*tokenAnswer, *oauthError) {
	value := x.form.Get("refresh_token")
	if value == "" {
		return nil, &oauthError{"invalid_request", "refresh_token must be supplied"}
	}
	t := e.st.Refresh.get(value)
	if t == nil {
		return nil, invalidRefresh
	}
	g := e.st.Grants.get(t.Grant)
	switch {
	case g == nil || g.App != app.ClientID:
		return nil, invalidRefresh
	case public && !g.PKCE:
		return nil, invalidClient
	case g.Revoked:
		return nil, revokedRefresh
	case e.consentOver(g.At):
		return nil, &oauthError{"invalid_grant", "Refresh token expired"}
	}
	if refused := e.checkReplaced(t, g); refused != nil {
		return nil, refused
	}
	scopes := g.Scopes
	if all := e.st.Consents.get(consentKey(g.App, g.Person)); all != nil && !e.conf().NarrowOnRefresh {
		scopes = all.Scopes
	}
	answer := e.userToken(g, t.Grant, scopes)
	answer.RefreshToken = e.rotate(value, t)
	return answer, nil
}

// checkReplaced judges a refresh token that a newer one has replaced.
func (e *Emulator) checkReplaced(t *refreshToken, g *grant) *oauthError {
	if t.Replaced.IsZero() {
		return nil
	}
	if e.conf().Refresh == RotatedGrace && e.now().Before(t.Replaced.Add(graceOfOld)) {
		return nil
	}
	if e.conf().Refresh == RotatedFamily {
		e.st.endGrant(t.Grant, g)
	}
	return revokedRefresh
}

// rotate is what a refresh answers beside the access token; nil is nothing.
func (e *Emulator) rotate(value string, t *refreshToken) *string {
	answer := ""
	switch e.conf().Refresh {
	case NoneReturned:
		return nil
	case SameReturned:
		answer = value
	case EmptyReturned:
	default:
		if t.Replaced.IsZero() {
			replaced := *t
			replaced.Replaced = e.now()
			e.st.Refresh.put(value, &replaced)
		}
		answer = e.st.newRefresh(t.Grant)
	}
	return &answer
}

func (e *Emulator) grantClient(x *exchange, app *App, public bool) (*tokenAnswer, *oauthError) {
	if public {
		return nil, invalidClient
	}
	return e.accessToken(app.ClientID, "", "", nil), nil
}

// userToken is an access token for a person. Spotify names its scopes even if there are none.
func (e *Emulator) userToken(g *grant, grantID string, scopes []string) *tokenAnswer {
	answer := e.accessToken(g.App, grantID, g.Person, scopes)
	if e.conf().quirks.noScopeInAnswer {
		return answer
	}
	text := strings.Join(scopes, " ")
	answer.Scope = &text
	return answer
}

func (e *Emulator) accessToken(app, grantID, person string, scopes []string) *tokenAnswer {
	now, lifetime := e.now(), e.conf().TokenLifetime
	if lifetime == 0 {
		lifetime = time.Hour
	}
	return &tokenAnswer{
		AccessToken: e.st.newAccess(app, grantID, person, scopes, now.Add(lifetime), now),
		TokenType:   "Bearer",
		ExpiresIn:   int(lifetime / time.Second),
	}
}

// consentOver tells whether what was agreed to at t has to be agreed to again.
func (e *Emulator) consentOver(t time.Time) bool {
	switch months := e.conf().ConsentLifetime; months {
	case -1:
		return false
	case 0:
		return !e.now().Before(addMonths(t, 6))
	default:
		return !e.now().Before(addMonths(t, months))
	}
}
