package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/tenuto-dev/tenuto/emulator"
)

var refreshConstants = []emulator.RefreshTokens{
	emulator.NoneReturned, emulator.SameReturned, emulator.EmptyReturned,
	emulator.Rotated, emulator.RotatedFamily, emulator.RotatedGrace,
}

// runHere runs tenuto in this process, with no environment of its own.
func runHere(t *testing.T, args ...string) (status int, output string) {
	t.Helper()
	var out bytes.Buffer
	p := &program{in: strings.NewReader(""), out: &out, err: &out, lookup: lookupIn(nil)}
	status = p.run(t.Context(), args)
	return status, out.String()
}
