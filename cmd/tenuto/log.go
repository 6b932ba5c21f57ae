package main

import (
	"bytes"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"
	"time"
)

const (
	logBacklog  = 4096        // lines that wait for whoever reads the log
	logFarewell = time.Second // for those that wait when the server has ended
)

// logger writes to standard error, which may be a pipe that nobody empties, or has closed: no request waits for it.
// close writes what is left.
func (p *program) logger(format string) (log *slog.Logger, close func(), err error) {
	handler := map[string]func(io.Writer) slog.Handler{
		"text": func(w io.Writer) slog.Handler { return slog.NewTextHandler(w, nil) },
		"json": func(w io.Writer) slog.Handler { return slog.NewJSONHandler(w, nil) },
	}[format]
	if handler == nil {
		return nil, nil, usage("choose text or json", "--log: there is no %q", format)
	}
	outliveReaders()
	lines := &logLines{to: p.err, complain: slog.New(handler(p.err)), queue: make(chan []byte, logBacklog), last: make(chan struct{}), ended: make(chan struct{})}
	go lines.run()
	return slog.New(handler(lines)), lines.close, nil
}

// outliveReaders has writes to a closed pipe fail, on standard output and standard error too, instead of ending the
// program. Programs that we start do not inherit it.
func outliveReaders() { signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE) }

// logLines writes lines one after the other, and leaves out those for which there is no room.
type logLines struct {
	to       io.Writer
	complain *slog.Logger
	queue    chan []byte
	lost     atomic.Int64
	last     chan struct{} // closed: nothing is waited for any more
	ended    chan struct{}
}

// Write takes a line. It never waits and never fails.
func (l *logLines) Write(line []byte) (int, error) {
	select {
	case l.queue <- bytes.Clone(line):
	default:
		l.lost.Add(1)
	}
	return len(line), nil
}

func (l *logLines) run() {
	defer close(l.ended)
	for {
		select {
		case line := <-l.queue:
			l.put(line)
			continue
		default:
		}
		select {
		case line := <-l.queue:
			l.put(line)
		case <-l.last:
			if len(l.queue) == 0 {
				return
			}
		}
	}
}

func (l *logLines) put(line []byte) {
	_, _ = l.to.Write(line) // who could be told?
	if n := l.lost.Swap(0); n > 0 {
		l.complain.Warn("log lines lost", "lines", n)
	}
}

func (l *logLines) close() {
	close(l.last)
	select {
	case <-l.ended:
	case <-time.After(logFarewell):
	}
}
