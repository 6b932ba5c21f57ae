package pgtest

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
)

// programs are the installed ones, and who may run them.
type programs struct {
	initdb, postgres string
	user             account
}

// find looks where pg_config says, then on the path, then where Debian keeps the versions side by side.
func find() (programs, error) {
	if runtime.GOOS == "windows" {
		return programs{}, ErrMissing
	}
	for _, dir := range places() {
		p := programs{initdb: filepath.Join(dir, "initdb"), postgres: filepath.Join(dir, "postgres")}
		if isProgram(p.initdb) && isProgram(p.postgres) {
			var err error
			p.user, err = findAccount()
			return p, err
		}
	}
	return programs{}, ErrMissing
}

func places() (dirs []string) {
	if out, err := exec.Command("pg_config", "--bindir").Output(); err == nil { //nolint:noctx // at once
		dirs = append(dirs, strings.TrimSpace(string(out)))
	}
	if path, err := exec.LookPath("initdb"); err == nil {
		if path, err = filepath.EvalSymlinks(path); err == nil {
			dirs = append(dirs, filepath.Dir(path))
		}
	}
	versions, _ := filepath.Glob("/usr/lib/postgresql/*/bin") // the pattern is right
	slices.SortFunc(versions, func(a, b string) int { return versionIn(b) - versionIn(a) })
	return append(dirs, versions...)
}

// versionIn is the 15 of /usr/lib/postgresql/15/bin.
func versionIn(dir string) int {
	n, _ := strconv.Atoi(filepath.Base(filepath.Dir(dir)))
	return n
}

func isProgram(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0
}

// directory makes one that belongs to the account.
func (a account) directory() (string, error) {
	dir, err := os.MkdirTemp("", "tenuto-postgres-")
	if err == nil && a.other {
		err = os.Chown(dir, a.uid, a.gid)
	}
	if err != nil {
		return "", fmt.Errorf("pgtest: %w", err)
	}
	return dir, nil
}

// account is who runs the server: PostgreSQL refuses to run as root.
type account struct {
	other    bool // than we
	uid, gid int
}
