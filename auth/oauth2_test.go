package auth_test

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"time"

	"golang.org/x/oauth2"

	"github.com/tenuto-dev/tenuto/auth"
)

func TestOAuth2RoundTrip(t *testing.T) {
	t.Parallel()
	ours := &auth.Token{
		AccessToken: "a", TokenType: "Bearer", RefreshToken: "r", Scope: auth.Scopes("x", "y"), ExpiresAt: time.Now().Add(time.Hour),
		AuthorizedAt: time.Now(), UsesPKCE: true, Subject: "s",
	}
	theirs := ours.OAuth2()
	if !theirs.Valid() || theirs.RefreshToken != "r" || theirs.Extra("scope") != "x y" {
		t.Errorf("OAuth2() = valid %v, scope %v", theirs.Valid(), theirs.Extra("scope"))
	}
	if back := auth.TokenFromOAuth2(theirs); *marshalled(t, back) != *marshalled(t, ours) {
		t.Errorf("there and back it is another token")
	}
	bare := auth.TokenFromOAuth2(&oauth2.Token{AccessToken: "a", TokenType: "bearer"})
	if bare.TokenType != "Bearer" || bare.Scope.Len() != 0 || bare.AccessToken != "a" {
		t.Errorf("a bare x/oauth2 token: type %q, scope %q", bare.TokenType, bare.Scope)
	}
	if auth.TokenFromOAuth2(nil) != nil {
		t.Errorf("TokenFromOAuth2(nil) is a token")
	}
}

func marshalled(t *testing.T, token *auth.Token) *string {
	t.Helper()
	data, err := token.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	return new(string(data))
}

type oauth2Source func() (*oauth2.Token, error)

func (f oauth2Source) Token() (*oauth2.Token, error) { return f() }

func TestFromOAuth2(t *testing.T) {
	t.Parallel()
	src := auth.FromOAuth2(oauth2.StaticTokenSource(&oauth2.Token{AccessToken: "a"}), "me")
	if token, err := src.Token(t.Context()); err != nil || token.AccessToken != "a" || token.Subject != "me" {
		t.Errorf("Token() = %v, %v", token, err)
	}
	for name, test := range map[string]struct {
		err  error
		want error
	}{
		"refused": {&oauth2.RetrieveError{ErrorCode: "invalid_grant", Body: []byte(canary), Response: &http.Response{StatusCode: http.StatusBadRequest}}, auth.ErrReauthorize},
		"app":     {&oauth2.RetrieveError{ErrorCode: "invalid_client", Body: []byte(canary), Response: &http.Response{StatusCode: http.StatusUnauthorized}}, auth.ErrApp},
		"other":   {&oauth2.RetrieveError{Body: []byte(canary), Response: &http.Response{StatusCode: http.StatusInternalServerError}}, nil},
	} {
		_, err := auth.FromOAuth2(oauth2Source(func() (*oauth2.Token, error) { return nil, test.err }), "").Token(t.Context())
		if err == nil || sings(err.Error()) || test.want != nil && !errors.Is(err, test.want) {
			t.Errorf("%s: %v, want %v without the body", name, err, test.want)
		}
	}
	stuck := make(chan struct{})
	defer close(stuck)
	ctx, cancel := context.WithCancel(t.Context())
	slow := auth.FromOAuth2(oauth2Source(func() (*oauth2.Token, error) { cancel(); <-stuck; return nil, errors.New("late") }), "")
	if _, err := slow.Token(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("a caller who leaves: %v, want context.Canceled", err)
	}
	if _, err := auth.FromOAuth2(oauth2Source(func() (*oauth2.Token, error) { return nil, nil }), "").Token(t.Context()); err == nil {
		t.Errorf("a source that gives nothing: no error")
	}
}

func TestToOAuth2(t *testing.T) {
	t.Parallel()
	src := auth.ToOAuth2(t.Context(), auth.StaticToken("a"))
	if token, err := src.Token(); err != nil || token.AccessToken != "a" {
		t.Errorf("Token() = %v, %v", token, err)
	}
	over := auth.ToOAuth2(t.Context(), &auth.Token{AccessToken: "a", ExpiresAt: time.Now().Add(-time.Hour)})
	if _, err := over.Token(); !errors.Is(err, auth.ErrExpired) {
		t.Errorf("an expired token: %v, want ErrExpired", err)
	}
}
