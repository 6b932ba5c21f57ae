//go:build unix

package vault_test

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/tenuto-dev/tenuto/internal/vault"
)

func TestKeyCommand(t *testing.T) {
	t.Parallel()
	keys := filepath.Join(t.TempDir(), "a file with $(spaces)")
	if err := os.WriteFile(keys, []byte("# newest first\n"+keyOne+"\n"+keyTwo+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	ring, err := vault.RunKeyCommand(t.Context(), []string{"/bin/cat", keys}, nil)
	if err != nil {
		t.Fatalf("RunKeyCommand(cat FILE) = %v", err)
	}
	db := openWith(t, t.TempDir(), ring)
	status, err := db.KeyStatus(t.Context(), false)
	if err != nil || len(status.Roots) != 2 {
		t.Errorf("KeyStatus = %+v, %v, want two root keys", status, err)
	}
}

// TestKeyCommandRefuses: the message names the program and its trouble, and nothing that it printed as a key.
func TestKeyCommandRefuses(t *testing.T) {
	t.Parallel()
	short, stop := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer stop()
	sh := func(script string) []string { return []string{"/bin/sh", "-c", script} }
	for name, tc := range map[string]struct {
		ctx     context.Context
		command []string
		want    string
	}{
		"none":                  {t.Context(), nil, "empty"},
		"no such program":       {t.Context(), []string{"/nowhere/secrets", "get"}, "/nowhere/secrets"},
		"exit status":           {t.Context(), sh("echo " + keyOne + "; echo the safe is locked >&2; exit 3"), "exit status 3: the safe is locked"},
		"key on standard error": {t.Context(), sh("echo no: " + keyOne + " >&2; exit 1"), "exit status 1: no: [redacted]"},
		"key in a sentence":     {t.Context(), sh("echo 'no (" + keyOne + ").' >&2; exit 1"), "exit status 1: no [redacted]"},
		"key in JSON":           {t.Context(), sh(`echo 'no: {"key":"` + keyOne + `"};' >&2; exit 1`), "exit status 1: no: [redacted]"},
		"key percent-encoded":   {t.Context(), sh("echo refused: " + url.QueryEscape(keyOne) + " >&2; exit 1"), "exit status 1: refused: [redacted]"},
		"key in single bytes":   {t.Context(), sh("echo refused: '" + strings.Join(strings.Split(url.QueryEscape(keyOne), ""), " ") + "' >&2; exit 1"), "exit status 1"},
		"key as numbers":        {t.Context(), sh("echo refused: '" + numbers(t, keyOne, "%d") + "' >&2; exit 1"), "exit status 1"},
		"key as digits":         {t.Context(), sh("echo refused: '" + numbers(t, keyOne, "%02x") + "' >&2; exit 1"), "exit status 1"},
		"words":                 {t.Context(), sh("echo 'ERROR: Access denied (HTTP 403), is the token too old?' >&2; exit 1"), "exit status 1: ERROR: Access denied (HTTP [redacted] is the token too old?"},
		"control characters":    {t.Context(), sh(`printf 'one\ntwo \033[31mred' >&2; exit 1`), "exit status 1: two [redacted]"},
		"nothing":               {t.Context(), sh("true"), "there is none"},
		"no key":                {t.Context(), sh("echo q5s0nrYqvOQAKfgiuc8SXMoyUlQIx4oHqQOYkFXVxh"), "/bin/sh"},
		"prints for ever":       {t.Context(), sh("while echo " + keyOne + "; do :; done"), "more than"},
		"takes for ever":        {short, sh("echo " + keyOne + "; exec sleep 5"), "/bin/sh"},
		"its child stays":       {t.Context(), sh("sleep 3 & exit 1"), "/bin/sh"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ring, err := vault.RunKeyCommand(tc.ctx, tc.command, []string{"PATH=" + os.Getenv("PATH")})
			if ring != nil || !errors.Is(err, vault.ErrKey) || !strings.Contains(err.Error(), tc.want) {
				t.Fatalf("RunKeyCommand = %v, %v, want ErrKey with %q", ring, err, tc.want)
			}
			if showsKey(t, err.Error(), keyOne) || strings.Contains(err.Error(), "\033") {
				t.Errorf("the error shows what was printed: %q", err)
			}
		})
	}
}

// numbers writes the bytes of a key one by one.
func numbers(t *testing.T, key, verb string) string {
	t.Helper()
	raw, err := base64.StdEncoding.DecodeString(key)
	try(t, err)
	var each []string
	for _, b := range raw {
		each = append(each, fmt.Sprintf(verb, b))
	}
	return "[" + strings.Join(each, ", ") + "]"
}

// showsKey reports whether text holds a piece of the key, however written.
func showsKey(t *testing.T, text, key string) bool {
	t.Helper()
	for _, piece := range []string{key[:12], numbers(t, key, "%d")[1:12], numbers(t, key, "%02x")[1:12], strings.Join(strings.Split(key[:6], ""), " ")} {
		if strings.Contains(text, piece) {
			return true
		}
	}
	return false
}

// TestKeyCommandEndsAltogether: a program that is given up, or fails, leaves nobody behind that it has started.
func TestKeyCommandEndsAltogether(t *testing.T) {
	t.Parallel()
	for name, script := range map[string]string{
		"given up": "sleep 300 & echo $! > PID; wait",
		"failed":   "sleep 300 & echo $! > PID; exit 1",
		"endless":  "sleep 300 & echo $! > PID; while echo " + keyOne + "; do :; done",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(t.TempDir(), "pid")
			ctx, stop := context.WithCancel(t.Context())
			defer stop()
			ended := make(chan error, 1)
			go func() {
				_, err := vault.RunKeyCommand(ctx, []string{"/bin/sh", "-c", strings.ReplaceAll(script, "PID", file)}, []string{"PATH=" + os.Getenv("PATH")})
				ended <- err
			}()
			limit := time.Now().Add(20 * time.Second)
			pid := 0
			for pid == 0 && time.Now().Before(limit) {
				text, _ := os.ReadFile(file) // it is not there yet
				if strings.HasSuffix(string(text), "\n") {
					pid, _ = strconv.Atoi(strings.TrimSpace(string(text)))
				}
				time.Sleep(time.Millisecond)
			}
			if name == "given up" {
				stop()
			}
			if err := <-ended; !errors.Is(err, vault.ErrKey) || pid == 0 {
				t.Fatalf("RunKeyCommand = %v with child %d, want ErrKey and a child", err, pid)
			}
			for !errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) && !isDead(pid) {
				if time.Now().After(limit) {
					_ = syscall.Kill(pid, syscall.SIGKILL)
					t.Fatalf("its child %d lives on", pid)
				}
				time.Sleep(time.Millisecond)
			}
		})
	}
}

// isDead reports whether a process has ended that nobody waits for: there may be no init here that does.
func isDead(pid int) bool {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err == nil && strings.Contains(string(text), ") Z ")
}

// TestKeyCommandEnvironment: it gets what it is given, and nothing of ours.
func TestKeyCommandEnvironment(t *testing.T) {
	t.Parallel()
	_, err := vault.RunKeyCommand(t.Context(), []string{"/bin/sh", "-c", `echo "home is '$HOME' and vault is '$VAULT'" >&2; exit 1`}, []string{"VAULT=here"})
	if err == nil || !strings.Contains(err.Error(), "home is '' and vault is 'here'") {
		t.Errorf("RunKeyCommand = %v, want only VAULT in its environment", err)
	}
}

// TestKeyFileIsAPipe: nobody waits for somebody to write into it.
func TestKeyFileIsAPipe(t *testing.T) {
	t.Parallel()
	pipe := filepath.Join(t.TempDir(), "pipe")
	try(t, syscall.Mkfifo(pipe, 0o600))
	if _, err := vault.OpenKeyFile(pipe); !errors.Is(err, vault.ErrKey) {
		t.Errorf("OpenKeyFile(pipe) = %v, want ErrKey", err)
	}
}
