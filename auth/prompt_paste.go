package auth

import (
	"bufio"
	"context"
	"io"
	"os"
	"runtime"
	"sync"

	"github.com/cli/browser"
)

// input is where a URL can be pasted, and what to do with it afterwards; nil if there is no
// such place. The terminal is opened anew where possible: closing that ends our reading, and
// the program's next question gets its own answer.
func (p *Prompt) input() (io.Reader, func()) {
	if p.In != nil {
		return p.In, func() {}
	}
	if !isTerminal(os.Stdin) {
		return nil, func() {}
	}
	if runtime.GOOS != "windows" {
		if tty, err := os.Open("/dev/tty"); err == nil {
			return tty, func() { _ = tty.Close() }
		}
	}
	return os.Stdin, func() {}
}

// isTerminal reports whether somebody may be typing into f: a device, and not the null device.
func isTerminal(f *os.File) bool {
	info, err := f.Stat()
	if err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return false
	}
	null, err := os.Stat(os.DevNull)
	return err != nil || !os.SameFile(info, null)
}

const longestPaste = 16 << 10 // bytes; browsers and servers know no longer addresses

// readLines reads in until it ends or ctx does, of a line no more than longestPaste. A nil reader
// gives a nil channel.
func readLines(ctx context.Context, in io.Reader) <-chan string {
	if in == nil {
		return nil
	}
	lines := make(chan string)
	go func() {
		defer close(lines)
		for reader := bufio.NewReaderSize(in, longestPaste); ; {
			line, more, err := reader.ReadLine()
			text := string(line)
			for more && err == nil { // the rest of a line that is too long for an address
				_, more, err = reader.ReadLine()
			}
			if err != nil {
				return
			}
			select {
			case lines <- text:
			case <-ctx.Done():
				return
			}
		}
	}()
	return lines
}

// checkPasted gives the callback in a pasted line if it is attempt's, or what to say about it;
// nothing at all for an empty line.
func checkPasted(attempt *UserAuth, line string) (callback Callback, problem string) {
	if len(trimPasted(line)) == 0 {
		return Callback{}, ""
	}
	if len(line) >= longestPaste-1 { // the reader keeps a carriage return for itself
		return Callback{}, "That is too long for an address. Paste the one of the page after the login:"
	}
	callback, err := parsePasted(line)
	switch {
	case err != nil:
		return Callback{}, "That is not an address. Paste the whole of it, from http to the end:"
	case callback.State == "":
		return Callback{}, "That is not the address of the page after the login. Paste the one with code= and state= in it:"
	case !attempt.owns(callback):
		return Callback{}, "That address belongs to another login. Still waiting for this one:"
	case callback.Code == "" && callback.Error == "":
		return Callback{}, "Something is missing in that address. Paste the whole of it:"
	}
	return callback, ""
}

// quiet is done once: what a browser says must not clutter the terminal, and cli/browser has
// package variables for that. nil is the null device.
var quiet sync.Once

func openBrowser(url string) error {
	quiet.Do(func() { browser.Stdout, browser.Stderr = nil, nil })
	return browser.OpenURL(url)
}
