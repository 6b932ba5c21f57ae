package torture

import (
	"bytes"
	"encoding/json"
	"os"
	"sync"
	"time"
)

// What a diary says: what a server has acknowledged and, before it, what may happen without being acknowledged.
const (
	didLogin         = "logged in"
	didSee           = "saw the page"
	tryLogout        = "logging out"
	didLogout        = "logged out"
	tryDisconnect    = "disconnecting"
	didDisconnect    = "disconnected"
	mustLoginAgain   = "has to log in again"
	tookConsentAway  = "took the consent away at Spotify"
	uncertainConsent = "taking the consent away at Spotify"
)

// entry is one line of a diary.
type entry struct {
	At      time.Time
	Who     string
	Did     string
	Session string `json:",omitempty"` // the cookie
	User    string `json:",omitempty"` // the user ID
}

// diary is everybody's, in one file. An entry is on disk when write returns.
type diary struct {
	mu      sync.Mutex
	file    *os.File
	written int

	syncing sync.Mutex
	synced  int
}

func openDiary(path string) (*diary, error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	return &diary{file: file}, nil
}

// write appends e. One sync serves all who wait.
func (d *diary) write(e entry) error {
	line, err := json.Marshal(e)
	if err != nil {
		return err
	}
	d.mu.Lock()
	_, err = d.file.Write(append(line, '\n'))
	d.written++
	mine := d.written
	d.mu.Unlock()
	if err != nil {
		return err
	}
	d.syncing.Lock()
	defer d.syncing.Unlock()
	if d.synced >= mine {
		return nil
	}
	d.mu.Lock()
	written := d.written
	d.mu.Unlock()
	d.synced = written
	return d.file.Sync()
}

func (d *diary) close() error { return d.file.Close() }

// page is what a person's diary adds up to.
type page struct {
	user string   // the user ID, "" if not known
	in   string   // the session that must live, "" if there is none
	out  []string // sessions that must be over
	old  []string // user IDs that were disconnected and must never come back
	dead bool     // the person took the consent away: a login again is no surprise
}

// mostOut bounds what is looked at again and again.
const mostOut = 3

func (p *page) add(e entry) {
	switch e.Did {
	case didLogin:
		p.in, p.dead = e.Session, false
	case didSee:
		p.user = e.User
	case tryLogout:
		p.in = "" // whatever comes back: one that is not acknowledged may have happened
	case didLogout:
		p.over(e.Session)
	case tryDisconnect:
		p.in, p.user = "", ""
	case didDisconnect:
		p.over(e.Session)
		if e.User != "" {
			p.old = append(p.old, e.User)
		}
	case mustLoginAgain:
		p.in = ""
	case uncertainConsent, tookConsentAway:
		p.dead = true
	}
}

func (p *page) over(session string) {
	p.out = append(p.out, session)
	p.out = p.out[max(0, len(p.out)-mostOut):]
}

// readDiary reads what is on disk, by person.
func readDiary(path string) (map[string]*page, error) {
	entries, err := readEntries(path)
	if err != nil {
		return nil, err
	}
	pages := map[string]*page{}
	for _, e := range entries {
		if pages[e.Who] == nil {
			pages[e.Who] = &page{}
		}
		pages[e.Who].add(e)
	}
	return pages, nil
}

// readEntries reads what is on disk. A line that was cut off was never acknowledged to anybody.
func readEntries(path string) (entries []entry, err error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	for line := range bytes.Lines(text) {
		var e entry
		if !bytes.HasSuffix(line, []byte("\n")) {
			break
		}
		if err := json.Unmarshal(line, &e); err != nil {
			return nil, err
		}
		entries = append(entries, e)
	}
	return entries, nil
}
