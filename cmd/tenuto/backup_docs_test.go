package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tenuto-dev/tenuto/emulator"
)

// TestDocumentedBackup types the console blocks of docs/backup.md: to copy the database of a server at work, and to
// bring it back when that is stopped.
func TestDocumentedBackup(t *testing.T) {
	t.Parallel()
	sqlite, rest, _ := strings.Cut(readFile(t, "../../docs/backup.md"), "\n## PostgreSQL\n")
	postgres, _, _ := strings.Cut(rest, "\n## ")

	t.Run("SQLite", func(t *testing.T) {
		t.Parallel()
		d := newDrill(t, onSQLite, emulator.NoneReturned)
		d.dir = "" // the one that needs no flag
		steps := sessions(sqlite)
		if len(steps) != 3 || !strings.HasPrefix(steps[0].command, "tenuto backup ") {
			t.Fatalf("the document has %d steps, want a backup and two restores: %+v", len(steps), steps)
		}
		place := t.TempDir()
		d.start()
		alice := d.citizen("alice")
		steps[0].play(t, d.env, place)
		d.server.stop()
		steps[1].play(t, d.env, place)
		steps[2].play(t, d.env, place)
		d.start()
		if id, asked := alice.comeBack(); id != alice.id || asked {
			t.Errorf("alice is %s after what the document says, asked by Spotify: %v; want %s, and not asked", id, asked, alice.id)
		}
	})
	t.Run("PostgreSQL", func(t *testing.T) {
		t.Parallel()
		d := newDrill(t, onPostgreSQL, emulator.NoneReturned)
		d.env = append(d.env, "PATH="+os.Getenv("PATH")+":"+filepath.Dir(postgresProgram(t, "pg_dump")))
		const address = "postgres://tenuto@db.example.org/tenuto"
		if strings.Contains(postgres, "$TENUTO_DATABASE") || strings.Count(postgres, "="+address) != 2 {
			t.Errorf("the document does not give PostgreSQL's programs %s, or gives them a URL that may hold a password", address)
		}
		steps := sessions(strings.ReplaceAll(postgres, address, `"$TENUTO_DATABASE"`)) // which holds none here
		if len(steps) != 3 || !strings.HasPrefix(steps[0].command, "pg_dump ") {
			t.Fatalf("the document has %d steps, want a dump and two to restore: %+v", len(steps), steps)
		}
		place := t.TempDir()
		d.dir = filepath.Join(place, "server")
		d.start()
		leaver := d.citizen("leaver")
		steps[0].play(t, d.env, place)
		leaver.disconnect()
		d.server.stop()
		d.lose()
		if err := os.Rename(filepath.Join(d.dir, deletionsDir), filepath.Join(place, "one")); err != nil {
			t.Fatal(err)
		}
		if err := os.Mkdir(filepath.Join(place, "two"), 0o700); err != nil { // the list of a server that has just begun
			t.Fatal(err)
		}
		steps[1].play(t, d.env, place)
		steps[2].play(t, d.env, place)
		d.start()
		if id, _ := leaver.comeBack(); id == leaver.id {
			t.Errorf("who disconnected is %s again after what the document says", id)
		}
	})
}
