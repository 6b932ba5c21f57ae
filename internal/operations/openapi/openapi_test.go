package openapi_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/tenuto-dev/tenuto/internal/operations"
	"github.com/tenuto-dev/tenuto/internal/operations/openapi"
)

type object = map[string]any

// described writes a description of all operations: GET /me answers {"id": "…", "images": […]},
// POST /me/playlists needs a name, the others may answer anything.
func described(t *testing.T, without string) string {
	t.Helper()
	paths := object{}
	for _, op := range operations.All() {
		if op.Name() == without {
			continue
		}
		item, _ := paths[op.Path].(object)
		if item == nil {
			item = object{}
			paths[op.Path] = item
		}
		item[strings.ToLower(op.Method)] = operation(op)
	}
	data, err := json.Marshal(object{"openapi": "3.0.3", "info": object{"title": "t", "version": "1"}, "paths": paths,
		"components": object{"schemas": object{"Me": object{"type": "object", "required": []string{"id", "publisher"}, "properties": object{
			"id": object{"type": "string"}, "images": object{"type": "array", "items": object{}}, "number": object{"type": "integer"},
			"list": object{"type": "array", "items": object{"type": "object", "required": []string{"id"}, "properties": object{"id": object{"type": "string"}}}}}}}}})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "api.json")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func operation(op operations.Operation) object {
	content := func(schema object) object { return object{"application/json": object{"schema": schema}} }
	answer := object{"description": "d"}
	refusal := object{"description": "e", "content": content(object{"type": "object", "properties": object{"error": object{"type": "object"}}})}
	o := object{"operationId": op.ID, "responses": object{"200": answer, "403": refusal}}
	if strings.Contains(op.Path, "{id}") {
		o["parameters"] = []object{{"name": "id", "in": "path", "required": true, "schema": object{"type": "string", "minLength": 3}}}
	}
	switch op.Name() {
	case "GET /me":
		answer["content"] = content(object{"$ref": "#/components/schemas/Me"})
		o["parameters"] = []object{{"name": "fields", "in": "query", "schema": object{"type": "string"}}}
	case "POST /me/playlists":
		o["requestBody"] = object{"content": content(object{"type": "object", "required": []string{"name"}})}
	}
	return o
}

// answering is a service with one answer for everything.
type answering struct {
	status int
	body   string
	err    error // after the body
}

func (a answering) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		_, _ = io.Copy(io.Discard, r.Body)
	}
	var end io.Reader = strings.NewReader("")
	if a.err != nil {
		end = cut{a.err}
	}
	return &http.Response{
		StatusCode: a.status, Header: http.Header{"Content-Type": {"application/json"}}, Request: r,
		Body: io.NopCloser(io.MultiReader(strings.NewReader(a.body), end)),
	}, nil
}

type cut struct{ err error }

func (c cut) Read([]byte) (int, error) { return 0, c.err }

// exchange is a request, its answer, and what is to be said of them.
type exchange struct {
	request, body string
	answer        answering
	want          []string
}

func TestTransport(t *testing.T) {
	t.Parallel()
	description, err := openapi.Load(described(t, ""))
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []exchange{
		{"GET /v1/me", "", answering{200, `{"id":"alice"}`, nil}, nil},
		{"GET /v1/me/", "", answering{200, `{"id":"alice","images":null}`, nil}, nil}, // known
		{"GET /v1/me", "", answering{200, `{}`, nil}, []string{`GET /me: the answer (200) deviates at "/id": property "id" is missing`}},
		{"GET /v1/me", "", answering{200, `{"id":7,"number":1.5}`, nil}, []string{`"/id": value must be a string`, `"/number": value must be an integer`}},
		{"GET /v1/me", "", answering{200, `{"id":`, nil}, []string{`deviates at ""`}},
		{"GET /v1/me", "", answering{418, `{}`, nil}, nil}, // an error that is not described
		{"GET /v1/me", "", answering{403, `{"error":7}`, nil}, []string{`the answer (403) deviates at "/error"`}},
		{"GET /v1/me", "", answering{202, `{}`, nil}, []string{"(202)", "status is not supported"}},
		{"GET /v1/me", "", answering{204, ``, nil}, nil},
		{"GET /v1/me", "", answering{200, `{"id":"a","list":[{"is_local":true,"id":null},{"added_at":"","item":null},{"id":"x"}]}`, nil}, nil},
		{"GET /v1/me", "", answering{200, `{"id":"a","list":[{"id":null}]}`, nil}, []string{`"/list/0/id": Value is not nullable`}},
		{"GET /v1/me", "", answering{200, `{"id":"a","list":[{"item":null,"id":"x"}]}`, nil}, nil},
		{"GET /v1/me?fields=id", "", answering{200, `{}`, nil}, nil},
		{"GET /v1/me?filter=id", "", answering{200, `{"id":"alice"}`, nil}, []string{"GET /me: the request (200) deviates", "there is no parameter filter"}},
		{"POST /v1/me/playlists", `{"name":"x"}`, answering{200, `{}`, nil}, nil},
		{"POST /v1/me/playlists", `{}`, answering{200, `{}`, nil}, []string{`POST /me/playlists: the request (200) deviates at "/name"`}},
		{"GET /v1/tracks/abc", "", answering{200, `{}`, nil}, nil},
		{"GET /v1/tracks/a", "", answering{200, `{}`, nil}, []string{"the request (200)"}},
		{"GET /v1/nowhere", "", answering{404, `x`, nil}, nil},
		{"POST /api/token", "", answering{400, `x`, nil}, nil},
	} {
		for range 2 { // an exchange that is known by now is judged as it was
			test.check(t, description)
		}
	}
}

func (test exchange) check(t *testing.T, description *openapi.Description) {
	t.Helper()
	var got []string
	client := http.Client{Transport: description.Transport(test.answer, func(d openapi.Deviation) { got = append(got, d.Error()) })}
	method, path, _ := strings.Cut(test.request, " ")
	r, err := http.NewRequest(method, "https://api.spotify.com"+path, strings.NewReader(test.body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	resp, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	if body, err := io.ReadAll(resp.Body); err != nil || string(body) != test.answer.body {
		t.Errorf("%s: the client got %q, %v, want %q", test.request, body, err, test.answer.body)
	}
	resp.Body.Close()
	slices.Sort(got)
	all := strings.Join(got, "\n")
	if (len(got) == 0) != (len(test.want) == 0) || slices.ContainsFunc(test.want, func(want string) bool { return !strings.Contains(all, want) }) {
		t.Errorf("%s %s, answered %d %s: deviations %q, want %q", test.request, test.body, test.answer.status, test.answer.body, got, test.want)
	}
}

// A body that was cut off breaks for the client as it would have without us.
func TestTransportPassesBrokenBodies(t *testing.T) {
	t.Parallel()
	description, err := openapi.Load(described(t, ""))
	if err != nil {
		t.Fatal(err)
	}
	client := http.Client{Transport: description.Transport(answering{200, `{"id"`, io.ErrUnexpectedEOF}, func(d openapi.Deviation) { t.Error(d) })}
	resp, err := client.Get("https://api.spotify.com/v1/me")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if body, err := io.ReadAll(resp.Body); string(body) != `{"id"` || !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("body = %q, %v, want half of it and unexpected EOF", body, err)
	}
}

// Spotify's own description has a schema that is "required", which is no OpenAPI.
func TestLoadMendsAMistake(t *testing.T) {
	t.Parallel()
	const yaml = `openapi: 3.0.3
info: {title: t, version: "1"}
paths:
  /me:
    get:
      parameters:
        - name: a
          in: query
          schema:
            type: string
          required: true
      requestBody:
        content:
          image/jpeg:
            schema:
              type: string
              required: true
              description: d
      responses: {"200": {description: d}}
`
	path := filepath.Join(t.TempDir(), "api.yml")
	if err := os.WriteFile(path, []byte(yaml), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := openapi.Load(path); err == nil || !strings.Contains(err.Error(), "does not describe GET /albums/{id}") {
		t.Errorf("Load = %v, want to get as far as what is missing", err)
	}
}

func TestLoad(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{
		described(t, "PUT /me/library"): "does not describe PUT /me/library",
		"nowhere.yml":                   "nowhere.yml",
	} {
		if _, err := openapi.Load(path); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Load(%q) = %v, want %q", path, err, want)
		}
	}
}
