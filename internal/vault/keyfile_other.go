//go:build !unix

package vault

import "io/fs"

// Elsewhere permission bits and owners say nothing, and a directory cannot be synced.

func ownedAndClosed(string, fs.FileInfo) error { return nil }

func syncDirectory(string) error { return nil }
