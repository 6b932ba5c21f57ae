package main

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/tenuto-dev/tenuto/spotify"
)

type playCommand struct {
	webFlags
	device string
	kinds  []string
}

func (p *program) play() *cobra.Command {
	var f playCommand
	cmd := &cobra.Command{
		Use:   "play [WHAT…]",
		Short: "Play what a link or some words say, or go on where it was paused",
		Long: `Plays a Spotify URI, a link or the first thing that is found by words; without any, goes on where
it was paused. The person needs Premium.

	tenuto play
	tenuto play https://open.spotify.com/album/…
	tenuto play moonlight sonata
	tenuto play --type playlist morning jazz --device kitchen`,
		RunE: func(cmd *cobra.Command, words []string) error {
			var err error
			if f.kinds, err = checkKinds(f.kinds); err != nil {
				return err
			}
			return p.runPlay(cmd.Context(), &f, strings.TrimSpace(strings.Join(words, " ")))
		},
	}
	f.register(cmd)
	registerDevice(cmd, &f.device)
	registerKinds(cmd, &f.kinds)
	return cmd
}

func (p *program) runPlay(ctx context.Context, f *playCommand, what string) error {
	w, err := p.web(&f.webFlags)
	if err != nil {
		return err
	}
	uri, name := spotify.URI(""), ""
	switch {
	case what == "":
	case looksLikeURI(what):
		if uri, err = spotify.ParseURI(what); err != nil {
			return &mistake{err, "", true}
		}
	default:
		if uri, name, err = w.find(ctx, what, f.kinds); err != nil {
			return err
		}
	}
	opts, err := playOptions(uri)
	if err != nil {
		return err
	}
	if opts.Device, err = w.deviceNamed(ctx, f.device); err != nil {
		return err
	}
	if err := w.Player.Play(ctx, opts); err != nil {
		return w.explain(err, callOf("PUT /me/player/play"))
	}
	if name == "" {
		return nil
	}
	_, err = fmt.Fprintf(p.out, "Playing: %s\n", oneLine(name))
	return err
}

func looksLikeURI(text string) bool {
	return strings.HasPrefix(text, "spotify:") || strings.Contains(text, "://") || strings.HasPrefix(text, "open.spotify.com/")
}

// playOptions play one thing as a player takes it: alone, or as a list.
func playOptions(uri spotify.URI) (*spotify.PlayOptions, error) {
	switch kind := uri.Kind(); kind {
	case "":
		return &spotify.PlayOptions{}, nil
	case spotify.KindTrack, spotify.KindEpisode, spotify.KindChapter:
		return &spotify.PlayOptions{Items: []spotify.URI{uri}}, nil
	case spotify.KindUser, spotify.KindLocal:
		return nil, usage("name a track, an album, an artist, a playlist, a show or an episode", "a %s cannot be played from here", kind)
	}
	return &spotify.PlayOptions{Context: uri}, nil
}

// find searches for the first thing of some kinds, in their order.
func (w *web) find(ctx context.Context, text string, kinds []string) (uri spotify.URI, name string, err error) {
	opts := &spotify.FindOptions{PageOptions: spotify.PageOptions{Limit: 5}} // the first ones may be missing
	for _, kind := range kinds {
		opts.Kinds = append(opts.Kinds, spotify.Kind(kind))
	}
	found, err := w.Search.Find(ctx, text, opts)
	if err != nil {
		return "", "", w.explain(err, callOf("GET /search"))
	}
	for _, kind := range opts.Kinds {
		if uri, name = firstOf(found, kind); uri != "" {
			return uri, name, nil
		}
	}
	return "", "", advise(fmt.Errorf("no %s is called that", strings.Join(kinds, " or ")), fmt.Sprintf("try other words, or --type %s", strings.Join(searchable, ",")))
}

// firstOf is the first thing of a kind, with who made it.
func firstOf(found *spotify.Found, kind spotify.Kind) (spotify.URI, string) {
	switch {
	case kind == spotify.KindTrack && found.Tracks != nil && len(found.Tracks.Items) > 0:
		track := found.Tracks.Items[0]
		return track.URI, track.Name + by(track.Artists)
	case kind == spotify.KindAlbum && found.Albums != nil && len(found.Albums.Items) > 0:
		album := found.Albums.Items[0]
		return album.URI, album.Name + by(album.Artists)
	case kind == spotify.KindArtist && found.Artists != nil && len(found.Artists.Items) > 0:
		return found.Artists.Items[0].URI, found.Artists.Items[0].Name
	case kind == spotify.KindPlaylist && found.Playlists != nil && len(found.Playlists.Items) > 0:
		return found.Playlists.Items[0].URI, found.Playlists.Items[0].Name
	case kind == spotify.KindShow && found.Shows != nil && len(found.Shows.Items) > 0:
		return found.Shows.Items[0].URI, found.Shows.Items[0].Name
	case kind == spotify.KindEpisode && found.Episodes != nil && len(found.Episodes.Items) > 0:
		return found.Episodes.Items[0].URI, found.Episodes.Items[0].Name
	case kind == spotify.KindAudiobook && found.Audiobooks != nil && len(found.Audiobooks.Items) > 0:
		return found.Audiobooks.Items[0].URI, found.Audiobooks.Items[0].Name
	}
	return "", ""
}

// by is " – " and the artists.
func by(artists []spotify.Artist) string {
	names := make([]string, len(artists))
	for i, artist := range artists {
		names[i] = artist.Name
	}
	if len(names) == 0 {
		return ""
	}
	return " – " + strings.Join(names, ", ")
}

// registerDevice adds the flag for where to play.
func registerDevice(cmd *cobra.Command, device *string) {
	cmd.Flags().StringVar(device, "device", "", "the `NAME` or ID of a device (default the active one)")
}

var deviceID = regexp.MustCompile(`^[0-9a-f]{40}$`)

// deviceNamed finds a device by its name, or what it begins with; "" is the active one.
func (w *web) deviceNamed(ctx context.Context, name string) (spotify.DeviceID, error) {
	if name == "" || deviceID.MatchString(name) {
		return spotify.DeviceID(name), nil
	}
	devices, err := w.Player.Devices(ctx)
	if err != nil {
		return "", w.explain(err, callOf("GET /me/player/devices"))
	}
	var names []string
	var begun []spotify.DeviceID
	for _, device := range devices {
		if strings.EqualFold(device.Name, name) || string(device.ID) == name {
			return device.ID, nil
		}
		if strings.HasPrefix(strings.ToLower(device.Name), strings.ToLower(name)) {
			begun = append(begun, device.ID)
		}
		names = append(names, oneLine(device.Name))
	}
	slices.Sort(names)
	hint := "Spotify knows of " + strings.Join(names, ", ")
	switch {
	case len(begun) == 1:
		return begun[0], nil
	case len(begun) > 1:
		return "", usage(hint, "--device: several begin with %q", name)
	case len(names) == 0:
		hint = "open Spotify somewhere first"
	}
	return "", advise(fmt.Errorf("there is no device %q", name), hint)
}
