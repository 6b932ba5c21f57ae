package main

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/internal/operations"
	"github.com/tenuto-dev/tenuto/spotify"
)

// explain adds to an error of a call what to do next.
func (w *web) explain(err error, call *apiCall) error {
	failed, isAnswer := errors.AsType[*spotify.Error](err)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, auth.ErrNotFound):
		return advise(errors.New("nobody is logged in"), fmt.Sprintf("log in with %q", w.loginLine(scopesOf(call))))
	case errors.Is(err, auth.ErrReauthorize) && w.login != nil && w.login.store == nil:
		return advise(err, fmt.Sprintf(`remove the refresh token from %s, and log in with "tenuto login"`, w.login.where))
	case errors.Is(err, spotify.ErrConfig):
		return &mistake{err, "", true}
	case errors.Is(err, spotify.ErrListChanged):
		return advise(err, "what there was is printed, but items may be missing or come twice: try again")
	case !isAnswer:
		return err
	case errors.Is(err, spotify.ErrOperationClosed):
		return w.closed(failed, call)
	}
	return advise(err, w.hint(failed))
}

// hint is what to do about an answer of Spotify's.
func (w *web) hint(failed *spotify.Error) string {
	switch {
	case errors.Is(failed, spotify.ErrMissingScope):
		return w.consentHint(failed)
	case errors.Is(failed, spotify.ErrUserRequired) && w.flags.forApp:
		return "leave --app out: this is about a person"
	case errors.Is(failed, spotify.ErrUnauthorized):
		return `log in again with "tenuto login"`
	case errors.Is(failed, spotify.ErrPremiumRequired):
		return "Spotify lets only people with Premium control what plays"
	case errors.Is(failed, spotify.ErrNotAllowlisted):
		return "apps in development mode serve five people, whom the owner names: https://developer.spotify.com/dashboard, User Management"
	case errors.Is(failed, spotify.ErrOwnerPremium):
		return "apps in development mode need an owner with Premium; after subscribing it takes a few hours"
	case errors.Is(failed, spotify.ErrNoActiveDevice):
		return `start something in Spotify, or name a device: "tenuto api get-a-users-available-devices --output table" lists them`
	case errors.Is(failed, spotify.ErrRestricted):
		return `"tenuto now" shows what plays`
	case errors.Is(failed, spotify.ErrRateLimited), errors.Is(failed, spotify.ErrQuotaExceeded):
		return limitHint(failed, time.Now())
	case errors.Is(failed, spotify.ErrNotOwner):
		return `"tenuto api get-a-list-of-current-users-playlists --all --columns name,owner.display_name,id" shows whose they are`
	case errors.Is(failed, spotify.ErrNotFound):
		return "compare the ID or the address; what is private looks like this, too"
	case errors.Is(failed, spotify.ErrServer):
		return "it is Spotify's trouble, not yours: try again later"
	}
	return ""
}

// scopesOf are what a call needs.
func scopesOf(call *apiCall) auth.ScopeSet {
	scopes, err := spotify.ScopesFor(call.name())
	if err != nil {
		return auth.ScopeSet{}
	}
	return scopes
}

// consentHint says how to get the scopes that are missing. A consent replaces the one before;
// "tenuto login" itself asks for what a login in its own store has, but for no other.
func (w *web) consentHint(failed *spotify.Error) string {
	if w.login == nil {
		return `an application token has no scopes: leave --app out, and log in with "tenuto login"`
	}
	ask := failed.Missing
	if w.login.store == nil {
		ask = failed.Consent()
	}
	hint := fmt.Sprintf("log in again with %q", w.loginLine(ask))
	if w.login.store == nil && w.flags.file == "" {
		hint += fmt.Sprintf(", and remove the refresh token from %s", w.login.where)
	}
	return hint
}

// loginLine is the command that logs in for these scopes, where this command looks for a login.
func (w *web) loginLine(scopes auth.ScopeSet) string {
	line := "tenuto login"
	if scopes.Len() > 0 {
		line += " --scope " + strings.ReplaceAll(scopes.String(), " ", ",")
	}
	if w.flags.file != "" {
		line += " --config " + w.flags.file
	}
	if w.flags.profile != "default" {
		line += " --profile " + w.flags.profile
	}
	return line
}

// adviseLimit adds until when Spotify wants to be left alone, if that is what err says.
func adviseLimit(err error) error {
	failed, isAnswer := errors.AsType[*spotify.Error](err)
	if isAnswer && (errors.Is(err, spotify.ErrRateLimited) || errors.Is(err, spotify.ErrQuotaExceeded)) {
		return advise(err, limitHint(failed, time.Now()))
	}
	return err
}

// limitHint says until when Spotify wants to be left alone.
func limitHint(failed *spotify.Error, now time.Time) string {
	if failed.RetryAt.IsZero() {
		return "try again later"
	}
	wait := failed.RetryAt.Sub(now).Round(time.Second)
	when := failed.RetryAt.Local().Format("15:04:05")
	if wait > 12*time.Hour {
		when = failed.RetryAt.Local().Format("2 January 15:04")
	}
	hint := fmt.Sprintf("Spotify answers again at %s, in %v", when, wait)
	if errors.Is(failed, spotify.ErrQuotaExceeded) {
		return hint + "; the quota is that of all apps of the same owner"
	}
	return hint + fmt.Sprintf("; --max-wait %v would have waited", wait.Round(time.Minute)+time.Minute)
}

// closed explains an operation that this app may not call.
func (w *web) closed(failed *spotify.Error, call *apiCall) error {
	op, ok := operations.Lookup(string(failed.Operation))
	if !ok {
		return failed
	}
	hint := "there is nothing instead"
	if op.Replacement != "" {
		hint = fmt.Sprintf("use %q", replacementLine(op, call))
	}
	if failed.Status != 0 { // Spotify has spoken
		return advise(failed, hint)
	}
	if op.State == operations.Restricted {
		return advise(fmt.Errorf("%s is closed to all apps but those that used it before 27 November 2024", op.Name()),
			hint+"; if yours did, add --mode extended")
	}
	return advise(fmt.Errorf("%s is closed to apps in development mode", op.Name()), hint+"; with extended quota, add --mode extended")
}
