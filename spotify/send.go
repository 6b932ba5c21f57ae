package spotify

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/cenkalti/backoff/v5"

	"github.com/tenuto-dev/tenuto/auth"
)

// exchange is one call on its way: its attempts and what they have used up.
type exchange struct {
	*Client
	request  *request
	source   auth.TokenSource
	tally    *tally      // of the operation
	token    *auth.Token // of the latest attempt
	attempts int
	retries  int           // left, after trouble at Spotify
	limited  int           // 429s so far
	patience time.Duration // left, for rate limits
	waited   time.Duration // for the latest attempt
	backoff  *backoff.ExponentialBackOff
	renewed  bool  // the token was refused, and another one fetched
	doubted  bool  // "Access token missing" was not believed once
	doubt    error // of the first attempt that may have been heard all the same

	key    cacheKey
	stored *stored // of the latest attempt: what the cache has, fresh or not
	flight *flight // of the latest attempt: led by it, and not landed
}

// send makes attempts until one succeeds or no other may help.
func (c *Client) send(ctx context.Context, r *request, source auth.TokenSource, out any) error {
	x := &exchange{
		Client: c, request: r, source: source, tally: c.governor.tallyOf(r.op),
		retries: c.settings.retries, patience: c.settings.maxWait,
	}
	for {
		err := x.attempt(ctx, out)
		if err == nil {
			return nil
		}
		if errors.Is(err, errAlone) {
			continue
		}
		if x.doubt == nil && unsure(err) {
			x.doubt = err
		}
		again, err := x.recover(ctx, err)
		switch {
		case again:
		case x.mayBeStale(err):
			return x.fromCache(x.stored, true, out)
		default:
			return x.atLast(err)
		}
	}
}

// callError is what ended a call and is not Spotify's answer: the login's end, the caller's.
type callError struct {
	operation Operation
	err       error
}

func (e *callError) Error() string { return fmt.Sprintf("spotify: %s: %v", e.operation, e.err) }
func (e *callError) Unwrap() error { return e.err }

// lostError is an attempt of which we do not know the end.
type lostError struct {
	operation Operation
	advice    string
	err       error
}

func (e *lostError) Error() string {
	return fmt.Sprintf("spotify: %s: %v%s", e.operation, e.err, e.advice)
}
func (e *lostError) Unwrap() error { return e.err }

// What a transport says with one word.
var (
	errBrokeOff = fmt.Errorf("the answer broke off: %w", io.ErrUnexpectedEOF)
	errHungUp   = fmt.Errorf("the connection ended before an answer came: %w", io.EOF)
)

// lost strips a transport's error of the address, which has ids and queries. Where we cancelled
// the attempt it says so: a transport tells that like a caller who left.
func (r *request) lost(attempt context.Context, err error) error {
	if errors.Is(context.Cause(attempt), errNoAnswer) {
		err = errNoAnswer
	}
	if wrapped, ok := errors.AsType[*url.Error](err); ok {
		err = wrapped.Err
	}
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		err = errBrokeOff
	case errors.Is(err, io.EOF):
		err = errHungUp
	}
	lost := &lostError{operation: r.name, err: err}
	if !neverSent(err) && !errors.Is(err, context.Canceled) {
		lost.advice = "; " + r.again()
	}
	return lost
}

// again is what to do about a call of which we do not know whether it was heard.
func (r *request) again() string {
	switch {
	case r.op.Method == http.MethodGet:
		return "nothing was changed by it: try again"
	case r.repeatable():
		return "it may have been done all the same, and doing it again changes nothing more"
	}
	return "it may have been done all the same: look before you do it again"
}

// maybeDone is the end of a change of which an attempt before the last may have been heard.
type maybeDone struct{ err, last error }

func (e *maybeDone) Error() string {
	return e.last.Error() + "; it may have been done all the same: the answer to an attempt before was lost"
}
func (e *maybeDone) Unwrap() error { return e.err }

// atLast is what a call's last attempt failed with, as the caller gets it. If an attempt before
// may have been heard it says so. And a player that cannot do it now is then no refusal: it
// may be doing it already. So that is the lost answer's error, and not ErrRestricted.
func (x *exchange) atLast(err error) error {
	switch {
	case x.doubt == nil || x.request.op.Method == http.MethodGet || unsure(err):
		return err
	case errors.Is(err, ErrRestricted):
		return &maybeDone{x.doubt, err}
	}
	return &maybeDone{err, err}
}

// unsure reports whether a call that failed with err may have happened all the same.
func unsure(err error) bool {
	if _, ok := errors.AsType[*maybeDone](err); ok {
		return true
	}
	if answer, ok := errors.AsType[*Error](err); ok {
		return answer.Status >= 500 || answer.garbled
	}
	_, isLost := errors.AsType[*lostError](err)
	return isLost && !neverSent(err)
}

// neverSent: no connection was made.
func neverSent(err error) bool {
	op, ok := errors.AsType[*net.OpError](err)
	return ok && op.Op == "dial"
}

// recover waits for what may make another attempt succeed. It gives up at once where that
// would take longer than the caller has.
func (x *exchange) recover(ctx context.Context, err error) (again bool, _ error) {
	if ctx.Err() != nil {
		return false, err
	}
	var retryAt time.Time
	switch failed, _ := errors.AsType[*Error](err); {
	case failed == nil:
		_, isLost := errors.AsType[*lostError](err)
		if !isLost || !x.request.repeatable() && !neverSent(err) {
			return false, err
		}
	case errors.Is(failed, ErrRateLimited):
		return x.mayWait(ctx, failed), err
	case errors.Is(failed, ErrUnauthorized):
		return x.renew(ctx, failed)
	case failed.Status >= 500 && failed.Status != http.StatusNotImplemented, failed.garbled:
		if !x.request.repeatable() {
			return false, err
		}
		retryAt = failed.RetryAt
	default:
		return false, err
	}
	return x.backOff(ctx, retryAt, err)
}

// mayWait reports whether the caller has the time to wait for a rate limit. The waiting itself
// is the next attempt's, for its turn.
func (x *exchange) mayWait(ctx context.Context, limited *Error) bool {
	wait := time.Until(limited.RetryAt)
	deadline, ends := ctx.Deadline()
	return limited.Status != 0 && wait <= x.patience && (!ends || time.Until(deadline) > wait)
}

// backOff sleeps before a repetition: longer each time, with jitter, and at least as long as
// Spotify asked for.
func (x *exchange) backOff(ctx context.Context, retryAt time.Time, failed error) (again bool, _ error) {
	if x.retries == 0 {
		return false, failed
	}
	x.retries--
	if x.backoff == nil {
		x.backoff = backoff.NewExponentialBackOff()
		x.backoff.InitialInterval, x.backoff.MaxInterval = 250*time.Millisecond, 10*time.Second
	}
	asked := time.Until(retryAt)
	if asked > x.settings.maxWait {
		return false, failed
	}
	return x.sleep(ctx, max(asked, x.backoff.NextBackOff()), failed)
}

// renew replaces a token that Spotify refused, once for each call. The source is told, so
// that it refreshes; without another token there is no second try.
func (x *exchange) renew(ctx context.Context, refused *Error) (again bool, _ error) {
	if !x.doubted && refused.Message == "Access token missing" {
		x.doubted = true // there was one: seen in July 2026 with good tokens, and gone the next moment
		return true, refused
	}
	if x.renewed {
		return false, refused
	}
	x.renewed = true
	expire(x.source, x.token)
	token, err := x.source.Token(ctx)
	if err != nil {
		return false, &callError{x.request.name, err}
	}
	return token != nil && token.AccessToken != x.token.AccessToken, refused
}

// sleep waits before another attempt after failed. If ctx would end before, it does not even
// begin.
func (x *exchange) sleep(ctx context.Context, d time.Duration, failed error) (again bool, _ error) {
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) <= d {
		return false, failed
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false, &callError{x.request.name, context.Cause(ctx)}
	case <-timer.C:
		return true, failed
	}
}
