// Tenuto is the command line, the authenticating server and the emulator in one binary.
//
//	tenuto demo        the whole story with no Spotify account
//	tenuto serve       the authenticating server
//	tenuto emulator    a Spotify on this machine, for tests in any language
//	tenuto login       one person's login on this computer, for scripts: see also token, whoami
//
// It ends with 0 when all was done, 1 when something failed and 2 when it was used wrongly.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"sync"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends us at once
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
	return p.report(root.ExecuteContext(ctx))
}
