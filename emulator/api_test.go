package emulator_test

import (
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/tenuto-dev/tenuto/emulator"
)

// everything is all the scopes that the operations of the Web API ask for.
const everything = "user-read-private user-read-email user-read-playback-state user-modify-playback-state " +
	"user-read-currently-playing user-read-recently-played user-read-playback-position user-top-read " +
	"user-library-read user-library-modify user-follow-read user-follow-modify playlist-read-private " +
	"playlist-read-collaborative playlist-modify-public playlist-modify-private ugc-image-upload"

// caller calls the Web API of a world with one token.
type caller struct {
	t     *testing.T
	world *emulator.Emulator
	token string
}

// as logs a person in to the world's first app with the given scopes.
func as(t *testing.T, world *emulator.Emulator, person, scopes string) caller {
	t.Helper()
	app := world.App()
	login := "https://accounts.spotify.com/authorize?" + url.Values{
		"client_id": {app.ClientID}, "response_type": {"code"}, "redirect_uri": {app.RedirectURIs[0]}, "scope": {scopes},
	}.Encode()
	back := world.Approve(login, person)
	return caller{t, world, requestToken(t, world, url.Values{
		"grant_type": {"authorization_code"}, "code": {back.Query().Get("code")}, "redirect_uri": {app.RedirectURIs[0]},
	})}
}

// asApp has an application token.
func asApp(t *testing.T, world *emulator.Emulator) caller {
	t.Helper()
	return caller{t, world, requestToken(t, world, url.Values{"grant_type": {"client_credentials"}})}
}

func requestToken(t *testing.T, world *emulator.Emulator, form url.Values) string {
	t.Helper()
	app := world.App()
	r, _ := http.NewRequest("POST", "https://accounts.spotify.com/api/token", strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(app.ClientID+":"+app.ClientSecret)))
	resp, err := world.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var token struct {
		AccessToken string `json:"access_token"`
	}
	if err := json.NewDecoder(resp.Body).Decode(&token); err != nil || token.AccessToken == "" {
		t.Fatalf("POST /api/token: status %d, %v", resp.StatusCode, err)
	}
	return token.AccessToken
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   string
}

// do sends a request, "GET /me/tracks?limit=5", with a body unless it is "".
func (c caller) do(request, body string) answer {
	c.t.Helper()
	method, path, _ := strings.Cut(request, " ")
	r, err := http.NewRequest(method, "https://api.spotify.com/v1"+path, strings.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+c.token)
	resp, err := c.world.Client().Do(r)
	if err != nil {
		c.t.Fatal(err)
	}
	return answer{resp.StatusCode, resp.Header, read(c.t, resp)}
}

func read(t *testing.T, resp *http.Response) string {
	t.Helper()
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// object is JSON to be asked by path: tree.at("items.0.track.name").
type object struct {
	t     *testing.T
	value any
}

// get decodes the 200 answer to a GET.
func (c caller) get(path string) object {
	c.t.Helper()
	a := c.do("GET "+path, "")
	if a.status != http.StatusOK {
		c.t.Fatalf("GET %s = %d %s, want 200", path, a.status, a.body)
	}
	return decode(c.t, a.body)
}

func decode(t *testing.T, body string) object {
	t.Helper()
	var v any
	if err := json.Unmarshal([]byte(body), &v); err != nil {
		t.Fatalf("%v in %s", err, body)
	}
	return object{t, v}
}

// lookup follows a path of keys and indexes; ok is false where it leads nowhere.
func (o object) lookup(path string) (value any, ok bool) {
	value = o.value
	for step := range strings.SplitSeq(path, ".") {
		switch v := value.(type) {
		case map[string]any:
			if value, ok = v[step]; !ok {
				return nil, false
			}
		case []any:
			var i int
			if err := json.Unmarshal([]byte(step), &i); err != nil || i >= len(v) {
				return nil, false
			}
			value = v[i]
		default:
			return nil, false
		}
	}
	return value, true
}

func (o object) at(path string) any {
	o.t.Helper()
	value, ok := o.lookup(path)
	if !ok {
		o.t.Fatalf("there is no %s in %v", path, o.value)
	}
	return value
}

func (o object) has(path string) bool    { _, ok := o.lookup(path); return ok }
func (o object) text(path string) string { s, _ := o.at(path).(string); return s }
func (o object) number(path string) int  { n, _ := o.at(path).(float64); return int(n) }
func (o object) items(path string) []any { l, _ := o.at(path).([]any); return l }

// want compares the answer to a request with a status and a piece of its body.
func (c caller) want(request, body string, status int, piece string) answer {
	c.t.Helper()
	a := c.do(request, body)
	if a.status != status || !strings.Contains(a.body, piece) {
		c.t.Errorf("%s = %d %.300s, want %d with %s", request, a.status, a.body, status, piece)
	}
	return a
}

func extended() *emulator.Emulator {
	return emulator.New(emulator.Config{Apps: []emulator.App{{Extended: true}}})
}

func development() *emulator.Emulator { return emulator.New(emulator.Config{}) }
