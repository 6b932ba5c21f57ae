package emulator

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/big"
	"slices"
	"strings"
)

// Names for people who have none.
var names = []string{"alice", "bob", "carol", "dave", "erin", "frank", "grace", "heidi", "ivan", "judy"}

// populate registers the apps and admits the people of the configuration.
func (e *Emulator) populate() {
	apps, people := e.conf().Apps, e.conf().People
	if apps == nil {
		apps = []App{{}}
	}
	if people == nil {
		people = []Person{{Name: "alice"}, {Name: "bob", Free: true, SavedTracks: 12, Playlists: 2}}
	}
	for _, a := range apps {
		e.addApp(a)
	}
	for _, p := range people {
		e.addPerson(p)
	}
}

// App is the first app, filled in.
func (e *Emulator) App() App {
	e.mu.Lock()
	defer e.mu.Unlock()
	if len(e.st.Apps) == 0 {
		panic("emulator: App: there is no app: Config.Apps is empty and AddApp was not called")
	}
	return e.st.Apps[0].clone()
}

// AddApp registers an app and returns it filled in. One with a known client id takes the place
// of the old one; what people granted it stays. A bad one panics.
func (e *Emulator) AddApp(a App) App { return must(e.register(a)) }

func (e *Emulator) register(a App) (App, error) {
	if err := a.check(); err != nil {
		return App{}, err
	}
	e.mu.Lock()
	a = e.addApp(a)
	e.mu.Unlock()
	return a, e.keep()
}

func (e *Emulator) addApp(a App) App {
	n := len(e.st.Apps)
	a = a.clone()
	a.ClientID = cmp.Or(a.ClientID, derive(e.st.Seed, "client id", n))
	a.ClientSecret = cmp.Or(a.ClientSecret, derive(e.st.Seed, "client secret "+a.ClientID, 0))
	if a.RedirectURIs == nil {
		a.RedirectURIs = []string{"http://127.0.0.1:5000/callback", "http://127.0.0.1/callback"}
	}
	e.st.putApp(&a)
	return a.clone()
}

func (a App) clone() App {
	a.RedirectURIs = slices.Clone(a.RedirectURIs)
	a.Allowlist = slices.Clone(a.Allowlist)
	return a
}

// AddPerson admits a person and returns them filled in. One with a known name takes the place
// of the old one, whose library is lost; their grants stay. A bad one panics.
func (e *Emulator) AddPerson(p Person) Person { return must(e.admit(p)) }

func (e *Emulator) admit(p Person) (Person, error) {
	if err := p.check(); err != nil {
		return Person{}, err
	}
	e.mu.Lock()
	err := e.cat.checkWanted(p)
	if err == nil {
		p = e.addPerson(p)
	}
	e.mu.Unlock()
	if err != nil {
		return Person{}, err
	}
	return p, e.keep()
}

func (e *Emulator) addPerson(p Person) Person {
	p.Name = cmp.Or(p.Name, e.freeName())
	p.AccountID = cmp.Or(p.AccountID, accountID(derive(e.st.Seed, "account "+p.Name, 0)))
	p.Country = cmp.Or(p.Country, "GB")
	if p.SavedTracks == 0 && p.Library == nil {
		p.SavedTracks = 130
	}
	if p.Playlists == 0 && p.Lists == nil {
		p.Playlists = 7
	}
	e.st.putPerson(&person{Person: p, Music: e.cat.newMusic(p, e.st.Seed, e.now())})
	return p
}

func (e *Emulator) freeName() string {
	for _, name := range names {
		if e.st.byName[name] == nil {
			return name
		}
	}
	for n := len(names); ; n++ {
		if name := fmt.Sprintf("person%d", n+1); e.st.byName[name] == nil {
			return name
		}
	}
}

// personNamed finds a person by user id; nil if there is none. Call it with mu held.
func (e *Emulator) personNamed(name string) *person { return e.st.byName[name] }

// derive makes 32 hexadecimal digits that are always the same.
func derive(seed int64, what string, n int) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "tenuto emulator %d %s %d", seed, what, n))
	return hex.EncodeToString(sum[:16])
}

// accountID writes hexadecimal digits the way Spotify writes its ids.
func accountID(digits string) string {
	n, _ := new(big.Int).SetString(digits, 16)
	text := n.Text(62)
	return strings.Repeat("0", 22-len(text)) + text
}
