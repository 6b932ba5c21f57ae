package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/emulator"
	"github.com/tenuto-dev/tenuto/internal/operations"
)

// desk is a world, alice's login in a file, and tenuto api as she types it.
type desk struct {
	t     *testing.T
	world *emulator.Emulator
	flags []string
	state string // XDG_STATE_HOME
}

// newDesk logs alice in with every scope. What nobody mentions is as in the flags.
func newDesk(t *testing.T, c emulator.Config, flags ...string) *desk {
	t.Helper()
	world := emulator.Start(t, c)
	app := world.App()
	conf := &auth.Config{
		ClientID: app.ClientID, ClientSecret: app.ClientSecret, RedirectURI: app.RedirectURIs[0], AccountsURL: world.AccountsURL(),
	}
	cred, err := auth.NewCredentials(conf)
	if err != nil {
		t.Fatal(err)
	}
	attempt := cred.UserAuth(auth.EveryScope())
	token, err := attempt.RequestToken(t.Context(), cred, auth.ParseCallback(world.Approve(attempt.URL(), "alice")))
	if err != nil {
		t.Fatal(err)
	}
	conf.RefreshToken = token.RefreshToken
	file := filepath.Join(t.TempDir(), "my.ini")
	if err := auth.ConfigToFile(file, conf); err != nil {
		t.Fatal(err)
	}
	flags = append(flags, "--config", file, "--accounts-url", world.AccountsURL(), "--api-url", world.APIURL())
	return &desk{t, world, flags, t.TempDir()}
}

// run runs a command line in this process, and returns its status and what it printed. No output
// may hold a secret.
func (d *desk) run(args ...string) (status int, out, errs string) {
	d.t.Helper()
	var stdout, stderr bytes.Buffer
	p := &program{in: strings.NewReader(""), out: &stdout, err: &stderr, lookup: lookupIn(map[string]string{"XDG_STATE_HOME": d.state})}
	status = p.run(d.t.Context(), append(args, d.flags...))
	noSecrets(d.t, d.world, fmt.Sprintf("the output of %q", args), stdout.String()+stderr.String())
	return status, stdout.String(), stderr.String()
}

// first is a value in the first item of what a call prints: first("id", "search", "q=a", …).
func (d *desk) first(path string, args ...string) string {
	d.t.Helper()
	status, out, errs := d.run(append([]string{"api", "--output", "table", "--columns", path}, args...)...)
	lines := strings.Split(out, "\n")
	if status != done || len(lines) < 3 {
		d.t.Fatalf("tenuto api %q = %d, %s%s; want an item", args, status, out, errs)
	}
	return strings.TrimSpace(lines[1])
}

// callsOf are the arguments of each operation, by its ID.
func callsOf(d *desk, extended bool) map[string][]string {
	saved := []string{"get-users-saved-tracks", "limit=1"}
	track, album, artist := d.first("id", saved...), d.first("album.id", saved...), d.first("artists.id", saved...)
	artist, _, _ = strings.Cut(artist, ",")
	show, book := d.first("id", "search", "q=a", "type=show"), d.first("id", "search", "q=a", "type=audiobook")
	episode, chapter := d.first("id", "get-a-shows-episodes", "id="+show), d.first("id", "get-audiobook-chapters", "id="+book)
	playlist := d.first("id", "create-playlist", "--field", "name=ours", "--field", "public=false")
	d.first("snapshot_id", "add-items-to-playlist", "id="+playlist, "--field", `uris=["spotify:track:`+track+`"]`)
	device := d.first("id", "get-a-users-available-devices")
	category := "none"
	if extended {
		category = d.first("id", "get-categories")
	}
	cover := filepath.Join(d.t.TempDir(), "cover.jpg")
	writeFile(d.t, cover, "\xff\xd8\xff\xd9")
	uris := "uris=spotify:track:" + track
	calls := map[string][]string{
		"search": {"q=moon", "type=track,album"}, "save-library-items": {uris}, "remove-library-items": {uris}, "check-library-contains": {uris},
		"get-users-top-artists-and-tracks": {"type=tracks"},
		"get-users-profile":                {"id=bob"}, "get-list-users-playlists": {"id=bob"}, "create-playlist-for-user": {"id=alice", "--field", "name=new"},
		"create-playlist": {"--field", "name=new"}, "change-playlist-details": {"id=" + playlist, "--field", "name=7"},
		"get-a-category": {"id=" + category}, "get-a-categories-playlists": {"id=" + category},
		"get-followed": {"type=artist"}, "upload-custom-playlist-cover": {"id=" + playlist, "--body", cover},
		"get-recommendations":    {"seed_tracks=" + track},
		"start-a-users-playback": {"--field", `uris=["spotify:track:` + track + `"]`}, "transfer-a-users-playback": {"--field", `device_ids=["` + device + `"]`},
		"seek-to-position-in-currently-playing-track": {"position_ms=1000"}, "set-repeat-mode-on-users-playback": {"state=off"},
		"set-volume-for-users-playback": {"volume_percent=7"}, "toggle-shuffle-for-users-playback": {"state=true"}, "add-to-queue": {"uri=spotify:track:" + track},
	}
	for _, verb := range []string{"add", "remove", "reorder-or-replace"} {
		body := map[string]string{"add": `uris=["spotify:track:%s"]`, "remove": `tracks=[{"uri":"spotify:track:%s"}]`, "reorder-or-replace": `uris=["spotify:track:%s"]`}[verb]
		old := []string{"id=" + playlist, "--field", fmt.Sprintf(body, track)}
		current := []string{"id=" + playlist, "--field", strings.Replace(fmt.Sprintf(body, track), "tracks=", "items=", 1)}
		for _, id := range []string{"%s-tracks-to-playlist", "%s-playlists-tracks", "%s-tracks-playlist"} {
			calls[fmt.Sprintf(id, verb)] = old
		}
		for _, id := range []string{"%s-items-to-playlist", "%s-playlists-items", "%s-items-playlist"} {
			calls[fmt.Sprintf(id, verb)] = current
		}
	}
	ids := map[string]string{
		"albums": album, "artists": artist, "audiobooks": book, "chapters": chapter, "episodes": episode, "playlists": playlist,
		"shows": show, "tracks": track, "audio-features": track, "audio-analysis": track, "following": artist,
	}
	for _, op := range operations.All() {
		if _, special := calls[op.ID]; !special {
			calls[op.ID] = usualCall(&op, ids)
		}
	}
	for _, id := range []string{"follow-artists-users", "unfollow-artists-users", "check-current-user-follows"} {
		calls[id] = append(calls[id], "type=artist")
	}
	return calls
}

// usualCall has the IDs of what a path is about.
func usualCall(op *operations.Operation, ids map[string]string) (args []string) {
	for segment := range strings.SplitSeq(op.Path[1:], "/") {
		if id := ids[segment]; id != "" {
			if strings.Contains(op.Path, "{id}") {
				return []string{"id=" + id}
			}
			if op.Development.IDs > 0 {
				return []string{"ids=" + id}
			}
		}
	}
	return nil
}

// Every operation can be called by Spotify's name for it, in both modes: what is closed is not
// sent, and its replacement named; all else is sent, and Spotify is content.
func TestAPICallsEveryOperation(t *testing.T) {
	t.Parallel()
	for _, mode := range []string{"development", "extended"} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			extended := mode == "extended"
			d := newDesk(t, emulator.Config{
				Apps: []emulator.App{{Extended: extended}}, People: []emulator.Person{{Name: "alice", Country: "GB"}, {Name: "bob"}},
			}, "--mode", mode)
			calls := callsOf(d, extended)
			start := d.world.Snapshot()
			for _, op := range operations.All() {
				if err := d.world.Restore(start); err != nil {
					t.Fatal(err)
				}
				if op.State == operations.Active || extended {
					d.callsOpen(&op, calls[op.ID])
				} else {
					d.refusesClosed(&op, calls[op.ID])
				}
			}
		})
	}
}

func (d *desk) callsOpen(op *operations.Operation, args []string) {
	d.t.Helper()
	before := len(d.world.Ledger())
	status, out, errs := d.run(append([]string{"api", op.ID}, args...)...)
	sent := d.world.Ledger()[before:].Of(op.Name())
	if status != done || errs != "" || len(sent) != 1 || sent[0].Status >= 300 {
		d.t.Errorf("tenuto api %s %q = %d, sent %v; want %s to be sent once, and nothing wrong\n%s", op.ID, args, status, sent, op.Name(), errs)
	}
	if out != "" && !json.Valid([]byte(out)) {
		d.t.Errorf("tenuto api %s printed no JSON:\n%s", op.ID, out)
	}
	if op.Method == "GET" && out == "" && len(sent) == 1 && sent[0].Status == 200 {
		d.t.Errorf("tenuto api %s printed nothing", op.ID)
	}
}

func (d *desk) refusesClosed(op *operations.Operation, args []string) {
	d.t.Helper()
	before := len(d.world.Ledger())
	status, out, errs := d.run(append([]string{"api", op.ID}, args...)...)
	if status != failed || out != "" || len(d.world.Ledger()) != before {
		d.t.Errorf("tenuto api %s = %d, want %d and nothing sent or printed\n%s", op.ID, status, failed, out)
	}
	instead := "there is nothing instead"
	if replacement, ok := operations.Lookup(op.Replacement); ok {
		instead = `use "tenuto api ` + replacement.ID
	}
	if !strings.Contains(errs, instead) || !strings.Contains(errs, "--mode extended") {
		d.t.Errorf("tenuto api %s says\n%swant %s, and what --mode extended is for", op.ID, errs, instead)
	}
}

// The command that replaces a closed one works as it stands.
func TestAPIReplacementsWork(t *testing.T) {
	t.Parallel()
	d := newDesk(t, emulator.Config{People: []emulator.Person{{Name: "alice", Country: "GB"}, {Name: "bob"}}})
	calls := callsOf(d, false)
	start, tried := d.world.Snapshot(), 0
	for _, op := range operations.All() {
		if op.State != operations.Closed || op.Replacement == "" {
			continue
		}
		_, _, errs := d.run(append([]string{"api", op.ID}, calls[op.ID]...)...)
		_, line, _ := strings.Cut(errs, `use "tenuto `)
		line, _, _ = strings.Cut(line, `"`)
		args := strings.Fields(line)
		if at := slices.Index(calls[op.ID], "--field"); at >= 0 { // a body stays as it is
			args = append(args, strings.ReplaceAll(strings.Join(calls[op.ID][at:at+2], "\n"), "tracks=", "items="))
			args = slices.Concat(args[:len(args)-1], strings.Split(args[len(args)-1], "\n"))
		}
		if err := d.world.Restore(start); err != nil {
			t.Fatal(err)
		}
		if status, _, errs := d.run(args...); status != done || strings.Contains(line, "…") {
			t.Errorf("instead of %s: tenuto %q = %d, %s", op.ID, args, status, errs)
		}
		tried++
	}
	if tried < 20 {
		t.Errorf("tried %d replacements, want at least 20", tried)
	}
}

// An operation is found by all of its names.
func TestAPIFindsEveryOperation(t *testing.T) {
	t.Parallel()
	const base = "http://127.0.0.1:5010/v1"
	for _, op := range operations.All() {
		path := strings.NewReplacer("{id}", "some", "{type}", "tracks").Replace(op.Path)
		for _, words := range [][]string{
			{op.ID}, {strings.ToUpper(op.ID)}, {op.Name()}, {op.Method, op.Path}, {op.Method, path}, {strings.ToLower(op.Method), path},
			{op.Method, path + "/"}, {op.Method, "/v1" + path}, {op.Method, path[1:]}, {op.Method, path + "?limit=7"},
			{op.Method, "https://api.spotify.com/v1" + path}, {op.Method, base + path}, {op.Method + " " + path},
		} {
			got, rest, err := findTarget(append(words, "a=b"), base)
			if err != nil || got.op.Name() != op.Name() || len(rest) != 1 {
				t.Errorf("findTarget(%q) = %v, %q, %v, want %s", words, got, rest, err, op.Name())
			}
		}
	}
	for _, address := range []string{
		"https://api.spotify.com.example/v1/me", "https://api.spotify.com@evil.example/v1/me", "http://api.spotify.com/v1/me",
		"https://evil.example/v1/me", "http://127.0.0.1:5011/v1/me", "https://api.spotify.com/v1me", "https://accounts.spotify.com/v1/me", "file:///v1/me",
	} {
		if got, _, err := findTarget([]string{"GET", address}, base); err == nil {
			t.Errorf("findTarget(GET %s) = %s, want it refused", address, got.op.Name())
		}
	}
}

func writeFile(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
