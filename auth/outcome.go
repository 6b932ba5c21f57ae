package auth

import "time"

// Outcome is how a refresh ended. A closed set: the constants below.
type Outcome string

// What may become of a refresh. One request ends in exactly one of them; OutcomeRecovered is told
// besides, later, of an answer that was OutcomeRescued or OutcomeUnsaved, or came from a Journal.
const (
	OutcomeRenewed    Outcome = "renewed"     // the answer is the login's token now
	OutcomeSalvaged   Outcome = "salvaged"    // somebody was faster: its refresh token was kept as a spare
	OutcomeDropped    Outcome = "dropped"     // the login had ended, begun anew, or had the answer already
	OutcomeRescued    Outcome = "rescued"     // the store fails, and nothing is lost by it: the journal has the answer, or the refresh token is the same
	OutcomeUnsaved    Outcome = "unsaved"     // the answer, or a verdict, is only in memory: the store fails
	OutcomeRecovered  Outcome = "recovered"   // an answer of before reached the store, or was found to have no place there
	OutcomeDead       Outcome = "dead"        // refused (invalid_grant): the person must log in again
	OutcomeConfirmed  Outcome = "confirmed"   // refused once more, an hour after a verdict that fell in troubled times
	OutcomeSpare      Outcome = "spare"       // refused; a spare refresh token is next
	OutcomeOutdated   Outcome = "outdated"    // refused, but the login had moved on: nobody's verdict
	OutcomeDoubted    Outcome = "doubted"     // refused like so many others that it is not believed
	OutcomeAppRefused Outcome = "app_refused" // invalid_client: ErrApp
	OutcomeThrottled  Outcome = "throttled"   // 429
	OutcomeFailed     Outcome = "failed"      // no answer, or none that could be used; may pass
)

// RefreshEvent is one finished refresh. It names nobody and holds no secret.
type RefreshEvent struct {
	Outcome Outcome
	Reason  Reason        // of OutcomeDead
	Rotated bool          // Spotify gave another refresh token: the old one may be used up
	Took    time.Duration // from taking the lease to knowing the outcome; 0 if not known
}

// OnRefresh tells f of every finished refresh, for metrics. f is called from many goroutines at
// once, before the callers who wait get their token: it must be quick.
func OnRefresh(f func(RefreshEvent)) GrantsOption {
	return grantsOption(func(g *Grants) { g.onRefresh = f })
}

func (g *Grants) tell(e RefreshEvent) {
	if g.onRefresh != nil {
		g.onRefresh(e)
	}
}
