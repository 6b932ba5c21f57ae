package authtest

import (
	"errors"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/tenuto-dev/tenuto/auth"
)

// grantsTests are logins that several replicas use and refresh through the store.
var grantsTests = []storeTest{
	{"log in and out", testLogInAndOut},
	{"one refresh", testOneRefresh},
	{"a new login wins", testNewLoginWins},
	{"no resurrection", testNoResurrection},
	{"holder dies", testHolderDies},
	{"late answer", testLateAnswer},
}

// hasToken asks for the login's token, which must have that access token.
func hasToken(t *testing.T, g *auth.Grants, access string) {
	t.Helper()
	token, err := g.For("alice").Token(t.Context())
	if err != nil {
		t.Fatalf("Token = %v, want %s", err, access)
	}
	if token.AccessToken != access {
		t.Fatalf("Token = %s, want %s", token.AccessToken, access)
	}
}

func hasAsked(t *testing.T, a *accounts, login string, want int) {
	t.Helper()
	if got := a.asked(login); got != want {
		t.Errorf("%d requests for %s, want %d", got, login, want)
	}
}

func testLogInAndOut(t *testing.T, newStore func(t *testing.T) auth.Store) {
	a := newAccounts()
	one, other := a.replica(t, newStore(t), nil), a.replica(t, newStore(t), nil)
	if _, err := one.For("alice").Token(t.Context()); !errors.Is(err, auth.ErrNotFound) {
		t.Fatalf("Token before login = %v, want ErrNotFound", err)
	}
	if err := one.Put(t.Context(), "", a.login("nobody")); err == nil {
		t.Error("Put with an empty key = nil, want an error")
	}
	if err := one.Put(t.Context(), "alice", a.login("first")); err != nil {
		t.Fatal(err)
	}
	hasToken(t, other, "access-first-0")
	if err := other.Put(t.Context(), "alice", a.login("second")); err != nil {
		t.Fatal(err)
	}
	hasToken(t, one, "access-second-0")
	if err := one.DropAccess(t.Context(), "alice"); err != nil {
		t.Fatal(err)
	}
	hasToken(t, other, "access-second-1")
	if err := one.Delete(t.Context(), "alice"); err != nil {
		t.Fatal(err)
	}
	for _, g := range []*auth.Grants{one, other} {
		if _, err := g.For("alice").Token(t.Context()); !errors.Is(err, auth.ErrNotFound) {
			t.Errorf("Token after Delete = %v, want ErrNotFound", err)
		}
	}
}

// testOneRefresh: many callers of many replicas, one request per expiry.
func testOneRefresh(t *testing.T, newStore func(t *testing.T) auth.Store) {
	const replicas, callers, expiries = 4, 8, 5
	a := newAccounts()
	var all []*auth.Grants
	for range replicas {
		all = append(all, a.replica(t, newStore(t), nil))
	}
	if err := all[0].Put(t.Context(), "alice", a.login("alice")); err != nil {
		t.Fatal(err)
	}
	for n := 1; n <= expiries; n++ {
		a.clock.turn(time.Hour)
		var wg sync.WaitGroup
		for i := range replicas * callers {
			wg.Go(func() {
				token, err := all[i%replicas].For("alice").Token(t.Context())
				if want := a.token("alice", n).AccessToken; err != nil || token.AccessToken != want {
					t.Errorf("expiry %d: Token = %v, %v, want %s", n, token, err, want)
				}
			})
		}
		wg.Wait()
		hasAsked(t, a, "alice", n)
	}
}

// pausing lets a test act between the service's doing and its answer.
func pausing(a *accounts) (answering, goOn chan struct{}) {
	answering, goOn = make(chan struct{}), make(chan struct{})
	var once sync.Once
	a.answering = func(string, int) {
		once.Do(func() {
			close(answering)
			<-goOn
		})
	}
	return answering, goOn
}

// refreshing begins a refresh and returns once its answer is on its way.
func refreshing(t *testing.T, a *accounts, g *auth.Grants) (goOn func()) {
	t.Helper()
	if err := g.Put(t.Context(), "alice", a.login("old")); err != nil {
		t.Fatal(err)
	}
	answering, release := pausing(a)
	a.clock.turn(time.Hour)
	var wg sync.WaitGroup
	wg.Go(func() { _, _ = g.For("alice").Token(t.Context()) }) // what it hears depends on who is faster
	<-answering
	return func() {
		close(release)
		wg.Wait()
	}
}

// testNewLoginWins: an answer for a login that was replaced meanwhile changes nothing.
func testNewLoginWins(t *testing.T, newStore func(t *testing.T) auth.Store) {
	a := newAccounts()
	one, other := a.replica(t, newStore(t), nil), a.replica(t, newStore(t), nil)
	goOn := refreshing(t, a, one)
	if err := other.Put(t.Context(), "alice", a.login("new")); err != nil {
		t.Fatal(err)
	}
	goOn()
	hasToken(t, one, "access-new-0")
	hasToken(t, other, "access-new-0")
	hasAsked(t, a, "old", 1)
	hasAsked(t, a, "new", 0)
}

// testNoResurrection: an answer for a login that was deleted meanwhile does not bring it back.
func testNoResurrection(t *testing.T, newStore func(t *testing.T) auth.Store) {
	a := newAccounts()
	store := newStore(t)
	one, other := a.replica(t, newStore(t), nil), a.replica(t, store, nil)
	goOn := refreshing(t, a, one)
	if err := other.Delete(t.Context(), "alice"); err != nil {
		t.Fatal(err)
	}
	goOn()
	want(t, store, "alice", nil)
	if _, err := one.For("alice").Token(t.Context()); !errors.Is(err, auth.ErrNotFound) {
		t.Errorf("Token after Delete = %v, want ErrNotFound", err)
	}
}

const shortLease = 5 * time.Second // the shortest there is

// testHolderDies: when the holder of the lease is never heard of again, another takes over.
func testHolderDies(t *testing.T, newStore func(t *testing.T) auth.Store) {
	a := newAccounts()
	sent := make(chan struct{})
	silence := roundTrip(func(r *http.Request) (*http.Response, error) {
		close(sent)
		<-r.Context().Done()
		return nil, r.Context().Err()
	})
	dead := a.replica(t, newStore(t), silence, auth.LeaseFor(shortLease))
	alive := a.replica(t, newStore(t), nil, auth.LeaseFor(shortLease))
	if err := dead.Put(t.Context(), "alice", a.login("alice")); err != nil {
		t.Fatal(err)
	}
	a.clock.turn(time.Hour)
	var wg sync.WaitGroup
	wg.Go(func() { _, _ = dead.For("alice").Token(t.Context()) })
	<-sent
	began := time.Now()
	hasToken(t, alive, "access-alice-1")
	if took := time.Since(began); took < shortLease {
		t.Errorf("took over after %v, want the lease to run out first (%v)", took, shortLease)
	}
	hasAsked(t, a, "alice", 1)
	wg.Wait()
	hasToken(t, dead, "access-alice-1")
}

// testLateAnswer: the holder's answer comes when another has taken over and was refused, for
// the token was used up. The login lives, and nobody hears that it does not.
func testLateAnswer(t *testing.T, newStore func(t *testing.T) auth.Store) {
	a := newAccounts()
	refused := make(chan struct{})
	second := roundTrip(func(r *http.Request) (*http.Response, error) {
		res, err := a.RoundTrip(r)
		close(refused)
		return res, err
	})
	late := a.replica(t, newStore(t), nil, auth.LeaseFor(shortLease))
	other := a.replica(t, newStore(t), second, auth.LeaseFor(shortLease))
	goOn := refreshing(t, a, late)
	var wg sync.WaitGroup
	wg.Go(func() {
		if token, err := other.For("alice").Token(t.Context()); err != nil || token.AccessToken != "access-old-1" {
			t.Errorf("Token of the one who took over = %v, %v, want the late answer", token, err)
		}
	})
	<-refused
	goOn()
	wg.Wait()
	hasToken(t, late, "access-old-1")
	hasAsked(t, a, "old", 2)
	a.clock.turn(time.Hour)
	hasToken(t, late, "access-old-2")
}

type roundTrip func(*http.Request) (*http.Response, error)

// RoundTrip calls f.
func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
