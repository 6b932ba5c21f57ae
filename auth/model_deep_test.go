//go:build !race

package auth

// modelBudget is how often what may happen in the model. See model_shallow_test.go.
var modelBudget = budget{claims: 4, takeovers: 2, crashes: 1, losses: 1, doubts: 1, pardons: 1, logins: 1, deletes: 1}
