package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/tenuto-dev/tenuto/emulator"
)

// gate is a reader of the log who takes nothing until it is opened.
type gate struct {
	open  chan struct{}
	mu    sync.Mutex
	taken bytes.Buffer
}

func (g *gate) Write(line []byte) (int, error) {
	<-g.open
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.taken.Write(line)
}

// TestLogIsNotWaitedFor: whoever writes goes on, what there is room for comes later, and what is lost is counted.
func TestLogIsNotWaitedFor(t *testing.T) {
	t.Parallel()
	g := &gate{open: make(chan struct{})}
	p := &program{err: g}
	log, flush, err := p.logger("json")
	if err != nil {
		t.Fatal(err)
	}
	const lines = 2 * logBacklog
	for n := range lines {
		log.Info("line", "number", n)
	}
	close(g.open)
	flush()
	flushed := g.taken.String()
	written := strings.Count(flushed, `"msg":"line"`)
	if written < logBacklog || written == lines || !strings.Contains(flushed, fmt.Sprintf(`"msg":"log lines lost","lines":%d`, lines-written)) {
		t.Errorf("%d of %d lines were written, want some lost, and how many:\n%.300s", written, lines, flushed)
	}
	log.Info("after the end") // disturbs nobody
	if _, _, err := p.logger("xml"); err == nil {
		t.Error(`logger("xml") = nil, want an error`)
	}
}

// TestLogReaders: one who does not read, and one who has gone, cost nobody a page.
func TestLogReaders(t *testing.T) {
	t.Parallel()
	world := emulator.Start(t)
	for name, gone := range map[string]bool{"does not read": false, "is gone": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			read, write, err := os.Pipe()
			if err != nil {
				t.Fatal(err)
			}
			defer read.Close()
			cmd := exec.Command("tenuto", "serve", "--addr", "127.0.0.1:0", "--operations-addr", "127.0.0.1:0", "--log-requests")
			cmd.Env, cmd.Stderr = againstWorld(t, world), write
			out, err := cmd.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			ended := sync.OnceValue(cmd.Wait)
			t.Cleanup(func() { cmd.Process.Kill(); ended() })
			write.Close()
			base := ""
			if _, err := fmt.Fscanf(out, "People open %s\n", &base); err != nil {
				t.Fatal(err)
			}
			go io.Copy(io.Discard, out)
			if gone {
				read.Close()
			}
			client := &http.Client{Timeout: patience}
			for n := range 1000 { // some 150 kB of log: more than a pipe holds
				answer, err := client.Get(base + "/session")
				if err != nil {
					t.Fatalf("request %d: %v", n, err)
				}
				answer.Body.Close()
			}
			if err := cmd.Process.Signal(os.Interrupt); err != nil {
				t.Fatal(err)
			}
			time.AfterFunc(patience, func() { cmd.Process.Kill() })
			if exit, ok := errors.AsType[*exec.ExitError](ended()); ok {
				t.Errorf("the server ended with %v", exit)
			}
		})
	}
}

// lingering is a reader who takes a while longer each time, after it can be seen to have a line.
type lingering struct {
	bytes.Buffer
	has  atomic.Bool
	long int
}

func (l *lingering) Write(line []byte) (int, error) {
	defer func() {
		l.has.Store(true)
		for range l.long {
			l.has.Load()
		}
	}()
	return l.Buffer.Write(line)
}

// TestLogEndsWithTheLastLine: what is written just before the end is there, whatever the writer is at in that moment.
func TestLogEndsWithTheLastLine(t *testing.T) {
	t.Parallel()
	const rounds = 5000
	lost := 0
	for n := range rounds {
		reader := &lingering{long: n}
		log, flush, err := (&program{err: reader}).logger("text")
		if err != nil {
			t.Fatal(err)
		}
		log.Info("first")
		for !reader.has.Load() {
			runtime.Gosched()
		}
		log.Info("farewell")
		flush()
		if !strings.Contains(reader.String(), "farewell") {
			lost++
		}
	}
	if lost > 0 {
		t.Errorf("%d of %d last lines were lost", lost, rounds)
	}
}
