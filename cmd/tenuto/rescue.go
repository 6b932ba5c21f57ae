package main

import (
	"errors"
	"fmt"
	"syscall"

	"github.com/tenuto-dev/tenuto/internal/vault"
)

// openRescue opens the rescue journal, which is on this machine wherever the database is.
func openRescue(db *vault.DB, dir string) (*vault.Rescue, error) {
	r, err := db.OpenRescue(dir)
	if errors.Is(err, vault.ErrFull) || errors.Is(err, syscall.ENOSPC) {
		return nil, advise(fmt.Errorf("%s: %w", dir, err), "the disk is full: the server needs some megabytes there to start. Make room, and leave what lies in the directory")
	}
	if err != nil {
		return nil, advise(fmt.Errorf("%s: %w", dir, err), "name a directory of this machine that can be written, with --data-dir, and move away what is in it and not ours")
	}
	return r, nil
}
