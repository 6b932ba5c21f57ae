package main

import (
	"net"
	"net/http"
	"sync"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/tenuto-dev/tenuto/emulator"
)

// worlds are the emulators of running scripts, by their working directory.
var worlds sync.Map

func worldOf(ts *testscript.TestScript) *emulator.Emulator {
	world, ok := worlds.Load(ts.Getenv("WORK"))
	if !ok {
		ts.Fatalf("no emulator: use the command spotify first")
	}
	return world.(*emulator.Emulator)
}

// startWorld serves an emulator on a free port of this machine until stop is called.
func startWorld(conf emulator.Config) (world *emulator.Emulator, stop func()) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	world = emulator.New(conf)
	world.URL = "http://" + l.Addr().String()
	server := &http.Server{Handler: world}
	go server.Serve(l)
	return world, func() { server.Close() }
}
