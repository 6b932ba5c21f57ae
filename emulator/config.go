package emulator

import "time"

// Config describes an emulator. The zero value has one app, alice (Premium, playing, 130
// saved tracks) and bob (free), and behaves as Spotify does since July 2026.
type Config struct {
	Apps   []App    // nil: one in development mode
	People []Person // nil: alice and bob
	Albums []Album  // what the catalogue has besides its generated music
	Faults []Fault  // planned from the beginning, as Fail does
	Seed   int64    // of the catalogue, the people and the apps; same seed, same Spotify. Tokens are random

	Now             func() time.Time // where the clock starts and runs from; nil is time.Now
	TokenLifetime   time.Duration    // 0: one hour
	ConsentLifetime int              // months a refresh token lives; 0: six, -1: for ever
	Refresh         RefreshTokens    // what a refresh answers; zero: NoneReturned
	NarrowOnRefresh bool             // refreshed tokens keep their own consent's scope; false: all the person ever granted this app
	Quirks          []Quirk          // oddities of the real service; nil: those always seen

	RateLimit int // requests an app may make in any 30 seconds, and as many to /api/token; 0: no limit
	Quota     int // requests the development-mode apps of one Owner may make together in any 24 hours; 0: no limit

	AutoApprove string // the person for whom every GET /authorize redirects at once; "": the consent page is shown
	AllowRemote bool   // /_emulator/ answers under any host name, not only this machine's
}

// RefreshTokens is what becomes of refresh tokens on refresh.
type RefreshTokens int

// The ways in which Spotify has answered, or may.
const (
	NoneReturned  RefreshTokens = iota // since July 2026
	SameReturned                       // the old one again
	EmptyReturned                      // an empty string
	Rotated                            // a new one, the old one dead at once (PKCE until July 2026)
	RotatedFamily                      // the same, and using an old one revokes all of them
	RotatedGrace                       // a new one, the old one good for ten seconds
)

// Quirk names an oddity of the real service: see Quirks.
type Quirk string

// App is a registered app. Empty fields are filled in.
type App struct {
	ClientID, ClientSecret string
	RedirectURIs           []string
	Extended               bool     // extended quota mode; else development mode
	Owner                  string   // the developer's account: its apps share one quota
	OwnerFree              bool     // the owner has no Premium: every call is 403
	Allowlist              []string // people admitted in development mode, at most five; nil: all
}

// Person is someone with a Spotify account. Empty fields are filled in.
type Person struct {
	Name        string // how tests call them; also the user id
	AccountID   string
	Free        bool
	Country     string
	SavedTracks int  // how many, from the catalogue; 0: 130, or none if there is a Library; -1: none
	Playlists   int  // how many besides Lists; 0: seven, or none if there are Lists; -1: none
	Silent      bool // nothing plays, no device is active

	// Items are URIs, or words to find a track by: "clair de lune artist:debussy".
	Library []string   // what else is saved and followed, the first on top; nil: a bit of everything
	Lists   []Playlist // of their own, the first on top
	Playing string     // a track, episode, album, artist, show or playlist, the name of one of Lists included; "": their first playlist
}

// Playlist is one that somebody has from the beginning.
type Playlist struct {
	ID            string // 22 base62 digits; "" for made-up ones
	Name          string
	Description   string
	Private       bool
	Collaborative bool // which is private too
	Items         []string
}

// Album is music that a test or a scenario needs by name. Empty fields are filled in.
type Album struct {
	ID       string // 22 base62 digits
	Name     string
	Artist   string // of the catalogue if it has one of that name
	Kind     string // album, single or compilation; "" is an album
	Released string // 1975-09-12, 1975-09 or 1975; "": 2020
	Tracks   []Track
}

// Track is one of an Album.
type Track struct {
	ID       string // 22 base62 digits
	Name     string
	With     []string      // other artists
	Duration time.Duration // 0: three minutes
	Explicit bool
}
