// Package openapi holds the requests of a client and the answers of a service against an
// OpenAPI description of the Web API. It is for tests, and brings no description along.
package openapi

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"

	"github.com/tenuto-dev/tenuto/internal/operations"
)

// Description says what requests and answers look like. It may be used concurrently.
type Description struct {
	routes   []*routers.Route
	approved approved
}

// Load reads a description from a file, YAML or JSON. One that lacks an operation of our table
// is an error: what it does not describe could not be checked.
func Load(path string) (*Description, error) {
	passPictures()
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("openapi: %w", err)
	}
	spec, err := openapi3.NewLoader().LoadFromData(mended(text))
	if err != nil {
		return nil, fmt.Errorf("openapi: %s: %w", path, err)
	}
	if spec.Components != nil {
		for _, schema := range spec.Components.Schemas {
			relax(schema)
		}
	}
	d := &Description{}
	for template, item := range spec.Paths.Map() {
		for method, operation := range item.Operations() {
			d.routes = append(d.routes, &routers.Route{
				Spec: spec, Path: template, PathItem: item, Method: method, Operation: operation,
			})
		}
	}
	for _, op := range operations.All() {
		if d.route(op.Method, op.Path) == nil {
			return nil, fmt.Errorf("openapi: %s does not describe %s", path, op.Name())
		}
	}
	return d, nil
}

// mended is a description in YAML without a mistake of Spotify's own: a schema whose "required"
// is true, which only parameters and bodies are. There it follows the type, as indented.
func mended(text []byte) []byte {
	var kept []string
	before := ""
	for line := range strings.Lines(string(text)) {
		indent := line[:len(line)-len(strings.TrimLeft(line, " "))]
		if strings.TrimSpace(line) != "required: true" || !strings.HasPrefix(before, indent+"type: ") {
			kept = append(kept, line)
		}
		before = line
	}
	return []byte(strings.Join(kept, ""))
}

// relax takes what may be withheld out of what a schema requires.
func relax(schema *openapi3.SchemaRef) {
	if schema == nil || schema.Value == nil {
		return
	}
	s := schema.Value
	s.Required = slices.DeleteFunc(s.Required, func(name string) bool { return slices.Contains(withheld, name) })
	for _, part := range slices.Concat(s.AllOf, s.OneOf, s.AnyOf) {
		if part.Ref == "" { // the others have their own turn
			relax(part)
		}
	}
}

// passPictures: a picture is a text of its own kind; there is nothing to decode.
var passPictures = sync.OnceFunc(func() {
	openapi3filter.RegisterBodyDecoder("image/jpeg", openapi3filter.PlainBodyDecoder)
})

// route finds what describes a request; nil if nothing does. A path that is spelt out goes
// before one with a parameter in its place.
func (d *Description) route(method, path string) (found *routers.Route) {
	fewest := 0
	for _, r := range d.routes {
		if values, ok := parameters(r.Path, path); ok && r.Method == method && (found == nil || len(values) < fewest) {
			found, fewest = r, len(values)
		}
	}
	return found
}

// parameters reads the values of a path's parameters, by the description's names for them; ok
// is false if the path is another one.
func parameters(template, path string) (values map[string]string, ok bool) {
	names, segments := strings.Split(template, "/"), strings.Split(strings.TrimSuffix(path, "/"), "/")
	if len(names) != len(segments) {
		return nil, false
	}
	values = map[string]string{}
	for i, name := range names {
		switch isParameter := strings.HasPrefix(name, "{"); {
		case isParameter:
			values[strings.Trim(name, "{}")] = segments[i]
		case name != segments[i] && !strings.HasPrefix(segments[i], "{"):
			return nil, false
		}
	}
	return values, true
}

// describes reports whether a request may have a parameter in its query.
func describes(r *routers.Route, name string) bool {
	return r.Operation.Parameters.GetByInAndName("query", name) != nil || r.PathItem.Parameters.GetByInAndName("query", name) != nil
}

// Deviation is an exchange that the description does not allow.
type Deviation struct {
	Operation *operations.Operation
	Request   bool // of the request; else of the answer
	Status    int
	Pointer   string // where in the body, "/items/0/track"; "" if it is not about the body
	Reason    string
}

// Error says which side of which operation deviates, where and how.
func (d Deviation) Error() string {
	side := "answer"
	if d.Request {
		side = "request"
	}
	return fmt.Sprintf("%s: the %s (%d) deviates at %q: %s", d.Operation.Name(), side, d.Status, d.Pointer, d.Reason)
}

// Transport passes requests on to base and reports every deviation of theirs and of the
// answers' that is not known to be Spotify's own.
//
// A request is looked at only if it was accepted: one that was refused may be wrong, and is
// often meant to be. Errors are looked at if they are JSON of a status that is described,
// successes always, but for those of which the client asked for certain fields only. What is
// not below /v1 passes unseen. report may be called concurrently.
func (d *Description) Transport(base http.RoundTripper, report func(Deviation)) http.RoundTripper {
	return &transport{d, base, report}
}

type transport struct {
	*Description
	base   http.RoundTripper
	report func(Deviation)
}

func (t *transport) RoundTrip(r *http.Request) (*http.Response, error) {
	_, path, below := strings.Cut(r.URL.EscapedPath(), "/v1/")
	op, _, known := operations.Match(r.Method, "/"+path)
	if !below || !known {
		return t.base.RoundTrip(r)
	}
	sent, whole := drain(&r.Body)
	resp, err := t.base.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	received, arrived := drain(&resp.Body)
	if !whole || !arrived {
		return resp, nil
	}
	exchange := mark(r, sent, resp, received)
	if t.approved.has(exchange) {
		return resp, nil
	}
	reported := false
	for _, deviation := range t.compare(op, "/"+path, r, sent, resp, received) {
		if !deviation.known() {
			t.report(deviation)
			reported = true
		}
	}
	if !reported {
		t.approved.add(exchange)
	}
	return resp, nil
}

// drain reads a body and puts what was read in its place, with the error that cut it off.
func drain(body *io.ReadCloser) (data []byte, whole bool) {
	if *body == nil {
		return nil, true
	}
	data, err := io.ReadAll(*body)
	_ = (*body).Close() // it was read to its end, or to where it broke
	if err != nil {
		*body = io.NopCloser(io.MultiReader(bytes.NewReader(data), broken{err}))
		return data, false
	}
	*body = io.NopCloser(bytes.NewReader(data))
	return data, true
}

// broken is the end of a body that was cut off.
type broken struct{ err error }

func (b broken) Read([]byte) (int, error) { return 0, b.err }

// compare lists what the description does not allow of an exchange.
func (d *Description) compare(op *operations.Operation, path string, r *http.Request, sent []byte, resp *http.Response, received []byte) (found []Deviation) {
	route := d.route(op.Method, path)
	values, _ := parameters(route.Path, path) // route has matched them
	request := r.Clone(context.WithoutCancel(r.Context()))
	request.Body = io.NopCloser(bytes.NewReader(sent))
	if len(sent) == 0 {
		request.Body = http.NoBody
	}
	options := &openapi3filter.Options{
		AuthenticationFunc: openapi3filter.NoopAuthenticationFunc, MultiError: true, IncludeResponseStatus: true,
	}
	in := &openapi3filter.RequestValidationInput{
		Request: request, PathParams: values, Route: route, Options: options,
	}
	succeeded := resp.StatusCode < http.StatusMultipleChoices
	if succeeded {
		for _, err := range flat(openapi3filter.ValidateRequest(request.Context(), in)) {
			found = append(found, deviation(op, true, resp.StatusCode, err))
		}
		for name := range request.URL.Query() {
			if !describes(route, name) {
				found = append(found, Deviation{Operation: op, Request: true, Status: resp.StatusCode, Reason: "there is no parameter " + name})
			}
		}
	}
	isJSON := strings.HasPrefix(resp.Header.Get("Content-Type"), "application/json")
	hasStatus := route.Operation.Responses.Status(resp.StatusCode) != nil
	if !succeeded && !(isJSON && hasStatus) || request.URL.Query().Has("fields") {
		return found
	}
	out := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: in, Status: resp.StatusCode, Header: resp.Header, Options: options,
	}
	out.SetBodyBytes(described(received))
	for _, err := range flat(openapi3filter.ValidateResponse(request.Context(), out)) {
		found = append(found, deviation(op, false, resp.StatusCode, err))
	}
	return found
}
