//go:build unix

package vault

import (
	"os/exec"
	"syscall"
)

// together has cmd, and what it starts, end together: in a session of their own they are one group. end ends those that
// are left.
func together(cmd *exec.Cmd) (end func()) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	end = func() {
		if cmd.Process != nil {
			_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // there may be nobody
		}
	}
	cmd.Cancel = func() error { end(); return nil }
	return end
}
