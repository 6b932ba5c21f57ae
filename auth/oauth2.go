package auth

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/oauth2"
)

// TokenFromOAuth2 converts, nil to nil; the scope is taken from Extra("scope") where it is present, and
// what OAuth2 put beside it likewise.
func TokenFromOAuth2(t *oauth2.Token) *Token {
	if t == nil {
		return nil
	}
	scope, _ := t.Extra("scope").(string)
	authorizedAt, _ := t.Extra("authorized_at").(time.Time)
	usesPKCE, _ := t.Extra("uses_pkce").(bool)
	subject, _ := t.Extra("subject").(string)
	return &Token{
		AccessToken: t.AccessToken, TokenType: t.Type(), RefreshToken: t.RefreshToken, ExpiresAt: t.Expiry,
		Scope: ParseScopes(scope), AuthorizedAt: authorizedAt, UsesPKCE: usesPKCE, Subject: subject,
	}
}

// OAuth2 converts; the scope travels in Extra("scope"), and what x/oauth2 has no field for in
// Extra("authorized_at"), Extra("uses_pkce") and Extra("subject").
func (t *Token) OAuth2() *oauth2.Token {
	plain := &oauth2.Token{AccessToken: t.AccessToken, TokenType: t.TokenType, RefreshToken: t.RefreshToken, Expiry: t.ExpiresAt}
	return plain.WithExtra(map[string]any{
		"scope": t.Scope.String(), "authorized_at": t.AuthorizedAt, "uses_pkce": t.UsesPKCE, "subject": t.Subject,
	})
}

// FromOAuth2 lets an x/oauth2 source drive our client. subject tells its owner from others in
// caches and budgets; "" keeps its calls out of every cache. An x/oauth2 source knows no
// context: a caller who leaves leaves it working behind. Its refusals come as ours do, without
// x/oauth2's bodies: invalid_grant is ErrReauthorize, all others are an *Error.
func FromOAuth2(src oauth2.TokenSource, subject string) TokenSource {
	return TokenSourceFunc(func(ctx context.Context) (*Token, error) {
		type result struct {
			token *oauth2.Token
			err   error
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		done := make(chan result, 1)
		go func() {
			t, err := src.Token()
			done <- result{t, err}
		}()
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case r := <-done:
			if r.err != nil {
				return nil, fromOAuth2Error(r.err)
			}
			t := TokenFromOAuth2(r.token)
			if t == nil {
				return nil, fmt.Errorf("%w: the x/oauth2 source gave none", ErrExpired)
			}
			t.Subject = subject
			return t, nil
		}
	})
}

// fromOAuth2Error keeps the facts of x/oauth2's error and leaves out its body, which it prints.
func fromOAuth2Error(err error) error {
	refused, ok := errors.AsType[*oauth2.RetrieveError](err)
	if !ok {
		return fmt.Errorf("auth: x/oauth2 source: %w", err)
	}
	e := &Error{Op: "x/oauth2 source", Description: clean(refused.ErrorDescription, nil)}
	if isCode(refused.ErrorCode) {
		e.Code = refused.ErrorCode
	}
	if refused.Response != nil {
		e.Status, e.RetryAfter = refused.Response.StatusCode, retryAfter(refused.Response.Header)
	}
	if e.Code == "invalid_grant" && !e.Temporary() {
		return &ReauthorizeError{Reason: ReasonRevoked}
	}
	return e
}

// ToOAuth2 lets our source drive x/oauth2 code. ctx bounds every later call: give it the
// program's, not a request's.
func ToOAuth2(ctx context.Context, src TokenSource) oauth2.TokenSource {
	return oauth2Source(func() (*oauth2.Token, error) {
		t, err := src.Token(ctx)
		if err != nil {
			return nil, err
		}
		return t.OAuth2(), nil
	})
}

type oauth2Source func() (*oauth2.Token, error)

// Token calls f.
func (f oauth2Source) Token() (*oauth2.Token, error) { return f() }
