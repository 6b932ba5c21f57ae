package main

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"regexp"
	"strconv"

	"golang.org/x/sync/errgroup"
)

var (
	resident  = regexp.MustCompile(`(?m)^VmHWM:\s+(\d+) kB`) // the most it ever was
	written   = regexp.MustCompile(`(?m)^write_bytes: (\d+)`)
	fromLinux = "(read from /proc: Linux only)"
)

// memory is the most memory the child has had so far, in bytes.
func (p *process) memory() (int64, error) {
	kB, err := fromProc(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid), resident)
	return kB << 10, err
}

// diskWrites is what this process has made the disk write so far, in bytes.
func diskWrites() (int64, error) { return fromProc("/proc/self/io", written) }

func fromProc(path string, find *regexp.Regexp) (int64, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return 0, fmt.Errorf("%w %s", err, fromLinux)
	}
	found := find.FindSubmatch(text)
	if found == nil {
		return 0, fmt.Errorf("%s does not say %s %s", path, find, fromLinux)
	}
	return strconv.ParseInt(string(found[1]), 10, 64)
}

// comeBack opens the page with each of the sessions.
func comeBack(base string, sessions *ids) error {
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 16}}
	var g errgroup.Group
	g.SetLimit(16)
	for i := range sessions.len() {
		id := sessions.at(i)
		g.Go(func() error {
			r, err := http.NewRequest("GET", base+"/", nil)
			if err != nil {
				return err
			}
			r.AddCookie(&http.Cookie{Name: "tenuto", Value: id})
			answer, err := client.Do(r)
			if err != nil {
				return err
			}
			defer answer.Body.Close()
			if _, err := io.Copy(io.Discard, answer.Body); err != nil {
				return err
			}
			if answer.StatusCode != http.StatusOK {
				return fmt.Errorf("%s: %s", base, answer.Status)
			}
			return nil
		})
	}
	return g.Wait()
}
