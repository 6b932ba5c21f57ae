package spotify

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func full(t testing.TB) []byte {
	t.Helper()
	data, err := os.ReadFile("testdata/currently_playing.json")
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestDecodeFullAnswer(t *testing.T) {
	t.Parallel()
	var got CurrentlyPlaying
	if err := decode(full(t), &got); err != nil {
		t.Fatal(err)
	}
	everywhere := got.Item.Track.AvailableMarkets
	if n := len(slices.Collect(everywhere.All())); n < 100 || !everywhere.Has("FI") || everywhere.Has("F") || everywhere.Has("") {
		t.Errorf("available in %q", everywhere)
	}
	beethoven := Artist{ID: "2wOqMjp9TyABvtHdOSOTUS", URI: "spotify:artist:2wOqMjp9TyABvtHdOSOTUS", Name: "Ludwig van Beethoven"}
	album := &Album{
		ID: "4aawyAB9vmqN3uQ7FjRGTy", URI: "spotify:album:4aawyAB9vmqN3uQ7FjRGTy", Name: `Bagatelles "Op. 119"`, Type: "album",
		Artists:     []Artist{beethoven},
		Images:      []Image{{"https://i.example/640", 640, 640}, {"https://i.example/300", 300, 300}, {URL: "https://i.example/64"}},
		ReleaseDate: Date{1998, 3, 0}, TotalTracks: 11, IsPlayable: new(true), AvailableMarkets: everywhere,
	}
	track := &Track{
		ID: "6rqhFgbbKwnb9MLmUQDhG6", URI: "spotify:track:6rqhFgbbKwnb9MLmUQDhG6", Name: "Für Elise",
		Artists: []Artist{beethoven, {ID: "3wOqMjp9TyABvtHdOSOTUS", URI: "spotify:artist:3wOqMjp9TyABvtHdOSOTUS", Name: "Ada Demo"}},
		Album:   album, Duration: 178 * time.Second, DiscNumber: 1, TrackNumber: 3,
		ExternalIDs: ExternalIDs{ISRC: "DEF059800001"}, Popularity: new(71), AvailableMarkets: everywhere,
	}
	want := CurrentlyPlaying{
		Item: &Item{Kind: KindTrack, URI: track.URI, Name: track.Name, Duration: track.Duration, Images: album.Images, Track: track},
		Kind: KindTrack, IsPlaying: true, Progress: 44272 * time.Millisecond,
		At:      time.UnixMilli(1763740800123).UTC(),
		Context: &Context{KindAlbum, "spotify:album:4aawyAB9vmqN3uQ7FjRGTy"}, Disallowed: []Action{ActionResume},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("decoded (-want +got):\n%s", diff)
	}
	if s := got.Item.String(); s != "Für Elise – Ludwig van Beethoven, Ada Demo" {
		t.Errorf("Item.String() = %q", s)
	}
}

// Every member of every object may be anything at all: the page survives, the member is zero.
func TestDecodeSurvivesAnyMember(t *testing.T) {
	t.Parallel()
	odd := []any{nil, true, false, 1.5, -7, "text", "1e999", "", []any{nil, 3}, map[string]any{"x": 1}, 1e300}
	var answer any
	if err := json.Unmarshal(full(t), &answer); err != nil {
		t.Fatal(err)
	}
	replaceEach(answer, odd, func(where string) {
		data, err := json.Marshal(answer)
		if err != nil {
			t.Fatal(err)
		}
		var got CurrentlyPlaying
		if err := decode(data, &got); err != nil {
			t.Errorf("decode with an odd %s: %v", where, err)
		}
		if where != "/is_playing" && !got.IsPlaying {
			t.Errorf("an odd %s spoiled its neighbours", where)
		}
		_ = got.Item.String()
	}, "")
}

// replaceEach puts each of odd in the place of each value within v, one at a time.
func replaceEach(v any, odd []any, try func(where string), where string) {
	each := func(old any, set func(any), where string) {
		for _, value := range odd {
			set(value)
			try(where)
		}
		set(old)
		replaceEach(old, odd, try, where)
	}
	switch v := v.(type) {
	case map[string]any:
		for key, old := range v {
			if key != "available_markets" {
				each(old, func(x any) { v[key] = x }, where+"/"+key)
			}
		}
	case []any:
		for i, old := range v {
			each(old, func(x any) { v[i] = x }, where+"[]")
		}
	}
}

func TestDecodeOddities(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, json string
		got, want  any
	}{
		{"null members of a page are counted", `{"items":[null,{"name":"a"},null,7],"total":9.0,"limit":"4","next":"http://x/?offset=4"}`,
			new(Page[Track]), &Page[Track]{Items: []Track{{Name: "a"}}, Total: 9, Limit: 4, HasNext: true, Skipped: 3}},
		{"a local file", `{"added_at":null,"added_by":null,"is_local":true,"track":{"id":null,"href":null,"uri":"spotify:local:A:B:C:12","name":"C",
			"type":"track","is_local":true,"duration_ms":{"totalMilliseconds":12000},"artists":[{"id":null,"name":"A","uri":null}],"album":{"name":"B","images":[],"release_date":null}}}`,
			new(PlaylistItem), &PlaylistItem{IsLocal: true, Item: &Item{Kind: KindTrack, URI: "spotify:local:A:B:C:12", Name: "C", Duration: 12 * time.Second,
				Track: &Track{URI: "spotify:local:A:B:C:12", Name: "C", IsLocal: true, Duration: 12 * time.Second, Artists: []Artist{{Name: "A"}}, Album: &Album{Name: "B"}}}}},
		{"item and track", `{"item":{"type":"track","name":"a","uri":"u"},"track":null}`, new(PlaylistItem),
			&PlaylistItem{Item: &Item{Kind: KindTrack, URI: "u", Name: "a", Track: &Track{URI: "u", Name: "a"}}}},
		{"an unavailable item", `{"item":null,"track":null,"added_at":"2020-02-03T04:05:06Z"}`, new(PlaylistItem),
			&PlaylistItem{AddedAt: time.Date(2020, 2, 3, 4, 5, 6, 0, time.UTC)}},
		{"an episode whose type comes last", `{"name":"e","uri":"spotify:episode:512ojhOuo1ktJprKbVcKyQ","duration_ms":60000,"images":[{"url":"i"}],"show":{"name":"s","publisher":{"name":"p"}},
			"resume_point":{"fully_played":false,"resume_position_ms":1000},"release_date":"2024","type":"episode"}`,
			new(Item), &Item{Kind: KindEpisode, Name: "e", URI: "spotify:episode:512ojhOuo1ktJprKbVcKyQ", Duration: time.Minute, Images: []Image{{URL: "i"}},
				Episode: &Episode{Name: "e", URI: "spotify:episode:512ojhOuo1ktJprKbVcKyQ", Duration: time.Minute, Images: []Image{{URL: "i"}},
					Show: &Show{Name: "s", Publisher: "p"}, ResumePoint: &ResumePoint{Position: time.Second}, ReleaseDate: Date{Year: 2024}}}},
		{"a kind of tomorrow", `{"x": {"type":"hologram","name":"h","uri":"spotify:hologram:1","duration_ms":5,"images":[{"url":"i"}]} }`,
			new(holder), &holder{Item{Kind: "hologram", Name: "h", URI: "spotify:hologram:1", Duration: 5 * time.Millisecond, Images: []Image{{URL: "i"}},
				Raw: json.RawMessage(`{"type":"hologram","name":"h","uri":"spotify:hologram:1","duration_ms":5,"images":[{"url":"i"}]}`)}}},
		{"an advertisement", `{"item":null,"currently_playing_type":"ad","is_playing":true,"progress_ms":null,"context":null}`,
			new(CurrentlyPlaying), &CurrentlyPlaying{Kind: KindAd, IsPlaying: true}},
		{"both words of a playlist", `{"id":"p","items":{"total":2,"items":[{"item":{"type":"track","name":"a"}}]},"tracks":null,"images":null,"public":null,"owner":{"id":"o","display_name":null}}`,
			new(Playlist), &Playlist{ID: "p", Owner: "o", Items: &Page[PlaylistItem]{Total: 2, HasNext: true,
				Items: []PlaylistItem{{Item: &Item{Kind: KindTrack, Name: "a", Track: &Track{Name: "a"}}}}}}},
		{"markets", `{"items":[{"available_markets":["FI","SE"]},{"available_markets":["FI","SE"]},{"available_markets":[null,7,"DK","","a b","\\u0041","N\u00d8","NO"]},{"available_markets":[]},{"available_markets":"FI"}],"next":null}`,
			new(Page[Track]), &Page[Track]{Items: []Track{{AvailableMarkets: "FI SE"}, {AvailableMarkets: "FI SE"}, {AvailableMarkets: "DK NO"}, {}, {}}}},
		{"release dates", `{"items":[{"album":{"release_date":"0000"}},{"album":{"release_date":"1981-12-15"}},{"album":{"release_date":"2020-01-02T03:04"}}],"next":null}`,
			new(Page[Track]), &Page[Track]{Items: []Track{{Album: &Album{}}, {Album: &Album{ReleaseDate: Date{1981, 12, 15}}}, {Album: &Album{ReleaseDate: Date{2020, 1, 2}}}}}},
		{"escapes and bad UTF-8", "{\"display_name\":\"\\u00e9\\ud83d\\ude00\\ud800\\/\",\"id\":\"a\xffb\"}", new(Profile), &Profile{DisplayName: "é😀\uFFFD/", ID: "a\uFFFDb"}},
		{"duplicate names: the last counts", `{"id":"a","id":"b"}`, new(Profile), &Profile{ID: "b"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if err := decode([]byte(c.json), c.got); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, c.got, cmpopts.IgnoreUnexported(Page[Track]{}, Page[PlaylistItem]{}), cmp.AllowUnexported(holder{})); diff != "" {
				t.Errorf("decoded (-want +got):\n%s", diff)
			}
		})
	}
}

// holder reads an item that is not the whole text.
type holder struct{ x Item }

func (h *holder) read(d *decoder) {
	for range d.members() {
		h.x.read(d)
	}
}

func TestDecodeRefusesWhatIsNoJSON(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "{", `{"id"`, `{"id":`, `{"id":"x"`, `{"id":"x",}`, `{"id":"x"}{`, `{"id":"x"} 1`, "<html>", `{"item":{"album":[`, `{"id":"x"]`} {
		if err := decode([]byte(text), new(CurrentlyPlaying)); !errors.Is(err, errNotJSON) {
			t.Errorf("decode(%q) = %v, want %v", text, err, errNotJSON)
		}
	}
}

func TestDecodeHoldsNothingOfTheBuffer(t *testing.T) {
	t.Parallel()
	data := []byte(`{"item":{"type":"hologram","name":"name","uri":"uri"},"context":{"uri":"context"}}`)
	var got CurrentlyPlaying
	if err := decode(data, &got); err != nil {
		t.Fatal(err)
	}
	clear(data)
	if raw := string(got.Item.Raw); got.Item.Name != "name" || got.Context.URI != "context" || !strings.Contains(raw, "hologram") {
		t.Errorf("after the buffer was used again: %+v, raw %q", got.Item, raw)
	}
}

func TestDateString(t *testing.T) {
	t.Parallel()
	for want, date := range map[string]Date{"": {}, "1808": {Year: 1808}, "1998-03": {1998, 3, 0}, "0998-03-04": {998, 3, 4}} {
		if got := date.String(); got != want {
			t.Errorf("%#v.String() = %q, want %q", date, got, want)
		}
	}
}

// Whatever comes: no panic, and an error exactly for what is no JSON.
func FuzzDecode(f *testing.F) {
	f.Add(full(f))
	for _, seed := range []string{`null`, `{}`, `[]`, `{"item":{"type":"episode"}}`, `{"item":{"type":"x","images":[{}]}}`, `{"items":[null,{"track":{"album":{"tracks":{"items":[{}]}}}}]}`,
		`{"item":{"duration_ms":{"totalMilliseconds":1e400}}}`, "{\"\\u0069tem\":1}", `{"a":1,"a":2}`, "\"\xff\""} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		valid := jsontext.Value(data).IsValid(tolerant...)
		for _, out := range []model{new(CurrentlyPlaying), new(Page[PlaylistItem]), new(Page[SavedTrack]), new(Found), new(Playlist),
			new(Album), new(Profile), new(complaint), new(Item), new(Show), new(Audiobook), new(Chapter), new(Playback), new(Queue), new(Recommendations),
			new(AudioFeatures), new(AudioAnalysis), new(Featured), new(CursorPage[PlayedTrack]), new(Page[SavedAudiobook]), new(slots[Track]), new(flags), new(texts),
			under("albums", new(Page[Album])), new(newSnapshot)} {
			if err := decode(bytes.Clone(data), out); (err == nil || errors.Is(err, errOtherKind)) != valid {
				t.Errorf("decode(%q) into %T: error %v, valid JSON %v", data, out, err, valid)
			}
			if _, err := decodeStrictly(bytes.Clone(data), out, false); (err == nil || errors.Is(err, errOtherKind)) != valid {
				t.Errorf("decodeStrictly(%q) into %T: error %v, valid JSON %v", data, out, err, valid)
			}
		}
	})
}

// wirePlaying is what a program with encoding/json would write, market codes left out as ours
// leaves them out.
type wirePlaying struct {
	Timestamp int64
	IsPlaying bool `json:"is_playing"`
	Progress  int  `json:"progress_ms"`
	Item      *struct {
		ID, Name, URI string
		Duration      float64 `json:"duration_ms"`
		Artists       []struct{ ID, Name, URI string }
		Album         struct {
			ID, Name, URI string
			Artists       []struct{ ID, Name, URI string }
			Images        []struct {
				URL           string
				Height, Width float64
			}
		}
	}
}

func BenchmarkDecode(b *testing.B) {
	data := full(b)
	b.Run("ours", func(b *testing.B) {
		b.SetBytes(int64(len(data)))
		b.ReportAllocs()
		for b.Loop() {
			if err := decode(data, new(CurrentlyPlaying)); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("encoding-json", func(b *testing.B) {
		b.SetBytes(int64(len(data)))
		b.ReportAllocs()
		for b.Loop() {
			if err := json.Unmarshal(data, new(wirePlaying)); err != nil {
				b.Fatal(err)
			}
		}
	})
}
