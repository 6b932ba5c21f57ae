package pgtest

import (
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strconv"
)

// guardian reads numbers of processes, the last of which counts, until we close its input or die, by whatever
// signal: then it ends that process and removes the directory. It tells Ctrl-C and its kind to leave it in peace.
const guardian = `
trap '' INT TERM HUP QUIT
server=0
while read -r line; do server=$line; done
if [ "$server" != 0 ]; then
	kill -QUIT "$server" 2>/dev/null
	tries=0
	while kill -0 "$server" 2>/dev/null && [ $tries -lt 100 ]; do sleep 0.1; tries=$((tries+1)); done
	kill -KILL "$server" 2>/dev/null
fi
tries=0
until rm -rf "$1" 2>/dev/null; do # what was killed may still be writing
	tries=$((tries+1))
	[ $tries -lt 20 ] || exit 1
	sleep 0.1
done
`

// guard is the process that cleans up after us.
type guard struct {
	cmd  *exec.Cmd
	tell io.WriteCloser
}

func newGuard(directory string) (*guard, error) {
	cmd := exec.Command("sh", "-c", guardian, "pgtest", directory) //nolint:noctx // it outlives every context
	account{}.adopt(cmd)
	tell, err := cmd.StdinPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		return nil, fmt.Errorf("pgtest: guard: %w", err)
	}
	return &guard{cmd, tell}, nil
}

// watch says which process is to end with us; 0 for none.
func (g *guard) watch(pid int) error {
	if _, err := io.WriteString(g.tell, strconv.Itoa(pid)+"\n"); err != nil {
		return fmt.Errorf("pgtest: guard: %w", err)
	}
	return nil
}

// finish lets it clean up now.
func (g *guard) finish() error {
	if err := errors.Join(g.tell.Close(), g.cmd.Wait()); err != nil {
		return fmt.Errorf("pgtest: guard: %w", err)
	}
	return nil
}
