package main

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/tenuto-dev/tenuto/internal/vault"
)

func (p *program) rotateKey(ctx context.Context, f *keyringFlags, k dataKeys) error {
	number, err := k.RotateKey(ctx)
	if err != nil {
		return err
	}
	if f.wait {
		return p.waitForRows(ctx, f, k, number)
	}
	if f.json {
		return p.writeJSON(map[string]int{"made": number})
	}
	_, err = fmt.Fprintf(p.out, "Made data key %d. %s\n\"tenuto keyring status\" says how many rows are left under older ones.\n", number, f.whoFollows(k))
	return err
}

// whoFollows says who brings the rows under a new key, and when.
func (f *keyringFlags) whoFollows(k dataKeys) string {
	_, running := k.(*operator)
	switch {
	case running:
		return "The server seals with it from now on, and brings all that it keeps under it."
	case f.url != "":
		return "In ten seconds every server seals with it; then one of them brings all rows under it."
	}
	return "No server runs here: the next one brings all rows under it, or --wait does it now."
}

const waitEvery = 500 * time.Millisecond

// waitForRows waits until no row is left under a key older than the one with that number. Where we have the vault open
// ourselves we do our part: perhaps no server runs.
func (p *program) waitForRows(ctx context.Context, f *keyringFlags, k dataKeys, number int) error {
	ctx, cancel := context.WithCancelCause(ctx)
	var working sync.WaitGroup
	defer working.Wait()
	defer cancel(nil)
	if db, ours := k.(*vault.DB); ours {
		working.Go(func() {
			for ctx.Err() == nil {
				if _, err := db.Reseal(ctx); err != nil && ctx.Err() == nil {
					cancel(err)
				}
				_ = pauseFor(ctx, waitEvery)
			}
		})
	}
	told, toldAt := 0, time.Now()
	for {
		status, err := k.KeyStatus(ctx, false)
		if err == nil && isSealedAnew(status, number) {
			break
		}
		if err == nil {
			err = pauseFor(ctx, waitEvery)
		}
		if err != nil {
			return orCause(ctx, err)
		}
		if status.Resealed > told && time.Since(toldAt) > 2*time.Second {
			told, toldAt = status.Resealed, time.Now()
			fmt.Fprintf(p.err, "tenuto: %d rows sealed anew so far\n", told)
		}
	}
	status, err := k.KeyStatus(ctx, true)
	if err != nil {
		return orCause(ctx, err)
	}
	if f.json {
		return p.writeJSON(struct {
			Made int `json:"made"`
			keysShown
		}{number, shown(status)})
	}
	_, err = fmt.Fprintf(p.out, "Made data key %d. %s\n", number, rowsLeft(status))
	return err
}

// isSealedAnew reports whether all rows lie under the key with that number, or a newer one.
func isSealedAnew(status *vault.KeyStatus, number int) bool {
	for _, key := range status.Data {
		if key.Number >= number && key.Resealed != nil {
			return true
		}
	}
	return false
}

func orCause(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	return err
}

func (p *program) removeKey(ctx context.Context, f *keyringFlags, k dataKeys, number int) error {
	status, err := k.KeyStatus(ctx, false)
	if err != nil {
		return err
	}
	known := false
	for _, key := range status.Data {
		known = known || key.Number == number
	}
	if !known {
		return advise(fmt.Errorf("there is no data key %d", number), `"tenuto keyring status" shows those there are`)
	}
	if err := k.RemoveKey(ctx, number); err != nil {
		return advise(err, `"tenuto keyring status" shows what lies under it`)
	}
	if f.json {
		return p.writeJSON(map[string]int{"removed": number})
	}
	_, err = fmt.Fprintf(p.out, "Removed data key %d.\n", number)
	return err
}
