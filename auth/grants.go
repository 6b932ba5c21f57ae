package auth

import (
	"context"
	"time"
)

// Grants keeps people's logins in a Store, each under a key of your choice (your user's id,
// or Spotify's account id), and refreshes them when they are used. Any number of processes
// may share the store: one of them refreshes, none of them loses the answer.
type Grants struct{}

// Put keeps a fresh login under key and ends what was there, in-flight refreshes included.
// An empty key is refused: there is no slot that people could share by accident.
func (g *Grants) Put(ctx context.Context, key string, t *Token) error { return nil }

// For is the login under key, as a TokenSource. Cheap: sends and reads nothing by itself.
// Its Token returns ErrNotFound where there is no such login.
func (g *Grants) For(key string) *RefreshingToken { return nil }

// Delete forgets the login under key, for ever; an answer still under way is dropped.
func (g *Grants) Delete(ctx context.Context, key string) error { return nil }

// DropAccess erases the stored access token of the login under key: the login stays, and its next
// use refreshes. For a person whose last session ended. Absent is not an error.
func (g *Grants) DropAccess(ctx context.Context, key string) error { return nil }

// GrantsOption configures Grants. The set is closed.
type GrantsOption interface{ grants() }

// BeforeStore is told of every new token before the store is: a rescue journal.
func BeforeStore(save func(ctx context.Context, key string, t *Token) error) GrantsOption { return nil }

// CacheFor answers from memory for up to d after the record was read (0: read it every time).
// Another process's Delete or Put is seen that much later.
func CacheFor(d time.Duration) GrantsOption { return nil }

// LeaseFor changes how long one process may take for a refresh (25 s; at least 5 s).
func LeaseFor(d time.Duration) GrantsOption { return nil }

// Store is a register per key with compare-and-swap, and no more: lease, generation, verdict
// and spare refresh tokens live inside the Record, where one implementation reads and writes
// them. All methods are safe for concurrent use, by any number of processes, and
// linearizable per key. authtest.RunStore is the whole contract as tests.
type Store interface {
	// Load returns the record under key, or ErrNotFound. A store with a clock of its own
	// sets Written and Now by it, so that the replicas' clocks need not agree.
	Load(ctx context.Context, key string) (*Record, error)

	// Swap writes next if the stored record's Version is version ("": there is none), else
	// ErrConflict. Any other error may mean that it was written: the caller loads and looks,
	// for no Version is ever used twice.
	Swap(ctx context.Context, key, version string, next *Record) error

	// Delete removes the record. Absent is not an error.
	Delete(ctx context.Context, key string) error
}

// Record is what a Store keeps for one login. A store needs its Version and its bytes; the
// rest is for looking at.
type Record struct {
	Version      string            // random, new with every write; what Swap compares
	Token        *Token            // the newest
	Generation   int64             // refreshes since login: what fences writes
	Dead         *ReauthorizeError // nil while the login lives
	Written, Now time.Time         // set by Load from the store's clock; zero if it has none
	state        []byte            // login id, lease, spare refresh tokens
}

func (r *Record) MarshalBinary() ([]byte, error)    { return nil, nil } // secret: seal it
func (r *Record) UnmarshalBinary(data []byte) error { return nil }
func (r Record) MarshalJSON() ([]byte, error)       { return nil, ErrSecret }
func (r Record) String() string                     { return "" } // redacted
func (r Record) GoString() string                   { return "" } // redacted

// MemoryStore keeps records in this process. The zero value is empty and ready.
type MemoryStore struct{}

func (s *MemoryStore) Load(ctx context.Context, key string) (*Record, error) { return nil, nil }
func (s *MemoryStore) Swap(ctx context.Context, key, version string, next *Record) error {
	return nil
}
func (s *MemoryStore) Delete(ctx context.Context, key string) error { return nil }

// FileStore keeps a 0600 file per key in a directory, safe between processes of one machine.
type FileStore struct{ dir string }

func NewFileStore(dir string) (*FileStore, error)                          { return nil, nil }
func (s *FileStore) Load(ctx context.Context, key string) (*Record, error) { return nil, nil }
func (s *FileStore) Swap(ctx context.Context, key, version string, next *Record) error {
	return nil
}
func (s *FileStore) Delete(ctx context.Context, key string) error { return nil }
