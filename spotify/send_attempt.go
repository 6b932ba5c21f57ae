package spotify

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/tenuto-dev/tenuto/auth"
)

// attempt is one request with a token of its own, sent when its turn comes, or the answer of
// the cache that spares it.
func (x *exchange) attempt(ctx context.Context, out any) (err error) {
	turn := &turn{tally: x.tally, background: x.settings.background, patience: x.patience}
	if !x.mayKeep(out) {
		if err := x.governor.hopeless(ctx, turn); err != nil {
			return x.refused(err)
		}
	}
	if err := x.fetchToken(ctx); err != nil {
		return err
	}
	turn.subject = x.token.Subject
	x.stored, x.waited = nil, 0
	if x.mayKeep(out) {
		x.key = x.cacheKey()
		if x.stored = x.cache.find(x.key); x.stored != nil && x.stored.fresh(time.Now()) {
			return x.fromCache(x.stored, false, out)
		}
	}
	x.waited, err = x.governor.admit(ctx, turn)
	x.patience = max(0, x.patience-x.waited)
	if err != nil {
		return x.refused(err)
	}
	if x.waited > 0 { // the token may have ended meanwhile
		if err := x.fetchToken(ctx); err != nil {
			x.governor.forgo(turn)
			return err
		}
	}
	return x.takeTurn(ctx, turn, out)
}

func (x *exchange) fetchToken(ctx context.Context) (err error) {
	if x.token, err = x.source.Token(ctx); err != nil {
		return &callError{x.request.name, err}
	}
	if x.token == nil || x.token.AccessToken == "" {
		return x.request.refuse("the token source gave no token")
	}
	return nil
}

// refused is the governor's no as the caller gets it.
func (x *exchange) refused(err error) error {
	if no, ok := errors.AsType[*refusal](err); ok {
		return &Error{Operation: x.request.name, RetryAt: no.retryAt, kind: no.kind}
	}
	return &callError{x.request.name, err}
}

// takeTurn sends the request, unless the same one is under way already: then its answer is
// this one's too.
func (x *exchange) takeTurn(ctx context.Context, turn *turn, out any) error {
	if x.mayKeep(out) {
		x.key = x.cacheKey() // the token may be another one since
		flight, leads, stored := x.cache.join(x.key, time.Now())
		switch {
		case flight == nil:
			x.governor.forgo(turn)
			return x.fromCache(stored, false, out)
		case !leads:
			x.governor.forgo(turn)
			return x.share(ctx, flight, out)
		}
		x.flight, x.stored = flight, stored
		defer func() { x.land(0, nil, nil, nil) }() // does nothing if it has landed
	}
	err := x.once(ctx, turn, out)
	if ctx.Err() != nil {
		x.land(0, nil, nil, nil) // who leaves takes nobody along
	}
	x.land(0, nil, err, nil)
	x.forget(err)
	return err
}

// once is one HTTP exchange in a turn.
func (x *exchange) once(ctx context.Context, turn *turn, out any) (err error) {
	x.attempts++
	ctx, end := x.settings.begin(ctx, x.request.name)
	began := time.Now()
	var status int
	settled := false
	defer func() {
		if !settled { // a panic of the caller's
			x.governor.answered(turn)
		}
	}()
	status, err = x.roundTrip(ctx, out)
	settled = true
	if status == http.StatusTooManyRequests { // a refusal that comes slowly is waiting, too
		x.patience = max(0, x.patience-time.Since(began))
	}
	x.settle(turn, status, err)
	x.observe(end, Call{Status: status, Attempt: x.attempts, Duration: time.Since(began), Cached: status == http.StatusNotModified && err == nil, Err: err})
	return err
}

// settle gives back the turn's place.
func (x *exchange) settle(turn *turn, status int, err error) {
	if status == http.StatusTooManyRequests {
		if failed, ok := errors.AsType[*Error](err); ok {
			x.governor.limited(turn, errors.Is(failed, ErrQuotaExceeded), failed.RetryAt)
			return
		}
	}
	if status == 0 && neverSent(err) {
		x.governor.forgo(turn)
		return
	}
	x.governor.answered(turn)
}

// forget drops from the cache what this call may have changed.
func (x *exchange) forget(err error) {
	if x.cache != nil && x.request.op.Method != http.MethodGet && (err == nil || unsure(err)) {
		x.cache.invalidate(x.token.Subject, x.request.escaped)
	}
}

// errAlone is a shared flight of which nothing can be shared: whoever waited asks for himself.
var errAlone = errors.New("spotify: ask again")

// source of the token that was refused is told, so that it refreshes.
func expire(source auth.TokenSource, token *auth.Token) {
	if source, ok := source.(interface{ Expire(*auth.Token) }); ok {
		source.Expire(token)
	}
}
