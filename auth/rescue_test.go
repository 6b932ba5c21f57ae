package auth_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/emulator"
)

// answerAtRest is as format 1 was written: it must be read for ever.
const answerAtRest = `{"format":1,"epoch":"e","generation":3,"owner":"o","seq":7,"consumed":"r` + canary + `",` +
	`"token":{"access_token":"a` + canary + `","token_type":"Bearer","refresh_token":"n` + canary + `"}}`

func TestAnswerAtRest(t *testing.T) {
	t.Parallel()
	a := new(auth.Answer)
	if err := a.UnmarshalBinary([]byte(answerAtRest)); err != nil {
		t.Fatal(err)
	}
	data, err := a.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	var got, want map[string]any
	if err := errors.Join(json.Unmarshal(data, &got), json.Unmarshal([]byte(answerAtRest), &want)); err != nil {
		t.Fatal(err)
	}
	for field, value := range want {
		if field != "token" && got[field] != value {
			t.Errorf("%s = %v after reading and writing, want %v", field, got[field], value)
		}
	}
	for name, text := range map[string]string{
		"empty": "", "text": "hello", "null": "null", "no token": `{"format":1,"epoch":"e"}`, "cut": answerAtRest[:len(answerAtRest)/2],
		"format 0": strings.Replace(answerAtRest, `"format":1`, `"format":0`, 1), "format 9": strings.Replace(answerAtRest, `"format":1`, `"format":9`, 1),
	} {
		if err := new(auth.Answer).UnmarshalBinary([]byte(text)); err == nil || sings(err.Error()) {
			t.Errorf("UnmarshalBinary of %s = %v, want an error without secrets", name, err)
		}
	}
	if _, err := new(auth.Answer).MarshalBinary(); err == nil {
		t.Error("MarshalBinary of nothing = nil, want an error")
	}
	w := newWorld(t, emulator.Config{})
	g := w.cred.Grants(&auth.MemoryStore{})
	for _, none := range []*auth.Answer{nil, new(auth.Answer)} {
		if err := g.Recover(t.Context(), "alice", none); err == nil {
			t.Error("Recover of nothing = nil, want an error")
		}
	}
	if err := g.Recover(t.Context(), "", a); err == nil {
		t.Error("Recover under an empty key = nil, want an error")
	}
	if err := g.Recover(t.Context(), "nobody", a); err != nil {
		t.Errorf("Recover for nobody = %v, want it settled: there is no such login", err)
	}
}

// noting is a Journal that notes what it was asked.
type noting struct {
	kept, done int
	forgot     []string
	err        error
}

func (n *noting) Keep(ctx context.Context, key string, a *auth.Answer) (func(), error) {
	if deadline, ok := ctx.Deadline(); !ok || time.Until(deadline) > 10*time.Second || key == "" || a == nil {
		return nil, errors.New("no limit, no key, or no answer")
	}
	n.kept++
	return func() { n.done++ }, n.err
}

func (n *noting) Forget(_ context.Context, key string) error {
	n.forgot = append(n.forgot, key)
	return n.err
}

// TestJournalIsAsked for answers that brought another refresh token, and no others; it is told when the
// store has them, and when the login is deleted.
func TestJournalIsAsked(t *testing.T) {
	t.Parallel()
	for name, mode := range modes {
		inBubble(t, emulator.Config{Refresh: mode}, func(w world) {
			j := new(noting)
			g := w.cred.Grants(&auth.MemoryStore{}, auth.Rescue(j))
			w.put(g)
			want := 0
			for range 3 {
				time.Sleep(time.Hour)
				w.wantToken(g.For("alice"))
				if mode == emulator.Rotated || mode == emulator.RotatedFamily || mode == emulator.RotatedGrace {
					want++
				}
			}
			if j.kept != want || j.done != want {
				w.t.Errorf("%s: %d answers kept and %d done, want %d", name, j.kept, j.done, want)
			}
			if err := g.Delete(w.t.Context(), "alice"); err != nil || len(j.forgot) != 1 || j.forgot[0] != "alice" {
				w.t.Errorf("%s: Delete = %v, forgot %q, want alice", name, err, j.forgot)
			}
		})
	}
}

// TestJournalThatFails stops nothing but a Delete, which has not erased everything.
func TestJournalThatFails(t *testing.T) {
	t.Parallel()
	inBubble(t, emulator.Config{Refresh: emulator.Rotated}, func(w world) {
		j := &noting{err: errors.New("full")}
		store := &auth.MemoryStore{}
		g := w.cred.Grants(store, auth.Rescue(j))
		w.put(g)
		time.Sleep(time.Hour)
		w.wantToken(g.For("alice"))
		if j.kept != 1 || j.done != 0 {
			w.t.Errorf("%d tries and %d done, want one that failed", j.kept, j.done)
		}
		if err := g.Delete(w.t.Context(), "alice"); !errors.Is(err, j.err) {
			w.t.Errorf("Delete = %v, want the journal's error", err)
		}
		w.wantError(g.For("alice"), auth.ErrNotFound)
	})
}

// TestNewLoginFreesTheJournal: what was left to save of an older login is needed by nobody.
func TestNewLoginFreesTheJournal(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(w world, g *auth.Grants) error{
		"put":    func(w world, g *auth.Grants) error { return g.Put(w.t.Context(), "alice", w.token()) },
		"delete": func(w world, g *auth.Grants) error { return g.Delete(w.t.Context(), "alice") },
	} {
		inBubble(t, emulator.Config{Refresh: emulator.Rotated}, func(w world) {
			j, store := new(noting), &downStore{Store: &auth.MemoryStore{}}
			g := w.cred.Grants(store, auth.Rescue(j))
			w.put(g)
			if _, err := w.answeredWhileDown(g, store); err != nil {
				w.t.Fatalf("Token that the journal keeps = %v", err)
			}
			store.set(false)
			if err := end(w, g); err != nil {
				w.t.Fatal(err)
			}
			time.Sleep(time.Minute)
			if j.kept != 1 || j.done == 0 {
				w.t.Errorf("%s: %d kept, %d done, want it let go", name, j.kept, j.done)
			}
			if s := g.State(); s.Unsaved != 0 {
				w.t.Errorf("%s: State = %+v, want nothing unsaved", name, s)
			}
		})
	}
}
