package emulator

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// authorization is what an app asks of a person: the parameters of GET /authorize.
type authorization struct {
	app         *App
	redirectURI string
	scopes      []string // sorted, each once
	state       string
	stated      bool // there was a state, be it empty
	challenge   string
	showDialog  bool
}

// readAuthorization checks the parameters. What is wrong is told to the person, not to the app:
// only a request that is right but for their will sends them back.
func (e *Emulator) readAuthorization(q url.Values) (a authorization, wrong string) {
	a = authorization{redirectURI: q.Get("redirect_uri"), state: q.Get("state"), stated: q.Has("state")}
	a.showDialog, _ = strconv.ParseBool(strings.ToLower(q.Get("show_dialog")))
	for _, name := range []string{"client_id", "response_type", "redirect_uri"} {
		if q.Get(name) == "" {
			return a, "Missing required parameter: " + name
		}
	}
	if a.app = e.st.app(q.Get("client_id")); a.app == nil {
		return a, "INVALID_CLIENT: Invalid client"
	}
	switch q.Get("response_type") {
	case "code":
	case "token":
		return a, "unsupported response_type: the implicit grant ended on 27 November 2025, use code with PKCE"
	default:
		return a, "response_type must be code"
	}
	if !a.app.registered(a.redirectURI) {
		return a, "redirect_uri: Not matching configuration"
	}
	if insecure(a.redirectURI) {
		return a, "INVALID_CLIENT: Insecure redirect URI"
	}
	if a.scopes, wrong = readScopes(q.Get("scope")); wrong != "" {
		return a, wrong
	}
	a.challenge, wrong = readChallenge(q)
	return a, wrong
}

func readScopes(text string) (scopes []string, wrong string) {
	for _, scope := range strings.Fields(text) {
		if scopeWords[scope] == "" {
			return nil, "Illegal scope"
		}
	}
	scopes = strings.Fields(text)
	slices.Sort(scopes)
	return slices.Compact(scopes), ""
}

func readChallenge(q url.Values) (challenge, wrong string) {
	challenge, method := q.Get("code_challenge"), q.Get("code_challenge_method")
	switch {
	case challenge == "" && method != "":
		return "", "Missing required parameter: code_challenge"
	case challenge != "" && method != "S256":
		return "", "code_challenge_method must be S256"
	}
	return challenge, ""
}

// answer is what goes back to the app: result and the state as it came.
func (a authorization) answer(name, value string) url.Values {
	result := url.Values{name: {value}}
	if a.stated && a.state != "" {
		result.Set("state", a.state)
	}
	return result
}

// agreed tells whether a person need not be asked, for they agreed to as much before.
func (e *Emulator) agreed(a authorization, person string) bool {
	c := e.st.Consents.get(consentKey(a.app.ClientID, person))
	if c == nil || e.consentOver(c.At) {
		return false
	}
	for _, scope := range a.scopes {
		if !slices.Contains(c.Scopes, scope) {
			return false
		}
	}
	return true
}

// serveAuthorize is /authorize: GET shows a page or redirects, POST is the form of the page.
func (e *Emulator) serveAuthorize(w http.ResponseWriter, x *exchange) {
	e.mu.Lock()
	defer e.mu.Unlock()
	a, wrong := e.readAuthorization(x.r.URL.Query())
	switch {
	case wrong != "":
		errorPage(w, http.StatusBadRequest, wrong)
	case x.r.Method == http.MethodGet || x.r.Method == http.MethodHead:
		e.askForConsent(w, x, a)
	case x.r.Method == http.MethodPost:
		e.takeDecision(w, x, a)
	default:
		w.Header().Set("Allow", "GET, POST")
		errorPage(w, http.StatusMethodNotAllowed, "Method not allowed")
	}
}

// askForConsent shows who is there what the app asks, unless it is settled.
func (e *Emulator) askForConsent(w http.ResponseWriter, x *exchange, a authorization) {
	visit := visitOf(x.r)
	if visit == nil && e.conf().AutoApprove != "" {
		e.sendCode(w, x, a, e.conf().AutoApprove)
		return
	}
	p := e.visitor(x)
	if p != nil && !a.showDialog && !visit.refusing() && e.agreed(a, p.Name) {
		e.sendCode(w, x, a, p.Name)
		return
	}
	e.consentPage(w, x, a, p)
}

// sendCode sends a browser back with a new code.
func (e *Emulator) sendCode(w http.ResponseWriter, x *exchange, a authorization, person string) {
	now := e.now()
	grant := e.st.agree(a.app.ClientID, person, a.scopes, a.challenge != "", now)
	code := e.st.newCode(grant, a.redirectURI, a.challenge, now)
	sendBack(w, x.r, a.redirectURI, a.answer("code", code))
}

// takeDecision does what the person pressed on the page.
func (e *Emulator) takeDecision(w http.ResponseWriter, x *exchange, a authorization) {
	person := e.personNamed(x.form.Get("person"))
	switch action := x.form.Get("action"); {
	case e.foreignForm(x):
		errorPage(w, http.StatusForbidden, "This form did not come from the page of this request. Go back, reload the page and press again.")
	case action == "switch":
		setVisitor(w, x.r, "")
		http.Redirect(w, x.r, x.r.URL.RequestURI(), http.StatusSeeOther)
	case person == nil:
		errorPage(w, http.StatusBadRequest, "Nobody here is called that.")
	case action == "choose":
		setVisitor(w, x.r, person.Name)
		http.Redirect(w, x.r, x.r.URL.RequestURI(), http.StatusSeeOther)
	case action == "agree":
		e.sendCode(w, x, a, person.Name)
	case action == "cancel":
		sendBack(w, x.r, a.redirectURI, a.answer("error", "access_denied"))
	default:
		errorPage(w, http.StatusBadRequest, "Press one of the buttons.")
	}
}
