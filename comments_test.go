package tenuto

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestDocComments: every exported identifier of the public packages says what it is.
func TestDocComments(t *testing.T) {
	t.Parallel()
	for _, name := range public {
		for _, missing := range undocumented(parseFolder(t, name)) {
			t.Errorf("%s has no doc comment", missing)
		}
	}
}

func TestExportsAndUndocumented(t *testing.T) {
	t.Parallel()
	source := `package p
// A is documented.
type A struct { B, c int; D }
type hidden struct{ E int }
func (a *A) Do(n int) (err error) { return nil }
func (hidden) Do() {}
const ( F Kind = iota; G; h )
const L = 1
// I reads.
type I interface { Read() int; close() }
var J, k = 1, 2
`
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "p.go", source, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	folder := folder{"p", fset, []*ast.File{file}}
	want := []string{
		"const F Kind = iota", "const L = 1", "const G Kind // 1 of its group", "method (a *A) Do(n int) error",
		"type A struct { B int }", "type A struct { D }", "type A struct", "type I interface { Read() int }", "type I interface", "var J",
	}
	slices.Sort(want)
	if diff := cmp.Diff(want, exports(folder)); diff != "" {
		t.Errorf("exports (-want +got):\n%s", diff)
	}
	missing := strings.Join(undocumented(folder), " ")
	if want := "p: package comment p.A.Do p.L p.I.Read p.J"; missing != want {
		t.Errorf("undocumented = %q, want %q", missing, want)
	}
}

// undocumented lists the exported identifiers without a comment, above or behind them; a
// comment on a group covers it, as the type of constants does: its comment is about them.
func undocumented(f folder) (missing []string) {
	if !slices.ContainsFunc(f.files, func(file *ast.File) bool { return file.Doc != nil }) {
		missing = append(missing, f.name+": package comment")
	}
	note := func(documented bool, names ...string) {
		if name := strings.Join(names, "."); !documented && ast.IsExported(names[0]) && ast.IsExported(names[len(names)-1]) {
			missing = append(missing, f.name+"."+name)
		}
	}
	for _, file := range f.files {
		behind := map[int]bool{} // lines that end in a comment
		for _, group := range file.Comments {
			behind[f.fset.Position(group.Pos()).Line] = true
		}
		said := func(doc *ast.CommentGroup, node ast.Node) bool {
			return doc != nil || behind[f.fset.Position(node.End()).Line]
		}
		for _, decl := range file.Decls {
			switch decl := decl.(type) {
			case *ast.FuncDecl:
				names := []string{decl.Name.Name}
				if r := receiver(decl); r != "" {
					names = []string{r, decl.Name.Name}
				}
				note(said(decl.Doc, decl), names...)
			case *ast.GenDecl:
				explained := decl.Doc != nil // or, from there on, by the type of its constants
				for _, spec := range decl.Specs {
					switch spec := spec.(type) {
					case *ast.TypeSpec:
						note(explained || said(spec.Doc, spec), spec.Name.Name)
						for _, method := range interfaceMethods(spec) {
							note(said(method.Doc, method), spec.Name.Name, method.Names[0].Name)
						}
					case *ast.ValueSpec:
						explained = explained || decl.Tok == token.CONST && spec.Type != nil
						for _, name := range spec.Names {
							note(explained || said(spec.Doc, spec), name.Name)
						}
					}
				}
			}
		}
	}
	return missing
}

// interfaceMethods are the methods of an interface that has several. A single one is what the
// comment of the interface is about.
func interfaceMethods(spec *ast.TypeSpec) (methods []*ast.Field) {
	i, ok := spec.Type.(*ast.InterfaceType)
	if !ok || len(i.Methods.List) < 2 {
		return nil
	}
	for _, field := range i.Methods.List {
		if len(field.Names) == 1 {
			methods = append(methods, field)
		}
	}
	return methods
}
