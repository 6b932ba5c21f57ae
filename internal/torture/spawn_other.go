//go:build !linux

package torture

import "os/exec"

// spawn starts a process.
func spawn(cmd *exec.Cmd) error { return cmd.Start() }
