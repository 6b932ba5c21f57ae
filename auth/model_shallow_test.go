//go:build race

package auth

// modelBudget is smaller under the race detector, which makes the model ten times slower and
// finds nothing in it: it runs on one goroutine. Without -race everything is tried.
var (
	modelBudget   = budget{claims: 3, takeovers: 2, crashes: 1, losses: 1, pardons: 1, logins: 1, deletes: 1}
	journalBudget = budget{claims: 2, takeovers: 1, crashes: 1, journals: 1, replays: 2, logins: 1, deletes: 1}
	shakyBudget   = budget{claims: 3, takeovers: 1, crashes: 1, shakes: 1, logins: 1}
	logoutBudget  = budget{claims: 2, takeovers: 1, crashes: 1, losses: 1, journals: 1, replays: 1, logouts: 1}
)
