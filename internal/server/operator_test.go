package server_test

import (
	"strings"
	"testing"

	"github.com/tenuto-dev/tenuto/internal/vault"
)

// TestOperatorSignsOut: as if people had logged out themselves, with a line in the log that names nobody.
func TestOperatorSignsOut(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	access := func(id string) string {
		record, err := w.db.Grants("tenutotest").Load(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		return record.Token.AccessToken
	}
	alice, phone, bob := w.browser(), w.browser(), w.browser()
	aliceID, bobID := alice.login("alice").userID(t), bob.login("bob").userID(t)
	phone.login("alice")
	refreshes := func() int { return len(w.emu.Ledger().Of("POST /api/token").Grant("refresh_token")) }

	done, err := w.srv.SignOut(t.Context(), vault.Owner{App: "tenutotest", UserID: aliceID})
	if err != nil || done != (vault.SignedOut{Sessions: 2}) {
		t.Errorf("SignOut(alice) = %+v, %v, want two sessions", done, err)
	}
	if alice.userID() != "None" || phone.userID() != "None" || bob.userID() != bobID {
		t.Error("want alice signed out everywhere, and bob as he was")
	}
	if access(aliceID) != "" || access(bobID) == "" {
		t.Error("want the access token of alice erased, and bob's there")
	}
	if done, err := w.srv.EndAllSessions(t.Context()); err != nil || done != (vault.SignedOut{Sessions: 1}) {
		t.Errorf("EndAllSessions = %+v, %v, want one session", done, err)
	}
	if bob.userID() != "None" || access(bobID) != "" {
		t.Error("bob is signed in, or has an access token, after all were signed out")
	}
	if got := alice.login("alice").userID(t); got != aliceID || refreshes() != 0 {
		t.Errorf("alice is %s after %d refreshes, want %s as before and none", got, refreshes(), aliceID)
	}
	if n := strings.Count(w.log.String(), `"msg":"sessions ended by an operator"`); n != 2 || strings.Contains(w.log.String(), aliceID) {
		t.Errorf("%d lines in the log, want two that name nobody:\n%s", n, w.log)
	}
}
