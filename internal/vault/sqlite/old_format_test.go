package sqlite_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/tenuto-dev/tenuto/internal/vault"
	"github.com/tenuto-dev/tenuto/internal/vault/sqlite"
)

// The root keys of testdata/before_data_keys.db.gz, which the last Tenuto without data keys made: first with one of
// them, then with the other in front.
const (
	formerRoot = "zL0Nn5QkQ2yRrGm7b1o0c8vHq3dXKf9uYt4sWe6jAPI="
	newerRoot  = "H8d2mVw0rT5kZp7xQe3nLc9bYs1fGj6uAa4oXi2DzCM="
)

// formerPeople are "person 0", "person 1", … with their user IDs and sessions.
var formerPeople = [][2]string{
	{"4IN3INOXNNCDDRI6PSWZHMY2DB", "FMozi2QsAPicZnKATZ_HRKfXCph59bMqSgT1Xg7QtoU"},
	{"PWOLTG2TJR2O2R2ZYNEOON5CUG", "6zW-9q0KKkqYDg_kzs1uZCJrXo7Kam9CjaWDa8WwTdA"},
	{"RNASVX4B37ETPLYOGQVY3CGSKX", "qSzK3W-ehZcIp9ClhAS0aMbd2ZlDwZOWv-Ct_8w28o0"},
	{"IXFIHSMJYH62CCMFMEXP4W753O", "o8Ds3UA5sfSYu3nF8zxNe4N9rbgeO7QwlqdcRSC1APs"},
	{"LNXLLAUYEG6A2OG4RA4PLHQ6VQ", "M7wfk5rhNcCdiUldphT992ezeXeDn8Y_LyNbnsqvn44"},
	{"MLPFYHZNDSQIAXAKGKBKGEWMZX", "MwD4q3wm3mDEpE5yqOrJ179vEO4b9FlQ6moKLbiJvwM"},
}

// TestDatabaseBeforeDataKeys: its rows lie under root keys. They open, move under a data key, and only then may the
// older root key go.
func TestDatabaseBeforeDataKeys(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), sqlite.DatabaseFile)
	unpack(t, "testdata/before_data_keys.db.gz", path)
	start := func(roots string) (*vault.DB, error) {
		keys, err := vault.ParseKeys(roots)
		try(t, err)
		return sqlite.Open(t.Context(), path, keys)
	}
	refused := func() {
		t.Helper()
		if _, err := start(newerRoot); !errors.Is(err, vault.ErrWrongKey) {
			t.Errorf("Open without the older root key = %v, want ErrWrongKey", err)
		}
	}
	left := func(db *vault.DB, want int) {
		t.Helper()
		status, err := db.KeyStatus(t.Context(), true)
		if err != nil || status.Left() != want {
			t.Errorf("%d rows are left, %v, want %d", status.Left(), err, want)
		}
	}
	refused()
	for range 2 { // a start that did not get to move them changes nothing
		db, err := start(newerRoot + " " + formerRoot)
		try(t, err)
		wantFormer(t, db)
		left(db, 18)
		closeDB(t, db)
		refused()
	}
	db, err := start(newerRoot + " " + formerRoot)
	try(t, err)
	if done, err := db.Reseal(t.Context()); err != nil || done.Rows != 18 {
		t.Errorf("Reseal = %+v, %v, want 18 rows", done, err)
	}
	left(db, 0)
	if done, err := db.Rewrap(t.Context()); err != nil || !done {
		t.Errorf("Rewrap = %v, %v, want done", done, err)
	}
	closeDB(t, db)
	db, err = start(newerRoot)
	try(t, err)
	defer closeDB(t, db)
	wantFormer(t, db)
}

func unpack(t *testing.T, from, to string) {
	t.Helper()
	packed, err := os.ReadFile(from)
	try(t, err)
	reader, err := gzip.NewReader(bytes.NewReader(packed))
	try(t, err)
	data, err := io.ReadAll(reader)
	try(t, err)
	try(t, os.WriteFile(to, data, 0o600))
}

func wantFormer(t *testing.T, db *vault.DB) {
	t.Helper()
	for i, person := range formerPeople {
		name := fmt.Sprint("person ", i)
		s, err := db.Session(t.Context(), "keys app", person[1], time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC))
		if err != nil || s.UserID != person[0] || s.Profile.Name != name || s.Device != "device of "+name {
			t.Errorf("Session of %s = %+v, %v", name, s, err)
		}
		rec, err := db.Grants("keys app").Load(t.Context(), person[0])
		if err != nil || rec.Token.RefreshToken != "refresh of "+name {
			t.Errorf("Load(%s) = %+v, %v", name, rec, err)
		}
	}
}
