package main

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tenuto-dev/tenuto/emulator"
	"github.com/tenuto-dev/tenuto/internal/vault/postgres/pgtest"
)

// drill is a server whose database is lost, and brought back from a copy.
type drill struct {
	t      *testing.T
	world  *emulator.Emulator
	env    []string
	dir    string // the data directory
	copy   string
	server *process
	base   string

	backup  func() // while the server runs
	lose    func() // once it has stopped
	restore func(flags ...string) string
}

// onSQLite keeps, loses and restores with tenuto alone.
func onSQLite(d *drill) {
	d.backup = func() { d.run("tenuto", "backup", d.copy, "--data-dir", d.dir) }
	d.lose = func() {
		files, err := filepath.Glob(filepath.Join(d.dir, "tenuto.db*"))
		if err != nil || len(files) == 0 {
			d.t.Fatalf("there is no database to lose: %v", err)
		}
		for _, file := range files {
			if err := os.Remove(file); err != nil {
				d.t.Fatal(err)
			}
		}
	}
	d.restore = func(flags ...string) string {
		return d.run("tenuto", append([]string{"restore", d.copy, "--data-dir", d.dir}, flags...)...)
	}
}

// onPostgreSQL keeps and restores with PostgreSQL's programs, and tenuto finishes.
func onPostgreSQL(d *drill) {
	url := pgtest.Database(d.t)
	dump, restore := postgresProgram(d.t, "pg_dump"), postgresProgram(d.t, "pg_restore")
	d.env = append(d.env, "TENUTO_DATABASE="+url, "TENUTO_KEY=q8VfXr1mJ0m3C6m8wq3Yp0mVtq2p1o7z5sT9k4uWcEg=")
	d.backup = func() { d.run(dump, "--format=custom", "--file="+d.copy, "--dbname="+url) }
	d.lose = func() {
		if err := pgtest.Shared(d.t).Exec(d.t.Context(), url, "DROP SCHEMA public CASCADE; CREATE SCHEMA public"); err != nil {
			d.t.Fatal(err)
		}
	}
	d.restore = func(flags ...string) string {
		d.run(restore, "--clean", "--if-exists", "--no-owner", "--dbname="+url, d.copy)
		return d.run("tenuto", append([]string{"restore", "--data-dir", d.dir}, flags...)...)
	}
}

func postgresProgram(t *testing.T, name string) string {
	t.Helper()
	path, err := pgtest.Client(name)
	if errors.Is(err, pgtest.ErrMissing) {
		t.Skip(err)
	}
	return path
}

func newDrill(t *testing.T, store func(*drill), refresh emulator.RefreshTokens) *drill {
	t.Helper()
	world := emulator.Start(t, emulator.Config{Refresh: refresh, TokenLifetime: time.Second})
	d := &drill{t: t, world: world, env: againstWorld(t, world), dir: filepath.Join(t.TempDir(), "data"), copy: filepath.Join(t.TempDir(), "copy")}
	store(d)
	return d
}

func (d *drill) start() {
	d.t.Helper()
	d.server, d.base, _ = startServer(d.t, d.env, "--data-dir="+d.dir)
	app := d.world.App()
	app.RedirectURIs = []string{d.base + "/callback"}
	d.world.AddApp(app)
}

// run runs a program to its good end.
func (d *drill) run(name string, args ...string) string {
	d.t.Helper()
	cmd := exec.CommandContext(d.t.Context(), name, args...)
	cmd.Env = d.env
	out, err := cmd.CombinedOutput()
	if err != nil {
		d.t.Fatalf("%s %q: %v\n%s", filepath.Base(name), args, err, out)
	}
	return string(out)
}

// citizen is a person, and who they were when they last saw their page.
type citizen struct {
	*person
	d    *drill
	name string
	id   string
}

func (d *drill) citizen(name string) *citizen {
	d.world.AddPerson(emulator.Person{Name: name})
	c := &citizen{person: newPerson(d.t), d: d, name: name}
	c.id = c.logIn(d.base, name).userID(d.t)
	return c
}

// sees is the page that the person sees now: the words on it, and the user ID.
func (c *citizen) sees() (id, words string) {
	c.t.Helper()
	p := c.open(c.d.base + "/")
	if p.status != http.StatusOK {
		c.t.Errorf("%s: the page answers %d:\n%s", c.name, p.status, p.text)
	}
	return p.userID(c.t), strings.Join(strings.Fields(tags.ReplaceAllString(p.text, " ")), " ")
}

// want looks whether the person is who they should be, and the page says what it should.
func (c *citizen) want(when, id, words string) {
	c.t.Helper()
	if gotID, got := c.sees(); gotID != id || !strings.Contains(got, words) {
		c.t.Errorf("%s: %s sees user ID %s and %q, want %s and %q", when, c.name, gotID, got, id, words)
	}
}

// wantSoon is want for a login that was being refreshed when the copy was made: whose turn it was is not alive any
// more, and in a database that servers share that takes its time to be seen.
func (c *citizen) wantSoon(when, id, words string) {
	c.t.Helper()
	for limit := time.Now().Add(patience); time.Now().Before(limit); time.Sleep(100 * time.Millisecond) {
		if _, got := c.sees(); !strings.Contains(got, "Nothing is lost") {
			break
		}
	}
	c.want(when, id, words)
}

// comeBack logs in once more, and says whether Spotify asks the person to agree again.
func (c *citizen) comeBack() (id string, asked bool) {
	c.t.Helper()
	p := c.open(c.d.base + "/login")
	if !c.isBack(p) {
		p = c.press(p, "action", "choose", "person", c.name)
	}
	if !c.isBack(p) {
		asked = true
		p = c.press(p, "action", "agree")
	}
	return p.userID(c.t), asked
}

func (c *citizen) isBack(p page) bool { return strings.HasPrefix(p.at.String(), c.d.base) }

func (c *citizen) disconnect() {
	c.t.Helper()
	if p := c.do(http.MethodPost, c.d.base+"/account/disconnect", map[string][]string{"sure": {"yes"}}); p.status != http.StatusOK || p.userID(c.t) != "None" {
		c.t.Fatalf("%s disconnects and gets %d:\n%s", c.name, p.status, p.text)
	}
}

func (c *citizen) logOut() {
	c.t.Helper()
	if p := c.do(http.MethodPost, c.d.base+"/logout", map[string][]string{}); p.status != http.StatusOK || p.userID(c.t) != "None" {
		c.t.Fatalf("%s logs out and gets %d:\n%s", c.name, p.status, p.text)
	}
}

// busy lets people look at their pages, each time with a refresh, until it is stopped.
func busy(crowd []*citizen) (stop func()) {
	quit := make(chan struct{})
	var all sync.WaitGroup
	for _, c := range crowd {
		all.Go(func() {
			for {
				select {
				case <-quit:
					return
				default:
					c.want("while the copy is made", c.id, "Now playing:")
				}
			}
		})
	}
	return func() { close(quit); all.Wait() }
}

// TestRestore is the drill (P18): a copy is made while people are busy, life goes on, the database is lost and
// comes back. Who has disconnected is gone, whoever has signed out is, and nobody has to consent again, except where
// Spotify has replaced the refresh tokens meanwhile.
func TestRestore(t *testing.T) {
	t.Parallel()
	for name, store := range map[string]func(*drill){"SQLite": onSQLite, "PostgreSQL": onPostgreSQL} {
		t.Run(name+", everybody signs in again", func(t *testing.T) {
			t.Parallel()
			drillSigningIn(newDrill(t, store, emulator.NoneReturned))
		})
		t.Run(name+", everybody signs in again, tokens replaced", func(t *testing.T) {
			t.Parallel()
			drillSigningIn(newDrill(t, store, emulator.Rotated))
		})
		t.Run(name+", sessions kept", func(t *testing.T) {
			t.Parallel()
			drillKeeping(newDrill(t, store, emulator.NoneReturned), false)
		})
		t.Run(name+", sessions kept, tokens replaced", func(t *testing.T) {
			t.Parallel()
			drillKeeping(newDrill(t, store, emulator.Rotated), true)
		})
	}
}

// live is what happens before the database is lost.
func (d *drill) live() (crowd []*citizen, leaver, sleeper, newcomer *citizen) {
	d.t.Helper()
	d.start()
	for i := range 4 {
		crowd = append(crowd, d.citizen(fmt.Sprint("crowd", i)))
	}
	leaver, sleeper = d.citizen("leaver"), d.citizen("sleeper")
	stop := busy(crowd)
	d.backup()
	stop()
	leaver.disconnect()
	sleeper.logOut()
	newcomer = d.citizen("newcomer")
	for _, c := range crowd {
		d.refresh(c)
	}
	d.server.kill()
	d.lose()
	return crowd, leaver, sleeper, newcomer
}

// refresh lets the person look until that has refreshed the token.
func (d *drill) refresh(c *citizen) {
	d.t.Helper()
	before := len(d.world.Ledger().Grant("refresh_token"))
	for limit := time.Now().Add(patience); len(d.world.Ledger().Grant("refresh_token")) == before; {
		if c.want("after the copy", c.id, "Now playing:"); time.Now().After(limit) {
			d.t.Fatal("nothing is refreshed: this drill would show nothing")
		}
	}
}

// drillSigningIn: whether Spotify has replaced refresh tokens since the copy or not, one login makes all well.
func drillSigningIn(d *drill) {
	t := d.t
	crowd, leaver, sleeper, newcomer := d.live()
	report := d.restore()
	for _, want := range []string{"Deleted   1 person again, of 1 who have disconnected", "Sessions  5 ended"} {
		if !strings.Contains(report, want) {
			t.Errorf("restore reports\n%s\nwant %q", report, want)
		}
	}
	d.start()
	for _, c := range append(crowd, leaver, sleeper, newcomer) {
		c.want("after the restore", "None", "")
	}
	for _, c := range append(crowd, sleeper) {
		if id, asked := c.comeBack(); id != c.id || asked {
			t.Errorf("%s is %s after the restore, asked by Spotify: %v; want %s, and not asked", c.name, id, asked, c.id)
		}
		c.wantSoon("when back", c.id, "Now playing:")
	}
	for _, c := range []*citizen{leaver, newcomer} {
		if id, _ := c.comeBack(); id == c.id || id == "None" {
			t.Errorf("%s is %s after the restore, want somebody new: was %s", c.name, id, c.id)
		}
	}
	if refused := d.refused(); refused > 0 {
		t.Errorf("%d refreshes were refused, want none: whoever signs in has a new token", refused)
	}
}

// drillKeeping: where Spotify has replaced the refresh tokens since the copy, what came back is dead, and those
// people are asked to sign in again, softly.
func drillKeeping(d *drill, dead bool) {
	t, words := d.t, "Now playing:"
	if dead {
		words = "Sign in again"
	}
	crowd, leaver, sleeper, newcomer := d.live()
	if report := d.restore("--keep-sessions"); !strings.Contains(report, "Sessions  kept") {
		t.Errorf("restore reports\n%s\nwant that sessions were kept", report)
	}
	d.start()
	for _, c := range crowd {
		c.wantSoon("after the restore", c.id, words)
	}
	leaver.want("after the restore", "None", "")
	newcomer.want("after the restore", "None", "")
	for _, c := range crowd {
		if id, asked := c.comeBack(); id != c.id || asked != dead {
			t.Errorf("%s is %s after signing in again, asked by Spotify: %v; want %s and %v", c.name, id, asked, c.id, dead)
		}
		c.want("when signed in again", c.id, "Now playing:")
	}
	if id, _ := sleeper.comeBack(); id != sleeper.id {
		t.Errorf("%s is %s after the restore, was %s", sleeper.name, id, sleeper.id)
	}
	if refused := d.refused(); (refused > 0) != dead {
		t.Errorf("%d refreshes were refused", refused)
	}
}

func (d *drill) refused() int {
	return len(d.world.Ledger().Grant("refresh_token").Where(func(e emulator.Entry) bool { return e.Status != http.StatusOK }))
}
