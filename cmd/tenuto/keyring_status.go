package main

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/tenuto-dev/tenuto/internal/vault"
)

// keysShown is what --json prints.
type keysShown struct {
	*vault.KeyStatus
	Left int `json:"rows_under_older_keys"`
}

func shown(status *vault.KeyStatus) keysShown { return keysShown{status, status.Left()} }

// printKeys prints a status whose rows were counted.
func (p *program) printKeys(asJSON bool, status *vault.KeyStatus) error {
	if asJSON {
		return p.writeJSON(shown(status))
	}
	var text bytes.Buffer
	table := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "KEY\tID\tMADE\tSTATE\tGRANTS\tPEOPLE\tSESSIONS\tROOT KEY")
	for _, key := range status.Data {
		fmt.Fprintf(table, "%d\t%s\t%s\t%s\t%d\t%d\t%d\t%s\n", key.Number, key.ID, key.Created.Format("2006-01-02 15:04"), key.State,
			key.Rows.Grants, key.Rows.People, key.Rows.Sessions, key.Root)
	}
	_ = table.Flush() // into memory
	fmt.Fprintln(&text)
	fmt.Fprintln(table, "ROOT KEY\tSEALS")
	for _, key := range status.Roots {
		fmt.Fprintf(table, "%s\t%s\n", key.ID, sealsWhat(key))
	}
	_ = table.Flush() // into memory
	fmt.Fprintf(&text, "\n%s\n", strings.Join(advice(status), "\n"))
	_, err := p.out.Write(text.Bytes())
	return err
}

func sealsWhat(key vault.RootKey) string {
	var what []string
	if key.DataKeys > 0 {
		what = append(what, plural(key.DataKeys, "data key"))
	}
	if key.IndexKey {
		what = append(what, "the index key")
	}
	if n := key.Rows.Total(); n > 0 {
		what = append(what, plural(n, "row")+" from before there were data keys")
	}
	if len(what) == 0 {
		return "nothing"
	}
	return strings.Join(what, ", ")
}

// advice is what the keys mean for the operator, and what to do next.
func advice(status *vault.KeyStatus) (lines []string) {
	lines = append(lines, rowsLeft(status))
	newest := status.Data[0]
	switch {
	case newest.State == vault.KeyNew:
		lines = append(lines, fmt.Sprintf("Key %d seals once every server knows it, ten seconds after it was made.", newest.Number))
	case newest.Resealed == nil:
		lines = append(lines, "A server that runs brings them all under the newest key; this takes seconds to minutes.")
	}
	for _, key := range status.Missing {
		lines = append(lines, fmt.Sprintf("%s cannot be opened: they lie under key %s, which nobody has.", plural(key.Rows.Total(), "row"), key.ID))
	}
	return append(append(lines, goodbyes(status)...), rootAdvice(status)...)
}

// goodbyes say when old keys go: the oldest first.
func goodbyes(status *vault.KeyStatus) (lines []string) {
	for _, key := range slices.Backward(status.Data[1:]) {
		if key.Rows.Total() > 0 || key.Remove == nil {
			continue
		}
		line := fmt.Sprintf("Key %d goes by itself on %s", key.Number, key.Remove.Format(time.DateOnly))
		if lines == nil {
			line += fmt.Sprintf(", or with \"tenuto keyring remove %d\"", key.Number)
		}
		lines = append(lines, line+".")
	}
	return lines
}

func rootAdvice(status *vault.KeyStatus) (lines []string) {
	for i, key := range status.Roots {
		switch {
		case i == 0 && !key.Needed():
			lines = append(lines, fmt.Sprintf("Root key %s is first and seals nothing yet: the next server that starts with it in front changes to it.", key.ID))
		case i > 0 && !key.Needed():
			lines = append(lines, fmt.Sprintf("Root key %s may be taken out once every server was started with another one in front.", key.ID))
		case i > 0:
			lines = append(lines, fmt.Sprintf("Root key %s must stay.", key.ID))
		}
	}
	return lines
}

// rowsLeft says how many rows are not under the newest key.
func rowsLeft(status *vault.KeyStatus) string {
	switch n := status.Left(); n {
	case 0:
		return "0 rows are left under older keys."
	case 1:
		return "1 row is left under an older key."
	default:
		return fmt.Sprintf("%d rows are left under older keys.", n)
	}
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
