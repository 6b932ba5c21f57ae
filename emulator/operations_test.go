package emulator_test

import (
	"cmp"
	"encoding/base64"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/tenuto-dev/tenuto/emulator"
	"github.com/tenuto-dev/tenuto/internal/operations"
	"github.com/tenuto-dev/tenuto/internal/operations/openapi"
)

// sample is a good request of one operation, and what is to come back. Words in braces stand
// for what is found in the world: see places.
type sample struct {
	path   string // where it is not the operation's own
	query  string
	body   string
	kind   string // Content-Type; "": application/json
	status int    // 0: 200
	has    string // paths that the answer must have, with spaces between; "": no body
}

const (
	trackFields  = "id name uri artists.0.name album.images.0.url duration_ms external_ids.isrc"
	pageFields   = "href items limit offset next previous total"
	showFields   = "id name uri images description media_type total_episodes"
	listFields   = "id name uri owner.id snapshot_id items.total"
	playerFields = "is_playing progress_ms timestamp item.uri currently_playing_type actions.disallows context.uri"
)

var samples = map[string]sample{
	"GET /me":                    {has: "account_id display_name id uri images external_urls.spotify"},
	"GET /me/top/{type}":         {path: "/me/top/tracks", has: pageFields + " items.0.name"},
	"GET /me/following":          {query: "type=artist&limit=5", has: "artists.items.0.name artists.cursors.after artists.next artists.total"},
	"PUT /me/following":          {query: "type=artist&ids={artist}", body: `{"ids":["{artist}"]}`, status: 204},
	"DELETE /me/following":       {query: "type=artist&ids={artist}", body: `{"ids":["{artist}"]}`, status: 204},
	"GET /me/following/contains": {query: "type=artist&ids={artist}", has: "0"},
	"GET /users/{id}":            {path: "/users/bob", has: "display_name id uri"},
	"GET /users/{id}/playlists":  {path: "/users/alice/playlists", has: pageFields + " items.0.snapshot_id"},
	"POST /users/{id}/playlists": {path: "/users/alice/playlists", body: `{"name":"New","public":false}`, status: 201, has: "id name snapshot_id owner.id"},

	"GET /albums/{id}":                  {path: "/albums/{album}", has: "id name tracks.items.0.name artists.0.id release_date total_tracks album_type"},
	"GET /albums":                       {query: "ids={album}", has: "albums.0.id"},
	"GET /albums/{id}/tracks":           {path: "/albums/{album}/tracks", has: pageFields + " items.0.track_number"},
	"GET /artists/{id}":                 {path: "/artists/{artist}", has: "id name images uri"},
	"GET /artists":                      {query: "ids={artist}", has: "artists.0.name"},
	"GET /artists/{id}/albums":          {path: "/artists/{artist}/albums", query: "include_groups=album,single", has: pageFields},
	"GET /artists/{id}/top-tracks":      {path: "/artists/{artist}/top-tracks", query: "market=GB", has: "tracks.0.name"},
	"GET /artists/{id}/related-artists": {path: "/artists/{artist}/related-artists", has: "artists.0.name"},
	"GET /tracks/{id}":                  {path: "/tracks/{track}", has: trackFields},
	"GET /tracks":                       {query: "ids={track}", has: "tracks.0.name"},

	"GET /me/player":                   {query: "additional_types=track,episode", has: playerFields + " device.id repeat_state shuffle_state"},
	"PUT /me/player":                   {body: `{"device_ids":["{device}"],"play":true}`, status: 204},
	"GET /me/player/devices":           {has: "devices.0.id devices.0.volume_percent"},
	"GET /me/player/currently-playing": {has: playerFields},
	"GET /me/player/recently-played":   {query: "limit=5", has: "items.0.track.name items.0.played_at cursors.before next limit href"},
	"GET /me/player/queue":             {has: "currently_playing.uri queue.0.uri"},
	"POST /me/player/queue":            {query: "uri=spotify:track:{track}", status: 204},
	"PUT /me/player/play":              {body: `{"context_uri":"spotify:album:{album}","offset":{"position":0},"position_ms":0}`, status: 204},
	"PUT /me/player/pause":             {status: 204},
	"POST /me/player/next":             {status: 204},
	"POST /me/player/previous":         {status: 204},
	"PUT /me/player/seek":              {query: "position_ms=25000", status: 204},
	"PUT /me/player/repeat":            {query: "state=track", status: 204},
	"PUT /me/player/volume":            {query: "volume_percent=50", status: 204},
	"PUT /me/player/shuffle":           {query: "state=true", status: 204},

	"GET /shows/{id}":               {path: "/shows/{show}", has: showFields + " episodes.items.0.name"},
	"GET /shows":                    {query: "ids={show}", has: "shows.0.name"},
	"GET /shows/{id}/episodes":      {path: "/shows/{show}/episodes", has: pageFields + " items.0.name"},
	"GET /episodes/{id}":            {path: "/episodes/{episode}", has: "id name show.name duration_ms resume_point.fully_played"},
	"GET /episodes":                 {query: "ids={episode}", has: "episodes.0.name"},
	"GET /audiobooks/{id}":          {path: "/audiobooks/{audiobook}", query: "market=GB", has: "id name authors.0.name chapters.items.0.name total_chapters"},
	"GET /audiobooks":               {query: "ids={audiobook}", has: "audiobooks.0.name"},
	"GET /audiobooks/{id}/chapters": {path: "/audiobooks/{audiobook}/chapters", has: pageFields + " items.0.chapter_number"},
	"GET /chapters/{id}":            {path: "/chapters/{chapter}", has: "id name audiobook.name chapter_number"},
	"GET /chapters":                 {query: "ids={chapter}", has: "chapters.0.name"},

	"GET /search":                                {query: "q=the&type=track,artist,album,playlist,show,episode,audiobook&limit=5", has: "tracks.items.0.name artists.items artists.total albums.next playlists.items shows.items episodes.items audiobooks.items"},
	"GET /markets":                               {has: "markets.0"},
	"GET /browse/featured-playlists":             {has: "message playlists.items.0.name"},
	"GET /browse/categories":                     {query: "locale=sv_SE", has: "categories.items.0.name"},
	"GET /browse/categories/{id}":                {path: "/browse/categories/{category}", has: "id name icons.0.url href"},
	"GET /browse/categories/{id}/playlists":      {path: "/browse/categories/{category}/playlists", has: "message playlists.items.0.name"},
	"GET /browse/new-releases":                   {has: "albums.items.0.release_date"},
	"GET /audio-features":                        {query: "ids={track}", has: "audio_features.0.tempo"},
	"GET /audio-features/{id}":                   {path: "/audio-features/{track}", has: "tempo key mode valence track_href"},
	"GET /audio-analysis/{id}":                   {path: "/audio-analysis/{track}", has: "track.duration bars.0.start segments.0.pitches.11"},
	"GET /recommendations":                       {query: "seed_tracks={track}&limit=3&target_tempo=120", has: "seeds.0.initialPoolSize tracks.0.name"},
	"GET /recommendations/available-genre-seeds": {has: "genres.0"},

	"GET /playlists/{id}":                    {path: "/playlists/{playlist}", has: "id name snapshot_id items.items.0.item.name items.items.0.added_at"},
	"PUT /playlists/{id}":                    {path: "/playlists/{playlist}", body: `{"name":"Another","description":"Other words"}`},
	"GET /playlists/{id}/items":              {path: "/playlists/{playlist}/items", query: "limit=3&additional_types=track,episode", has: pageFields + " items.0.item.name"},
	"POST /playlists/{id}/items":             {path: "/playlists/{playlist}/items", body: `{"uris":["spotify:track:{track}"],"position":0}`, status: 201, has: "snapshot_id"},
	"PUT /playlists/{id}/items":              {path: "/playlists/{playlist}/items", body: `{"range_start":1,"insert_before":0}`, has: "snapshot_id"},
	"DELETE /playlists/{id}/items":           {path: "/playlists/{playlist}/items", body: `{"items":[{"uri":"spotify:track:{track}"}]}`, has: "snapshot_id"},
	"GET /playlists/{id}/tracks":             {path: "/playlists/{playlist}/tracks", has: pageFields + " items.0.track.name"},
	"POST /playlists/{id}/tracks":            {path: "/playlists/{playlist}/tracks", body: `{"uris":["spotify:track:{track}"]}`, status: 201, has: "snapshot_id"},
	"PUT /playlists/{id}/tracks":             {path: "/playlists/{playlist}/tracks", body: `{"uris":["spotify:track:{track}"]}`, has: "snapshot_id"},
	"DELETE /playlists/{id}/tracks":          {path: "/playlists/{playlist}/tracks", body: `{"tracks":[{"uri":"spotify:track:{track}"}]}`, has: "snapshot_id"},
	"GET /playlists/{id}/images":             {path: "/playlists/{playlist}/images", has: "0.url"},
	"PUT /playlists/{id}/images":             {path: "/playlists/{playlist}/images", body: "{jpeg}", kind: "image/jpeg", status: 202},
	"PUT /playlists/{id}/followers":          {path: "/playlists/{playlist}/followers", body: `{"public":false}`},
	"DELETE /playlists/{id}/followers":       {path: "/playlists/{playlist}/followers"},
	"GET /playlists/{id}/followers/contains": {path: "/playlists/{playlist}/followers/contains", query: "ids=alice", has: "0"},
	"GET /me/playlists":                      {has: pageFields + " items.0.snapshot_id"},
	"POST /me/playlists":                     {body: `{"name":"New"}`, status: 201, has: listFields},

	"PUT /me/library":             {query: "uris=spotify:track:{track},spotify:album:{album}"},
	"DELETE /me/library":          {query: "uris=spotify:track:{track},spotify:album:{album}"},
	"GET /me/library/contains":    {query: "uris=spotify:track:{track},spotify:user:bob", has: "0 1"},
	"GET /me/tracks":              {has: pageFields + " items.0.track.name items.0.added_at"},
	"PUT /me/tracks":              {body: `{"ids":["{track}"],"timestamped_ids":[{"id":"{track}","added_at":"2024-01-15T10:00:00Z"}]}`},
	"DELETE /me/tracks":           {query: "ids={track}", body: `{"ids":["{track}"]}`},
	"GET /me/tracks/contains":     {query: "ids={track}", has: "0"},
	"GET /me/albums":              {has: pageFields + " items.0.album.tracks.items.0.name"},
	"PUT /me/albums":              {query: "ids={album}", body: `{"ids":["{album}"]}`},
	"DELETE /me/albums":           {query: "ids={album}", body: `{"ids":["{album}"]}`},
	"GET /me/albums/contains":     {query: "ids={album}", has: "0"},
	"GET /me/episodes":            {has: pageFields + " items.0.episode.show.name"},
	"PUT /me/episodes":            {query: "ids={episode}", body: `{"ids":["{episode}"]}`},
	"DELETE /me/episodes":         {query: "ids={episode}", body: `{"ids":["{episode}"]}`},
	"GET /me/episodes/contains":   {query: "ids={episode}", has: "0"},
	"GET /me/shows":               {has: pageFields + " items.0.show.name"},
	"PUT /me/shows":               {query: "ids={show}"},
	"DELETE /me/shows":            {query: "ids={show}"},
	"GET /me/shows/contains":      {query: "ids={show}", has: "0"},
	"GET /me/audiobooks":          {has: pageFields + " items.0.audiobook.name"},
	"PUT /me/audiobooks":          {query: "ids={audiobook}"},
	"DELETE /me/audiobooks":       {query: "ids={audiobook}"},
	"GET /me/audiobooks/contains": {query: "ids={audiobook}", has: "0"},
}

// Every operation answers a good request as it should, in both modes. Requests and answers are
// held against our own description of the Web API, and with TENUTO_TEST_OPENAPI=FILE against
// that one as well.
func TestEveryOperation(t *testing.T) {
	t.Parallel()
	descriptions := []*openapi.Description{describedBy(t, "../docs/openapi.json")}
	if path := os.Getenv("TENUTO_TEST_OPENAPI"); path != "" {
		descriptions = append(descriptions, describedBy(t, path))
	}
	for name := range samples {
		if _, ok := operations.Lookup(name); !ok {
			t.Errorf("sample of %s, which is no operation", name)
		}
	}
	for _, mode := range []struct {
		name     string
		extended bool
	}{{"extended", true}, {"development", false}} {
		t.Run(mode.name, func(t *testing.T) {
			t.Parallel()
			world := emulator.New(emulator.Config{Apps: []emulator.App{{Extended: mode.extended}}})
			alice := as(t, world, "alice", everything)
			places := alice.places()
			start := world.Snapshot()
			for _, op := range operations.All() {
				s, ok := samples[op.Name()]
				if !ok {
					t.Errorf("there is no sample of %s", op.Name())
				}
				if op.State != operations.Active && !mode.extended {
					continue // see TestWhatDevelopmentModeRefuses
				}
				if err := world.Restore(start); err != nil {
					t.Fatal(err)
				}
				s.check(alice, &op, places, descriptions)
			}
		})
	}
}

// places are the words in braces of samples, and what they stand for in alice's world.
func (c caller) places() *strings.Replacer {
	c.t.Helper()
	track := c.get("/me/tracks").text("items.0.track.id")
	one := c.get("/tracks/" + track)
	categories := "none"
	if a := c.do("GET /browse/categories", ""); a.status == http.StatusOK {
		categories = decode(c.t, a.body).text("categories.items.0.id")
	}
	book := c.get("/me/audiobooks").text("items.0.audiobook.id")
	return strings.NewReplacer(
		"{track}", track, "{album}", one.text("album.id"), "{artist}", one.text("artists.0.id"),
		"{show}", c.get("/me/shows").text("items.0.show.id"), "{episode}", c.get("/me/episodes").text("items.0.episode.id"),
		"{audiobook}", book, "{chapter}", c.get("/audiobooks/"+book+"/chapters").text("items.0.id"),
		"{playlist}", c.mine("Held Notes"), "{category}", categories,
		"{device}", c.get("/me/player/devices").text("devices.1.id"),
		"{jpeg}", base64.StdEncoding.EncodeToString([]byte("\xff\xd8\xff\xe0 a picture")),
	)
}

// check sends the request and judges the answer.
func (s sample) check(c caller, op *operations.Operation, places *strings.Replacer, descriptions []*openapi.Description) {
	c.t.Helper()
	address := "https://api.spotify.com/v1" + places.Replace(cmp.Or(s.path, op.Path))
	if s.query != "" {
		address += "?" + places.Replace(s.query)
	}
	r, err := http.NewRequest(op.Method, address, strings.NewReader(places.Replace(s.body)))
	if err != nil {
		c.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+c.token)
	if s.body != "" {
		r.Header.Set("Content-Type", cmp.Or(s.kind, "application/json"))
	}
	client := c.world.Client()
	for _, description := range descriptions {
		client.Transport = description.Transport(client.Transport, func(d openapi.Deviation) { c.t.Error(d) })
	}
	got := get(client, r)
	if want := cmp.Or(s.status, 200); got.err != nil || got.status != want {
		c.t.Errorf("%s %s = %d %.200s %v, want %d", op.Method, address, got.status, got.body, got.err, want)
		return
	}
	if (s.has == "") != (got.body == "") {
		c.t.Errorf("%s %s = %d with the body %.200q, want one: %v", op.Method, address, got.status, got.body, s.has != "")
		return
	}
	for path := range strings.FieldsSeq(s.has) {
		if !decode(c.t, got.body).has(path) {
			c.t.Errorf("%s %s: the answer has no %s: %.300s", op.Method, address, path, got.body)
		}
	}
}

func describedBy(t *testing.T, path string) *openapi.Description {
	t.Helper()
	d, err := openapi.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	return d
}
