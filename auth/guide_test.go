package auth_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestGuideCompiles: every piece of Go in docs/guide.md compiles and passes go vet, each as the
// body of a function that has the guide's usual values.
func TestGuideCompiles(t *testing.T) {
	t.Parallel()
	guide, err := os.ReadFile("../docs/guide.md")
	if err != nil {
		t.Fatal(err)
	}
	pieces := goBlocks(string(guide))
	if len(pieces) < 10 {
		t.Fatalf("found %d pieces of Go in the guide, want them all", len(pieces))
	}
	files := map[string]string{}
	for line, piece := range pieces {
		files[fmt.Sprintf("guide_line_%d.go", line)] = wrap(t, line, piece)
	}
	if out, err := vet(t, files); err != nil {
		t.Errorf("the guide does not compile: %v\n%s", err, out)
	}
}

// TestVetCanFail: a guide with a mistake is found.
func TestVetCanFail(t *testing.T) {
	t.Parallel()
	for _, mistake := range []string{"cred.RequestToken(ctx)", "var s string = cred", "return 5"} {
		if _, err := vet(t, map[string]string{"guide_line_1.go": wrap(t, 1, mistake)}); err == nil {
			t.Errorf("%q compiles", mistake)
		}
	}
}

// goBlocks are the fenced pieces of Go by the line they begin at.
func goBlocks(markdown string) map[int]string {
	blocks := map[int]string{}
	begin := 0
	for i, line := range strings.Split(markdown, "\n") {
		switch {
		case begin == 0 && line == "```go":
			begin = i + 2
		case begin > 0 && line == "```":
			begin = 0
		case begin > 0:
			blocks[begin] += line + "\n"
		}
	}
	return blocks
}

var guideImports = map[string]string{
	"auth": "github.com/tenuto-dev/tenuto/auth", "spotify": "github.com/tenuto-dev/tenuto/spotify", "oauth2": "golang.org/x/oauth2",
	"context": "context", "errors": "errors", "fmt": "fmt", "http": "net/http", "os": "os", "time": "time", "url": "net/url",
}

const guideValues = `ctx context.Context, cred *auth.Credentials, token *auth.Token, login *auth.RefreshingToken, client *spotify.Client, application, alice auth.TokenSource`

// wrap makes a piece a file: a function with the guide's values around it, the imports it uses,
// and a use for what it only declares.
func wrap(t *testing.T, line int, piece string) string {
	t.Helper()
	function := fmt.Sprintf("func guideLine%d(%s) error {\n{\n%s%s}\nreturn nil\n}\n", line, guideValues, piece, uses(t, line, piece))
	code := regexp.MustCompile(`\s//.*`).ReplaceAllString(function, "")
	var imports []string
	for _, name := range slices.Sorted(maps.Keys(guideImports)) {
		if regexp.MustCompile(`\b` + name + `\.`).MatchString(code) {
			imports = append(imports, fmt.Sprintf("%q", guideImports[name]))
		}
	}
	file := "package guide\n\nimport (\n" + strings.Join(imports, "\n") + "\n)\n\n" + function
	formatted, err := format.Source([]byte(file))
	if err != nil {
		t.Fatalf("docs/guide.md line %d: %v", line, err)
	}
	return string(formatted)
}

// uses is a blank assignment for every name that the piece declares.
func uses(t *testing.T, line int, piece string) string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "", "package p\nfunc f() {\n"+piece+"}\n", 0)
	if err != nil {
		t.Fatalf("docs/guide.md line %d: %v", line, err)
	}
	var out strings.Builder
	for _, statement := range file.Decls[0].(*ast.FuncDecl).Body.List {
		if s, ok := statement.(*ast.AssignStmt); ok && s.Tok == token.DEFINE {
			for _, name := range s.Lhs {
				if id, ok := name.(*ast.Ident); ok && id.Name != "_" {
					fmt.Fprintf(&out, "_ = %s\n", id.Name)
				}
			}
		}
	}
	return out.String()
}

// vet compiles and checks files as a package in docs that exists only for the compiler.
func vet(t *testing.T, files map[string]string) (string, error) {
	t.Helper()
	dir := t.TempDir()
	root, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	overlay := map[string]map[string]string{"Replace": {}}
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		overlay["Replace"][filepath.Join(root, "docs", name)] = path
	}
	data, err := json.Marshal(overlay)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "overlay.json"), data, 0o600); err != nil {
		t.Fatal(err)
	}
	run := exec.CommandContext(t.Context(), "go", "vet", "-overlay", filepath.Join(dir, "overlay.json"), "./docs")
	run.Dir = root
	out, err := run.CombinedOutput()
	return string(bytes.ReplaceAll(out, []byte(dir), []byte("docs"))), err
}

// TestGuideNames: what the guide and the package comment call ours is ours.
func TestGuideNames(t *testing.T) {
	t.Parallel()
	guide, err := os.ReadFile("../docs/guide.md")
	if err != nil {
		t.Fatal(err)
	}
	known := exported(t)
	if !known["Credentials.Refresh"] || !known["ErrState"] || !known["Token.ExpiresIn"] || known["Credentials.Nothing"] {
		t.Fatal("this test does not know the package")
	}
	names := 0
	for _, m := range regexp.MustCompile("`(?:auth\\.|\\*auth\\.)?([A-Z][A-Za-z0-9]*(?:\\.[A-Z][A-Za-z0-9]*)?)`").FindAllStringSubmatch(string(guide), -1) {
		name := strings.Replace(m[1], "RC.", "RefreshingCredentials.", 1)
		if name == "RC" || strings.ToUpper(name) == name {
			continue
		}
		names++
		if !known[name] {
			t.Errorf("docs/guide.md says `%s`, which the package does not have", m[1])
		}
	}
	if names < 60 {
		t.Errorf("found %d names in the guide, want them all", names)
	}
}

// exported are the names of package auth: functions, types, constants, and under their type, and
// alone, methods and fields.
func exported(t *testing.T) map[string]bool {
	t.Helper()
	paths, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, decl := range file.Decls {
			exportedBy(decl, names)
		}
	}
	return names
}

func exportedBy(decl ast.Decl, names map[string]bool) {
	add := func(name, of string) {
		names[name] = true
		if of != "" {
			names[of+"."+name] = true
		}
	}
	switch d := decl.(type) {
	case *ast.FuncDecl:
		add(d.Name.Name, receiver(d))
	case *ast.GenDecl:
		for _, spec := range d.Specs {
			switch s := spec.(type) {
			case *ast.ValueSpec:
				for _, id := range s.Names {
					add(id.Name, "")
				}
			case *ast.TypeSpec:
				add(s.Name.Name, "")
				if body, ok := s.Type.(*ast.StructType); ok {
					for _, field := range body.Fields.List {
						for _, id := range field.Names {
							add(id.Name, s.Name.Name)
						}
					}
				}
			}
		}
	}
}

// receiver is the type a method belongs to; "" for a function.
func receiver(d *ast.FuncDecl) string {
	if d.Recv == nil {
		return ""
	}
	of := d.Recv.List[0].Type
	if star, ok := of.(*ast.StarExpr); ok {
		of = star.X
	}
	id, _ := of.(*ast.Ident)
	if id == nil {
		return ""
	}
	return id.Name
}
