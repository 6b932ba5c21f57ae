//go:build unix

package pgtest

import (
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"strconv"
	"syscall"
)

// findAccount is ours, unless we are root: then PostgreSQL's own, or nobody's.
func findAccount() (account, error) {
	if os.Geteuid() != 0 {
		return account{}, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, uidErr := strconv.Atoi(u.Uid)
		gid, gidErr := strconv.Atoi(u.Gid)
		if uidErr == nil && gidErr == nil && uid != 0 {
			return account{other: true, uid: uid, gid: gid}, nil
		}
	}
	return account{}, fmt.Errorf("%w; it does not run as root, and there is neither a user postgres nor nobody", ErrMissing)
}

// adopt lets cmd run as the account, in a group of its own: Ctrl-C is for us, and we clean up.
func (a account) adopt(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if a.other {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: uint32(a.uid), Gid: uint32(a.gid)} //nolint:gosec // ids of the system
		cmd.Dir = "/"
	}
}

const (
	signalFast  = syscall.SIGINT  // ends transactions and goes
	signalCrash = syscall.SIGKILL // no time for anything
)
