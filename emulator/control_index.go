package emulator

import "net/http"

// controlPage is what the index shows.
type controlPage struct {
	Origin, Accounts, API string
	Now                   string
	Apps                  []App
	People                []*person
	More                  int // people who are not shown
	Routes                []controlRoute
}

type controlRoute struct{ Method, Path, Words string }

// controlWords describe the routes on the index page, in the order of use.
var controlWords = []controlRoute{
	{"GET", "/people", "Who has an account"},
	{"POST", "/people", "Admit somebody: name, account_id, free, country, saved_tracks, playlists, silent, library, lists, playing"},
	{"GET", "/apps", "The apps, with their secrets"},
	{"POST", "/apps", "Register an app: client_id, client_secret, redirect_uris, extended, owner, owner_free, allowlist"},
	{"POST", "/approve", "Open a login url as person and agree; answers redirect_url"},
	{"POST", "/refuse", "The same with Cancel"},
	{"POST", "/revoke", "Take away what person granted, to all apps or to client_id"},
	{"POST", "/play", "Have person listen to uri; an empty one stops"},
	{"GET", "/clock", "What time it is here"},
	{"POST", "/clock", "Turn the clock: advance (\"1h30m\" or seconds), years, months, days"},
	{"POST", "/faults", "Plan a fault: operation, person, after, times, status, retry_after, quota, oauth_error, message, body, delay, reset"},
	{"GET", "/faults", "The faults still to come"},
	{"DELETE", "/faults/{id}", "Take one back; without id all of them"},
	{"GET", "/ledger", "All that reached the emulator: operation, person, grant, since; format=text for a table"},
	{"DELETE", "/ledger", "Begin a new ledger"},
	{"GET", "/snapshot", "The whole state"},
	{"PUT", "/snapshot", "Return to it"},
	{"PUT", "/scenario", "Begin anew with what a scenario file says"},
	{"GET", "/settings", "How the emulator behaves"},
	{"POST", "/settings", "Change it: refresh_tokens, narrow_on_refresh, token_lifetime, consent_months, quirks, auto_approve, rate_limit, quota"},
	{"GET", "/quirks", "The oddities of the real service that can be had"},
}

func (e *Emulator) controlIndex(w http.ResponseWriter, r *http.Request) {
	origin := e.origin(r)
	e.mu.Lock()
	page := controlPage{
		Origin: origin, Accounts: origin, API: origin + "/v1",
		Now:    e.now().UTC().Format("2 January 2006, 15:04:05 UTC"),
		People: append([]*person(nil), e.st.People...), Routes: controlWords,
	}
	for _, a := range e.st.Apps {
		page.Apps = append(page.Apps, a.clone())
	}
	e.mu.Unlock()
	if more := len(page.People) - mostPeople; more > 0 {
		page.People, page.More = page.People[:mostPeople], more
	}
	writePage(w, http.StatusOK, "index.html", page)
}
