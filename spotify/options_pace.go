package spotify

import "fmt"

// WithGovernor has g pace the calls: one governor for all clients of an app. nil changes
// nothing.
func WithGovernor(g *Governor) Option {
	return option(func(s *settings) error {
		if g != nil {
			s.governor = g
		}
		return nil
	})
}

// WithBackground makes calls that give way: they are sent when no other call waits, and leave a
// fifth of the places in 30 seconds to people who may come. For imports, backups, polling.
func WithBackground() Option {
	return option(func(s *settings) error {
		s.background = true
		return nil
	})
}

// WithPrefetch is how many pages All… fetches ahead of the caller, from the second page on;
// default 2. Where the length of the list is known and the caller is faster than Spotify, up to
// eight times as many; of a list that is walked by cursor one, because only a page tells where
// the next begins. 0: each page when the caller comes to it.
func WithPrefetch(pages int) Option {
	return option(func(s *settings) error {
		if pages < 0 {
			return fmt.Errorf("%w: the number of pages to fetch ahead is negative: %d", ErrConfig, pages)
		}
		s.prefetch = pages
		return nil
	})
}

// WithCacheSize is how many bytes of answers are kept, as far as Spotify allows (RFC 9111);
// default 16 MiB, 0: none. Answers are kept by Token.Subject and never shared between people;
// without a subject nothing is kept. The same question asked twice at the same time is sent
// once. Where With changes the size, it begins an empty cache.
func WithCacheSize(bytes int) Option {
	return option(func(s *settings) error {
		if bytes < 0 {
			return fmt.Errorf("%w: the size of the cache is negative: %d", ErrConfig, bytes)
		}
		s.cacheSize = bytes
		return nil
	})
}

// WithStaleWhileLimited prefers an old answer to none: where a rate limit or a quota would make
// a call fail, it is answered by what the cache still has, however old, unless Spotify forbade
// just that. Call.Stale tells.
func WithStaleWhileLimited() Option {
	return option(func(s *settings) error {
		s.staleWhileLimited = true
		return nil
	})
}
