//go:build !unix

package emulator

import "os"

// lockFile only opens path: there is no lock that a dying process would give back everywhere.
func lockFile(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
}

// syncDir does nothing where directories cannot be synced.
func syncDir(string) error { return nil }
