package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"syscall"
)

// operatorSocket is the socket in a data directory.
const operatorSocket = "tenuto.sock"

// maxSocketPath is how long the address of a socket may be on any system, in bytes.
const maxSocketPath = 103

// listenOperator opens the socket in dir, for the user who runs this. What a server that was killed has left there is
// replaced: whoever has the database open in dir is alone in it.
func listenOperator(ctx context.Context, dir string) (net.Listener, error) {
	path := filepath.Join(dir, operatorSocket)
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return nil, err
	case info.Mode().Type() != fs.ModeSocket:
		return nil, fmt.Errorf("%s is there and no socket", path)
	default:
		if err := os.Remove(path); err != nil {
			return nil, err
		}
	}
	address, release, err := socketAddress(dir)
	if err != nil {
		return nil, err
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "unix", address)
	if err != nil {
		release()
		return nil, err
	}
	if err := os.Chmod(path, 0o600); err != nil {
		l.Close()
		release()
		return nil, err
	}
	return &ownersListener{l, release}, nil
}

// ownersListener lets in the user who runs this, and the system's administrator.
type ownersListener struct {
	net.Listener
	release func()
}

// Accept closes the others' connections.
func (l *ownersListener) Accept() (net.Conn, error) {
	for {
		conn, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if uid, known := peer(conn); !known || uid == os.Geteuid() || uid == 0 {
			return conn, nil
		}
		conn.Close()
	}
}

// Close removes the socket.
func (l *ownersListener) Close() error {
	defer l.release()
	return l.Listener.Close()
}

// connectOperator connects to the socket in dir: errNoServer if nobody listens there.
func connectOperator(ctx context.Context, dir string) (net.Conn, error) {
	address, release, err := socketAddress(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, errNoServer
	}
	if err != nil {
		return nil, err
	}
	defer release()
	conn, err := (&net.Dialer{}).DialContext(ctx, "unix", address)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ECONNREFUSED) {
		return nil, errNoServer
	}
	if err != nil {
		return nil, err
	}
	if uid, known := peer(conn); known && uid != os.Geteuid() && uid != 0 && os.Geteuid() != 0 {
		conn.Close()
		return nil, fmt.Errorf("the server in %s is run by user %d, not by the one who asks (%d)", dir, uid, os.Geteuid())
	}
	return conn, nil
}

// socketAddress is a name of the socket in dir that is short enough, valid until release is called.
func socketAddress(dir string) (address string, release func(), err error) {
	path := filepath.Join(dir, operatorSocket)
	if len(path) <= maxSocketPath {
		return path, func() {}, nil
	}
	if here, err := os.Getwd(); err == nil {
		if relative, err := filepath.Rel(here, path); err == nil && len(relative) <= maxSocketPath {
			return relative, func() {}, nil
		}
	}
	return shortSocketAddress(dir)
}

func tooLong(dir string) error {
	return fmt.Errorf("the path of %s is too long for a socket: choose a --data-dir of less than %d bytes", dir, maxSocketPath-len(operatorSocket))
}
