package vault_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/emulator"
	"github.com/tenuto-dev/tenuto/internal/vault"
	"github.com/tenuto-dev/tenuto/internal/vault/sqlite"
)

// The tests of this file start their own binary again, as another process. What it is to do stands in its environment.
const (
	rescueRole = "VAULT_TEST_ROLE"
	rescueDir  = "VAULT_TEST_DIR"
	rescueURL  = "VAULT_TEST_URL"
	rescueID   = "VAULT_TEST_APP"
)

func TestMain(m *testing.M) {
	roles := map[string]func() error{"refresh": refreshInChild, "full disk": fullDiskInChild}
	role := os.Getenv(rescueRole)
	if role == "" {
		os.Exit(m.Run())
	}
	if err := roles[role](); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

func child(t *testing.T, role string, env ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	try(t, err)
	cmd := exec.CommandContext(t.Context(), self)
	cmd.Env = append(os.Environ(), append(env, rescueRole+"="+role)...)
	cmd.Stderr = os.Stderr
	return cmd
}

// oneHour is how far the clock is turned before the child refreshes.
const oneHour = time.Hour

func childCredentials(accounts, app string) (*auth.Credentials, error) {
	id, secret, _ := strings.Cut(app, ":")
	return auth.NewCredentials(&auth.Config{
		ClientID: id, ClientSecret: secret, AccountsURL: accounts,
		Now: func() time.Time { return time.Now().Add(oneHour) },
	})
}

// TestRescueAfterKill: a process is killed (kill -9) when Spotify has rotated, the answer is in the journal, and the
// database does not have it. The next process brings it home: nobody logs in again, and Spotify's ledger agrees.
func TestRescueAfterKill(t *testing.T) {
	t.Parallel()
	for name, mode := range map[string]emulator.RefreshTokens{"rotated": emulator.Rotated, "family": emulator.RotatedFamily} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, deleted := range []bool{false, true} {
				testRescueAfterKill(t, mode, deleted)
			}
		})
	}
}

func testRescueAfterKill(t *testing.T, mode emulator.RefreshTokens, deleted bool) {
	e := emulator.Start(t, emulator.Config{Refresh: mode})
	dir, app := t.TempDir(), e.App()
	name := app.ClientID + ":" + app.ClientSecret
	open := func() (*vault.DB, *auth.Grants, *vault.Rescue) {
		db, err := sqlite.OpenDir(t.Context(), dir)
		try(t, err)
		r, err := db.OpenRescue(dir)
		try(t, err)
		cred, err := childCredentials(e.AccountsURL(), name)
		try(t, err)
		return db, cred.Grants(db.Grants(app.ClientID), auth.Exclusive(), auth.Rescue(r.For(app.ClientID))), r
	}
	logIn(t, e, dir)
	e.Advance(oneHour)

	cmd := child(t, "refresh", rescueDir+"="+dir, rescueURL+"="+e.AccountsURL(), rescueID+"="+name)
	out, err := cmd.StdoutPipe()
	try(t, err)
	try(t, cmd.Start())
	if line, err := bufio.NewReader(out).ReadString('\n'); line != "kept\n" {
		t.Fatalf("the process said %q, %v", line, err)
	}
	try(t, cmd.Process.Kill())
	_ = cmd.Wait()
	wantRefreshes(t, e, 1)

	db, grants, rescue := open()
	if deleted { // while that process was dead, by another replica that cannot reach its journal
		try(t, db.Grants(app.ClientID).Delete(t.Context(), "alice"))
	}
	result, err := rescue.Replay(t.Context(), app.ClientID, grants.Recover)
	if err != nil || result.Settled != 1 {
		t.Fatalf("Replay = %+v, %v, want one settled", result, err)
	}
	token, err := grants.For("alice").Token(t.Context())
	switch {
	case deleted && !errors.Is(err, auth.ErrNotFound):
		t.Errorf("Token after the login was deleted = %v, %v, want ErrNotFound", token, err)
	case !deleted && err != nil:
		t.Errorf("Token after the crash = %v, want her still logged in\n%v", err, e.Ledger())
	}
	wantRefreshes(t, e, 1)
	if !deleted { // and what was rescued is good for the next one
		grants.For("alice").Expire(token)
		if _, err := grants.For("alice").Token(t.Context()); err != nil {
			t.Errorf("the refresh after that = %v", err)
		}
		wantRefreshes(t, e, 2)
	}
	try(t, grants.Close(t.Context()))
	try(t, errors.Join(rescue.Close(), db.Close()))
}

// logIn is alice's login, kept in the vault in dir.
func logIn(t *testing.T, e *emulator.Emulator, dir string) {
	t.Helper()
	app := e.App()
	cred, err := auth.NewCredentials(&auth.Config{
		ClientID: app.ClientID, ClientSecret: app.ClientSecret, RedirectURI: app.RedirectURIs[0], AccountsURL: e.AccountsURL(),
	})
	try(t, err)
	attempt := cred.UserAuth(auth.Scopes(auth.ScopeUserReadCurrentlyPlaying))
	token, err := attempt.RequestToken(t.Context(), cred, auth.ParseCallback(e.Approve(attempt.URL(), "alice")))
	try(t, err)
	db, err := sqlite.OpenDir(t.Context(), dir)
	try(t, err)
	try(t, cred.Grants(db.Grants(app.ClientID)).Put(t.Context(), "alice", token))
	try(t, db.Close())
}

func wantRefreshes(t *testing.T, e *emulator.Emulator, want int) {
	t.Helper()
	if got := len(e.Ledger().Of("POST /api/token").Grant("refresh_token")); got != want {
		t.Errorf("refreshed %d times, want %d\n%v", got, want, e.Ledger())
	}
}

// refreshInChild refreshes alice's token, and hangs when the answer is to be stored.
func refreshInChild() error {
	ctx, dir := context.Background(), os.Getenv(rescueDir)
	cred, err := childCredentials(os.Getenv(rescueURL), os.Getenv(rescueID))
	if err != nil {
		return err
	}
	db, err := sqlite.OpenDir(ctx, dir)
	if err != nil {
		return err
	}
	r, err := db.OpenRescue(dir)
	if err != nil {
		return err
	}
	app, _, _ := strings.Cut(os.Getenv(rescueID), ":")
	_, err = cred.Grants(hanging{db.Grants(app)}, auth.Exclusive(), auth.Rescue(r.For(app))).For("alice").Token(ctx)
	return fmt.Errorf("Token returned: %w", err)
}

// hanging is a store that never finishes the write of an answer.
type hanging struct{ auth.Store }

func (s hanging) Swap(ctx context.Context, key, version string, next *auth.Record) error {
	if next.Generation == 0 {
		return s.Store.Swap(ctx, key, version, next)
	}
	fmt.Println("kept")
	select {}
}

// TestRescueOnAFullDisk: where no file can grow any more the journal goes on: its room was taken when it was made.
func TestRescueOnAFullDisk(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("only Linux is asked to let no file grow")
	}
	dir := t.TempDir()
	cmd := child(t, "full disk", rescueDir+"="+dir)
	if out, err := cmd.Output(); err != nil || string(out) != "kept 1024\n" {
		t.Fatalf("the process said %q, %v", out, err)
	}
	db, err := sqlite.OpenDir(t.Context(), dir)
	try(t, err)
	defer db.Close()
	r := openRescue(t, db, dir)
	if found, _ := r.replayed(t); len(found) != 1024 {
		t.Errorf("found %d answers afterwards, want all 1024", len(found))
	}
}

// fullDiskInChild makes the journal, lets no file grow any more, and fills it.
func fullDiskInChild() error {
	dir := os.Getenv(rescueDir)
	db, err := sqlite.OpenDir(context.Background(), dir)
	if err != nil {
		return err
	}
	r, err := db.OpenRescue(dir)
	if err != nil {
		return err
	}
	path := filepath.Join(dir, vault.RescueFile)
	if err := forbidGrowth(path); err != nil {
		return err
	}
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	other, err := os.Create(filepath.Join(dir, "other"))
	if err != nil {
		return err
	}
	if _, err := other.WriteAt([]byte("x"), info.Size()); err == nil {
		return errors.New("this test cannot fail: files still grow")
	}
	j := r.For(rescueApp)
	for n := range 1024 {
		a := new(auth.Answer)
		data := fmt.Appendf(nil, `{"format":1,"generation":%d,"token":{"access_token":"a","refresh_token":"r"}}`, n)
		if err := a.UnmarshalBinary(data); err != nil {
			return err
		}
		if _, err := j.Keep(context.Background(), fmt.Sprint("person ", n), a); err != nil {
			return fmt.Errorf("answer %d: %w", n, err)
		}
	}
	fmt.Println("kept 1024")
	return nil
}
