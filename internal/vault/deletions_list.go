package vault

import (
	"bufio"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"
	"unicode"
	"unicode/utf8"
)

// Deletions is the list of who was forgotten, outside the database, so that a backup of it that is brought back
// brings nobody back. It is a directory of text files, one a month, to which lines are added and nothing else:
//
//	1f2e3d4c 2026-11-21T18:00:00Z APP USERID
//
// In front is the CRC-32 of the rest: a line that is damaged is no other line, and is told of. Older lines have none.
// Several processes may add to one list. Safe for concurrent use.
type Deletions struct {
	dir string

	mu     sync.Mutex
	known  map[person]time.Time // who is in the files, as far as the database may tell it again
	latest time.Time            // of what the database has told
	whole  time.Time            // when it was asked for all of it
}

type person struct{ app, userID string }

// NewDeletions is the list in the directory dir. It is made when there is something to write.
func NewDeletions(dir string) *Deletions {
	return &Deletions{dir: dir, known: map[person]time.Time{}}
}

const (
	deletionsMonth  = "2006-01" // the name of a file
	maxDeletionLine = 4 << 10

	// The database is asked for what is new, and a little before that: what was done earlier can become visible
	// later. Now and then it is asked for everything: another process may have told it old news, from a list of its own.
	deletionsOverlap = 10 * time.Minute
	deletionsWhole   = time.Hour
)

// Check refuses a place that holds something else than a list: what is taken for one brings nobody to mind. A directory
// that is empty is a list whose entries have all grown old.
func (l *Deletions) Check() error {
	entries, err := os.ReadDir(l.dir)
	if err != nil {
		return fmt.Errorf("vault: list of deletions: %w", err)
	}
	if files, _ := l.files(); len(files) == 0 && len(entries) > 0 {
		return fmt.Errorf("vault: %s holds no list of deletions, which are files called 2006-01 and so on", l.dir)
	}
	return nil
}

// startAnew lets begin ask for everything.
func (l *Deletions) startAnew() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.whole = time.Time{}
}

// begin says behind which deletion to ask the database, and whether that is for everything.
func (l *Deletions) begin(now time.Time) (after Deletion, whole bool, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if since := now.Sub(l.whole); since >= 0 && since < deletionsWhole {
		return Deletion{At: l.latest.Add(-deletionsOverlap)}, false, nil
	}
	known := map[person]time.Time{}
	_, err = l.each(func(part []Deletion) error {
		for _, d := range part {
			known[person{d.App, d.UserID}] = d.At
		}
		return nil
	})
	if err == nil {
		l.known, l.latest, l.whole = known, time.Time{}, now
	}
	return Deletion{}, true, err
}

// end takes down how far the database has told, and removes files of which nothing need be kept.
func (l *Deletions) end(latest, now time.Time) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if latest.After(l.latest) {
		l.latest = latest
	}
	again := l.latest.Add(-2 * deletionsOverlap) // twice, for clocks that differ
	maps.DeleteFunc(l.known, func(_ person, at time.Time) bool { return at.Before(again) })
	files, err := l.files()
	for _, name := range files {
		month, _ := time.Parse(deletionsMonth, name)
		if month.AddDate(0, 1, 0).Add(DeletionsKept).Before(now) {
			err = errors.Join(err, os.Remove(filepath.Join(l.dir, name)))
		}
	}
	if err != nil {
		return fmt.Errorf("vault: list of deletions: %w", err)
	}
	return nil
}

// add writes down who is not in the files yet. It is on disk when add returns nil.
func (l *Deletions) add(list ...Deletion) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	text := map[string]*strings.Builder{} // by month
	for _, d := range list {
		if _, ok := l.known[person{d.App, d.UserID}]; ok {
			continue
		}
		month := d.At.UTC().Format(deletionsMonth)
		if text[month] == nil {
			text[month] = new(strings.Builder)
		}
		text[month].WriteString(d.line())
	}
	for month, lines := range text {
		if err := l.write(month, lines.String()); err != nil {
			return fmt.Errorf("vault: list of deletions: %w", err)
		}
	}
	for _, d := range list {
		l.known[person{d.App, d.UserID}] = d.At
	}
	return nil
}

// write adds lines to the file of a month, in one piece: another process may be adding to it too.
func (l *Deletions) write(month, lines string) (err error) {
	if err := os.MkdirAll(l.dir, 0o700); err != nil {
		return err
	}
	path := filepath.Join(l.dir, month)
	_, statErr := os.Lstat(path)
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return explainFull(err)
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	if cut, err := endsShort(file); err != nil {
		return err
	} else if cut {
		lines = "\n" + lines // what a crash or a full disk left of a line stays by itself
	}
	_, err = file.WriteString(lines)
	if err := errors.Join(err, file.Sync()); err != nil {
		return explainFull(err)
	}
	if statErr != nil { // the name is new
		return errors.Join(syncDirectory(l.dir), syncDirectory(filepath.Dir(l.dir)))
	}
	return nil
}

func explainFull(err error) error {
	if errors.Is(err, syscall.ENOSPC) {
		return fmt.Errorf("%w: %w", ErrFull, err)
	}
	return err
}

// endsShort reports whether the last line of the file has no end.
func endsShort(file *os.File) (bool, error) {
	info, err := file.Stat()
	if err != nil || info.Size() == 0 {
		return false, err
	}
	last := make([]byte, 1)
	_, err = file.ReadAt(last, info.Size()-1)
	return last[0] != '\n', err
}

// each calls do with all that is in the files, in parts, and counts the lines that could not be read.
func (l *Deletions) each(do func([]Deletion) error) (unreadable int, err error) {
	files, err := l.files()
	if err != nil {
		return 0, fmt.Errorf("vault: list of deletions: %w", err)
	}
	for _, name := range files {
		n, err := eachLine(filepath.Join(l.dir, name), do)
		unreadable += n
		if err != nil {
			return unreadable, err
		}
	}
	return unreadable, nil
}

// files are the names of those that belong to the list, the oldest first.
func (l *Deletions) files() (names []string, err error) {
	entries, err := os.ReadDir(l.dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	for _, entry := range entries {
		if _, err := time.Parse(deletionsMonth, entry.Name()); err != nil {
			continue
		}
		if !entry.Type().IsRegular() { // a pipe would be waited for
			return nil, fmt.Errorf("vault: list of deletions: %s is not a regular file", filepath.Join(l.dir, entry.Name()))
		}
		names = append(names, entry.Name())
	}
	return names, nil
}

func eachLine(path string, do func([]Deletion) error) (unreadable int, err error) {
	file, err := os.Open(path)
	if err != nil {
		return 0, fmt.Errorf("vault: list of deletions: %w", err)
	}
	defer file.Close()
	part := make([]Deletion, 0, deletionsAtOnce)
	lines := bufio.NewReaderSize(file, maxDeletionLine)
	for {
		line, isPrefix, err := lines.ReadLine()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return unreadable, fmt.Errorf("vault: list of deletions: %w", err)
		}
		d, ok := parseDeletion(string(line))
		if !ok || isPrefix {
			unreadable++
			continue
		}
		if part = append(part, d); len(part) == deletionsAtOnce {
			if err := do(part); err != nil {
				return unreadable, err
			}
			part = part[:0]
		}
	}
	if len(part) == 0 {
		return unreadable, nil
	}
	return unreadable, do(part)
}

func (d Deletion) line() string {
	text := d.At.UTC().Format(time.RFC3339) + " " + url.QueryEscape(d.App) + " " + url.QueryEscape(d.UserID)
	return lineSum(text) + " " + text + "\n"
}

func lineSum(text string) string { return fmt.Sprintf("%08x", crc32.ChecksumIEEE([]byte(text))) }

// parseDeletion reads a line. The sum is in front because a line without one begins with a time: whatever becomes of a
// sum, it is none.
func parseDeletion(line string) (d Deletion, ok bool) {
	if sum, text, found := strings.Cut(line, " "); found && strings.Count(text, " ") == 2 {
		if sum != lineSum(text) {
			return d, false
		}
		line = text
	}
	words := strings.Split(line, " ")
	if len(words) != 3 || words[1] == "" || words[2] == "" {
		return d, false
	}
	var errs [3]error
	d.At, errs[0] = time.Parse(time.RFC3339, words[0])
	d.App, errs[1] = url.QueryUnescape(words[1])
	d.UserID, errs[2] = url.QueryUnescape(words[2])
	return d, errors.Join(errs[:]...) == nil && isName(d.App) && isName(d.UserID)
}

// isName reports whether text can be a key in every database: damage may have made anything of it.
func isName(text string) bool {
	return utf8.ValidString(text) && !strings.ContainsFunc(text, unicode.IsControl)
}
