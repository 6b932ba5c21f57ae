package main

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/internal/failpoint"
)

// failpointVariable is what the crash harness tells a program that was built for it. Others do not
// look at it.
const failpointVariable = "TENUTO_FAILPOINT"

// stoppable makes a command stoppable where it writes to the vault.
func (p *program) stoppable() error {
	if !failpoint.Enabled {
		return nil
	}
	words, _ := p.lookup(failpointVariable)
	if err := failpoint.Setup(words); err != nil {
		return usage("", "%s: %w", failpointVariable, err)
	}
	return nil
}

// failpoints makes a server stoppable, on its way to the accounts service too, and its clock turnable.
func (p *program) failpoints(conf *auth.Config) error {
	if !failpoint.Enabled {
		return nil
	}
	if err := p.stoppable(); err != nil {
		return err
	}
	conf.Now = failpoint.Now
	conf.HTTPClient = &http.Client{Transport: stoppableTransport{http.DefaultTransport}}
	return nil
}

// stoppableTransport stops around token requests.
type stoppableTransport struct{ next http.RoundTripper }

// RoundTrip implements http.RoundTripper.
func (t stoppableTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	before, sent, answered := failpoint.BeforeSend, failpoint.AfterSend, failpoint.AfterAnswer
	form := formOf(r)
	if form.Get("grant_type") != "refresh_token" {
		before, sent, answered = failpoint.BeforeExchange, "", failpoint.AfterExchange
	}
	failpoint.Trace(failpoint.Sent, failpoint.Name(form.Get("refresh_token")+form.Get("code")))
	failpoint.Hit(before)
	trace := &httptrace.ClientTrace{WroteRequest: func(httptrace.WroteRequestInfo) { failpoint.Hit(sent) }}
	answer, err := t.next.RoundTrip(r.WithContext(httptrace.WithClientTrace(r.Context(), trace)))
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(answer.Body)
	answer.Body.Close()
	failpoint.Hit(answered)
	answer.Body = io.NopCloser(io.MultiReader(bytes.NewReader(body), failedReader{err}))
	return answer, nil
}

// formOf is what a token request sends.
func formOf(r *http.Request) url.Values {
	if r.GetBody == nil {
		return nil
	}
	body, err := r.GetBody()
	if err != nil {
		return nil
	}
	defer body.Close()
	text, err := io.ReadAll(body)
	if err != nil {
		return nil
	}
	form, _ := url.ParseQuery(string(text)) // what can be read of it
	return form
}

// failedReader ends a body as it ended.
type failedReader struct{ err error }

func (f failedReader) Read([]byte) (int, error) {
	if f.err != nil {
		return 0, f.err
	}
	return 0, io.EOF
}
