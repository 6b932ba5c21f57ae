package main

import (
	"fmt"
	"net"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/tenuto-dev/tenuto/internal/server"
)

// watchFlags are how an operator sees what a server does and when people must consent again, and how
// long one that is told to stop goes on.
type watchFlags struct {
	operationsAddr string
	drainDelay     time.Duration
	logFormat      string
	logRequests    bool
	consentMonths  int
}

func (f *watchFlags) register(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.operationsAddr, "operations-addr", "127.0.0.1:5002", "the `ADDRESS` of /healthz, /readyz and /metrics, or none")
	flags.DurationVar(&f.drainDelay, "drain-delay", time.Second, "how long people are still served after /readyz says that the server stops: longer than a balancer needs to notice")
	flags.StringVar(&f.logFormat, "log", "text", "the `FORMAT` of the log: text or json")
	flags.BoolVar(&f.logRequests, "log-requests", false, "write a line for every request, with its route but not its address")
	flags.IntVar(&f.consentMonths, "consent-months", 6, "how many calendar `MONTHS` after a person's consent Spotify refreshes it; 0: for ever")
}

// mostMonths is longer than Spotify will ever let a consent last.
const mostMonths = 1200

func (f *watchFlags) check() error {
	if f.consentMonths < 0 || f.consentMonths > mostMonths {
		return usage(fmt.Sprintf("0 is for ever, and %d months are a century", mostMonths), "--consent-months: %d is no number of months", f.consentMonths)
	}
	return nil
}

func (f *watchFlags) apply(conf *server.Config) {
	conf.DrainDelay, conf.LogRequests = f.drainDelay, f.logRequests
	conf.App.ConsentMonths = f.consentMonths
	if f.consentMonths == 0 {
		conf.App.ConsentMonths = -1 // there 0 is the default
	}
}

// starting answers the operator while the database is being opened; stop it before the server serves.
func starting(operations net.Listener) (stop func()) {
	if l, ok := operations.(*net.TCPListener); ok {
		return sync.OnceFunc(server.Starting(l))
	}
	return func() {}
}
