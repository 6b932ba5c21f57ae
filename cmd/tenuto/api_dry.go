package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/spotify"
)

// dryRun prints the request that a call would send: the first one, of --all. The client builds it
// as ever and hands it to us instead of the network; no login is read and no token is used.
func (p *program) dryRun(ctx context.Context, f *apiCommand, call *apiCall) error {
	a, err := p.load(&f.appFlags)
	if err != nil {
		return err
	}
	options, err := f.options()
	if err != nil {
		return err
	}
	var request caught
	options = append(options, a.webAPI()...)
	options = append(options, spotify.WithHTTPClient(&http.Client{Transport: &request}), spotify.WithRetries(0))
	w := &web{Client: spotify.New(auth.StaticToken("none"), options...), flags: &f.webFlags}
	w.mode, _ = f.modeOf()
	if f.all {
		for _, err = range w.pages(ctx, call) {
			break
		}
	} else {
		_, err = w.ask(ctx, call)
	}
	if !errors.Is(err, errCaught) {
		return w.explain(err, call)
	}
	return request.print(p.out, f.forApp)
}

var errCaught = errors.New("this is a dry run")

// caught is a transport that sends nothing.
type caught struct {
	request *http.Request
	body    []byte
}

// RoundTrip keeps the request.
func (c *caught) RoundTrip(r *http.Request) (*http.Response, error) {
	c.request = r
	if r.Body != nil {
		defer r.Body.Close()
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		c.body = body
	}
	return nil, errCaught
}

// print writes the request as HTTP does, but for the token, which nobody has fetched.
func (c *caught) print(out io.Writer, forApp bool) error {
	c.request.Header.Set("Authorization", "Bearer (an access token of the person)")
	if forApp {
		c.request.Header.Set("Authorization", "Bearer (an application token)")
	}
	fmt.Fprintf(out, "%s %s\n", c.request.Method, c.request.URL)
	for _, name := range slices.Sorted(maps.Keys(c.request.Header)) {
		fmt.Fprintf(out, "%s: %s\n", name, c.request.Header.Get(name))
	}
	var err error
	if len(c.body) > 0 {
		_, err = fmt.Fprintf(out, "\n%s\n", c.body)
	}
	return err
}
