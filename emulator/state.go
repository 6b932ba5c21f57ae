package emulator

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"time"
)

// state is all that changes while the emulator runs and all that a snapshot holds.
// Emulator.mu guards it. It is changed only through its methods and those of its tables, which
// tell the journal of an emulator that is kept in a file.
type state struct {
	Seed   int64
	Albums []Album       `json:",omitempty"` // added to the catalogue
	Ahead  time.Duration // of the emulator's clock before the one it runs from
	Apps   []*App
	People []*person

	Consents table[consent]      // by app and person: consentKey
	Grants   table[grant]        // by id
	Codes    table[code]         // by the code itself, and so on
	Refresh  table[refreshToken] //
	Access   table[accessToken]  //

	tell    func(table, key string, row any)
	byName  map[string]*person
	numbers map[string]int // how many codes and tokens there have been: "access of alice"
	swept   int            // how many of them the last sweep left
}

// person is someone with an account, and what they listen to.
type person struct {
	Person
	Music *music
}

func newState(seed int64, added []Album) *state {
	s := &state{Seed: seed, Albums: added}
	s.index()
	return s
}

// index makes what is not stored from what is.
func (s *state) index() {
	s.byName = make(map[string]*person, len(s.People))
	for _, p := range s.People {
		s.byName[p.Name] = p
	}
	s.numbers = map[string]int{}
	count := func(label label) {
		s.numbers[label.of()] = max(s.numbers[label.of()], label.Number)
	}
	for _, c := range s.Codes.rows {
		count(c.label)
	}
	for _, t := range s.Refresh.rows {
		count(t.label)
	}
	for _, t := range s.Access.rows {
		count(t.label)
	}
	s.listen(s.tell)
}

// listen has every change told to tell from now on.
func (s *state) listen(tell func(table, key string, row any)) {
	s.tell = tell
	s.Consents.name, s.Consents.tell = "consents", tell
	s.Grants.name, s.Grants.tell = "grants", tell
	s.Codes.name, s.Codes.tell = "codes", tell
	s.Refresh.name, s.Refresh.tell = "refresh", tell
	s.Access.name, s.Access.tell = "access", tell
}

// app finds a registered app; nil if there is none.
func (s *state) app(clientID string) *App {
	if i := slices.IndexFunc(s.Apps, func(a *App) bool { return a.ClientID == clientID }); i >= 0 {
		return s.Apps[i]
	}
	return nil
}

// putApp registers an app, or the same one anew.
func (s *state) putApp(a *App) {
	i := slices.IndexFunc(s.Apps, func(b *App) bool { return a.ClientID == b.ClientID })
	if i >= 0 {
		s.Apps[i] = a
	} else {
		s.Apps = append(s.Apps, a)
	}
	if s.tell != nil {
		s.tell("apps", a.ClientID, a)
	}
}

// putPerson admits a person, or the same one anew.
func (s *state) putPerson(p *person) {
	if old := s.byName[p.Name]; old != nil {
		s.People[slices.Index(s.People, old)] = p
	} else {
		s.People = append(s.People, p)
	}
	s.byName[p.Name] = p
	if s.tell != nil {
		s.tell("people", p.Name, p)
	}
}

// label is what the ledger calls a code or a token, which are secrets.
type label struct {
	Kind   string // "code", "refresh", "access"
	Number int
	Person string // "" for the app itself
}

func (s *state) newLabel(kind, person string) label {
	l := label{Kind: kind, Person: person}
	s.numbers[l.of()]++
	l.Number = s.numbers[l.of()]
	return l
}

func (l label) of() string { return l.Kind + " of " + l.Person }

// String is "access 3 of alice".
func (l label) String() string {
	return fmt.Sprintf("%s %d of %s", l.Kind, l.Number, cmp.Or(l.Person, "the app"))
}

func (s *state) setAhead(d time.Duration) {
	s.Ahead = d
	if s.tell != nil {
		s.tell("clock", "", d)
	}
}

// replay takes over a change that was told before. index has to follow.
func (s *state) replay(c change) error {
	tables := map[string]interface {
		replay(string, json.RawMessage) error
	}{
		"consents": &s.Consents, "grants": &s.Grants, "codes": &s.Codes, "refresh": &s.Refresh, "access": &s.Access,
	}
	if t := tables[c.Table]; t != nil {
		return t.replay(c.Key, c.Row)
	}
	switch c.Table {
	case "apps":
		a := new(App)
		if err := json.Unmarshal(c.Row, a); err != nil {
			return err
		}
		s.putApp(a)
	case "people":
		p := new(person)
		if err := json.Unmarshal(c.Row, p); err != nil {
			return err
		}
		s.putPerson(p)
	case "clock":
		return json.Unmarshal(c.Row, &s.Ahead)
	default:
		return fmt.Errorf("unknown table %q", c.Table)
	}
	return nil
}
