package spotify_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/emulator"
	"github.com/tenuto-dev/tenuto/spotify"
)

func TestAsSpeaksForSomebodyElse(t *testing.T) {
	t.Parallel()
	world := emulator.New(emulator.Config{})
	alice, bob := logIn(t, world, "alice"), logIn(t, world, "bob")
	client := spotify.New(alice, spotify.WithHTTPClient(world.Client()))
	nobody := spotify.New(nil, spotify.WithHTTPClient(world.Client()))
	ctx := spotify.As(t.Context(), bob)
	me := func(c *spotify.Client, as ...auth.TokenSource) string {
		ctx := t.Context()
		for _, source := range as {
			ctx = spotify.As(ctx, source)
		}
		profile, err := c.Users.Me(ctx)
		if err != nil {
			return err.Error()
		}
		return string(profile.ID)
	}
	for _, c := range []struct{ what, got, want string }{
		{"New(alice)", me(client), "alice"},
		{"As(bob)", me(client.As(bob)), "bob"},
		{"the client after As", me(client), "alice"},
		{"a context with bob", me(client, bob), "bob"},
		{"a context with bob, then alice", me(client, bob, alice), "alice"},
		{"As(alice) under a context with bob", me(client.As(alice), bob), "alice"},
		{"New(nil) under a context with bob", me(nobody, bob), "bob"},
		{"With keeps a binding", me(client.As(alice).With(spotify.WithRetries(0)), bob), "alice"},
		{"a plain token", me(client.As(alice.Current())), "alice"},
	} {
		if c.got != c.want {
			t.Errorf("%s: speaks for %q, want %q", c.what, c.got, c.want)
		}
	}
	for what, c := range map[string]*spotify.Client{"New(nil)": nobody, "As(nil)": client.As(nil)} {
		before := len(world.Ledger())
		if _, err := c.Users.Me(t.Context()); !errors.Is(err, spotify.ErrConfig) {
			t.Errorf("%s: got %v, want ErrConfig", what, err)
		}
		if len(world.Ledger()) != before {
			t.Errorf("%s: something was sent", what)
		}
	}
	if _, err := client.As(nil).Users.Me(ctx); !errors.Is(err, spotify.ErrConfig) {
		t.Errorf("As(nil) under a context: got %v, want ErrConfig", err)
	}
}

func TestWrongOptionsFailEveryCall(t *testing.T) {
	t.Parallel()
	world := emulator.New(emulator.Config{})
	for what, opt := range map[string]spotify.Option{
		"foreign base URL":    spotify.WithBaseURL("https://api.example.com/v1"),
		"lookalike base URL":  spotify.WithBaseURL("https://api.spotify.com.example.com/v1"),
		"base URL with user":  spotify.WithBaseURL("http://a:b@127.0.0.1/v1"),
		"base URL with query": spotify.WithBaseURL("http://127.0.0.1/v1?x=y"),
		"http to Spotify":     spotify.WithBaseURL("http://api.spotify.com/v1"),
		"no scheme":           spotify.WithBaseURL("127.0.0.1:5010"),
		"file":                spotify.WithRemoteEmulator("file:///etc/passwd"),
		"mode":                spotify.WithMode(7),
		"wait":                spotify.WithMaxWait(-1),
		"retries":             spotify.WithRetries(-1),
		"language":            spotify.WithLanguage("sv\r\nX: y"),
	} {
		client := spotify.New(auth.StaticToken("x"), spotify.WithHTTPClient(world.Client()), opt)
		if _, err := client.Users.Me(t.Context()); !errors.Is(err, spotify.ErrConfig) {
			t.Errorf("%s: got %v, want ErrConfig", what, err)
		}
	}
	if n := len(world.Ledger()); n != 0 {
		t.Errorf("%d requests were sent", n)
	}
}

func TestBaseURL(t *testing.T) {
	t.Parallel()
	world := emulator.New(emulator.Config{})
	login := logIn(t, world, "alice")
	for _, opt := range []spotify.Option{
		spotify.WithBaseURL(""), spotify.WithBaseURL("https://api.spotify.com/v1"), spotify.WithBaseURL("http://127.0.0.1:5010/v1/"), spotify.WithBaseURL("http://[::1]/v1"),
		spotify.WithBaseURL("http://localhost:5010/v1"), spotify.WithRemoteEmulator("http://emulator:5010/v1"),
	} {
		client := spotify.New(login, spotify.WithHTTPClient(world.Client()), opt)
		if me, err := client.Users.Me(t.Context()); err != nil || me.ID != "alice" {
			t.Errorf("Me = %+v, %v", me, err)
		}
	}
}

func TestOverASocket(t *testing.T) {
	t.Parallel()
	world := emulator.Start(t)
	client := spotify.New(logIn(t, world, "alice"), spotify.WithBaseURL(world.APIURL()))
	if me, err := client.Users.Me(t.Context()); err != nil || me.ID != "alice" {
		t.Errorf("Me = %+v, %v", me, err)
	}
}

func TestDo(t *testing.T) {
	t.Parallel()
	world := emulator.New(emulator.Config{})
	client := clientOf(t, world, "alice")
	saved, err := client.Library.Tracks(t.Context(), &spotify.PageOptions{Limit: 1})
	if err != nil {
		t.Fatal(err)
	}
	track := saved.Items[0].Track

	args := &spotify.Args{Path: map[string]string{"album_id": string(track.Album.ID)}, Query: url.Values{"market": {"FI"}}}
	var own struct {
		ID     string
		Tracks struct{ Items []spotify.Track }
	}
	if err := client.Do(t.Context(), "GET /albums/{album_id}", args, &own); err != nil || own.ID != string(track.Album.ID) || len(own.Tracks.Items) == 0 {
		t.Errorf("Do into an own type: %+v, %v", own, err)
	} else if first := own.Tracks.Items[0]; first.Duration == 0 || first.URI.Kind() != spotify.KindTrack {
		t.Errorf("a Track inside an own type: %+v", first)
	}
	var ours spotify.Album
	if err := client.Do(t.Context(), "GET /albums/{album_id}", args, &ours); err != nil || ours.ID != track.Album.ID || len(ours.Tracks.Items) == 0 {
		t.Errorf("Do into an Album: %+v, %v", ours, err)
	}
	var raw json.RawMessage
	if err := client.Do(t.Context(), "GET /albums/{album_id}", args, &raw); err != nil || !json.Valid(raw) {
		t.Errorf("Do into a RawMessage: %q, %v", raw, err)
	}
	var wrong []int
	if err := client.Do(t.Context(), "GET /albums/{album_id}", args, &wrong); err == nil || errors.Is(err, spotify.ErrServer) {
		t.Errorf("Do into a list of numbers: %v, want an error that is not Spotify's", err)
	}
	if err := client.Do(t.Context(), "PUT /me/player/pause", nil, nil); err != nil {
		t.Errorf("Do without arguments: %v", err)
	}
	if len(args.Query) != 1 {
		t.Errorf("Do changed its arguments: %v", args.Query)
	}
}

func TestDoRefusesWhatCannotWork(t *testing.T) {
	t.Parallel()
	world := emulator.New(emulator.Config{})
	client := clientOf(t, world, "alice")
	before := len(world.Ledger())
	path := func(pairs ...string) *spotify.Args {
		args := &spotify.Args{Path: map[string]string{}}
		for i := 0; i < len(pairs); i += 2 {
			args.Path[pairs[i]] = pairs[i+1]
		}
		return args
	}
	for _, c := range []struct {
		op   spotify.Operation
		args *spotify.Args
	}{
		{"GET /you", nil}, {"", nil}, {"GET /albums/{id}", nil}, {"GET /albums/{id}", path("id", "")}, {"GET /albums/{id}", path("id", "..")},
		{"GET /albums/{id}", path("album", "x")}, {"GET /me", path("id", "x")}, {"GET /albums/{id}", path("id", "x", "more", "y")},
		{"POST /me/playlists", &spotify.Args{Body: func() {}}},
	} {
		if err := client.Do(t.Context(), c.op, c.args, nil); !errors.Is(err, spotify.ErrConfig) {
			t.Errorf("Do(%q, %+v) = %v, want ErrConfig", c.op, c.args, err)
		}
	}
	if sent := world.Ledger()[before:]; len(sent) != 0 {
		t.Errorf("sent all the same:\n%v", sent)
	}
}

func TestMarketAndLanguage(t *testing.T) {
	t.Parallel()
	world := emulator.New(emulator.Config{})
	var language string
	client := appClient(t, world, spotify.WithMarket("FI"), spotify.WithLanguage("sv-SE"), spotify.WithHTTPClient(&http.Client{Transport: spy{world, func(r *http.Request) {
		language = r.Header.Get("Accept-Language")
	}}}))
	for market, opts := range map[string]*spotify.PageOptions{"FI": nil, "SE": {Market: "SE"}} {
		if _, err := client.Search.Tracks(t.Context(), "a", opts); err != nil {
			t.Fatal(err)
		}
		sent := world.Ledger().Of("GET /search")
		if got := sent[len(sent)-1].Query.Get("market"); got != market {
			t.Errorf("market = %q, want %q", got, market)
		}
	}
	if language != "sv-SE" {
		t.Errorf("Accept-Language = %q, want sv-SE", language)
	}
}

// spy looks at requests on their way to world.
type spy struct {
	world *emulator.Emulator
	look  func(*http.Request)
}

func (s spy) RoundTrip(r *http.Request) (*http.Response, error) {
	s.look(r)
	return s.world.Client().Transport.RoundTrip(r)
}

func TestObserver(t *testing.T) {
	t.Parallel()
	world := emulator.New(emulator.Config{})
	var calls []spotify.Call
	client := clientOf(t, world, "alice", spotify.WithObserver(func(c spotify.Call) { calls = append(calls, c) }))
	world.Fail(emulator.Fault{Operation: "GET /tracks/{id}", Status: 401, Message: "Access token missing"})
	if _, err := client.Tracks.Get(t.Context(), someID, nil); !errors.Is(err, spotify.ErrNotFound) {
		t.Errorf("an unknown track: %v, want ErrNotFound", err)
	}
	if len(calls) != 2 || calls[0].Status != 401 || calls[0].Attempt != 1 || calls[0].Err == nil ||
		calls[1].Status != 404 || calls[1].Attempt != 2 || calls[1].Operation != "GET /tracks/{id}" {
		t.Errorf("observed %+v", calls)
	}
}

// Tokens go nowhere but to the Web API, and cookies nowhere at all.
func TestRedirectsAreNotFollowed(t *testing.T) {
	t.Parallel()
	var hosts []string
	transport := roundTripper(func(r *http.Request) (*http.Response, error) {
		hosts = append(hosts, r.URL.Host)
		return &http.Response{StatusCode: http.StatusFound, Header: http.Header{"Location": {"https://evil.example/v1/me"}}, Body: http.NoBody, Request: r}, nil
	})
	client := spotify.New(auth.StaticToken("BQcanary"), spotify.WithHTTPClient(&http.Client{Transport: transport}))
	_, err := client.Users.Me(t.Context())
	if !errors.Is(err, spotify.ErrServer) {
		t.Errorf("redirected: %v, want ErrServer", err)
	}
	if strings.Join(hosts, " ") != "api.spotify.com" {
		t.Errorf("asked %v, want Spotify once", hosts)
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
