package vaulttest

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/internal/vault"
)

const keysApp = "keys app"

// Root keys as an operator writes them.
const (
	rootOne = "zL0Nn5QkQ2yRrGm7b1o0c8vHq3dXKf9uYt4sWe6jAPI="
	rootTwo = "H8d2mVw0rT5kZp7xQe3nLc9bYs1fGj6uAa4oXi2DzCM="
)

// Keys: data keys rotate while the vault is used, rows follow, and nothing is lost however that is interrupted. A shared
// database may be open twice at once.
func Keys(t *testing.T, shared bool, fresh func(t *testing.T) Database) {
	tests := map[string]func(*keysTest){
		"rotate":                      (*keysTest).rotate,
		"rows keep version and times": (*keysTest).rowsKeepTheirTimes,
		"interrupted":                 (*keysTest).interrupted,
		"while it is used":            (*keysTest).whileUsed,
		"root keys":                   (*keysTest).rootKeys,
		"a root key is missing":       (*keysTest).rootKeyMissing,
		"lost keys":                   (*keysTest).lostKeys,
		"tampered key rows":           (*keysTest).tampered,
		"rows that do not open":       (*keysTest).unreadable,
		"keys grow old":               (*keysTest).growOld,
		"too many keys":               (*keysTest).tooMany,
		"remove by hand":              (*keysTest).removeByHand,
	}
	if shared {
		tests["new key on two replicas"] = (*keysTest).twoReplicas
		tests["root keys on two replicas"] = (*keysTest).rootKeysOnTwoReplicas
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(&keysTest{T: t, db: fresh(t), shared: shared, time: time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)})
		})
	}
}

type keysTest struct {
	*testing.T
	db     Database
	shared bool

	mu   sync.Mutex
	time time.Time
}

func (t *keysTest) must(err error) {
	t.Helper()
	must(t.T, err)
}

func (t *keysTest) now() time.Time {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.time
}

func (t *keysTest) turn(d time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.time = t.time.Add(d)
}

func (t *keysTest) tryOpen(roots string) (*vault.DB, error) {
	t.Helper()
	keys, err := vault.ParseKeys(roots)
	t.must(err)
	return t.db.Open(keys, t.now)
}

func (t *keysTest) open(roots string) *vault.DB {
	t.Helper()
	db, err := t.tryOpen(roots)
	if err != nil {
		t.Fatalf("Open with %d root keys: %v", len(strings.Fields(roots)), err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// reopen closes and opens.
func (t *keysTest) reopen(db *vault.DB, roots string) *vault.DB {
	t.Helper()
	t.must(db.Close())
	return t.open(roots)
}

func (t *keysTest) status(db *vault.DB) *vault.KeyStatus {
	t.Helper()
	s, err := db.KeyStatus(t.Context(), true)
	t.must(err)
	return s
}

// settle lets so much time pass that new keys seal, and that all have looked.
func (t *keysTest) settle(dbs ...*vault.DB) {
	t.Helper()
	t.turn(20 * time.Second)
	for _, db := range dbs {
		_, err := db.KeyStatus(t.Context(), false)
		t.must(err)
	}
}

// reseal lets new keys settle and brings all rows under the newest.
func (t *keysTest) reseal(db *vault.DB) (done vault.Resealed) {
	t.Helper()
	t.settle()
	done, err := db.Reseal(t.Context())
	t.must(err)
	return done
}

func (t *keysTest) rotateKey(db *vault.DB) {
	t.Helper()
	_, err := db.RotateKey(t.Context())
	t.must(err)
}

// tenant is somebody with something in each sealed column.
type tenant struct{ user, session, version string }

func (t *keysTest) moveIn(db *vault.DB, name string) tenant {
	t.Helper()
	user, err := db.SignIn(t.Context(), keysApp, name, "", vault.Profile{Name: name})
	t.must(err)
	t.must(db.Grants(keysApp).Swap(t.Context(), user, "", recordOf(name, "v1")))
	session, err := db.NewSession(t.Context(), keysApp, user, "device of "+name, t.now().Add(1000*24*time.Hour))
	t.must(err)
	return tenant{user, session, "v1"}
}

// crowd are n people who move in at the same time.
func (t *keysTest) crowd(db *vault.DB, n int) map[string]tenant {
	t.Helper()
	people := map[string]tenant{}
	var mu sync.Mutex
	var moving sync.WaitGroup
	for worker := range 20 {
		moving.Go(func() {
			for i := worker; i < n; i += 20 {
				name := fmt.Sprint("person", i)
				x := t.moveIn(db, name)
				mu.Lock()
				people[name] = x
				mu.Unlock()
			}
		})
	}
	moving.Wait()
	return people
}

func recordOf(name, version string) *auth.Record {
	return &auth.Record{Version: version, Token: &auth.Token{AccessToken: "a", RefreshToken: "refresh of " + name}}
}

// check reads all that is sealed of somebody.
func (t *keysTest) check(db *vault.DB, name string, x tenant) {
	t.Helper()
	rec, err := db.Grants(keysApp).Load(t.Context(), x.user)
	if err != nil || rec.Token.RefreshToken != "refresh of "+name {
		t.Errorf("Load(%s) = %v, %v", name, rec, err)
	}
	s, err := db.Session(t.Context(), keysApp, x.session, t.now())
	if err != nil || s.Profile.Name != name || s.Device != "device of "+name {
		t.Errorf("Session(%s) = %+v, %v", name, s, err)
	}
	if again, err := db.SignIn(t.Context(), keysApp, name, "", vault.Profile{Name: name}); err != nil || again != x.user {
		t.Errorf("SignIn(%s) = %q, %v, want %q", name, again, err, x.user)
	}
}
