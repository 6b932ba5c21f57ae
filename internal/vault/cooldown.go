package vault

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// Cooldown is until when one of Spotify's services wants to be left alone, for all who share the database and for
// whoever starts later: what is forbidden for 14 hours stays so over a restart. It is an auth.Cooldown. Safe for
// concurrent use, by any number of processes.
//
// How long a pause lasts goes by the database's clock, so that replicas need not agree about the time.
type Cooldown struct {
	db   *DB
	app  string
	name string
	now  func() time.Time
}

// Cooldown is that of the accounts service. now is the clock that the caller's times are of; nil is time.Now.
func (db *DB) Cooldown(app string, now func() time.Time) *Cooldown {
	if now == nil {
		now = time.Now
	}
	return db.cooldown(app, "pause of the accounts service", now)
}

func (db *DB) cooldown(app, name string, now func() time.Time) *Cooldown {
	return &Cooldown{db: db, app: app, name: name, now: now}
}

// reasonQuota comes before all others that run: it is spotify.BudgetQuota.
const reasonQuota = "quota"

const pauseTries = 100

// Pause lets the service be left alone until then, rounded up to a second. A shorter pause than the one that runs
// for the same reason changes nothing. The error is the database's, or that of ctx.
func (c *Cooldown) Pause(ctx context.Context, reason string, until time.Time) error {
	wait := until.Sub(c.now())
	if wait <= 0 {
		return nil
	}
	for range pauseTries {
		was, now, err := c.db.tables.Shared(ctx, c.app, c.name)
		if err != nil {
			return fmt.Errorf("pause: %w", err)
		}
		running := parsePauses(was, now)
		// To a second, because a 429 seldom comes alone: what a hundred calls heard at once is one pause.
		end := now.Add(wait + time.Second - time.Millisecond).Truncate(time.Second).UnixMilli()
		if running[reason].Until >= end {
			return nil
		}
		running[reason] = pause{Since: now.UnixMilli(), Until: end}
		won, err := c.db.tables.SwapShared(ctx, c.app, c.name, was, running.String())
		if err != nil {
			return fmt.Errorf("pause: %w", err)
		}
		if won {
			return nil
		}
	}
	return errors.New("pause: others change it all the time")
}

// Paused is the pause that is running, the longest of several; "" and the zero time if there is none. The error is
// the database's, or that of ctx.
func (c *Cooldown) Paused(ctx context.Context) (reason string, until time.Time, err error) {
	value, now, err := c.db.tables.Shared(ctx, c.app, c.name)
	if err != nil {
		return "", time.Time{}, fmt.Errorf("look for a pause: %w", err)
	}
	reason, p := parsePauses(value, now).first()
	if reason == "" {
		return "", time.Time{}, nil
	}
	return reason, c.now().Add(time.UnixMilli(p.Until).Sub(now)), nil
}

// pauses are those that run, by their reasons.
type pauses map[string]pause

// pause is from when to when, in milliseconds since 1970.
type pause struct {
	Since int64 `json:"since"`
	Until int64 `json:"until"`
}

// parsePauses is what String wrote, without what is over. A pause that is yet to begin is from before the
// database's clock was set back, nobody knows how far: it is over, and Spotify will say so again if it is not.
func parsePauses(text string, now time.Time) pauses {
	running := pauses{}
	if text != "" && json.Unmarshal([]byte(text), &running) != nil {
		return pauses{}
	}
	for reason, p := range running {
		if p.Until <= now.UnixMilli() || p.Since > now.Add(clockSlack).UnixMilli() {
			delete(running, reason)
		}
	}
	return running
}

func (all pauses) String() string {
	text, _ := json.Marshal(all) // strings and numbers: it cannot fail
	return string(text)
}

// first is the one that counts: that of the quota, else the longest.
func (all pauses) first() (reason string, longest pause) {
	if p, ok := all[reasonQuota]; ok {
		return reasonQuota, p
	}
	for r, p := range all {
		if p.Until > longest.Until {
			reason, longest = r, p
		}
	}
	return reason, longest
}
