package server

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/tenuto-dev/tenuto/internal/vault"
)

// verdict on whether people should be sent here. The list is fixed and documented in docs/server.md.
type readyAnswer struct {
	Ready  bool   `json:"ready"`
	Reason string `json:"reason"`
	Detail string `json:"detail,omitempty"`
}

var (
	isReady      = readyAnswer{true, "ready", ""}
	isStarting   = readyAnswer{false, "starting", "the database is being opened, and its tables brought up to date"}
	isStopping   = readyAnswer{false, "stopping", "this process finishes what is under way, and ends"}
	isSlow       = readyAnswer{false, "database_slow", "the database takes more than a second for one small write"}
	isFull       = readyAnswer{false, "database_full", "the disk of the database is full"}
	isReadOnly   = readyAnswer{false, "database_read_only", "the database cannot be written"}
	isDamaged    = readyAnswer{false, "database_damaged", "the database is damaged: restore a backup"}
	isKeyless    = readyAnswer{false, "key_missing", "the database is sealed with a key that this process was not given"}
	isOutdated   = readyAnswer{false, "database_newer", "a newer Tenuto has changed the database for good: replace this process by one"}
	isUnreached  = readyAnswer{false, "database_unreachable", "the database does not answer"}
	dbComplaints = []struct {
		cause  error
		answer readyAnswer
	}{
		{vault.ErrFull, isFull},
		{vault.ErrReadOnly, isReadOnly},
		{vault.ErrDamaged, isDamaged},
		{vault.ErrKeyMissing, isKeyless},
		{vault.ErrWrongKey, isKeyless},
		{vault.ErrOutdated, isOutdated},
		{context.DeadlineExceeded, isSlow},
	}
)

// answerFor is what an error of the database means.
func answerFor(err error) readyAnswer {
	if err == nil {
		return isReady
	}
	for _, complaint := range dbComplaints {
		if errors.Is(err, complaint.cause) {
			return complaint.answer
		}
	}
	return isUnreached
}

const (
	readyLife = time.Second // how long an answer is good for everybody who asks
	probeTime = time.Second // how long the database may take
)

// readiness asks the database whether it works, once for all who want to know at the same time, and
// not more than once a second: many balancers may ask many times a second.
type readiness struct {
	probe func(context.Context) error
	heard func(answer readyAnswer, took time.Duration, err error) // of each probe

	mu    sync.Mutex
	last  readyAnswer
	until time.Time
	shown bool          // ready, as far as was logged
	under chan struct{} // closed when the probe that is under way ends; nil: none is
}

// check is the answer, at most a second old. If ctx ends before the database has answered, it is slow.
func (d *readiness) check(ctx context.Context) readyAnswer {
	d.mu.Lock()
	if time.Now().Before(d.until) {
		defer d.mu.Unlock()
		return d.last
	}
	if d.under == nil {
		d.under = make(chan struct{})
		go d.ask(context.WithoutCancel(ctx), d.under)
	}
	under := d.under
	d.mu.Unlock()
	select {
	case <-under:
	case <-ctx.Done():
		return isSlow
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.last
}

func (d *readiness) ask(ctx context.Context, done chan struct{}) {
	ctx, cancel := context.WithTimeout(ctx, probeTime)
	defer cancel()
	begun := time.Now()
	err := d.probe(ctx)
	answer, took := answerFor(err), time.Since(begun)
	d.mu.Lock()
	d.last, d.until, d.under = answer, time.Now().Add(readyLife), nil
	d.mu.Unlock()
	close(done)
	d.heard(answer, took, err)
}

// news reports whether that was different the last time.
func (d *readiness) news(ready bool) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	was := d.shown
	d.shown = ready
	return was != ready
}

// readyz: send people here. Not while stopping, and not without the database.
func (s *Server) readyz(w http.ResponseWriter, r *http.Request) {
	answer := isStopping
	if !s.stop.draining() {
		answer = s.ready.check(r.Context())
	}
	writeReady(w, r, answer)
}

// probed notes what a probe of the database said, and logs it when it is news.
func (s *Server) probed(answer readyAnswer, took time.Duration, err error) {
	if s.stop.draining() {
		return // the database may have been closed under it
	}
	s.metrics.probes.Observe(took.Seconds())
	news := s.ready.news(answer.Ready)
	switch {
	case err != nil:
		s.metrics.ready.Set(0)
		s.journal.seldom(eventUnready, answer.Reason, "reason", answer.Reason, "error", err)
	case news:
		s.metrics.ready.Set(1)
		s.journal.write(eventReady, nil)
	}
}

// writeReady answers with a word and a sentence, or the same as JSON.
func writeReady(w http.ResponseWriter, r *http.Request, answer readyAnswer) {
	status := http.StatusOK
	if !answer.Ready {
		status = http.StatusServiceUnavailable
	}
	if strings.Contains(r.Header.Get("Accept"), "application/json") {
		body, err := json.Marshal(answer)
		if err == nil {
			writeJSON(w, status, append(body, '\n'))
			return
		}
	}
	text := answer.Reason
	if answer.Detail != "" {
		text += ": " + answer.Detail
	}
	writeText(w, status, text+"\n")
}
