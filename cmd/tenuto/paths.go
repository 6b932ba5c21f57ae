package main

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
)

// configDir is where a person's settings and saved logins are: XDG_CONFIG_HOME and its like.
func (p *program) configDir() (string, error) {
	dir, err := os.UserConfigDir()
	if err != nil {
		return "", advise(fmt.Errorf("no place for settings: %w", err), "set XDG_CONFIG_HOME, or name a file with --config")
	}
	return filepath.Join(dir, "tenuto"), nil
}

// stateDir is where a server keeps what must survive it, by default: XDG_STATE_HOME and its like.
func (p *program) stateDir(name string) (string, error) {
	if dir, ok := p.lookup("XDG_STATE_HOME"); ok && filepath.IsAbs(dir) {
		return filepath.Join(dir, "tenuto", name), nil
	}
	var dir string
	var err error
	switch runtime.GOOS {
	case "windows": // %LocalAppData%
		dir, err = os.UserCacheDir()
	case "darwin", "ios": // ~/Library/Application Support
		dir, err = os.UserConfigDir()
	default:
		dir, err = os.UserHomeDir()
		dir = filepath.Join(dir, ".local", "state")
	}
	if err != nil {
		return "", advise(fmt.Errorf("no place to keep data: %w", err), "name one with --data-dir")
	}
	return filepath.Join(dir, "tenuto", name), nil
}

// dataDir is the directory named by --data-dir, else the person's own for the command; made if it
// is not there.
func (p *program) dataDir(flag, command string) (dir string, err error) {
	if dir = flag; dir == "" {
		if dir, err = p.stateDir(command); err != nil {
			return "", err
		}
	}
	return dir, makeDir(dir)
}

// makeDir makes a directory that only its owner can look into.
func makeDir(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("make the data directory: %w", err)
	}
	return nil
}
