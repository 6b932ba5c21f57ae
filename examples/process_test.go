package examples_test

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tenuto-dev/tenuto/emulator"
)

var built sync.Map // name → func() (path string, err error)

// program builds an example, once, and tells where it is.
func program(t *testing.T, name string) string {
	t.Helper()
	build, _ := built.LoadOrStore(name, sync.OnceValues(func() (string, error) {
		path := filepath.Join(binaries, name)
		out, err := exec.Command("go", "build", "-o", path, "./"+name).CombinedOutput()
		if err != nil {
			return string(out), err
		}
		return path, nil
	}))
	path, err := build.(func() (string, error))()
	if err != nil {
		t.Fatalf("go build ./%s: %v\n%s", name, err, path)
	}
	return path
}

// binaries is where the examples are built.
var binaries string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "tenuto-examples-")
	if err != nil {
		panic(err)
	}
	binaries = dir
	status := m.Run()
	os.RemoveAll(dir)
	os.Exit(status)
}

// process is an example that runs, and what it has written to stderr.
type process struct {
	*exec.Cmd
	lines chan string
	out   strings.Builder // stdout, after end
}

// environment is what a program needs to take world for Spotify, and nothing else: no browser
// can be found, and no settings of whoever runs the tests.
func environment(world *emulator.Emulator) []string {
	app := world.App()
	return []string{
		"SPOTIFY_CLIENT_ID=" + app.ClientID, "SPOTIFY_CLIENT_SECRET=" + app.ClientSecret,
		"TENUTO_ACCOUNTS_URL=" + world.AccountsURL(), "TENUTO_API_URL=" + world.APIURL(),
		"HOME=" + os.TempDir(), "PATH=",
	}
}

// start runs an example until the test ends.
func start(t *testing.T, name, dir string, env []string, args ...string) *process {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	p := &process{Cmd: exec.CommandContext(ctx, program(t, name), args...), lines: make(chan string, 1000)}
	p.Dir, p.Env, p.Stdout = dir, env, &p.out
	stderr, err := p.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(p.lines)
		for in := bufio.NewScanner(stderr); in.Scan(); {
			p.lines <- in.Text()
		}
	}()
	t.Cleanup(func() {
		cancel()
		p.Wait()
	})
	return p
}

// says waits for a line on stderr that matches, and returns its first group.
func (p *process) says(t *testing.T, pattern string) string {
	t.Helper()
	expression, said := regexp.MustCompile(pattern), []string{}
	for line := range p.lines {
		if match := expression.FindStringSubmatch(line); match != nil {
			return match[len(match)-1]
		}
		said = append(said, line)
	}
	t.Fatalf("ended without saying %q, but:\n%s", pattern, strings.Join(said, "\n"))
	return ""
}

// end waits for the program and returns what it has written.
func (p *process) end(t *testing.T) (stdout, stderr string, err error) {
	t.Helper()
	var said strings.Builder
	for line := range p.lines {
		said.WriteString(line + "\n")
	}
	err = p.Wait()
	return p.out.String(), said.String(), err
}

// run is start and end.
func run(t *testing.T, name, dir string, env []string, args ...string) (stdout, stderr string, err error) {
	t.Helper()
	return start(t, name, dir, env, args...).end(t)
}

// freeAddress is one nobody listens at.
func freeAddress(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}

// body reads an answer to its end.
func body(t *testing.T, resp *http.Response, err error) string {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
