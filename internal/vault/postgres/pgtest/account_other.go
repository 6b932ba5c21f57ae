//go:build !unix

package pgtest

import (
	"os"
	"os/exec"
)

func findAccount() (account, error) { return account{}, ErrMissing }

func (account) adopt(*exec.Cmd) {}

var signalFast, signalCrash = os.Interrupt, os.Kill
