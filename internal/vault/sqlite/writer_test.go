package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"modernc.org/sqlite"

	"github.com/tenuto-dev/tenuto/internal/vault"
)

// newTables opens the tables alone, as open does.
func newTables(t *testing.T) *tables {
	t.Helper()
	path := filepath.Join(t.TempDir(), "db")
	lock, err := acquire(path + ".lock")
	try(t, err)
	try(t, prepareFile(t.Context(), path))
	tb := &tables{now: time.Now, lock: lock}
	tb.writer, err = openWriter(t.Context(), path)
	try(t, err)
	tb.readers, err = openReaders(t.Context(), path)
	try(t, err)
	t.Cleanup(func() { try(t, tb.Close()) })
	return tb
}

func try(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// hold stops the writer until release, so that what is sent meanwhile makes one batch.
func hold(t *testing.T, w *writer) (release func()) {
	t.Helper()
	begun, end := make(chan bool), make(chan bool)
	go w.do(&write{ctx: context.Background(), between: true, run: func(*conn) error {
		close(begun)
		<-end
		return nil
	}})
	<-begun
	return func() { close(end) }
}

// queued waits until n writes are queued.
func queued(t *testing.T, w *writer, n int) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); len(w.queue) < n; {
		if time.Now().After(deadline) {
			t.Fatalf("%d writes are queued, want %d", len(w.queue), n)
		}
		runtime.Gosched() // a queue tells nobody how long it is
	}
}

func insertMeta(ctx context.Context, w *writer, name string, then error) error {
	_, err := change(ctx, w, "insert", func(c *conn) (int64, error) {
		if n, err := c.exec(`INSERT INTO meta (name, value) VALUES (?, x'00')`, name); err != nil {
			return n, err
		}
		return 0, then
	})
	return err
}

// countCommits makes SQLite count the writer's commits.
func countCommits(t *testing.T, w *writer) *int {
	t.Helper()
	n := new(int)
	try(t, w.do(&write{ctx: t.Context(), between: true, run: func(c *conn) error {
		return c.raw.Raw(func(driver any) error {
			driver.(sqlite.HookRegisterer).RegisterCommitHook(func() int32 { *n++; return 0 })
			return nil
		})
	}}))
	return n
}

func rowsOf(t *testing.T, tb *tables) (names []string) {
	t.Helper()
	_, err := read(t.Context(), tb.readers, "list", func(c *conn) (any, error) {
		return nil, c.query(func(rows *sql.Rows) error {
			var name string
			err := rows.Scan(&name)
			names = append(names, name)
			return err
		}, `SELECT name FROM meta ORDER BY name`)
	})
	try(t, err)
	return names
}

func TestManyShareACommit(t *testing.T) {
	t.Parallel()
	const callers = 50
	tb := newTables(t)
	commits := countCommits(t, tb.writer)
	release := hold(t, tb.writer)
	var group sync.WaitGroup
	for i := range callers {
		group.Go(func() {
			if err := insertMeta(t.Context(), tb.writer, fmt.Sprint(i), nil); err != nil {
				t.Errorf("insert %d: %v", i, err)
			}
		})
	}
	queued(t, tb.writer, callers)
	release()
	group.Wait()
	if n := len(rowsOf(t, tb)); n != callers || *commits != 1 {
		t.Errorf("%d callers wrote %d rows in %d commits, want all in 1", callers, n, *commits)
	}
}

// One caller's failure, or leaving, is not its neighbours'.
func TestOneFailureInABatch(t *testing.T) {
	t.Parallel()
	tb := newTables(t)
	release := hold(t, tb.writer)
	own := errors.New("own failure")
	left, leave := context.WithCancel(t.Context())
	want := map[string]error{"a": nil, "b": own, "c": context.Canceled, "d": nil}
	got := map[string]error{}
	var mu sync.Mutex
	var group sync.WaitGroup
	for i, name := range []string{"a", "b", "c", "d"} {
		ctx := t.Context()
		if name == "c" {
			ctx = left
		}
		var then error
		if name == "b" {
			then = own
		}
		group.Go(func() {
			err := insertMeta(ctx, tb.writer, name, then)
			mu.Lock()
			defer mu.Unlock()
			got[name] = err
		})
		queued(t, tb.writer, i+1) // in this order
	}
	leave()
	release()
	group.Wait()
	for name, err := range want {
		if !errors.Is(got[name], err) {
			t.Errorf("insert %s = %v, want %v", name, got[name], err)
		}
	}
	if rows := rowsOf(t, tb); !slices.Equal(rows, []string{"a", "d"}) {
		t.Errorf("rows = %q, want a and d", rows)
	}
}

// A caller that leaves while its write runs gets its context's error at once; the write goes on.
func TestLeavingWhileWriting(t *testing.T) {
	t.Parallel()
	tb := newTables(t)
	ctx, leave := context.WithCancel(t.Context())
	running, end := make(chan bool), make(chan bool)
	answer := make(chan error)
	go func() {
		_, err := change(ctx, tb.writer, "insert", func(c *conn) (int64, error) {
			close(running)
			<-end
			return c.exec(`INSERT INTO meta (name, value) VALUES ('slow', x'00')`)
		})
		answer <- err
	}()
	<-running
	leave()
	if err := <-answer; !errors.Is(err, context.Canceled) {
		t.Errorf("change after leaving = %v, want Canceled", err)
	}
	close(end)
	try(t, insertMeta(t.Context(), tb.writer, "next", nil))
	if rows := rowsOf(t, tb); !slices.Equal(rows, []string{"next", "slow"}) {
		t.Errorf("rows = %q, want both", rows)
	}
}

func TestCloseFinishesWhatIsQueued(t *testing.T) {
	t.Parallel()
	tb := newTables(t)
	release := hold(t, tb.writer)
	answer := make(chan error, 1)
	go func() { answer <- insertMeta(t.Context(), tb.writer, "queued", nil) }()
	queued(t, tb.writer, 1)
	closed := make(chan error, 1)
	go func() { closed <- tb.Close() }()
	release()
	if err := <-answer; err != nil {
		t.Errorf("insert that was queued before Close = %v, want nil", err)
	}
	if err := <-closed; err != nil {
		t.Errorf("Close = %v, want nil", err)
	}
	if err := insertMeta(t.Context(), tb.writer, "late", nil); !errors.Is(err, vault.ErrClosed) {
		t.Errorf("insert after Close = %v, want ErrClosed", err)
	}
	if _, err := tb.Meta(t.Context(), "queued"); !errors.Is(err, vault.ErrClosed) {
		t.Errorf("read after Close = %v, want ErrClosed", err)
	}
	if err := tb.Close(); err != nil {
		t.Errorf("Close again = %v, want nil", err)
	}
}

// The WAL gives its space back.
func TestWALIsTruncated(t *testing.T) {
	t.Parallel()
	tb := newTables(t)
	path := filepath.Join(filepath.Dir(tb.lock.Name()), "db-wal")
	size := func() int64 {
		n, err := sizeOf(path)
		try(t, err)
		return n
	}
	insert := func(bytes int) {
		_, err := change(t.Context(), tb.writer, "insert", func(c *conn) (int64, error) {
			return c.exec(`INSERT OR REPLACE INTO meta (name, value) VALUES ('big', zeroblob(?))`, bytes)
		})
		try(t, err)
	}
	insert(8 << 20)
	if n := size(); n < 8<<20 {
		t.Fatalf("WAL has %d bytes after a burst of 8 MiB: this test would show nothing", n)
	}
	insert(1)
	insert(1)
	if n := size(); n > 5<<20 {
		t.Errorf("WAL has %d bytes after the burst, want its limit of 4 MiB", n)
	}
	try(t, tb.Sweep(t.Context(), time.Now()))
	if n := size(); n != 0 {
		t.Errorf("WAL has %d bytes after Sweep, want none", n)
	}
}
