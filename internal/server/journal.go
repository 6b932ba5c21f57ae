package server

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"log/slog"
	"net/http"
	"sync"
	"time"
)

// event is a class of things worth telling the operator. The list is fixed and documented in
// docs/server.md.
type event struct {
	name  string
	level slog.Level
}

var (
	eventLogin        = event{"login", slog.LevelInfo}
	eventLoginFailed  = event{"login failed", slog.LevelWarn}
	eventLogout       = event{"logout", slog.LevelInfo}
	eventSessionsOut  = event{"sessions ended", slog.LevelInfo}
	eventOperator     = event{"sessions ended by an operator", slog.LevelInfo}
	eventDisconnect   = event{"disconnect", slog.LevelInfo}
	eventDownload     = event{"data downloaded", slog.LevelInfo}
	eventRefused      = event{"request refused", slog.LevelWarn}
	eventPlaying      = event{"now playing failed", slog.LevelWarn}
	eventConsentEnded = event{"consent ended", slog.LevelInfo}
	eventStore        = event{"store failed", slog.LevelError}
	eventPanic        = event{"panic", slog.LevelError}
	eventReady        = event{"ready", slog.LevelInfo}
	eventUnready      = event{"not ready", slog.LevelError}
	eventStopping     = event{"stopping", slog.LevelInfo}
	eventHeldBack     = event{"refreshes held back", slog.LevelError}
	eventGoOn         = event{"refreshes go on", slog.LevelInfo}
	eventReplaced     = event{"grant replaced", slog.LevelWarn}
	eventKeys         = event{"keys", slog.LevelInfo}
	eventUnopened     = event{"rows do not open", slog.LevelError}
)

// journal writes events: one structured line each, people as a keyed hash, never an address with a
// query, never a cookie. A class that storms is cut to a few lines a second and counted.
type journal struct {
	log   *slog.Logger
	now   func() time.Time
	count func(event string) // of each, written or not
	key   [32]byte           // new with every process: hashes cannot be followed for ever

	mu     sync.Mutex
	budget map[string]*stormCount
}

type stormCount struct {
	since         time.Time
	written, held int
}

const linesPerMinute = 120

func newJournal(log *slog.Logger, now func() time.Time, count func(event string)) *journal {
	j := &journal{log: log, now: now, count: count, budget: map[string]*stormCount{}}
	_, _ = rand.Read(j.key[:]) // never fails
	return j
}

// person is how a user appears in the log.
func (j *journal) person(userID string) string {
	mac := hmac.New(sha256.New, j.key[:])
	mac.Write([]byte(userID))
	return hex.EncodeToString(mac.Sum(nil)[:8])
}

func (j *journal) write(e event, r *http.Request, args ...any) {
	j.count(e.name)
	held, ok := j.admit(e.name, linesPerMinute)
	if ok {
		j.line(e, r, held, args)
	}
}

// seldom writes what concerns everybody and is met at every view: one line a minute for each cause.
func (j *journal) seldom(e event, cause string, args ...any) {
	j.count(e.name)
	held, ok := j.admit(e.name+": "+cause, 1)
	if ok {
		j.line(e, nil, held, args)
	}
}

func (j *journal) line(e event, r *http.Request, held int, args []any) {
	if held > 0 {
		args = append(args, "not_written", held)
	}
	ctx := context.Background()
	if r != nil {
		ctx = r.Context()
		if r.Pattern != "" {
			args = append(args, "route", r.Pattern)
		}
		args = append(args, "request", requestID(r))
	}
	j.log.Log(ctx, e.level, e.name, args...)
}

// request writes one line for an answer, where the operator asked for it: what was asked for is the
// route, never the path. Not limited: who wants all of them wants all of them.
func (j *journal) request(r *http.Request, route string, status int, took time.Duration) {
	j.log.LogAttrs(r.Context(), slog.LevelInfo, "request", slog.String("route", route), slog.String("method", knownMethod(r.Method)),
		slog.Int("status", status), slog.Float64("seconds", took.Seconds()), slog.String("request", requestID(r)))
}

// admit counts a line of a class; held is how many were left out before it.
func (j *journal) admit(class string, most int) (held int, ok bool) {
	now := j.now()
	j.mu.Lock()
	defer j.mu.Unlock()
	c := j.budget[class]
	if c == nil || now.Sub(c.since) >= time.Minute || now.Before(c.since) {
		if c != nil {
			held = c.held
		}
		c = &stormCount{since: now}
		j.budget[class] = c
	}
	if c.written >= most {
		c.held++
		return 0, false
	}
	c.written++
	return held, true
}
