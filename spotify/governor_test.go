package spotify_test

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/emulator"
	"github.com/tenuto-dev/tenuto/spotify"
)

// patient waits for as long as it takes.
var patient = spotify.WithMaxWait(100 * time.Hour)

// uncached asks each time, however many ask the same at once.
var uncached = spotify.WithCacheSize(0)

// inWindow is a story in a world that lets an app send so many requests in 30 seconds.
func inWindow(t *testing.T, limit int, story func(t *testing.T, world *emulator.Emulator)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { story(t, emulator.New(emulator.Config{RateLimit: limit})) })
}

// together calls look n times at once, and returns when each was answered.
func together(t *testing.T, client *spotify.Client, n int) (answered []time.Duration) {
	t.Helper()
	var mu sync.Mutex
	var calls sync.WaitGroup
	began := time.Now()
	for range n {
		calls.Go(func() {
			if err := look(t, client); err != nil {
				t.Error(err)
			}
			mu.Lock()
			defer mu.Unlock()
			answered = append(answered, time.Since(began))
		})
	}
	calls.Wait()
	return answered
}

func refusals(world *emulator.Emulator) (n int) {
	for _, entry := range world.Ledger() {
		if entry.Status == http.StatusTooManyRequests {
			n++
		}
	}
	return n
}

func TestPacing(t *testing.T) {
	t.Parallel()
	inWindow(t, 10, func(t *testing.T, world *emulator.Emulator) {
		client := clientOf(t, world, "alice", far(world, time.Second), patient, uncached, spotify.WithGovernor(spotify.NewGovernor(10, nil)))
		for i, at := range together(t, client, 35) {
			if want := time.Duration(i/10)*31*time.Second + time.Second; at != want {
				t.Errorf("call %d was answered after %v, want %v: 30 s after the answer that made room", i, at, want)
			}
		}
		if n := refusals(world); n != 0 {
			t.Errorf("%d calls were refused", n)
		}
		usage := client.Governor().Usage()
		if got := usage.Operations[playing]; usage.Limit != 10 || got.Requests != 35 || got.Waits != 25 || got.BudgetWaits != 0 || got.RateLimited != 0 || got.Waited < 25*30*time.Second {
			t.Errorf("Usage() = %+v", usage)
		}
	})
}

// Without a number the governor finds it, and is refused now and then by looking for more.
func TestLearning(t *testing.T) {
	t.Parallel()
	for _, limit := range []int{12, 50} {
		inWindow(t, limit, func(t *testing.T, world *emulator.Emulator) {
			client := clientOf(t, world, "alice", far(world, 50*time.Millisecond), patient, uncached)
			const windows = 20
			began := time.Now()
			together(t, client, windows*limit)
			took := time.Since(began)
			if best := (windows - 1) * 30 * time.Second; took > best*4/3 {
				t.Errorf("%d calls in windows of %d took %v, want little more than %v", windows*limit, limit, took, best)
			}
			first := refusals(world) // all that were sent when nothing was known are among them
			usage := client.Governor().Usage()
			if usage.Limit < limit/2 || usage.Limit > 2*limit {
				t.Errorf("learned %d of %d", usage.Limit, limit)
			}
			time.Sleep(time.Hour)
			together(t, client, 10*limit)
			if again := refusals(world) - first; again > 10*limit/10 {
				t.Errorf("of %d calls in windows of %d that were known %d were refused", 10*limit, limit, again)
			}
		})
	}
}

// A 429 after a few calls, or one that comes alone, is not about the window: it is heeded, and
// teaches nothing.
func TestALonely429TeachesNothing(t *testing.T) {
	t.Parallel()
	for _, before := range []int{0, 7, 40} {
		inBubble(t, nil, func(t *testing.T, world *emulator.Emulator, client *spotify.Client) {
			client = client.With(uncached)
			together(t, client, before)
			world.Fail(emulator.Fault{Operation: playing, Status: 429, RetryAfter: time.Second})
			for range 3 {
				if err := look(t, client); err != nil {
					t.Fatal(err)
				}
			}
			if usage := client.Governor().Usage(); usage.Limit != 0 || usage.Operations[playing].RateLimited != 1 {
				t.Errorf("after %d calls and a 429: Usage() = %+v, want no limit", before, usage)
			}
		})
	}
}

// One person with hundreds of calls does not keep others waiting for more than a window, nor
// at all once it is known that there are several.
func TestFairness(t *testing.T) {
	t.Parallel()
	inWindow(t, 32, func(t *testing.T, world *emulator.Emulator) {
		alice := clientOf(t, world, "alice", far(world, 50*time.Millisecond), patient, uncached, spotify.WithGovernor(spotify.NewGovernor(32, nil)))
		bob := alice.As(logIn(t, world, "bob"))
		var busy sync.WaitGroup
		busy.Go(func() { together(t, alice, 500) })
		time.Sleep(time.Second)
		for i, most := range []time.Duration{31 * time.Second, time.Second, time.Second} {
			began := time.Now()
			if err := look(t, bob); err != nil {
				t.Error(err)
			}
			if took := time.Since(began); took > most {
				t.Errorf("bob's call %d took %v, want %v at most", i, took, most)
			}
			time.Sleep(10 * time.Second)
		}
		busy.Wait()
		if n := refusals(world); n != 0 {
			t.Errorf("%d calls were refused", n)
		}
	})
}

func TestBackgroundGivesWay(t *testing.T) {
	t.Parallel()
	inWindow(t, 20, func(t *testing.T, world *emulator.Emulator) {
		client := clientOf(t, world, "alice", far(world, 50*time.Millisecond), patient, uncached, spotify.WithGovernor(spotify.NewGovernor(20, nil)))
		background := client.With(spotify.WithBackground())
		var busy sync.WaitGroup
		busy.Go(func() { together(t, background, 100) })
		time.Sleep(time.Second)
		if sent := client.Governor().Usage().Used; sent != 16 {
			t.Errorf("the background took %d of 20 places, want 16", sent)
		}
		for _, at := range together(t, client, 4) {
			if at > time.Second {
				t.Errorf("a person waited for %v", at)
			}
		}
		for _, at := range together(t, client, 16) { // who has to wait comes before the 84 that wait longer
			if at > 35*time.Second {
				t.Errorf("a person waited for %v behind the background", at)
			}
		}
		busy.Wait()
	})
}

// What would take too long fails at once, and says when to come back.
func TestRefusesAtOnce(t *testing.T) {
	t.Parallel()
	inWindow(t, 0, func(t *testing.T, world *emulator.Emulator) {
		governor := spotify.NewGovernor(2, nil)
		client := clientOf(t, world, "alice", spotify.WithGovernor(governor), uncached)
		together(t, client, 2)
		time.Sleep(10 * time.Second)
		hurried, cancel := context.WithTimeout(t.Context(), 15*time.Second)
		defer cancel()
		for name, call := range map[string]func() error{
			"WithMaxWait": func() error { return look(t, client.With(spotify.WithMaxWait(15*time.Second))) },
			"never wait":  func() error { return look(t, client.With(spotify.WithMaxWait(0))) },
			"deadline":    func() error { _, err := client.Player.CurrentlyPlaying(hurried, nil); return err },
			"command":     func() error { return client.With(spotify.WithMaxWait(0)).Do(t.Context(), next, nil, nil) },
			"another client": func() error {
				return look(t, clientOf(t, world, "bob", spotify.WithGovernor(governor), spotify.WithMaxWait(0)))
			},
			"With another base": func() error {
				return look(t, client.With(spotify.WithBaseURL("http://127.0.0.1/v1"), spotify.WithGovernor(governor), spotify.WithMaxWait(0)))
			},
		} {
			began := time.Now()
			err := call()
			failed, _ := errors.AsType[*spotify.Error](err)
			if !errors.Is(err, spotify.ErrRateLimited) || time.Since(began) != 0 || failed.Status != 0 {
				t.Errorf("%s: %v after %v, want ErrRateLimited at once", name, err, time.Since(began))
			} else if wait := time.Until(failed.RetryAt); wait != 20*time.Second {
				t.Errorf("%s: RetryAt is %v away, want 20 s", name, wait)
			}
		}
		if err := look(t, client.With(spotify.WithBaseURL("http://127.0.0.1/v1"), spotify.WithMaxWait(0))); err != nil {
			t.Errorf("another base URL, another governor: %v", err)
		}
		if err := look(t, client); err != nil {
			t.Errorf("who waits gets an answer: %v", err)
		}
	})
}

// Who waits hears it when that becomes hopeless, and when he leaves.
func TestWaitingEnds(t *testing.T) {
	t.Parallel()
	inWindow(t, 0, func(t *testing.T, world *emulator.Emulator) {
		client := clientOf(t, world, "alice", spotify.WithGovernor(spotify.NewGovernor(2, nil)), uncached)
		together(t, client, 1)
		world.Fail(emulator.Fault{Operation: next, Delay: 5 * time.Second, Status: 429, RetryAfter: 14 * time.Hour})
		var waiting sync.WaitGroup
		waiting.Go(func() {
			_ = client.With(spotify.WithMaxWait(0)).Do(t.Context(), next, nil, nil) // takes the last place
		})
		synctest.Wait()
		began := time.Now()
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(2*time.Second, cancel)
		waiting.Go(func() {
			if _, err := client.Player.CurrentlyPlaying(ctx, nil); !errors.Is(err, context.Canceled) || time.Since(began) != 2*time.Second {
				t.Errorf("who left heard %v after %v", err, time.Since(began))
			}
		})
		waiting.Go(func() {
			err := look(t, client)
			failed, _ := errors.AsType[*spotify.Error](err)
			if !errors.Is(err, spotify.ErrRateLimited) || time.Since(began) != 5*time.Second || time.Until(failed.RetryAt) != 14*time.Hour {
				t.Errorf("who waited heard %v after %v", err, time.Since(began))
			}
		})
		waiting.Wait()
		if usage := client.Governor().Usage(); usage.Waiting != 0 || usage.Quota || time.Until(usage.RetryAt) != 14*time.Hour {
			t.Errorf("Usage() = %+v", usage)
		}
	})
}

// What was never sent holds no place.
func TestPlacesAreGivenBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ended := errors.New("the login ended")
		asked := 0
		client := spotify.New(auth.TokenSourceFunc(func(context.Context) (*auth.Token, error) {
			if asked++; asked > 3 {
				return nil, ended
			}
			return auth.StaticToken("BQcanary"), nil
		}), spotify.WithGovernor(spotify.NewGovernor(1, nil)), spotify.WithHTTPClient(&http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: http.StatusNoContent, Header: http.Header{}, Body: http.NoBody}, nil
		})}))
		_ = look(t, client)
		time.Sleep(29 * time.Second)
		if err := look(t, client); err != nil { // waits, and asks for its token again
			t.Error(err)
		}
		time.Sleep(29 * time.Second)
		if err := look(t, client); !errors.Is(err, ended) {
			t.Errorf("got %v, want the end of the login", err)
		}
		time.Sleep(30 * time.Second)
		if usage := client.Governor().Usage(); usage.Used != 0 || usage.Operations[playing].Requests != 2 {
			t.Errorf("Usage() = %+v", usage)
		}
	})
}
