package main

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/tenuto-dev/tenuto/internal/operations"
)

// listed is an operation as "tenuto api --list" shows it.
type listed struct {
	Operation   string   `json:"operation"`
	Name        string   `json:"name"` // method and path
	Tag         string   `json:"tag"`
	Scopes      []string `json:"scopes"`             // needed
	AnyOf       []string `json:"any_of,omitempty"`   // one of them
	Optional    []string `json:"optional,omitempty"` // widen the answer
	OpenTo      string   `json:"open_to"`            // "all", "extended", "old"
	Replacement string   `json:"replacement,omitempty"`
	AtATime     int      `json:"at_a_time,omitempty"` // items of a page, or IDs
	Pages       string   `json:"pages,omitempty"`     // "offset", "cursor"
	AppToken    bool     `json:"app_token"`           // works without a person
}

// openTo says which apps may call an operation, in the words of docs/operations.md.
var openTo = map[operations.State]string{
	operations.Active: "all", operations.Closed: "extended", operations.Restricted: "old",
}

// listOperations prints the operations in which every word is found. --app and --mode leave out
// what they could not call.
func (p *program) listOperations(f *apiCommand, cmd *cobra.Command, words []string) error {
	if _, err := f.modeOf(); err != nil {
		return err
	}
	if !cmd.Flags().Changed("output") {
		f.output.format = "table"
	}
	var found batch
	for i := range operations.All() {
		op := &operations.All()[i]
		closed := cmd.Flags().Changed("mode") && f.mode == "development" && op.State != operations.Active
		if closed || f.forApp && op.UserOnly || !mentions(op, words) {
			continue
		}
		line, err := json.Marshal(f.listed(op))
		if err != nil {
			return err
		}
		found = append(found, line)
	}
	if len(found) == 0 {
		return advise(fmt.Errorf("no operation has %s", strings.Join(words, " and ")), `"tenuto api --list" lists all of them`)
	}
	out := p.printer(f.output)
	out.table.cut = false
	return out.list(func(yield func(batch, error) bool) { yield(found, nil) })
}

// listed describes an operation for an app of the mode.
func (f *webFlags) listed(op *operations.Operation) listed {
	limits := op.Development
	if f.mode == "extended" || op.State != operations.Active {
		limits = op.Extended
	}
	scopes := op.Needed()
	if scopes == nil {
		scopes = []string{}
	}
	return listed{
		Operation: op.ID, Name: op.Name(), Tag: op.Tag, Scopes: scopes, AnyOf: op.AnyOf, Optional: op.Optional,
		OpenTo: openTo[op.State], Replacement: op.Replacement, AtATime: max(limits.Max, limits.IDs),
		Pages: string(op.Page), AppToken: !op.UserOnly,
	}
}

// mentions reports whether an operation has every word: in its names, its tag or its scopes.
func mentions(op *operations.Operation, words []string) bool {
	text := strings.ToLower(strings.Join([]string{op.ID, op.Name(), op.Tag, strings.Join(op.Needed(), " "), openTo[op.State]}, " "))
	for _, word := range words {
		if !strings.Contains(text, strings.ToLower(word)) {
			return false
		}
	}
	return true
}
