package main

import (
	"strconv"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/tenuto-dev/tenuto/emulator"
)

// failCommand has an operation fail once, after some requests of it:
//
//	fail 'GET /me/tracks' 1 429 30 'what Spotify says'
//
// The status may be quota, a 429 of that kind; the 30 is for Retry-After, in seconds.
func failCommand(ts *testscript.TestScript, neg bool, args []string) {
	number := func(i int) int {
		if len(args) <= i {
			return 0
		}
		n, err := strconv.Atoi(args[i])
		ts.Check(err)
		return n
	}
	fault := emulator.Fault{Operation: args[0], After: number(1), RetryAfter: time.Duration(number(3)) * time.Second}
	if args[2] == "quota" {
		fault.Status, fault.Quota = 429, true
	} else {
		fault.Status = number(2)
	}
	if len(args) > 4 {
		fault.Message = args[4]
	}
	worldOf(ts).Fail(fault)
}
