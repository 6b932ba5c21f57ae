package auth_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/tenuto-dev/tenuto/auth"
)

func TestScopesAreASet(t *testing.T) {
	t.Parallel()
	want := auth.Scopes(auth.ScopeStreaming, auth.ScopeUserReadEmail)
	for _, text := range []string{
		"streaming user-read-email", "user-read-email streaming", " user-read-email\n streaming\tstreaming ",
	} {
		if got := auth.ParseScopes(text); got != want {
			t.Errorf("ParseScopes(%q) = %q, want %q", text, got, want)
		}
	}
	if got := auth.Scopes("user-read-email streaming", ""); got != want {
		t.Errorf("Scopes of words with a space = %q, want %q", got, want)
	}
	if got := auth.ParseScopes(" "); got != (auth.ScopeSet{}) {
		t.Errorf("ParseScopes of a space = %q, want the empty set", got)
	}
	if got := auth.ParseScopes("new-scope a").String(); got != "a new-scope" {
		t.Errorf("an unknown scope is read as %q, want it kept", got)
	}
}

func TestScopeSetAlgebra(t *testing.T) {
	t.Parallel()
	ab, bc := auth.Scopes("a", "b"), auth.Scopes("c", "b")
	for _, test := range []struct {
		name      string
		got, want auth.ScopeSet
	}{
		{"{a b} ∪ {b c}", ab.Union(bc), auth.Scopes("a", "b", "c")},
		{"{a b} − {b c}", ab.Minus(bc), auth.Scopes("a")},
		{"∅ ∪ {a b}", auth.ScopeSet{}.Union(ab), ab},
		{"{a b} − ∅", ab.Minus(auth.ScopeSet{}), ab},
		{"{a b} − {a b}", ab.Minus(ab), auth.ScopeSet{}},
		{"{ab} − {a}", auth.Scopes("ab").Minus(auth.Scopes("a")), auth.Scopes("ab")},
	} {
		if test.got != test.want {
			t.Errorf("%s = %q, want %q", test.name, test.got, test.want)
		}
	}
	if !ab.Has("a", "b") || ab.Has("a", "c") || !ab.Has() {
		t.Errorf("Has: {a b} must have a and b, not c")
	}
	if !ab.Contains(auth.Scopes("b")) || ab.Contains(bc) || !ab.Contains(auth.ScopeSet{}) {
		t.Errorf("Contains: {a b} must contain {b} and ∅, not {b c}")
	}
	if got := slices.Collect(bc.All()); !slices.Equal(got, []auth.Scope{"b", "c"}) {
		t.Errorf("All() = %q, want b and c in order", got)
	}
	if ab.Len() != 2 || (auth.ScopeSet{}).Len() != 0 {
		t.Errorf("Len = %d and %d, want 2 and 0", ab.Len(), auth.ScopeSet{}.Len())
	}
	for range ab.All() {
		break // leaving early must not panic
	}
}

func TestScopeSetsOfTheGuide(t *testing.T) {
	t.Parallel()
	read, write, every := auth.ReadScopes(), auth.WriteScopes(), auth.EveryScope()
	if every.Len() != 19 {
		t.Errorf("EveryScope has %d scopes, want 19", every.Len())
	}
	if read.Minus(write) != read {
		t.Errorf("some scopes read and write: %q", read.Minus(read.Minus(write)))
	}
	if rest := every.Minus(read).Minus(write); rest != auth.Scopes(auth.ScopeStreaming, auth.ScopeAppRemoteControl) {
		t.Errorf("neither reading nor writing: %q, want the two of the players", rest)
	}
	for scope := range read.All() {
		if !strings.Contains(string(scope), "read") {
			t.Errorf("ReadScopes has %q", scope)
		}
	}
}

func TestScopeSetAsText(t *testing.T) {
	t.Parallel()
	data, err := json.Marshal(map[string]auth.ScopeSet{"scope": auth.Scopes("b", "a")})
	if err != nil || string(data) != `{"scope":"a b"}` {
		t.Errorf("as JSON: %s, %v", data, err)
	}
	var back map[string]auth.ScopeSet
	if err := json.Unmarshal(data, &back); err != nil || back["scope"] != auth.Scopes("a", "b") {
		t.Errorf("read back: %v, %v", back, err)
	}
}

func FuzzParseScopes(f *testing.F) {
	for _, text := range []string{"", " ", "a", "b a", "a a\tb\u00a0c", "user-read-email", "\xff \x00"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		set := auth.ParseScopes(text)
		if again := auth.ParseScopes(set.String()); again != set {
			t.Errorf("ParseScopes(%q) = %q, which reads as %q", text, set, again)
		}
		if auth.Scopes(slices.Collect(set.All())...) != set {
			t.Errorf("the scopes of %q make another set", set)
		}
		if set.Union(set) != set || set.Minus(set).Len() != 0 || !set.Contains(set) {
			t.Errorf("%q breaks the laws of sets", set)
		}
	})
}
