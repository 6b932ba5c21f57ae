package spotify_test

import (
	"slices"
	"testing"
	"time"

	"github.com/tenuto-dev/tenuto/spotify"
)

func TestPlayerCommands(t *testing.T) {
	t.Parallel()
	bothModes(t, func(t *testing.T, s *stage, c *spotify.Client) {
		ctx := t.Context()
		do := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		state := func() *spotify.Playback {
			t.Helper()
			state, err := c.Player.State(ctx, nil)
			if err != nil || state.Item == nil || state.Device == nil {
				t.Fatalf("State = %+v, %v", state, err)
			}
			return state
		}
		do(c.Player.Play(ctx, &spotify.PlayOptions{Items: s.items, StartIndex: new(1)}))
		if got := state(); got.Item.URI != s.items[1] || !got.IsPlaying || !got.Device.IsActive || got.Kind != spotify.KindTrack || got.At.IsZero() {
			t.Errorf("after Play: %+v", got)
		}
		do(c.Player.Next(ctx, nil))
		if got := state(); got.Item.URI != s.items[2] {
			t.Errorf("after Next plays %v, want %v", got.Item.URI, s.items[2])
		}
		do(c.Player.Previous(ctx, nil))
		if got := state(); got.Item.URI != s.items[1] {
			t.Errorf("after Previous plays %v, want %v", got.Item.URI, s.items[1])
		}
		do(c.Player.Seek(ctx, 9*time.Second, nil))
		do(c.Player.SetVolume(ctx, 31, nil))
		do(c.Player.SetRepeat(ctx, spotify.RepeatContext, nil))
		do(c.Player.SetShuffle(ctx, true, nil))
		do(c.Player.Pause(ctx, nil))
		if got := state(); got.Progress < 9*time.Second || *got.Device.Volume != 31 || got.Repeat != spotify.RepeatContext || !got.Shuffle || got.IsPlaying ||
			!slices.Contains(got.Disallowed, spotify.ActionPause) {
			t.Errorf("after all commands: %+v on %+v", got, got.Device)
		}
		do(c.Player.SetShuffle(ctx, false, nil))
		do(c.Player.AddToQueue(ctx, s.items[0], nil))
		queue, err := c.Player.Queue(ctx)
		if err != nil || queue.CurrentlyPlaying == nil || queue.CurrentlyPlaying.URI != s.items[1] || len(queue.Items) == 0 || queue.Items[0].URI != s.items[0] {
			t.Errorf("Queue = %+v, %v, want %v after %v", queue, err, s.items[0], s.items[1])
		}
		do(c.Player.Transfer(ctx, s.device, &spotify.TransferOptions{Play: true}))
		if got := state(); got.Device.ID != s.device || !got.IsPlaying {
			t.Errorf("after Transfer plays on %+v, want %v", got.Device, s.device)
		}
		do(c.Player.Play(ctx, &spotify.PlayOptions{Context: spotify.URIOf(s.album)}))
		if got := state(); got.Context == nil || got.Context.URI != spotify.URIOf(s.album) || got.Context.Kind != spotify.KindAlbum {
			t.Errorf("after Play of an album: %+v", got.Context)
		}
	})
}

// Commands name their device.
func TestCommandsOnADevice(t *testing.T) {
	t.Parallel()
	s := newStage(t, spotify.Development)
	c, ctx := clientOf(t, s.world, "alice"), t.Context()
	opts, before := &spotify.DeviceOptions{Device: s.device}, len(s.world.Ledger())
	for _, err := range []error{
		c.Player.Play(ctx, &spotify.PlayOptions{Device: s.device, Items: s.items}), c.Player.Next(ctx, opts), c.Player.Previous(ctx, opts),
		c.Player.Seek(ctx, 0, opts), c.Player.SetRepeat(ctx, spotify.RepeatOff, opts), c.Player.SetShuffle(ctx, false, opts),
		c.Player.AddToQueue(ctx, s.items[0], opts), c.Player.Pause(ctx, opts), c.Player.SetVolume(ctx, 50, opts),
	} {
		if err != nil {
			t.Log(err) // not every device has a volume to set
		}
	}
	sent := s.world.Ledger()[before:]
	for _, entry := range sent {
		if entry.Query.Get("device_id") != string(s.device) {
			t.Errorf("%s?%s names no device", entry.Operation, entry.Query.Encode())
		}
	}
	if len(sent) != 9 {
		t.Errorf("%d requests, want 9", len(sent))
	}
}

// With no player at all, and with texts where nothing is documented, nothing fails.
func TestNoPlayer(t *testing.T) {
	t.Parallel()
	for _, answer := range []*spotify.Client{answering(204, ""), answering(200, ""), answering(200, "{}")} {
		state, err := answer.Player.State(t.Context(), nil)
		if err != nil || state == nil || state.Item != nil || state.Device != nil {
			t.Errorf("State = %+v, %v, want nothing", state, err)
		}
		queue, err := answer.Player.Queue(t.Context())
		if err != nil || queue == nil || queue.CurrentlyPlaying != nil || len(queue.Items) != 0 {
			t.Errorf("Queue = %+v, %v, want nothing", queue, err)
		}
	}
	for _, body := range []string{"", "OK", `"text"`, "{", "<html>"} {
		if err := answering(200, body).Player.Next(t.Context(), nil); err != nil {
			t.Errorf("Next, answered with %q: %v", body, err)
		}
	}
	bare := answering(200, `{"is_playing":true,"actions":{"pausing":true,"seeking":false,"disallows":{"resuming":true,"x":null}}}`)
	playing, err := bare.Player.CurrentlyPlaying(t.Context(), nil)
	if err != nil || !slices.Equal(playing.Disallowed, []spotify.Action{spotify.ActionPause, spotify.ActionResume}) {
		t.Errorf("CurrentlyPlaying = %+v, %v, want pausing and resuming disallowed", playing, err)
	}
}
