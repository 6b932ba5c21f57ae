package main

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/tenuto-dev/tenuto/emulator"
	"github.com/tenuto-dev/tenuto/internal/vault/postgres/pgtest"
)

// Two root keys, as a shell would make them.
const (
	databaseKey = "3mF0m0t1r9mW4u0l1i2yqGJ8w0m3T7o5JpZc5aSx2Vk="
	anotherKey  = "q8VfXr1mJ0m3C6m8wq3Yp0mVtq2p1o7z5sT9k4uWcEg="
)

// newDatabase is an empty one, its URL for the superuser, and its name.
func newDatabase(t *testing.T) (server *pgtest.Server, url, name string) {
	t.Helper()
	url = pgtest.Database(t)
	_, name, _ = strings.Cut(url[strings.LastIndex(url, "@"):], "/")
	name, _, _ = strings.Cut(name, "?")
	return pgtest.Shared(t), url, name
}

// dropRoles also drops what they own: roles are the server's, not the database's.
func dropRoles(t *testing.T, server *pgtest.Server, url string, roles ...string) {
	t.Helper()
	for _, role := range roles {
		if err := server.Exec(context.Background(), url, "DROP OWNED BY "+role+"; DROP ROLE "+role); err != nil {
			t.Error(err)
		}
	}
}

// TestServersShareADatabase: whoever logs in at one is known at the other, and logs out at both.
func TestServersShareADatabase(t *testing.T) {
	t.Parallel()
	world := emulator.Start(t)
	_, url, name := newDatabase(t)
	env := againstWorld(t, world, "TENUTO_KEY="+databaseKey)
	one, base, _ := startServer(t, slices.Concat(env, []string{"TENUTO_DATABASE=" + url}), "--data-dir", t.TempDir())
	other, elsewhere, _ := startServer(t, env, "--data-dir", t.TempDir(), "--database", url)
	app := world.App()
	app.RedirectURIs = []string{base + "/callback"}
	world.AddApp(app)
	alice := newPerson(t)
	id := alice.logIn(base, "alice").userID(t)
	if got := alice.open(elsewhere).userID(t); got != id { // cookies are of the address, not of the port
		t.Errorf("at the other server: user ID %s, want %s", got, id)
	}
	alice.press(alice.open(elsewhere + "/logout"))
	if got := alice.open(base).userID(t); got != "None" {
		t.Errorf("after logging out at the other: user ID %s, want None", got)
	}
	for _, server := range []*process{one, other} {
		if status := server.stop(); status != done {
			t.Errorf("SIGTERM: exit status %d, want %d", status, done)
		}
		if out := server.output(); !strings.Contains(out, "/"+name+"\n") || strings.Contains(out, databaseKey) {
			t.Errorf("output names no database, or the key:\n%s", out)
		}
	}
}

// TestDatabaseRefusals: what can be wrong with a database is said, with what to do, and no password is repeated.
func TestDatabaseRefusals(t *testing.T) {
	t.Parallel()
	server, url, name := newDatabase(t)
	must := func(statement string) {
		t.Helper()
		if err := server.Exec(t.Context(), url, statement); err != nil {
			t.Fatal(err)
		}
	}
	role, blind := "guest_of_"+name, "blind_of_"+name
	must("CREATE ROLE " + role + " LOGIN PASSWORD 'canary-right'; CREATE ROLE " + blind + " LOGIN PASSWORD 'canary-right'; " +
		"REVOKE ALL ON SCHEMA public FROM PUBLIC; GRANT USAGE ON SCHEMA public TO " + blind)
	env := againstWorld(t, emulator.Start(t), "TENUTO_ADDR=127.0.0.1:0", "TENUTO_OPERATIONS_ADDR=none")
	with := func(more ...string) []string { return slices.Concat(env, []string{"TENUTO_KEY=" + databaseKey}, more) }
	keyed := with()
	used, _, _ := startServer(t, keyed, "--database", url)
	used.stop()

	wrong := strings.Replace(server.URL(name, role, "canary-wrong"), "?", "?application_name=x&", 1)
	for _, c := range []struct {
		why    string
		env    []string
		flag   string
		status int
		says   string
	}{
		{"no key", env, url, misuse, "openssl rand -base64 32"},
		{"another key", with("TENUTO_KEY=" + anotherKey), url, failed, "or --key-command; nothing was changed"},
		{"TLS that this machine's server has not", keyed, strings.Replace(url, "sslmode=disable", "", 1), failed, "hint: PostgreSQL speaks no TLS there: add ?sslmode=disable"},
		{"a password in the flag", keyed, wrong, misuse, "TENUTO_DATABASE, or the password into PGPASSWORD"},
		{"a password in the flag, behind ?", keyed, "postgres://host/name?password=canary-query", misuse, "secrets do not belong on a command line"},
		{"a wrong password", with("TENUTO_DATABASE=" + wrong), "", failed, "hint: the password comes from TENUTO_DATABASE"},
		{"a wrong password of PGPASSWORD", with("PGPASSWORD=canary-wrong"), server.URL(name, role, ""), failed, "28P01"},
		{"no such database", keyed, server.URL("nowhere", "postgres", ""), failed, "hint: make it first"},
		{"nobody there", keyed, "postgres://127.0.0.1:1/name?sslmode=disable", failed, "hint: see whether PostgreSQL runs there"},
		{"no URL", keyed, "host=127.0.0.1 password=canary-words", misuse, "write postgres://USER@HOST"},
		{"no scheme of ours", keyed, "mysql://127.0.0.1/name", misuse, "write postgres://USER@HOST"},
		{"a port that is none", with("TENUTO_DATABASE=postgres://user:canary-port@127.0.0.1:port/name"), "", misuse, "write postgres://USER@HOST"},
		{"plain text to another machine", keyed, "postgres://db.example/name?sslmode=disable", misuse, "sslmode=verify-full"},
		{"plain text to another machine, allowed", with("TENUTO_ALLOW_UNVERIFIED_DATABASE=true"), "postgres://db.invalid/name?sslmode=disable", failed, "may read and change what people keep with you"},
		{"an account without rights", with("TENUTO_DATABASE=" + server.URL(name, role, "canary-right")), "", failed, "hint: let an account that may make tables"},
		{"an account that may not read", with("TENUTO_DATABASE=" + server.URL(name, blind, "canary-right")), "", failed, "hint: its account needs SELECT"},
	} {
		args := []string{"serve"}
		if c.flag != "" {
			args = append(args, "--database", c.flag)
		}
		p := start(t, c.env, args...)
		status := p.end()
		out := p.output()
		if status != c.status || !strings.Contains(out, c.says) || strings.Contains(out, "canary-") || strings.Contains(out, databaseKey) {
			t.Errorf("serve with %s = %d and\n%s\nwant %d, %q and no secret", c.why, status, out, c.status, c.says)
		}
	}
}

// TestReq_VS15_SecondServer: two processes on one SQLite database would undo each other's work.
func TestReq_VS15_SecondServer(t *testing.T) {
	t.Parallel()
	env := againstWorld(t, emulator.Start(t))
	dir := t.TempDir()
	first, base, _ := startServer(t, env, "--data-dir", dir)
	second := start(t, env, "serve", "--addr", "127.0.0.1:0", "--operations-addr", "none", "--data-dir", dir)
	if status := second.end(); status != failed || !strings.Contains(second.output(), "hint: another tenuto uses this data directory") {
		t.Errorf("a second server on the same data = %d, want %d and a hint:\n%s", status, failed, second.output())
	}
	if p := newPerson(t).open(base); p.status != 200 {
		t.Errorf("the first server afterwards = %d, want 200", p.status)
	}
	first.stop()
	third, _, _ := startServer(t, env, "--data-dir", dir)
	third.stop()
}

// TestReq_VS11_TwoAccounts: one account makes the tables, the other, which serves, may only read and write them.
func TestReq_VS11_TwoAccounts(t *testing.T) {
	t.Parallel()
	server, url, name := newDatabase(t)
	owner, writer := "owner_of_"+name, "writer_of_"+name
	_, documented, _ := strings.Cut(readFile(t, "../../docs/server.md"), "```sql\n")
	documented, _, found := strings.Cut(documented, "```")
	if !found || !strings.Contains(documented, "CREATE ROLE tenuto_owner LOGIN;") {
		t.Fatalf("docs/server.md shows no statements, but:\n%s", documented)
	}
	named := regexp.MustCompile(`\btenuto(_owner)?\b`).ReplaceAllStringFunc(documented, func(role string) string {
		if role == "tenuto" {
			return writer
		}
		return owner
	})
	if err := server.Exec(t.Context(), url, named+"REVOKE ALL ON SCHEMA public FROM PUBLIC;"+
		"ALTER ROLE "+owner+" PASSWORD 'one'; ALTER ROLE "+writer+" PASSWORD 'two'"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { dropRoles(t, server, url, owner, writer) })
	world := emulator.Start(t)
	env := againstWorld(t, world, "TENUTO_KEY="+databaseKey, "PGPASSWORD=two")
	early := start(t, env, "serve", "--addr", "127.0.0.1:0", "--operations-addr", "none", "--database", server.URL(name, writer, ""))
	if status := early.end(); status != failed || !strings.Contains(early.output(), `with "tenuto migrate"`) {
		t.Errorf("serve without tables = %d, want %d and a hint:\n%s", status, failed, early.output())
	}
	for _, want := range []string{"steps made: ", "are up to date.\n"} {
		p := start(t, slices.Concat(env, []string{"PGPASSWORD=one"}), "migrate", "--database", server.URL(name, owner, ""))
		if status := p.end(); status != done || !strings.Contains(p.output(), want) {
			t.Errorf("migrate = %d, want %d and %q:\n%s", status, done, want, p.output())
		}
	}
	p := start(t, env, "migrate", "--database", server.URL(name, writer, ""))
	if status := p.end(); status != done {
		t.Errorf("migrate by the other, of what is up to date = %d, want %d:\n%s", status, done, p.output())
	}
	_, base, operations := startServer(t, env, "--database", server.URL(name, writer, ""))
	app := world.App()
	app.RedirectURIs = []string{base + "/callback"}
	world.AddApp(app)
	alice := newPerson(t)
	if got := alice.logIn(base, "alice").userID(t); got == "None" {
		t.Error("nobody can log in")
	}
	if ready := alice.open(operations + "/readyz"); ready.status != 200 {
		t.Errorf("GET /readyz = %d %s, want 200", ready.status, ready.text)
	}
	if p := start(t, env, "migrate"); p.end() != misuse {
		t.Errorf("migrate without a database: want status %d:\n%s", misuse, p.output())
	}
}
