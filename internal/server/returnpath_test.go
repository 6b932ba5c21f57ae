package server

import (
	"net/url"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// returnPaths is the corpus of return paths. It only grows: every hole that was found anywhere in
// a login's return path gets its row. want is "" where it must be refused.
var returnPaths = []struct{ in, want string }{
	{"/", "/"},
	{"/account", "/account"},
	{"/a/b/c", "/a/b/c"},
	{"/a/", "/a/"},
	{"/a?b=c&d=e", "/a?b=c&d=e"},
	{"/a?z=1&a=2&z=3", "/a?z=1&a=2&z=3"},
	{"/a?flag", "/a?flag"},
	{"/a?b=//evil.example", "/a?b=%2F%2Fevil.example"},
	{"/a?b=%0d%0aSet-Cookie:x", "/a?b=%0D%0ASet-Cookie%3Ax"},
	{"/a#//evil.example", "/a"},
	{"/caf%C3%A9", "/caf%C3%A9"},
	{"/café", "/caf%C3%A9"},
	{"/a%20b", "/a%20b"},
	{"/@evil.example", "/@evil.example"},
	{"/evil.example", "/evil.example"},
	{"/:80", "/:80"},
	{"/a;b=c", "/a;b=c"},
	{"/%252f%252fevil.example", "/%252f%252fevil.example"},

	{"", ""},
	{"a", ""},
	{"?a=b", ""},
	{"#a", ""},
	{"//evil.example", ""},
	{"///evil.example", ""},
	{"////evil.example", ""},
	{`/\evil.example`, ""},   // CVE-2020-5233
	{`/\/evil.example`, ""},  //
	{`\/evil.example`, ""},   //
	{`\\evil.example`, ""},   //
	{`/a\..\b`, ""},          //
	{"/\t/evil.example", ""}, // CVE-2020-11053
	{"/\n/evil.example", ""}, //
	{"/\r/evil.example", ""}, //
	{"/ /evil.example", ""},  //
	{" //evil.example", ""},  //
	{"\t//evil.example", ""}, //
	{"/\x00/evil.example", ""},
	{"/\x0b/evil.example", ""},
	{"/\x7f/evil.example", ""},
	{"/%09/evil.example", ""},
	{"/%0d%0aLocation:%20//evil.example", ""},
	{"/%00", ""},
	{"/%2f/evil.example", ""},
	{"/%2F%2Fevil.example", ""},
	{"/%5cevil.example", ""},
	{"/%5Cevil.example", ""},
	{"/a/%2fevil.example", ""},
	{"/./evil.example", ""},
	{"/.//evil.example", ""},
	{"/..//evil.example", ""},
	{"/a/../b", ""},
	{"/a/..", ""},
	{"/%2e%2e/evil.example", ""},
	{"/%2e/evil.example", ""},
	{"/a//evil.example", ""},
	{"http://evil.example", ""},
	{"https://evil.example/", ""},
	{"https:evil.example", ""},
	{"https:/evil.example", ""},
	{"http:///evil.example", ""},
	{"javascript:alert(1)", ""},
	{"JaVaScRiPt:alert(1)", ""},
	{"data:text/html,x", ""},
	{"mailto:a@b", ""},
	{"//user:pass@evil.example/", ""},
	{"//evil.example:80", ""},
	{"//[::1]/", ""},
	{"/%zz", ""},
	{"/a?%zz", ""},
	{"/\xff\xfe", ""},
	{"/%ff", ""},
	{"//evil.example/%2f..", ""},
	{"/\u2028/evil.example", "/%E2%80%A8/evil.example"},
	{"/" + strings.Repeat("a", maxReturn), ""},

	{"/login", ""}, // a circle
	{"/login?switch=1", ""},
	{"/callback?code=a", ""},
}

func testServer() *Server {
	base, _ := url.Parse("http://127.0.0.1:5000")
	return &Server{settings: &settings{base: base, callbackPath: "/callback"}}
}

func TestReq_RD02_ReturnPath(t *testing.T) {
	t.Parallel()
	s := testServer()
	for _, c := range returnPaths {
		if got := s.returnPath(c.in); got != c.want {
			t.Errorf("returnPath(%q) = %q, want %q", c.in, got, c.want)
		}
	}
}

// staysHere is the oracle: what a browser makes of the path, seen from our page. It follows the
// WHATWG URL rules where they are kinder than RFC 3986: white space goes, backslash is slash.
func staysHere(t interface{ Errorf(string, ...any) }, in, path string) {
	seen := strings.Map(func(c rune) rune {
		switch c {
		case '\t', '\n', '\r':
			return -1
		case '\\':
			return '/'
		}
		return c
	}, strings.TrimFunc(path, func(c rune) bool { return c <= ' ' }))
	base, _ := url.Parse("http://127.0.0.1:5000/login")
	u, err := base.Parse(seen)
	if err != nil || u.Scheme != base.Scheme || u.Host != base.Host || u.User != nil || u.Fragment != "" {
		t.Errorf("returnPath(%q) = %q, which leads to %v (%v)", in, path, u, err)
	}
	for i := range len(path) {
		if path[i] <= ' ' || path[i] >= 0x7f || path[i] == '\\' {
			t.Errorf("returnPath(%q) = %q holds byte %#x", in, path, path[i])
			return
		}
	}
	if path[0] != '/' || len(path) > 1 && path[1] == '/' || len(path) > 4*maxReturn {
		t.Errorf("returnPath(%q) = %q", in, path)
	}
}

// TestReq_RD02_Grammar builds paths from the pieces that attacks are made of.
func TestReq_RD02_Grammar(t *testing.T) {
	t.Parallel()
	s := testServer()
	piece := rapid.SampledFrom([]string{"/", "//", `\`, ".", "..", "@", ":", "?", "#", "%2f", "%5c", "%2e", "%09", "%0a", "%00", "%25",
		"\t", "\n", " ", "\x00", "evil.example", "http:", "https://", "javascript:", "a", "é", "\u2215", "\uff0f", ";", "&", "=", "+", "[", "]", "%"})
	rapid.Check(t, func(t *rapid.T) {
		in := rapid.SampledFrom([]string{"", "/", "/", "/"}).Draw(t, "start") + strings.Join(rapid.SliceOfN(piece, 0, 8).Draw(t, "pieces"), "")
		path := s.returnPath(in)
		if path == "" {
			return
		}
		staysHere(t, in, path)
		if again := s.returnPath(path); again != path {
			t.Errorf("returnPath(%q) = %q, and of that %q: it must be settled", in, path, again)
		}
	})
}

func FuzzReturnPath(f *testing.F) {
	for _, c := range returnPaths {
		f.Add(c.in)
	}
	s := testServer()
	f.Fuzz(func(t *testing.T, in string) {
		if path := s.returnPath(in); path != "" {
			staysHere(t, in, path)
		}
	})
}
