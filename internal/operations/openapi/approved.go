package openapi

import (
	"crypto/sha256"
	"fmt"
	"io"
	"net/http"
	"sync"
)

// approved remembers exchanges that deviate in nothing that would be reported: tests have the same ones by the hundred,
// and looking at one takes longer than making it.
type approved struct{ marks sync.Map } // of fingerprints

// fingerprint stands for all of an exchange that is compared with a description.
type fingerprint [sha256.Size]byte

func mark(r *http.Request, sent []byte, resp *http.Response, received []byte) (f fingerprint) {
	h := sha256.New()
	for _, part := range []string{r.Method, r.URL.RequestURI(), r.Header.Get("Content-Type"), string(sent), resp.Header.Get("Content-Type"), string(received)} {
		fmt.Fprintf(h, "%d ", len(part)) // where one ends and the next begins
		_, _ = io.WriteString(h, part)   // a hash takes everything
	}
	fmt.Fprint(h, resp.StatusCode)
	h.Sum(f[:0])
	return f
}

func (a *approved) has(f fingerprint) bool {
	_, has := a.marks.Load(f)
	return has
}

func (a *approved) add(f fingerprint) { a.marks.Store(f, nil) }
