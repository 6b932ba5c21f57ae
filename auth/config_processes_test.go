package auth_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/tenuto-dev/tenuto/auth"
)

const sectionsEach = 10 // that one process writes

// TestConfigToFileInManyProcesses: none undoes what another has written.
func TestConfigToFileInManyProcesses(t *testing.T) {
	t.Parallel()
	const processes = 6
	path := filepath.Join(t.TempDir(), "spotify.ini")
	var started []*exec.Cmd
	for i := range processes {
		cmd := child(t, "configure", childDir+"="+path, childApp+"="+fmt.Sprint(i))
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		started = append(started, cmd)
	}
	for i, cmd := range started {
		if err := cmd.Wait(); err != nil {
			t.Errorf("process %d: %v", i, err)
		}
	}
	for i := range processes {
		for n := range sectionsEach {
			section := fmt.Sprintf("%d-%d", i, n)
			conf, err := auth.ConfigFromFile(path, auth.ConfigNames{Section: section})
			if err != nil || conf.ClientID != section {
				t.Errorf("section %s holds %q, %v", section, conf.ClientID, err)
			}
		}
	}
}

func configureInChild() error {
	for n := range sectionsEach {
		section := fmt.Sprintf("%s-%d", os.Getenv(childApp), n)
		err := auth.ConfigToFile(os.Getenv(childDir), &auth.Config{ClientID: section}, auth.ConfigNames{Section: section})
		if err != nil {
			return err
		}
	}
	return nil
}
