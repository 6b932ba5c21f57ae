package main

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/tenuto-dev/tenuto/auth"
)

// flightFigure lets 1,000 goroutines find one expired token at once; the answer takes 50 ms and
// the refresh token works once.
func flightFigure(ctx context.Context, s settings) ([]row, error) {
	const callers, delay = 1000, 50 * time.Millisecond
	var slowest []float64
	var requests int64
	for range s.rounds {
		up, err := startUpstream(nil, delay)
		if err != nil {
			return nil, err
		}
		took, err := expiredTogether(ctx, up.url, callers)
		requests = max(requests, up.refreshes.Load())
		up.close()
		if err != nil {
			return nil, err
		}
		slowest = append(slowest, took.Seconds()/delay.Seconds())
	}
	return []row{
		{what: "1,000 goroutines on one expired token: refreshes", ratio: fmt.Sprint(requests), target: "1"},
		{what: "… until the last of them is served, against the upstream's 50 ms", target: "≤ 1.2 ×",
			ratio: fmt.Sprintf("%.2f × (%.2f–%.2f)", median(slowest), slices.Min(slowest), slices.Max(slowest))},
	}, nil
}

func expiredTogether(ctx context.Context, url string, callers int) (time.Duration, error) {
	cred, err := auth.NewCredentials(&auth.Config{ClientID: "0123456789abcdef0123456789abcdef", ClientSecret: "bench", AccountsURL: url})
	if err != nil {
		return 0, err
	}
	login := cred.Refreshing(nil).FromToken(&auth.Token{
		AccessToken: fakeAccess, TokenType: "Bearer", RefreshToken: fakeRefresh,
		ExpiresAt: time.Now().Add(-time.Minute), AuthorizedAt: time.Now(),
	})
	begin := make(chan struct{})
	failed := make(chan error, callers)
	var wg sync.WaitGroup
	for range callers {
		wg.Go(func() {
			<-begin
			if _, err := login.Token(ctx); err != nil {
				failed <- err
			}
		})
	}
	time.Sleep(10 * time.Millisecond) // all of them wait at the line
	started := time.Now()
	close(begin)
	wg.Wait()
	select {
	case err := <-failed:
		return 0, err
	default:
		return time.Since(started), nil
	}
}
