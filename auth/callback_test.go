package auth_test

import (
	"errors"
	"net/url"
	"strings"
	"testing"

	"github.com/tenuto-dev/tenuto/auth"
)

func TestParseCallback(t *testing.T) {
	t.Parallel()
	for query, want := range map[string]auth.Callback{
		"code=c&state=s":                {Code: "c", State: "s"},
		"error=access_denied&state=s":   {Error: "access_denied", State: "s"},
		"app=1&code=c%2B&state=s":       {Code: "c+", State: "s"},
		"code=c&code=d&state=s":         {State: "s"},
		"code=c&code=c&state=s&state=s": {},
		"code=&state=":                  {},
		"":                              {},
		"code=c;state=s":                {},
		"code=%zz&state=s":              {},
		"Code=c&STATE=s":                {},
		"code=c&state=" + strings.Repeat("s", 3000): {Code: "c"},
	} {
		if got := auth.ParseCallback(&url.URL{RawQuery: query}); got != want {
			t.Errorf("ParseCallback(%.40q) = %q, want %q", query, fields(got), fields(want))
		}
	}
	if got := auth.ParseCallback(nil); got != (auth.Callback{}) {
		t.Errorf("ParseCallback(nil) = %q, want the zero Callback", fields(got))
	}
}

func TestParseCodeAndState(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		pasted, code, state string
		codeErr, stateErr   error
	}{
		{pasted: "https://example.com/cb?code=c&state=s", code: "c", state: "s"},
		{pasted: " 'http://127.0.0.1:5000/cb?state=s&code=c'\r\n", code: "c", state: "s"},
		{pasted: "https://example.com/cb?error=access_denied&state=s", state: "s", codeErr: auth.ErrDenied},
		{pasted: "https://example.com/cb", codeErr: auth.ErrState, stateErr: auth.ErrState},
		{pasted: "https://example.com/cb?code=c&code=d&state=s", state: "s", codeErr: auth.ErrState},
	} {
		code, err := auth.ParseCode(test.pasted)
		if code != test.code || !errors.Is(err, test.codeErr) {
			t.Errorf("ParseCode(%q) = %q, %v; want %q, %v", test.pasted, code, err, test.code, test.codeErr)
		}
		state, err := auth.ParseState(test.pasted)
		if state != test.state || !errors.Is(err, test.stateErr) {
			t.Errorf("ParseState(%q) = %q, %v; want %q, %v", test.pasted, state, err, test.state, test.stateErr)
		}
	}
	for _, text := range []string{"", "code=c&state=s", "c", "http://%zz" + canary} {
		if _, err := auth.ParseCode(text); err == nil || sings(err.Error()) {
			t.Errorf("ParseCode(%q) = %v, want an error without the text", text, err)
		}
	}
}

func FuzzParseCallback(f *testing.F) {
	for _, query := range []string{"code=c&state=s", "error=access_denied&state=s", "code=a&code=b", "%", "code=%00&state=+"} {
		f.Add(query)
	}
	f.Fuzz(func(t *testing.T, query string) {
		cb := auth.ParseCallback(&url.URL{RawQuery: query})
		values, err := url.ParseQuery(query)
		for name, got := range map[string]string{"code": cb.Code, "state": cb.State, "error": cb.Error} {
			if err != nil && got != "" {
				t.Errorf("%s = %q from a query that cannot be read", name, got)
			}
			if got != "" && (len(values[name]) != 1 || values.Get(name) != got) {
				t.Errorf("%s = %q, but the query has %q", name, got, values[name])
			}
		}
		// Read again from what it says, it says the same.
		again := url.Values{"code": {cb.Code}, "state": {cb.State}, "error": {cb.Error}}
		if got := auth.ParseCallback(&url.URL{RawQuery: again.Encode()}); got != cb {
			t.Errorf("%q reads again as %q", fields(cb), fields(got))
		}
		_, _ = auth.ParseCode("https://example.com/?" + query)
		_, _ = auth.ParseState("https://example.com/?" + query)
	})
}

// fields are what a Callback does not print.
func fields(cb auth.Callback) []string { return []string{cb.Code, cb.State, cb.Error} }
