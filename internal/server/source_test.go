package server_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// forbidden is what no file of the server may use, and why.
var forbidden = map[string]string{
	"http.Redirect":        "RD05: redirects are made by goTo and goToSpotify, which check where to",
	"http.RedirectHandler": "RD05",
	"template.HTML":        "HT13: text is text",
	"template.HTMLAttr":    "HT13",
	"template.JS":          "HT13",
	"template.URL":         "HT13",
	"http.DefaultClient":   "N13: it has no time-out",
	"http.Get":             "N13",
	"http.Post":            "N13",
	"os.Getenv":            "configuration comes in as a value",
	"rand.Int":             "AR01: math/rand is not secret",
}

// TestReq_RD05_Source keeps to the rules that a reader of one file could overlook.
func TestReq_RD05_Source(t *testing.T) {
	t.Parallel()
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	checked := 0
	for _, entry := range entries {
		if name := entry.Name(); !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), entry.Name(), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		checked++
		for _, use := range misuses(file) {
			t.Errorf("%s: %s", entry.Name(), use)
		}
	}
	if checked < 20 {
		t.Errorf("%d files checked: this test looks in the wrong place", checked)
	}
	bad, err := parser.ParseFile(token.NewFileSet(), "bad.go", `package p; import "math/rand"; func f() { http.Redirect(w, r, "x", 1); m.raw(literal(name)) }`, 0)
	if err != nil {
		t.Fatal(err)
	}
	if got := misuses(bad); len(got) != 3 {
		t.Errorf("misuses of a bad file = %q, want all three", got)
	}
}

func misuses(file *ast.File) (found []string) {
	for _, imported := range file.Imports {
		if strings.Contains(imported.Path.Value, "math/rand") {
			found = append(found, "imports math/rand: AR01")
		}
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SelectorExpr:
			if x, ok := n.X.(*ast.Ident); ok && forbidden[x.Name+"."+n.Sel.Name] != "" {
				found = append(found, x.Name+"."+n.Sel.Name+": "+forbidden[x.Name+"."+n.Sel.Name])
			}
		case *ast.CallExpr:
			if f, ok := n.Fun.(*ast.Ident); ok && f.Name == "literal" {
				found = append(found, "converts to literal: only constants are markup")
			}
		}
		return true
	})
	return found
}

var testName = regexp.MustCompile("`((?:Test|Fuzz)[A-Za-z0-9_]+)")

// TestDocumentsNameRealTests: a page that says what is tested must not outlive the test.
func TestDocumentsNameRealTests(t *testing.T) {
	t.Parallel()
	root := filepath.Join("..", "..")
	var tests strings.Builder
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(path, "_test.go") {
			text, err := os.ReadFile(path)
			tests.Write(text)
			return err
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, page := range []string{"security.md", "why-not-twenty-lines.md"} {
		text, err := os.ReadFile(filepath.Join(root, "docs", page))
		if err != nil {
			t.Fatal(err)
		}
		names := testName.FindAllStringSubmatch(string(text), -1)
		if len(names) < 10 {
			t.Errorf("docs/%s names %d tests: this test does not find them", page, len(names))
		}
		for _, name := range names {
			if !strings.Contains(tests.String(), "func "+name[1]+"(") {
				t.Errorf("docs/%s names %s, which is no test", page, name[1])
			}
		}
	}
}
