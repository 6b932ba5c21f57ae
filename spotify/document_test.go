package spotify_test

import (
	"cmp"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/tenuto-dev/tenuto/internal/operations"
)

var update = flag.Bool("update", false, "write docs/operations.md")

// TestOperationsDocument: docs/operations.md says what the table and the comments of the
// methods say. Run with -update it is written anew.
func TestOperationsDocument(t *testing.T) {
	t.Parallel()
	const path = "../docs/operations.md"
	want := operationsDocument(promises(t))
	if *update {
		if err := os.WriteFile(path, []byte(want), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Errorf("%s is stale: go test ./spotify -run TestOperationsDocument -update", path)
	}
}

const documentHead = `# The 96 operations

Spotify's Web API as of November 2026, and where each operation is in package ` + "`spotify`" + `. This page is generated from the table that the client, the emulator, the server and the command line share: ` + "`go test ./spotify -run TestOperationsDocument -update`" + `.

- **scopes**: what a call needs. *or*: one of them is enough. *by item*: it depends on the playlist, or on the kind of each URI. In brackets: widens the answer.
- **open to**: *all* apps; apps with *extended* quota, with what development mode has instead; *old* apps, those with extended quota that used it before 2024-11-27.
- **at a time**: items per page, or IDs per call; with extended quota, if that differs.
- **app token**: whether it works without a person.
`

// operationsDocument is the page.
func operationsDocument(said map[string]promise) string {
	methods := map[string][]string{}
	for name, promise := range said {
		for _, operation := range promise.operations {
			if !slices.Contains(methods[operation], name) {
				methods[operation] = append(methods[operation], name)
			}
		}
	}
	rows := slices.Clone(operations.All())
	slices.SortStableFunc(rows, func(a, b operations.Operation) int { return cmp.Compare(a.Tag, b.Tag) })
	var b strings.Builder
	b.WriteString(documentHead)
	tag := ""
	for _, op := range rows {
		if op.Tag != tag {
			tag = op.Tag
			fmt.Fprintf(&b, "\n## %s\n\n| operation | method | scopes | open to | at a time | app token |\n|---|---|---|---|---|---|\n", tag)
		}
		token := "yes"
		if op.UserOnly {
			token = "no"
		}
		fmt.Fprintf(&b, "| [`%s`](https://developer.spotify.com/documentation/web-api/reference/%s) | %s | %s | %s | %s | %s |\n",
			op.Name(), op.ID, methodCell(methods[op.Name()]), scopeCell(op), openCell(op), limitCell(op), token)
	}
	return b.String()
}

// methodCell leaves out what walks where there is what gives a page.
func methodCell(names []string) string {
	slices.Sort(names)
	var cells []string
	for _, name := range names {
		service, method, _ := strings.Cut(name, ".")
		if page, walk := strings.CutPrefix(method, "All"); walk && slices.Contains(names, service+"."+page) {
			continue
		}
		if slices.Contains(names, service+".All"+method) {
			method = "[All]" + method
		}
		cells = append(cells, fmt.Sprintf("`%s.%s`", service, method))
	}
	return strings.Join(cells, ", ")
}

func scopeCell(op operations.Operation) string {
	var parts []string
	if len(op.Scopes) > 0 {
		parts = append(parts, strings.Join(op.Scopes, ", "))
	}
	if len(op.AnyOf) > 0 {
		parts = append(parts, strings.Join(op.AnyOf, " or "))
	}
	if len(op.ByItem) > 0 {
		var scopes []string
		for _, by := range op.ByItem {
			if by.Scope != "" && !slices.Contains(scopes, by.Scope) {
				scopes = append(scopes, by.Scope)
			}
		}
		parts = append(parts, "by item: "+strings.Join(scopes, ", "))
	}
	if len(op.Optional) > 0 {
		parts = append(parts, "("+strings.Join(op.Optional, ", ")+")")
	}
	return strings.Join(parts, "; ")
}

func openCell(op operations.Operation) string {
	switch {
	case op.State == operations.Restricted:
		return "old"
	case op.State == operations.Closed && op.Replacement != "":
		return "extended; else `" + op.Replacement + "`"
	case op.State == operations.Closed:
		return "extended"
	}
	return "all"
}

func limitCell(op operations.Operation) string {
	number := func(l operations.Limits) string {
		if n := max(l.Max, l.IDs); n > 0 {
			return fmt.Sprint(n)
		}
		return ""
	}
	development, extended := number(op.Development), number(op.Extended)
	if op.State != operations.Active || development == extended {
		return extended
	}
	return development + "; extended " + extended
}
