package spotify_test

import (
	"go/ast"
	"go/parser"
	gotoken "go/token"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// schema is a piece of an OpenAPI description.
type schema = map[string]any

// models is what the sources of this package say about its types: which members each one reads
// of an answer, as what, and which of them are always there.
type models struct {
	fields map[string]map[string]string // of structs: the types of their fields
	reads  map[string]*ast.FuncDecl     // "Track.readKind"
	always map[string][]string
}

// readModels reads the sources.
func readModels(t *testing.T) *models {
	t.Helper()
	paths, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	m := &models{map[string]map[string]string{}, map[string]*ast.FuncDecl{}, map[string][]string{}}
	for _, path := range paths {
		file, err := parser.ParseFile(gotoken.NewFileSet(), path, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, m.note)
	}
	for name, inherited := range map[string]string{"Playback": "CurrentlyPlaying"} {
		m.always[name] = append(m.always[name], m.always[inherited]...)
	}
	return m
}

func (m *models) note(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.TypeSpec:
		if s, ok := n.Type.(*ast.StructType); ok {
			m.fields[n.Name.Name] = map[string]string{}
			for _, field := range s.Fields.List {
				names := field.Names
				if names == nil { // embedded
					names = []*ast.Ident{{Name: typeName(field.Type)}}
				}
				for _, name := range names {
					m.fields[n.Name.Name][name.Name] = typeName(field.Type)
				}
			}
		}
	case *ast.FuncDecl:
		if n.Recv == nil {
			return false
		}
		receiver := typeName(n.Recv.List[0].Type)
		if strings.HasPrefix(n.Name.Name, "read") {
			m.reads[receiver+"."+n.Name.Name] = n
		}
		if n.Name.Name == "always" {
			ast.Inspect(n, func(n ast.Node) bool {
				if text, ok := n.(*ast.BasicLit); ok {
					words, _ := strconv.Unquote(text.Value)
					m.always[receiver] = append(m.always[receiver], strings.Fields(words)...)
				}
				return true
			})
		}
		return false
	}
	return true
}

// typeName is the name of a type without what surrounds it.
func typeName(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.StarExpr:
		return typeName(e.X)
	case *ast.IndexExpr:
		return typeName(e.X) + "<" + typeName(e.Index) + ">"
	}
	return ""
}

// unread are members that Spotify sends and our types do not need, and which types have them.
var unread = []struct {
	types   string // those that have a member of this name, or are called so
	members schema
}{
	{"uri Category ExternalIDs Seed", schema{
		"href": schema{"type": "string", "nullable": true}, "type": schema{"type": "string"},
		"external_urls": schema{"type": "object", "additionalProperties": schema{"type": "string"}},
	}},
	{"release_date", schema{"release_date_precision": schema{"type": "string", "nullable": true}}},
	{"AudioFeatures", schema{"analysis_url": schema{"type": "string"}, "track_href": schema{"type": "string"}}},
	{"Playlist PlaylistItem", schema{"primary_color": schema{"type": "string", "nullable": true}}},
	{"PlaylistItem", schema{"video_thumbnail": schema{"type": "object"}}},
	{"Track Episode", schema{"track": schema{"type": "boolean"}, "episode": schema{"type": "boolean"}}},
	{"Device", schema{"type": schema{"type": "string"}}},
}

// empty are members that are always there, and null where there is nothing.
var empty = []string{"images", "added_at", "added_by", "context", "item", "progress_ms", "width", "height", "public", "display_name", "volume_percent", "description", "id", "currently_playing", "followers"}

// object describes what a type reads.
func (m *models) object(name string) schema {
	members := schema{}
	m.collect(name, "read", members)
	required := slices.Clone(m.always[name])
	for member, s := range members {
		if !slices.Contains(required, member) || slices.Contains(empty, member) {
			members[member] = nullable(s.(schema))
		}
	}
	for _, more := range unread {
		if slices.ContainsFunc(strings.Fields(more.types), func(of string) bool { return of == name || members[of] != nil }) {
			more := maps.Clone(more.members)
			maps.Copy(more, members)
			members = more
		}
	}
	described := schema{"type": "object", "properties": members, "additionalProperties": false}
	if len(required) > 0 {
		slices.Sort(required)
		described["required"] = slices.Compact(required)
	}
	return described
}

// nullable is a schema of what may be null.
func nullable(s schema) schema {
	if _, ref := s["$ref"]; ref {
		return schema{"allOf": []any{s}, "nullable": true}
	}
	s = maps.Clone(s)
	s["nullable"] = true
	return s
}

// collect adds what a method of a type reads, and what the methods read that it calls.
func (m *models) collect(receiver, method string, members schema) {
	f := m.reads[receiver+"."+method]
	if f == nil { // it is that of a field without a name
		for name, of := range m.fields[receiver] {
			if name == of {
				m.collect(of, method, members)
			}
		}
		return
	}
	ast.Inspect(f.Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CaseClause:
			read := m.first(receiver, n)
			for _, e := range n.List {
				if text, ok := e.(*ast.BasicLit); ok && read != nil {
					name, _ := strconv.Unquote(text.Value)
					members[name] = read
					if name == "timestamp" {
						members[name] = schema{"type": "integer", "format": "int64"}
					}
				}
			}
			return len(n.List) == 0 // what reads all others
		case *ast.CallExpr:
			to, ok := n.Fun.(*ast.SelectorExpr)
			if !ok || !strings.HasPrefix(to.Sel.Name, "read") {
				return true
			}
			if field, ok := to.X.(*ast.SelectorExpr); ok {
				m.collect(m.fields[receiver][field.Sel.Name], to.Sel.Name, members)
			} else if typeName(to.X) == f.Recv.List[0].Names[0].Name {
				m.collect(receiver, to.Sel.Name, members)
			}
		}
		return true
	})
}

// scalars are what the methods of decoder read.
var scalars = map[string]schema{
	"text": {"type": "string"}, "date": {"type": "string", "pattern": `^(\d{4}(-\d\d(-\d\d)?)?)?$`}, "instant": {"type": "string", "format": "date-time"},
	"integer": {"type": "integer"}, "optionalInteger": {"type": "integer"}, "milliseconds": {"type": "integer"}, "whole": {"type": "integer"},
	"boolean": {"type": "boolean"}, "optionalBoolean": {"type": "boolean"}, "float": {"type": "number"}, "seconds": {"type": "number"},
	"floats": {"type": "array", "items": schema{"type": "number"}}, "texts": {"type": "array", "items": schema{"type": "string"}},
	"markets": {"type": "array", "items": schema{"type": "string", "pattern": "^[A-Z]{2}$"}},
	"total":   {"type": "object", "additionalProperties": false, "properties": schema{"href": schema{"type": "string", "nullable": true}, "total": schema{"type": "integer"}}, "required": []string{"total"}},
}

// first describes what a clause reads first.
func (m *models) first(receiver string, clause *ast.CaseClause) (found schema) {
	for _, statement := range clause.Body {
		ast.Inspect(statement, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if found == nil && ok {
				found = m.call(receiver, call)
			}
			return found == nil
		})
	}
	return found
}

func (m *models) call(receiver string, call *ast.CallExpr) schema {
	switch f := call.Fun.(type) {
	case *ast.IndexExpr: // readList[Track](d)
		item := ref(typeName(f.Index))
		switch {
		case typeName(f.X) == "readList":
			return schema{"type": "array", "items": item}
		case typeName(f.Index) == "Page<PlaylistItem>": // in lists of playlists only how many there are
			return schema{"anyOf": []any{item, scalars["total"]}}
		}
		return item
	case *ast.SelectorExpr:
		if s, ok := scalars[f.Sel.Name]; ok && typeName(f.X) == "d" {
			return s
		}
		field, inField := f.X.(*ast.SelectorExpr)
		switch {
		case f.Sel.Name == "textMember":
			return one(call)
		case f.Sel.Name == "textOr":
			return schema{"anyOf": []any{schema{"type": "string"}, one(call)}}
		case f.Sel.Name == "textsUnder":
			return schema{"type": "array", "items": one(call)}
		case f.Sel.Name == "into": // d.into(&s.Track)
			return ref(m.fields[receiver][call.Args[0].(*ast.UnaryExpr).X.(*ast.SelectorExpr).Sel.Name])
		case f.Sel.Name == "read" && inField:
			return ref(m.fields[receiver][field.Sel.Name])
		case f.Sel.Name == "readActions":
			return schema{"type": "object"}
		case strings.HasPrefix(f.Sel.Name, "read"):
			members := schema{}
			m.collect(receiver, f.Sel.Name, members)
			return schema{"type": "object", "properties": members}
		}
	}
	return nil
}

// one is an object of which one text is read.
func one(call *ast.CallExpr) schema {
	name, _ := strconv.Unquote(call.Args[0].(*ast.BasicLit).Value)
	return schema{"type": "object", "properties": schema{name: schema{"type": "string"}}, "required": []string{name}}
}

func ref(name string) schema {
	return schema{"$ref": "#/components/schemas/" + strings.NewReplacer("<", "Of", ">", "").Replace(name)}
}
