package vault

import (
	"errors"
	"fmt"
	"strconv"
)

// Tables change in steps, the migrations, which are numbered. Most only add something, and programs that do not know
// it go on working beside those that do: replicas are replaced one after the other, and may be put back. A step after
// which older programs must not go on says so in meta, for the program that starts and for the one that runs:
//
//	INSERT INTO meta (name, value) VALUES ('oldest program', '12') -- SQLite: CAST('12' AS BLOB)
//	ON CONFLICT (name) DO UPDATE SET value = excluded.value;
//
// means that a program must know step 12 to use the tables.

// MetaOldest is the name of that row.
const MetaOldest = "oldest program"

// ErrOutdated: a newer Tenuto has changed the tables in a way that this one does not understand.
var ErrOutdated = errors.New("vault: this Tenuto is too old for the database")

// CheckVersion is for dialects: ErrOutdated if the value under MetaOldest, nil if there is none, asks for a step later
// than knows, the last that this program has.
func CheckVersion(oldest []byte, knows int64) error {
	if len(oldest) == 0 {
		return nil
	}
	needs, err := strconv.ParseInt(string(oldest), 10, 64)
	if err != nil {
		return fmt.Errorf("%w: meta's %q is no number", ErrDamaged, MetaOldest)
	}
	if needs > knows {
		return fmt.Errorf("%w: its tables need a program that knows step %d, and this one knows %d: use the newer one", ErrOutdated, needs, knows)
	}
	return nil
}
