package tenuto

import (
	"encoding/json"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// pkg is what the rules look at: go list's answer, and what of the environment and of cookies the source uses.
type pkg struct {
	ImportPath, Name, Dir string
	GoFiles               []string
	Imports               []string // by the package itself, without its tests
	Deps                  []string // of all of these, to the bottom
	Environment           []string // "os.Getenv in ConfigFromEnv"
	Cookies               []string // "http.SetCookie in set"
}

// listPackages asks go list about the whole module.
func listPackages(t *testing.T) []pkg {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Name,Dir,GoFiles,Imports,Deps", "./...")
	cmd.Stderr = t.Output()
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var packages []pkg
	decoder := json.NewDecoder(strings.NewReader(string(out)))
	for {
		var p pkg
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			return packages
		} else if err != nil {
			t.Fatalf("go list: %v", err)
		}
		if len(p.GoFiles) == 0 { // tests alone: this package
			continue
		}
		for _, name := range p.GoFiles {
			file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(p.Dir, name), nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			p.Environment = append(p.Environment, uses(file, "os", environment)...)
			p.Cookies = append(p.Cookies, uses(file, "net/http", cookies)...)
		}
		packages = append(packages, p)
	}
}

// What of package os depends on the environment, and what of package net/http makes or reads a cookie.
var (
	environment = []string{"Getenv", "LookupEnv", "Environ", "ExpandEnv", "UserHomeDir", "UserConfigDir", "UserCacheDir"}
	cookies     = []string{"Cookie", "SetCookie", "ParseCookie", "ParseSetCookie"}
)

// uses lists where file uses one of the names of the package at path: the name, and the function
// it is in.
func uses(file *ast.File, path string, names []string) (found []string) {
	local := importName(file, path)
	if local == "" {
		return nil
	}
	for _, decl := range file.Decls {
		where := "a declaration"
		if f, ok := decl.(*ast.FuncDecl); ok {
			where = f.Name.Name
		}
		ast.Inspect(decl, func(n ast.Node) bool {
			selector, ok := n.(*ast.SelectorExpr)
			if !ok || !slices.Contains(names, selector.Sel.Name) {
				return true
			}
			if x, ok := selector.X.(*ast.Ident); ok && x.Name == local {
				found = append(found, path[strings.LastIndexByte(path, '/')+1:]+"."+selector.Sel.Name+" in "+where)
			}
			return true
		})
	}
	return found
}

// importName is what file calls the package at path, "" if it does not import it.
func importName(file *ast.File, path string) string {
	for _, i := range file.Imports {
		if strings.Trim(i.Path.Value, `"`) != path {
			continue
		}
		if i.Name != nil {
			return i.Name.Name
		}
		return path[strings.LastIndexByte(path, '/')+1:]
	}
	return ""
}
