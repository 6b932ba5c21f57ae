package server

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
)

// TestMetricsAreDocumented: docs/server.md has a row for every metric with its labels, and none that is not there.
func TestMetricsAreDocumented(t *testing.T) {
	t.Parallel()
	var there []string
	for _, c := range append(newMetrics().ours(), standing{}) {
		descs := make(chan *prometheus.Desc, 100)
		c.Describe(descs)
		close(descs)
		for desc := range descs {
			m := regexp.MustCompile(`fqName: "(\w+)".*constLabels: {([^}]*)}, variableLabels: {([^}]*)}`).FindStringSubmatch(desc.String())
			if m == nil {
				t.Fatalf("cannot read %s", desc)
			}
			labels := strings.FieldsFunc(m[3], func(r rune) bool { return r == ',' })
			for _, pair := range strings.FieldsFunc(m[2], func(r rune) bool { return r == ',' }) {
				name, _, _ := strings.Cut(pair, "=")
				labels = append(labels, name)
			}
			slices.Sort(labels)
			there = append(there, m[1]+" "+strings.Join(labels, " "))
		}
	}
	text, err := os.ReadFile("../../docs/server.md")
	if err != nil {
		t.Fatal(err)
	}
	var documented []string
	for _, row := range regexp.MustCompile("(?m)^\\| `(tenuto_\\w+)` \\|([^|]*)\\| [^|]{8,} \\|$").FindAllStringSubmatch(string(text), -1) {
		var labels []string
		for _, label := range regexp.MustCompile("`(\\w+)`").FindAllStringSubmatch(row[2], -1) {
			labels = append(labels, label[1])
		}
		slices.Sort(labels)
		documented = append(documented, row[1]+" "+strings.Join(labels, " "))
	}
	slices.Sort(there)
	slices.Sort(documented)
	if !slices.Equal(there, documented) || len(there) < 15 {
		t.Errorf("the metrics are\n%s\nand docs/server.md has\n%s", strings.Join(there, "\n"), strings.Join(documented, "\n"))
	}
}

// TestEventsAreDocumented: docs/server.md lists every event of the log.
func TestEventsAreDocumented(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	var source strings.Builder
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		source.Write(text)
	}
	text, err := os.ReadFile("../../docs/server.md")
	if err != nil {
		t.Fatal(err)
	}
	events := regexp.MustCompile(`= event\{"([^"]+)"`).FindAllStringSubmatch(source.String(), -1)
	if len(events) < 15 {
		t.Errorf("%d events found", len(events))
	}
	for _, event := range events {
		if !strings.Contains(string(text), "`"+event[1]+"`") {
			t.Errorf("docs/server.md does not list the event %q", event[1])
		}
	}
}

// TestOutcomesAreDocumented: docs/server.md says what each outcome of a refresh is.
func TestOutcomesAreDocumented(t *testing.T) {
	t.Parallel()
	source, err := os.ReadFile("../../auth/outcome.go")
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile("../../docs/server.md")
	if err != nil {
		t.Fatal(err)
	}
	_, sentence, _ := strings.Cut(string(text), "Outcomes of a refresh: ")
	sentence, _, _ = strings.Cut(sentence, "\n")
	outcomes := regexp.MustCompile(`Outcome = "(\w+)"`).FindAllStringSubmatch(string(source), -1)
	if len(outcomes) < 10 {
		t.Errorf("%d outcomes found", len(outcomes))
	}
	for _, outcome := range outcomes {
		if !strings.Contains(sentence, "`"+outcome[1]+"`") {
			t.Errorf("docs/server.md does not say what the outcome %q is", outcome[1])
		}
	}
}
