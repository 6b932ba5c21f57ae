package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/spotify"
)

type nowCommand struct {
	webFlags
	asJSON bool
	watch  bool
	every  time.Duration
}

func (p *program) now() *cobra.Command {
	var f nowCommand
	cmd := &cobra.Command{
		Use:   "now",
		Short: "Say what is playing",
		Args:  arguments(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if f.every < time.Second {
				return usage("1s at least: all programs of an app share Spotify's rate limit", "--every: %v is too often", f.every)
			}
			return p.runNow(cmd.Context(), &f)
		},
	}
	f.register(cmd)
	cmd.Flags().BoolVar(&f.asJSON, "json", false, "as a JSON object")
	cmd.Flags().BoolVar(&f.watch, "watch", false, "go on, with a line whenever it changes, until Ctrl-C")
	cmd.Flags().DurationVar(&f.every, "every", 15*time.Second, "with --watch, how often to look; the end of a track is seen anyway")
	return cmd
}

// playing is what "tenuto now --json" prints.
type playing struct {
	Playing  bool        `json:"playing"` // false: paused, or nothing
	Kind     string      `json:"kind"`    // "track", "episode", "ad", "unknown"; "": nothing
	Name     string      `json:"name,omitempty"`
	By       []string    `json:"by,omitempty"` // the artists, or the show
	Album    string      `json:"album,omitempty"`
	URI      spotify.URI `json:"uri,omitempty"`
	URL      string      `json:"url,omitempty"`
	Progress int64       `json:"progress_ms"`
	Duration int64       `json:"duration_ms,omitempty"`
	Device   string      `json:"device,omitempty"`
}

const nowOperation = "GET /me/player/currently-playing"

func (p *program) runNow(ctx context.Context, f *nowCommand) error {
	w, err := p.web(&f.webFlags)
	if err != nil {
		return err
	}
	if f.watch {
		return w.explain(p.watch(ctx, w, f), callOf(nowOperation))
	}
	now, err := w.Player.CurrentlyPlaying(ctx, nil)
	if err != nil {
		return w.explain(err, callOf(nowOperation))
	}
	return p.show(now, f.asJSON)
}

func (p *program) show(now *spotify.CurrentlyPlaying, asJSON bool) error {
	if asJSON {
		return p.writeJSON(playingOf(now))
	}
	_, err := fmt.Fprintln(p.out, sentence(now))
	return err
}

func playingOf(now *spotify.CurrentlyPlaying) playing {
	line := playing{Playing: now.IsPlaying, Kind: string(now.Kind), Progress: now.Progress.Milliseconds()}
	if now.Device != nil {
		line.Device = now.Device.Name
	}
	item := now.Item
	if item == nil {
		return line
	}
	line.Name, line.URI, line.URL, line.Duration = item.Name, item.URI, item.URI.URL(), item.Duration.Milliseconds()
	switch {
	case item.Track != nil:
		for _, artist := range item.Track.Artists {
			line.By = append(line.By, artist.Name)
		}
		if item.Track.Album != nil {
			line.Album = item.Track.Album.Name
		}
	case item.Episode != nil && item.Episode.Show != nil:
		line.By = []string{item.Episode.Show.Name}
	}
	return line
}

// sentence says what is playing, on one line.
func sentence(now *spotify.CurrentlyPlaying) string {
	switch {
	case now.Kind == spotify.KindAd:
		return "An advertisement is playing."
	case now.Item == nil && now.IsPlaying:
		return "Something is playing that Spotify does not tell."
	case now.Item == nil:
		return "Nothing is playing."
	}
	state := "Paused: "
	if now.IsPlaying {
		state = "Playing: "
	}
	return fmt.Sprintf("%s%s (%s of %s)", state, oneLine(now.Item.String()), minutes(now.Progress), minutes(now.Item.Duration))
}

// watch shows what is playing whenever that changes, until ctx ends: Ctrl-C is how this is meant
// to end.
func (p *program) watch(ctx context.Context, w *web, f *nowCommand) error {
	player := w.With(spotify.WithBackground()).Player
	var shown string
	for ctx.Err() == nil {
		now, err := player.CurrentlyPlaying(ctx, nil)
		wait := patienceWith(err, f.every)
		if ctx.Err() == nil {
			switch {
			case wait == 0:
				return err
			case err != nil:
				p.note("for now, Spotify does not say: " + err.Error())
			default:
				if shown, err = p.showChange(now, shown, f.asJSON); err != nil {
					return err
				}
				wait = untilEnd(now, f.every)
			}
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
		case <-timer.C:
		}
		timer.Stop()
	}
	return nil
}

// showChange shows what is playing, unless it is what has been shown.
func (p *program) showChange(now *spotify.CurrentlyPlaying, shown string, asJSON bool) (string, error) {
	state := fmt.Sprint(now.IsPlaying, now.Kind, itemURI(now))
	if state == shown {
		return shown, nil
	}
	return state, p.show(now, asJSON)
}

func itemURI(now *spotify.CurrentlyPlaying) spotify.URI {
	if now.Item == nil {
		return ""
	}
	return now.Item.URI
}

// patienceWith is how long to wait after an error that may pass, or none; 0 for all others.
func patienceWith(err error, every time.Duration) time.Duration {
	failed, isAnswer := errors.AsType[*spotify.Error](err)
	switch {
	case err == nil:
		return every
	case errors.Is(err, spotify.ErrRateLimited), errors.Is(err, spotify.ErrQuotaExceeded):
		return max(time.Until(failed.RetryAt), every)
	case errors.Is(err, spotify.ErrServer):
		return every
	case isAnswer, errors.Is(err, spotify.ErrConfig), isOver(err):
		return 0
	}
	return every // the network
}

// isOver reports whether an error is the end of a login, or of the app's credentials.
func isOver(err error) bool {
	return errors.Is(err, auth.ErrNotFound) || errors.Is(err, auth.ErrReauthorize) || errors.Is(err, auth.ErrApp) || errors.Is(err, auth.ErrConfig)
}

// untilEnd is how long to wait before the next look: until the track ends, if that is sooner.
func untilEnd(now *spotify.CurrentlyPlaying, every time.Duration) time.Duration {
	if !now.IsPlaying || now.Item == nil {
		return every
	}
	left := now.Item.Duration - now.Progress + time.Second
	return min(every, max(left, time.Second))
}
