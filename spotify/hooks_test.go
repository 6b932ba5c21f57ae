package spotify_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/emulator"
	"github.com/tenuto-dev/tenuto/spotify"
)

type spanKey struct{}

// A trace has one span for each attempt, and the request carries it.
func TestTrace(t *testing.T) {
	t.Parallel()
	inWindow(t, 0, func(t *testing.T, world *emulator.Emulator) {
		var story []string
		near := world.Client().Transport
		client := clientOf(t, world, "alice", spotify.WithHTTPClient(&http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
			story = append(story, fmt.Sprint("sent in ", r.Context().Value(spanKey{})))
			time.Sleep(50 * time.Millisecond)
			return near.RoundTrip(r)
		})}), spotify.WithTrace(func(ctx context.Context, op spotify.Operation) (context.Context, func(spotify.Call)) {
			span := fmt.Sprint(ctx.Value(spanKey{}), "/", op)
			return context.WithValue(ctx, spanKey{}, span), func(c spotify.Call) {
				story = append(story, fmt.Sprint("ended with ", c.Status, " after ", c.Duration, " and waiting for ", c.Waited.Round(10*time.Second)))
			}
		}), spotify.WithGovernor(spotify.NewGovernor(1, nil)))
		world.Fail(emulator.Fault{Operation: playing, Status: 503})
		ctx := context.WithValue(t.Context(), spanKey{}, "request")
		if _, err := client.Player.CurrentlyPlaying(ctx, nil); err != nil {
			t.Fatal(err)
		}
		want := strings.TrimSpace(strings.ReplaceAll(`
sent in request/GET /me/player/currently-playing
ended with 503 after 50ms and waiting for 0s
sent in request/GET /me/player/currently-playing
ended with 200 after 50ms and waiting for 30s`, "\t", ""))
		if got := strings.Join(story, "\n"); got != want {
			t.Errorf("the story was\n%s\nwant\n%s", got, want)
		}
	})
}

// A trace that wants nothing changes nothing.
func TestTraceOfNothing(t *testing.T) {
	t.Parallel()
	world := emulator.New(emulator.Config{})
	client := clientOf(t, world, "alice", spotify.WithTrace(func(context.Context, spotify.Operation) (context.Context, func(spotify.Call)) {
		return nil, nil
	}))
	if err := look(t, client); err != nil {
		t.Error(err)
	}
}

// A panic in a hook, or in what decodes, holds neither a place nor those who wait for the same.
func TestAPanicHoldsNothing(t *testing.T) {
	t.Parallel()
	world := emulator.New(emulator.Config{})
	panics := true
	client := clientOf(t, world, "alice", spotify.WithObserver(func(spotify.Call) {
		if panics {
			panic("in the observer")
		}
	}))
	func() {
		defer func() {
			if recover() == nil {
				t.Error("the panic is gone")
			}
		}()
		_ = look(t, client)
	}()
	panics = false
	if err := look(t, client); err != nil {
		t.Error(err)
	}
	if usage := client.Governor().Usage(); usage.Used != 2 || usage.Operations[playing].Requests != 2 {
		t.Errorf("Usage() = %+v, want two answered", usage)
	}
}

// Options that are given again replace those before; a wrong one is told by each call.
func TestPaceOptions(t *testing.T) {
	t.Parallel()
	world := emulator.New(emulator.Config{})
	client := clientOf(t, world, "alice")
	for what, opt := range map[string]spotify.Option{"prefetch": spotify.WithPrefetch(-1), "cache": spotify.WithCacheSize(-1)} {
		if err := look(t, client.With(opt)); !errors.Is(err, spotify.ErrConfig) {
			t.Errorf("%s: got %v, want ErrConfig", what, err)
		}
	}
	governor := spotify.NewGovernor(7, nil)
	for what, got := range map[string]*spotify.Governor{
		"With":      client.With(spotify.WithGovernor(governor)).Governor(),
		"New":       spotify.New(nil, spotify.WithGovernor(governor)).Governor(),
		"As":        spotify.New(nil, spotify.WithGovernor(governor)).As(nil).Governor(),
		"With, nil": spotify.New(nil, spotify.WithGovernor(governor)).With(spotify.WithGovernor(nil)).Governor(),
	} {
		if got != governor {
			t.Errorf("%s: another governor", what)
		}
	}
	if client.As(nil).Governor() != client.Governor() || client.With(spotify.WithRetries(0)).Governor() != client.Governor() {
		t.Error("As and With must share the governor")
	}
	if client.With(spotify.WithBaseURL("http://127.0.0.1:1/v1")).Governor() == client.Governor() {
		t.Error("another base URL shares the governor")
	}
}

// Counting is safe while calls go on.
func TestUsageWhileCalling(t *testing.T) {
	t.Parallel()
	world := emulator.New(emulator.Config{})
	client := clientOf(t, world, "alice", uncached)
	var calls sync.WaitGroup
	for range 8 {
		calls.Go(func() {
			for range 10 {
				if err := look(t, client); err != nil {
					t.Error(err)
				}
				_ = client.Governor().Usage()
			}
		})
	}
	calls.Wait()
	if n := client.Governor().Usage().Operations[playing].Requests; n != 80 {
		t.Errorf("counted %d requests, want 80", n)
	}
}

// A transport of the caller's may be careless.
func TestOddTransports(t *testing.T) {
	t.Parallel()
	for what, c := range map[string]struct {
		resp *http.Response
		want string
	}{
		"no body":   {&http.Response{StatusCode: http.StatusNoContent}, ""},
		"no answer": {nil, "neither an answer nor an error"},
	} {
		client := spotify.New(auth.StaticToken("BQcanary"), spotify.WithRetries(0), spotify.WithHTTPClient(&http.Client{
			Transport: roundTripper(func(*http.Request) (*http.Response, error) { return c.resp, nil }),
		}))
		err := look(t, client)
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", what, err, c.want)
		}
	}
}

// An attempt that is too slow says so, and not that the caller's time is over.
func TestSlowAttemptsSaySo(t *testing.T) {
	t.Parallel()
	inBubble(t, []spotify.Option{spotify.WithRetries(0)}, func(t *testing.T, world *emulator.Emulator, client *spotify.Client) {
		world.Fail(emulator.Fault{Operation: playing, Delay: time.Hour})
		err := look(t, client)
		if !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "no answer within") {
			t.Errorf("got %v", err)
		}
	})
}
