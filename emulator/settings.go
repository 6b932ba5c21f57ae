package emulator

import "slices"

// settings are a configuration and what follows from it.
type settings struct {
	Config
	quirks quirks
}

// conf is how the emulator behaves now. It may be called with and without mu.
func (e *Emulator) conf() *settings { return e.settings.Load() }

func (e *Emulator) store(c Config) { e.settings.Store(&settings{c, c.oddities()}) }

// Configure changes how the emulator behaves from now on: what a refresh answers, how long
// tokens and consents live, the quirks, both limits, AutoApprove. What was given before stays
// as it is. Apps, People, Albums, Faults, Seed, Now and AllowRemote are of the beginning only:
// changing them has no effect. A bad configuration panics.
func (e *Emulator) Configure(change func(*Config)) {
	if err := e.configure(change); err != nil {
		panic(err)
	}
}

// configure changes nothing if there is an error.
func (e *Emulator) configure(change func(*Config)) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	old := e.conf().Config
	changed := old
	changed.Quirks = slices.Clone(old.Quirks)
	change(&changed)
	changed.Apps, changed.People, changed.Albums, changed.Faults = old.Apps, old.People, old.Albums, old.Faults
	changed.Seed, changed.Now, changed.AllowRemote = old.Seed, old.Now, old.AllowRemote
	if err := e.checkChanged(changed); err != nil {
		return err
	}
	e.store(changed)
	return nil
}

// checkChanged checks a configuration against the people there are now.
func (e *Emulator) checkChanged(c Config) error {
	if name := c.AutoApprove; name != "" && e.personNamed(name) == nil {
		return noPerson(name)
	}
	c.AutoApprove = ""
	return c.Check()
}

// begin starts the emulator anew with another configuration. Only the ledger goes on, and
// whether it may be used remotely.
func (e *Emulator) begin(c Config) error {
	c.AllowRemote = e.conf().AllowRemote
	if c.Now == nil {
		c.Now = e.conf().Now
	}
	other, err := build(c)
	if err != nil {
		return err
	}
	e.mu.Lock()
	e.store(other.conf().Config)
	e.adopt(other.st, other.cat)
	e.mu.Unlock()
	e.faults.replace(other.faults.planned)
	e.limits.forget()
	return e.rewrite()
}
