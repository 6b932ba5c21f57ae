package spotify

import (
	lru "container/list"
	"strings"
	"sync"
	"time"

	"github.com/tenuto-dev/tenuto/auth"
)

// cache keeps answers as RFC 9111 says of a private cache, and for each subject by itself: what
// one person was answered is never found by another, and what was asked with a token that has
// no subject is not kept. Least recently used answers go first.
//
// All that our requests differ in is part of the key, the headers Authorization (as subject
// and scopes: access tokens change each hour) and Accept-Language included. So whatever Vary
// names is respected, and each combination has a variant of its own.
// https://www.rfc-editor.org/rfc/rfc9111.html
type cache struct {
	size int

	mu      sync.Mutex
	used    int
	answers map[cacheKey]*lru.Element // of *stored
	recent  *lru.List                 // the latest used first
	flights map[cacheKey]*flight
}

type cacheKey struct {
	subject  string
	scope    auth.ScopeSet
	language string
	path     string // of the API, without query
	query    string
}

// stored is an answer that was kept. It never changes; a 304 makes a new one.
type stored struct {
	key  cacheKey
	body []byte
	meta fields
	freshness
}

// overhead is what a stored answer takes besides its texts, about.
const overhead = 512

func (s *stored) size() int { return len(s.body) + len(s.key.path) + len(s.key.query) + overhead }

func newCache(size int) *cache {
	if size == 0 {
		return nil
	}
	return &cache{size: size, answers: map[cacheKey]*lru.Element{}, recent: lru.New(), flights: map[cacheKey]*flight{}}
}

// find is what is stored under key, fresh or not; nil if nothing is.
func (c *cache) find(key cacheKey) *stored {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.get(key)
}

func (c *cache) get(key cacheKey) *stored {
	element, ok := c.answers[key]
	if !ok {
		return nil
	}
	c.recent.MoveToFront(element)
	return element.Value.(*stored)
}

func (c *cache) put(s *stored) {
	c.drop(s.key)
	if s.size() > c.size/4 { // one answer must not drive out all others
		return
	}
	c.answers[s.key] = c.recent.PushFront(s)
	for c.used += s.size(); c.used > c.size; {
		c.drop(c.recent.Back().Value.(*stored).key)
	}
}

func (c *cache) drop(key cacheKey) {
	if element, ok := c.answers[key]; ok {
		c.used -= element.Value.(*stored).size()
		c.recent.Remove(element)
		delete(c.answers, key)
	}
}

// flight is a request for a key that is under way. Others who ask the same wait for it.
type flight struct {
	key    cacheKey
	landed chan struct{} // nil while nobody else waits
	others int           // who wait
	stale  bool          // something was written meanwhile: the answer may be from before

	status int
	body   []byte // nil: nothing to share
	err    error
}

// join is the flight under way, or a new one that the caller leads and must land, and what is
// stored. If that is fresh, because it has come meanwhile, there is no flight.
func (c *cache) join(key cacheKey, now time.Time) (f *flight, leads bool, s *stored) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if s = c.get(key); s != nil && s.fresh(now) {
		return nil, false, s
	}
	if f = c.flights[key]; f != nil {
		if f.others++; f.landed == nil {
			f.landed = make(chan struct{})
		}
		return f, false, s
	}
	f = &flight{key: key}
	c.flights[key] = f
	return f, true, s
}

// land ends a flight: what came is given to those who wait, and keep is stored unless it is
// nil or something was written meanwhile. body is copied if it is needed.
func (c *cache) land(f *flight, status int, body []byte, err error, keep *stored) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.flights[f.key] == f {
		delete(c.flights, f.key)
	}
	if keep == nil || f.stale {
		if status != 0 {
			c.drop(f.key)
		}
	} else {
		c.put(keep)
		body = keep.body
	}
	f.status, f.err = status, err
	if f.others > 0 && body != nil {
		f.body = append([]byte{}, body...)
	}
	if f.landed != nil {
		close(f.landed)
	}
}

// invalidate forgets what a write of subject to path may have changed: that path, those above
// and below it, and all that is the person's own. RFC 9111, section 4.4.
func (c *cache) invalidate(subject, path string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for key, f := range c.flights {
		if key.touched(subject, path) {
			f.stale = true
			delete(c.flights, key) // who asks from now on shall not join
		}
	}
	for key := range c.answers {
		if key.touched(subject, path) {
			c.drop(key)
		}
	}
}

func (k *cacheKey) touched(subject, path string) bool {
	if k.subject == subject && personal(k.path) {
		return personal(path)
	}
	// "/me" is another thing for each person; all else is the same for everybody.
	return (k.subject == subject || !isMe(path)) && (below(k.path, path) || below(path, k.path))
}

// personal are the paths that writes are about.
func personal(path string) bool {
	return isMe(path) || below(path, "/playlists") || below(path, "/users")
}

func isMe(path string) bool { return below(path, "/me") }

// below reports whether path is parent or under it.
func below(path, parent string) bool {
	rest, ok := strings.CutPrefix(path, parent)
	return ok && (rest == "" || rest[0] == '/')
}
