package vault

import (
	"context"
	"fmt"
)

// Rewrap brings the data keys and the index key under the first root key, each unless somebody else is at it. A server
// calls it when it starts, until it is done: then older root keys may go. It is not done, and changes nothing, while
// rows may lie under a root key themselves, for what proves that the root key is given stays under it; Reseal ends
// that. The index key comes last: whoever opens it alone could lack a root key that others need.
func (db *DB) Rewrap(ctx context.Context) (done bool, err error) {
	rows, _, err := db.keys.load(ctx)
	if err != nil {
		return false, fmt.Errorf("rewrap keys: %w", err)
	}
	if !isResealed(rows, 0) {
		return false, nil
	}
	root := db.keys.roots.ring()
	for _, row := range rows {
		if err := db.rewrapKey(ctx, root, row); err != nil {
			return false, fmt.Errorf("rewrap keys: %w", err)
		}
	}
	if err := db.rewrapIndex(ctx, root); err != nil {
		return false, fmt.Errorf("rewrap keys: %w", err)
	}
	return true, nil
}

func (db *DB) rewrapKey(ctx context.Context, root *ring, row KeyRow) error {
	if id, _ := sealedBy(row.Sealed); id == root.keys[0].id {
		return nil
	}
	data, err := root.unwrap(row)
	if err != nil {
		return err
	}
	next, err := root.wrap(data)
	if err != nil {
		return err
	}
	_, err = db.tables.RewrapKey(ctx, row.Number, row.Sealed, next.Sealed)
	return err
}

func (db *DB) rewrapIndex(ctx context.Context, root *ring) error {
	sealed, err := db.tables.Meta(ctx, metaIndex)
	if err != nil {
		return err
	}
	if id, _ := sealedBy(sealed); id == root.keys[0].id {
		return nil
	}
	plain, err := root.open(placeIndex, sealed, metaIndex)
	if err != nil {
		return err
	}
	next, err := root.seal(placeIndex, plain, metaIndex)
	if err != nil {
		return err
	}
	_, err = db.tables.ReplaceMeta(ctx, metaIndex, sealed, next)
	return err
}
