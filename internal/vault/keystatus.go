package vault

import (
	"context"
	"fmt"
	"time"
)

// KeyStatus says which keys there are and what lies under each. It holds no key. IDs are eight hexadecimal digits.
type KeyStatus struct {
	Now      time.Time    `json:"now"`       // by the database's clock
	Data     []DataKey    `json:"data_keys"` // the newest first
	Roots    []RootKey    `json:"root_keys"` // as they were given
	Missing  []MissingKey `json:"missing_keys,omitempty"`
	Resealed int          `json:"resealed"` // rows that this process has sealed anew since it started
}

// KeyState is what a data key is doing.
type KeyState string

// The states of a data key, in the order in which it has them.
const (
	KeyNew    KeyState = "new"    // too young: not every replica may know it
	KeyActive KeyState = "active" // seals
	KeyOld    KeyState = "old"    // opens what still lies under it
)

// DataKey is one data key.
type DataKey struct {
	Number  int       `json:"number"`
	ID      string    `json:"id"`
	State   KeyState  `json:"state"`
	Created time.Time `json:"created"`
	Root    string    `json:"root_key"` // the id of the one that seals it
	Rows    *RowCount `json:"rows,omitempty"`

	// Resealed is when no row was left under an older key; nil: some may be.
	Resealed *time.Time `json:"resealed,omitempty"`
	// Remove is when it will be removed, if nothing lies under it by then; nil while it seals or is to seal.
	Remove *time.Time `json:"remove,omitempty"`
}

// RootKey is one of the keys that were given.
type RootKey struct {
	ID       string    `json:"id"`
	DataKeys int       `json:"data_keys"` // how many data keys lie under it
	IndexKey bool      `json:"index_key"` // whether the index key does
	Rows     *RowCount `json:"rows,omitempty"`
}

// Needed reports whether anything in the database lies under the key. Rows must have been counted.
func (r RootKey) Needed() bool { return r.DataKeys > 0 || r.IndexKey || r.Rows.total() > 0 }

// MissingKey is one that rows name and nobody has.
type MissingKey struct {
	ID   string    `json:"id"`
	Rows *RowCount `json:"rows"`
}

// RowCount counts the rows under a key.
type RowCount struct {
	Grants   int `json:"grants"`
	People   int `json:"people"`
	Sessions int `json:"sessions"`
}

func (c *RowCount) total() int {
	if c == nil {
		return 0
	}
	return c.Grants + c.People + c.Sessions
}

// Total is the sum.
func (c RowCount) Total() int { return c.total() }

// Left counts the rows that lie under other keys than the newest.
func (s *KeyStatus) Left() int {
	left := 0
	for i, key := range s.Data {
		if i > 0 {
			left += key.Rows.total()
		}
	}
	for _, key := range s.Roots {
		left += key.Rows.total()
	}
	for _, key := range s.Missing {
		left += key.Rows.total()
	}
	return left
}

// KeyStatus says which keys there are. With count it looks at every row, a chunk at a time: seconds for a million.
func (db *DB) KeyStatus(ctx context.Context, count bool) (*KeyStatus, error) {
	rows, now, err := db.keys.load(ctx)
	if err != nil {
		return nil, fmt.Errorf("key status: %w", err)
	}
	index, err := db.tables.Meta(ctx, metaIndex)
	if err != nil {
		return nil, fmt.Errorf("key status: %w", err)
	}
	var counts map[keyID]*RowCount
	if count {
		if counts, err = db.countRows(ctx); err != nil {
			return nil, err
		}
	}
	status := &KeyStatus{Now: now, Resealed: int(db.keys.resealed.Load())}
	under := map[keyID]int{}
	for i := len(rows) - 1; i >= 0; i-- {
		root, _ := sealedBy(rows[i].Sealed)
		under[root]++
		status.Data = append(status.Data, db.dataKey(rows, i, now, takeCount(counts, keyID(rows[i].ID))))
	}
	indexRoot, _ := sealedBy(index)
	for _, root := range db.keys.roots.ring().keys {
		status.Roots = append(status.Roots, RootKey{
			ID: root.id.String(), DataKeys: under[root.id], IndexKey: root.id == indexRoot, Rows: takeCount(counts, root.id),
		})
	}
	for id, rows := range counts {
		status.Missing = append(status.Missing, MissingKey{ID: id.String(), Rows: rows})
	}
	return status, nil
}

// takeCount takes a key's count out; none is a count of 0 if there are counts.
func takeCount(counts map[keyID]*RowCount, id keyID) *RowCount {
	if counts == nil {
		return nil
	}
	defer delete(counts, id)
	if c := counts[id]; c != nil {
		return c
	}
	return &RowCount{}
}

func (db *DB) dataKey(rows []KeyRow, i int, now time.Time, count *RowCount) DataKey {
	row := rows[i]
	root, _ := sealedBy(row.Sealed)
	k := DataKey{Number: row.Number, ID: keyID(row.ID).String(), Created: row.Created, Root: root.String(), Rows: count}
	active := sealing(rows, now, db.keys.settles)
	switch {
	case row.Number > active:
		k.State = KeyNew
	case row.Number == active:
		k.State = KeyActive
	default:
		k.State = KeyOld
	}
	if since, old := retired(rows, row.Number, db.keys.settles); old {
		remove := since.Add(removeAfter)
		k.Remove = &remove
	}
	if !row.Resealed.IsZero() {
		k.Resealed = &row.Resealed
	}
	return k
}

// countRows counts all rows by the key they name.
func (db *DB) countRows(ctx context.Context) (map[keyID]*RowCount, error) {
	counts := map[keyID]*RowCount{}
	for table := range SealedTable(sealedTables) {
		for after, more := (SealedRow{}), true; more; {
			rows, err := db.tables.SealedHeads(ctx, table, after, countAtOnce)
			if err != nil {
				return nil, fmt.Errorf("count rows: %w", err)
			}
			if more = len(rows) == countAtOnce; more {
				after = rows[len(rows)-1]
			}
			for _, row := range rows {
				id, _ := sealedBy(row.Sealed)
				if counts[id] == nil {
					counts[id] = &RowCount{}
				}
				counts[id].add(table)
			}
		}
	}
	return counts, nil
}

const countAtOnce = 1000

func (c *RowCount) add(table SealedTable) {
	switch table {
	case SealedGrants:
		c.Grants++
	case SealedPeople:
		c.People++
	default:
		c.Sessions++
	}
}
