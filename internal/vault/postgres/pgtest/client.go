package pgtest

import "path/filepath"

// Client is the path of another of PostgreSQL's programs, pg_dump for one, of the installation that New uses.
// ErrMissing if it is not there.
func Client(name string) (path string, err error) {
	for _, dir := range places() {
		if path := filepath.Join(dir, name); isProgram(path) {
			return path, nil
		}
	}
	return "", ErrMissing
}
