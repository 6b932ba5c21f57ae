package server

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/internal/vault"
	"github.com/tenuto-dev/tenuto/spotify"
)

// The words of the page. Other programs look for them.
const (
	wordsNone   = "Now playing: None"
	wordsPrefix = "Now playing: "
	wordsFailed = "Error in retrieving now playing!"
)

// playing is what one person listens to, as Spotify last said.
type playing struct {
	Line     string // "Now playing: Für Elise"
	By       string // "Ludwig van Beethoven"
	From     string // album or show
	Cover    string // address of a picture the page may load
	Link     string // the same thing at Spotify
	Note     string // what is wrong, or why there is nothing
	Fix      string // where the person can do something about it
	FixLabel string
	Kind     string // track, episode, advert, none, failed
	Playing  bool
	Progress time.Duration // when asked
	Duration time.Duration
	Asked    time.Time

	again time.Time // not to be asked again before; zero: whenever
	over  bool      // asking again is no use before the person did something
	ended bool      // the consent has
}

// ask asks Spotify what the person is listening to. It never fails: what went wrong is part of what
// the person sees.
func (s *Server) ask(ctx context.Context, userID string) playing {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	asked := s.Now()
	answer, err := s.spotify.As(s.grants.For(userID)).Player.CurrentlyPlaying(ctx, nil)
	if err != nil {
		p := playingFailed(err, s.pauseAfter(ctx, err))
		p.Asked = asked
		s.notePlaying(userID, p, err)
		return p
	}
	p := s.playingOf(answer)
	p.Asked = s.Now()
	return p
}

func (s *Server) notePlaying(userID string, p playing, err error) {
	switch {
	case errors.Is(err, vault.ErrStore), errors.Is(err, vault.ErrOpen):
		s.journal.seldom(eventStore, "grants", "error", err)
	case !p.again.IsZero():
		s.journal.seldom(eventPlaying, "rate limit", "error", err, "until", p.again)
	case p.over:
		s.journal.write(eventConsentEnded, nil, "person", s.journal.person(userID), "error", err)
	default:
		s.journal.write(eventPlaying, nil, "person", s.journal.person(userID), "error", err)
	}
}

func (s *Server) playingOf(c *spotify.CurrentlyPlaying) playing {
	switch {
	case c.Kind == spotify.KindAd:
		return playing{Line: wordsPrefix + "Advertisement", Kind: "advert", Playing: c.IsPlaying, Note: "The music comes back after it."}
	case c.Item == nil && c.IsPlaying:
		return playing{Line: wordsNone, Kind: "none", Note: "Something plays, but Spotify does not say what: a private session, perhaps."}
	case c.Item == nil:
		return playing{Line: wordsNone, Kind: "none", Note: "Start something in Spotify and it appears here."}
	}
	item := c.Item
	p := playing{
		Line:     wordsPrefix + item.Name,
		Kind:     "track",
		Playing:  c.IsPlaying,
		Progress: min(max(c.Progress, 0), item.Duration),
		Duration: item.Duration,
		Cover:    s.coverOf(item.Images),
		Link:     linkOf(item.URI),
	}
	switch {
	case item.Track != nil:
		p.By = artistNames(item.Track.Artists)
		if item.Track.Album != nil {
			p.From = item.Track.Album.Name
		}
		if item.Track.IsLocal {
			p.Note = "A file of your own."
		}
	case item.Episode != nil:
		p.Kind = "episode"
		if item.Episode.Show != nil {
			p.By = item.Episode.Show.Name
		}
	}
	return p
}

// linkOf is where the same thing is at Spotify; "" for a local file.
func linkOf(uri spotify.URI) string {
	if link := uri.URL(); strings.HasPrefix(link, "https://open.spotify.com/") {
		return link
	}
	return ""
}

// state is one word for what is going on.
func (p *playing) state() string {
	switch {
	case p.Kind == "failed":
		return "Not now"
	case p.Kind == "none":
		return "Silence"
	case p.Playing:
		return "Playing"
	}
	return "Paused"
}

func artistNames(artists []spotify.Artist) string {
	if len(artists) == 1 {
		return artists[0].Name
	}
	names := make([]string, 0, len(artists))
	for _, artist := range artists {
		names = append(names, artist.Name)
	}
	return strings.Join(names, ", ")
}

// coverOf chooses the smallest picture that is sharp at twice the size the page shows, among those
// from hosts the page may load from.
func (s *Server) coverOf(images []spotify.Image) string {
	const wanted = 640
	best, width := "", 0
	for _, image := range images {
		if !s.mayLoad(image.URL) {
			continue
		}
		better := width < wanted && image.Width > width || image.Width >= wanted && image.Width < width
		if best == "" || better {
			best, width = image.URL, image.Width
		}
	}
	return best
}

func (s *Server) mayLoad(address string) bool {
	u, err := url.Parse(address)
	return err == nil && u.User == nil && slices.Contains(s.covers, originOf(u))
}

// playingFailed says what is wrong and what the person can do. rest is until when the accounts
// service wants to be left alone, if that is what it said.
func playingFailed(err error, rest time.Time) playing {
	p := playing{Line: wordsFailed, Kind: "failed", again: rest}
	api, _ := errors.AsType[*spotify.Error](err)
	if api != nil && rest.IsZero() {
		p.again = api.RetryAt
	}
	switch {
	case errors.Is(err, auth.ErrReauthorize), errors.Is(err, auth.ErrNotFound):
		p.over, p.ended = true, true
		p.Note = "Your consent at Spotify has ended. Sign in again: nothing is lost, and you keep your user ID."
		p.Fix, p.FixLabel = "/login", "Sign in again"
	case errors.Is(err, auth.ErrApp):
		p.Note = "Spotify does not accept this server's credentials. The operator has to correct them."
	case errors.Is(err, spotify.ErrMissingScope):
		return playingUnallowed()
	case errors.Is(err, spotify.ErrOwnerPremium):
		p.Note = problemOwnerPremium.Text
	case errors.Is(err, spotify.ErrNotAllowlisted):
		p.Note = problemNotListed.Text
	case errors.Is(err, spotify.ErrQuotaExceeded):
		p.Note = "This app has used up what Spotify allows it for now." + laterAt(p.again)
	case errors.Is(err, vault.ErrStore):
		p.Note = "This server cannot keep your login right now, so it does not ask Spotify. Nothing is lost; it is tried again by itself."
	case errors.Is(err, vault.ErrOpen):
		p.Note = "This server cannot open your login; the operator has to look at its keys. Nothing is lost."
	case errors.Is(err, spotify.ErrRateLimited), !rest.IsZero():
		p.Note = "Spotify is asking this app to wait." + laterAt(p.again)
	default:
		p.Note = "Spotify does not answer as it should. Nothing is lost; it is tried again by itself."
	}
	return p
}

// playingUnallowed is for somebody who did not consent to the one scope this needs.
func playingUnallowed() playing {
	return playing{
		Line: wordsFailed, Kind: "failed", over: true,
		Note:     "You have not allowed this server to see what you play.",
		Fix:      loginAsk{scopes: auth.Scopes(auth.ScopeUserReadCurrentlyPlaying), back: "/"}.url(),
		FixLabel: "Allow it at Spotify",
	}
}

func laterAt(at time.Time) string {
	if at.IsZero() {
		return " It is tried again by itself."
	}
	return " It is tried again at " + at.UTC().Format("15:04 UTC on 2 January") + "."
}

// at is p as it is now: progress is computed here, not asked for.
func (p playing) at(now time.Time) playing {
	if p.Playing {
		p.Progress = min(p.Progress+max(0, now.Sub(p.Asked)), p.Duration)
	}
	p.Asked = now
	return p
}
