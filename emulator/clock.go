package emulator

import (
	"context"
	"fmt"
	"time"
)

// The clock is Config.Now, or time.Now, and what Advance has added to it. In a testing/synctest
// bubble time.Now is the bubble's, so sleeping there turns this clock like every other.

// Now is the emulator's time.
func (e *Emulator) Now() time.Time { return e.now() }

// now is the emulator's clock. It may be called with and without mu.
func (e *Emulator) now() time.Time {
	return e.base().Add(time.Duration(e.ahead.Load())).UTC()
}

func (e *Emulator) base() time.Time {
	if e.conf().Now != nil {
		return e.conf().Now()
	}
	return time.Now()
}

// Advance turns the clock forward, or back if d is negative. Nobody else's clock turns: in one
// process use testing/synctest, which turns all of them.
func (e *Emulator) Advance(d time.Duration) { must(e.advance(0, 0, 0, d)) }

// AdvanceDate turns the clock forward by calendar years, months and days.
func (e *Emulator) AdvanceDate(years, months, days int) {
	must(e.advance(years, months, days, 0))
}

// The clock is good for these years.
const earliestYear, latestYear = 1970, 2250

func checkYear(t time.Time) error {
	if year := t.UTC().Year(); year < earliestYear || year > latestYear {
		return fmt.Errorf("emulator: the clock would say %d: want a year from %d to %d", year, earliestYear, latestYear)
	}
	return nil
}

// advance turns the clock and returns the new time.
func (e *Emulator) advance(years, months, days int, d time.Duration) (time.Time, error) {
	e.mu.Lock()
	now := e.now()
	later := addMonths(now, 12*years+months).AddDate(0, 0, days).Add(d)
	if err := checkYear(later); err != nil {
		e.mu.Unlock()
		return now, err
	}
	e.setAhead(time.Duration(e.ahead.Load()) + later.Sub(now))
	e.mu.Unlock()
	return later, e.keep()
}

// setAhead moves the clock and wakes who waits for it. Call it with mu held.
func (e *Emulator) setAhead(d time.Duration) {
	e.ahead.Store(int64(d))
	e.st.setAhead(d)
	close(e.turned)
	e.turned = make(chan struct{})
}

// wait returns once d has passed on the emulator's clock, whether by itself or by Advance;
// false if ctx ended before.
func (e *Emulator) wait(ctx context.Context, d time.Duration) bool {
	deadline := e.now().Add(d)
	pause := time.Millisecond
	for {
		e.mu.Lock()
		turned := e.turned
		e.mu.Unlock()
		left := deadline.Sub(e.now())
		if left <= 0 {
			return ctx.Err() == nil
		}
		if e.conf().Now != nil { // it may stand still, or be turned by hand: look again and again
			left = min(left, pause)
			pause = min(2*pause, time.Second)
		}
		timer := time.NewTimer(left)
		select {
		case <-ctx.Done():
			timer.Stop()
			return false
		case <-turned:
			timer.Stop()
		case <-timer.C:
		}
	}
}
