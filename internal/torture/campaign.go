package torture

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Campaign is many worlds, one after the other, whose results are kept in a directory: one that was interrupted goes
// on where it was.
type Campaign struct {
	dir  string
	done []Episode
}

// Episode is what came of one world.
type Episode struct {
	Store, Provider string
	Seed            uint64
	Tally           Tally
}

const (
	stateFile  = "state.json"
	reportFile = "report.txt"
)

// OpenCampaign reads what is there, or begins.
func OpenCampaign(dir string) (*Campaign, error) {
	c := &Campaign{dir: dir}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	text, err := os.ReadFile(filepath.Join(dir, stateFile))
	if errors.Is(err, fs.ErrNotExist) {
		return c, nil
	}
	if err == nil {
		err = json.Unmarshal(text, &c.done)
	}
	if err != nil {
		return nil, fmt.Errorf("torture: %s: %w", dir, err)
	}
	return c, nil
}

// Rounds counts those of a store and a provider that are done; "" is all of them.
func (c *Campaign) Rounds(store, provider string) (n int) {
	for _, e := range c.done {
		if (store == "" || e.Store == store) && (provider == "" || e.Provider == provider) {
			n += e.Tally.Rounds
		}
	}
	return n
}

// Kills counts the kill -9 of a store; "" is all of them.
func (c *Campaign) Kills(store string) (n int) {
	for _, e := range c.done {
		if store == "" || e.Store == store {
			n += total(e.Tally.Kills)
		}
	}
	return n
}

// Episodes counts what is done.
func (c *Campaign) Episodes() int { return len(c.done) }

// Add keeps an episode, and writes the report anew.
func (c *Campaign) Add(e Episode) error {
	c.done = append(c.done, e)
	text, err := json.Marshal(c.done)
	if err != nil {
		return err
	}
	if err := replace(filepath.Join(c.dir, stateFile), text); err != nil {
		return err
	}
	return replace(filepath.Join(c.dir, reportFile), []byte(c.Report()))
}

func replace(path string, text []byte) error {
	if err := os.WriteFile(path+".new", text, 0o600); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}

// Report is the sum for each store and provider, and for each store.
func (c *Campaign) Report() string {
	var b strings.Builder
	for _, store := range c.names(func(e Episode) string { return e.Store }) {
		all := newTally()
		for _, provider := range c.names(func(e Episode) string { return e.Provider }) {
			sum := newTally()
			for _, e := range c.done {
				if e.Store == store && e.Provider == provider {
					sum.Add(e.Tally)
				}
			}
			if sum.Rounds > 0 {
				fmt.Fprintf(&b, "## %s, refresh tokens: %s\n%v\n", store, provider, &sum)
				all.Add(sum)
			}
		}
		text, _, _ := strings.Cut(all.String(), "BROKEN:") // told above
		fmt.Fprintf(&b, "## %s, all together\n%s\n", store, text)
	}
	return b.String()
}

// names are the different ones, in the order in which they came.
func (c *Campaign) names(of func(Episode) string) (names []string) {
	seen := map[string]bool{}
	for _, e := range c.done {
		if name := of(e); !seen[name] {
			seen[name] = true
			names = append(names, name)
		}
	}
	return names
}
