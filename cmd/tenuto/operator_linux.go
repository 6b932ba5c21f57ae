package main

import (
	"fmt"
	"net"
	"os"
	"syscall"
)

// peer is the user at the other end.
func peer(conn net.Conn) (uid int, known bool) {
	unix, ok := conn.(*net.UnixConn)
	if !ok {
		return 0, false
	}
	raw, err := unix.SyscallConn()
	if err != nil {
		return 0, false
	}
	var cred *syscall.Ucred
	var asked error
	if err := raw.Control(func(fd uintptr) {
		cred, asked = syscall.GetsockoptUcred(int(fd), syscall.SOL_SOCKET, syscall.SO_PEERCRED)
	}); err != nil || asked != nil {
		return 0, false
	}
	return int(cred.Uid), true
}

// shortSocketAddress names the directory by an open file: however long its path is, that is short.
func shortSocketAddress(dir string) (address string, release func(), err error) {
	open, err := os.Open(dir)
	if err != nil {
		return "", nil, err
	}
	if _, err := os.Stat("/proc/self/fd"); err != nil {
		open.Close()
		return "", nil, tooLong(dir)
	}
	return fmt.Sprintf("/proc/self/fd/%d/%s", open.Fd(), operatorSocket), func() { open.Close() }, nil
}
