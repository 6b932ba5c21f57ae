package vaulttest

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/internal/vault"
)

const deletionsApp = "an app, by its name" // with what a line of the list must not hold as it is

// Deletions: who was forgotten is on a list outside the database, and stays forgotten when the database does not
// know it any more. open opens empty vaults.
func Deletions(t *testing.T, open func() *vault.DB) {
	t.Run("forgetting is listed before it is answered", func(t *testing.T) { forgettingIsListed(t, open()) })
	t.Run("the listed are deleted again", func(t *testing.T) { listedAreDeleted(t, open()) })
	t.Run("lists tell each other", func(t *testing.T) { listsTellEachOther(t, open()) })
	t.Run("a list that cannot be written", func(t *testing.T) { listCannotBeWritten(t, open()) })
	t.Run("lines that say nothing", func(t *testing.T) { linesThatSayNothing(t, open()) })
	t.Run("no list at all", func(t *testing.T) { noListAtAll(t, open()) })
	t.Run("every bit of a line counts", func(t *testing.T) { everyBitCounts(t, open()) })
	t.Run("old entries go", func(t *testing.T) { oldEntriesGo(t, open()) })
	t.Run("all sessions end", func(t *testing.T) { allSessionsEnd(t, open()) })
}

// resident is somebody with a session and a grant.
type resident struct{ account, user, session string }

func settle(t *testing.T, db *vault.DB, account string) resident {
	t.Helper()
	user, err := db.SignIn(t.Context(), deletionsApp, account, "", vault.Profile{Name: account})
	must(t, err)
	must(t, db.Grants(deletionsApp).Swap(t.Context(), user, "", &auth.Record{Version: "v1", Token: &auth.Token{RefreshToken: "r"}}))
	session, err := db.NewSession(t.Context(), deletionsApp, user, "phone", time.Now().Add(time.Hour))
	must(t, err)
	return resident{account, user, session}
}

// want looks whether all of somebody is there, or nothing.
func (r resident) want(t *testing.T, db *vault.DB, there bool) {
	t.Helper()
	if _, err := db.Session(t.Context(), deletionsApp, r.session, time.Now()); (err == nil) != there || err != nil && !errors.Is(err, vault.ErrNoSession) {
		t.Errorf("the session of %s: %v, want it to be there: %v", r.account, err, there)
	}
	if _, err := db.Grants(deletionsApp).Load(t.Context(), r.user); (err == nil) != there || err != nil && !errors.Is(err, auth.ErrNotFound) {
		t.Errorf("the grant of %s: %v, want it to be there: %v", r.account, err, there)
	}
	if !there {
		err := db.Grants(deletionsApp).Swap(t.Context(), r.user, "", &auth.Record{Version: "v2", Token: &auth.Token{RefreshToken: "late"}})
		if !errors.Is(err, vault.ErrNoPerson) {
			t.Errorf("a late answer about %s was written: %v, want ErrNoPerson", r.account, err)
		}
	}
	user, err := db.SignIn(t.Context(), deletionsApp, r.account, "", vault.Profile{})
	if err != nil || (user == r.user) != there {
		t.Errorf("%s signs in as %s, %v; was %s, want the same: %v", r.account, user, err, r.user, there)
	}
}

func keep(t *testing.T, db *vault.DB, dir string) vault.Applied {
	t.Helper()
	done, err := db.KeepDeletions(t.Context(), vault.NewDeletions(dir))
	must(t, err)
	return done
}

func collect(t *testing.T, db *vault.DB) {
	t.Helper()
	_, err := db.CollectDeletions(t.Context())
	must(t, err)
}

// listed are the user IDs in the files of a list.
func listed(t *testing.T, dir string) (users []string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	must(t, err)
	for _, file := range files {
		text, err := os.ReadFile(file)
		must(t, err)
		for line := range strings.Lines(string(text)) {
			users = append(users, line[strings.LastIndexByte(line, ' ')+1:len(line)-1])
		}
	}
	return users
}

// writeList makes a list as another process has left it.
func writeList(t *testing.T, dir string, at time.Time, users ...string) {
	t.Helper()
	must(t, os.MkdirAll(dir, 0o700))
	var text strings.Builder
	for _, user := range users {
		fmt.Fprintf(&text, "%s %s %s\n", at.UTC().Format(time.RFC3339), "an+app%2C+by+its+name", user)
	}
	must(t, os.WriteFile(filepath.Join(dir, at.UTC().Format("2006-01")), []byte(text.String()), 0o600))
}

func forgettingIsListed(t *testing.T, db *vault.DB) {
	dir := filepath.Join(t.TempDir(), "made", "deletions")
	alice, bob := settle(t, db, "alice"), settle(t, db, "bob")
	if done := keep(t, db, dir); done != (vault.Applied{}) {
		t.Errorf("KeepDeletions without a list = %+v, want nothing", done)
	}
	must(t, db.Forget(t.Context(), deletionsApp, alice.user))
	if got, want := listed(t, dir), []string{alice.user}; !slices.Equal(got, want) {
		t.Errorf("the list holds %q, want %q", got, want)
	}
	collect(t, db)
	collect(t, db)
	if got, want := listed(t, dir), []string{alice.user}; !slices.Equal(got, want) {
		t.Errorf("after it was collected the list holds %q, want %q", got, want)
	}
	info, err := os.Stat(dir)
	if err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("the directory is %v, %v, want it for us alone", info, err)
	}
	alice.want(t, db, false)
	bob.want(t, db, true)
}

// listedAreDeleted: more of them than are dealt with at once, in a database that knows some of them.
func listedAreDeleted(t *testing.T, db *vault.DB) {
	dir := t.TempDir()
	alice, bob, carol := settle(t, db, "alice"), settle(t, db, "bob"), settle(t, db, "carol")
	users := []string{alice.user}
	for range 1100 {
		users = append(users, rand.Text())
	}
	writeList(t, dir, time.Now().Add(-time.Hour), append(users, carol.user)...)
	if got, want := keep(t, db, dir), (vault.Applied{Listed: 1102, Again: 2}); got != want {
		t.Errorf("KeepDeletions = %+v, want %+v", got, want)
	}
	alice.want(t, db, false)
	carol.want(t, db, false)
	bob.want(t, db, true)
	if got, want := keep(t, db, dir), (vault.Applied{Listed: 1102}); got != want {
		t.Errorf("KeepDeletions again = %+v, want %+v", got, want)
	}
	if n := len(listed(t, dir)); n != 1102 {
		t.Errorf("the list has %d lines now, want 1102", n)
	}
}

// listsTellEachOther: by way of the database, so that any of them knows all.
func listsTellEachOther(t *testing.T, db *vault.DB) {
	mine, others := t.TempDir(), t.TempDir()
	keep(t, db, mine)
	gone := []string{rand.Text(), rand.Text()}
	writeList(t, others, time.Now().Add(-48*time.Hour), gone...)
	if _, err := db.ApplyDeletions(t.Context(), vault.NewDeletions(others)); err != nil {
		t.Fatal(err)
	}
	// A merge is a deletion that nobody asked to have listed.
	account, alias := settle(t, db, "account-1"), settle(t, db, "id:alice")
	if merged, err := db.SignIn(t.Context(), deletionsApp, account.account, alias.account, vault.Profile{}); err != nil || merged != account.user {
		t.Fatalf("SignIn with an alias = %q, %v, want %q", merged, err, account.user)
	}
	collect(t, db)
	if got := listed(t, mine); !slices.Contains(got, alias.user) {
		t.Errorf("the list holds %q, want the merged %q", got, alias.user)
	}
	keep(t, db, mine) // a start asks for everything
	keep(t, db, others)
	want := append(gone, alias.user)
	slices.Sort(want)
	for _, dir := range []string{mine, others} {
		got := listed(t, dir)
		if slices.Sort(got); !slices.Equal(got, want) {
			t.Errorf("a list holds %q, want %q", got, want)
		}
	}
}

// listCannotBeWritten: the person is gone all the same, whoever asked is not told that all is well, and the list is
// completed when it can be.
func listCannotBeWritten(t *testing.T, db *vault.DB) {
	dir := filepath.Join(t.TempDir(), "deletions")
	alice := settle(t, db, "alice")
	keep(t, db, dir)
	must(t, os.WriteFile(dir, nil, 0o600)) // in its place
	if err := db.Forget(t.Context(), deletionsApp, alice.user); !errors.Is(err, vault.ErrStore) {
		t.Errorf("Forget without a list = %v, want ErrStore", err)
	}
	alice.want(t, db, false)
	if _, err := db.CollectDeletions(t.Context()); err == nil {
		t.Error("CollectDeletions without a list = nil, want an error")
	}
	must(t, os.Remove(dir))
	collect(t, db)
	if got := listed(t, dir); !slices.Contains(got, alice.user) {
		t.Errorf("the list holds %q, want %q", got, alice.user)
	}
}

// noListAtAll: what stands in the place of a file is told, and not waited for.
func noListAtAll(t *testing.T, db *vault.DB) {
	dir := t.TempDir()
	must(t, os.Mkdir(filepath.Join(dir, time.Now().UTC().Format("2006-01")), 0o700))
	if _, err := db.KeepDeletions(t.Context(), vault.NewDeletions(dir)); err == nil || !strings.Contains(err.Error(), "not a regular file") {
		t.Errorf("KeepDeletions with a directory for a file = %v, want that it is no regular file", err)
	}
}

// linesThatSayNothing: what a crash leaves of a line, and damage, is counted and disturbs no other line.
func linesThatSayNothing(t *testing.T, db *vault.DB) {
	dir := t.TempDir()
	alice, bob := settle(t, db, "alice"), settle(t, db, "bob")
	now := time.Now()
	writeList(t, dir, now, rand.Text(), alice.user)
	file := filepath.Join(dir, now.UTC().Format("2006-01"))
	text, err := os.ReadFile(file)
	must(t, err)
	when := now.UTC().Format(time.RFC3339)
	torn := "\x00\x00\n" + strings.Repeat("long ", 2000) + "\n" +
		when + " app%00 USER\n" + when + " app US\xffER\n" + when + " app US%FFER\n" + string(text) + now.UTC().Format(time.RFC3339) + " an+app%2C+by+its"
	must(t, os.WriteFile(file, []byte(torn), 0o600))
	if got := keep(t, db, dir); got.Listed != 2 || got.Again != 1 || got.Unreadable == 0 {
		t.Errorf("KeepDeletions = %+v, want two on the list, one of them deleted again, and something unreadable", got)
	}
	alice.want(t, db, false)
	must(t, db.Forget(t.Context(), deletionsApp, bob.user))
	if got := listed(t, dir); !slices.Contains(got, bob.user) {
		t.Errorf("the list holds %q, want %q on a line of its own", got, bob.user)
	}
	if got := keep(t, db, t.TempDir()); got != (vault.Applied{}) {
		t.Errorf("KeepDeletions with a new list = %+v, want nothing", got)
	}
	if got := keep(t, db, dir); got.Listed != 3 {
		t.Errorf("KeepDeletions = %+v, want three on the list", got)
	}
}

// everyBitCounts: a line with a bit that is another names nobody, and is told of. Lines of older programs are read.
func everyBitCounts(t *testing.T, db *vault.DB) {
	dir := t.TempDir()
	keep(t, db, dir)
	must(t, db.Forget(t.Context(), deletionsApp, settle(t, db, "alice").user))
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	must(t, err)
	line, err := os.ReadFile(files[0])
	must(t, err)
	read := func(text []byte) vault.Applied {
		must(t, os.WriteFile(files[0], text, 0o600))
		done, err := db.ApplyDeletions(t.Context(), vault.NewDeletions(dir))
		must(t, err)
		return done
	}
	if done := read(line); done != (vault.Applied{Listed: 1}) {
		t.Errorf("ApplyDeletions of %q = %+v, want it on the list", line, done)
	}
	for at := range line[:len(line)-1] {
		for bit := range 8 {
			line[at] ^= 1 << bit
			if done := read(line); done.Listed > 0 || done.Unreadable == 0 {
				t.Fatalf("ApplyDeletions of %q = %+v, want it unreadable", line, done)
			}
			line[at] ^= 1 << bit
		}
	}
	_, old, _ := strings.Cut(string(line), " ")
	if done := read([]byte(old)); done != (vault.Applied{Listed: 1}) {
		t.Errorf("ApplyDeletions of %q = %+v, want it on the list", old, done)
	}
}

// oldEntriesGo: nothing is remembered for ever, neither on the list nor because one start tells the next.
func oldEntriesGo(t *testing.T, db *vault.DB) {
	dir := t.TempDir()
	alice := settle(t, db, "alice")
	writeList(t, dir, time.Now().Add(-vault.DeletionsKept-time.Hour), alice.user)
	writeList(t, dir, time.Now().Add(-vault.DeletionsKept-40*24*time.Hour), rand.Text())
	must(t, os.WriteFile(filepath.Join(dir, "README"), []byte("somebody's note"), 0o600))
	keep(t, db, dir)
	alice.want(t, db, true)
	files, err := os.ReadDir(dir)
	must(t, err)
	if len(files) != 2 {
		t.Errorf("there are %v, want the month that is not over for as long, and the note", files)
	}
	fresh := t.TempDir()
	keep(t, db, fresh)
	if got := listed(t, fresh); len(got) != 0 {
		t.Errorf("a new list holds %q, want nothing of old", got)
	}
}

func allSessionsEnd(t *testing.T, db *vault.DB) {
	var residents []resident
	for i := range 12 {
		r := settle(t, db, fmt.Sprint(i))
		for range vault.MaxSessions - 1 {
			_, err := db.NewSession(t.Context(), deletionsApp, r.user, "tab", time.Now().Add(time.Hour))
			must(t, err)
		}
		residents = append(residents, r)
	}
	if done, err := db.EndAllSessions(t.Context(), nil); done.Sessions != 12*vault.MaxSessions || err != nil {
		t.Errorf("EndAllSessions = %+v, %v, want %d", done, err, 12*vault.MaxSessions)
	}
	for _, r := range residents {
		if _, err := db.Session(t.Context(), deletionsApp, r.session, time.Now()); !errors.Is(err, vault.ErrNoSession) {
			t.Fatalf("a session after all were ended: %v, want ErrNoSession", err)
		}
		if _, err := db.Grants(deletionsApp).Load(t.Context(), r.user); err != nil {
			t.Fatalf("a grant after all sessions were ended: %v, want nil", err)
		}
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := db.EndAllSessions(ended, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("EndAllSessions when given up = %v, want context.Canceled", err)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
