package vault

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"sync"
)

// A rescue file is a block that says what it is, and slots of one block each. Every block is written with zeros when
// the file is made, not only reserved: later writes need no room on the disk.
const (
	rescueMark  = "tenuto rescue journal 1\n"
	rescueBlock = 4096
	rescueSlots = 1024
	rescueSize  = (1 + rescueSlots) * rescueBlock
	slotHead    = 8 // length and checksum of what follows
	rescueFiles = 64
)

// rescueFile is one file, locked: nobody else writes it.
type rescueFile struct {
	file     *os.File
	headless bool // its first block was lost, and is there again

	mu      sync.Mutex
	used    map[int]*rescued // by slot
	next    int              // where the search for a free slot begins
	batch   *syncBatch       // those whose writes the next fsync covers
	changed int              // counts the slots that were written or emptied
	synced  int              // so many of the changes are on the disk, too
	gone    bool             // closed

	syncing chan struct{} // one fsync at a time
}

// syncBatch is one fsync and all who wait for it.
type syncBatch struct {
	done chan struct{}
	err  error // once done
}

var errRescueForeign = errors.New("is no rescue journal of this version: move it away")

// openOwnRescue takes the first file in dir that no living process has, or makes one.
func openOwnRescue(dir string) (*rescueFile, error) {
	for n := range rescueFiles {
		f, busy, err := openRescueFile(rescuePath(dir, n), true)
		if err != nil || !busy {
			return f, err
		}
	}
	return nil, fmt.Errorf("%s: %d processes have one each: %w", dir, rescueFiles, ErrInUse)
}

// openDeadRescues takes all files in dir that no living process has. One that cannot be opened is left alone.
func openDeadRescues(dir string) (files []*rescueFile) {
	for n := range rescueFiles {
		path := rescuePath(dir, n)
		if _, err := os.Lstat(path); err != nil {
			continue // perhaps somebody has moved it away
		}
		if f, busy, err := openRescueFile(path, false); err == nil && !busy && f != nil {
			files = append(files, f)
		}
	}
	return files
}

func rescuePath(dir string, n int) string {
	if n == 0 {
		return filepath.Join(dir, RescueFile)
	}
	return filepath.Join(dir, fmt.Sprintf("%s.%d", RescueFile, n))
}

// openRescueFile locks and checks the file at path. One that was never finished is made anew if create is set, and
// passed over (nil) if not. One that was, and has lost its first block, gets it back: each answer proves by itself what
// it is.
func openRescueFile(path string, create bool) (f *rescueFile, busy bool, err error) {
	file, busy, err := openLocked(path)
	if busy || err != nil {
		return nil, busy, err
	}
	defer func() {
		if f == nil {
			file.Close()
		}
	}()
	info, err := file.Stat()
	if err != nil {
		return nil, false, err
	}
	if !info.Mode().IsRegular() {
		return nil, false, fmt.Errorf("%s is not a regular file", path)
	}
	if err := file.Chmod(0o600); err != nil && runtime.GOOS != "windows" {
		return nil, false, err
	}
	head := make([]byte, rescueBlock)
	if _, err := file.ReadAt(head, 0); err != nil && !errors.Is(err, io.EOF) {
		return nil, false, err
	}
	// What its last owner freed may not be empty on the disk: count it as one.
	f = &rescueFile{file: file, used: map[int]*rescued{}, changed: 1, syncing: make(chan struct{}, 1)}
	if string(head[:len(rescueMark)]) == rescueMark && info.Size() == rescueSize {
		return f, false, nil
	}
	blank := len(bytes.Trim(head, "\x00")) == 0
	filled, err := holdsAnything(file, info.Size())
	switch {
	case err != nil:
	case blank && filled && info.Size() == rescueSize:
		f.headless = true
		err = markRescueFile(file)
	case !blank || filled: // whose ever it is, it is not ours to overwrite
		return nil, false, fmt.Errorf("%s %w", path, errRescueForeign)
	case !create:
		return nil, false, nil
	default:
		if err = layRescueFile(file); err == nil {
			err = syncDirectory(filepath.Dir(path))
		}
	}
	if err != nil {
		return nil, false, fmt.Errorf("%s: %w", path, err)
	}
	return f, false, nil
}

// layRescueFile writes the whole file, and its first block last.
func layRescueFile(file *os.File) error {
	if err := file.Truncate(0); err != nil {
		return err
	}
	zeros := make([]byte, 64*rescueBlock)
	for at := int64(0); at < rescueSize; at += int64(len(zeros)) {
		if _, err := file.WriteAt(zeros[:min(int64(len(zeros)), rescueSize-at)], at); err != nil {
			return err
		}
	}
	if err := file.Sync(); err != nil {
		return err
	}
	return markRescueFile(file)
}

func markRescueFile(file *os.File) error {
	if _, err := file.WriteAt([]byte(rescueMark), 0); err != nil {
		return err
	}
	return file.Sync()
}

// holdsAnything reports whether there is more than zeros behind the first block. One that was never finished has none.
func holdsAnything(file *os.File, size int64) (bool, error) {
	part := make([]byte, 64*rescueBlock)
	for at := int64(rescueBlock); at < min(size, rescueSize); at += int64(len(part)) {
		n, err := file.ReadAt(part, at)
		if err != nil && !errors.Is(err, io.EOF) {
			return false, err
		}
		if len(bytes.Trim(part[:n], "\x00")) > 0 {
			return true, nil
		}
	}
	return false, nil
}

// encodeSlot is content as a block.
func encodeSlot(content []byte) ([]byte, error) {
	if len(content) > rescueBlock-slotHead {
		return nil, fmt.Errorf("an answer of %d bytes does not fit", len(content))
	}
	block := make([]byte, rescueBlock)
	binary.BigEndian.PutUint32(block, uint32(len(content)))
	binary.BigEndian.PutUint32(block[4:], crc32.ChecksumIEEE(content))
	copy(block[slotHead:], content)
	return block, nil
}

// decodeSlot is what encodeSlot was given; nil if the block is empty. Not ok: torn.
func decodeSlot(block []byte) (content []byte, ok bool) {
	if len(bytes.Trim(block, "\x00")) == 0 {
		return nil, true
	}
	size := binary.BigEndian.Uint32(block)
	if size == 0 || size > rescueBlock-slotHead {
		return nil, false
	}
	content = block[slotHead : slotHead+size]
	return content, crc32.ChecksumIEEE(content) == binary.BigEndian.Uint32(block[4:])
}

// read fills the slots from the file, and empties those that are torn.
func (f *rescueFile) read(open func(content []byte) *rescued) (torn int) {
	for slot := range rescueSlots {
		block := make([]byte, rescueBlock)
		if _, err := f.file.ReadAt(block, rescueAt(slot)); err != nil {
			torn++
			continue
		}
		content, ok := decodeSlot(block)
		if !ok {
			torn++
			f.erase(slot)
		}
		if content != nil && ok {
			f.used[slot] = open(content)
		}
	}
	return torn
}

func rescueAt(slot int) int64 { return int64(1+slot) * rescueBlock }

// take finds e a free slot. Where there is none, one that does not open gives way: nobody may ever have its key again,
// and e is somebody's only token.
func (f *rescueFile) take(e *rescued) (slot int, ok bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, free := range []func(*rescued) bool{
		func(e *rescued) bool { return e == nil },
		func(e *rescued) bool { return e.answer == nil },
	} {
		for i := range rescueSlots {
			slot := (f.next + i) % rescueSlots
			if free(f.used[slot]) {
				f.used[slot], f.next = e, slot+1
				return slot, true
			}
		}
	}
	return 0, false
}

// write fills the slot if it is still e's; ErrForgotten if not.
func (f *rescueFile) write(slot int, e *rescued, block []byte) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.used[slot] != e {
		return ErrForgotten
	}
	f.changed++
	return f.put(slot, block)
}

func (f *rescueFile) put(slot int, block []byte) error {
	_, err := f.file.WriteAt(block, rescueAt(slot))
	return err
}

// free empties the slot if it is still e's. It is not durable before the next sync: what comes back by a power cut is
// old, and recognised as such.
func (f *rescueFile) free(slot int, e *rescued) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.used[slot] == e {
		f.erase(slot)
		delete(f.used, slot)
		f.changed++
	}
}

// wiped reports whether what was freed is gone from the disk.
func (f *rescueFile) wiped() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.synced == f.changed
}

// erase overwrites a slot with zeros. An error is met again by whoever writes there next.
func (f *rescueFile) erase(slot int) { _ = f.put(slot, make([]byte, rescueBlock)) }

// of are the used slots that match.
func (f *rescueFile) of(match func(*rescued) bool) map[int]*rescued {
	f.mu.Lock()
	defer f.mu.Unlock()
	found := map[int]*rescued{}
	for slot, e := range f.used {
		if match(e) {
			found[slot] = e
		}
	}
	return found
}

// sync returns when what was written before it is on the disk. All who come while an fsync runs share the next.
func (f *rescueFile) sync(ctx context.Context) error {
	f.mu.Lock()
	b := f.batch
	if b == nil {
		b = &syncBatch{done: make(chan struct{})}
		f.batch = b
		go f.run(b)
	}
	f.mu.Unlock()
	select {
	case <-b.done:
		return b.err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (f *rescueFile) run(b *syncBatch) {
	f.syncing <- struct{}{}
	f.mu.Lock()
	f.batch = nil // who comes now has written too late
	changed, done := f.changed, f.gone && f.synced == f.changed
	f.mu.Unlock()
	if !done {
		b.err = f.file.Sync()
	}
	if b.err == nil {
		f.mu.Lock()
		f.synced = changed
		f.mu.Unlock()
	}
	<-f.syncing
	close(b.done)
}

// wipe returns when what was freed is gone from the disk.
func (f *rescueFile) wipe(ctx context.Context) error {
	if f.wiped() {
		return nil
	}
	return f.sync(ctx)
}

// close waits for the fsync that runs. What is freed afterwards cannot be wiped any more, and is an error.
func (f *rescueFile) close() error {
	f.syncing <- struct{}{}
	defer func() { <-f.syncing }()
	f.mu.Lock()
	f.gone = true
	f.mu.Unlock()
	return f.file.Close()
}
