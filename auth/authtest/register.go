package authtest

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/tenuto-dev/tenuto/auth"
)

// registerTests are the rules for one caller at a time.
var registerTests = []storeTest{
	{"absent", testAbsent},
	{"create", testCreate},
	{"replace", testReplace},
	{"delete", testDelete},
	{"everything survives", testEverythingSurvives},
	{"two handles", testTwoHandles},
	{"no aliasing", testNoAliasing},
	{"keys", testKeys},
	{"big record", testBigRecord},
	{"ended context", testEndedContext},
	{"clock", testClock},
}

// record is a login in its nth generation, with a version of its own.
func record(generation int64) *auth.Record {
	return &auth.Record{
		Version:    rand.Text(),
		Generation: generation,
		Token:      &auth.Token{AccessToken: fmt.Sprint("access ", generation), RefreshToken: "refresh"},
	}
}

// put writes rec over version, which must work.
func put(t *testing.T, s auth.Store, key, version string, rec *auth.Record) {
	t.Helper()
	if err := s.Swap(t.Context(), key, version, rec); err != nil {
		t.Fatalf("Swap(%q, %q) = %v, want it written", key, version, err)
	}
}

// refuse tries to write over version, which must not work.
func refuse(t *testing.T, s auth.Store, key, version string) {
	t.Helper()
	if err := s.Swap(t.Context(), key, version, record(99)); !errors.Is(err, auth.ErrConflict) {
		t.Fatalf("Swap(%q, %q) = %v, want ErrConflict", key, version, err)
	}
}

// want loads what must be want; nil is absent.
func want(t *testing.T, s auth.Store, key string, want *auth.Record) *auth.Record {
	t.Helper()
	got, err := s.Load(t.Context(), key)
	if want == nil {
		if got != nil || !errors.Is(err, auth.ErrNotFound) {
			t.Fatalf("Load(%q) = %v, %v, want ErrNotFound", key, got, err)
		}
		return nil
	}
	if err != nil {
		t.Fatalf("Load(%q) = %v", key, err)
	}
	if a, b := marshal(t, got), marshal(t, want); !bytes.Equal(a, b) {
		t.Fatalf("Load(%q) =\n%s\nwant\n%s", key, a, b)
	}
	return got
}

func marshal(t *testing.T, r *auth.Record) []byte {
	t.Helper()
	data, err := r.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func testAbsent(t *testing.T, newStore func(t *testing.T) auth.Store) {
	s := newStore(t)
	want(t, s, "alice", nil)
	refuse(t, s, "alice", rand.Text())
	if err := s.Delete(t.Context(), "alice"); err != nil {
		t.Errorf("Delete of an absent record = %v, want nil", err)
	}
	want(t, s, "alice", nil)
}

func testCreate(t *testing.T, newStore func(t *testing.T) auth.Store) {
	s, first := newStore(t), record(1)
	put(t, s, "alice", "", first)
	want(t, s, "alice", first)
	refuse(t, s, "alice", "")
	want(t, s, "alice", first)
}

func testReplace(t *testing.T, newStore func(t *testing.T) auth.Store) {
	s, first, second := newStore(t), record(1), record(2)
	put(t, s, "alice", "", first)
	refuse(t, s, "alice", rand.Text())
	put(t, s, "alice", first.Version, second)
	refuse(t, s, "alice", first.Version)
	want(t, s, "alice", second)
}

// What was deleted does not come back, neither by an old version nor by the same key.
func testDelete(t *testing.T, newStore func(t *testing.T) auth.Store) {
	s, first, second := newStore(t), record(1), record(2)
	put(t, s, "alice", "", first)
	put(t, s, "bob", "", second)
	if err := s.Delete(t.Context(), "alice"); err != nil {
		t.Fatalf("Delete = %v", err)
	}
	want(t, s, "alice", nil)
	want(t, s, "bob", second)
	refuse(t, s, "alice", first.Version)
	again := record(3)
	put(t, s, "alice", "", again)
	refuse(t, s, "alice", first.Version)
	want(t, s, "alice", again)
}

func testEverythingSurvives(t *testing.T, newStore func(t *testing.T) auth.Store) {
	s, at := newStore(t), time.Date(2026, 11, 21, 18, 2, 3, 456789000, time.UTC)
	rec := &auth.Record{
		Version: rand.Text(), Generation: 1 << 40,
		Token: &auth.Token{
			AccessToken: "access <&>\u2028 ü", TokenType: "Bearer", RefreshToken: "refresh'\"\\",
			Scope: auth.Scopes(auth.ScopeUserReadEmail, "some-new-scope"), ExpiresAt: at.Add(time.Hour),
			AuthorizedAt: at, UsesPKCE: true, Subject: "user:1",
		},
		Dead: &auth.ReauthorizeError{Reason: auth.ReasonExpired, AuthorizedAt: at},
	}
	put(t, s, "alice", "", rec)
	want(t, s, "alice", rec)

	hollow := &auth.Record{Version: rand.Text(), Token: &auth.Token{Subject: "user:1"}}
	put(t, s, "alice", rec.Version, hollow) // what is left of a login that is long dead
	want(t, s, "alice", hollow)
}

func testTwoHandles(t *testing.T, newStore func(t *testing.T) auth.Store) {
	one, other := newStore(t), newStore(t)
	first, second := record(1), record(2)
	put(t, one, "alice", "", first)
	want(t, other, "alice", first)
	refuse(t, other, "alice", "")
	put(t, other, "alice", first.Version, second)
	want(t, one, "alice", second)
	refuse(t, one, "alice", first.Version)
	if err := other.Delete(t.Context(), "alice"); err != nil {
		t.Fatal(err)
	}
	want(t, one, "alice", nil)
}

// A record belongs to whoever loaded it, and what was written stays as it was.
func testNoAliasing(t *testing.T, newStore func(t *testing.T) auth.Store) {
	s, rec := newStore(t), record(1)
	rec.Dead = &auth.ReauthorizeError{Reason: auth.ReasonRevoked}
	kept := new(auth.Record)
	if err := kept.UnmarshalBinary(marshal(t, rec)); err != nil {
		t.Fatal(err)
	}
	spoil := func(r *auth.Record) {
		r.Generation, r.Version = 77, "spoilt"
		r.Token.AccessToken, r.Token.RefreshToken = "spoilt", "spoilt"
		r.Dead.Reason = "spoilt"
	}
	put(t, s, "alice", "", rec)
	spoil(rec)
	got := want(t, s, "alice", kept)
	spoil(got)
	want(t, s, "alice", kept)
}

// testKeys: any text is a key, and no two texts are the same one.
func testKeys(t *testing.T, newStore func(t *testing.T) auth.Store) {
	long := strings.Repeat("long ", 200)
	keys := []string{
		"a", "A", "a ", " a", "a.", ".", "..", "../a", "a/b", `a\b`, "a:b", "a%2fb", "a%", "%61", "a_b", "a-b",
		"con", "NUL", "key-a", "key-a.json", "lock-0", "a\nb", "a\tb", "'; DROP TABLE grants; --", `"`, "é", "e\u0301",
		"ключ", "鍵", "🎵", "id:alice", "*", "?", "~", "null", "0", "-", long + "1", long + "2",
	}
	s := newStore(t)
	records := map[string]*auth.Record{}
	for i, key := range keys {
		records[key] = record(int64(i))
		put(t, s, key, "", records[key])
	}
	other := newStore(t)
	for _, key := range keys {
		want(t, other, key, records[key])
	}
	for i, key := range keys {
		if err := s.Delete(t.Context(), key); err != nil {
			t.Fatalf("Delete(%q) = %v", key, err)
		}
		want(t, s, key, nil)
		for _, rest := range keys[i+1:] {
			want(t, s, rest, records[rest])
		}
	}
}

func testBigRecord(t *testing.T, newStore func(t *testing.T) auth.Store) {
	s, rec := newStore(t), record(1)
	rec.Token.RefreshToken = strings.Repeat("big", 100_000)
	put(t, s, "alice", "", rec)
	want(t, s, "alice", rec)
}

// A context that has ended ends the call, and nothing has happened.
func testEndedContext(t *testing.T, newStore func(t *testing.T) auth.Store) {
	s, rec := newStore(t), record(1)
	put(t, s, "alice", "", rec)
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Load(ended, "alice"); !errors.Is(err, context.Canceled) {
		t.Errorf("Load with an ended context = %v, want context.Canceled", err)
	}
	if err := s.Swap(ended, "alice", rec.Version, record(2)); !errors.Is(err, context.Canceled) {
		t.Errorf("Swap with an ended context = %v, want context.Canceled", err)
	}
	if err := s.Delete(ended, "alice"); !errors.Is(err, context.Canceled) {
		t.Errorf("Delete with an ended context = %v, want context.Canceled", err)
	}
	want(t, s, "alice", rec)
}

// A store has a clock or has none. Its clock goes forward.
func testClock(t *testing.T, newStore func(t *testing.T) auth.Store) {
	s, other, rec := newStore(t), newStore(t), record(1)
	put(t, s, "alice", "", rec)
	first := want(t, s, "alice", rec)
	if first.Written.IsZero() != first.Now.IsZero() {
		t.Fatalf("Written = %v, Now = %v: want both or neither", first.Written, first.Now)
	}
	if first.Now.IsZero() {
		t.Log("this store has no clock: nothing to see")
		return
	}
	time.Sleep(20 * time.Millisecond) // the store's clock cannot be turned by hand
	second := want(t, other, "alice", rec)
	if !second.Written.Equal(first.Written) {
		t.Errorf("Written changed from %v to %v without a write", first.Written, second.Written)
	}
	if !second.Now.After(first.Now) {
		t.Errorf("Now = %v, then %v: want it to go on", first.Now, second.Now)
	}
	next := record(2)
	put(t, other, "alice", rec.Version, next)
	third := want(t, s, "alice", next)
	if !third.Written.After(first.Written) {
		t.Errorf("Written = %v, then %v after another write", first.Written, third.Written)
	}
	if age := third.Now.Sub(third.Written); age < 0 || age > time.Minute {
		t.Errorf("a record just written is %v old", age)
	}
}
