package spotify

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"
)

// mayKeep reports whether the cache has to do with a call. Of a token without a subject we do
// not know whose it is.
func (x *exchange) mayKeep(out any) bool {
	return x.cache != nil && x.request.op.Method == http.MethodGet && out != nil && (x.token == nil || x.token.Subject != "")
}

func (x *exchange) cacheKey() cacheKey {
	return cacheKey{x.token.Subject, x.token.Scope, x.settings.language, x.request.escaped, x.request.encoded}
}

// mayBeStale reports whether what is stored may be used although a limit, err, keeps us from
// asking whether it still holds: RFC 9111, section 4.2.4.
func (x *exchange) mayBeStale(err error) bool {
	return x.settings.staleWhileLimited && x.stored != nil && !x.stored.mustRevalidate && !x.stored.noCache &&
		(errors.Is(err, ErrRateLimited) || errors.Is(err, ErrQuotaExceeded))
}

// fromCache answers without asking Spotify.
func (x *exchange) fromCache(s *stored, stale bool, out any) error {
	x.governor.add(&x.tally.Cached)
	err := x.request.decoded(http.StatusOK, s.body, out, x.settings)
	x.observe(nil, Call{Status: http.StatusOK, Cached: true, Stale: stale, Err: err})
	return err
}

// share waits for the same request of another call.
func (x *exchange) share(ctx context.Context, f *flight, out any) error {
	select {
	case <-ctx.Done():
		return &callError{x.request.name, context.Cause(ctx)}
	case <-f.landed:
	}
	_, lost := errors.AsType[*lostError](f.err)
	_, failed := errors.AsType[*Error](f.err)
	switch {
	case f.body != nil:
		x.governor.add(&x.tally.Shared)
		err := x.request.decoded(f.status, f.body, out, x.settings)
		x.observe(nil, Call{Status: f.status, Cached: true, Err: err})
		return err
	case lost, failed:
		return f.err
	}
	return errAlone
}

// land ends the flight that this call leads.
func (x *exchange) land(status int, body []byte, err error, keep *stored) {
	if x.flight == nil {
		return
	}
	x.cache.land(x.flight, status, body, err, keep)
	x.flight = nil
}

// condition makes a request one for what has changed.
func (s *stored) condition(header http.Header) {
	if s.meta.etag != "" {
		header.Set("If-None-Match", s.meta.etag)
	} else if s.meta.lastModified != "" {
		header.Set("If-Modified-Since", s.meta.lastModified)
	}
}

// keep is the answer as the cache may store it; nil if it may not, or if that is of no use.
func (x *exchange) keep(body []byte, meta fields, asked time.Time) *stored {
	if meta.neverOfUse() && !x.settings.staleWhileLimited {
		return nil
	}
	fresh := meta.freshness(asked, time.Now())
	if !fresh.keep || fresh.lifetime <= 0 && !meta.hasValidator() && !x.settings.staleWhileLimited {
		return nil
	}
	return &stored{key: x.key, body: body, meta: meta, freshness: fresh}
}

// notModified answers with what is stored, which a 304 has confirmed. RFC 9111, section 4.3.4.
func (x *exchange) notModified(resp *http.Response, asked time.Time, out any) error {
	newer := fieldsOf(resp.Header)
	if newer.etag != "" && weak(newer.etag) != weak(x.stored.meta.etag) {
		x.land(resp.StatusCode, nil, nil, nil) // it is about another answer
		return errAlone
	}
	err := x.request.decoded(http.StatusOK, x.stored.body, out, x.settings)
	x.land(http.StatusOK, x.stored.body, err, x.keep(x.stored.body, x.stored.meta.merge(newer), asked))
	return err
}

func weak(etag string) string { return strings.TrimPrefix(etag, "W/") }
