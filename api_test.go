package tenuto

import (
	"bytes"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/printer"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "TestAPI: accept the exported API as it is")

// public are the packages whose surface is a promise.
var public = []string{"auth", "auth/authtest", "spotify", "emulator"}

// TestAPI compares what the public packages export with testdata/api, one line per thing. A
// line that goes or changes breaks somebody's program; a new one is a promise. If that is
// meant: make api.
func TestAPI(t *testing.T) {
	t.Parallel()
	for _, name := range public {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			golden := filepath.Join("testdata", "api", strings.ReplaceAll(name, "/", "_")+".golden")
			got := strings.Join(exports(parseFolder(t, name)), "\n") + "\n"
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); diff != "" {
				t.Errorf("the exported API of %s has changed (-promised +now); if that is meant: make api\n%s", name, diff)
			}
		})
	}
}

type folder struct {
	name  string
	fset  *token.FileSet
	files []*ast.File
}

func parseFolder(t *testing.T, name string) folder {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(name, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	f := folder{name: name, fset: token.NewFileSet()}
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(f.fset, path, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		f.files = append(f.files, file)
	}
	if len(f.files) == 0 {
		t.Fatalf("no Go files in %s", name)
	}
	return f
}

// exports lists what a folder exports, sorted: a constant, variable, function, method, type,
// field or interface method per line.
func exports(f folder) (lines []string) {
	for _, file := range f.files {
		for _, decl := range file.Decls {
			switch decl := decl.(type) {
			case *ast.FuncDecl:
				if line := funcLine(f.fset, decl); line != "" {
					lines = append(lines, line)
				}
			case *ast.GenDecl:
				lines = append(lines, declLines(f.fset, decl)...)
			}
		}
	}
	slices.Sort(lines)
	return lines
}

func funcLine(fset *token.FileSet, decl *ast.FuncDecl) string {
	if !decl.Name.IsExported() || receiver(decl) != "" && !ast.IsExported(receiver(decl)) {
		return ""
	}
	kind := *decl.Type
	kind.Results = unnamed(kind.Results)
	line := source(fset, &ast.FuncDecl{Recv: decl.Recv, Name: decl.Name, Type: &kind})
	if decl.Recv != nil {
		return "method " + strings.TrimPrefix(line, "func ")
	}
	return line
}

// unnamed are results without their names: no caller sees those.
func unnamed(results *ast.FieldList) *ast.FieldList {
	if results == nil {
		return nil
	}
	list := &ast.FieldList{Opening: results.Opening, Closing: results.Closing}
	for _, field := range results.List {
		for range max(1, len(field.Names)) {
			list.List = append(list.List, &ast.Field{Type: field.Type})
		}
	}
	return list
}

// receiver is the name of a method's type, "" for a function.
func receiver(decl *ast.FuncDecl) string {
	if decl.Recv == nil {
		return ""
	}
	expr := decl.Recv.List[0].Type
	for {
		switch e := expr.(type) {
		case *ast.StarExpr:
			expr = e.X
		case *ast.IndexExpr:
			expr = e.X
		case *ast.IndexListExpr:
			expr = e.X
		case *ast.Ident:
			return e.Name
		default:
			return ""
		}
	}
}

func declLines(fset *token.FileSet, decl *ast.GenDecl) (lines []string) {
	inherited := "" // the type of a constant that repeats the one before
	for i, spec := range decl.Specs {
		switch spec := spec.(type) {
		case *ast.TypeSpec:
			lines = append(lines, typeLines(fset, spec)...)
		case *ast.ValueSpec:
			repeats := decl.Tok == token.CONST && spec.Type == nil && len(spec.Values) == 0
			if !repeats {
				inherited = ""
				if spec.Type != nil {
					inherited = " " + source(fset, spec.Type)
				}
			}
			for n, name := range spec.Names {
				if !name.IsExported() {
					continue
				}
				line := decl.Tok.String() + " " + name.Name + inherited
				switch {
				case repeats:
					line += fmt.Sprintf(" // %d of its group", i)
				case decl.Tok == token.CONST && n < len(spec.Values):
					line += " = " + source(fset, spec.Values[n])
				}
				lines = append(lines, line)
			}
		}
	}
	return lines
}

func typeLines(fset *token.FileSet, spec *ast.TypeSpec) (lines []string) {
	if !spec.Name.IsExported() {
		return nil
	}
	head := "type " + spec.Name.Name
	if spec.TypeParams != nil {
		var params []string
		for _, p := range spec.TypeParams.List {
			for _, name := range p.Names {
				params = append(params, name.Name+" "+source(fset, p.Type))
			}
		}
		head += "[" + strings.Join(params, ", ") + "]"
	}
	var fields *ast.FieldList
	switch t := spec.Type.(type) {
	case *ast.StructType:
		head, fields = head+" struct", t.Fields
	case *ast.InterfaceType:
		head, fields = head+" interface", t.Methods
	default:
		if spec.Assign.IsValid() {
			head += " ="
		}
		return []string{head + " " + source(fset, spec.Type)}
	}
	lines = append(lines, head)
	for _, field := range fields.List {
		text := source(fset, field.Type)
		if field.Tag != nil {
			text += " " + field.Tag.Value
		}
		if len(field.Names) == 0 { // embedded
			lines = append(lines, head+" { "+text+" }")
		}
		for _, name := range field.Names {
			if _, method := field.Type.(*ast.FuncType); method && strings.HasSuffix(head, " interface") {
				text = strings.TrimPrefix(text, "func")
			} else {
				text = " " + strings.TrimPrefix(text, " ")
			}
			if name.IsExported() {
				lines = append(lines, head+" { "+name.Name+text+" }")
			}
		}
	}
	return lines
}

// source prints a node on one line, without comments.
func source(fset *token.FileSet, node any) string {
	var b bytes.Buffer
	if err := printer.Fprint(&b, fset, node); err != nil {
		panic(err) // a node that was parsed prints
	}
	return strings.Join(strings.Fields(b.String()), " ")
}
