package emulator

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
)

// snapshotVersion changes with the meaning of what a snapshot holds.
const snapshotVersion = 1

// snapshot is the form in which the state leaves the process.
type snapshot struct {
	Version int    `json:"tenuto_emulator"`
	State   *state `json:"state"`
}

// Snapshot is the whole state: apps, people and their music, grants, tokens, the clock. Ledger,
// faults and configuration are not in it. It is JSON and holds every token.
func (e *Emulator) Snapshot() []byte {
	e.mu.Lock()
	defer e.mu.Unlock()
	data, err := json.Marshal(snapshot{snapshotVersion, e.st})
	if err != nil {
		panic(fmt.Errorf("emulator: Snapshot: %w", err)) // our own types: a mistake of ours
	}
	return data
}

// Restore returns to a snapshot, of this emulator or another one. One that cannot be read
// changes nothing.
func (e *Emulator) Restore(snapshot []byte) error {
	st, err := readSnapshot(snapshot)
	if err != nil {
		return fmt.Errorf("emulator: Restore: %w", err)
	}
	st.Albums = filled(st.Albums)
	cat := newCatalogue(st.Seed, st.Albums)
	e.mu.Lock()
	e.adopt(st, cat)
	e.mu.Unlock()
	e.limits.forget()
	return e.rewrite()
}

func readSnapshot(data []byte) (*state, error) {
	s := snapshot{State: &state{}}
	if err := json.NewDecoder(bytes.NewReader(data)).Decode(&s); err != nil {
		return nil, fmt.Errorf("this is no snapshot of an emulator: %w", err)
	}
	if s.Version != snapshotVersion {
		return nil, fmt.Errorf("this is no snapshot of version %d, but of %d: make it anew", snapshotVersion, s.Version)
	}
	if s.State == nil {
		return nil, errors.New("the snapshot is empty")
	}
	if err := s.State.check(); err != nil {
		return nil, err
	}
	return s.State, nil
}

// check refuses a state that was never one of an emulator: somebody has edited it.
func (s *state) check() error {
	for _, a := range s.Albums {
		if err := a.check(); err != nil {
			return err
		}
	}
	for i, a := range s.Apps {
		if a == nil || s.app(a.ClientID) != a {
			return fmt.Errorf("app %d is null, or there twice", i)
		}
		if err := a.check(); err != nil {
			return err
		}
	}
	names := map[string]bool{}
	for i, p := range s.People {
		if p == nil || p.Name == "" || names[p.Name] {
			return fmt.Errorf("person %d is null, has no name, or is there twice", i)
		}
		names[p.Name] = true
		if err := cmp.Or(p.check(), p.Music.check(p.Name)); err != nil {
			return err
		}
	}
	return cmp.Or(s.Consents.check("consent"), s.Grants.check("grant"), s.Codes.check("code"), s.Refresh.check("refresh token"), s.Access.check("access token"))
}

// adopt makes st the state. Call it with mu held.
func (e *Emulator) adopt(st *state, cat *catalogue) {
	e.cat = cat
	for _, p := range st.People {
		if p.Music == nil {
			p.Music = cat.newMusic(p.Person, st.Seed, e.now())
		}
	}
	st.tell = e.st.tell
	st.index()
	e.st = st
	e.setAhead(st.Ahead)
}

// check refuses a player that stands outside of its list.
func (m *music) check(name string) error {
	if m == nil {
		return nil // it is made anew
	}
	p := &m.Player
	if n := len(p.List); p.Index < 0 || n > 0 && p.Index >= n || slices.ContainsFunc(p.Order, func(i int) bool { return i < 0 || i >= n }) {
		return fmt.Errorf("the player of %s stands outside of its list", name)
	}
	if slices.Contains(m.Own, nil) {
		return fmt.Errorf("a playlist of %s is null", name)
	}
	if m.Filled && len(m.Devices) == 0 {
		return fmt.Errorf("%s has no devices", name)
	}
	return nil
}
