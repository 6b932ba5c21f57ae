//go:build unix

package vault_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
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
		"key in a sentence":     {t.Context(), sh("echo 'no (" + keyOne + ").' >&2; exit 1"), "exit status 1: no ([redacted])."},
		"key in JSON":           {t.Context(), sh(`echo '{"key":"` + keyOne + `"};' >&2; exit 1`), `"[redacted]"};`},
		"control characters":    {t.Context(), sh(`printf 'one\ntwo \033[31mred' >&2; exit 1`), "exit status 1: two [31mred"},
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
			if strings.Contains(err.Error(), keyOne[:12]) || strings.Contains(err.Error(), "\033") {
				t.Errorf("the error shows what was printed: %q", err)
			}
		})
	}
}

// TestKeyCommandEnvironment: it gets what it is given, and nothing of ours.
func TestKeyCommandEnvironment(t *testing.T) {
	t.Parallel()
	_, err := vault.RunKeyCommand(t.Context(), []string{"/bin/sh", "-c", `echo "home=$HOME vault=$VAULT" >&2; exit 1`}, []string{"VAULT=here"})
	if err == nil || !strings.Contains(err.Error(), "home= vault=here") {
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
