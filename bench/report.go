package main

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
)

const beginMark, endMark = "<!-- bench: begin -->", "<!-- bench: end -->"

// table is rows as Markdown.
func table(rows []row) string {
	var b strings.Builder
	b.WriteString("| what | measured | asked | details |\n|---|---|---|---|\n")
	for _, r := range rows {
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", r.what, r.ratio, r.target, r.detail)
	}
	return b.String()
}

// writeBetweenMarks replaces what stands between the two marks of the file.
func writeBetweenMarks(path, text string) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	before, rest, ok := strings.Cut(string(data), beginMark)
	_, after, closed := strings.Cut(rest, endMark)
	if !ok || !closed {
		return errors.New(path + " lacks the marks " + beginMark + " and " + endMark)
	}
	return os.WriteFile(path, []byte(before+beginMark+"\n"+text+endMark+after), 0o644)
}

// median is the middle of values, which it sorts.
func median(values []float64) float64 {
	slices.Sort(values)
	n := len(values)
	if n%2 == 1 {
		return values[n/2]
	}
	return (values[n/2-1] + values[n/2]) / 2
}

// ratio is the median of a over the median of b, with the spread of the pairs.
func ratio(a, b []float64) (middle float64, text string) {
	pairs := make([]float64, len(a))
	for i := range a {
		pairs[i] = a[i] / b[i]
	}
	middle = median(slices.Clone(pairs))
	return middle, fmt.Sprintf("%.2f × (%.2f–%.2f)", middle, slices.Min(pairs), slices.Max(pairs))
}
