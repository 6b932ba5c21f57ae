package main

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// process is a tenuto that runs beside the test, as users run it.
type process struct {
	t     testing.TB
	cmd   *exec.Cmd
	stdin io.WriteCloser
	lines chan string // of both outputs, as they come; closed at their end

	mu   sync.Mutex
	said strings.Builder // all of it so far
}

// home is an environment without anything of this machine's person.
func home(t testing.TB, more ...string) []string {
	dir := t.TempDir()
	env := []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + dir,
		"XDG_CONFIG_HOME=" + dir + "/config", "XDG_STATE_HOME=" + dir + "/state",
		"DBUS_SESSION_BUS_ADDRESS=unix:path=" + dir + "/no-bus",
		"GORACE=" + os.Getenv("GORACE"),
		"TENUTO_DRAIN_DELAY=0s", // no balancer has to notice a stop
	}
	return append(env, more...)
}

// start runs tenuto with args until the test ends.
func start(t testing.TB, env []string, args ...string) *process {
	t.Helper()
	p := &process{t: t, cmd: exec.Command("tenuto", args...), lines: make(chan string, 1000)}
	p.cmd.Env = env
	out, in := io.Pipe()
	p.cmd.Stdout, p.cmd.Stderr = in, in
	var err error
	if p.stdin, err = p.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go p.read(out)
	exited := make(chan struct{})
	go func() { p.cmd.Wait(); in.Close(); close(exited) }()
	t.Cleanup(func() {
		p.cmd.Process.Kill()
		<-exited
		t.Logf("tenuto %s said:\n%s", args[0], p.output()) // tools/gotest looks for secrets in what tests print
	})
	return p
}

func (p *process) read(out io.Reader) {
	defer close(p.lines)
	for lines := bufio.NewScanner(out); lines.Scan(); {
		p.mu.Lock()
		p.said.WriteString(lines.Text() + "\n")
		p.mu.Unlock()
		p.lines <- lines.Text()
	}
}

func (p *process) output() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.said.String()
}

// patience is how long a process may take for anything, on a machine that does much else.
const patience = time.Minute

// until reads on until a line matches, and returns what the pattern's group matched.
func (p *process) until(pattern string) string {
	p.t.Helper()
	want := regexp.MustCompile(pattern)
	limit := time.After(patience)
	for {
		select {
		case line, ok := <-p.lines:
			if !ok {
				p.t.Fatalf("it ended before it said %s:\n%s", pattern, p.output())
			}
			if m := want.FindStringSubmatch(line); m != nil {
				return m[len(m)-1]
			}
		case <-limit:
			p.t.Fatalf("it did not say %s in %v:\n%s", pattern, patience, p.output())
		}
	}
}

// end waits for the process and returns its exit status, -1 if it was killed.
func (p *process) end() int {
	p.t.Helper()
	limit := time.After(patience)
	for {
		select {
		case _, ok := <-p.lines:
			if !ok {
				return p.cmd.ProcessState.ExitCode()
			}
		case <-limit:
			p.t.Fatalf("it did not end in %v:\n%s", patience, p.output())
		}
	}
}

// stop asks it to end as service managers do, and returns its exit status.
func (p *process) stop() int {
	p.t.Helper()
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		p.t.Fatal(err)
	}
	return p.end()
}

// kill ends it without a warning.
func (p *process) kill() {
	p.t.Helper()
	if err := p.cmd.Process.Kill(); err != nil {
		p.t.Fatal(err)
	}
	p.end()
}
