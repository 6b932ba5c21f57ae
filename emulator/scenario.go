package emulator

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"sync"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// scenario is a Config as it is written in a file. Its words are those of /_emulator/.
type scenario struct {
	controlSettings

	Seed   int64           `json:"seed"`
	Clock  *time.Time      `json:"clock"` // what time it is when the scenario is loaded
	Apps   []controlApp    `json:"apps"`
	People []controlPerson `json:"people"`
	Albums []controlAlbum  `json:"albums"`
	Faults []controlFault  `json:"faults"`
}

// controlAlbum is an Album in JSON.
type controlAlbum struct {
	ID       string         `json:"id"`
	Name     string         `json:"name"`
	Artist   string         `json:"artist"`
	Kind     string         `json:"kind"`
	Released string         `json:"released"`
	Tracks   []controlTrack `json:"tracks"`
}

// controlTrack is a Track in JSON.
type controlTrack struct {
	ID       string   `json:"id"`
	Name     string   `json:"name"`
	With     []string `json:"with"`
	Duration span     `json:"duration"`
	Explicit bool     `json:"explicit"`
}

func (c controlAlbum) album() Album {
	a := Album{ID: c.ID, Name: c.Name, Artist: c.Artist, Kind: c.Kind, Released: c.Released}
	for _, t := range c.Tracks {
		a.Tracks = append(a.Tracks, Track{t.ID, t.Name, t.With, time.Duration(t.Duration), t.Explicit})
	}
	return a
}

// LoadScenario reads a configuration from a file: JSON that may have comments and commas
// before closing brackets, described in docs/emulator.md. If it has a clock, the emulator's
// starts there when the scenario is loaded. An error names the line and what to write.
func LoadScenario(r io.Reader) (Config, error) {
	text, err := io.ReadAll(r)
	if err != nil {
		return Config{}, fmt.Errorf("emulator: scenario: %w", err)
	}
	plain := plainJSON(text)
	var s scenario
	if err := json.Unmarshal(plain, &s, json.RejectUnknownMembers(true)); err != nil {
		return Config{}, explained(plain, err)
	}
	c, pointer, err := s.config()
	if err != nil {
		return Config{}, atLine(lineOf(plain, pointer), pointer, strings.TrimPrefix(err.Error(), "emulator: "))
	}
	return c, nil
}

// config makes a Config, or says where what is wrong stands.
func (s scenario) config() (c Config, pointer jsontext.Pointer, err error) {
	c.Seed = s.Seed
	s.controlSettings.apply(&c)
	if s.Clock != nil {
		if err := checkYear(*s.Clock); err != nil {
			return c, "/clock", err
		}
		start, loaded := *s.Clock, time.Now()
		c.Now = func() time.Time { return start.Add(time.Since(loaded)) }
	}
	if s.Apps != nil {
		c.Apps = []App{} // an empty list is none, no list is the usual ones
	}
	if s.People != nil {
		c.People = []Person{}
	}
	list := func(name string, n int, check func(i int) error) {
		for i := 0; i < n && err == nil; i++ {
			if err = check(i); err != nil {
				pointer = jsontext.Pointer(fmt.Sprintf("/%s/%d", name, i))
			}
		}
	}
	list("apps", len(s.Apps), func(i int) error {
		c.Apps = append(c.Apps, App(s.Apps[i]))
		return c.Apps[i].check()
	})
	list("albums", len(s.Albums), func(i int) error {
		c.Albums = append(c.Albums, s.Albums[i].album())
		return c.Albums[i].check()
	})
	cat := sync.OnceValue(func() *catalogue { return newCatalogue(c.Seed, c.Albums) })
	list("people", len(s.People), func(i int) error {
		c.People = append(c.People, s.People[i].person())
		return cmp.Or(c.People[i].check(), cat().checkWanted(c.People[i]))
	})
	list("faults", len(s.Faults), func(i int) error {
		f, err := s.Faults[i].fault()
		c.Faults = append(c.Faults, f)
		return err
	})
	if err == nil {
		err = c.Check()
	}
	return c, pointer, err
}

// explained says where a scenario cannot be read, and what could stand there.
func explained(plain []byte, err error) error {
	var syntax *jsontext.SyntacticError
	if errors.As(err, &syntax) {
		return atLine(lineAt(plain, syntax.ByteOffset), syntax.JSONPointer, syntax.Err.Error())
	}
	var meaning *json.SemanticError
	if !errors.As(err, &meaning) {
		return fmt.Errorf("emulator: scenario: %w", err)
	}
	text := fmt.Sprintf("want %s", wordFor(meaning.GoType))
	switch {
	case errors.Is(err, json.ErrUnknownName):
		parent := meaning.JSONPointer.Parent()
		text = fmt.Sprintf("there is no field %q: want %s", meaning.JSONPointer.LastToken(), strings.Join(fieldsAt(parent), ", "))
	case meaning.Err != nil && meaning.GoType != nil && meaning.GoType.Kind() != reflect.Bool:
		text += ": " + strings.TrimPrefix(meaning.Err.Error(), "emulator: ")
	}
	return atLine(lineAt(plain, meaning.ByteOffset), meaning.JSONPointer, text)
}

func atLine(line int, pointer jsontext.Pointer, text string) error {
	if pointer == "" {
		return fmt.Errorf("emulator: scenario, line %d: %s", line, text)
	}
	return fmt.Errorf("emulator: scenario, line %d, %s: %s", line, pointer, text)
}

// wordFor says what a Go type is called in JSON.
func wordFor(t reflect.Type) string {
	switch {
	case t == nil:
		return "something else"
	case t == reflect.TypeFor[span]():
		return `a time like "1h30m", or a number of seconds`
	case t == reflect.TypeFor[time.Time]():
		return `a moment like "2026-11-21T18:00:00Z"`
	case t == reflect.TypeFor[RefreshTokens]():
		return "one of " + strings.Join(refreshWords, ", ")
	}
	switch t.Kind() {
	case reflect.Bool:
		return "true or false"
	case reflect.Int, reflect.Int64:
		return "a whole number"
	case reflect.String:
		return "a text"
	case reflect.Slice:
		return "a list"
	}
	return "an object"
}

// fieldsAt are the fields of the object that a pointer leads to.
func fieldsAt(pointer jsontext.Pointer) []string {
	t := reflect.TypeFor[scenario]()
	for token := range pointer.Tokens() {
		if t.Kind() == reflect.Slice {
			t = t.Elem()
			continue
		}
		for _, f := range reflect.VisibleFields(t) {
			if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); name == token {
				t = f.Type
				break
			}
		}
	}
	var names []string
	for _, f := range reflect.VisibleFields(t) {
		if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); name != "" {
			names = append(names, name)
		}
	}
	return names
}
