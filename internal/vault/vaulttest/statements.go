package vaulttest

import (
	"go/ast"
	"go/constant"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// Statements are the SQL statements of a dialect, from its source in the current directory. It fails where one is not
// constant: what a driver runs is either a constant or of the dialect's type statement, which only constants become.
func Statements(t *testing.T) []string {
	t.Helper()
	files := token.NewFileSet()
	names, err := filepath.Glob("*.go")
	if err != nil || len(names) == 0 {
		t.Fatalf("the dialect's source: %d files, %v", len(names), err)
	}
	var parsed []*ast.File
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(files, name, nil, 0)
		must(t, err)
		parsed = append(parsed, file)
	}
	info := &types.Info{Types: map[ast.Expr]types.TypeAndValue{}}
	// What is imported need not be known: constants are ours. Hence errors, which are of no interest.
	conf := types.Config{Importer: importer.Default(), Error: func(error) {}}
	_, _ = conf.Check("dialect", files, parsed, info)
	for _, file := range parsed {
		if filepath.Base(files.Position(file.Pos()).Filename) != "conn.go" {
			for _, where := range computed(file, info) {
				t.Errorf("%v: a statement that is not constant", files.Position(where))
			}
		}
	}
	return constants(parsed, info)
}

// runs are the methods of drivers that take SQL.
var runs = []string{"Exec", "ExecContext", "Query", "QueryContext", "QueryRow", "QueryRowContext", "Prepare", "PrepareContext", "Queue"}

// computed is where SQL is not constant.
func computed(file *ast.File, info *types.Info) (places []token.Pos) {
	ast.Inspect(file, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		if name, ok := call.Fun.(*ast.Ident); ok && name.Name == "statement" && len(call.Args) == 1 && info.Types[call.Args[0]].Value == nil {
			places = append(places, call.Pos())
		}
		method, ok := call.Fun.(*ast.SelectorExpr)
		if !ok || !slices.Contains(runs, method.Sel.Name) || len(call.Args) == 0 {
			return true
		}
		query := call.Args[0]
		if strings.HasSuffix(method.Sel.Name, "Context") || len(call.Args) > 1 && info.Types[query].Value == nil {
			query = call.Args[1] // behind the context
		}
		if info.Types[query].Value == nil && !isStatementType(query, info) {
			places = append(places, query.Pos())
		}
		return true
	})
	return places
}

// isStatementType reports whether e is string(a statement).
func isStatementType(e ast.Expr, info *types.Info) bool {
	conversion, ok := e.(*ast.CallExpr)
	if !ok || len(conversion.Args) != 1 {
		return false
	}
	named, ok := info.Types[conversion.Args[0]].Type.(*types.Named)
	return ok && named.Obj().Name() == "statement"
}

var isStatement = regexp.MustCompile(`^\s*(SELECT|INSERT|UPDATE|DELETE)\s`)

// constants are the statements among the constants: not the parts of others, nor beginnings that others go on from.
func constants(files []*ast.File, info *types.Info) (list []string) {
	parts := map[ast.Expr]bool{}
	for _, file := range files {
		ast.Inspect(file, func(n ast.Node) bool {
			if sum, ok := n.(*ast.BinaryExpr); ok {
				parts[sum.X], parts[sum.Y] = true, true
			}
			return true
		})
	}
	for expr, value := range info.Types {
		if !parts[expr] && value.Value != nil && value.Value.Kind() == constant.String {
			if text := constant.StringVal(value.Value); isStatement.MatchString(text) {
				list = append(list, text)
			}
		}
	}
	slices.Sort(list)
	list = slices.Compact(list)
	return slices.DeleteFunc(slices.Clone(list), func(beginning string) bool {
		return !strings.Contains(beginning, "WHERE") && slices.ContainsFunc(list, func(whole string) bool {
			return whole != beginning && strings.HasPrefix(whole, beginning)
		})
	})
}
