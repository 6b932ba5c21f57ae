package spotify_test

import (
	"errors"
	"go/ast"
	"go/parser"
	gotoken "go/token"
	"maps"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/emulator"
	"github.com/tenuto-dev/tenuto/internal/operations"
	"github.com/tenuto-dev/tenuto/spotify"
)

// methods are those of all services, "Albums.Get", as the language sees them.
func methods() (names []string) {
	client := reflect.TypeFor[spotify.Client]()
	for i := range client.NumField() {
		service := client.Field(i)
		if !service.IsExported() {
			continue
		}
		for method := range service.Type.NumMethod() {
			names = append(names, service.Name+"."+service.Type.Method(method).Name)
		}
	}
	return names
}

// promise is what the comment of a method says.
type promise struct {
	operations []string
	reference  string // of Spotify's page
	scopes     []string
}

var (
	operationWords = regexp.MustCompile(`(GET|PUT|POST|DELETE)\s+(/[a-z{}/-]+)`)
	referencePage  = regexp.MustCompile(`https://developer\.spotify\.com/documentation/web-api/reference/([a-z-]+)`)
	scopeWords     = regexp.MustCompile(`(?:user|playlist|ugc)-[a-z-]+[a-z]`)
)

// promises reads the comments of all methods.
func promises(t *testing.T) map[string]promise {
	t.Helper()
	paths, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	said := map[string]promise{}
	for _, path := range paths {
		file, err := parser.ParseFile(gotoken.NewFileSet(), path, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		for _, decl := range file.Decls {
			if name, doc := serviceMethod(decl); name != "" {
				said[name] = promiseOf(doc)
			}
		}
	}
	return said
}

func serviceMethod(decl ast.Decl) (name, doc string) {
	method, ok := decl.(*ast.FuncDecl)
	if !ok || method.Recv == nil || !method.Name.IsExported() {
		return "", ""
	}
	receiver, ok := method.Recv.List[0].Type.(*ast.StarExpr)
	if !ok {
		return "", ""
	}
	kind, ok := receiver.X.(*ast.Ident)
	if !ok || !strings.HasSuffix(kind.Name, "Service") {
		return "", ""
	}
	return strings.TrimSuffix(kind.Name, "Service") + "." + method.Name.Name, method.Doc.Text()
}

func promiseOf(doc string) (p promise) {
	for _, words := range operationWords.FindAllStringSubmatch(doc, -1) {
		p.operations = append(p.operations, words[1]+" "+words[2])
	}
	if page := referencePage.FindStringSubmatch(doc); page != nil {
		p.reference = page[1]
	}
	if _, scopes, found := strings.Cut(doc, "Scope: "); found {
		scopes = strings.ReplaceAll(scopes, "playlist-modify-public or -private", "playlist-modify-public playlist-modify-private")
		scopes, _, _ = strings.Cut(scopes, "https://")
		p.scopes = scopeWords.FindAllString(scopes, -1)
	}
	return p
}

// Every method names operations of the table, the page of one of them, and their scopes; all
// together they name all 96.
func TestEveryMethodSaysWhatItCalls(t *testing.T) {
	t.Parallel()
	said, named := promises(t), map[string]bool{}
	for _, method := range methods() {
		p := said[method]
		if len(p.operations) == 0 {
			t.Errorf("%s: its comment names no operation", method)
		}
		var ids, scopes []string
		for _, name := range p.operations {
			op, ok := operations.Lookup(name)
			if !ok || op.Name() != name {
				t.Errorf("%s: its comment names %q, which is no operation", method, name)
				continue
			}
			named[name], ids = true, append(ids, op.ID)
			scopes = append(append(append(scopes, op.Needed()...), op.AnyOf...), op.Optional...)
		}
		if !slices.Contains(ids, p.reference) {
			t.Errorf("%s: its comment leads to the page %q, want one of %q", method, p.reference, ids)
		}
		for _, scope := range p.scopes {
			if !slices.Contains(scopes, scope) {
				t.Errorf("%s: its comment asks for %s, its operations for %q", method, scope, scopes)
			}
		}
	}
	for _, op := range operations.All() {
		if !named[op.Name()] {
			t.Errorf("no method for %s", op.Name())
		}
	}
}

// Every method works in the mode that may call it with the scopes of its comment and no others,
// and sends what its comment says and nothing else; what development mode has not is not sent.
// All together they send all 96 operations.
func TestEveryMethodCallsWhatItSays(t *testing.T) {
	t.Parallel()
	said, sent := promises(t), map[string]bool{}
	for _, mode := range []spotify.Mode{spotify.Development, spotify.Extended} {
		stages := &stages{mode: mode, said: said}
		names := slices.Sorted(maps.Keys(uses(t.Context(), nil, newStage(t, mode))))
		if diff := cmp.Diff(slices.Sorted(slices.Values(methods())), names); diff != "" {
			t.Fatalf("the uses are not one for each method (-methods +uses):\n%s", diff)
		}
		for _, name := range names {
			for _, operation := range stages.of(t, name).calls(t, name, said[name]) {
				sent[operation] = true
			}
		}
	}
	for _, op := range operations.All() {
		if !sent[op.Name()] {
			t.Errorf("nothing sent %s", op.Name())
		}
	}
}

// calls uses a method and checks what happens against what its comment says.
func (s *stage) calls(t *testing.T, method string, said promise) (sent []string) {
	t.Helper()
	var open []spotify.Operation
	for _, name := range said.operations {
		if op, _ := operations.Lookup(name); op.State == operations.Active || s.mode == spotify.Extended {
			open = append(open, spotify.Operation(name))
		}
	}
	scopes := auth.ParseScopes(strings.Join(said.scopes, " "))
	client, before := s.client(t, scopes), len(s.world.Ledger())
	err := uses(t.Context(), client, s)[method]()
	for _, entry := range s.world.Ledger()[before:] {
		sent = append(sent, entry.Operation)
		if !slices.Contains(open, spotify.Operation(entry.Operation)) {
			t.Errorf("%s in mode %d sent %s, want %q", method, s.mode, entry.Operation, open)
		}
	}
	switch {
	case len(open) == 0:
		if !errors.Is(err, spotify.ErrOperationClosed) || len(sent) > 0 {
			t.Errorf("%s in mode %d: %v, sent %q; want ErrOperationClosed and nothing sent", method, s.mode, err, sent)
		}
	case err != nil || len(sent) == 0:
		t.Errorf("%s in mode %d with %q: %v, sent %q", method, s.mode, scopes, err, sent)
	}
	return sent
}

// With everything odd about Spotify that is known, no answer to any method fails.
func TestEveryMethodSurvivesEveryQuirk(t *testing.T) {
	t.Parallel()
	said := promises(t)
	for _, mode := range []spotify.Mode{spotify.Development, spotify.Extended} {
		stages := &stages{mode: mode, said: said}
		for name := range uses(t.Context(), nil, newStage(t, mode)) {
			quirks := allQuirks()
			if name == "Player.Transfer" { // to a device without an ID is not possible
				quirks = slices.DeleteFunc(quirks, func(q emulator.Quirk) bool { return q == "null-device-ids" })
			}
			stage := stages.of(t, name, quirks...)
			err := uses(t.Context(), stage.client(t, auth.EveryScope()), stage)[name]()
			if err != nil && (mode == spotify.Extended || !errors.Is(err, spotify.ErrOperationClosed)) {
				t.Errorf("%s in mode %d with every quirk: %v", name, mode, err)
			}
		}
	}
}
