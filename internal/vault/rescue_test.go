package vault_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/internal/vault"
)

const rescueApp = "app-one"

// rescuing is a vault with a journal beside it.
type rescuing struct {
	*vault.Rescue
	auth.Journal
	dir string
}

func openRescue(t testing.TB, db *vault.DB, dir string) rescuing {
	t.Helper()
	r, err := db.OpenRescue(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Close() }) // some tests have closed it
	return rescuing{r, r.For(rescueApp), dir}
}

// answer is one that brought the nth refresh token of a login.
func answer(t testing.TB, login string, n int) *auth.Answer {
	t.Helper()
	a := new(auth.Answer)
	err := a.UnmarshalBinary(fmt.Appendf(nil,
		`{"format":1,"epoch":"e","generation":%d,"owner":"o","seq":1,"consumed":"canary-%s-%d","token":{"access_token":"canary-access","refresh_token":"canary-%s-%d"}}`,
		n, login, n-1, login, n))
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func (r rescuing) keep(t testing.TB, login string, n int) (done func()) {
	t.Helper()
	done, err := r.Keep(t.Context(), login, answer(t, login, n))
	if err != nil {
		t.Fatalf("Keep = %v", err)
	}
	return done
}

// replayed is what a replay gives, as "login generation".
func (r rescuing) replayed(t testing.TB) (found []string, result vault.Replayed) {
	t.Helper()
	var mu sync.Mutex
	result, err := r.Replay(t.Context(), rescueApp, func(_ context.Context, key string, a *auth.Answer) error {
		data, err := a.MarshalBinary()
		if err != nil {
			return err
		}
		var file struct{ Generation int }
		if err := json.Unmarshal(data, &file); err != nil {
			return err
		}
		mu.Lock()
		defer mu.Unlock()
		found = append(found, fmt.Sprint(key, " ", file.Generation))
		return nil
	})
	if err != nil {
		t.Fatalf("Replay = %v", err)
	}
	slices.Sort(found)
	return found, result
}

func (r rescuing) wantReplayed(t testing.TB, want ...string) {
	t.Helper()
	if got, result := r.replayed(t); !slices.Equal(got, want) || result.Settled != len(want) {
		t.Errorf("Replay found %q, %+v, want %q", got, result, want)
	}
}

// TestRescue: what was kept and not done is there for the next process, once.
func TestRescue(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	db := openWith(t, dir, ring(t, keyOne))
	r := openRescue(t, db, dir)
	r.wantReplayed(t)
	done := r.keep(t, "done", 1)
	r.keep(t, "alice", 1)
	r.keep(t, "alice", 2)
	r.keep(t, "bob", 7)
	r.keep(t, "gone", 1)
	done()
	done() // harmless
	if err := r.Forget(t.Context(), "gone"); err != nil {
		t.Errorf("Forget = %v", err)
	}
	r.wantReplayed(t) // they are this process's own, and in its hands
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}

	next := openRescue(t, db, dir)
	if _, err := next.Replay(t.Context(), "another app", func(context.Context, string, *auth.Answer) error {
		return errors.New("not mine")
	}); err != nil {
		t.Errorf("Replay of another app = %v, want nothing found", err)
	}
	next.wantReplayed(t, "alice 1", "alice 2", "bob 7")
	next.wantReplayed(t)
	if err := next.Close(); err != nil {
		t.Fatal(err)
	}
	openRescue(t, db, dir).wantReplayed(t)
}

// TestReplayIsQuick: a crash under load leaves many answers, and whoever is served before theirs is settled sends a
// refresh token that was used.
func TestReplayIsQuick(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		db := openWith(t, dir, ring(t, keyOne))
		r := openRescue(t, db, dir)
		for n := range 100 {
			r.keep(t, fmt.Sprint("person ", n), 1)
		}
		try(t, r.Close())
		next := openRescue(t, db, dir)
		began := time.Now()
		result, err := next.Replay(t.Context(), rescueApp, func(context.Context, string, *auth.Answer) error {
			time.Sleep(100 * time.Millisecond) // a slow disk
			return nil
		})
		if took := time.Since(began); err != nil || result.Settled != 100 || took > time.Second {
			t.Errorf("Replay of 100 answers = %+v, %v after %v, want all of them within a second", result, err, took)
		}
	})
}

// TestRescueKeepsWhatTheStoreCannotTake, and tries again.
func TestRescueKeepsWhatTheStoreCannotTake(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	db := openWith(t, dir, ring(t, keyOne))
	r := openRescue(t, db, dir)
	for n := range 3 {
		r.keep(t, fmt.Sprint("person ", n), 1)
	}
	try(t, r.Close())
	next := openRescue(t, db, dir)
	down := errors.New("down")
	result, err := next.Replay(t.Context(), rescueApp, func(_ context.Context, key string, _ *auth.Answer) error {
		if key == "person 1" {
			return down
		}
		return nil
	})
	if !errors.Is(err, down) || result.Settled != 2 || result.Left != 1 {
		t.Errorf("Replay = %+v, %v, want one left, and the others settled", result, err)
	}
	ended, end := context.WithCancel(t.Context())
	end()
	if result, err := next.Replay(ended, rescueApp, func(context.Context, string, *auth.Answer) error { return nil }); !errors.Is(err, context.Canceled) || result.Left != 1 {
		t.Errorf("Replay that was given up = %+v, %v, want one left", result, err)
	}
	if found, _ := next.replayed(t); len(found) != 1 {
		t.Errorf("Replay when the store is back found %q, want what was left", found)
	}
	// Whoever logs out meanwhile is gone from the files of the dead as well.
	next.keep(t, "carol", 1)
	try(t, next.Close())
	third := openRescue(t, db, dir)
	try(t, third.Forget(t.Context(), "carol"))
	third.wantReplayed(t)
}

// TestRescueForgetsMeanwhile: whatever Forget does while Keep is under way, nothing stays that nobody answers for, and
// nobody's slot becomes another's.
func TestRescueForgetsMeanwhile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	db := openWith(t, dir, ring(t, keyOne))
	r := openRescue(t, db, dir)
	path := filepath.Join(dir, vault.RescueFile)
	before, err := os.ReadFile(path)
	try(t, err)
	for range 20 {
		var keeping, forgetting sync.WaitGroup
		over := make(chan struct{})
		for range 2 {
			forgetting.Go(func() {
				for {
					select {
					case <-over:
						return
					default:
						try(t, r.Forget(t.Context(), "alice"))
					}
				}
			})
		}
		for n := range 40 {
			keeping.Go(func() {
				done, err := r.Keep(t.Context(), "alice", answer(t, "alice", n+1))
				if err == nil {
					done()
				} else if !errors.Is(err, vault.ErrForgotten) {
					t.Errorf("Keep = %v, want nil or ErrForgotten", err)
				}
			})
		}
		keeping.Wait()
		close(over)
		forgetting.Wait()
		if after, err := os.ReadFile(path); err != nil || !bytes.Equal(before, after) {
			t.Fatalf("bytes are left of what was forgotten (%v)", err)
		}
	}
}

// TestRescueFileIsPrivate: 0600, as long as it will ever be, and nothing in it can be read.
func TestRescueFileIsPrivate(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	r := openRescue(t, openWith(t, dir, ring(t, keyOne)), dir)
	path := filepath.Join(dir, vault.RescueFile)
	before, err := os.ReadFile(path)
	try(t, err)
	done := r.keep(t, "canary-person", 1)
	kept, err := os.ReadFile(path)
	try(t, err)
	if bytes.Equal(before, kept) || len(before) != len(kept) {
		t.Errorf("the file had %d bytes and has %d, want the same number and others", len(before), len(kept))
	}
	if bytes.Contains(kept, []byte("canary")) {
		t.Error("the file tells whose answer it keeps, or what it is")
	}
	info, err := os.Stat(path)
	try(t, err)
	if info.Mode().Perm() != 0o600 {
		t.Errorf("mode %04o, want 0600", info.Mode().Perm())
	}
	done()
	if after, err := os.ReadFile(path); err != nil || !bytes.Equal(before, after) {
		t.Errorf("bytes are left of what is done (%v)", err)
	}
	r.keep(t, "alice", 1)
	try(t, r.Forget(t.Context(), "alice"))
	if after, err := os.ReadFile(path); err != nil || !bytes.Equal(before, after) {
		t.Errorf("bytes are left of what was forgotten (%v)", err)
	}
}

// TestRescueManyAtOnce: they share the wait for the disk, and all are there.
func TestRescueManyAtOnce(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	db := openWith(t, dir, ring(t, keyOne))
	r := openRescue(t, db, dir)
	const slots = 1024
	var wg sync.WaitGroup
	var dones sync.Map
	for n := range slots {
		wg.Go(func() {
			done, err := r.Keep(t.Context(), fmt.Sprint("person ", n), answer(t, "x", 1))
			if err != nil {
				t.Errorf("Keep %d = %v", n, err)
			}
			dones.Store(n, done)
		})
	}
	wg.Wait()
	if _, err := r.Keep(t.Context(), "one more", answer(t, "x", 1)); !errors.Is(err, vault.ErrRescueFull) {
		t.Errorf("Keep when it is full = %v, want ErrRescueFull", err)
	}
	done, _ := dones.Load(17)
	done.(func())()
	r.keep(t, "one more", 1)
	done.(func())() // its slot is another's now
	try(t, r.Close())
	found, _ := openRescue(t, db, dir).replayed(t)
	if len(found) != slots || !slices.Contains(found, "one more 1") || slices.Contains(found, "person 17 1") {
		t.Errorf("found %d answers afterwards, want all %d that were kept and not done", len(found), slots)
	}
}

// TestRescueTorn: what was being written when the power failed is passed over, and all else is there.
func TestRescueTorn(t *testing.T) {
	t.Parallel()
	spoil := map[string]func(slot []byte){
		"cut short":       func(slot []byte) { clear(slot[100:]) },
		"begun":           func(slot []byte) { clear(slot[6:]) },
		"its length only": func(slot []byte) { clear(slot[4:]) },
		"a bit":           func(slot []byte) { slot[50] ^= 1 },
		"garbage":         func(slot []byte) { copy(slot, bytes.Repeat([]byte{0xff}, len(slot))) },
	}
	for _, name := range slices.Sorted(maps.Keys(spoil)) {
		dir := t.TempDir()
		db := openWith(t, dir, ring(t, keyOne))
		r := openRescue(t, db, dir)
		for n := 1; n <= 3; n++ {
			r.keep(t, "alice", n)
		}
		try(t, r.Close())
		path := filepath.Join(dir, vault.RescueFile)
		data, err := os.ReadFile(path)
		try(t, err)
		spoil[name](data[2*4096 : 3*4096]) // the second slot
		try(t, os.WriteFile(path, data, 0o600))
		next := openRescue(t, db, dir)
		found, result := next.replayed(t)
		if !slices.Equal(found, []string{"alice 1", "alice 3"}) || result.Torn != 1 {
			t.Errorf("%s: found %q, %+v, want the whole ones and one torn", name, found, result)
		}
		if _, again := next.replayed(t); again.Torn != 0 {
			t.Errorf("%s: told twice: %+v", name, again)
		}
	}
}

// TestRescueOfAnotherKey: what does not open is neither used nor thrown away: the key may come back.
func TestRescueOfAnotherKey(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	r := openRescue(t, openWith(t, t.TempDir(), ring(t, keyOne)), dir)
	r.keep(t, "alice", 1)
	try(t, r.Close())
	other := openRescue(t, openWith(t, t.TempDir(), ring(t, keyTwo)), dir)
	if found, result := other.replayed(t); len(found) != 0 || result.Unreadable != 1 {
		t.Errorf("with another vault's keys: found %q, %+v, want one unreadable", found, result)
	}
	try(t, other.Close())
	again := openRescue(t, openWith(t, t.TempDir(), ring(t, keyTwo)), dir)
	if _, result := again.replayed(t); result.Unreadable != 1 {
		t.Errorf("then: %+v, want it still there", result)
	}
}

// TestRescueTellsOnceOfAnotherKey: what a dead neighbour left and does not open is told once, and kept.
func TestRescueTellsOnceOfAnotherKey(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	db := openWith(t, t.TempDir(), ring(t, keyOne))
	died, other := openRescue(t, db, dir), openRescue(t, openWith(t, t.TempDir(), ring(t, keyTwo)), dir)
	died.keep(t, "alice", 1)
	try(t, died.Close())
	for minute, want := range []int{1, 0, 0} {
		if found, result := other.replayed(t); len(found) != 0 || result.Unreadable != want {
			t.Errorf("minute %d: found %q, %+v, want %d unreadable", minute, found, result, want)
		}
	}
	try(t, other.Close())
	openRescue(t, db, dir).wantReplayed(t, "alice 1")
}

// TestRescueFullOfAnotherKey: what does not open gives way to what does when there is no other room.
func TestRescueFullOfAnotherKey(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	r := openRescue(t, openWith(t, t.TempDir(), ring(t, keyOne)), dir)
	const slots = 1024
	var wg sync.WaitGroup
	for n := range slots {
		wg.Go(func() {
			if _, err := r.Keep(t.Context(), fmt.Sprint("person ", n), answer(t, "x", 1)); err != nil {
				t.Errorf("Keep %d = %v", n, err)
			}
		})
	}
	wg.Wait()
	try(t, r.Close())
	db := openWith(t, t.TempDir(), ring(t, keyTwo))
	other := openRescue(t, db, dir)
	other.keep(t, "alice", 1)
	other.keep(t, "bob", 1)
	try(t, other.Close())
	if found, result := openRescue(t, db, dir).replayed(t); !slices.Equal(found, []string{"alice 1", "bob 1"}) || result.Unreadable != slots-2 {
		t.Errorf("found %q, %+v, want both, and %d unreadable", found, result, slots-2)
	}
}

// TestRescueNeighbours: a second process in the directory has a file of its own, and takes over the first one's when
// that has died.
func TestRescueNeighbours(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	db := openWith(t, dir, ring(t, keyOne))
	first, second := openRescue(t, db, dir), openRescue(t, db, dir)
	first.keep(t, "alice", 1)
	second.keep(t, "bob", 1)
	second.wantReplayed(t) // the first lives
	try(t, first.Close())
	second.wantReplayed(t, "alice 1")
	second.wantReplayed(t)
	third := openRescue(t, db, dir) // in the place that is free again
	third.keep(t, "carol", 1)
	try(t, second.Close())
	third.wantReplayed(t, "bob 1")
	files, err := filepath.Glob(filepath.Join(dir, vault.RescueFile+"*"))
	if err != nil || len(files) != 2 {
		t.Errorf("files %q, %v, want two", files, err)
	}
}

// TestRescueWithoutItsFirstBlock: what is in the file is found, by its own process's successor and by a neighbour, and
// the loss is told of once. A file that was lost in other ways is refused.
func TestRescueWithoutItsFirstBlock(t *testing.T) {
	t.Parallel()
	for _, neighbour := range []bool{false, true} {
		dir := t.TempDir()
		db := openWith(t, dir, ring(t, keyOne))
		r := openRescue(t, db, dir)
		beside := openRescue(t, db, dir)
		r.keep(t, "alice", 1)
		try(t, r.Close())
		path := filepath.Join(dir, vault.RescueFile)
		data, err := os.ReadFile(path)
		try(t, err)
		clear(data[:4096])
		try(t, os.WriteFile(path, data[:len(data)/2], 0o600))
		if _, err := db.OpenRescue(dir); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("OpenRescue of half a file without its first block = %v, want it refused by name", err)
		}
		try(t, os.WriteFile(path, data, 0o600))
		next := beside
		if !neighbour {
			next = openRescue(t, db, dir)
		}
		found, result := next.replayed(t)
		if !slices.Equal(found, []string{"alice 1"}) || result.Headless != 1 || result.Torn != 0 {
			t.Errorf("Replay found %q, %+v, want alice's and that a block was lost", found, result)
		}
		if _, again := next.replayed(t); again.Headless != 0 {
			t.Errorf("told twice: %+v", again)
		}
	}
}

// TestRescueFileOfOthers is refused and stays as it is; one that was never finished is made anew.
func TestRescueFileOfOthers(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	db := openWith(t, dir, ring(t, keyOne))
	path := filepath.Join(dir, vault.RescueFile)
	for _, text := range []string{"my diary", "tenuto rescue journal 9\n" + strings.Repeat("\x00", 1<<20), strings.Repeat("x", 4<<20)} {
		try(t, os.WriteFile(path, []byte(text), 0o600))
		if _, err := db.OpenRescue(dir); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("OpenRescue over %.20q = %v, want it refused by name", text, err)
		}
		if left, err := os.ReadFile(path); err != nil || string(left) != text {
			t.Errorf("OpenRescue changed %.20q (%v)", text, err)
		}
	}
	try(t, os.WriteFile(path, make([]byte, 10_000), 0o644)) // killed while it was made
	r := openRescue(t, db, dir)
	r.keep(t, "alice", 1)
	try(t, r.Close())
	openRescue(t, db, dir).wantReplayed(t, "alice 1")

	elsewhere := filepath.Join(t.TempDir(), "elsewhere")
	try(t, os.Symlink(path, filepath.Join(filepath.Dir(elsewhere), vault.RescueFile)))
	if _, err := db.OpenRescue(filepath.Dir(elsewhere)); err == nil {
		t.Error("OpenRescue followed a link")
	}
	if _, err := db.OpenRescue(filepath.Join(dir, "nowhere")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("OpenRescue in no directory = %v, want ErrNotExist", err)
	}
}

func try(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
