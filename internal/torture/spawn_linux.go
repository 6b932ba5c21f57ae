package torture

import (
	"os/exec"
	"runtime"
	"sync"
	"syscall"
)

// starts are carried out on one thread that never ends: the death signal below belongs to the thread.
var starts = sync.OnceValue(func() chan<- func() {
	queue := make(chan func())
	go func() {
		runtime.LockOSThread()
		for start := range queue {
			start()
		}
	}()
	return queue
})

// spawn starts a process that ends with this one, however this one ends.
func spawn(cmd *exec.Cmd) error {
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	done := make(chan error)
	starts() <- func() { done <- cmd.Start() }
	return <-done
}
