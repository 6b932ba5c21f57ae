package torture

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/tenuto-dev/tenuto/internal/failpoint"
)

// patience is how long a process may take for anything, on a machine that does much else.
const patience = 2 * time.Minute

// replica is one server of a World. It lives many lives, one process each.
type replica struct {
	name             string
	program          string
	addr, operations string
	args, env        []string
	dir              string        // of its logs, its trace, its clock
	ahead            time.Duration // how long before its end a token is refreshed
	lease            time.Duration // 0: the usual
	client           *http.Client  // follows nothing
	once             *http.Client  // and sends nothing twice, as clients may where a connection breaks
	mu               sync.Mutex
	cmd              *exec.Cmd
	ended            chan struct{} // closed when the process is gone
	ready            bool          // it has said that people may come
	lives            int
	listen           net.Listener          // where a process asks
	asked            func(failpoint.Point) // it stopped there, and waits for what we do about it
}

// makeClients makes those that people use.
func (r *replica) makeClients() {
	stay := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	r.client = &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 64}, CheckRedirect: stay}
	r.once = &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}, CheckRedirect: stay}
}

// start begins a life; stop is a point at which it is to end, or to ask if ask is set, when it gets there for the
// after-th time. It returns when the server answers, or when the process has ended.
func (r *replica) start(stop failpoint.Point, after int, ask bool) error {
	words := fmt.Sprintf("trace=%s clock=%s ahead=%v", filepath.Join(r.dir, "trace"), r.clockFile(), r.ahead)
	if r.lease > 0 {
		words += " lease=" + r.lease.String()
	}
	if stop != "" {
		words += fmt.Sprintf(" point=%s after=%d", stop, after)
	}
	if ask {
		socket, err := r.answerAsk()
		if err != nil {
			return err
		}
		words += " ask=" + socket
	}
	log, err := os.OpenFile(filepath.Join(r.dir, "log"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	cmd := exec.Command(r.program, r.args...)
	cmd.Env, cmd.Stdout, cmd.Stderr = append(r.env, "TENUTO_FAILPOINT="+words), log, log
	fmt.Fprintf(log, "--- life %d: %s\n", r.lives+1, words)
	if err := spawn(cmd); err != nil {
		return err
	}
	ended := make(chan struct{})
	go func() { _ = cmd.Wait(); close(ended) }()
	r.mu.Lock()
	r.cmd, r.ended, r.ready = cmd, ended, false
	r.lives++
	r.mu.Unlock()
	return r.awaitReady(ended)
}

// awaitReady asks until the server is ready. That the process has ended is no error: it may have been told to.
func (r *replica) awaitReady(ended chan struct{}) error {
	for limit := time.Now().Add(patience); time.Now().Before(limit); {
		answer, err := r.client.Get("http://" + r.operations + "/readyz")
		if err == nil {
			answer.Body.Close()
			if answer.StatusCode == http.StatusOK {
				r.setReady(true)
				return nil
			}
		}
		select {
		case <-ended:
			return nil
		case <-time.After(3 * time.Millisecond):
		}
	}
	return fmt.Errorf("%s did not get ready within %v; it said\n%s", r.name, patience, r.said())
}

func (r *replica) setReady(ready bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.ready = ready
}

// up reports whether people may come.
func (r *replica) up() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.ready && r.alive()
}

// alive needs r.mu.
func (r *replica) alive() bool {
	if r.ended == nil {
		return false
	}
	select {
	case <-r.ended:
		return false
	default:
		return true
	}
}

// kill is kill -9, and returns once the process is gone.
func (r *replica) kill() { r.end(syscall.SIGKILL) }

// stop asks it to end as service managers do, and returns its exit status.
func (r *replica) stop() int { return r.end(syscall.SIGTERM) }

func (r *replica) end(s syscall.Signal) int {
	r.mu.Lock()
	r.ready = r.ready && s == syscall.SIGTERM // it says itself when no one may come any more
	cmd, ended := r.cmd, r.ended
	r.mu.Unlock()
	if cmd == nil {
		return 0
	}
	_ = cmd.Process.Signal(s) // one that is gone is what we want
	if s == syscall.SIGKILL {
		_ = cmd.Process.Signal(syscall.SIGCONT)
	}
	<-ended
	r.client.CloseIdleConnections()
	return cmd.ProcessState.ExitCode()
}

// signal stops or continues the process.
func (r *replica) signal(s syscall.Signal) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.alive() {
		_ = r.cmd.Process.Signal(s)
	}
}

// goneWithin reports whether the process has ended by itself.
func (r *replica) goneWithin(d time.Duration) bool {
	select {
	case <-r.endedNow():
		r.client.CloseIdleConnections()
		return true
	case <-time.After(d):
		return false
	}
}

// answerAsk listens where a process asks, and lets it go on when asked has returned.
func (r *replica) answerAsk() (string, error) {
	socket := filepath.Join(r.dir, "ask")
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.listen != nil {
		return socket, nil
	}
	l, err := net.Listen("unix", socket)
	if err != nil {
		return "", err
	}
	r.listen = l
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				line, err := bufio.NewReader(conn).ReadString('\n')
				if err == nil {
					r.mu.Lock()
					asked := r.asked
					r.mu.Unlock()
					asked(failpoint.Point(strings.TrimSpace(line)))
				}
			}()
		}
	}()
	return socket, nil
}

// whenAsked says what to do when a process has stopped and asks.
func (r *replica) whenAsked(do func(failpoint.Point)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.asked = do
}

// endedNow is closed when the present life is over.
func (r *replica) endedNow() chan struct{} {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.ended
}

// turnClock sets its clock ahead of ours, while it runs.
func (r *replica) turnClock(ahead time.Duration) error {
	file := r.clockFile()
	if err := os.WriteFile(file+".new", []byte(ahead.String()), 0o600); err != nil {
		return err
	}
	return os.Rename(file+".new", file)
}

func (r *replica) clockFile() string { return filepath.Join(r.dir, "clock") }

// said is the end of what its processes wrote.
func (r *replica) said() string {
	text, _ := os.ReadFile(filepath.Join(r.dir, "log"))
	const most = 8 << 10
	return string(text[max(0, len(text)-most):])
}

// close ends the process and everything around it.
func (r *replica) close() {
	r.kill()
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.listen != nil {
		r.listen.Close()
	}
}
