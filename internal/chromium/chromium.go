// Package chromium starts the browser that is installed, for tests of pages.
package chromium

import (
	"context"
	"os/exec"
	"testing"

	"github.com/chromedp/chromedp"
)

// names under which it is installed, one system or another.
var names = []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"}

// Start runs a Chromium without a window until the test ends, and returns its first tab. profile is its user data
// directory; "" makes one. Where there is no browser the test is skipped: tools/gotest says so loudly, and fails under
// CI=true.
func Start(t testing.TB, profile string) context.Context {
	t.Helper()
	opts := []chromedp.ExecAllocatorOption{
		chromedp.NoFirstRun, chromedp.NoDefaultBrowserCheck, chromedp.Headless, chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true),
		chromedp.Flag("disable-dev-shm-usage", true),
		chromedp.ExecPath(find(t)),
	}
	if profile != "" {
		opts = append(opts, chromedp.UserDataDir(profile))
	}
	allocator, stop := chromedp.NewExecAllocator(context.Background(), opts...)
	t.Cleanup(stop)
	tab, closeTab := chromedp.NewContext(allocator)
	t.Cleanup(closeTab)
	if err := chromedp.Do(tab); err != nil {
		t.Fatalf("starting Chromium: %v", err)
	}
	return tab
}

func find(t testing.TB) string {
	t.Helper()
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Skip("NOT TESTED: there is no Chromium on this machine, and pages are tested in a real browser (Debian: apt-get install chromium)")
	return ""
}
