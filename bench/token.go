package main

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/tenuto-dev/tenuto/auth"
)

// tokenFigure is the path that every call takes: a token that is still valid, against the one
// thing it cannot do without, looking at the clock.
func tokenFigure(ctx context.Context, s settings) ([]row, error) {
	login, err := validLogin()
	if err != nil {
		return nil, err
	}
	n := 20_000_000
	if s.quick {
		n /= 10
	}
	token := func() { login.Token(ctx) }
	var sink atomic.Int64
	clock := func() {
		if time.Now().IsZero() {
			sink.Add(1)
		}
	}
	var rows []row
	var single float64
	for _, goroutines := range []int{1, 8, 64} {
		var a, b []float64
		for round := range s.rounds + 1 {
			x, y := cpuPerCall(goroutines, n, token), cpuPerCall(goroutines, n, clock)
			if round > 0 {
				a, b = append(a, x), append(b, y)
			}
		}
		_, text := ratio(a, b)
		if goroutines == 1 {
			single = median(a)
		}
		rows = append(rows, row{
			what:  fmt.Sprintf("valid token, CPU per call against time.Now(): %s", plural(goroutines)),
			ratio: text, target: "≤ 1.25 ×, flat",
			detail: fmt.Sprintf("%.1f ns, %.2f × that of one goroutine", median(a), median(a)/single),
		})
	}
	rows = append(rows, row{
		what: "valid token, allocations per call", target: "0",
		ratio: fmt.Sprintf("%.4f", allocations(100_000, token)),
	})
	return rows, nil
}

func validLogin() (*auth.RefreshingToken, error) {
	cred, err := auth.NewCredentials(&auth.Config{ClientID: "0123456789abcdef0123456789abcdef", ClientSecret: "bench"})
	if err != nil {
		return nil, err
	}
	return cred.Refreshing(nil).FromToken(&auth.Token{
		AccessToken: fakeAccess, TokenType: "Bearer", RefreshToken: fakeRefresh,
		ExpiresAt: time.Now().Add(24 * time.Hour), AuthorizedAt: time.Now(),
	}), nil
}

// cpuPerCall is the ns of CPU that one of n calls costs, spread over so many goroutines.
func cpuPerCall(goroutines, n int, call func()) float64 {
	before := cpuNow()
	var wg sync.WaitGroup
	for range goroutines {
		wg.Go(func() {
			for range n / goroutines {
				call()
			}
		})
	}
	wg.Wait()
	return float64((cpuNow() - before).Nanoseconds()) / float64(n)
}

func cpuNow() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func allocations(n int, call func()) float64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range n {
		call()
	}
	runtime.ReadMemStats(&after)
	return float64(after.Mallocs-before.Mallocs) / float64(n)
}

func plural(goroutines int) string {
	if goroutines == 1 {
		return "1 goroutine"
	}
	return fmt.Sprintf("%d goroutines", goroutines)
}
