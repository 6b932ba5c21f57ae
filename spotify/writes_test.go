package spotify_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/tenuto-dev/tenuto/emulator"
	"github.com/tenuto-dev/tenuto/spotify"
)

// writes are changes whose success needs no words: how to make them, and whether they were done.
var writes = map[string]func(ctx context.Context, c *spotify.Client) (spotify.Progress, error){
	"AddItems": func(ctx context.Context, c *spotify.Client) (spotify.Progress, error) {
		added, err := c.Playlists.AddItems(ctx, "p", []spotify.URI{"spotify:track:a"}, nil)
		return added.Progress, err
	},
	"ReplaceItems": func(ctx context.Context, c *spotify.Client) (spotify.Progress, error) {
		replaced, err := c.Playlists.ReplaceItems(ctx, "p", []spotify.URI{"spotify:track:a"})
		return replaced.Progress, err
	},
	"RemoveItems": func(ctx context.Context, c *spotify.Client) (spotify.Progress, error) {
		removed, err := c.Playlists.RemoveItems(ctx, "p", []spotify.URI{"spotify:track:a"}, nil)
		return removed.Progress, err
	},
	"MoveItems": func(ctx context.Context, c *spotify.Client) (spotify.Progress, error) {
		_, err := c.Playlists.MoveItems(ctx, "p", spotify.Move{From: 1})
		return spotify.Progress{Done: 1}, err
	},
	"Next": func(ctx context.Context, c *spotify.Client) (spotify.Progress, error) {
		return spotify.Progress{Done: 1}, c.Player.Next(ctx, nil)
	},
	"a raw POST": func(ctx context.Context, c *spotify.Client) (spotify.Progress, error) {
		var out struct{ Snapshot string }
		return spotify.Progress{Done: 1}, c.Do(ctx, "POST /playlists/{id}/items", &spotify.Args{Path: map[string]string{"id": "p"}}, &out)
	},
	"a raw PUT": func(ctx context.Context, c *spotify.Client) (spotify.Progress, error) {
		var out any
		return spotify.Progress{Done: 1}, c.Do(ctx, "PUT /me/library", &spotify.Args{Query: map[string][]string{"uris": {"spotify:track:a"}}}, &out)
	},
}

// stalling is a body of which no more comes than its beginning, until whoever reads it leaves.
func stalling(ctx context.Context, beginning string) io.ReadCloser {
	read, write := io.Pipe()
	go func() { // ends with whoever reads
		_, _ = io.WriteString(write, beginning)
		<-ctx.Done()
		write.CloseWithError(context.Cause(ctx))
	}()
	return read
}

// What Spotify accepted is done, whatever it says to that: it is never sent again, and nobody
// waits long for the words.
func TestAcceptedWritesAreDone(t *testing.T) {
	t.Parallel()
	for answer, body := range map[string]func(context.Context) io.ReadCloser{
		"empty":     func(context.Context) io.ReadCloser { return http.NoBody },
		"text":      func(context.Context) io.ReadCloser { return io.NopCloser(strings.NewReader("OK, added")) },
		"HTML":      func(context.Context) io.ReadCloser { return io.NopCloser(strings.NewReader("<html>done</html>")) },
		"half":      func(context.Context) io.ReadCloser { return io.NopCloser(strings.NewReader(`{"snapshot_id":"ab`)) },
		"cut off":   func(context.Context) io.ReadCloser { return io.NopCloser(&cutOff{strings.NewReader(`{"snap`)}) },
		"null":      func(context.Context) io.ReadCloser { return io.NopCloser(strings.NewReader("null")) },
		"an array":  func(context.Context) io.ReadCloser { return io.NopCloser(strings.NewReader(`[1]`)) },
		"no string": func(context.Context) io.ReadCloser { return io.NopCloser(strings.NewReader(`{"snapshot_id":{}}`)) },
		"silence":   func(ctx context.Context) io.ReadCloser { return stalling(ctx, "") },
		"stalling":  func(ctx context.Context) io.ReadCloser { return stalling(ctx, `{"snapshot_id":"`) },
		"endless":   func(context.Context) io.ReadCloser { return io.NopCloser(zeros{}) },
	} {
		for name, write := range writes {
			if answer == "no string" && name == "a raw POST" || answer == "an array" && name == "a raw POST" {
				continue // what does not fit the caller's own type is the caller's to know
			}
			synctest.Test(t, func(t *testing.T) {
				requests := 0
				client := spotify.New(token("alice"), spotify.WithHTTPClient(&http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
					requests++
					return &http.Response{StatusCode: http.StatusCreated, Header: http.Header{}, Body: body(r.Context()), ContentLength: -1, Request: r}, nil
				})}))
				began := time.Now()
				progress, err := write(t.Context(), client)
				if err != nil || progress != (spotify.Progress{Done: 1}) || requests != 1 {
					t.Errorf("%s answered with %s: %+v, %v after %d requests, want it done with one", name, answer, progress, err, requests)
				}
				if took := time.Since(began); took > 3*time.Second {
					t.Errorf("%s answered with %s took %v", name, answer, took)
				}
			})
		}
	}
}

// cutOff ends before its end.
type cutOff struct{ io.Reader }

func (c *cutOff) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// A snapshot that nobody told is not that of a request before.
func TestUntoldSnapshots(t *testing.T) {
	t.Parallel()
	answers := []string{`{"snapshot_id":"first"}`, "", `{"snapshot_id":"third"}`}
	for requests, want := range map[int]spotify.SnapshotID{1: "first", 2: "", 3: "third"} {
		sent := 0
		client := spotify.New(token("alice"), spotify.WithHTTPClient(&http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
			body := io.NopCloser(strings.NewReader(answers[sent]))
			sent++
			return &http.Response{StatusCode: http.StatusCreated, Header: http.Header{}, Body: body, Request: r}, nil
		})}))
		items := make([]spotify.URI, requests*100)
		for i := range items {
			items[i] = "spotify:track:a"
		}
		replaced, err := client.Playlists.ReplaceItems(t.Context(), "p", items)
		if err != nil || replaced.Snapshot != want || sent != requests {
			t.Errorf("ReplaceItems in %d requests = %+v, %v, want snapshot %q", sent, replaced, err, want)
		}
	}
}

// An attempt whose answer was lost may have been heard: what the repetition is told does not
// undo that.
func TestRefusedAfterALostAnswer(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		lost   emulator.Fault
		server bool // the attempt was answered, with trouble
	}{
		"lost after":  {lost: emulator.Fault{Reset: emulator.ResetAfter}},
		"bad gateway": {lost: emulator.Fault{Status: http.StatusBadGateway}, server: true},
	} {
		inBubble(t, nil, func(t *testing.T, world *emulator.Emulator, client *spotify.Client) {
			if name == "lost after" { // so that it works, and its repetition is refused
				if err := client.Player.Pause(t.Context(), nil); err != nil {
					t.Fatal(err)
				}
			}
			c.lost.Operation = play
			world.Fail(c.lost)
			err := client.Player.Play(t.Context(), nil)
			if err == nil || errors.Is(err, spotify.ErrRestricted) || errors.Is(err, spotify.ErrForbidden) {
				t.Errorf("%s, then refused: %v, want neither success nor a refusal", name, err)
			}
			if got := errors.Is(err, spotify.ErrServer); got != c.server {
				t.Errorf("%s, then refused: ErrServer: %v, want %v", name, got, c.server)
			}
			if !strings.Contains(err.Error(), "may have been done") || !strings.Contains(err.Error(), "Restriction violated") {
				t.Errorf("%s, then refused: %v, want to hear of both", name, err)
			}
		})
	}
	// Nothing can have happened before: a refusal is one.
	inBubble(t, nil, func(t *testing.T, world *emulator.Emulator, client *spotify.Client) {
		world.Fail(emulator.Fault{Operation: play, Status: 429})
		if err := client.Player.Play(t.Context(), nil); !errors.Is(err, spotify.ErrRestricted) {
			t.Errorf("refused, after a 429: %v, want ErrRestricted", err)
		}
	})
}

// Whatever ends a call after such an attempt, its items are not told as not done.
func TestUnsureWhateverEndsTheCall(t *testing.T) {
	t.Parallel()
	const edit = "PUT /playlists/{id}/items"
	for name, end := range map[string]struct {
		fault emulator.Fault
		want  error
		leave time.Duration
	}{
		"a rate limit": {emulator.Fault{Operation: edit, Status: 429, RetryAfter: time.Hour}, spotify.ErrRateLimited, time.Hour},
		"a refusal":    {emulator.Fault{Operation: edit, Status: 403}, spotify.ErrNotOwner, time.Hour},
		"the caller":   {emulator.Fault{Operation: edit, Status: 503}, context.Canceled, 200 * time.Millisecond},
	} {
		inBubble(t, nil, func(t *testing.T, world *emulator.Emulator, client *spotify.Client) {
			playlist, saved := ownPlaylist(t, client), savedURIs(t, client, 3)
			world.Fail(emulator.Fault{Operation: edit, Reset: emulator.ResetAfter})
			world.Fail(end.fault)
			ctx, cancel := context.WithCancel(t.Context())
			defer time.AfterFunc(end.leave, cancel).Stop()
			replaced, err := client.Playlists.ReplaceItems(ctx, playlist, saved)
			if !errors.Is(err, end.want) || replaced.Progress != (spotify.Progress{Unsure: 3}) {
				t.Errorf("lost, then ended by %s: %+v, %v, want 3 unsure and %v", name, replaced.Progress, err, end.want)
			}
		})
	}
}
