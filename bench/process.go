package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"os/exec"
	"runtime/pprof"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// process is a server running as a child, whose CPU can be asked for.
type process struct {
	addr string
	cmd  *exec.Cmd
	in   io.WriteCloser
	out  *bufio.Reader
}

// start runs this program as the child called name and waits for its address.
func start(ctx context.Context, name string, args ...string) (*process, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	return startCommand(exec.CommandContext(ctx, self, append([]string{"child:" + name}, args...)...))
}

// startCommand is start for any program that speaks the children's lines.
func startCommand(cmd *exec.Cmd) (*process, error) {
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	p := &process{cmd: cmd, in: in, out: bufio.NewReader(out)}
	line, err := p.out.ReadString('\n')
	if err != nil {
		p.stop()
		return nil, fmt.Errorf("child %s did not start: %w", cmd.Path, err)
	}
	p.addr = strings.TrimSpace(line)
	return p, nil
}

// cpu is the processor time the child has used so far.
func (p *process) cpu() (time.Duration, error) {
	if _, err := io.WriteString(p.in, "cpu\n"); err != nil {
		return 0, err
	}
	line, err := p.out.ReadString('\n')
	if err != nil {
		return 0, err
	}
	us, err := strconv.ParseInt(strings.TrimSpace(line), 10, 64)
	return time.Duration(us) * time.Microsecond, err
}

func (p *process) stop() {
	p.in.Close()
	p.cmd.Wait()
}

// child is the other side: serve, say where, answer questions about CPU, end with stdin.
func child(name string, args []string) {
	handler, err := handlerOf(name, args)
	if err != nil {
		log.Fatalf("bench: child %s: %v", name, err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal("bench: ", err)
	}
	// The limits are those of a server that faces the internet: the peers pay for them as well.
	srv := &http.Server{Handler: handler, ReadHeaderTimeout: 5 * time.Second, MaxHeaderBytes: 16 << 10}
	if d, ok := handler.(interface {
		listen(net.Listener)
	}); ok {
		d.listen(l)
	} else {
		go srv.Serve(l)
	}
	defer profile(name)()
	fmt.Println("http://" + l.Addr().String())
	for in := bufio.NewScanner(os.Stdin); in.Scan(); {
		var u syscall.Rusage
		if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
			log.Fatal("bench: ", err)
		}
		fmt.Println(u.Utime.Nano()/1000 + u.Stime.Nano()/1000)
	}
}

// profile writes a CPU profile of the child into $BENCH_PROFILE.name, if that is set.
func profile(name string) (stop func()) {
	prefix := os.Getenv("BENCH_PROFILE")
	if prefix == "" {
		return func() {}
	}
	file, err := os.Create(prefix + "." + name)
	if err == nil {
		err = pprof.StartCPUProfile(file)
	}
	if err != nil {
		log.Fatal("bench: ", err)
	}
	return func() {
		pprof.StopCPUProfile()
		file.Close()
	}
}

func handlerOf(name string, args []string) (http.Handler, error) {
	switch name {
	case "tenuto":
		return tenutoHandler(args)
	case "bare", "read":
		size, err := strconv.Atoi(args[1])
		if err != nil {
			return nil, err
		}
		if name == "bare" {
			return bareHandler(args[0], size), nil
		}
		return readHandler(args[0], size)
	case "answers":
		return answersHandler(), nil
	case "emulator":
		return emulatorHandler(), nil
	case "bytes":
		return bytesHandler(args[0])
	}
	return nil, errors.New("no such child")
}
