package spotify_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/tenuto-dev/tenuto/internal/operations"
)

const openAPIFile = "../docs/openapi.json"

// TestOpenAPIDocument: docs/openapi.json says what the table of operations, the table of
// exchanges and our models say. Run with -update it is written anew. The tests of this package
// and of the emulator hold every request and answer against it.
func TestOpenAPIDocument(t *testing.T) {
	t.Parallel()
	want, err := json.MarshalIndent(openAPIDocument(t), "", " ")
	if err != nil {
		t.Fatal(err)
	}
	want = append(want, '\n')
	if *update {
		if err := os.WriteFile(openAPIFile, want, 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	if got, err := os.ReadFile(openAPIFile); err != nil || string(got) != string(want) {
		t.Errorf("%s is stale (%v): go test ./spotify -run Document -update", openAPIFile, err)
	}
}

// openAPIDocument is the description.
func openAPIDocument(t *testing.T) schema {
	t.Helper()
	d := &document{models: readModels(t), schemas: schema{"Item": schema{"anyOf": []any{ref("Track"), ref("Episode")}}}}
	paths := map[string]schema{}
	for _, op := range operations.All() {
		x, ok := exchanges[op.Name()]
		if !ok {
			t.Errorf("exchanges has no %s", op.Name())
		}
		if paths[op.Path] == nil {
			paths[op.Path] = schema{}
		}
		paths[op.Path][strings.ToLower(op.Method)] = d.operation(&op, x)
	}
	d.schemas["TopPage"] = d.page(schema{"anyOf": []any{d.shape("Track"), d.shape("Artist")}})
	d.schemas["Error"] = d.shape("{error:{status:integer,message:string,reason?:string}}")
	return schema{
		"openapi": "3.0.3",
		"info": schema{
			"title": "Spotify's Web API as Tenuto knows it", "version": "2026-11", "license": schema{"name": "MIT"},
			"description": "The 96 operations as of November 2026, generated from Tenuto's table and models. Not Spotify's own description, and not endorsed by Spotify.",
		},
		"servers": []schema{{"url": "https://api.spotify.com/v1"}},
		"paths":   paths,
		"components": schema{
			"schemas": d.schemas,
			"securitySchemes": schema{"spotify": schema{"type": "oauth2", "flows": schema{"authorizationCode": schema{
				"authorizationUrl": "https://accounts.spotify.com/authorize", "tokenUrl": "https://accounts.spotify.com/api/token", "scopes": scopesOfAll(),
			}}}},
		},
	}
}

func scopesOfAll() map[string]string {
	scopes := map[string]string{}
	for _, op := range operations.All() {
		for _, scope := range slices.Concat(op.Needed(), op.AnyOf, op.Optional) {
			scopes[scope] = ""
		}
	}
	return scopes
}

// document is a description that grows.
type document struct {
	*models
	schemas schema
}

func (d *document) operation(op *operations.Operation, x exchangeOf) schema {
	status := max(x.status, http.StatusOK)
	success := schema{"description": http.StatusText(status)}
	if x.answer != "" {
		success["content"] = schema{"application/json": schema{"schema": d.shape(x.answer)}}
	}
	responses := schema{fmt.Sprint(status): success}
	if op.Tag == "Player" && op.Method == "GET" {
		responses["204"] = schema{"description": "Nothing plays, and nothing has"}
	}
	refusal := schema{"description": "Refused", "content": schema{"application/json": schema{"schema": ref("Error")}}}
	for _, status := range []string{"400", "401", "403", "404", "429"} {
		responses[status] = refusal
	}
	described := schema{
		"operationId": op.ID, "tags": []string{op.Tag}, "responses": responses, "parameters": d.parameters(op, x),
		"description": fmt.Sprintf("Scopes: %s. Open to: %s.", orNone(scopeCell(*op)), openCell(*op)),
		"security":    []schema{{"spotify": slices.Concat([]string{}, op.Scopes)}},
	}
	switch {
	case x.body == "jpeg":
		described["requestBody"] = schema{"required": true, "content": schema{"image/jpeg": schema{"schema": schema{"type": "string"}}}}
	case x.body != "":
		described["requestBody"] = schema{"content": schema{"application/json": schema{"schema": d.shape(x.body)}}}
	}
	if op.State != operations.Active {
		described["deprecated"] = true
	}
	return described
}

func orNone(text string) string {
	if text == "" {
		return "none"
	}
	return text
}

// parameters are those of the table, and those of the exchange.
func (d *document) parameters(op *operations.Operation, x exchangeOf) []schema {
	list := []schema{}
	add := func(in, name string, required bool, s schema) {
		p := schema{"name": name, "in": in, "required": required, "schema": s}
		if s["type"] == "array" {
			p["style"], p["explode"] = "form", false
		}
		list = append(list, p)
	}
	if strings.Contains(op.Path, "{id}") {
		add("path", "id", true, schema{"type": "string", "minLength": 1})
	}
	if strings.Contains(op.Path, "{type}") {
		add("path", "type", true, schema{"type": "string", "enum": []string{"artists", "tracks"}})
	}
	limits := op.Extended
	if op.Page != operations.NoPage {
		add("query", "limit", false, schema{"type": "integer", "minimum": 1, "maximum": limits.Max, "default": op.Development.Default})
	}
	switch op.Page {
	case operations.OffsetPage:
		add("query", "offset", false, schema{"type": "integer", "minimum": 0})
	case operations.CursorPage:
		add("query", "after", false, schema{"type": "string"})
		add("query", "before", false, schema{"type": "string"})
	}
	if op.Market {
		add("query", "market", false, schema{"type": "string", "pattern": "^([A-Z]{2}|from_token)$"})
	}
	if n := limits.IDs; n > 0 {
		name := "ids"
		if strings.HasPrefix(op.Path, "/me/library") || strings.HasPrefix(op.Path, "/playlists/") && op.Method != "GET" {
			name = "uris"
		}
		needed := op.Method == "GET" && n > 1 || strings.HasPrefix(op.Path, "/me/library")
		add("query", name, needed, schema{"type": "array", "items": schema{"type": "string", "minLength": 1}, "minItems": 1, "maxItems": n})
	}
	for parameter := range strings.FieldsSeq(x.query) {
		name, kind, _ := strings.Cut(parameter, ":")
		name, required := strings.CutSuffix(name, "!")
		add("query", name, required, schema{"type": kind})
	}
	return list
}

// page describes a page of items, of which any may be null.
func (d *document) page(item schema) schema {
	link := schema{"type": "string", "nullable": true}
	return schema{"type": "object", "additionalProperties": false, "required": []string{"href", "items", "limit", "next", "offset", "previous", "total"}, "properties": schema{
		"href": schema{"type": "string"}, "items": schema{"type": "array", "items": nullable(item)}, "next": link, "previous": link,
		"limit": schema{"type": "integer"}, "offset": schema{"type": "integer"}, "total": schema{"type": "integer"},
	}}
}

// cursorPage describes a page of a list that is walked by cursor.
func (d *document) cursorPage(item schema) schema {
	cursor := schema{"type": "string", "nullable": true}
	return schema{"type": "object", "additionalProperties": false, "required": []string{"href", "items", "limit", "next", "cursors"}, "properties": schema{
		"href": schema{"type": "string"}, "items": schema{"type": "array", "items": item}, "next": cursor,
		"cursors": schema{"type": "object", "nullable": true, "properties": schema{"after": cursor, "before": cursor}, "additionalProperties": false},
		"limit":   schema{"type": "integer"}, "total": schema{"type": "integer"},
	}}
}

// model is a reference to a type, which is described if it is not yet.
func (d *document) model(name string) schema {
	key := strings.TrimPrefix(ref(name)["$ref"].(string), "#/components/schemas/")
	if _, known := d.schemas[key]; !known {
		d.schemas[key] = nil // it may hold itself
		switch of, item, _ := strings.Cut(strings.TrimSuffix(name, ">"), "<"); of {
		case "Page":
			d.schemas[key] = d.page(d.model(item))
		case "CursorPage":
			d.schemas[key] = d.cursorPage(d.model(item))
		default:
			d.schemas[key] = d.object(name)
		}
		d.follow(d.schemas[key])
	}
	return ref(name)
}

// follow describes what a schema refers to.
func (d *document) follow(s any) {
	switch s := s.(type) {
	case schema:
		if to, ok := s["$ref"].(string); ok {
			name := strings.TrimPrefix(to, "#/components/schemas/")
			if of, item, ok := strings.Cut(name, "Of"); ok {
				name = of + "<" + item + ">"
			}
			d.model(name)
		}
		for _, name := range slices.Sorted(maps.Keys(s)) {
			d.follow(s[name])
		}
	case []any:
		for _, one := range s {
			d.follow(one)
		}
	}
}

// shape describes what exchangeOf writes.
func (d *document) shape(text string) schema {
	s, rest := d.parse(text)
	if rest != "" {
		panic("what is " + rest + " in " + text)
	}
	return s
}

func (d *document) parse(text string) (s schema, rest string) {
	switch {
	case strings.HasPrefix(text, "["):
		item, rest := d.parse(text[1:])
		s, text = schema{"type": "array", "items": item}, strings.TrimPrefix(rest, "]")
	case strings.HasPrefix(text, "{"):
		members, required := schema{}, []string{}
		for text = text[1:]; !strings.HasPrefix(text, "}"); text = strings.TrimPrefix(text, ",") {
			name, after, _ := strings.Cut(text, ":")
			if name, optional := strings.CutSuffix(name, "?"); optional {
				members[name], text = d.parse(after)
			} else {
				required = append(required, name)
				members[name], text = d.parse(after)
			}
		}
		s, text = schema{"type": "object", "properties": members, "additionalProperties": false}, text[1:]
		if len(required) > 0 {
			s["required"] = required
		}
	default:
		end := strings.IndexAny(text+"}", "?,]}")
		name := text[:end]
		text = text[end:]
		switch name {
		case "string", "integer", "number", "boolean":
			s = schema{"type": name}
		case "TopPage":
			s = schema{"$ref": "#/components/schemas/TopPage"}
		default:
			s = d.model(name)
		}
	}
	if rest, isNullable := strings.CutPrefix(text, "?"); isNullable {
		return nullable(s), rest
	}
	return s, text
}

// Every member that a model of ours reads is described, and exchanges are of operations.
func TestOpenAPIDocumentIsComplete(t *testing.T) {
	t.Parallel()
	for name := range exchanges {
		if _, ok := operations.Lookup(name); !ok {
			t.Errorf("exchanges has %s, which is no operation", name)
		}
	}
	track, _ := openAPIDocument(t)["components"].(schema)["schemas"].(schema)["Track"].(schema)
	var got []string
	for name := range track["properties"].(schema) {
		got = append(got, name)
	}
	slices.Sort(got)
	want := strings.Fields("album artists available_markets disc_number duration_ms episode explicit external_ids external_urls href id is_local is_playable linked_from name popularity preview_url restrictions track track_number type uri")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the members of Track (-want +got):\n%s", diff)
	}
}
