package server_test

import (
	"net/http"
	"strings"
	"testing"
)

// TestStory is the page's whole story: nobody, login, consent, who and what plays, logout.
func TestStory(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.browser()

	b.get("/").wants(t, http.StatusOK, "User ID: None", `href="/login"`)
	home := b.login("alice")
	home.wants(t, http.StatusOK, "Login successful", "Now playing: ", "What you allowed", "Your consent lasts until", "Log out")
	home.lacks(t, "Now playing: None", "User ID: None")
	id := home.userID(t)

	again := b.get("/")
	again.wants(t, http.StatusOK, "User ID: "+id)
	again.lacks(t, "Login successful")

	w.emu.Play("alice", "")
	b.get("/").wants(t, http.StatusOK, "Now playing: None", "User ID: "+id)

	out := b.post("/logout", nil)
	out.wants(t, http.StatusSeeOther)
	b.get("/").wants(t, http.StatusOK, "User ID: None", "You are logged out.")

	if got := b.login("alice").userID(t); got != id {
		t.Errorf("user ID after logging in again = %q, want the same %q", got, id)
	}
	other := w.browser()
	if got := other.login("bob").userID(t); got == id {
		t.Errorf("bob's user ID is alice's")
	}
	if strings.Contains(b.cookie("tenuto"), id) {
		t.Errorf("the session's cookie holds the user ID")
	}
}
