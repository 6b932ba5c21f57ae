package emulator

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// controlSettings are those fields of Config in JSON that may change while the emulator runs.
// What is left out stays as it is.
type controlSettings struct {
	Refresh         *RefreshTokens `json:"refresh_tokens,omitempty"`
	NarrowOnRefresh *bool          `json:"narrow_on_refresh,omitempty"`
	TokenLifetime   *span          `json:"token_lifetime,omitempty"`
	ConsentLifetime *int           `json:"consent_months,omitempty"`
	Quirks          *[]Quirk       `json:"quirks,omitempty"`
	AutoApprove     *string        `json:"auto_approve,omitempty"`
	RateLimit       *int           `json:"rate_limit,omitempty"`
	Quota           *int           `json:"quota,omitempty"`
}

// settingsOf is the whole of it, with what zero stands for.
func settingsOf(c Config) controlSettings {
	lifetime := span(cmp.Or(c.TokenLifetime, time.Hour))
	months := cmp.Or(c.ConsentLifetime, 6)
	quirks := c.oddities().names()
	return controlSettings{&c.Refresh, &c.NarrowOnRefresh, &lifetime, &months, &quirks, &c.AutoApprove, &c.RateLimit, &c.Quota}
}

// apply sets what is given.
func (s controlSettings) apply(c *Config) {
	set(&c.Refresh, s.Refresh)
	set(&c.NarrowOnRefresh, s.NarrowOnRefresh)
	set(&c.TokenLifetime, (*time.Duration)(s.TokenLifetime))
	set(&c.ConsentLifetime, s.ConsentLifetime)
	set(&c.Quirks, s.Quirks)
	set(&c.AutoApprove, s.AutoApprove)
	set(&c.RateLimit, s.RateLimit)
	set(&c.Quota, s.Quota)
}

func set[T any](field, value *T) {
	if value != nil {
		*field = *value
	}
}

func (e *Emulator) controlSettings(*http.Request) (any, error) {
	return settingsOf(e.conf().Config), nil
}

func (e *Emulator) controlConfigure(r *http.Request) (any, error) {
	var changed controlSettings
	if err := readControl(r, &changed); err != nil {
		return nil, err
	}
	if err := e.configure(changed.apply); err != nil {
		return nil, err
	}
	return settingsOf(e.conf().Config), nil
}

// refreshWords are RefreshTokens where they are written: in JSON and on command lines.
var refreshWords = []string{"none", "same", "empty", "rotate", "rotate-family", "grace"}

// String is "none", "same", "empty", "rotate", "rotate-family" or "grace".
func (r RefreshTokens) String() string {
	if r < NoneReturned || r > RotatedGrace {
		return fmt.Sprintf("RefreshTokens(%d)", int(r))
	}
	return refreshWords[r]
}

// UnmarshalText reads what String writes.
func (r *RefreshTokens) UnmarshalText(text []byte) error {
	n := slices.Index(refreshWords, string(text))
	if n < 0 {
		return fmt.Errorf("emulator: there is no refresh mode %q: choose one of %s", text, strings.Join(refreshWords, ", "))
	}
	*r = RefreshTokens(n)
	return nil
}

// MarshalText writes what UnmarshalText reads.
func (r RefreshTokens) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// controlQuirks lists the quirks there are.
func (e *Emulator) controlQuirks(*http.Request) (any, error) {
	type quirk struct {
		Name  Quirk  `json:"name"`
		Words string `json:"words"`
		On    bool   `json:"on"`
	}
	on := e.conf().quirks.names()
	list := []quirk{}
	for name, words := range Quirks() {
		list = append(list, quirk{name, words, slices.Contains(on, name)})
	}
	slices.SortFunc(list, func(a, b quirk) int { return strings.Compare(string(a.Name), string(b.Name)) })
	return list, nil
}
