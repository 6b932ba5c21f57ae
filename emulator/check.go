package emulator

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// Check says what is wrong with a configuration: nil if New would accept it.
func (c Config) Check() error {
	for _, err := range []error{c.checkApps(), c.checkPeople(), c.checkTokens(), c.checkLimits(), c.checkMusic(), c.checkFaults()} {
		if err != nil {
			return err
		}
	}
	known := Quirks()
	for _, q := range c.Quirks {
		if _, ok := known[q]; !ok {
			return fmt.Errorf("emulator: Config.Quirks: no quirk is called %q; Quirks lists them", q)
		}
	}
	return nil
}

func (c Config) checkApps() error {
	seen := map[string]bool{}
	for i, a := range c.Apps {
		if err := a.check(); err != nil {
			return fmt.Errorf("%w (Config.Apps[%d])", err, i)
		}
		if a.ClientID != "" && seen[a.ClientID] {
			return fmt.Errorf("emulator: Config.Apps[%d]: client id %s occurs twice", i, a.ClientID)
		}
		seen[a.ClientID] = true
	}
	return nil
}

// mostListed is how many people the developer of an app in development mode may admit.
const mostListed = 5

func (a App) check() error {
	if strings.ContainsAny(a.ClientID, " :/?#&") {
		return fmt.Errorf("emulator: App: client id %q: want letters and digits, 32 hexadecimal ones at Spotify", a.ClientID)
	}
	if len(a.Allowlist) > mostListed && !a.Extended {
		return fmt.Errorf("emulator: App: %d people on the list: Spotify admits %d in development mode", len(a.Allowlist), mostListed)
	}
	for _, text := range a.RedirectURIs {
		u, err := url.Parse(text)
		switch {
		case err != nil || u.Scheme == "":
			return fmt.Errorf("emulator: App: redirect URI %q is not absolute: write the whole of it, http://127.0.0.1:5000/callback", text)
		case strings.Contains(text, "#"):
			return fmt.Errorf("emulator: App: redirect URI %q: leave out the fragment, from # on", text)
		case (u.Scheme == "http" || u.Scheme == "https") && u.Host == "":
			return fmt.Errorf("emulator: App: redirect URI %q has no host", text)
		}
	}
	return nil
}

func (c Config) checkPeople() error {
	seen := map[string]bool{}
	for i, p := range c.People {
		if err := p.check(); err != nil {
			return fmt.Errorf("%w (Config.People[%d])", err, i)
		}
		if p.Name != "" && seen[p.Name] {
			return fmt.Errorf("emulator: Config.People[%d]: name %q occurs twice", i, p.Name)
		}
		seen[p.Name] = true
	}
	if name := c.AutoApprove; name != "" && !seen[name] && !(c.People == nil && slices.Contains(names[:2], name)) {
		return fmt.Errorf("emulator: Config.AutoApprove: nobody is called %q", name)
	}
	return nil
}

func (p Person) check() error {
	switch {
	case strings.ContainsFunc(p.Name, func(r rune) bool { return r < ' ' || r == 0x7f }):
		return fmt.Errorf("emulator: Person: name %q has control characters", p.Name)
	case p.SavedTracks < -1:
		return fmt.Errorf("emulator: Person %q: SavedTracks is %d: want a number, 0 for 130 or -1 for none", p.Name, p.SavedTracks)
	case p.Playlists < -1:
		return fmt.Errorf("emulator: Person %q: Playlists is %d: want a number, 0 for seven or -1 for none", p.Name, p.Playlists)
	case p.Silent && p.Playing != "":
		return fmt.Errorf("emulator: Person %q: Silent, and Playing %q: want one of them", p.Name, p.Playing)
	case p.Country != "" && !isCountry(p.Country):
		return fmt.Errorf("emulator: Person %q: country %q: want two capitals, as in SE", p.Name, p.Country)
	}
	return nil
}

func isCountry(s string) bool {
	return len(s) == 2 && 'A' <= s[0] && s[0] <= 'Z' && 'A' <= s[1] && s[1] <= 'Z'
}

// checkMusic looks for what is named in the catalogue, which is made only if something is.
func (c Config) checkMusic() error {
	for i, a := range c.Albums {
		if err := a.check(); err != nil {
			return fmt.Errorf("%w (Config.Albums[%d])", err, i)
		}
	}
	var cat *catalogue
	for i, p := range c.People {
		if p.Library == nil && p.Lists == nil && p.Playing == "" {
			continue
		}
		if cat == nil {
			cat = newCatalogue(c.Seed, c.Albums)
		}
		if err := cat.checkWanted(p); err != nil {
			return fmt.Errorf("%w (Config.People[%d])", err, i)
		}
	}
	return nil
}

func (c Config) checkFaults() error {
	for i, f := range c.Faults {
		if err := f.check(); err != nil {
			return fmt.Errorf("%w (Config.Faults[%d])", err, i)
		}
	}
	return nil
}

func (c Config) checkLimits() error {
	switch {
	case c.RateLimit < 0:
		return fmt.Errorf("emulator: Config.RateLimit is %d: want requests per 30 seconds, or 0 for no limit", c.RateLimit)
	case c.Quota < 0:
		return fmt.Errorf("emulator: Config.Quota is %d: want requests per 24 hours, or 0 for no limit", c.Quota)
	}
	return nil
}

const mostMonths = 1200 // a century

func (c Config) checkTokens() error {
	switch {
	case c.TokenLifetime < 0:
		return fmt.Errorf("emulator: Config.TokenLifetime is %v: want a time, or 0 for an hour", c.TokenLifetime)
	case c.ConsentLifetime < -1, c.ConsentLifetime > mostMonths:
		return fmt.Errorf("emulator: Config.ConsentLifetime is %d: want months, %d at most, 0 for six or -1 for ever", c.ConsentLifetime, mostMonths)
	case c.Refresh < NoneReturned || c.Refresh > RotatedGrace:
		return fmt.Errorf("emulator: Config.Refresh is %d: want one of NoneReturned to RotatedGrace", int(c.Refresh))
	}
	return nil
}
