package auth

import (
	"context"
	"sync"
	"time"
)

// MemoryStore keeps records in this process. The zero value is empty and ready; do not copy it
// once used.
type MemoryStore struct {
	mu      sync.RWMutex
	records map[string]*Record
}

// Load returns a copy of the record under key, or ErrNotFound.
func (s *MemoryStore) Load(ctx context.Context, key string) (*Record, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s.mu.RLock()
	rec := s.records[key]
	s.mu.RUnlock()
	if rec == nil {
		return nil, ErrNotFound
	}
	rec = rec.clone() // stored records are never changed
	rec.Now = time.Now()
	return rec, nil
}

// Swap writes a copy of next if the version is right, else ErrConflict.
func (s *MemoryStore) Swap(ctx context.Context, key, version string, next *Record) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	next = next.clone()
	next.Written, next.Now = time.Now(), time.Time{}
	s.mu.Lock()
	defer s.mu.Unlock()
	stored := ""
	if rec := s.records[key]; rec != nil {
		stored = rec.Version
	}
	if stored != version {
		return ErrConflict
	}
	if s.records == nil {
		s.records = map[string]*Record{}
	}
	s.records[key] = next
	return nil
}

// Delete removes the record under key, if there is one.
func (s *MemoryStore) Delete(ctx context.Context, key string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.mu.Lock()
	delete(s.records, key)
	s.mu.Unlock()
	return nil
}
