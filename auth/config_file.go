package auth

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"gopkg.in/ini.v1"
)

// ConfigFromFile reads an INI file. One that does not exist reads as empty: a script's first
// run. Whoever then misses a value is told so, with the file's name. The error is ErrConfig if
// the file is no INI file or holds something that is no date, else the file system's.
func ConfigFromFile(path string, names ...ConfigNames) (*Config, error) {
	text, err := readIfThere(path)
	if err != nil {
		return nil, fmt.Errorf("auth: read configuration: %w", err)
	}
	c := &Config{file: path, names: chosenNames(names)}
	values, err := iniValues(text, c.names.Section)
	if err == nil {
		err = c.read(values)
	}
	if err != nil {
		return nil, fmt.Errorf("%w (in %s)", err, path)
	}
	return c, nil
}

// ConfigToFile writes c into an INI file, 0600 and atomically. Other keys, sections and
// comments stay; a value that is empty in c leaves the file's alone. The directory is made if
// need be. What holds a refresh token should be read by its owner only: so is the file, also
// if it was not before. Safe for concurrent use, also between processes: a hidden lock file
// beside it sees to that. The error is ErrConfig if the
// file is no INI file, else the file system's; the file is then as it was.
func ConfigToFile(path string, c *Config, names ...ConfigNames) error {
	n := chosenNames(names)
	var changes []iniChange
	for _, k := range []key{keyClientID, keySecret, keyRedirect, keyRefresh} {
		changes = append(changes, iniChange{n.of(k), *c.value(k)})
	}
	if !c.AuthorizedAt.IsZero() {
		changes = append(changes, iniChange{n.of(keyAuthorizedAt), c.AuthorizedAt.UTC().Format(time.RFC3339)})
	}
	if err := editFile(path, n.Section, changes); err != nil {
		return fmt.Errorf("auth: write configuration: %w", err)
	}
	return nil
}

// SaveToFile is a Save hook: each new refresh token goes into the INI file at path, with the
// time of consent. For one program at a time: many share a login through a FileStore.
func SaveToFile(path string, names ...ConfigNames) SaveFunc {
	return func(ctx context.Context, t *Token) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		if t.RefreshToken == "" { // an application token: there is nothing to keep
			return nil
		}
		return ConfigToFile(path, &Config{RefreshToken: t.RefreshToken, AuthorizedAt: t.AuthorizedAt}, names...)
	}
}

// iniValues reads one section; a key that is not there is "". Nothing is expanded, and # and ;
// end no value: secrets may hold them. Keys match in any case, as other INI readers have it.
func iniValues(text []byte, section string) (func(name string) string, error) {
	file, err := ini.LoadSources(ini.LoadOptions{InsensitiveKeys: true, IgnoreInlineComment: true, IgnoreContinuation: true}, text)
	if err != nil {
		return nil, fmt.Errorf("%w: not an INI file", ErrConfig) // ini's own words quote the line
	}
	values := file.Section(section)
	return func(name string) string {
		if !values.HasKey(name) {
			return ""
		}
		return values.Key(name).Value()
	}, nil
}

// editFile makes changes in one section of the file at path. A lock keeps savers, in any process,
// from overwriting each other's changes.
func editFile(path, section string, changes []iniChange) error {
	path = followLink(path)
	if old, err := readIfThere(path); err == nil && isPrivate(path) { // nothing to write: nothing to lock
		if text, err := editINI(old, section, changes); err == nil && string(text) == string(old) {
			return nil
		}
	}
	unlock, err := lockBeside(path)
	if err != nil {
		return err
	}
	defer unlock()
	old, err := readIfThere(path)
	if err != nil {
		return err
	}
	text, err := editINI(old, section, changes)
	if err != nil {
		return fmt.Errorf("%w (in %s)", err, path)
	}
	if string(text) == string(old) && isPrivate(path) {
		return nil
	}
	return replaceFile(path, text)
}

// lockBeside waits for the lock of the file at path: a hidden file beside it, for path itself is
// replaced when it is written. It stays, as a lock file must.
func lockBeside(path string) (unlock func(), err error) {
	dir, name := filepath.Split(path)
	if err := os.MkdirAll(filepath.Clean(dir), 0o700); err != nil {
		return nil, err
	}
	file, err := os.OpenFile(filepath.Join(dir, "."+name+".lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := lockWhole(file); err != nil && !errors.Is(err, errors.ErrUnsupported) {
		_ = file.Close()
		return nil, fmt.Errorf("lock %s: %w", file.Name(), err)
	}
	return func() { _ = file.Close() }, nil
}

func readIfThere(path string) ([]byte, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return text, err
}

func isPrivate(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().Perm()&0o077 == 0
}

// followLink keeps a symbolic link a link: the file behind it is replaced.
func followLink(path string) string {
	if real, err := filepath.EvalSymlinks(path); err == nil {
		return real
	}
	return path
}

// replaceFile writes text beside path, 0600, and puts it in path's place: whoever reads sees
// the old text or the new one, also after a crash.
func replaceFile(path string, text []byte) error {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, "."+filepath.Base(path)+".*") // 0600 by its contract
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(f.Name()) }() // gone already if all went well
	_, err = f.Write(text)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return err
	}
	if d, err := os.Open(dir); err == nil { // not every system can sync a directory
		_ = d.Sync()
		_ = d.Close()
	}
	return nil
}
