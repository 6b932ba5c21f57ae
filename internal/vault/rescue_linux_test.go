package vault_test

import (
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

// forbidGrowth lets no file of this process grow beyond the size of that at path, which must have all of its room on
// the disk already.
func forbidGrowth(path string) error {
	var stat syscall.Stat_t
	if err := syscall.Stat(path, &stat); err != nil {
		return err
	}
	if room := stat.Blocks * 512; room < stat.Size {
		return fmt.Errorf("%d of %d bytes have room on the disk", room, stat.Size)
	}
	signal.Ignore(syscall.SIGXFSZ)
	size := uint64(stat.Size)
	return os.NewSyscallError("setrlimit", syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: size, Max: size}))
}
