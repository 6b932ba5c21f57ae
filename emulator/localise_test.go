package emulator_test

import (
	"net/http"
	"strings"
	"testing"
)

// Composers and headings have the names that the client's language gives them.
func TestLanguages(t *testing.T) {
	t.Parallel()
	alice := as(t, extended(), "alice", everything)
	bach := "/artists/" + strings.TrimPrefix(alice.found("artist", "Johann Sebastian Bach"), "spotify:artist:")
	name := func(path, key, language string) string {
		r := request(t, http.MethodGet, "https://api.spotify.com/v1"+path, "Authorization", "Bearer "+alice.token)
		if language != "" {
			r.Header.Set("Accept-Language", language)
		}
		got := get(alice.world.Client(), r)
		if got.status != 200 {
			t.Fatalf("GET %s = %d %s", path, got.status, got.body)
		}
		if cached := got.header.Get("Vary"); path == bach && !strings.Contains(cached, "Accept-Language") {
			t.Errorf("GET %s has Vary %q, want the language in it", path, cached)
		}
		return decode(t, got.body).text(key)
	}
	for language, want := range map[string]string{
		"": "Johann Sebastian Bach", "ja": "ヨハン・ゼバスティアン・バッハ", "RU-ru;q=0.9, en": "Иоганн Себастьян Бах",
		"en-GB,ja": "Johann Sebastian Bach", "tlh, ja-JP": "ヨハン・ゼバスティアン・バッハ", "sv": "Johann Sebastian Bach", ",;": "Johann Sebastian Bach",
	} {
		if got := name(bach, "name", language); got != want {
			t.Errorf("Accept-Language %q: Bach is %q, want %q", language, got, want)
		}
	}
	categories := alice.get("/browse/categories?limit=50").items("categories.items")
	for _, category := range categories {
		if c := (object{t, category}); c.text("name") == "Classical" {
			path := "/browse/categories/" + c.text("id")
			for query, want := range map[string]string{"?locale=sv_SE": "Klassiskt", "?locale=de_DE": "Klassik", "?locale=en_US": "Classical", "": "Classique"} {
				if got := name(path+query, "name", "fr-FR"); got != want {
					t.Errorf("GET %s%s in French is %q, want %q", path, query, got, want)
				}
			}
			return
		}
	}
	t.Error("there is no heading Classical")
}
