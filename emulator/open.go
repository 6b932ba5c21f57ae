package emulator

import (
	"fmt"
	"slices"
	"time"
)

// Open is New with the state kept in a file, so that logins outlive the process. What the
// accounts service changes (consent, code, token, refresh, revocation) is on disk before its
// answer leaves: a kill -9 loses nothing that was acknowledged. Playback and library follow
// within a second, and with Close. Only one process may have the file open.
//
// Apps and people of c are added to those in the file, or take their place, keeping grants and
// libraries. The seed must be that of the file. A file that is not an emulator's, or damaged,
// is an error and stays as it is; so is a bad configuration.
func Open(path string, c Config) (*Emulator, error) {
	e, err := build(c)
	if err != nil {
		return nil, err
	}
	j, stored, err := openJournal(path)
	if err != nil {
		return nil, fmt.Errorf("emulator: %w", err)
	}
	if stored != nil && stored.Seed != c.Seed {
		_ = j.close() // nothing was written
		return nil, fmt.Errorf("emulator: %s was made with seed %d, not %d: use that seed, or another file", path, stored.Seed, c.Seed)
	}
	if stored != nil {
		e.mu.Lock()
		e.merge(stored)
		e.mu.Unlock()
	}
	e.journal = j
	e.st.listen(j.tell)
	if err := e.rewrite(); err != nil {
		_ = j.close()
		return nil, err
	}
	return e, nil
}

// merge takes over a stored state and sets in it what the configuration names.
func (e *Emulator) merge(stored *state) {
	configured := e.st
	known := func(a Album) bool {
		return slices.ContainsFunc(stored.Albums, func(b Album) bool { return a.ID == b.ID })
	}
	stored.Albums = append(stored.Albums, slices.DeleteFunc(e.st.Albums, known)...)
	e.adopt(stored, newCatalogue(stored.Seed, stored.Albums))
	if e.conf().Apps != nil || len(stored.Apps) == 0 {
		others := slices.DeleteFunc(stored.Apps, func(a *App) bool { return configured.app(a.ClientID) != nil })
		stored.Apps = append(configured.Apps, others...)
	}
	for _, p := range configured.People {
		if old := stored.byName[p.Name]; old == nil {
			stored.putPerson(p)
		} else if e.conf().People != nil {
			old.Person = p.Person
		}
	}
}

// Close writes what is not on disk yet and lets go of the file. Without one it does nothing.
func (e *Emulator) Close() error {
	if e.journal == nil {
		return nil
	}
	err := e.rewrite()
	if closed := e.journal.close(); err == nil {
		err = closed
	}
	return err
}

// keep returns once all changes so far are on disk.
func (e *Emulator) keep() error {
	if e.journal == nil {
		return nil
	}
	if e.journal.flush() != nil || e.journal.grown() {
		return e.rewrite() // which may succeed where appending failed
	}
	return nil
}

// rewrite puts the whole state in place of the journal.
func (e *Emulator) rewrite() error {
	if e.journal == nil {
		return nil
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if err := e.journal.rewrite(e.st); err != nil {
		return fmt.Errorf("emulator: the state file: %w", err)
	}
	return nil
}

// keepLater has a person's music written soon: it changes often, and nobody was promised.
func (e *Emulator) keepLater(name string) {
	if e.journal == nil || !e.journal.later(name) {
		return
	}
	time.AfterFunc(time.Second, func() {
		e.mu.Lock()
		for _, name := range e.journal.takeLater() {
			if p := e.personNamed(name); p != nil {
				e.journal.tell("people", name, p)
			}
		}
		e.mu.Unlock()
		_ = e.keep() // what fails here fails the next request as well
	})
}
