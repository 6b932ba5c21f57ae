package server_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/tenuto-dev/tenuto/internal/vault"
)

// TestReq_LO06_Replicas: within a minute a replica has on its own list whom another one has forgotten. The other's
// list stands for it here: applying it writes to the database what forgetting somebody does.
func TestReq_LO06_Replicas(t *testing.T) {
	t.Parallel()
	mine, others := t.TempDir(), t.TempDir()
	inBubble(t, func(b *bubble) {
		if _, err := b.db.KeepDeletions(b.t.Context(), vault.NewDeletions(mine)); err != nil {
			b.t.Fatal(err)
		}
		stop := b.serve()
		defer stop()
		time.Sleep(time.Second)
		line := time.Now().UTC().Format(time.RFC3339) + " tenutotest GONE\n"
		if err := os.WriteFile(filepath.Join(others, time.Now().UTC().Format("2006-01")), []byte(line), 0o600); err != nil {
			b.t.Fatal(err)
		}
		if _, err := b.db.ApplyDeletions(b.t.Context(), vault.NewDeletions(others)); err != nil {
			b.t.Fatal(err)
		}
		time.Sleep(time.Minute)
		files, err := filepath.Glob(filepath.Join(mine, "*"))
		if err != nil || len(files) != 1 {
			b.t.Fatalf("after a minute the list has the files %q, %v, want one", files, err)
		}
		if text, err := os.ReadFile(files[0]); err != nil || !strings.HasSuffix(string(text), " tenutotest GONE\n") {
			b.t.Errorf("after a minute the list says %q, %v, want who was forgotten elsewhere", text, err)
		}
	})
}

// TestReq_LO06_GoneBack: a database that went back under a server at work, in a failover say, is cleared of who is
// on the list within an hour.
func TestReq_LO06_GoneBack(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	inBubble(t, func(b *bubble) {
		ctx := b.t.Context()
		if _, err := b.db.KeepDeletions(ctx, vault.NewDeletions(dir)); err != nil {
			b.t.Fatal(err)
		}
		defer b.serve()()
		user, err := b.db.SignIn(ctx, "tenutotest", "account", "", vault.Profile{})
		if err != nil {
			b.t.Fatal(err)
		}
		line := time.Now().UTC().Format(time.RFC3339) + " tenutotest " + user + "\n" + "damaged\n"
		if err := os.WriteFile(filepath.Join(dir, time.Now().UTC().Format("2006-01")), []byte(line), 0o600); err != nil {
			b.t.Fatal(err)
		}
		time.Sleep(time.Hour + time.Minute)
		if again, err := b.db.SignIn(ctx, "tenutotest", "account", "", vault.Profile{}); err != nil || again == user {
			b.t.Errorf("after an hour who is on the list signs in as %s, %v, want somebody new: was %s", again, err, user)
		}
		for _, line := range []string{`"msg":"deleted again","people":1,"listed":1`, `"msg":"deletions unreadable","lines":1`} {
			if !strings.Contains(b.log.String(), line) {
				b.t.Errorf("the log does not say %s:\n%s", line, b.log)
			}
		}
	})
}
