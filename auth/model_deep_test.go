//go:build !race

package auth

// modelBudget is how often what may happen in the model. See model_shallow_test.go.
var (
	modelBudget   = budget{claims: 4, takeovers: 2, crashes: 1, losses: 1, doubts: 1, pardons: 1, logins: 1, deletes: 1}
	journalBudget = budget{claims: 3, takeovers: 1, crashes: 1, journals: 2, replays: 2, logins: 1, deletes: 1}
	shakyBudget   = budget{claims: 4, takeovers: 1, crashes: 1, shakes: 1, logins: 1, deletes: 1}
	logoutBudget  = budget{claims: 3, takeovers: 1, crashes: 1, losses: 1, journals: 1, replays: 1, logins: 1, logouts: 2}
)
