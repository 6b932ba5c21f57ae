package vaulttest

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/internal/vault"
)

// manyLogins: however many browsers sign in together, a person has no more sessions than the limit, and the last to
// come has one of them.
func (t *vaultTest) manyLogins() {
	db := t.open()
	user := t.signIn(db, "alice")
	var group sync.WaitGroup
	for i := range 4 * vault.MaxSessions {
		group.Go(func() {
			if _, err := db.NewSession(t.Context(), app, user, fmt.Sprint(i), t.clock.Now().Add(time.Hour)); err != nil {
				t.Errorf("NewSession %d: %v", i, err)
			}
		})
	}
	group.Wait()
	last := t.newSession(db, user, "last", t.clock.Now().Add(time.Hour))
	if got := t.devices(db, user, t.clock.Now()); len(got) != vault.MaxSessions {
		t.Errorf("Sessions = %q, want %d", got, vault.MaxSessions)
	}
	if _, err := db.Session(t.Context(), app, last, t.clock.Now()); err != nil {
		t.Errorf("the last session: %v", err)
	}
}

// lastOneEnds: of sessions that end together exactly one is told that it was the last.
func (t *vaultTest) lastOneEnds() {
	db := t.open()
	user := t.signIn(db, "alice")
	for round := range 5 {
		ids := make([]string, vault.MaxSessions)
		for i := range ids {
			ids[i] = t.newSession(db, user, "", t.clock.Now().Add(time.Hour))
		}
		var mu sync.Mutex
		var group sync.WaitGroup
		counts := map[int]int{}
		for _, id := range ids {
			group.Go(func() {
				who, left, err := db.EndSession(t.Context(), app, id)
				if err != nil || who != user {
					t.Errorf("EndSession = %q, %d, %v, want alice's", who, left, err)
				}
				mu.Lock()
				defer mu.Unlock()
				counts[left]++
			})
		}
		group.Wait()
		for left := range ids {
			if counts[left] != 1 {
				t.Errorf("round %d: %d callers were told that %d are left, want one", round, counts[left], left)
			}
		}
	}
}

// forgottenMeanwhile: whoever is forgotten while logging in everywhere leaves nothing behind.
func (t *vaultTest) forgottenMeanwhile() {
	db := t.open()
	for round := range 5 {
		account := fmt.Sprint("account ", round)
		user := t.signIn(db, account)
		t.put(db.Grants(app), user, "", "v0")
		var group sync.WaitGroup
		for i := range 8 {
			group.Go(func() {
				_, err := db.NewSession(t.Context(), app, user, "", t.clock.Now().Add(time.Hour))
				if err != nil && !errors.Is(err, vault.ErrNoPerson) {
					t.Errorf("NewSession: %v", err)
				}
			})
			group.Go(func() {
				err := db.Grants(app).Swap(t.Context(), user, []string{"", "v0"}[i%2], &auth.Record{Version: fmt.Sprint("v1-", i), Token: tokenOf(user)})
				if err != nil && !errors.Is(err, vault.ErrNoPerson) && !errors.Is(err, auth.ErrConflict) {
					t.Errorf("Swap: %v", err)
				}
			})
		}
		group.Go(func() {
			if err := db.Forget(t.Context(), app, user); err != nil {
				t.Errorf("Forget: %v", err)
			}
		})
		group.Wait()
		if got := t.devices(db, user, t.clock.Now()); len(got) != 0 {
			t.Errorf("%d sessions of the forgotten", len(got))
		}
		if record, err := db.Grants(app).Load(t.Context(), user); !errors.Is(err, auth.ErrNotFound) {
			t.Errorf("the grant of the forgotten = %v, %v, want ErrNotFound", record, err)
		}
	}
}
