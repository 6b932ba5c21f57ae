package postgres

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/puddle/v2"

	"github.com/tenuto-dev/tenuto/internal/vault"
)

var (
	// ErrUnreachable: nobody answers at the database's address, or the connection was lost. What was under way may
	// have been written.
	ErrUnreachable = errors.New("vault: the database cannot be reached")
	// ErrNoTLS is an ErrUnreachable: somebody answers, but does not speak TLS.
	ErrNoTLS = fmt.Errorf("%w safely", ErrUnreachable)
	// ErrRefused: the server does not let us in: wrong password, unknown user, or not from here.
	ErrRefused = errors.New("vault: the database lets nobody in with this name and password")
	// ErrNoDatabase: the server has no database of that name.
	ErrNoDatabase = errors.New("vault: there is no such database")
	// ErrOldServer: the server is older than what the vault is written for.
	ErrOldServer = errors.New("vault: the database server is too old: the vault needs PostgreSQL 11 or later, or a database that speaks like one")
	// ErrCrowded: the server has as many connections as it takes.
	ErrCrowded = errors.New("vault: the database takes no more connections")
	// ErrForbidden: the account may not do that.
	ErrForbidden = errors.New("vault: the account lacks a right")
)

// SQLSTATE codes that we act on: https://www.postgresql.org/docs/current/errcodes-appendix.html.
const (
	uniqueViolation       = "23505"
	readOnlyTransaction   = "25006"
	serializationFailure  = "40001"
	completionUnknown     = "40003"
	deadlockDetected      = "40P01"
	insufficientPrivilege = "42501"
	undefinedTable        = "42P01"
	undefinedDatabase     = "3D000"
	idleInTransaction     = "25P03" // this process stood still, and was given up
	lockNotAvailable      = "55P03" // lock_timeout, which may notice a deadlock before the server does
	diskFull              = "53100"
	tooManyConnections    = "53300"
	dataCorrupted         = "XX001"
	indexCorrupted        = "XX002"
	classConnection       = "08"
	classBadData          = "22" // its messages repeat the data
	classAuthorization    = "28"
	classOperator         = "57P" // shut down by somebody
	classBadDataMessage   = "a value that the database cannot keep"
)

// refusedTLS is what pgconn says, which has no error of its own for it (pgx 5.12). Only a hint depends on it.
const refusedTLS = "server refused TLS connection"

func codeOf(err error) string {
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return e.Code
	}
	return ""
}

// lost reports whether the connection broke, or the server is going down.
func lost(err error) bool {
	if errors.Is(err, puddle.ErrClosedPool) || isOurs(err) {
		return false
	}
	code := codeOf(err)
	return code == "" || code == idleInTransaction || strings.HasPrefix(code, classConnection) || strings.HasPrefix(code, classOperator)
}

// explain wraps what a driver's error says and, where somebody can do something about it, the vault's. Of the
// driver's own error only the message stays: its details hold the values of rows, its configuration the password.
func explain(ctx context.Context, doing string, err error) error {
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil && (errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) || lost(err)):
		return ctx.Err()
	case errors.Is(err, puddle.ErrClosedPool):
		return vault.ErrClosed
	case errors.Is(err, ErrOldServer):
		return fmt.Errorf("%s: %w", doing, ErrOldServer)
	case isOurs(err):
		return fmt.Errorf("%s: %w", doing, err)
	}
	if cause := causeOf(err); cause != nil {
		return fmt.Errorf("%s: %w: %s", doing, cause, message(err))
	}
	return fmt.Errorf("%s: %s", doing, message(err))
}

// isOurs: an error of the vault, not of the driver.
func isOurs(err error) bool {
	return errors.Is(err, vault.ErrNoPerson) || errors.Is(err, errMoved) || errors.Is(err, ErrOldServer)
}

func causeOf(err error) error {
	code := codeOf(err)
	switch code {
	case "":
		if strings.Contains(err.Error(), refusedTLS) {
			return ErrNoTLS
		}
		return ErrUnreachable
	case diskFull:
		return vault.ErrFull
	case readOnlyTransaction:
		return vault.ErrReadOnly
	case dataCorrupted, indexCorrupted:
		return vault.ErrDamaged
	case tooManyConnections:
		return ErrCrowded
	case insufficientPrivilege:
		return ErrForbidden
	case undefinedDatabase:
		return ErrNoDatabase
	case completionUnknown:
		return ErrUnreachable
	}
	switch {
	case strings.HasPrefix(code, classAuthorization):
		return ErrRefused
	case strings.HasPrefix(code, classConnection), strings.HasPrefix(code, classOperator):
		return ErrUnreachable
	}
	return nil
}

// message is the text of a driver's error, without values.
func message(err error) string {
	e, ok := errors.AsType[*pgconn.PgError](err)
	switch {
	case !ok:
		return strings.ReplaceAll(err.Error(), "\n\t", " ")
	case strings.HasPrefix(e.Code, classBadData):
		return classBadDataMessage + " (SQLSTATE " + e.Code + ")"
	}
	return e.Message + " (SQLSTATE " + e.Code + ")"
}
