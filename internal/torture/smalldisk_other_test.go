//go:build !linux

package torture_test

import "testing"

func onSmallDisk(t *testing.T, _ func(dir string)) {
	t.Helper()
	t.Skip("NOT TESTED: small disks are mounted on Linux only")
}
