package auth_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/emulator"
)

// The tests of this file start their own binary again, as other processes. What such a process
// is to do stands in its environment.
const (
	childRole = "AUTH_TEST_ROLE"
	childDir  = "AUTH_TEST_DIR"
	childURL  = "AUTH_TEST_URL"
	childApp  = "AUTH_TEST_APP"
	childTime = "AUTH_TEST_AHEAD"
)

func TestMain(m *testing.M) {
	switch role := os.Getenv(childRole); role {
	case "":
		os.Exit(m.Run())
	case "refresh":
		exitWith(refreshInChild())
	case "write":
		exitWith(writeInChild())
	case "configure":
		exitWith(configureInChild())
	default:
		exitWith(fmt.Errorf("no role %q", role))
	}
}

func exitWith(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// child prepares another process; it ends with the test.
func child(t *testing.T, role string, env ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self)
	cmd.Env = append(os.Environ(), append(env, childRole+"="+role, "GOMAXPROCS=1")...)
	cmd.Stderr = os.Stderr
	return cmd
}

// TestFiftyProcesses: one file store, one expired login, single use of every refresh token,
// fifty processes at once: one request.
func TestFiftyProcesses(t *testing.T) {
	t.Parallel()
	const processes = 50
	for name, mode := range map[string]emulator.RefreshTokens{"rotated": emulator.Rotated, "family": emulator.RotatedFamily} {
		t.Run(name, func(t *testing.T) {
			e := emulator.Start(t, emulator.Config{Refresh: mode})
			w := world{Emulator: e, t: t}
			w.cred = w.credentials(func(c *auth.Config) { c.AccountsURL = e.AccountsURL() })
			dir := t.TempDir()
			w.put(w.cred.Grants(fileStore(t, dir)))
			e.Advance(time.Hour)

			app := e.App()
			var started []*exec.Cmd
			var gates []io.Closer
			var answers []*bufio.Reader
			for range processes {
				cmd := child(t, "refresh", childDir+"="+dir, childURL+"="+e.AccountsURL(),
					childApp+"="+app.ClientID+":"+app.ClientSecret, childTime+"="+time.Hour.String())
				in, err := cmd.StdinPipe()
				if err != nil {
					t.Fatal(err)
				}
				out, err := cmd.StdoutPipe()
				if err != nil {
					t.Fatal(err)
				}
				if err := cmd.Start(); err != nil {
					t.Fatal(err)
				}
				started, gates, answers = append(started, cmd), append(gates, in), append(answers, bufio.NewReader(out))
			}
			for _, out := range answers { // all are ready
				if line, err := out.ReadString('\n'); line != "ready\n" {
					t.Fatalf("a process said %q, %v", line, err)
				}
			}
			for _, gate := range gates {
				_ = gate.Close()
			}
			generations := map[string]int{}
			for i, cmd := range started {
				line, _ := answers[i].ReadString('\n')
				generations[line]++
				if err := cmd.Wait(); err != nil {
					t.Errorf("process %d: %v", i, err)
				}
			}
			if len(generations) != 1 {
				t.Errorf("the processes got %d different tokens, want one", len(generations))
			}
			w.wantRefreshes(1)
		})
	}
}

// refreshInChild asks for alice's token as soon as standard input ends.
func refreshInChild() error {
	ahead, err := time.ParseDuration(os.Getenv(childTime))
	if err != nil {
		return err
	}
	id, secret, _ := strings.Cut(os.Getenv(childApp), ":")
	cred, err := auth.NewCredentials(&auth.Config{
		ClientID: id, ClientSecret: secret, AccountsURL: os.Getenv(childURL),
		Now: func() time.Time { return time.Now().Add(ahead) },
	})
	if err != nil {
		return err
	}
	store, err := auth.NewFileStore(os.Getenv(childDir))
	if err != nil {
		return err
	}
	fmt.Println("ready")
	if _, err := io.Copy(io.Discard, os.Stdin); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	t, err := cred.Grants(store).For("alice").Token(ctx)
	if err != nil {
		return err
	}
	rec, err := store.Load(ctx, "alice")
	if err != nil {
		return err
	}
	if rec.Token.AccessToken != t.AccessToken {
		return errors.New("the store has another token")
	}
	fmt.Println(rec.Generation, rec.Token.ExpiresAt.UnixNano())
	return nil
}

// TestKillWriters: processes that write are killed at any moment. What they said was written
// is there, no file is torn, and no lock stays behind.
func TestKillWriters(t *testing.T) {
	t.Parallel()
	rounds := 40
	if testing.Short() {
		rounds = 10
	}
	dir := t.TempDir()
	store := fileStore(t, dir)
	said := int64(0)
	for round := range rounds {
		cmd := child(t, "write", childDir+"="+dir)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		for n := 0; n < 3+round%7 && lines.Scan(); n++ { // killed while it goes on with the next
			if said, err = strconv.ParseInt(lines.Text(), 10, 64); err != nil {
				t.Fatal(err)
			}
		}
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		for lines.Scan() { // what it had still said
			if said, err = strconv.ParseInt(lines.Text(), 10, 64); err != nil {
				break // half a line is no promise
			}
		}
		_ = cmd.Wait()
		rec, err := store.Load(t.Context(), "alice")
		if err != nil {
			t.Fatalf("round %d: Load = %v", round, err)
		}
		if rec.Generation < said || rec.Generation > said+1 {
			t.Fatalf("round %d: generation %d is stored, the writer had said %d", round, rec.Generation, said)
		}
		if len(rec.Token.RefreshToken) != bigToken {
			t.Fatalf("round %d: a torn record", round)
		}
		said = rec.Generation
	}
	left, err := filepath.Glob(filepath.Join(dir, "key-*"))
	if err != nil || len(left) > 2 { // the file, and at most one that was being written
		t.Errorf("%d files after %d kills: %q, %v", len(left), rounds, left, err)
	}
}

const bigToken = 64 << 10

// writeInChild counts alice's generation up for ever and says so after every write.
func writeInChild() error {
	store, err := auth.NewFileStore(os.Getenv(childDir))
	if err != nil {
		return err
	}
	ctx, version, generation := context.Background(), "", int64(0)
	for {
		rec, err := store.Load(ctx, "alice")
		switch {
		case err == nil:
			version, generation = rec.Version, rec.Generation
		case !errors.Is(err, auth.ErrNotFound):
			return err
		}
		next := &auth.Record{
			Version: fmt.Sprint("v", generation+1), Generation: generation + 1,
			Token: &auth.Token{RefreshToken: strings.Repeat("x", bigToken)},
		}
		if err := store.Swap(ctx, "alice", version, next); err != nil {
			return err
		}
		fmt.Println(generation + 1)
	}
}
