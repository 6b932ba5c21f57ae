package torture_test

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"testing"
)

// diskVariable tells a test that it runs in a process of its own, and where its small disk is to be.
const diskVariable = "TENUTO_TEST_SMALL_DISK"

// noDisk is what a test says that may not have one.
const noDisk = "NOT TESTED: no small disk"

// onSmallDisk runs test with a directory on a small disk of its own. Mounting one takes a mount namespace of our own,
// and that another process: this test once more. Whoever is not root needs a user namespace, too.
func onSmallDisk(t *testing.T, test func(dir string)) {
	t.Helper()
	if dir := os.Getenv(diskVariable); dir != "" {
		if err := syscall.Mount("tenuto-torture", dir, "tmpfs", 0, "size=16m,mode=700"); err != nil {
			t.Skipf("%s: mount: %v", noDisk, err)
		}
		test(dir)
		return
	}
	path, err := program() // for the other one, too
	if err != nil {
		t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	runtime.LockOSThread() // whose end is the other's death signal
	defer runtime.UnlockOSThread()
	alone := func(id int) []syscall.SysProcIDMap {
		return []syscall.SysProcIDMap{{ContainerID: 0, HostID: id, Size: 1}}
	}
	var refused []string
	for _, as := range []*syscall.SysProcAttr{
		{Unshareflags: syscall.CLONE_NEWNS},
		{Cloneflags: syscall.CLONE_NEWUSER, Unshareflags: syscall.CLONE_NEWNS, UidMappings: alone(os.Getuid()), GidMappings: alone(os.Getgid())},
	} {
		as.Pdeathsig = syscall.SIGKILL
		cmd := exec.Command(self, "-test.run=^"+t.Name()+"$", "-test.v", "-test.count=1")
		cmd.Env = append(os.Environ(), diskVariable+"="+t.TempDir(), programVariable+"="+path)
		cmd.SysProcAttr = as
		out, err := cmd.CombinedOutput()
		if cmd.Process == nil || strings.Contains(string(out), noDisk) {
			refused = append(refused, strings.TrimSpace(string(out)), fmt.Sprint(err))
			continue
		}
		for line := range strings.Lines(string(out)) {
			if !strings.HasPrefix(line, "===") && !strings.HasPrefix(line, "---") { // those are for ours
				t.Log(strings.TrimRight(line, "\n"))
			}
		}
		if err != nil {
			t.Errorf("on the small disk: %v", err)
		}
		return
	}
	t.Skipf("%s: this system lets us mount none, not even in a user namespace: %q", noDisk, refused)
}
