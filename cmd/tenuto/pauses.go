package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/tenuto-dev/tenuto/spotify"
)

// pauses are the cool-downs of an app that commands on this computer have been told: a script that
// calls tenuto in a loop while Spotify forbids it for 14 hours sends one request, not thousands.
// They are a spotify.Budget that counts nothing.
//
// Each is an empty file whose name says it all, so that there is nothing to lock, to tear or to
// get wrong: of several the longest counts, those that are over are removed by whoever comes by,
// and what has another name is none.
type pauses struct{ dir, app string }

// longestPause is more than Spotify can mean: a clock was wrong when it was noted.
const longestPause = 31 * 24 * time.Hour

// pausesOf are those of an app at one Web API; nil where there is no place for them.
func (p *program) pausesOf(a *app) spotify.Budget {
	dir, err := p.stateDir("pauses")
	if err != nil {
		return nil
	}
	sum := sha256.Sum256([]byte(a.conf.ClientID + "\n" + a.apiURL))
	return &pauses{dir, hex.EncodeToString(sum[:8])}
}

// heedPauses has a client send nothing while Spotify forbids it, and tell the commands after it.
func (p *program) heedPauses(a *app) spotify.Option {
	return spotify.WithGovernor(spotify.NewGovernor(0, p.pausesOf(a)))
}

// Take allows everything: how many calls there are is each command's own business.
func (s *pauses) Take(_ context.Context, n int) (granted int, wait time.Duration, err error) {
	return n, 0, nil
}

// Pause notes that Spotify forbids calls until then.
func (s *pauses) Pause(_ context.Context, reason string, until time.Time) error {
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return fmt.Errorf("note until when Spotify forbids calls: %w", err)
	}
	name := fmt.Sprintf("%s-%s-%d", s.app, reason, until.UnixMilli())
	if err := os.WriteFile(filepath.Join(s.dir, name), nil, 0o600); err != nil {
		return fmt.Errorf("note until when Spotify forbids calls: %w", err)
	}
	return nil
}

// Paused is the pause that is running; the quota's, if there are two.
func (s *pauses) Paused(context.Context) (reason string, until time.Time, err error) {
	files, err := os.ReadDir(s.dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", time.Time{}, fmt.Errorf("see whether Spotify forbids calls: %w", err)
	}
	now, longest := time.Now(), map[string]time.Time{}
	for _, file := range files {
		app, rest, _ := strings.Cut(file.Name(), "-")
		why, number, _ := strings.Cut(rest, "-")
		ms, err := strconv.ParseInt(number, 10, 64)
		end := time.UnixMilli(ms)
		switch {
		case err != nil || why != spotify.BudgetRate && why != spotify.BudgetQuota:
		case !end.After(now) || end.After(now.Add(longestPause)):
			_ = os.Remove(filepath.Join(s.dir, file.Name())) // or another command does
		case app == s.app && end.After(longest[why]):
			longest[why] = end
		}
	}
	for _, why := range []string{spotify.BudgetQuota, spotify.BudgetRate} {
		if end, ok := longest[why]; ok {
			return why, end, nil
		}
	}
	return "", time.Time{}, nil
}
