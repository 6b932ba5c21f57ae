package auth

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/url"
)

// AuthorizationOption refines a trip to /authorize. The set is closed.
type AuthorizationOption interface{ authorization(*trip) }

// trip is one visit to /authorize.
type trip struct {
	redirectURI        string
	showDialog, public bool
}

type authorizationFunc func(*trip)

func (f authorizationFunc) authorization(t *trip) { f(t) }

var (
	ShowDialog AuthorizationOption = authorizationFunc(func(t *trip) { t.showDialog = true }) // ask again even where the person has consented before
	WithPKCE   AuthorizationOption = authorizationFunc(func(t *trip) { t.public = true })     // only for UserAuth: act as a public client though there is a secret
)

// RedirectTo uses another registered redirect URI for this trip; one that Spotify would refuse
// panics. A UserAuth remembers it; RequestUserToken and RequestPKCEToken know only Config's.
func RedirectTo(uri string) AuthorizationOption {
	if err := checkRedirect(uri); err != nil {
		panic(err)
	}
	return authorizationFunc(func(t *trip) { t.redirectURI = uri })
}

// AuthorizationURL is where a person logs in. state comes from GenerateState; the callback
// must bring it back. Panics without a state, and without a redirect URI (ask Config.Missing
// at the start): that login could not be finished.
// https://developer.spotify.com/documentation/web-api/tutorials/code-flow
func (c *Credentials) AuthorizationURL(scopes ScopeSet, state string, opts ...AuthorizationOption) string {
	return c.authorizationURL(c.trip(opts), scopes, state, "")
}

// PKCEAuthorizationURL is AuthorizationURL with a challenge. Keep the verifier secret until
// RequestPKCEToken, and use it once. RFC 7636; the method is always S256.
func (c *Credentials) PKCEAuthorizationURL(scopes ScopeSet, state string, opts ...AuthorizationOption) (url, verifier string) {
	verifier = newVerifier()
	return c.authorizationURL(c.trip(opts), scopes, state, verifier), verifier
}

func (c *Credentials) trip(opts []AuthorizationOption) trip {
	t := trip{redirectURI: c.conf.RedirectURI}
	for _, o := range opts {
		o.authorization(&t)
	}
	return t
}

func (c *Credentials) authorizationURL(t trip, scopes ScopeSet, state, verifier string) string {
	if t.redirectURI == "" {
		panic(c.conf.missing("a login", keyRedirect))
	}
	if state == "" {
		panic(fmt.Errorf("%w: a login needs a state: see GenerateState", ErrState))
	}
	q := url.Values{
		"client_id":     {c.conf.ClientID},
		"response_type": {"code"},
		"redirect_uri":  {t.redirectURI},
		"state":         {state},
	}
	if scopes.Len() > 0 {
		q.Set("scope", scopes.String())
	}
	if t.showDialog {
		q.Set("show_dialog", "true")
	}
	if verifier != "" {
		q.Set("code_challenge_method", "S256")
		q.Set("code_challenge", challenge(verifier))
	}
	return c.conf.accountsURL() + "/authorize?" + q.Encode()
}

// GenerateState returns 256 random bits, base64url.
func GenerateState() string {
	var bits [32]byte
	_, _ = rand.Read(bits[:]) // never fails: crypto/rand ends the program instead
	return base64.RawURLEncoding.EncodeToString(bits[:])
}

// newVerifier is 256 random bits in 43 unreserved characters: RFC 7636 section 4.1.
func newVerifier() string { return GenerateState() }

// challenge is RFC 7636 section 4.2, S256, without padding.
func challenge(verifier string) string {
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}
