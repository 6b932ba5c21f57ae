package main

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

const (
	token   = "BQ-emulated-uBI3xCb3ttE_HPhPSWkXke5QL1je-fcF8NaMV5ppjng9Y8juL2"
	secret  = "canary-client-secret-5f1c"
	session = "q0OfCA3mWJx7bKp2Zr9sTnV4yLhGdE8uXwI1Pk5Mo6c"
	key     = "3q2+7wMkXJ8pZr5vTnV4yLhGdE8uXwI1Pk5Mo6cQaBs="
)

// TestLeaksAreFound: a secret that is planted in what a test prints is found in every form and place.
func TestLeaksAreFound(t *testing.T) {
	quoted, err := json.Marshal("x" + token)
	if err != nil {
		t.Fatal(err)
	}
	for name, line := range map[string]string{
		"a token":                token,
		"a token in a log":       `{"level":"INFO","msg":"sent","token":"` + token + `"}`,
		"a refresh token":        "time=… err=\"refused AQ-emulated-3fIJT_0GoMG6LGqy4PPDZ\"",
		"a part of a token":      "…BQ-emulated-uBI3xCb3ttE_…",
		"a token in JSON":        string(quoted),
		"a client secret":        "exchange with " + secret,
		"base64":                 base64.StdEncoding.EncodeToString([]byte("tenutotest:" + secret)),
		"base64, one further":    base64.StdEncoding.EncodeToString([]byte("tenutotest1:" + secret)),
		"base64, two further":    base64.RawURLEncoding.EncodeToString([]byte("tenutotest12:" + token)),
		"hexadecimal":            fmt.Sprintf("%x", "user:"+secret),
		"capital hexadecimal":    strings.ToUpper(hex.EncodeToString([]byte(token))),
		"every byte URL-encoded": everyByte(token, func(b byte) string { return fmt.Sprintf("%%%02X", b) }),
		"a session id":           "Cookie: tenuto=" + session + "; x=1",
		"a state":                "GET /callback?code=x&state=" + session,
		"a key":                  `TENUTO_KEY="` + key + `"`,
		"a header":               "Authorization: Basic dGVudXRvOm5vdCBpbiB0aGUgbG9n",
	} {
		for _, place := range []string{
			`{"Action":"output","Package":"p","Test":"TestPasses","Output":%s}` + "\n" + `{"Action":"pass","Package":"p","Test":"TestPasses"}`,
			`{"Action":"output","Package":"p","Output":%s}`, // of the package: TestMain, a child, a panic
		} {
			output, err := json.Marshal("    server_test.go:1: " + line + "\n")
			if err != nil {
				t.Fatal(err)
			}
			var out strings.Builder
			var found leaks
			report(strings.NewReader(fmt.Sprintf(place, output)), &out, &found)
			found.report(&out)
			if len(found.found) == 0 || !strings.Contains(out.String(), "LEAKED p.") {
				t.Errorf("%s is not found in %s", name, output)
			}
			for _, f := range found.found {
				if strings.Contains(f.String(), token[:24]) || strings.Contains(f.String(), secret[:20]) || strings.Contains(f.String(), session[:20]) {
					t.Errorf("the report repeats %s: %s", name, f)
				}
			}
		}
	}
}

// TestLeaksOverLines: a line that comes in pieces is one line, and its end need not come.
func TestLeaksOverLines(t *testing.T) {
	var l leaks
	l.printed("p.Test", "so far nothing\nBQ-emul")
	l.printed("p.Other", "ated-0123456789abcdef\n")
	l.printed("p.Test", "ated-0123456789abcdef")
	if len(l.found) != 0 {
		t.Errorf("found %v before the line has ended", l.found)
	}
	l.end()
	if len(l.found) != 1 || l.found[0].test != "p.Test" {
		t.Errorf("found %v, want one of p.Test", l.found)
	}
}

// TestNoLeaks: what tests print all day is no secret.
func TestNoLeaks(t *testing.T) {
	for _, line := range []string{
		"=== RUN   TestCanaries/canary-",
		"the prefix is BQ-emulated-",
		`{"time":"2026-11-21T22:27:47.257827358Z","msg":"login","person":"f7a5e75a8a1b1ca4","request":"QPIM3A3KQHCLK3YD"}`,
		"Content-Security-Policy: script-src 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='",
		"--- PASS: TestReq_VS06_RotationWhileServing_AtOnce_1 (0.00s)",
		"d41d8cd98f00b204e9800998ecf8427ee3b0c44298fc1c149afbf4c8996fb924 *tenuto",
		"github.com/tenuto-dev/tenuto/internal/vault/sqlite.(*writer).loop(0x54490b763c0)",
		"GET /authorize?client_id=x&code_challenge=" + session + "&code_challenge_method=S256",
		"User ID: E76QOXY3VYK5LK7TFXITQL2SKM, commit 0fdee897a9b67b122de3c02f9037f2ed3ae8160c",
	} {
		if found := secretsIn(line); len(found) > 0 {
			t.Errorf("secretsIn(%q) = %v, want none", line, found)
		}
	}
	var l leaks
	l.printed(tokenPrinter+"TestScripts/login", "        "+token+"\n")
	l.printed(tokenPrinter+"TestScripts/login", "          http://127.0.0.1:5010/authorize?client_id=x&state="+session+"\n")
	if len(l.found) > 0 {
		t.Errorf("what tenuto token prints is found: %v", l.found)
	}
	l.printed(tokenPrinter+"TestScripts/login", "token="+token+"\n")
	l.printed("another.TestScripts/login", "        "+token+"\n")
	l.printed(tokenPrinter+"TestScripts/again", "  http://127.0.0.1:5010/authorize?client_id="+session+"&state="+session+"\n")
	if len(l.found) != 3 {
		t.Errorf("found %v, want a token beside other words, one of another package, and a secret beside a state", l.found)
	}
}
