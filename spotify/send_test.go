package spotify_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/emulator"
	"github.com/tenuto-dev/tenuto/spotify"
)

const (
	playing = "GET /me/player/currently-playing"
	play    = "PUT /me/player/play"
	next    = "POST /me/player/next"
)

// inBubble runs a story in a world where sleeping costs nothing.
func inBubble(t *testing.T, opts []spotify.Option, story func(t *testing.T, world *emulator.Emulator, client *spotify.Client)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		world := emulator.New(emulator.Config{})
		story(t, world, clientOf(t, world, "alice", opts...))
	})
}

func look(t *testing.T, client *spotify.Client) error {
	t.Helper()
	_, err := client.Player.CurrentlyPlaying(t.Context(), nil)
	return err
}

func TestRepeatsWhatIsSafe(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]emulator.Fault{
		"500": {Status: 500}, "502": {Status: 502, Body: "<html>Bad gateway</html>"}, "503": {Status: 503}, "504": {Status: 504},
		"lost before": {Reset: emulator.ResetBefore}, "lost after": {Reset: emulator.ResetAfter}, "lost half-way": {Reset: emulator.ResetHalfway},
		"half a JSON": {Body: `{"item":{"name":`}, "HTML": {Body: "<!doctype html>"},
	} {
		unread := fault.Reset == emulator.ResetHalfway || fault.Body != "" && fault.Status == 0
		for _, c := range []struct {
			operation string
			repeated  bool
			call      func(*testing.T, *spotify.Client) error
		}{
			{playing, true, look},
			{play, true, func(t *testing.T, c *spotify.Client) error { return c.Player.Play(t.Context(), nil) }},
			{next, false, func(t *testing.T, c *spotify.Client) error { return c.Do(t.Context(), next, nil, nil) }},
		} {
			t.Run(name+" "+c.operation, func(t *testing.T) {
				inBubble(t, nil, func(t *testing.T, world *emulator.Emulator, client *spotify.Client) {
					if err := client.Do(t.Context(), "PUT /me/player/pause", nil, nil); err != nil { // so that playing is possible
						t.Fatal(err)
					}
					fault.Operation, fault.Times = c.operation, 3
					world.Fail(fault)
					began := time.Now()
					err := c.call(t, client)
					got := len(world.Ledger().Of(c.operation))
					switch {
					case unread && c.operation != playing: // nobody reads what a command answers
						if err != nil || got != 1 {
							t.Errorf("%d requests, %v, want one and success", got, err)
						}
					case !c.repeated && (err == nil || got != 1):
						t.Errorf("%d requests, %v, want one and its error", got, err)
					case c.repeated && (got != 4 || errors.Is(err, spotify.ErrServer)):
						t.Errorf("%d requests, %v, want 4 and no trouble at Spotify", got, err)
					case c.repeated && time.Since(began) < 500*time.Millisecond:
						t.Errorf("three repetitions in %v: want to back off", time.Since(began))
					}
				})
			})
		}
	}
}

// An answer that does not come is a lost one.
func TestDoesNotWaitForEver(t *testing.T) {
	t.Parallel()
	inBubble(t, nil, func(t *testing.T, world *emulator.Emulator, client *spotify.Client) {
		world.Fail(emulator.Fault{Operation: playing, Delay: 10 * time.Minute})
		began := time.Now()
		if err := look(t, client); err != nil {
			t.Errorf("after a slow answer: %v", err)
		}
		if took := time.Since(began); took < 30*time.Second || took > 31*time.Second {
			t.Errorf("took %v, want half a minute and a new attempt", took)
		}
	})
}

func TestGivesUpAfterRetries(t *testing.T) {
	t.Parallel()
	for retries, want := range map[int]int{0: 1, 1: 2, 3: 4} {
		inBubble(t, []spotify.Option{spotify.WithRetries(retries)}, func(t *testing.T, world *emulator.Emulator, client *spotify.Client) {
			world.Fail(emulator.Fault{Operation: playing, Status: 503, Times: -1})
			if err := look(t, client); !errors.Is(err, spotify.ErrServer) {
				t.Errorf("got %v, want ErrServer", err)
			}
			if got := len(world.Ledger().Of(playing)); got != want {
				t.Errorf("%d requests with %d retries, want %d", got, retries, want)
			}
		})
	}
}

// The deadline is compared before sleeping: nobody sleeps only to be told that it is too late.
func TestDoesNotSleepBeyondTheDeadline(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]emulator.Fault{
		"rate limit": {Status: 429, RetryAfter: 10 * time.Second}, "trouble": {Status: 503, RetryAfter: 10 * time.Second},
	} {
		inBubble(t, nil, func(t *testing.T, world *emulator.Emulator, client *spotify.Client) {
			fault.Operation = playing
			world.Fail(fault)
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
			defer cancel()
			began := time.Now()
			_, err := client.Player.CurrentlyPlaying(ctx, nil)
			if !errors.Is(err, spotify.ErrRateLimited) && !errors.Is(err, spotify.ErrServer) || time.Since(began) != 0 {
				t.Errorf("%s: %v after %v, want Spotify's error at once", name, err, time.Since(began))
			}
		})
	}
}

func TestLeavesWhenTheCallerLeaves(t *testing.T) {
	t.Parallel()
	inBubble(t, nil, func(t *testing.T, world *emulator.Emulator, client *spotify.Client) {
		world.Fail(emulator.Fault{Operation: playing, Status: 429, RetryAfter: 30 * time.Second})
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		began := time.Now()
		if _, err := client.Player.CurrentlyPlaying(ctx, nil); !errors.Is(err, context.Canceled) || time.Since(began) > time.Second {
			t.Errorf("%v after %v, want context.Canceled after a second", err, time.Since(began))
		}
	})
}

func TestWaitsForRateLimits(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name     string
		fault    emulator.Fault
		opts     []spotify.Option
		want     error
		min, max time.Duration
	}{
		{"short", emulator.Fault{RetryAfter: 2 * time.Second}, nil, nil, 2 * time.Second, 3 * time.Second},
		{"no header", emulator.Fault{RetryAfter: -1}, nil, nil, 5 * time.Second, 6 * time.Second},
		{"six in a row", emulator.Fault{RetryAfter: 5 * time.Second, Times: 6}, nil, nil, 30 * time.Second, 36 * time.Second},
		{"longer than the longest", emulator.Fault{RetryAfter: 61 * time.Second}, nil, spotify.ErrRateLimited, 0, 0},
		{"hours", emulator.Fault{RetryAfter: 14 * time.Hour}, nil, spotify.ErrRateLimited, 0, 0},
		{"all in all longer", emulator.Fault{RetryAfter: 25 * time.Second, Times: 9}, nil, spotify.ErrRateLimited, 50 * time.Second, 55 * time.Second},
		{"patient", emulator.Fault{RetryAfter: time.Hour}, []spotify.Option{spotify.WithMaxWait(2 * time.Hour)}, nil, time.Hour, time.Hour + 2*time.Second},
		{"never wait", emulator.Fault{RetryAfter: time.Second}, []spotify.Option{spotify.WithMaxWait(0)}, spotify.ErrRateLimited, 0, 0},
		{"quota", emulator.Fault{Quota: true, RetryAfter: time.Second}, nil, spotify.ErrQuotaExceeded, 0, 0},
		{"plain text", emulator.Fault{RetryAfter: time.Second, Body: "Too many requests"}, nil, nil, time.Second, 2 * time.Second},
	} {
		t.Run(c.name, func(t *testing.T) {
			inBubble(t, c.opts, func(t *testing.T, world *emulator.Emulator, client *spotify.Client) {
				c.fault.Operation, c.fault.Status = playing, 429
				world.Fail(c.fault)
				began := time.Now()
				err := look(t, client)
				if took := time.Since(began); took < c.min || took > c.max {
					t.Errorf("took %v, want %v to %v", took, c.min, c.max)
				}
				if !errors.Is(err, c.want) || c.want == nil && err != nil {
					t.Fatalf("got %v, want %v", err, c.want)
				}
				failed, _ := errors.AsType[*spotify.Error](err)
				if c.want != nil && time.Until(failed.RetryAt).Round(time.Second) != c.fault.RetryAfter {
					t.Errorf("RetryAt is %v away, want %v", time.Until(failed.RetryAt), c.fault.RetryAfter)
				}
			})
		})
	}
}

// A refusal whose text never comes is one all the same, and does not hold the caller for ever.
func TestSlowRefusals(t *testing.T) {
	t.Parallel()
	for _, status := range []int{http.StatusTooManyRequests, http.StatusServiceUnavailable} {
		synctest.Test(t, func(t *testing.T) {
			client := spotify.New(token("alice"), spotify.WithHTTPClient(&http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
				body, never := io.Pipe()
				context.AfterFunc(r.Context(), func() { never.CloseWithError(context.Cause(r.Context())) })
				return &http.Response{StatusCode: status, Header: http.Header{"Retry-After": {"1"}}, Body: body, Request: r}, nil
			})}))
			began := time.Now()
			_, err := client.Users.Me(t.Context())
			if took := time.Since(began); took > 3*time.Minute || !errors.Is(err, spotify.ErrRateLimited) && !errors.Is(err, spotify.ErrServer) {
				t.Errorf("%d: %v after %v", status, err, took)
			}
		})
	}
}

// "Retry-After: 0", and what is no number at all, must not make us spin.
func TestOddRetryAfter(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]time.Duration{
		"0": time.Second, "-5": time.Second, "soon": 5 * time.Second, "": 5 * time.Second, "NaN": 5 * time.Second,
		"Sat, 01 Jan 2000 00:00:07 GMT": 7 * time.Second, "Fri, 31 Dec 1999 00:00:00 GMT": time.Second, "1.5": 1500 * time.Millisecond, " 3 ": 3 * time.Second,
	} {
		synctest.Test(t, func(t *testing.T) { // a bubble's clock starts with the year 2000
			requests := 0
			client := spotify.New(auth.StaticToken("BQcanary"), spotify.WithHTTPClient(&http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
				requests++
				answer := &http.Response{StatusCode: http.StatusNoContent, Header: http.Header{}, Body: http.NoBody}
				if requests == 1 {
					answer.StatusCode, answer.Header = 429, http.Header{"Retry-After": {header}}
				}
				return answer, nil
			})}))
			began := time.Now()
			if err := look(t, client); err != nil || requests != 2 {
				t.Errorf("Retry-After: %q: %d requests, %v", header, requests, err)
			}
			if took := time.Since(began); took < want || took > want+want/5 {
				t.Errorf("Retry-After: %q: waited %v, want %v", header, took, want)
			}
		})
	}
}

// A wait that is absurdly long is a long one, not none.
func TestAbsurdRetryAfter(t *testing.T) {
	t.Parallel()
	const month = 30 * 24 * time.Hour
	for _, header := range []string{"2592000", "99999999", "99999999999999999999", strings.Repeat("9", 400), "1e300", "Fri, 31 Dec 9999 23:59:59 GMT"} {
		for _, status := range []int{http.StatusTooManyRequests, http.StatusServiceUnavailable} {
			synctest.Test(t, func(t *testing.T) {
				requests := 0
				client := spotify.New(token("alice"), spotify.WithHTTPClient(&http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
					requests++
					return &http.Response{StatusCode: status, Header: http.Header{"Retry-After": {header}}, Body: http.NoBody}, nil
				})}))
				failed, _ := errors.AsType[*spotify.Error](look(t, client))
				if failed == nil || requests != 1 || time.Until(failed.RetryAt) != month {
					t.Errorf("%d, Retry-After: %q: %+v after %d requests, want to come back in %v", status, header, failed, requests, month)
				}
			})
		}
	}
}

// Who is told "at once" again and again backs off all the same.
func TestEndlessShortRefusals(t *testing.T) {
	t.Parallel()
	for _, header := range []string{"0", "1"} {
		synctest.Test(t, func(t *testing.T) {
			requests := 0
			client := spotify.New(token("alice"), spotify.WithHTTPClient(&http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
				requests++
				return &http.Response{StatusCode: 429, Header: http.Header{"Retry-After": {header}}, Body: http.NoBody}, nil
			})}))
			began := time.Now()
			if err := look(t, client); !errors.Is(err, spotify.ErrRateLimited) || requests > 15 || requests < 5 {
				t.Errorf("Retry-After: %s for ever: %v after %d requests, want ErrRateLimited after 5 to 15", header, err, requests)
			}
			if took := time.Since(began); took > time.Minute {
				t.Errorf("Retry-After: %s for ever: took %v", header, took)
			}
		})
	}
}

// A cool-down is the app's: everybody heeds it, and nothing is sent meanwhile.
func TestRemembersCoolDowns(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fault emulator.Fault
		want  error
	}{
		"rate limit": {emulator.Fault{Operation: playing, Status: 429, RetryAfter: time.Hour}, spotify.ErrRateLimited},
		"quota":      {emulator.Fault{Operation: playing, Quota: true, RetryAfter: time.Hour}, spotify.ErrQuotaExceeded},
	} {
		inBubble(t, nil, func(t *testing.T, world *emulator.Emulator, client *spotify.Client) {
			bob := client.As(logIn(t, world, "bob"))
			world.Fail(c.fault)
			if err := look(t, client); !errors.Is(err, c.want) {
				t.Errorf("%s: got %v, want %v", name, err, c.want)
			}
			time.Sleep(30 * time.Minute)
			sent := len(world.Ledger())
			for who, client := range map[string]*spotify.Client{"alice": client, "bob": bob, "with options": client.With(spotify.WithRetries(1))} {
				err := look(t, client)
				failed, _ := errors.AsType[*spotify.Error](err)
				if !errors.Is(err, c.want) || failed.Status != 0 || time.Until(failed.RetryAt).Round(time.Minute) != 30*time.Minute {
					t.Errorf("%s, %s: got %v, want %v for half an hour more", name, who, err, c.want)
				}
			}
			if n := len(world.Ledger()); n != sent {
				t.Errorf("%s: %d requests while cooling down", name, n-sent)
			}
			time.Sleep(30 * time.Minute)
			if err := look(t, bob); err != nil {
				t.Errorf("%s: afterwards: %v", name, err)
			}
		})
	}
}

// A thousand who wait for the same limit all get their answer, and cost one 429.
func TestManyWaitTogether(t *testing.T) {
	t.Parallel()
	inBubble(t, nil, func(t *testing.T, world *emulator.Emulator, client *spotify.Client) {
		world.Fail(emulator.Fault{Operation: playing, Status: 429, RetryAfter: 10 * time.Second})
		_ = look(t, client.With(spotify.WithMaxWait(0)))
		client = client.With(spotify.WithCacheSize(0)) // which would let them share an answer
		var waiting sync.WaitGroup
		for range 100 {
			waiting.Go(func() {
				if err := look(t, client); err != nil {
					t.Error(err)
				}
			})
		}
		waiting.Wait()
		if n := len(world.Ledger().Of(playing)); n != 101 {
			t.Errorf("%d requests, want 101", n)
		}
	})
}

func TestRefusedTokens(t *testing.T) {
	t.Parallel()
	refreshes := func(world *emulator.Emulator) int {
		return len(world.Ledger().Of("POST /api/token").Grant("refresh_token"))
	}
	for _, c := range []struct {
		name      string
		fault     emulator.Fault
		want      error
		requests  int
		refreshes int
	}{
		{"expired", emulator.Fault{Message: "The access token expired"}, nil, 2, 1},
		{"revoked", emulator.Fault{Message: "Invalid access token"}, nil, 2, 1},
		{"refused for ever", emulator.Fault{Message: "Invalid access token", Times: -1}, spotify.ErrUnauthorized, 2, 1},
		{"a lie", emulator.Fault{Message: "Access token missing"}, nil, 2, 0},
		{"a lie that stays", emulator.Fault{Message: "Access token missing", Times: -1}, spotify.ErrUnauthorized, 3, 1},
		{"a scope is missing", emulator.Fault{Message: "Permissions missing", Times: -1}, spotify.ErrMissingScope, 1, 0},
		{"a person is wanted", emulator.Fault{Message: "Valid user authentication required", Times: -1}, spotify.ErrUserRequired, 1, 0},
	} {
		for _, operation := range []string{playing, next} { // nothing has happened: a POST is repeated too
			t.Run(c.name+" "+operation, func(t *testing.T) {
				inBubble(t, nil, func(t *testing.T, world *emulator.Emulator, client *spotify.Client) {
					c.fault.Operation, c.fault.Status = operation, 401
					world.Fail(c.fault)
					err := client.Do(t.Context(), spotify.Operation(operation), nil, nil)
					if !errors.Is(err, c.want) || c.want == nil && err != nil {
						t.Errorf("got %v, want %v", err, c.want)
					}
					if n := len(world.Ledger().Of(operation)); n != c.requests {
						t.Errorf("%d requests, want %d", n, c.requests)
					}
					if n := refreshes(world); n != c.refreshes {
						t.Errorf("%d refreshes, want %d", n, c.refreshes)
					}
				})
			})
		}
	}
}

// Of a source that cannot refresh there is no second token, and so no second try.
func TestRefusedStaticToken(t *testing.T) {
	t.Parallel()
	world := emulator.New(emulator.Config{})
	client := spotify.New(auth.StaticToken("BQunknown"), spotify.WithHTTPClient(world.Client()))
	if _, err := client.Users.Me(t.Context()); !errors.Is(err, spotify.ErrUnauthorized) {
		t.Errorf("got %v, want ErrUnauthorized", err)
	}
	if n := len(world.Ledger().Of("GET /me")); n != 1 {
		t.Errorf("%d requests, want 1", n)
	}
}

func TestLoginThatEnded(t *testing.T) {
	t.Parallel()
	inBubble(t, nil, func(t *testing.T, world *emulator.Emulator, client *spotify.Client) {
		world.Revoke("alice")
		if err := look(t, client); !errors.Is(err, auth.ErrReauthorize) {
			t.Errorf("got %v, want auth.ErrReauthorize", err)
		}
		if _, ok := errors.AsType[*spotify.Error](look(t, client)); ok {
			t.Error("a login's end is not Spotify's refusal of a call: want no *spotify.Error")
		}
	})
}

// A body is sent whole in every attempt, and each attempt asks for its token anew.
func TestEveryAttemptIsNew(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var bodies, tokens []string
		client := spotify.New(auth.TokenSourceFunc(func(context.Context) (*auth.Token, error) {
			return auth.StaticToken(strings.Repeat("t", len(tokens)+1)), nil
		}), spotify.WithHTTPClient(&http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
			body, _ := io.ReadAll(r.Body)
			bodies, tokens = append(bodies, string(body)), append(tokens, r.Header.Get("Authorization"))
			return &http.Response{StatusCode: []int{503, 401, 204}[len(bodies)-1], Header: http.Header{}, Body: http.NoBody}, nil
		})}))
		err := client.Player.Play(t.Context(), &spotify.PlayOptions{Context: "spotify:album:1", StartAt: "spotify:track:2", Position: new(1500 * time.Millisecond)})
		if err != nil {
			t.Fatal(err)
		}
		const want = `{"context_uri":"spotify:album:1","offset":{"uri":"spotify:track:2"},"position_ms":1500}`
		for i, body := range bodies {
			if body != want {
				t.Errorf("attempt %d: body %s, want %s", i+1, body, want)
			}
		}
		if got := strings.Join(tokens, ","); got != "Bearer t,Bearer tt,Bearer ttt" {
			t.Errorf("tokens %s", got)
		}
	})
}
