package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/tenuto-dev/tenuto/auth"
)

// The exit statuses.
const (
	done   = 0
	failed = 1
	misuse = 2
)

// mistake is an error with what to do next. It is the user's if it is about how we were called.
type mistake struct {
	err   error
	hint  string
	users bool
}

func (m *mistake) Error() string { return m.err.Error() }
func (m *mistake) Unwrap() error { return m.err }

// usage is an error in how we were called: exit status 2.
func usage(hint, format string, args ...any) error {
	return &mistake{fmt.Errorf(format, args...), hint, true}
}

// advise adds to err what to do next; nil stays nil.
func advise(err error, hint string) error {
	if err == nil {
		return nil
	}
	return &mistake{err: err, hint: hint}
}

// report prints err, if there is one, and returns the exit status.
func (p *program) report(err error) int {
	switch {
	case err == nil:
		return done
	case errors.Is(err, context.Canceled): // a signal; whoever sent it knows
		return failed
	}
	fmt.Fprintln(p.err, "tenuto:", err)
	if hint := hintFor(err); hint != "" {
		fmt.Fprintln(p.err, "hint:", hint)
	}
	if m, ok := errors.AsType[*mistake](err); ok && m.users {
		return misuse
	}
	return failed
}

// hintFor says what to do next: as the error has it, else by what went wrong.
func hintFor(err error) string {
	if m, ok := errors.AsType[*mistake](err); ok && m.hint != "" {
		return m.hint
	}
	switch {
	case errors.Is(err, auth.ErrReauthorize), errors.Is(err, auth.ErrNotFound):
		return `log in with "tenuto login"`
	case errors.Is(err, auth.ErrApp):
		return `compare the client id and secret with Spotify's dashboard: "tenuto config" shows which are used, and from where`
	case errors.Is(err, auth.ErrConfig):
		return `"tenuto config" shows what is set, and from where`
	case errors.Is(err, context.DeadlineExceeded):
		return "try again; if it stays like this, see whether Spotify can be reached from here"
	}
	return ""
}

// secretFlags are flags that people try and that must not be: other users of a computer can read
// the command lines of its processes, and shells keep them.
var secretFlags = map[string]string{
	"client-secret": `set SPOTIFY_CLIENT_SECRET, or store it with "tenuto config set client-secret", which reads it from standard input`,
	"secret":        `set SPOTIFY_CLIENT_SECRET, or store it with "tenuto config set client-secret", which reads it from standard input`,
	"refresh-token": "set SPOTIFY_USER_REFRESH, or keep it in the file named by --config",
	"user-refresh":  "set SPOTIFY_USER_REFRESH, or keep it in the file named by --config",
	"key":           "set TENUTO_KEY, or name a file with --key-file",
}

// flagError turns what pflag says into a usage error, with our reason where a secret was meant.
func flagError(cmd *cobra.Command, err error) error {
	if unknown, ok := errors.AsType[*pflag.NotExistError](err); ok {
		if hint, secret := secretFlags[unknown.GetSpecifiedName()]; secret {
			return usage(hint, "--%s: secrets do not belong on a command line", unknown.GetSpecifiedName())
		}
	}
	return &mistake{errors.New(strings.TrimSpace(err.Error())), seeHelp(cmd), true}
}
