package emulator

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"sync"
	"text/tabwriter"
	"time"

	"github.com/tenuto-dev/tenuto/internal/operations"
)

// Ledger is a list of entries with questions to ask.
type Ledger []Entry

// Entry is one request. It holds no secrets: codes and tokens are named by number ("access 3 of
// alice"), client secrets, verifiers and passwords are masked.
type Entry struct {
	At        time.Time
	Operation string // "GET /me/player", "POST /api/token"; for what Spotify does not know, its path
	ClientID  string
	Person    string // "" for the app itself, or if it cannot be told
	Token     string // "access 3 of alice", "refresh 1 of bob", "unknown"
	Grant     string // for /api/token: "refresh_token"
	Status    int    // 0: not answered yet, or the connection was broken before
	Faulted   bool
	Query     url.Values
	Body      []byte // secrets masked; at most 64 kB

	operation *operations.Operation
	needs     []string // the scopes it needed, if noted
	noted     bool
}

// Of keeps the requests of one operation: "GET /me/player", "POST /api/token". The names of
// parameters do not matter.
func (l Ledger) Of(operation string) Ledger {
	want := canonical(operation)
	return l.Where(func(e Entry) bool { return canonical(e.Operation) == want })
}

// Grant keeps the token requests of one grant type: "refresh_token".
func (l Ledger) Grant(grantType string) Ledger {
	return l.Where(func(e Entry) bool { return e.Grant == grantType })
}

// By keeps what was done in the name of one person.
func (l Ledger) By(person string) Ledger {
	return l.Where(func(e Entry) bool { return e.Person == person })
}

// Since keeps what arrived at t or later.
func (l Ledger) Since(t time.Time) Ledger {
	return l.Where(func(e Entry) bool { return !e.At.Before(t) })
}

// Where keeps the entries for which keep is true.
func (l Ledger) Where(keep func(Entry) bool) Ledger {
	var kept Ledger
	for _, e := range l {
		if keep(e) {
			kept = append(kept, e)
		}
	}
	return kept
}

// Scopes is the least consent with which all of it would have worked, sorted, with spaces
// between: what to ask people for.
func (l Ledger) Scopes() string {
	set := map[string]bool{}
	for _, e := range l {
		for _, scope := range e.scopes() {
			set[scope] = true
		}
	}
	for _, e := range l { // where any of several would do, one that is needed anyway will
		if e.noted || e.operation == nil || len(e.operation.AnyOf) == 0 {
			continue
		}
		if !slices.ContainsFunc(e.operation.AnyOf, func(s string) bool { return set[s] }) {
			set[e.operation.AnyOf[0]] = true
		}
	}
	return strings.Join(slices.Sorted(maps.Keys(set)), " ")
}

func (e Entry) scopes() []string {
	if e.noted || e.operation == nil {
		return e.needs
	}
	return e.operation.Scopes
}

// String is the ledger as a table.
func (l Ledger) String() string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "at\toperation\tstatus\tperson\ttoken\tgrant\tquery\tbody")
	for _, e := range l {
		status := fmt.Sprint(e.Status)
		if e.Faulted {
			status += " faulted"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", e.At.UTC().Format("2006-01-02 15:04:05.000"),
			e.Operation, status, e.Person, e.Token, e.Grant, shown(e.Query.Encode()), shown(string(e.Body)))
	}
	_ = w.Flush() // into memory
	return b.String()
}

// shown is the beginning of a text, on one line.
func shown(s string) string {
	const most = 120
	s = strings.ToValidUTF8(strings.Join(strings.Fields(s), " "), "?")
	if r := []rune(s); len(r) > most {
		s = string(r[:most]) + "…"
	}
	return s
}

// canonical makes operation names comparable: what stands in braces does not matter.
func canonical(operation string) string {
	if !strings.Contains(operation, "{") {
		return operation
	}
	if op, ok := operations.Lookup(operation); ok {
		return op.Name()
	}
	return operation
}

// The ledger forgets the oldest entries beyond so many, or so many bytes of bodies.
const (
	mostEntries = 100_000
	mostBodies  = 64 << 20
	longestBody = 64 << 10
)

// ledgerBook is the ledger while it is being written.
type ledgerBook struct {
	mu      sync.Mutex
	entries []*Entry
	bodies  int // bytes of all bodies
}

// Ledger is all that reached the emulator so far, oldest first: a copy. In long runs it keeps
// the last hundred thousand requests, or fewer if their bodies exceed 64 MB. Requests to
// /_emulator/ are not in it.
func (e *Emulator) Ledger() Ledger {
	b := &e.entries
	b.mu.Lock()
	defer b.mu.Unlock()
	l := make(Ledger, len(b.entries))
	for i, entry := range b.entries {
		l[i] = *entry
	}
	return l
}

func (b *ledgerBook) add(e *Entry) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.entries = append(b.entries, e)
	b.bodies += len(e.Body)
	for len(b.entries) > mostEntries || b.bodies > mostBodies {
		b.bodies -= len(b.entries[0].Body)
		b.entries[0] = nil
		b.entries = b.entries[1:]
	}
}

func (b *ledgerBook) finish(e *Entry, status int, faulted bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	e.Status, e.Faulted = status, faulted
}

func (b *ledgerBook) needs(e *Entry, scopes []string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	e.needs, e.noted = append(e.needs, scopes...), true
}

func (b *ledgerBook) clear() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.entries, b.bodies = nil, 0
}
