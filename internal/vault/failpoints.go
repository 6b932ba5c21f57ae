package vault

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
	"time"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/internal/failpoint"
)

// What this file puts around tables and grants is there in programs built for the crash harness, and in no other.

// stoppableTables stops before and after writes.
type stoppableTables struct{ Tables }

func stoppable(t Tables) Tables {
	if !failpoint.Enabled {
		return t
	}
	return stoppableTables{t}
}

// InsertPerson implements Tables.
func (t stoppableTables) InsertPerson(ctx context.Context, row PersonRow) (bool, error) {
	failpoint.Hit(failpoint.BeforePerson)
	done, err := t.Tables.InsertPerson(ctx, row)
	failpoint.Hit(failpoint.AfterPerson)
	return done, err
}

// DeletePerson implements Tables.
func (t stoppableTables) DeletePerson(ctx context.Context, app, userID string) error {
	failpoint.Hit(failpoint.BeforeForget)
	err := t.Tables.DeletePerson(ctx, app, userID)
	failpoint.Hit(failpoint.AfterForget)
	return err
}

// InsertSession implements Tables.
func (t stoppableTables) InsertSession(ctx context.Context, row SessionRow, keep int) (bool, error) {
	failpoint.Hit(failpoint.BeforeSession)
	done, err := t.Tables.InsertSession(ctx, row, keep)
	failpoint.Hit(failpoint.AfterSession)
	return done, err
}

// DeleteSession implements Tables.
func (t stoppableTables) DeleteSession(ctx context.Context, app string, id []byte) (string, int, error) {
	failpoint.Hit(failpoint.BeforeLogout)
	userID, left, err := t.Tables.DeleteSession(ctx, app, id)
	failpoint.Hit(failpoint.AfterLogout)
	return userID, left, err
}

// InsertSpent implements Tables.
func (t stoppableTables) InsertSpent(ctx context.Context, app string, state []byte, until time.Time) (bool, error) {
	fresh, err := t.Tables.InsertSpent(ctx, app, state, until)
	failpoint.Hit(failpoint.AfterSpent)
	return fresh, err
}

// InsertKey implements KeyTables.
func (t stoppableTables) InsertKey(ctx context.Context, row KeyRow) (bool, error) {
	failpoint.Hit(failpoint.BeforeKeyWrite)
	done, err := t.Tables.InsertKey(ctx, row)
	failpoint.Hit(failpoint.AfterKeyWrite)
	return done, err
}

// ReplaceSealed implements KeyTables.
func (t stoppableTables) ReplaceSealed(ctx context.Context, table SealedTable, rows []SealedRow) (int, error) {
	failpoint.Hit(failpoint.BeforeReseal)
	n, err := t.Tables.ReplaceSealed(ctx, table, rows)
	failpoint.Hit(failpoint.AfterReseal)
	return n, err
}

// stopJournaled stops when an answer is on disk in the rescue journal.
func stopJournaled(a *auth.Answer) {
	if !failpoint.Enabled {
		return
	}
	var plain struct {
		Token struct {
			AccessToken string `json:"access_token"`
		} `json:"token"`
	}
	if data, err := a.MarshalBinary(); err == nil && json.Unmarshal(data, &plain) == nil {
		failpoint.Trace(failpoint.Saved, failpoint.Name(plain.Token.AccessToken))
	}
	failpoint.Hit(failpoint.AfterJournal)
}

// stoppableGrants stops at the steps of a refresh, which it tells by what changes in the record. It also writes down
// which access tokens are saved: whoever judges a crash has to know.
type stoppableGrants struct {
	auth.Store
	mu    sync.Mutex
	known map[string]seen // by key: the record this process saw last
}

type seen struct {
	record  *auth.Record
	claimed bool // by this process, with its latest write
}

func stoppableStore(s auth.Store) auth.Store {
	if !failpoint.Enabled {
		return s
	}
	return &stoppableGrants{Store: s, known: map[string]seen{}}
}

// Load implements auth.Store.
func (g *stoppableGrants) Load(ctx context.Context, key string) (*auth.Record, error) {
	rec, err := g.Store.Load(ctx, key)
	if err == nil {
		g.saw(key, rec, func(s seen) bool { return s.claimed && s.record.Version == rec.Version })
	}
	return rec, err
}

// Swap implements auth.Store.
func (g *stoppableGrants) Swap(ctx context.Context, key, version string, next *auth.Record) error {
	step := g.step(key, version, next)
	failpoint.Hit(step.before)
	err := g.Store.Swap(ctx, key, version, next)
	if err == nil {
		g.saw(key, next, func(seen) bool { return step == stepClaim })
		if step == stepSave || step == stepLogin {
			failpoint.Trace(failpoint.Saved, failpoint.Name(next.Token.AccessToken))
		}
	}
	if !errors.Is(err, auth.ErrConflict) {
		failpoint.Hit(step.after)
	}
	return err
}

func (g *stoppableGrants) saw(key string, rec *auth.Record, claimed func(seen) bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.known[key] = seen{rec, claimed(g.known[key])}
}

// step is what a write of a record does.
type step struct{ before, after failpoint.Point }

var (
	stepClaim   = step{failpoint.BeforeClaim, failpoint.AfterClaim}
	stepRelease = step{before: failpoint.BeforeRelease}
	stepSave    = step{failpoint.BeforeSave, failpoint.AfterSave}
	stepVerdict = step{failpoint.BeforeVerdict, failpoint.AfterVerdict}
	stepLogin   = step{failpoint.BeforeLogin, failpoint.AfterLogin}
	stepOther   = step{}
)

func (g *stoppableGrants) step(key, version string, next *auth.Record) step {
	g.mu.Lock()
	was := g.known[key]
	g.mu.Unlock()
	switch before := was.record; {
	case version == "":
		return stepLogin
	case before == nil || before.Version != version || before.Token == nil || next.Token == nil:
		return stepOther
	case next.Dead != nil && before.Dead == nil:
		return stepVerdict
	case next.Token.AccessToken != before.Token.AccessToken && next.Token.AccessToken != "" && next.Generation > before.Generation:
		return stepSave
	case next.Token.AccessToken != before.Token.AccessToken && next.Token.AccessToken != "":
		return stepLogin
	case next.Generation != before.Generation || next.Token.AccessToken == "" && before.Token.AccessToken != "":
		return stepOther // a spare's turn, or an access token erased
	case was.claimed:
		return stepRelease
	}
	return stepClaim
}
