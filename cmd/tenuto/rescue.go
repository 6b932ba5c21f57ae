package main

import (
	"fmt"

	"github.com/tenuto-dev/tenuto/internal/vault"
)

// openRescue opens the rescue journal, which is on this machine wherever the database is.
func openRescue(db *vault.DB, dir string) (*vault.Rescue, error) {
	r, err := db.OpenRescue(dir)
	if err != nil {
		return nil, advise(fmt.Errorf("%s: %w", dir, err), "name a directory of this machine that can be written, with --data-dir, and move away what is in it and not ours")
	}
	return r, nil
}
