package emulator

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"
)

// controlApp is an App in JSON.
type controlApp struct {
	ClientID     string   `json:"client_id"`
	ClientSecret string   `json:"client_secret"`
	RedirectURIs []string `json:"redirect_uris"`
	Extended     bool     `json:"extended"`
	Owner        string   `json:"owner,omitempty"`
	OwnerFree    bool     `json:"owner_free"`
	Allowlist    []string `json:"allowlist,omitempty"`
}

// controlPerson is a Person in JSON.
type controlPerson struct {
	Name        string `json:"name"`
	AccountID   string `json:"account_id"`
	Free        bool   `json:"free"`
	Country     string `json:"country"`
	SavedTracks int    `json:"saved_tracks"`
	Playlists   int    `json:"playlists"`
	Silent      bool   `json:"silent"`

	Library []string          `json:"library,omitempty"`
	Lists   []controlPlaylist `json:"lists,omitempty"`
	Playing string            `json:"playing,omitempty"`
}

// controlPlaylist is a Playlist in JSON.
type controlPlaylist struct {
	ID            string   `json:"id,omitempty"`
	Name          string   `json:"name"`
	Description   string   `json:"description,omitempty"`
	Private       bool     `json:"private,omitempty"`
	Collaborative bool     `json:"collaborative,omitempty"`
	Items         []string `json:"items,omitempty"`
}

func (p controlPerson) person() Person {
	person := Person{
		Name: p.Name, AccountID: p.AccountID, Free: p.Free, Country: p.Country, SavedTracks: p.SavedTracks,
		Playlists: p.Playlists, Silent: p.Silent, Library: p.Library, Playing: p.Playing,
	}
	for _, list := range p.Lists {
		person.Lists = append(person.Lists, Playlist(list))
	}
	return person
}

func controlPersonOf(p Person) controlPerson {
	shown := controlPerson{
		Name: p.Name, AccountID: p.AccountID, Free: p.Free, Country: p.Country, SavedTracks: p.SavedTracks,
		Playlists: p.Playlists, Silent: p.Silent, Library: p.Library, Playing: p.Playing,
	}
	for _, list := range p.Lists {
		shown.Lists = append(shown.Lists, controlPlaylist(list))
	}
	return shown
}

func (e *Emulator) controlApps(*http.Request) (any, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	list := make([]controlApp, len(e.st.Apps))
	for i, a := range e.st.Apps {
		list[i] = controlApp(a.clone())
	}
	return list, nil
}

func (e *Emulator) controlAddApp(r *http.Request) (any, error) {
	var a controlApp
	if err := readControl(r, &a); err != nil {
		return nil, err
	}
	added, err := e.register(App(a))
	return controlApp(added), err
}

func (e *Emulator) controlPeople(*http.Request) (any, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	list := make([]controlPerson, len(e.st.People))
	for i, p := range e.st.People {
		list[i] = controlPersonOf(p.Person)
	}
	return list, nil
}

func (e *Emulator) controlAddPerson(r *http.Request) (any, error) {
	var p controlPerson
	if err := readControl(r, &p); err != nil {
		return nil, err
	}
	added, err := e.admit(p.person())
	return controlPersonOf(added), err
}

func (e *Emulator) controlApprove(r *http.Request) (any, error) { return e.controlDecide(r, false) }
func (e *Emulator) controlRefuse(r *http.Request) (any, error)  { return e.controlDecide(r, true) }

func (e *Emulator) controlDecide(r *http.Request, refuse bool) (any, error) {
	var body struct {
		URL    string `json:"url"`
		Person string `json:"person"`
	}
	if err := readControl(r, &body); err != nil {
		return nil, err
	}
	back, err := e.decide(body.URL, &visit{person: body.Person, refuse: refuse})
	if err != nil {
		return nil, err
	}
	return struct {
		RedirectURL string     `json:"redirect_url"`
		Query       url.Values `json:"query"`
	}{back.String(), back.Query()}, nil
}

func (e *Emulator) controlRevoke(r *http.Request) (any, error) {
	var body struct {
		Person   string `json:"person"`
		ClientID string `json:"client_id"`
	}
	if err := readControl(r, &body); err != nil {
		return nil, err
	}
	return nil, e.revoke(body.Person, body.ClientID)
}

func (e *Emulator) controlPlay(r *http.Request) (any, error) {
	var body struct {
		Person string `json:"person"`
		URI    string `json:"uri"`
	}
	if err := readControl(r, &body); err != nil {
		return nil, err
	}
	return nil, e.play(body.Person, body.URI)
}

func (e *Emulator) controlClock(*http.Request) (any, error) {
	return map[string]time.Time{"now": e.Now()}, nil
}

func (e *Emulator) controlAdvance(r *http.Request) (any, error) {
	var body struct {
		Advance span `json:"advance"`
		Years   int  `json:"years"`
		Months  int  `json:"months"`
		Days    int  `json:"days"`
	}
	if err := readControl(r, &body); err != nil {
		return nil, err
	}
	now, err := e.advance(body.Years, body.Months, body.Days, time.Duration(body.Advance))
	return map[string]time.Time{"now": now}, err
}

func (e *Emulator) controlScenario(r *http.Request) (any, error) {
	c, err := LoadScenario(r.Body)
	if err != nil {
		return nil, err
	}
	return nil, e.begin(c)
}

func (e *Emulator) controlSnapshot(*http.Request) (any, error) {
	return json.RawMessage(e.Snapshot()), nil
}

func (e *Emulator) controlRestore(r *http.Request) (any, error) {
	data, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, fmt.Errorf("emulator: the snapshot: %w", err)
	}
	if len(data) == 0 {
		return nil, errors.New("emulator: send the snapshot as the body")
	}
	return nil, e.Restore(data)
}
