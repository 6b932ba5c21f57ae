package emulator

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
)

// The state file is lines of JSON: first the whole state, a snapshot, then the changes since,
// a line for what one request changed. It is written anew when the changes outgrow the state.
// A last line that is cut off was never acknowledged.

// change is one row that was put or, without Row, dropped.
type change struct {
	Table string          `json:"table"`
	Key   string          `json:"key"`
	Row   json.RawMessage `json:"row,omitempty"`
}

// journal keeps the state in a file. Emulator.mu, where held, is taken before its locks.
type journal struct {
	path string
	lock *os.File

	mu      sync.Mutex
	file    *os.File
	pending []change        // told, not written
	written int             // lines
	size    int64           // bytes
	base    int64           // bytes of the snapshot they begin with
	music   map[string]bool // people whose music is to be told
	failed  error           // once a write has failed nothing is certain any more

	syncing sync.Mutex
	synced  int // lines on disk
}

var errClosed = errors.New("closed")

// openJournal takes hold of the file and reads it. stored is nil if there is none yet.
func openJournal(path string) (j *journal, stored *state, err error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, nil, err
	}
	lock, err := lockFile(path + ".lock")
	if err != nil {
		return nil, nil, err
	}
	data, err := os.ReadFile(path)
	if err == nil && len(data) > 0 {
		stored, err = replay(data)
		if err != nil {
			err = fmt.Errorf("%s: %w; it is left as it is: move it away, or name another file", path, err)
		}
	}
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		lock.Close()
		return nil, nil, err
	}
	return &journal{path: path, lock: lock, music: map[string]bool{}}, stored, nil
}

// replay reads a state file.
func replay(data []byte) (*state, error) {
	first, rest, _ := bytes.Cut(data, []byte("\n"))
	s, err := readSnapshot(first)
	if err != nil {
		return nil, err
	}
	s.index()
	for n := 2; len(rest) > 0; n++ {
		line, after, whole := bytes.Cut(rest, []byte("\n"))
		rest = after
		if !whole {
			break // cut off by a crash
		}
		var changes []change
		err := json.Unmarshal(line, &changes)
		for i := 0; err == nil && i < len(changes); i++ {
			err = s.replay(changes[i])
		}
		if err != nil {
			return nil, fmt.Errorf("line %d is damaged: %w", n, err)
		}
	}
	s.index()
	return s, s.check()
}

// tell takes note of a change. Call it with Emulator.mu held.
func (j *journal) tell(table, key string, row any) {
	c := change{Table: table, Key: key}
	if row != nil {
		data, err := json.Marshal(row)
		if err != nil {
			panic(fmt.Errorf("emulator: %s %s: %w", table, key, err)) // our own types: a mistake of ours
		}
		c.Row = data
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	j.pending = append(j.pending, c)
}

// flush returns once all that was told is on disk. One sync serves all who wait.
func (j *journal) flush() error {
	line, err := j.write()
	if err != nil {
		return err
	}
	j.syncing.Lock()
	defer j.syncing.Unlock()
	if j.synced >= line {
		return nil
	}
	j.mu.Lock()
	file, written := j.file, j.written
	j.mu.Unlock()
	if err := file.Sync(); err != nil {
		return j.fail(err)
	}
	j.synced = written
	return nil
}

// write appends what is pending and returns the number of the last line.
func (j *journal) write() (line int, err error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.failed != nil || len(j.pending) == 0 {
		return j.written, j.failed
	}
	data, err := json.Marshal(j.pending)
	if err != nil {
		return 0, err
	}
	j.pending = nil
	n, err := j.file.Write(append(data, '\n'))
	j.size += int64(n)
	if err != nil {
		j.failed = err
		return 0, err
	}
	j.written++
	return j.written, nil
}

func (j *journal) fail(err error) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.failed = err
	return err
}

// grown tells whether the changes have outgrown what they change.
func (j *journal) grown() bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.size > 4*j.base+1<<20
}

// rewrite replaces the file by one that begins with st. Call it with Emulator.mu held.
func (j *journal) rewrite(st *state) error {
	data, err := json.Marshal(snapshot{snapshotVersion, st})
	if err != nil {
		return err
	}
	j.syncing.Lock()
	defer j.syncing.Unlock()
	j.mu.Lock()
	defer j.mu.Unlock()
	if errors.Is(j.failed, errClosed) {
		return j.failed
	}
	file, err := replaceFile(j.path, append(data, '\n'))
	if err != nil {
		return err
	}
	if j.file != nil {
		j.file.Close()
	}
	j.file, j.pending, j.failed = file, nil, nil
	j.size = int64(len(data)) + 1
	j.base = j.size
	j.synced = j.written
	return nil
}

// replaceFile writes a file whole or not at all, and leaves it open at its end.
func replaceFile(path string, data []byte) (_ *os.File, err error) {
	file, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*.tmp") // 0600
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			file.Close()
			os.Remove(file.Name())
		}
	}()
	if _, err = file.Write(data); err != nil {
		return nil, err
	}
	if err = file.Sync(); err != nil {
		return nil, err
	}
	if err = os.Rename(file.Name(), path); err != nil {
		return nil, err
	}
	return file, syncDir(filepath.Dir(path))
}

// later takes note of a person whose music changed; true if nobody is on the way to write it.
func (j *journal) later(name string) bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	first := len(j.music) == 0
	j.music[name] = true
	return first
}

func (j *journal) takeLater() []string {
	j.mu.Lock()
	defer j.mu.Unlock()
	names := make([]string, 0, len(j.music))
	for name := range j.music {
		names = append(names, name)
	}
	clear(j.music)
	return names
}

// close lets go of the file. Later changes fail.
func (j *journal) close() error {
	j.syncing.Lock()
	defer j.syncing.Unlock()
	j.mu.Lock()
	defer j.mu.Unlock()
	if errors.Is(j.failed, errClosed) {
		return nil
	}
	j.failed = errClosed
	var err error
	if j.file != nil {
		err = j.file.Close()
	}
	return errors.Join(err, j.lock.Close())
}
