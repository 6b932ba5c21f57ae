// Gotest runs go test for the whole project and makes skipped tests loud: one line each at the
// end, and a failure under CI=true. Only failing tests show what they printed; but what any of them
// printed is looked through for secrets, and one that is found fails the run.
//
//	go run -C tools ./gotest -race ./...
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
)

// event is a line of go test -json: see "go doc test2json".
type event struct {
	Action, Package, Test, Output string
}

// exitAtOnce has programs under the race detector end when they are done: by themselves they wait for a second for what
// their goroutines may still do, and tests run hundreds of them. A GORACE that is set wins.
const exitAtOnce = "GORACE=atexit_sleep_ms=50"

func main() {
	cmd := exec.CommandContext(context.Background(), "go", append([]string{"test", "-json"}, os.Args[1:]...)...)
	cmd.Dir = ".." // tools is a module of its own
	cmd.Env = append([]string{exitAtOnce}, os.Environ()...)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		fail(err)
	}
	if err := cmd.Start(); err != nil {
		fail(err)
	}
	var secrets leaks
	skipped := report(out, os.Stdout, &secrets)
	err = cmd.Wait()
	secrets.report(os.Stdout)
	for _, s := range skipped {
		fmt.Println("SKIPPED", s)
	}
	if err != nil {
		fail(fmt.Errorf("go test: %w", err))
	}
	if n := len(secrets.found); n > 0 {
		fail(fmt.Errorf("secrets were printed, %d times: what a test prints a log may hold", n))
	}
	if len(skipped) > 0 && os.Getenv("CI") == "true" {
		fail(fmt.Errorf("%d tests were skipped, and under CI=true every test must run", len(skipped)))
	}
}

// report copies what a reader wants of the events to w, shows all that was printed to secrets, and
// returns the skipped tests.
func report(events io.Reader, w io.Writer, secrets *leaks) (skipped []string) {
	defer secrets.end()
	printed := map[string][]string{} // what a running test has printed
	lines := bufio.NewScanner(events)
	lines.Buffer(nil, 1<<24)
	for lines.Scan() {
		var e event
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			fmt.Fprintln(w, lines.Text()) // not ours: a tool in between has spoken
			secrets.printed("", lines.Text()+"\n")
			continue
		}
		key := e.Package + "." + e.Test
		if e.Output != "" {
			secrets.printed(key, e.Output)
		}
		switch e.Action {
		case "output", "build-output":
			if e.Test == "" {
				summary(w, e.Output)
				continue
			}
			printed[key] = append(printed[key], e.Output)
		case "fail":
			io.WriteString(w, strings.Join(printed[key], ""))
			delete(printed, key)
		case "skip":
			if e.Test != "" {
				skipped = append(skipped, key+": "+reason(printed[key]))
			}
			delete(printed, key)
		case "pass":
			delete(printed, key)
		}
	}
	for _, rest := range printed { // the process died under these
		io.WriteString(w, strings.Join(rest, ""))
	}
	return skipped
}

// summary prints a package's line, but not the many packages without tests.
func summary(w io.Writer, line string) {
	if strings.Contains(line, "[no test files]") || line == "PASS\n" {
		return
	}
	io.WriteString(w, line)
}

// reason is the text that was given to t.Skip.
func reason(printed []string) string {
	for _, line := range printed {
		line = strings.TrimSpace(line)
		if line != "" && !strings.HasPrefix(line, "===") && !strings.HasPrefix(line, "---") {
			return line
		}
	}
	return "no reason given"
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "gotest:", err)
	os.Exit(1)
}
