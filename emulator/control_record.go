package emulator

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// controlFault is a Fault in JSON.
type controlFault struct {
	ID         int    `json:"id,omitempty"`
	Operation  string `json:"operation,omitempty"`
	Person     string `json:"person,omitempty"`
	After      int    `json:"after,omitempty"`
	Times      int    `json:"times,omitempty"`
	Status     int    `json:"status,omitempty"`
	RetryAfter span   `json:"retry_after,omitempty"`
	Quota      bool   `json:"quota,omitempty"`
	OAuthError string `json:"oauth_error,omitempty"`
	Message    string `json:"message,omitempty"`
	Body       string `json:"body,omitempty"`
	Delay      span   `json:"delay,omitempty"`
	Reset      string `json:"reset,omitempty"`
}

// resets are the words for Reset.
var resets = []string{NoReset: "", ResetBefore: "before", ResetAfter: "after", ResetHalfway: "halfway"}

func (c controlFault) fault() (Fault, error) {
	f := Fault{
		Operation: c.Operation, Person: c.Person, After: c.After, Times: c.Times,
		Status: c.Status, RetryAfter: time.Duration(c.RetryAfter), Quota: c.Quota, OAuthError: c.OAuthError,
		Message: c.Message, Body: c.Body, Delay: time.Duration(c.Delay), Reset: -1,
	}
	for reset, word := range resets {
		if c.Reset == word {
			f.Reset = Reset(reset)
		}
	}
	if f.Reset < 0 {
		return f, fmt.Errorf("emulator: reset %q: want before, after or halfway", c.Reset)
	}
	return f, f.check()
}

func controlFaultOf(f *plannedFault) controlFault {
	times := f.Times
	if times >= 0 {
		times = max(times, 1) - f.struck
	}
	return controlFault{
		ID: f.id, Operation: f.Operation, Person: f.Person, After: f.After - f.passed, Times: times,
		Status: f.Status, RetryAfter: span(f.RetryAfter), Quota: f.Quota, OAuthError: f.OAuthError,
		Message: f.Message, Body: f.Body, Delay: span(f.Delay), Reset: resets[f.Reset],
	}
}

// controlFaults lists what is still to come.
func (e *Emulator) controlFaults(*http.Request) (any, error) {
	p := &e.faults
	p.mu.Lock()
	defer p.mu.Unlock()
	list := make([]controlFault, len(p.planned))
	for i, f := range p.planned {
		list[i] = controlFaultOf(f)
	}
	return list, nil
}

func (e *Emulator) controlFail(r *http.Request) (any, error) {
	var c controlFault
	if err := readControl(r, &c); err != nil {
		return nil, err
	}
	if c.ID != 0 {
		return nil, errors.New("emulator: the id of a fault is given, not chosen: leave it out")
	}
	f, err := c.fault()
	if err != nil {
		return nil, err
	}
	return map[string]int{"id": e.faults.plan(f)}, nil
}

func (e *Emulator) controlStop(r *http.Request) (any, error) {
	id, err := strconv.Atoi(r.PathValue("id"))
	if err != nil || !e.faults.stop(id) {
		return nil, fmt.Errorf("emulator: no fault %s is planned: it is over, or never was", r.PathValue("id"))
	}
	return nil, nil
}

func (e *Emulator) controlStopAll(*http.Request) (any, error) {
	e.faults.replace(nil)
	return nil, nil
}

// controlEntry is an Entry in JSON.
type controlEntry struct {
	At        time.Time  `json:"at"`
	Operation string     `json:"operation"`
	ClientID  string     `json:"client_id,omitempty"`
	Person    string     `json:"person,omitempty"`
	Token     string     `json:"token,omitempty"`
	Grant     string     `json:"grant,omitempty"`
	Status    int        `json:"status"`
	Faulted   bool       `json:"faulted,omitempty"`
	Query     url.Values `json:"query,omitempty"`
	Body      string     `json:"body,omitempty"`
}

// controlLedger answers with the ledger, or the part that is asked for, as JSON or as a table.
func (e *Emulator) controlLedger(r *http.Request) (any, error) {
	q := r.URL.Query()
	l := e.Ledger()
	if q.Has("operation") {
		l = l.Of(q.Get("operation"))
	}
	if q.Has("person") {
		l = l.By(q.Get("person"))
	}
	if q.Has("grant") {
		l = l.Grant(q.Get("grant"))
	}
	if q.Has("since") {
		since, err := time.Parse(time.RFC3339, q.Get("since"))
		if err != nil {
			return nil, fmt.Errorf("emulator: since: want a time like 2026-11-21T18:00:00Z: %w", err)
		}
		l = l.Since(since)
	}
	if q.Get("format") == "text" || strings.HasPrefix(r.Header.Get("Accept"), "text/plain") {
		return answerText(l.String()), nil
	}
	entries := make([]controlEntry, len(l))
	for i, e := range l {
		entries[i] = controlEntry{e.At, e.Operation, e.ClientID, e.Person, e.Token, e.Grant, e.Status, e.Faulted, e.Query, string(e.Body)}
	}
	return struct {
		Entries []controlEntry `json:"entries"`
		Scopes  string         `json:"scopes"`
	}{entries, l.Scopes()}, nil
}

func (e *Emulator) controlClear(*http.Request) (any, error) {
	e.entries.clear()
	return nil, nil
}
