package emulator

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/url"
)

// The cookies of the accounts service: which browser this is, and who is signed in in it.
const (
	browserCookie = "tenuto-emulator-browser"
	personCookie  = "tenuto-emulator-person"
)

// visit is a browser that Approve or Refuse plays.
type visit struct {
	person string
	refuse bool
}

type visitKey struct{}

func (v *visit) refusing() bool { return v != nil && v.refuse }

func (v *visit) context() context.Context {
	return context.WithValue(context.Background(), visitKey{}, v)
}

// visitOf is the visit a request is part of; nil if a real browser sent it.
func visitOf(r *http.Request) *visit {
	v, _ := r.Context().Value(visitKey{}).(*visit)
	return v
}

// visitor is who is signed in in the browser; nil if nobody is.
func (e *Emulator) visitor(x *exchange) *person {
	if v := visitOf(x.r); v != nil {
		return e.personNamed(v.person)
	}
	if x.r.Method == http.MethodPost {
		if p := e.personNamed(x.form.Get("person")); p != nil {
			return p
		}
	}
	c, err := x.r.Cookie(personCookie)
	if err != nil {
		return nil
	}
	name, err := url.QueryUnescape(c.Value)
	if err != nil {
		return nil
	}
	return e.personNamed(name)
}

// setVisitor signs a person in, or out with name empty.
func setVisitor(w http.ResponseWriter, r *http.Request, name string) {
	c := emulatorCookie(r, personCookie, url.QueryEscape(name))
	c.MaxAge = 365 * 24 * 60 * 60
	if name == "" {
		c.MaxAge = -1
	}
	http.SetCookie(w, c)
}

func emulatorCookie(r *http.Request, name, value string) *http.Cookie {
	return &http.Cookie{
		Name: name, Value: value, Path: "/", HttpOnly: true,
		Secure: r.TLS != nil, SameSite: http.SameSiteLaxMode,
	}
}

// browser is the name of the browser that asks. It is given one if it has none.
func browser(w http.ResponseWriter, r *http.Request) string {
	if c, err := r.Cookie(browserCookie); err == nil && c.Value != "" {
		return c.Value
	}
	id := rand.Text()
	http.SetCookie(w, emulatorCookie(r, browserCookie, id))
	return id
}

// proof binds a form to the browser and to the request whose page it stands on: no other site
// can make somebody agree, or agree to something else than was shown.
func (e *Emulator) proof(browser, query string) string {
	mac := hmac.New(sha256.New, e.key)
	mac.Write([]byte(browser + "\x00" + query))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// foreignForm tells whether a form is not the one that was shown in this browser.
func (e *Emulator) foreignForm(x *exchange) bool {
	c, err := x.r.Cookie(browserCookie)
	if err != nil || http.NewCrossOriginProtection().Check(x.r) != nil {
		return true
	}
	return !hmac.Equal([]byte(e.proof(c.Value, x.r.URL.RawQuery)), []byte(x.form.Get("proof")))
}
