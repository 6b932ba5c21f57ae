package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/tenuto-dev/tenuto/internal/server"
)

// unit is the service unit of the documents.
func unit(t *testing.T) string {
	t.Helper()
	_, text, found := strings.Cut(readFile(t, "../../docs/server.md"), "```ini\n")
	text, _, ended := strings.Cut(text, "\n```")
	if !found || !ended {
		t.Fatal("docs/server.md has no unit")
	}
	return text
}

// TestReq_HT17_Unit: the command in the unit is one that we understand, and stopping it takes less than systemd waits.
func TestReq_HT17_Unit(t *testing.T) {
	t.Parallel()
	text := unit(t)
	line := regexp.MustCompile(`(?m)^ExecStart=\S+/tenuto (.*)$`).FindStringSubmatch(text)
	if line == nil {
		t.Fatalf("no ExecStart in\n%s", text)
	}
	p := &program{out: os.Stdout, err: os.Stderr, lookup: lookupIn(nil)}
	cmd, flags, err := p.root().Find(strings.Fields(line[1]))
	if err != nil || cmd.Name() != "serve" {
		t.Fatalf("ExecStart runs %s: %v, want serve", cmd.Name(), err)
	}
	if err := cmd.ParseFlags(flags); err != nil {
		t.Errorf("ExecStart=%s: %v", line[1], err)
	}
	dir, err := cmd.Flags().GetString("data-dir")
	if err != nil || dir != "/var/lib/"+regexp.MustCompile(`(?m)^StateDirectory=(.*)$`).FindStringSubmatch(text)[1] {
		t.Errorf("--data-dir is %s, %v, want the unit's StateDirectory", dir, err)
	}
	delay, err := cmd.Flags().GetDuration("drain-delay")
	if err != nil {
		t.Fatal(err)
	}
	waits, err := time.ParseDuration(regexp.MustCompile(`(?m)^TimeoutStopSec=(.*)$`).FindStringSubmatch(text)[1] + "s")
	if takes := delay + server.StopTime; err != nil || waits <= takes {
		t.Errorf("systemd waits %v, %v: want more than the %v that stopping takes", waits, err, takes)
	}
}

// TestReq_HT17_Hardened: systemd finds nothing wrong with the unit, and little that an intruder could do.
func TestReq_HT17_Hardened(t *testing.T) {
	t.Parallel()
	analyse, err := exec.LookPath("systemd-analyze")
	if err != nil {
		t.Skip("there is no systemd-analyze here: install systemd")
	}
	path := filepath.Join(t.TempDir(), "tenuto.service")
	text := strings.Replace(unit(t), "/usr/local/bin/tenuto ", "/bin/true ", 1) // it must be there
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{"verify", "--man=no", path},
		{"security", "--offline=true", "--threshold=15", "--no-pager", path}, // 1.5 of 10
	} {
		if out, err := exec.CommandContext(t.Context(), analyse, args...).CombinedOutput(); err != nil {
			t.Errorf("systemd-analyze %s: %v\n%s", args[0], err, out)
		}
	}
}
