package main

import (
	"strings"
	"testing"
)

func TestReport(t *testing.T) {
	events := `{"Action":"run","Package":"p","Test":"TestSkips"}
{"Action":"output","Package":"p","Test":"TestSkips","Output":"=== RUN   TestSkips\n"}
{"Action":"output","Package":"p","Test":"TestSkips","Output":"    p_test.go:4: no Chromium\n"}
{"Action":"output","Package":"p","Test":"TestSkips","Output":"--- SKIP: TestSkips\n"}
{"Action":"skip","Package":"p","Test":"TestSkips"}
{"Action":"output","Package":"p","Test":"TestPasses","Output":"chatter\n"}
{"Action":"pass","Package":"p","Test":"TestPasses"}
{"Action":"output","Package":"p","Test":"TestFails","Output":"    p_test.go:9: got 1, want 2\n"}
{"Action":"fail","Package":"p","Test":"TestFails"}
{"Action":"output","Package":"p","Test":"TestDies","Output":"last words\n"}
{"Action":"output","Package":"p","Output":"FAIL\tp\t0.1s\n"}
`
	var out strings.Builder
	skipped := report(strings.NewReader(events), &out, new(leaks))
	if want := "p.TestSkips: p_test.go:4: no Chromium"; len(skipped) != 1 || skipped[0] != want {
		t.Errorf("report(events) = %q, want [%q]", skipped, want)
	}
	for _, want := range []string{"got 1, want 2", "FAIL\tp", "last words"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("output %q lacks %q", out.String(), want)
		}
	}
	if strings.Contains(out.String(), "chatter") {
		t.Errorf("output %q has what a passing test printed", out.String())
	}
}
