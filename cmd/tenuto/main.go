// Tenuto is the command line, the authenticating server and the emulator in one binary.
//
//	tenuto demo        the whole story with no Spotify account
//	tenuto serve       the authenticating server
//	tenuto emulator    a Spotify on this machine, for tests in any language: see --scenario
//	tenuto login       one person's login on this computer, for scripts: see also token, whoami
//	tenuto api         any of the 96 operations of the Web API, with every page of a list
//	tenuto search      the everyday ones in short: see also now, play, pause, next
//
// It ends with 0 when all was done, 1 when something failed, 2 when it was used wrongly, and
// 128 and its number when a signal stopped it.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"time"
)

func main() {
	ctx := untilSignal(context.Background())
	p := &program{in: os.Stdin, out: os.Stdout, err: os.Stderr, lookup: os.LookupEnv, unset: os.Unsetenv}
	os.Exit(p.run(ctx, os.Args[1:]))
}

// program is what a command may touch of the world.
type program struct {
	in       io.Reader
	out, err io.Writer
	lookup   func(variable string) (string, bool) // os.LookupEnv
	unset    func(variable string) error          // os.Unsetenv
	said     sync.Map                             // the notes made so far
	closers  []func(context.Context) error        // what must be finished before we end
}

// note tells the person something, once.
func (p *program) note(text string) {
	if _, said := p.said.LoadOrStore(text, true); !said {
		fmt.Fprintln(p.err, "tenuto:", text)
	}
}

// run does what args say and returns the exit status.
func (p *program) run(ctx context.Context, args []string) int {
	root := p.root()
	root.SetArgs(args)
	results := &results{Writer: p.out}
	root.SetOut(results)
	err := root.ExecuteContext(ctx)
	if err == nil {
		err = results.err
	}
	unfinished := p.finish(ctx)
	if status := signalStatus(ctx); status != 0 && errors.Is(err, context.Canceled) {
		if p.report(unfinished) == done { // whoever sent the signal knows of it
			return status
		}
		return failed
	}
	return p.report(errors.Join(err, unfinished))
}

// finishTime is for refreshes under way: a request takes 10 s at most.
const finishTime = 11 * time.Second

// finish waits for refreshes that are under way, whatever stopped the command: a lost answer can
// be the only valid refresh token of a login.
func (p *program) finish(ctx context.Context) error {
	slow := time.AfterFunc(time.Second, func() { p.note("finishing a refresh that is under way: its answer must not be lost") })
	defer slow.Stop()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), finishTime)
	defer cancel()
	var errs []error
	for _, finish := range p.closers {
		errs = append(errs, finish(ctx))
	}
	return errors.Join(errs...)
}

// results is where cobra prints help and completions: it does not look whether that worked.
type results struct {
	io.Writer
	err error
}

// Write keeps the first error.
func (r *results) Write(text []byte) (int, error) {
	n, err := r.Writer.Write(text)
	if r.err == nil {
		r.err = err
	}
	return n, err
}
