package emulator

import "time"

// state is all that changes while the emulator runs and all that a snapshot holds.
// Emulator.mu guards it.
type state struct {
	Seed    int64
	Ahead   time.Duration // of the emulator's clock before the one it runs from
	Apps    []*App
	People  []*person
	Grants  map[string]*grant
	Codes   map[string]*code
	Refresh map[string]*refreshToken
	Access  map[string]*accessToken
}

// person is someone with an account and what they listen to.
type person struct {
	Person
	Music *music
}

type (
	grant        struct{}
	code         struct{}
	refreshToken struct{}
	accessToken  struct{}
)
