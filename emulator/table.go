package emulator

import (
	"encoding/json"
	"fmt"
)

// table is rows of the state by key. It tells what changes to whoever keeps the state.
type table[R any] struct {
	rows map[string]*R
	name string
	tell func(table, key string, row any) // a nil row is one that went; nil: nobody listens
}

func (t *table[R]) get(key string) *R { return t.rows[key] }

// put stores a row, new or changed. A row is never changed without it.
func (t *table[R]) put(key string, row *R) {
	if t.rows == nil {
		t.rows = map[string]*R{}
	}
	t.rows[key] = row
	if t.tell != nil {
		t.tell(t.name, key, row)
	}
}

func (t *table[R]) drop(key string) {
	if _, ok := t.rows[key]; !ok {
		return
	}
	delete(t.rows, key)
	if t.tell != nil {
		t.tell(t.name, key, nil)
	}
}

// replay takes over a change that was told before.
func (t *table[R]) replay(key string, row json.RawMessage) error {
	if row == nil {
		delete(t.rows, key)
		return nil
	}
	r := new(R)
	if err := json.Unmarshal(row, r); err != nil {
		return err
	}
	if t.rows == nil {
		t.rows = map[string]*R{}
	}
	t.rows[key] = r
	return nil
}

// check refuses rows that are null.
func (t *table[R]) check(what string) error {
	for key, row := range t.rows {
		if row == nil {
			return fmt.Errorf("%s %q is null", what, key)
		}
	}
	return nil
}

func (t table[R]) MarshalJSON() ([]byte, error) {
	if t.rows == nil {
		return []byte("{}"), nil
	}
	return json.Marshal(t.rows)
}

func (t *table[R]) UnmarshalJSON(data []byte) error { return json.Unmarshal(data, &t.rows) }
