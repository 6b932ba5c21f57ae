// Package tenuto has no code: its tests keep the house in order. This file keeps who may
// import whom; api_test.go what is exported; docs_test.go what the documents say.
package tenuto

import (
	"fmt"
	"go/parser"
	"go/token"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/tenuto-dev/tenuto/"

// arrows says for each room of the house which others it may import. A folder below a room
// belongs to it. A room may always import itself.
var arrows = map[string][]string{
	"auth":                           {},
	"auth/authtest":                  {"auth"},
	"spotify":                        {"auth", "internal/operations"},
	"emulator":                       {"internal/operations"},
	"internal/operations":            {},
	"internal/failpoint":             {},
	"internal/vault":                 {"auth", "internal/failpoint"},
	"internal/vault/vaulttest":       {"auth", "auth/authtest", "internal/vault"},
	"internal/vault/postgres/pgtest": {},
	"internal/chromium":              {},
	"internal/server":                {"auth", "spotify", "internal/vault", "internal/operations", "internal/failpoint"},
	"internal/torture":               {"emulator", "internal/failpoint", "internal/vault/postgres/pgtest"},
	"cmd/tenuto":                     {"auth", "spotify", "emulator", "internal/operations", "internal/vault", "internal/server", "internal/failpoint"},
	"examples":                       {"auth", "auth/authtest", "spotify", "emulator"},
}

// rules are checked over all packages; each returns what is wrong.
var rules = map[string]func([]pkg) []string{
	"imports run one way":               checkArrows,
	"auth is light":                     checkAuthIsLight,
	"the emulator knows no client":      checkEmulatorKnowsNoClient,
	"only the vault sees SQL":           checkSQL,
	"only the vault sees its keys":      checkKeys,
	"only the server sees cookies":      checkCookies,
	"the environment is read when told": checkEnvironment,
	"packages have names that say what": checkNames,
}

func TestHouse(t *testing.T) {
	t.Parallel()
	packages := listPackages(t)
	if len(packages) < 5 {
		t.Fatalf("go list found %d packages, want the whole house", len(packages))
	}
	for name, check := range rules {
		for _, broken := range check(packages) {
			t.Errorf("%s: %s", name, broken)
		}
	}
}

// room is the longest entry of arrows that path is in, or "".
func room(path string) string {
	path = strings.TrimPrefix(path, module)
	for {
		if _, ok := arrows[path]; ok {
			return path
		}
		slash := strings.LastIndexByte(path, '/')
		if slash < 0 {
			return ""
		}
		path = path[:slash]
	}
}

func checkArrows(packages []pkg) (broken []string) {
	for _, p := range packages {
		if room(p.ImportPath) == "" {
			broken = append(broken, p.ImportPath+" has no room in the house: see arrows")
			continue
		}
		for _, imported := range p.Imports {
			if !strings.HasPrefix(imported, module) {
				continue
			}
			from, to := room(p.ImportPath), room(imported)
			if from != to && !slices.Contains(arrows[from], to) {
				broken = append(broken, fmt.Sprintf("%s imports %s: no arrow runs from %s to %q", p.ImportPath, imported, from, to))
			}
		}
	}
	return broken
}

// checkAuthIsLight: whoever imports auth gets x/oauth2's core, an INI reader and a browser
// opener, and never a driver, a framework or a metrics library.
func checkAuthIsLight(packages []pkg) (broken []string) {
	allowed := []string{module + "auth", "golang.org/x/oauth2", "golang.org/x/sys", "gopkg.in/ini.v1", "github.com/cli/browser"}
	for _, p := range packages {
		if p.ImportPath != module+"auth" {
			continue
		}
		for _, dep := range p.Deps {
			if !isStandard(dep) && !slices.ContainsFunc(allowed, func(a string) bool { return within(dep, a) }) {
				broken = append(broken, p.ImportPath+" brings "+dep)
			}
		}
	}
	return broken
}

// checkEmulatorKnowsNoClient: a fake that shares the client's code shares its mistakes.
func checkEmulatorKnowsNoClient(packages []pkg) (broken []string) {
	for _, p := range packages {
		if room(p.ImportPath) != "emulator" {
			continue
		}
		for _, dep := range p.Deps {
			if within(dep, module+"auth") || within(dep, module+"spotify") {
				broken = append(broken, p.ImportPath+" depends on "+dep)
			}
		}
	}
	return broken
}

func checkSQL(packages []pkg) (broken []string) {
	sql := []string{"database/sql", "modernc.org/sqlite", "github.com/jackc/pgx/v5", "github.com/pressly/goose/v3"}
	for _, p := range packages {
		if within(p.ImportPath, module+"internal/vault") {
			continue
		}
		for _, imported := range p.Imports {
			if slices.ContainsFunc(sql, func(s string) bool { return within(imported, s) }) {
				broken = append(broken, p.ImportPath+" imports "+imported)
			}
		}
	}
	return broken
}

// checkKeys: what can seal and open is the vault's business.
func checkKeys(packages []pkg) (broken []string) {
	for _, p := range packages {
		for _, imported := range p.Imports {
			if within(imported, "github.com/tink-crypto/tink-go/v2") && room(p.ImportPath) != "internal/vault" {
				broken = append(broken, p.ImportPath+" imports "+imported)
			}
		}
	}
	return broken
}

// checkCookies: the emulator has its own, which are Spotify's, and examples are servers.
func checkCookies(packages []pkg) (broken []string) {
	for _, p := range packages {
		if slices.Contains([]string{"internal/server", "emulator", "examples"}, room(p.ImportPath)) {
			continue
		}
		for _, use := range p.Cookies {
			broken = append(broken, p.ImportPath+" uses "+use)
		}
	}
	return broken
}

// checkEnvironment: a library that reads variables nobody told it of cannot be reasoned about.
func checkEnvironment(packages []pkg) (broken []string) {
	for _, p := range packages {
		if r := room(p.ImportPath); r == "cmd/tenuto" || r == "examples" {
			continue
		}
		for _, read := range p.Environment {
			if p.ImportPath == module+"auth" && strings.HasSuffix(read, " in ConfigFromEnv") || p.ImportPath == module+"internal/vault/postgres/pgtest" {
				continue
			}
			broken = append(broken, p.ImportPath+" reads "+read)
		}
	}
	return broken
}

func checkNames(packages []pkg) (broken []string) {
	empty := []string{"util", "utils", "common", "models", "helper", "helpers", "mock", "mocks", "misc", "shared", "base", "lib", "types"}
	for _, p := range packages {
		if slices.Contains(empty, p.Name) {
			broken = append(broken, p.ImportPath+" is called "+p.Name+", which says nothing")
		}
	}
	return broken
}

func isStandard(path string) bool {
	first, _, _ := strings.Cut(path, "/")
	return !strings.Contains(first, ".")
}

func within(path, parent string) bool {
	return path == parent || strings.HasPrefix(path, parent+"/")
}

// TestRulesCanFail shows each rule a house that breaks it, and one that does not.
func TestRulesCanFail(t *testing.T) {
	t.Parallel()
	cases := []struct {
		rule   string
		broken pkg
		fine   pkg
	}{
		{"imports run one way",
			pkg{ImportPath: module + "auth", Imports: []string{module + "spotify"}},
			pkg{ImportPath: module + "spotify", Imports: []string{module + "auth", "context"}}},
		{"imports run one way",
			pkg{ImportPath: module + "internal/vault/sqlite", Imports: []string{module + "internal/server"}},
			pkg{ImportPath: module + "internal/vault/sqlite", Imports: []string{module + "internal/vault", module + "auth"}}},
		{"imports run one way",
			pkg{ImportPath: module + "internal/elsewhere"},
			pkg{ImportPath: module + "examples/script"}},
		{"auth is light",
			pkg{ImportPath: module + "auth", Deps: []string{"modernc.org/sqlite"}},
			pkg{ImportPath: module + "auth", Deps: []string{"golang.org/x/oauth2/internal", "net/http"}}},
		{"the emulator knows no client",
			pkg{ImportPath: module + "emulator", Deps: []string{module + "auth"}},
			pkg{ImportPath: module + "emulator", Deps: []string{module + "internal/operations"}}},
		{"only the vault sees SQL",
			pkg{ImportPath: module + "internal/server", Imports: []string{"database/sql/driver"}},
			pkg{ImportPath: module + "internal/vault/sqlite", Imports: []string{"database/sql"}}},
		{"only the vault sees its keys",
			pkg{ImportPath: module + "internal/server", Imports: []string{"github.com/tink-crypto/tink-go/v2/aead"}},
			pkg{ImportPath: module + "internal/vault", Imports: []string{"github.com/tink-crypto/tink-go/v2/aead"}}},
		{"only the server sees cookies",
			pkg{ImportPath: module + "internal/vault", Cookies: []string{"http.Cookie in Seal"}},
			pkg{ImportPath: module + "internal/server", Cookies: []string{"http.SetCookie in set"}}},
		{"the environment is read when told",
			pkg{ImportPath: module + "auth", Environment: []string{"os.Getenv in NewCredentials"}},
			pkg{ImportPath: module + "auth", Environment: []string{"os.LookupEnv in ConfigFromEnv"}}},
		{"packages have names that say what",
			pkg{ImportPath: module + "auth/util", Name: "util"},
			pkg{ImportPath: module + "auth", Name: "auth"}},
	}
	proven := map[string]bool{}
	for _, c := range cases {
		proven[c.rule] = true
		if broken := rules[c.rule]([]pkg{c.fine, c.broken}); len(broken) != 1 {
			t.Errorf("%s: found %q, want only what is wrong with %s", c.rule, broken, c.broken.ImportPath)
		}
	}
	for rule := range rules {
		if !proven[rule] {
			t.Errorf("no case shows that the rule %q can fail", rule)
		}
	}
	source := "package p\nimport env \"os\"\nimport \"net/http\"\nfunc F() { _, _ = env.LookupEnv(\"X\") }\nfunc G() { os.Exit(1); http.SetCookie(w, &c) }"
	file, err := parser.ParseFile(token.NewFileSet(), "p.go", source, 0)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := uses(file, "os", environment), []string{"os.LookupEnv in F"}; !slices.Equal(got, want) {
		t.Errorf("uses of the environment in %q = %q, want %q", source, got, want)
	}
	if got, want := uses(file, "net/http", cookies), []string{"http.SetCookie in G"}; !slices.Equal(got, want) {
		t.Errorf("uses of cookies in %q = %q, want %q", source, got, want)
	}
}
